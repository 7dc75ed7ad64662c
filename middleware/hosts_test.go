package middleware_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestAllowedHosts(t *testing.T) {
	t.Parallel()
	shop := []string{"example.com", ".Shop.example", "[2001:db8::1]"}
	tests := []struct {
		name  string
		hosts []string
		debug bool
		host  string
		want  int
	}{
		{"exact", shop, false, "example.com", 200},
		{"with a port", shop, false, "example.com:8000", 200},
		{"case", shop, false, "EXAMPLE.com", 200},
		{"dot of the root", shop, false, "example.com.", 200},
		{"dot of the root and port", shop, false, "example.com.:80", 200},
		{"domain of a wildcard", shop, false, "shop.example", 200},
		{"below a wildcard", shop, false, "a.b.SHOP.example", 200},
		{"IPv6", shop, false, "[2001:db8::1]:443", 200},
		{"other", shop, false, "evil.example", 400},
		{"suffix of a name", shop, false, "notexample.com", 400},
		{"suffix of a wildcard", shop, false, "evilshop.example", 400},
		{"prefix", shop, false, "example.com.evil.example", 400},
		{"user", shop, false, "example.com@evil.example", 400},
		{"user and port", shop, false, "evil.example:80@example.com", 400},
		{"fragment", shop, false, "evil.example#example.com", 400},
		{"path", shop, false, "example.com/evil", 400},
		{"two", shop, false, "example.com, evil.example", 400},
		{"space", shop, false, "example.com evil", 400},
		{"line break", shop, false, "example.com\r\nX: y", 400},
		{"NUL", shop, false, "example.com\x00", 400},
		{"port of letters", shop, false, "example.com:evil", 400},
		{"backslash", shop, false, `example.com\evil`, 400},
		{"empty", shop, false, "", 400},
		{"two dots", shop, false, "example.com..", 400},
		{"long", shop, false, strings.Repeat("a.", 200) + "shop.example", 400},
		{"no hosts", nil, false, "localhost", 400},
		{"any", []string{"*"}, false, "whatever.example", 200},
		{"any well-formed", []string{"*"}, false, "what ever", 400},
		{"debug, localhost", nil, true, "localhost:8000", 200},
		{"debug, below localhost", nil, true, "shop.localhost", 200},
		{"debug, loopback", nil, true, "127.0.0.1:8000", 200},
		{"debug, IPv6 loopback", nil, true, "[::1]", 200},
		{"debug, other", nil, true, "evil.example", 400},
		{"debug with hosts", shop, true, "localhost", 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := site(hello, middleware.AllowedHosts(test.hosts, &middleware.AllowedHostsOptions{Debug: test.debug}))
			w := ask(h, "GET", "/", "Host", test.host)
			if w.Code != test.want {
				t.Errorf("host %q: got %d, want %d", test.host, w.Code, test.want)
			}
		})
	}
}

func TestAllowedHostsCause(t *testing.T) {
	t.Parallel()
	var cause error
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "evil.example"
	r = r.WithContext(web.ContextWithObserver(r.Context(), &web.Observer{Error: func(_ *web.Request, err error) { cause = err }}))
	site(hello, middleware.AllowedHosts(nil, nil)).ServeHTTP(httptest.NewRecorder(), r)
	var host *web.HostError
	if !errors.As(cause, &host) || host.Host != "evil.example" {
		t.Errorf("got %v, want a HostError of evil.example", cause)
	}
}

func TestCommon(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, target string
		opts         *middleware.CommonOptions
		agent        string
		status       int
		location     string
	}{
		{"nothing asked", "http://example.com/a", nil, "Mozilla/5.0", 200, ""},
		{"disallowed agent", "http://example.com/a", &middleware.CommonOptions{DisallowedUserAgents: patterns("(?i)badbot", "^curl/")}, "Mozilla BadBot/1", 403, ""},
		{"other agent", "http://example.com/a", &middleware.CommonOptions{DisallowedUserAgents: patterns("badbot", "^curl/")}, "not curl/8", 200, ""},
		{"no agent", "http://example.com/a", &middleware.CommonOptions{DisallowedUserAgents: patterns(".*")}, "", 200, ""},
		{"www", "http://example.com/a%20b?c=d", &middleware.CommonOptions{PrependWWW: true}, "", 301, "http://www.example.com/a%20b?c=d"},
		{"www with a port", "http://example.com:8000/", &middleware.CommonOptions{PrependWWW: true}, "", 301, "http://www.example.com:8000/"},
		{"www over TLS, another status", "https://example.com/", &middleware.CommonOptions{PrependWWW: true, RedirectStatus: 308}, "", 308, "https://www.example.com/"},
		{"www already", "http://WWW.example.com/", &middleware.CommonOptions{PrependWWW: true}, "", 200, ""},
		{"www keeps to the host", "http://example.com//evil.example/", &middleware.CommonOptions{PrependWWW: true}, "", 301, "http://www.example.com/%2Fevil.example/"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(site(hello, middleware.Common(test.opts)), "GET", test.target, "User-Agent", test.agent)
			wantStatus(t, w, test.status)
			wantHeader(t, w, "Location", test.location)
		})
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	view := func(r *web.Request) (web.Response, error) {
		b, err := r.Body()
		return web.Bytes("text/plain", b), err
	}
	for limit, want := range map[int64]int{10: http.StatusRequestEntityTooLarge, 100: http.StatusOK} {
		h := site(view, middleware.Limits(web.Limits{Body: limit}))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", 50))))
		wantStatus(t, w, want)
	}
}
