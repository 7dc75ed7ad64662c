package middleware_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestCORS(t *testing.T) {
	t.Parallel()
	const app = "https://app.example.com"
	text := []string{"text/plain; charset=utf-8"}
	preflight := []string{"Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "x-shop"}
	vary3 := []string{"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"}
	tests := []struct {
		name, method string
		origins      []string
		opts         *middleware.CORSOptions
		headers      []string
		status       int
		want         http.Header
	}{
		{"no origin", "GET", []string{app}, nil, nil, 200, http.Header{"Content-Type": text, "Vary": {"Origin"}}},
		{"named origin", "GET", []string{app}, nil, []string{"Origin", app}, 200,
			http.Header{"Content-Type": text, "Vary": {"Origin"}, "Access-Control-Allow-Origin": {app}}},
		{"other origin", "GET", []string{app}, nil, []string{"Origin", "https://evil.example"}, 200, http.Header{"Content-Type": text, "Vary": {"Origin"}}},
		{"any origin", "GET", []string{"*"}, nil, []string{"Origin", "https://evil.example"}, 200,
			http.Header{"Content-Type": text, "Access-Control-Allow-Origin": {"*"}}},
		{"any origin never has credentials", "GET", []string{"*"}, &middleware.CORSOptions{Credentials: true}, []string{"Origin", "https://evil.example"}, 200,
			http.Header{"Content-Type": text, "Access-Control-Allow-Origin": {"*"}}},
		{"named beside any has credentials", "GET", []string{"*", app}, &middleware.CORSOptions{Credentials: true, Expose: []string{"X-Total", "Link"}}, []string{"Origin", app}, 200,
			http.Header{"Content-Type": text, "Vary": {"Origin"}, "Access-Control-Allow-Origin": {app}, "Access-Control-Allow-Credentials": {"true"}, "Access-Control-Expose-Headers": {"X-Total, Link"}}},
		{"preflight", "OPTIONS", []string{app}, nil, append([]string{"Origin", app}, preflight...), 204,
			http.Header{"Vary": vary3, "Access-Control-Allow-Origin": {app}, "Access-Control-Allow-Methods": {"GET, HEAD, POST"}}},
		{"preflight of everything", "OPTIONS", []string{app},
			&middleware.CORSOptions{Methods: []string{"PUT"}, Headers: []string{"X-Shop", "*"}, Credentials: true, MaxAge: time.Hour, PrivateNetwork: true},
			append([]string{"Origin", app, "Access-Control-Request-Private-Network", "true"}, preflight...), 204,
			http.Header{"Vary": vary3, "Access-Control-Allow-Origin": {app}, "Access-Control-Allow-Methods": {"PUT"}, "Access-Control-Allow-Headers": {"X-Shop"},
				"Access-Control-Allow-Credentials": {"true"}, "Access-Control-Max-Age": {"3600"}, "Access-Control-Allow-Private-Network": {"true"}}},
		{"preflight of another", "OPTIONS", []string{app}, nil, append([]string{"Origin", "https://evil.example"}, preflight...), 204, http.Header{"Vary": vary3}},
		{"preflight, not remembered", "OPTIONS", []string{"*"}, &middleware.CORSOptions{MaxAge: -1, Headers: []string{"*"}}, append([]string{"Origin", app}, preflight...), 204,
			http.Header{"Vary": {"Access-Control-Request-Method, Access-Control-Request-Headers"}, "Access-Control-Allow-Origin": {"*"},
				"Access-Control-Allow-Methods": {"GET, HEAD, POST"}, "Access-Control-Allow-Headers": {"*"}, "Access-Control-Max-Age": {"-1"}}},
		{"OPTIONS that is no preflight", "OPTIONS", []string{app}, nil, []string{"Origin", app}, 200,
			http.Header{"Content-Type": text, "Vary": {"Origin"}, "Access-Control-Allow-Origin": {app}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(site(hello, middleware.CORS(test.origins, test.opts)), test.method, "/", test.headers...)
			wantStatus(t, w, test.status)
			if diff := cmp.Diff(test.want, w.Header()); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCORSOrigins(t *testing.T) {
	t.Parallel()
	h := site(hello, middleware.CORS([]string{"https://App.example.com", "https://*.shop.example", "http://*.dev.example:8000", "null2"}, nil))
	tests := map[string]bool{
		"https://app.example.com":                true,
		"HTTPS://APP.EXAMPLE.COM":                true,
		"http://app.example.com":                 false,
		"https://app.example.com:8443":           false,
		"https://app.example.com.evil.example":   false,
		"https://a.shop.example":                 true,
		"https://a.b.shop.example":               true,
		"https://shop.example":                   false,
		"https://evilshop.example":               false,
		"https://.shop.example":                  false,
		"http://a.shop.example":                  false,
		"https://evil.example/.shop.example":     false,
		"https://evil.example:80@a.shop.example": false,
		"https://evil.example#.shop.example":     false,
		"https://evil.example%00.shop.example":   false,
		"https://a.shop.example:8443":            false,
		"http://a.dev.example:8000":              true,
		"http://a.dev.example":                   false,
		"null":                                   false,
		"*":                                      false,
	}
	for origin, want := range tests {
		got := ask(h, "GET", "/", "Origin", origin).Header().Get("Access-Control-Allow-Origin")
		if (got == origin) != want || !want && got != "" {
			t.Errorf("origin %q: got %q, want it allowed: %v", origin, got, want)
		}
	}
}

func TestCORSOnErrorPages(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) { return web.Response{}, web.NotFound("") }
	w := ask(site(view, middleware.CORS([]string{"*"}, nil)), "GET", "/", "Origin", "https://a.example")
	wantStatus(t, w, 404)
	wantHeader(t, w, "Access-Control-Allow-Origin", "*")
}
