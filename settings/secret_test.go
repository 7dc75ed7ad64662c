package settings_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/settings"
)

func TestSecretNeverShows(t *testing.T) {
	t.Parallel()
	type hidden struct{ key settings.Secret }
	secret := settings.SecretOf("hunter2")
	in := struct{ Key settings.Secret }{secret}
	asJSON, err := json.Marshal(map[string]any{"a": secret, "b": in, "c": map[string]*settings.Secret{"d": &secret}})
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", secret, "in", in, "hidden", hidden{secret})
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "key", secret, "in", in)
	var all []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T", "%10s"} {
		for _, v := range []any{secret, &secret, in, []any{secret}, hidden{secret}, map[string]settings.Secret{"k": secret}} {
			all = append(all, fmt.Sprintf(verb, v))
		}
	}
	all = append(all, string(asJSON), log.String(), secret.String(), secret.GoString())
	for _, text := range all {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "68756e74657232") {
			t.Errorf("the secret shows: %s", text)
		}
	}
	if got, want := fmt.Sprintf("%v %d", secret, secret), "******** ********"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := secret.Reveal(); got != "hunter2" {
		t.Errorf("Reveal: got %q", got)
	}
}

func TestSecretEqualAndZero(t *testing.T) {
	t.Parallel()
	var zero settings.Secret
	if !zero.IsZero() || !settings.SecretOf("").IsZero() || settings.SecretOf("a").IsZero() || zero.Reveal() != "" {
		t.Error("IsZero: want true for the zero value and for an empty text alone")
	}
	if !settings.SecretOf("a").Equal(settings.SecretOf("a")) || settings.SecretOf("a").Equal(settings.SecretOf("b")) ||
		settings.SecretOf("a").Equal(zero) || !zero.Equal(settings.SecretOf("")) {
		t.Error("Equal: want true for equal texts alone")
	}
}

