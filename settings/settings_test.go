package settings_test

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/settings"
)

// load makes an Env of these variables alone.
func load(t *testing.T, opts settings.Options, environ ...string) *settings.Env {
	t.Helper()
	opts.Environ = append([]string{}, environ...)
	if opts.Files == nil {
		opts.Files = []string{}
	}
	env, err := settings.Load(&opts)
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	secret := write(t, "key", "from file\r\n")
	first := write(t, "first.env", "S_A=1\nS_B=1\nS_C=1\nS_D=1\nS_E=1\nS_G_FILE="+secret)
	second := write(t, "second.env", "\n\nS_D=2\nS_C=2\nS_B=2\nS_A=2")
	opts := settings.Options{Prefix: "S_", Files: []string{first, second, filepath.Join(t.TempDir(), "missing")},
		Overrides: map[string]string{"A": "override"}}
	env := load(t, opts, "S_A=env", "S_B=env", "S_B_FILE=/nowhere", "S_C_FILE="+secret, "A=unprefixed", "malformed")
	tests := []struct{ name, want, source string }{
		{"A", "override", "override"},
		{"B", "env", "environment"},
		{"C", "from file", "S_C_FILE=" + secret},
		{"D", "2", second + ":3"},
		{"E", "1", first + ":5"},
		{"F", "default", "default"},
		{"G", "from file", first + ":6 S_G_FILE=" + secret},
	}
	for _, test := range tests {
		if got := env.String(test.name, "default"); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
		if got := env.Source(test.name); got != test.source {
			t.Errorf("source of %s: got %q, want %q", test.name, got, test.source)
		}
	}
	if err := env.Err(); err != nil {
		t.Error(err)
	}
	if got := env.Source("never"); got != "" {
		t.Errorf("source of what nobody asked for: got %q", got)
	}
	if diff := cmp.Diff([]string{"A", "B", "C", "D", "E", "F", "G"}, env.Names()); diff != "" {
		t.Error(diff)
	}
}

func TestDefaultFileIsDotEnv(t *testing.T) {
	// Not parallel: it changes the folder and the environment of the process.
	t.Chdir(t.TempDir())
	t.Setenv("NUAGES_TEST_B", "env")
	if _, err := settings.Load(nil); err != nil {
		t.Fatalf("without .env: %v", err)
	}
	if err := os.WriteFile(".env", []byte("NUAGES_TEST_A=file\nNUAGES_TEST_B=file"), 0o600); err != nil {
		t.Fatal(err)
	}
	env, err := settings.Load(nil)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := env.String("NUAGES_TEST_A"), env.String("NUAGES_TEST_B"); a != "file" || b != "env" {
		t.Errorf("got %q, %q", a, b)
	}
}

// reads are the methods as functions from a text, with and without a default.
var reads = map[string]func(env *settings.Env, withDefault bool) any{
	"String": func(e *settings.Env, d bool) any { return pick(e.String, d, "d") },
	"Int":    func(e *settings.Env, d bool) any { return pick(e.Int, d, 7) },
	"Float":  func(e *settings.Env, d bool) any { return pick(e.Float, d, 7.5) },
	"Bool":   func(e *settings.Env, d bool) any { return pick(e.Bool, d, true) },
	"Duration": func(e *settings.Env, d bool) any {
		return pick(e.Duration, d, time.Minute).String()
	},
	"Bytes": func(e *settings.Env, d bool) any { return pick(e.Bytes, d, 7) },
	"List":  func(e *settings.Env, d bool) any { return strings.Join(pick(e.List, d, ""), "|") },
	"Map": func(e *settings.Env, d bool) any {
		return pick(e.Map, d, map[string]string{"d": "1"})
	},
	"URL": func(e *settings.Env, d bool) any {
		if u := pick(e.URL, d, "http://d/"); u != nil {
			return u.String()
		}
		return ""
	},
	"Path":   func(e *settings.Env, d bool) any { return pick(e.Path, d, "d") },
	"Addr":   func(e *settings.Env, d bool) any { return pick(e.Addr, d, ":80") },
	"Secret": func(e *settings.Env, d bool) any { return pick(e.Secret, d, "d").Reveal() },
	"Choice": func(e *settings.Env, d bool) any {
		choose := func(name string, defaults ...string) string { return e.Choice(name, []string{"a", "d"}, defaults...) }
		return pick(choose, d, "d")
	},
	"Location": func(e *settings.Env, d bool) any { return pick(e.Location, d, time.UTC).String() },
}

func pick[T, D any](read func(string, ...D) T, withDefault bool, fallback D) T {
	if withDefault {
		return read("X", fallback)
	}
	return read("X")
}

