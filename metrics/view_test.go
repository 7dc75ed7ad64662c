package metrics_test

import (
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestViewGuard(t *testing.T) {
	t.Parallel()
	inside := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	proxies := []web.Middleware{middleware.TrustedProxies([]netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}, nil)}
	tests := []struct {
		name, peer, host string
		header           http.Header
		opts             metrics.Options
		layers           []web.Middleware
		want             string // what the cause of the 403 tells; "" for an answer
	}{
		{"loopback", "127.0.0.1:1", "127.0.0.1:8000", nil, metrics.Options{}, nil, ""},
		{"loopback of IPv6", "[::1]:1", "[::1]:8000", nil, metrics.Options{}, nil, ""},
		{"loopback by name", "127.0.0.1:1", "localhost:8000", nil, metrics.Options{}, nil, ""},
		{"somebody", "192.0.2.1:1", "192.0.2.7", nil, metrics.Options{}, nil, "the client 192.0.2.1 is not in Options.AllowFrom"},
		{"a Unix socket", "@", "localhost", nil, metrics.Options{}, nil, "is not in Options.AllowFrom"},
		{"allowed network", "10.1.2.3:1", "10.0.0.1:8000", nil, metrics.Options{AllowFrom: inside}, nil, ""},
		{"allowed network over mapped IPv6", "[::ffff:10.1.2.3]:1", "10.0.0.1", nil, metrics.Options{AllowFrom: inside}, nil, ""},
		{"allowed network of IPv6", "[fd00::7]:1", "[fd00::1]", nil, metrics.Options{AllowFrom: inside}, nil, ""},
		{"allowed network with a zone", "[fd00::7%eth0]:1", "[fd00::1]", nil, metrics.Options{AllowFrom: inside}, nil, ""},
		{"beside the allowed network", "11.1.2.3:1", "10.0.0.1", nil, metrics.Options{AllowFrom: inside}, nil, "the client 11.1.2.3"},
		{"a name of somebody's own (DNS rebinding)", "127.0.0.1:1", "evil.example", nil, metrics.Options{}, nil, `the host "evil.example" is not among Options.Hosts`},
		{"a name that is ours", "127.0.0.1:1", "Shop:8000", nil, metrics.Options{Hosts: []string{"shop"}}, nil, ""},
		{"local proxy that nobody trusts", "127.0.0.1:1", "127.0.0.1", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, metrics.Options{}, nil, "X-Forwarded-For"},
		{"local proxy of another kind", "127.0.0.1:1", "127.0.0.1", http.Header{"Via": {"1.1 cache"}}, metrics.Options{}, nil, "Via"},
		{"client behind a trusted proxy", "127.0.0.1:1", "127.0.0.1", http.Header{"X-Forwarded-For": {"192.0.2.1"}}, metrics.Options{}, proxies, "the client 192.0.2.1"},
		{"allowed client behind a trusted proxy", "127.0.0.1:1", "127.0.0.1", http.Header{"X-Forwarded-For": {"10.9.9.9"}}, metrics.Options{AllowFrom: inside}, proxies, ""},
		{"client that says it is loopback", "127.0.0.1:1", "127.0.0.1", http.Header{"X-Forwarded-For": {"127.0.0.1, 192.0.2.1"}}, metrics.Options{}, proxies, "the client 192.0.2.1"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			m := metrics.New(&test.opts)
			var cause error
			h := web.ToHTTP(m.View, &web.Options{Middleware: test.layers, Logger: slog.New(slog.DiscardHandler)})
			r := httptest.NewRequest("GET", "/metrics", nil)
			r.RemoteAddr, r.Host = test.peer, test.host
			for k, v := range test.header {
				r.Header[k] = v
			}
			r = r.WithContext(web.ContextWithObserver(r.Context(), &web.Observer{Error: func(_ *web.Request, err error) { cause = err }}))
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			if test.want == "" {
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "\ngo_goroutines ") || w.Header().Get("Cache-Control") != "no-store" {
					t.Errorf("got %d %v %.300s, want metrics; %v", w.Code, w.Header(), w.Body, cause)
				}
				return
			}
			if w.Code != http.StatusForbidden || !errors.Is(cause, web.ErrForbidden) && cause == nil || !strings.Contains(cause.Error(), test.want) {
				t.Errorf("got %d, %v, want 403 that tells %q", w.Code, cause, test.want)
			}
			if body := w.Body.String(); strings.Contains(body, "go_goroutines") || strings.Contains(body, "AllowFrom") {
				t.Errorf("the answer tells too much: %s", body)
			}
		})
	}
}

func TestViewForms(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil)
	ask := func(method, accept string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://127.0.0.1/metrics", nil)
		r.RemoteAddr = "127.0.0.1:1"
		r.Header.Set("Accept", accept)
		w := httptest.NewRecorder()
		web.ToHTTP(m.View, &web.Options{Logger: slog.New(slog.DiscardHandler)}).ServeHTTP(w, r)
		return w
	}
	for accept, want := range map[string]string{
		"*/*": "text/plain; version=0.0.4; charset=utf-8",
		"application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5": "application/openmetrics-text; version=1.0.0; charset=utf-8",
	} {
		w := ask("GET", accept)
		if got := w.Header().Get("Content-Type"); !strings.HasPrefix(got, want) {
			t.Errorf("Accept %s: got %s, want %s", accept, got, want)
		}
		if open := strings.HasSuffix(w.Body.String(), "# EOF\n"); open != strings.Contains(want, "openmetrics") {
			t.Errorf("Accept %s: got the end %.20q", accept, w.Body.String()[w.Body.Len()-20:])
		}
	}
	if w := ask("POST", "*/*"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: got %d %v", w.Code, w.Header())
	}
}

// TestViewCompressed has the default middleware around the view, whose business compression is.
func TestViewCompressed(t *testing.T) {
	t.Parallel()
	m := metrics.New(nil)
	server := httptest.NewServer(web.ToHTTP(m.View, &web.Options{Logger: slog.New(slog.DiscardHandler),
		Middleware: middleware.Default(&middleware.DefaultOptions{Debug: true})}))
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Content-Encoding"); got != "gzip" {
		t.Fatalf("got the coding %q", got)
	}
	unpacked, err := gzip.NewReader(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil || !strings.Contains(string(text), "\ngo_goroutines ") {
		t.Errorf("got %v, %.300s", err, text)
	}
}
