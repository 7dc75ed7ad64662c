package commands

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
)

func TestListenOn(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		flags flags
		port  string // PORT
		want  []string
		err   string
	}{
		{name: "nothing"},
		{name: "PORT", port: "5000", want: []string{"0.0.0.0:5000"}},
		{name: "PORT that is none", port: "tcp://10.0.0.1:80"},
		{name: "host wins over PORT", flags: flags{host: "::1"}, port: "5000", want: []string{"[::1]:8000"}},
		{name: "port", flags: flags{port: "80"}, want: []string{"127.0.0.1:80"}},
		{name: "host and port", flags: flags{host: "0.0.0.0", port: "80"}, want: []string{"0.0.0.0:80"}},
		{name: "port that is none", flags: flags{port: "http"}, err: "--port http"},
		{name: "port too high", flags: flags{port: "65536"}, err: "65535"},
		{name: "uds", flags: flags{uds: "/run/x.sock"}, want: []string{"unix:/run/x.sock"}},
		{name: "uds and port", flags: flags{uds: "x.sock", host: "::"}, want: []string{"unix:x.sock", "[::]:8000"}},
		{name: "user of Gunicorn", flags: flags{uds: "www-data"}, err: "User="},
		{name: "fd", flags: flags{fd: "3"}, want: []string{"fd:3"}},
		{name: "Gunicorn", flags: flags{bind: []string{"127.0.0.1:8001", ":80", "[::1]:443", "unix:/run/y", "unix:///run/z", "fd://4", "localhost", "::1", "http://0.0.0.0:9000"}},
			want: []string{"127.0.0.1:8001", ":80", "[::1]:443", "unix:/run/y", "unix:/run/z", "fd:4", "localhost:8000", "[::1]:8000", "0.0.0.0:9000"}},
		{name: "Daphne", flags: flags{bind: []string{"0.0.0.0"}, pid: "8001"}, want: []string{"0.0.0.0:8001"}},
		{name: "Daphne's port alone", flags: flags{pid: "8001"}, want: []string{"127.0.0.1:8001"}},
		{name: "bind with a bad port", flags: flags{bind: []string{"0.0.0.0:http"}}, err: `"http" is no port`},
		{name: "bind with two colons", flags: flags{bind: []string{"a:b:c"}}, err: "want HOST"},
		{name: "bind without a socket", flags: flags{bind: []string{"unix:"}}, err: "missing"},
		{name: "endpoints", flags: flags{endpoint: []string{"tcp:port=8000:interface=127.0.0.1", "tcp6:80", `tcp:80:interface=\:\:1`, "unix:/run/a.sock", "fd:fileno=5", "systemd:domain=INET:index=0"}},
			want: []string{"http://127.0.0.1:8000", "http://:80", "http://[::1]:80", "http://unix:/run/a.sock", "http://fd:5", "http://systemd"}},
		{name: "endpoint of TLS", flags: flags{endpoint: []string{"ssl:443:privateKey=k.pem:certKey=c.pem"}}, want: []string{"https://:443"}},
		{name: "endpoint with two certificates", flags: flags{endpoint: []string{"ssl:443:certKey=c.pem", "ssl:444"}}, err: "one certificate"},
		{name: "endpoint unknown", flags: flags{endpoint: []string{"onion:80"}}, err: "want tcp:"},
		{name: "endpoint without a port", flags: flags{endpoint: []string{"tcp:"}}, err: "no port"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, err := test.flags.listenOn(test.port)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got the error %v, want one with %q", err, test.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.list); diff != "" {
				t.Errorf("addresses (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSplitEnv(t *testing.T) {
	t.Parallel()
	f := flags{env: []string{"A=1", "tcp:8000", "URL=tcp:1", "ssl:443:privateKey=a"}}
	f.splitEnv()
	if diff := cmp.Diff([][]string{{"A=1", "URL=tcp:1"}, {"tcp:8000", "ssl:443:privateKey=a"}}, [][]string{f.env, f.endpoint}); diff != "" {
		t.Errorf("variables and endpoints (-want +got):\n%s", diff)
	}
}

// TestFlagsWin has variables of Uvicorn that say otherwise than flags.
func TestFlagsWin(t *testing.T) {
	t.Parallel()
	environ := map[string]string{"UVICORN_PROXY_HEADERS": "false", "UVICORN_DATE_HEADER": "0", "UVICORN_ACCESS_LOG": "false", "UVICORN_PORT": "1"}
	lookup := func(name string) (string, bool) { v, ok := environ[name]; return v, ok }
	given := flags{proxyHeaders: true, dateHeader: true, accessLog: "on", port: "2"}
	if err := given.fromEnvironment(lookup); err != nil || given.noProxy || given.noDate || given.noAccessLog || given.port != "2" {
		t.Errorf("got %+v, %v", given, err)
	}
	none := flags{}
	if err := none.fromEnvironment(lookup); err != nil || !none.noProxy || !none.noDate || !none.noAccessLog || none.port != "1" {
		t.Errorf("without flags: got %+v, %v", none, err)
	}
}

func TestParseApplication(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]application{
		"mysite.asgi:application": {name: "mysite.asgi:application"},
		"mysite.wsgi":             {name: "mysite.wsgi:application"},
		"app:site.api":            {name: "app:site.api"},
		"app:create_app()":        {name: "app:create_app", factory: true},
		"größe:übersicht":         {name: "größe:übersicht"},
	} {
		if got, err := parseApplication(text); err != nil || got != want {
			t.Errorf("%s: got %+v and %v, want %+v", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"": "names no", "a:": "names no", ":a": "names no", "app.py": "is a file", "./mysite/asgi.py:application": "is a file",
		"app:create_app('x')": "arguments", "a b": "names no", "a:b;c": "names no", "-x": "names no", "a..b": "names no",
	} {
		if got, err := parseApplication(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %+v and %v, want an error with %q", text, got, err, want)
		}
	}
}

func TestParseSeconds(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"": 0, "30": 30 * time.Second, "0.5": time.Second / 2, "2m": 2 * time.Minute, "0": -1, "-1": -1, "0s": -1,
	} {
		if got, err := parseSeconds("x", text); err != nil || got != want {
			t.Errorf("%q: got %v and %v, want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"a", "NaN", "1e99", "-2m", "30 s", "inf"} {
		if got, err := parseSeconds("x", text); err == nil {
			t.Errorf("%q: got %v, want an error", text, got)
		}
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{"": 0, "1": 1, "512M": 512 << 20, "2GiB": 2 << 30, "10 kb": 10 << 10, "1000": 1000} {
		if got, err := parseSize("x", text); err != nil || got != want {
			t.Errorf("%q: got %d and %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"0", "-1", "M", "1T", "99999999999G", "1MM"} {
		if got, err := parseSize("x", text); err == nil {
			t.Errorf("%q: got %d, want an error", text, got)
		}
	}
}

func TestParseTrusted(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "false",
		"127.0.0.1, ::1":             "127.0.0.1/32 ::1/128 false",
		"10.1.2.3/8,unix":            "10.0.0.0/8 true",
		"*":                          "0.0.0.0/0 ::/0 true",
		"/run/nginx.sock":            "true",
		"localhost,::ffff:127.0.0.2": "127.0.0.1/32 127.0.0.2/32 false",
	} {
		list, unix, err := parseTrusted("x", text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		var got strings.Builder
		for _, p := range list {
			got.WriteString(p.String() + " ")
		}
		if unix {
			got.WriteString("true")
		} else {
			got.WriteString("false")
		}
		if got.String() != want {
			t.Errorf("%q: got %s, want %s", text, got.String(), want)
		}
	}
	for _, text := range []string{"proxy.example", "10.0.0.0/33", "10.0.0"} {
		if _, _, err := parseTrusted("x", text); err == nil {
			t.Errorf("%q: want an error", text)
		}
	}
}

// sample is a request with its answer.
func sample() *entry {
	r := httptest.NewRequest(http.MethodGet, "/shop/?page=2", nil)
	r.Header.Set("User-Agent", "curl\"/8\n")
	r.Header.Set("X-Id", "7")
	r.SetBasicAuth("ada", "secret")
	return &entry{r: r, client: "192.0.2.1", start: time.Date(2026, 11, 21, 9, 36, 38, 0, time.UTC), took: 1500 * time.Millisecond, status: 200, bytes: 5120,
		headers: http.Header{"Content-Type": {"text/html"}}}
}

func lineOf(atoms []atom, e *entry) string {
	var b []byte
	for _, a := range atoms {
		b = a(b, e)
	}
	return string(b)
}

func TestLineForms(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{
		"common":   `192.0.2.1 - ada [21/Nov/2026:09:36:38 +0000] "GET /shop/?page=2 HTTP/1.1" 200 5120`,
		"combined": `192.0.2.1 - ada [21/Nov/2026:09:36:38 +0000] "GET /shop/?page=2 HTTP/1.1" 200 5120 "-" "curl\"/8\n"`,
		`%(m)s %(U)s?%(q)s %(H)s %(b)s %(T)s %(M)s %(D)s %(L)s %(l)s 100%%`: `GET /shop/?page=2 HTTP/1.1 5120 1 1500 1500000 1.500000 - 100%`,
		`%({x-id}i)s %({content-type}o)s %({x-none}i)s`:                     `7 text/html -`,
	} {
		atoms, err := parseLineForm(form)
		if err != nil {
			t.Fatal(err)
		}
		if got := lineOf(atoms, sample()); got != want {
			t.Errorf("%s:\n got %s\nwant %s", form, got, want)
		}
	}
	for _, form := range []string{"%", "%h", "%(h", "%(nope)s", "%({a}x)s", "%(h)d"} {
		if _, err := parseLineForm(form); err == nil {
			t.Errorf("%q: want an error", form)
		}
	}
}

func FuzzLineForm(f *testing.F) {
	for _, form := range []string{"common", "combined", "%(h)s%%", "%({a}i)s", "%({}i)s", "%("} {
		f.Add(form, "agent")
	}
	f.Fuzz(func(t *testing.T, form, agent string) {
		atoms, err := parseLineForm(form)
		if err != nil {
			return
		}
		e := sample()
		e.r.Header = http.Header{"User-Agent": {agent}}
		if got := lineOf(atoms, e); strings.Count(got, "\n") > strings.Count(form, "\n") {
			t.Errorf("%q makes a line of %q: %q", form, agent, got)
		}
	})
}

func FuzzListenOn(f *testing.F) {
	for _, text := range []string{"127.0.0.1:80", "unix:/x", "fd://3", "[::1]", "tcp:80:interface=\\:\\:1", "ssl:1:certKey=a=b", "a:b:c", "\\"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if address, err := parseBind(text, ""); err == nil && address == "" {
			t.Errorf("%q: no address and no error", text)
		}
		var a addresses
		if err := a.addEndpoint(text); err == nil && len(a.list) != 1 {
			t.Errorf("endpoint %q: %q", text, a.list)
		}
	})
}

func BenchmarkAccessLine(b *testing.B) {
	atoms, err := parseLineForm("combined")
	if err != nil {
		b.Fatal(err)
	}
	e := sample()
	buf := make([]byte, 0, 256)
	for b.Loop() {
		for _, a := range atoms {
			buf = a(buf, e)
		}
		buf = buf[:0]
	}
	b.ReportAllocs()
}

func TestSplitWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"": nil, "  a  b\t": {"a", "b"}, `--name "a b" 'c "d"'`: {"--name", "a b", `c "d"`}, `a\ b`: {"a b"}, `"a\"b\c"`: {`a"b\c`},
		`''`: {""}, `a"b"'c'`: {"abc"}, `'a\'`: {`a\`},
	} {
		if got, err := splitWords(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: got %q and %v, want %q", text, got, err, want)
		}
	}
	for _, text := range []string{`'a`, `"a`, `a\`, `"\"`} {
		if got, err := splitWords(text); err == nil {
			t.Errorf("%q: got %q, want an error", text, got)
		}
	}
}

// FuzzSplitWords quotes words, and gets them again.
func FuzzSplitWords(f *testing.F) {
	f.Add("a b", `c"'\`)
	f.Fuzz(func(t *testing.T, a, b string) {
		if _, err := splitWords(a); err != nil && err != errQuote {
			t.Error(err)
		}
		quoted := "'" + strings.ReplaceAll(a, "'", `'\''`) + "' \"" + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(b) + `"`
		if got, err := splitWords(quoted); err != nil || !slices.Equal(got, []string{a, b}) {
			t.Errorf("%q: got %q and %v", quoted, got, err)
		}
	})
}

// TestGunicornFlags: each setting is a flag.
func TestGunicornFlags(t *testing.T) {
	t.Parallel()
	for _, name := range gunicornSettings {
		if _, hook := gunicornHooks[name]; hook || name == "wsgi_app" {
			continue
		}
		value := any(true)
		if name == "sendfile" {
			value = false
		}
		args := settingArgs(name, value)
		if len(args) != 1 {
			t.Errorf("%s: got %q", name, args)
			continue
		}
		if _, _, err := parseFlags(t.Context(), args, "a file"); err != nil && !strings.Contains(err.Error(), "want a") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestGunicornSettings asks Gunicorn for its settings: each is one here.
func TestGunicornSettings(t *testing.T) {
	t.Parallel()
	const script = "from gunicorn.config import KNOWN_SETTINGS\nprint(*[s.name for s in KNOWN_SETTINGS])"
	out, err := exec.Command("/usr/bin/python3", "-c", script).Output()
	if err != nil {
		realdjango.Missing(t, "gunicorn for /usr/bin/python3 (Debian package gunicorn)")
	}
	names := strings.Fields(string(out))
	if len(names) < 80 {
		t.Errorf("there are %q", names)
	}
	for _, name := range names {
		if !slices.Contains(gunicornSettings, name) && name != "config" && name != "default_proc_name" {
			t.Errorf("%s is not known", name)
		}
	}
}