func TestValues(t *testing.T) {
	t.Parallel()
	bad := errors.New("bad")
	tests := []struct {
		method, text string
		want         any // bad: an error
	}{
		{"String", " a ", " a "}, {"String", "", ""},
		{"Int", "42", 42}, {"Int", "-1", -1}, {"Int", "010", 10}, {"Int", "0x10", bad}, {"Int", "1_000", bad},
		{"Int", "", bad}, {"Int", "99999999999999999999", bad}, {"Int", "1.0", bad},
		{"Float", "2.5", 2.5}, {"Float", "NaN", bad}, {"Float", "inf", bad}, {"Float", "1e999", bad},
		{"Bool", "TRUE", true}, {"Bool", "on", true}, {"Bool", "ok", true}, {"Bool", "Y", true}, {"Bool", "yes", true},
		{"Bool", "1", true}, {"Bool", "false", false}, {"Bool", "off", false}, {"Bool", "n", false}, {"Bool", "No", false},
		{"Bool", "0", false}, {"Bool", "maybe", bad}, {"Bool", "", bad},
		{"Duration", "30s", "30s"}, {"Duration", "14d", "336h0m0s"}, {"Duration", "-1d", "-24h0m0s"}, {"Duration", "30", bad},
		{"Duration", "999999999d", bad}, {"Duration", "1.5d", bad}, {"Duration", "0", "0s"},
		{"Bytes", "512", int64(512)}, {"Bytes", "-1", int64(-1)}, {"Bytes", "2.5MiB", int64(2621440)}, {"Bytes", "10 MB", int64(10_000_000)},
		{"Bytes", "1kb", int64(1000)}, {"Bytes", "3TiB", int64(3 << 40)}, {"Bytes", "9223372TB", int64(9223372e12)}, {"Bytes", "9999999TB", bad},
		{"Bytes", "1M", bad}, {"Bytes", "-1MB", bad}, {"Bytes", "1e3B", bad}, {"Bytes", "MB", bad}, {"Bytes", "NaNB", bad},
		{"List", "a, b,,c ", "a|b|c"}, {"List", "", ""},
		{"Map", "a=1, b = 2=3", map[string]string{"a": "1", "b": "2=3"}}, {"Map", "", map[string]string{}},
		{"Map", "a=1,a=2", bad}, {"Map", "a", bad}, {"Map", "=1", bad},
		{"URL", "postgres://u:p@h/d?x=1", "postgres://u:p@h/d?x=1"}, {"URL", "sqlite::memory:", "sqlite::memory:"}, {"URL", "/a", bad}, {"URL", "http://a b", bad},
		{"Path", "a/../b/", "b"}, {"Path", "", bad},
		{"Addr", ":8000", ":8000"}, {"Addr", "[::1]:80", "[::1]:80"}, {"Addr", "::1:80", bad}, {"Addr", "localhost", bad}, {"Addr", "a:99999", bad},
		{"Secret", "s3", "s3"}, {"Secret", "", bad},
		{"Choice", "a", "a"}, {"Choice", "b", bad},
		{"Location", "UTC", "UTC"}, {"Location", "Nowhere/Land", bad}, {"Location", "", bad},
	}
	for _, test := range tests {
		t.Run(test.method+" "+test.text, func(t *testing.T) {
			t.Parallel()
			env := load(t, settings.Options{}, "X="+test.text)
			got := reads[test.method](env, false)
			err := env.Err()
			if test.want == bad {
				var of *settings.Error
				if !errors.As(err, &of) || of.Name != "X" || of.Source != "environment" {
					t.Errorf("got %v, %v, want an Error", got, err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPrefixes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"10.0.0.0/8, 192.0.2.7": "[10.0.0.0/8 192.0.2.7/32]", "10.1.2.3/8": "[10.0.0.0/8]", "2001:db8::/32,::1": "[2001:db8::/32 ::1/128]", "": "[]",
		"10.0.0.0/33": "error", "ten": "error", "fe80::1%eth0": "error", "1.2.3": "error",
	} {
		env := load(t, settings.Options{}, "X="+text)
		got := fmt.Sprint(env.Prefixes("X"))
		if env.Err() != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
	fallback := netip.MustParsePrefix("10.0.0.0/8")
	if got := load(t, settings.Options{}).Prefixes("X", fallback); len(got) != 1 || got[0] != fallback {
		t.Errorf("default: got %v", got)
	}
	env := load(t, settings.Options{})
	if got := env.Prefixes("X"); got != nil || env.Err() != nil {
		t.Errorf("none: got %v, %v", got, env.Err())
	}
}

func TestDefaultsAndMissing(t *testing.T) {
	t.Parallel()
	want := map[string]any{"String": "d", "Int": 7, "Float": 7.5, "Bool": true, "Duration": "1m0s", "Bytes": int64(7), "List": "",
		"Map": map[string]string{"d": "1"}, "URL": "http://d/", "Path": "d", "Addr": ":80", "Secret": "d", "Choice": "d", "Location": "UTC"}
	for method, read := range reads {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			env := load(t, settings.Options{})
			if diff := cmp.Diff(want[method], read(env, true)); diff != "" || env.Err() != nil {
				t.Errorf("with a default: %s %v", diff, env.Err())
			}
			env = load(t, settings.Options{})
			read(env, false)
			if err := env.Err(); err == nil || !strings.HasPrefix(err.Error(), "X is not set: want ") {
				t.Errorf("without: got %v", err)
			}
		})
	}
}

func TestErrNamesEverythingAndNoSecret(t *testing.T) {
	t.Parallel()
	file := write(t, "token", "hunter2-in-file")
	env := load(t, settings.Options{Prefix: "S_", Files: []string{"absent.env"}}, "S_TIMEOUT=30 sec", "S_API_LIMIT=hunter2", "S_DB=hunter2 x",
		"S_NUMBER_FILE="+file, "S_GONE_FILE="+filepath.Join(t.TempDir(), "gone"), "S_PLAIN=postgres://u:hunter2@h", "S_OBJ_SECRET={\"a\": hunter2}")
	env.Secret("SECRET_KEY")
	env.Duration("TIMEOUT", time.Second)
	env.Duration("TIMEOUT") // told once
	env.Int("API_LIMIT", 1)
	env.URL("DB")
	env.Int("NUMBER")
	env.String("GONE", "default")
	env.Int("PLAIN")
	env.Int("TWO", 1, 2)
	env.Addr("ADDR", "nonsense")
	env.JSON("OBJ_SECRET", new(map[string]int))
	got := env.Err().Error()
	if strings.Contains(got, "hunter2") {
		t.Errorf("a secret shows:\n%s", got)
	}
	for _, want := range []string{
		"S_SECRET_KEY is not set: want a secret text, in the environment or the file that S_SECRET_KEY_FILE names or absent.env",
		`S_TIMEOUT (from environment) is "30 sec": want a duration such as "30s", "1h30m" or "14d"`,
		"S_API_LIMIT (from environment) is not acceptable: want a whole number",
		"S_DB (from environment) is not acceptable: want a URL with a scheme",
		"S_NUMBER (from S_NUMBER_FILE=" + file + ") is not acceptable: want a whole number",
		"gone) cannot be read: open ",
		`S_PLAIN (from environment) is "postgres://u:********@h": want a whole number`,
		"S_TWO is asked for with 2 defaults: want at most one",
		"S_ADDR has a default that is not acceptable: want an address",
		"S_OBJ_SECRET (from environment) is not acceptable JSON",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing %q in:\n%s", want, got)
		}
	}
	if n := len(strings.Split(got, "\n")); n != 10 {
		t.Errorf("got %d lines, want 10:\n%s", n, got)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	type limits struct {
		Rate, Burst int
		Key         settings.Secret
	}
	for _, test := range []struct {
		name, text string
		want       limits
		err        string
	}{
		{"part", `{"Rate": 5, "Key": "k"}`, limits{Rate: 5, Burst: 2, Key: settings.SecretOf("k")}, ""},
		{"unknown field", `{"Rate": 5, "Rats": 1}`, limits{Rate: 1, Burst: 2}, "Rats"},
		{"trailing", `{"Rate": 5} {}`, limits{Rate: 1, Burst: 2}, "more after"},
		{"not JSON", `{"Rate": 5`, limits{Rate: 1, Burst: 2}, "unexpected EOF"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			env := load(t, settings.Options{}, "LIMITS="+test.text)
			got := limits{Rate: 1, Burst: 2}
			env.JSON("LIMITS", &got)
			env.JSON("NOT_SET", &got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if err := env.Err(); (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %v, want %q", err, test.err)
			}
		})
	}
}

func TestUnused(t *testing.T) {
	t.Parallel()
	first := write(t, "a.env", "S_DEBGU=1\nOTHER=1\nS_KEY_FILE=x\nS_DEBUG=1\n")
	second := write(t, "b.env", "\nS_XYZ=1")
	env := load(t, settings.Options{Prefix: "S_", Files: []string{first, second}}, "S_KEY=env", "S_ENVIRONMENT_ONLY=1")
	env.Bool("DEBUG", false)
	env.Secret("KEY")
	want := []settings.UnusedName{
		{Name: "S_DEBGU", File: first, Line: 1, Near: "S_DEBUG"},
		{Name: "S_XYZ", File: second, Line: 2},
	}
	got := env.Unused()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
	if got, want := got[0].String(), first+":1: S_DEBGU is never read; did you mean S_DEBUG?"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestLoadRefusesBadFiles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"no equals sign", "A=1\nB", ":2: want NAME=value"},
		{"bad name", "A-B=1", ":1: want NAME=value"},
		{"digit first", "1A=1", ":1: want NAME=value"},
		{"single quote", "\nA='x\n'", ":2: the single quote is not closed on its line"},
		{"double quote", "A=\"x\nB=1", ":1: the double quote is not closed"},
		{"escape", "A=\"x\n\\q\"", ":2: unknown escape"},
		{"after quote", "A='x' y", ":1: want nothing but a comment"},
		{"twice", "A=1\nB=\"\n\"\nA=2", ":4: A stands on line 1 already"},
		{"not UTF-8", "A=\xff", "not text in UTF-8"},
		{"too large", "A=" + strings.Repeat("x", 100), "larger than 64 bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			file := write(t, ".env", test.text)
			_, err := settings.Load(&settings.Options{Files: []string{file}, MaxFile: 64})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), file) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
