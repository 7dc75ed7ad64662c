package middleware_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	text := []string{"text/plain; charset=utf-8"}
	tests := []struct {
		name string
		opts *middleware.SecurityOptions
		url  string
		want http.Header
	}{
		{"defaults", nil, "http://example.com/", http.Header{"Content-Type": text, "X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"DENY"},
			"Referrer-Policy": {"same-origin"}, "Cross-Origin-Opener-Policy": {"same-origin"}}},
		{"all omitted", &middleware.SecurityOptions{InsecureSniffing: true, FrameOptions: middleware.Omit, ReferrerPolicy: middleware.Omit, OpenerPolicy: middleware.Omit, PermissionsPolicy: middleware.Omit},
			"http://example.com/", http.Header{"Content-Type": text}},
		{"all changed", &middleware.SecurityOptions{FrameOptions: "sameorigin", ReferrerPolicy: "no-referrer, strict-origin", OpenerPolicy: "unsafe-none", PermissionsPolicy: "camera=()"},
			"http://example.com/", http.Header{"Content-Type": text, "X-Content-Type-Options": {"nosniff"}, "X-Frame-Options": {"SAMEORIGIN"},
				"Referrer-Policy": {"no-referrer,strict-origin"}, "Cross-Origin-Opener-Policy": {"unsafe-none"}, "Permissions-Policy": {"camera=()"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(site(hello, middleware.Security(test.opts)), "GET", test.url)
			if diff := cmp.Diff(test.want, w.Header()); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHSTS(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		opts middleware.SecurityOptions
		url  string
		want string
	}{
		{"off", middleware.SecurityOptions{}, "https://example.com/", ""},
		{"on", middleware.SecurityOptions{HSTS: time.Hour}, "https://example.com/", "max-age=3600"},
		{"not without TLS", middleware.SecurityOptions{HSTS: time.Hour}, "http://example.com/", ""},
		{"subdomains", middleware.SecurityOptions{HSTS: time.Hour, HSTSSubdomains: true}, "https://example.com/", "max-age=3600; includeSubDomains"},
		{"preload", middleware.SecurityOptions{HSTS: time.Hour, HSTSPreload: true}, "https://example.com/", "max-age=3600; preload"},
		{"all", middleware.SecurityOptions{HSTS: 90*time.Second + time.Millisecond, HSTSSubdomains: true, HSTSPreload: true}, "https://example.com/", "max-age=90; includeSubDomains; preload"},
	}
	for _, test := range tests {
		w := ask(site(hello, middleware.Security(&test.opts)), "GET", test.url)
		if got := w.Header().Get("Strict-Transport-Security"); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestTLSRedirect(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, url, host string
		opts            middleware.SecurityOptions
		status          int
		location        string
	}{
		{"redirect", "http://example.com/a%20b/?q=1&r=%2F", "", middleware.SecurityOptions{}, 301, "https://example.com/a%20b/?q=1&r=%2F"},
		{"already", "https://example.com/", "", middleware.SecurityOptions{}, 200, ""},
		{"another host", "http://example.com/a", "", middleware.SecurityOptions{TLSHost: "secure.example.com"}, 301, "https://secure.example.com/a"},
		{"exempt", "http://example.com/health/live", "", middleware.SecurityOptions{TLSExempt: patterns("^health/")}, 200, ""},
		{"not exempt", "http://example.com/a/health/", "", middleware.SecurityOptions{TLSExempt: patterns("^health/")}, 301, "https://example.com/a/health/"},
		{"two slashes stay a path", "http://example.com//evil.example/", "", middleware.SecurityOptions{}, 301, "https://example.com/%2Fevil.example/"},
		{"malformed host", "http://example.com/", "exa mple", middleware.SecurityOptions{}, 400, ""},
		{"no host", "http://example.com/", "", middleware.SecurityOptions{TLSHost: "example.com"}, 301, "https://example.com/"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.opts.TLSRedirect = true
			var headers []string
			if test.host != "" {
				headers = []string{"Host", test.host}
			}
			w := ask(site(hello, middleware.Security(&test.opts)), "GET", test.url, headers...)
			wantStatus(t, w, test.status)
			wantHeader(t, w, "Location", test.location)
			wantHeader(t, w, "X-Content-Type-Options", "nosniff")
		})
	}
}

func TestTLSRedirectNeverLeadsToAForeignHost(t *testing.T) {
	t.Parallel()
	h := site(hello, middleware.Default(&middleware.DefaultOptions{Hosts: []string{"example.com"}, Security: &middleware.SecurityOptions{TLSRedirect: true}})...)
	w := ask(h, "GET", "/", "Host", "evil.example")
	wantStatus(t, w, http.StatusBadRequest)
	wantHeader(t, w, "Location", "")
}

func TestViewsKeepTheirHeaders(t *testing.T) {
	t.Parallel()
	own := answer(web.Text("ok").WithHeader("X-Frame-Options", "ALLOW").WithHeader("Referrer-Policy", "origin"))
	tests := []struct {
		name  string
		view  web.Handler
		frame []string
	}{
		{"own", own, []string{"ALLOW"}},
		{"deny", middleware.XFrameOptionsDeny(hello), []string{"DENY"}},
		{"same origin", middleware.XFrameOptionsSameOrigin(hello), []string{"SAMEORIGIN"}},
		{"exempt", middleware.XFrameOptionsExempt(hello), nil},
		{"own before exempt", middleware.XFrameOptionsExempt(own), []string{"ALLOW"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := ask(site(test.view, middleware.Security(&middleware.SecurityOptions{FrameOptions: "DENY"})), "GET", "/")
			// Result has what a client would get.
			if diff := cmp.Diff(test.frame, w.Result().Header["X-Frame-Options"]); diff != "" {
				t.Errorf("X-Frame-Options (-want +got):\n%s", diff)
			}
		})
	}
}

func TestErrorsPassDecorators(t *testing.T) {
	t.Parallel()
	fail := func(*web.Request) (web.Response, error) { return web.Response{}, web.NotFound("gone") }
	view := middleware.XFrameOptionsExempt(middleware.NeverCache(middleware.CSPOverride(nil)(fail)))
	w := ask(site(view, middleware.Security(nil)), "GET", "/")
	wantStatus(t, w, http.StatusNotFound)
	wantHeader(t, w, "X-Frame-Options", "DENY")
}
