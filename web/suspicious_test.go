package web_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web"
)

// What looks like an attack is a 400, and its log entry says so.
func TestSuspiciousOperations(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		view web.Handler
		host string
		want string
	}{
		"host":     {nil, "evil example", "security=DisallowedHost"},
		"redirect": {func(*web.Request) (web.Response, error) { return web.Redirect("//evil.example"), nil }, "", "security=DisallowedRedirect"},
		"header":   {func(*web.Request) (web.Response, error) { return web.Text("").WithHeader("X-A", "a\r\nb"), nil }, "", "security=BadHeader"},
		"own": {func(*web.Request) (web.Response, error) {
			return web.Response{}, fmt.Errorf("load: %w", &web.SuspiciousOperation{Kind: "SuspiciousSession", Detail: "forged"})
		}, "", "security=SuspiciousSession"},
		"a mistake": {func(*web.Request) (web.Response, error) { return web.Response{}, web.BadRequest("no") }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			r := httptest.NewRequest("GET", "/", nil)
			if test.host != "" {
				r.Host = test.host
			}
			w := httptest.NewRecorder()
			web.ToHTTP(test.view, &web.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))}).ServeHTTP(w, r)
			if w.Code != 400 || strings.Contains(w.Body.String(), "forged") {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			if test.want == "" && strings.Contains(log.String(), "security=") || !strings.Contains(log.String(), test.want) {
				t.Errorf("got log %s, want %q", &log, test.want)
			}
		})
	}
}

func TestValuesAll(t *testing.T) {
	t.Parallel()
	var got []string
	for name, value := range web.ParseValues("a=1&b=2&a=3").All() {
		got = append(got, name+value)
	}
	if s := strings.Join(got, " "); s != "a3 b2" {
		t.Errorf("got %s", s)
	}
	for name := range web.ParseValues("a=1&b=2").All() {
		if name != "a" {
			t.Error("it goes on after the loop was left")
		}
		break
	}
}

func TestContentParams(t *testing.T) {
	t.Parallel()
	raw := httptest.NewRequest("POST", "/", strings.NewReader("x"))
	raw.Header.Set("Content-Type", `Text/HTML; Charset="utf-8"; q=1`)
	r := request(t, raw)
	if r.ContentType() != "text/html" || r.ContentParams()["charset"] != "utf-8" || r.ContentParams()["q"] != "1" {
		t.Errorf("got %s %v", r.ContentType(), r.ContentParams())
	}
}

func TestPaths(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ script, target, path, info, full string }{
		{"", "/a%20b/?x=1", "/a b/", "/a b/", "/a%20b/?x=1"},
		{"/shop", "/shop/records/?x=1", "/shop/records/", "/records/", "/shop/records/?x=1"},
		{"/shop", "/shop", "/shop/", "/", "/shop/"},
		{"/shop", "/shopping/", "/shop/shopping/", "/shopping/", "/shop/shopping/"},
		{"", "//evil.example/x", "//evil.example/x", "//evil.example/x", "/%2Fevil.example/x"},
	} {
		raw := httptest.NewRequest("GET", "http://example.com"+test.target, nil)
		r, err := web.NewRequest(raw, &web.Options{ScriptName: test.script})
		if err != nil {
			t.Fatal(err)
		}
		if r.Path() != test.path || r.PathInfo() != test.info || r.FullPath() != test.full {
			t.Errorf("%s %s: got %q %q %q", test.script, test.target, r.Path(), r.PathInfo(), r.FullPath())
		}
	}
}

// The same as the recorded cases say, for those who don't have them.
func TestAcceptsPlainly(t *testing.T) {
	t.Parallel()
	raw := httptest.NewRequest("GET", "/", nil)
	raw.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.1")
	r := request(t, raw)
	if !r.Accepts("text/html") || !r.Accepts("image/png") {
		t.Error("a browser's header accepts HTML, and anything else if need be")
	}
	if got := r.PreferredType("application/json", "application/xml", "text/html"); got != "text/html" {
		t.Errorf("got %s", got)
	}
	raw.Header.Set("Accept", "application/json")
	if r = request(t, raw); r.Accepts("text/html") || r.PreferredType("text/html") != "" {
		t.Error("HTML was not asked for")
	}
}