func TestRedact(t *testing.T) {
	t.Parallel()
	type database struct {
		Host, Password string
		Secret         settings.Secret
		hidden         string
	}
	type node struct{ Left, Right, Third *node }
	loop := &node{}
	loop.Left, loop.Right, loop.Third = loop, loop, loop
	const stars = settings.Cleansed
	u, _ := url.Parse("redis://u:p@h/0")
	var none *url.URL
	tests := []struct {
		name, key   string
		value, want any
	}{
		{"plain", "DEBUG", true, true},
		{"number", "N", 3, 3},
		{"key", "secret_key", "x", stars},
		{"inside of a name", "MY_APITHING", 5, stars},
		{"auth", "Authorization", "x", stars},
		{"cookie", "Set-Cookie", "x", stars},
		{"META", "HTTP_COOKIE", "x", stars},
		{"nil", "A", nil, nil},
		{"map", "DATABASES", map[string]map[string]any{"default": {"PASSWORD": "x", "NAME": "db", "PORT": 1}},
			map[string]any{"default": map[string]any{"PASSWORD": stars, "NAME": "db", "PORT": 1}}},
		{"list of maps", "L", []any{map[string]string{"TOKEN": "x"}, 1}, []any{map[string]any{"TOKEN": stars}, 1}},
		{"integer keys", "M", map[int]string{1: "a"}, map[string]any{"1": "a"}},
		{"struct", "DB", &database{"h", "p", settings.SecretOf("x"), "y"}, map[string]any{"Host": "h", "Password": stars, "Secret": stars}},
		{"secret", "VALUE", settings.SecretOf("x"), "********"},
		{"URL", "CACHE", u, "redis://u:********@h/0"},
		{"nil URL", "CACHE", any(none), nil},
		{"duration", "TIMEOUT", time.Minute, "1m0s"},
		{"error", "E", fmt.Errorf("dial postgres://u:p@h"), "dial postgres://u:********@h"},
		{"function", "F", strings.ToUpper, "func(string) string"},
		{"opaque", "LOGGER", &strings.Builder{}, ""},
		{"bytes", "B", []byte("a://b:c@d"), "a://b:********@d"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, settings.Redact(test.key, test.value)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
	if text := fmt.Sprint(settings.Redact("A", loop)); !strings.Contains(text, "…") {
		t.Error("a value that holds itself: want it cut off")
	}
}

func TestRedactStopsInLongLists(t *testing.T) {
	t.Parallel()
	got := settings.Redact("A", [][]int{make([]int, 20_000), {1}}).([]any)
	if n := len(got[0].([]any)); n > 10_000 || len(got) != 1 {
		t.Errorf("got %d lists, the first of %d values, want one of at most 10,000", len(got), n)
	}
}

func TestRedactText(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "plain text", "plain text"},
		{"mail address", "a@b.example", "a@b.example"},
		{"URL", "postgres://u:p@ss/w:rd@h:5432/d", "postgres://u:********@h:5432/d"},
		{"URL without password", "https://u@h/", "https://u@h/"},
		{"no user", "redis://:pw@h", "redis://:********@h"},
		{"query", "postgres://h/d?user=u&password=pw&x=1", "postgres://h/d?user=u&password=********&x=1"},
		{"pairs", "host=h PASSWORD = 'a \\' b' dbname=d", "host=h PASSWORD = ******** dbname=d"},
		{"semicolons", "Server=s;Pwd=x y;Db=d", "Server=s;Pwd=******** y;Db=d"},
		{"mysql", "u:p@w@tcp(h:3306)/d", "u:********@tcp(h:3306)/d"},
		{"two", "a://b:c@d then e://f:g@h", "a://b:********@d then e://f:********@h"},
	} {
		if got := settings.RedactText(test.text); got != test.want {
			t.Errorf("%s: %q: got %q, want %q", test.name, test.text, got, test.want)
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	type Common struct{ Language string }
	type database struct {
		URL  string
		Pool int `default:"4"`
	}
	type site struct {
		Common
		Debug     bool
		SecretKey settings.Secret `default:"dev"`
		Mail      settings.Secret
		Timeout   time.Duration `default:"30s"`
		Hosts     []string
		Database  database
		Caches    map[string]string
		Name      string `default:"shop"`
		Started   time.Time
		private   int
	}
	v := site{Common: Common{"fr"}, SecretKey: settings.SecretOf("dev"), Mail: settings.SecretOf("x"), Timeout: time.Minute,
		Hosts: []string{"a", "b"}, Database: database{"postgres://u:p@h/d", 4}, Caches: map[string]string{"b": "1", "a_key": "2"}, Name: "shop", private: 1}
	stars := `"` + settings.Cleansed + `"`
	want := []settings.Field{
		{"Language", `"fr"`, `""`, true},
		{"Debug", "false", "false", false},
		{"SecretKey", strings.Trim(stars, `"`), strings.Trim(stars, `"`), false},
		{"Mail", "********", "********", true},
		{"Timeout", "1m0s", "30s", true},
		{"Hosts", `["a", "b"]`, `[]`, true},
		{"Database.URL", `"postgres://u:********@h/d"`, `""`, true},
		{"Database.Pool", "4", "4", false},
		{"Caches", `{a_key: ` + stars + `, b: "1"}`, "none", true},
		{"Name", `"shop"`, `"shop"`, false},
		{"Started", "0001-01-01 00:00:00 +0000 UTC", "0001-01-01 00:00:00 +0000 UTC", false},
	}
	if diff := cmp.Diff(want, settings.Describe(&v)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	defer func() {
		if r := recover(); r == nil {
			t.Error("Describe(1): want a panic")
		}
	}()
	settings.Describe(1)
}

func BenchmarkRedactText(b *testing.B) {
	b.ReportAllocs()
	text := strings.Repeat("GET /a?b=c ", 50) + "postgres://u:p@h/d"
	for b.Loop() {
		settings.RedactText(text)
	}
}
