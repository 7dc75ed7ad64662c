package middleware_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

// discard is a ResponseWriter that costs nothing.
type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

func hello(*web.Request) (web.Response, error) { return web.Text("Hello, world!"), nil }

func stackOf(stack []web.Middleware) http.Handler {
	return web.ToHTTP(hello, &web.Options{Middleware: stack})
}

func get(h http.Handler, r *http.Request) {
	w := &discard{http.Header{}}
	h.ServeHTTP(w, r)
}

// TestDefaultAllocations keeps the price of the default stack: at most 12 allocations beside those of
// package web, for a client that does not ask for compression.
func TestDefaultAllocations(t *testing.T) { // not parallel: it counts
	count := func(stack []web.Middleware) float64 {
		h := stackOf(stack)
		r := httptest.NewRequest("GET", "http://example.com/", nil)
		return testing.AllocsPerRun(200, func() { get(h, r) })
	}
	bare, full := count(nil), count(middleware.Default(&middleware.DefaultOptions{Hosts: []string{"example.com"}}))
	if full-bare > 12 {
		t.Errorf("got %v allocations with the default stack, %v without, want at most 12 more", full, bare)
	}
}

func TestDefault(t *testing.T) {
	t.Parallel()
	names := func(stack []web.Middleware) string {
		var list []string
		for _, m := range stack {
			list = append(list, strings.TrimPrefix(m.Name, "middleware."))
		}
		return strings.Join(list, " ")
	}
	full := middleware.Default(&middleware.DefaultOptions{Hosts: []string{"example.com"}, Proxies: networks("10.0.0.0/8"),
		AccessLog: &middleware.AccessLogOptions{Lines: io.Discard}, CSP: &middleware.CSPOptions{}, Timeout: time.Minute})
	for want, got := range map[string]string{
		"RequestID AllowedHosts Security Compress Common CrossOrigin ConditionalGet":                                      names(middleware.Default(nil)),
		"RequestID AccessLog TrustedProxies AllowedHosts Security CSP Compress Common CrossOrigin ConditionalGet Timeout": names(full),
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	h := site(answer(web.HTML(page)), full...)
	w := ask(h, "GET", "https://example.com/", "Accept-Encoding", "zstd")
	wantStatus(t, w, 200)
	for _, name := range []string{"X-Request-Id", "Etag", "Content-Encoding", "Vary", "X-Frame-Options", "Content-Security-Policy", "Referrer-Policy"} {
		if w.Header().Get(name) == "" {
			t.Errorf("no %s among %v", name, w.Header())
		}
	}
	wantStatus(t, ask(site(hello, middleware.Default(nil)...), "GET", "/"), 400)
	wantStatus(t, ask(site(hello, middleware.Default(&middleware.DefaultOptions{Debug: true})...), "GET", "http://localhost:8000/"), 200)
}

// TestDefaultLetsWebSocketsThrough opens a socket through every layer of the default stack.
func TestDefaultLetsWebSocketsThrough(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) {
		return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
			text, err := ws.ReadText(ctx)
			if err != nil {
				return err
			}
			return ws.WriteText(ctx, "echo "+text)
		}, nil), nil
	}
	srv := httptest.NewServer(site(view, middleware.Default(&middleware.DefaultOptions{Hosts: []string{"*"}, Timeout: time.Minute})...))
	defer srv.Close()
	c, _, err := websocket.Dial(t.Context(), srv.URL, &websocket.DialOptions{HTTPHeader: http.Header{"Accept-Encoding": {"gzip"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(t.Context(), websocket.MessageText, []byte("hi")); err != nil {
		t.Fatal(err)
	}
	if _, got, err := c.Read(t.Context()); err != nil || string(got) != "echo hi" {
		t.Errorf("got %q, %v, want echo hi", got, err)
	}
}

// TestMiddlewareOfNetHTTP has layers written for net/http among ours: one that sets a header, one that
// answers itself, one with a writer of its own, and one of the standard library.
func TestMiddlewareOfNetHTTP(t *testing.T) {
	t.Parallel()
	header := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Theirs", "yes")
			next.ServeHTTP(w, r)
		})
	}
	guard := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/secret" {
				http.Error(w, "no", http.StatusTeapot)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
	limit := func(next http.Handler) http.Handler { return http.TimeoutHandler(next, time.Minute, "late") }
	stack := []web.Middleware{
		middleware.RequestID(nil), middleware.Security(nil), middleware.Compress(nil),
		web.FromHTTPMiddleware("theirs.header", header), web.FromHTTPMiddleware("theirs.guard", guard),
		web.FromHTTPMiddleware("theirs.timeout", limit), middleware.ConditionalGet(),
	}
	view := func(r *web.Request) (web.Response, error) {
		if r.URL.Path == "/missing" {
			return web.Response{}, web.NotFound("")
		}
		return web.HTML(page + middleware.RequestIDFrom(r.Context())), nil
	}
	srv := httptest.NewServer(site(view, stack...))
	defer srv.Close()
	for path, status := range map[string]int{"/": 200, "/secret": http.StatusTeapot, "/missing": 404} {
		resp, err := srv.Client().Get(srv.URL + path) // it asks for gzip and decodes it
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != status || resp.Header.Get("X-Theirs") != "yes" || resp.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: got %d, %v, %v, want %d and the headers of both kinds", path, resp.StatusCode, resp.Header, err, status)
		}
		if path == "/" && (string(body) != page+resp.Header.Get("X-Request-Id") || !resp.Uncompressed) {
			t.Errorf("got %d bytes, compressed: %v, want the page with the ID of the header", len(body), resp.Uncompressed)
		}
	}
}

func BenchmarkDefault(b *testing.B) {
	for _, bench := range []struct {
		name  string
		stack []web.Middleware
		ae    string
	}{
		{"none", nil, ""},
		{"default", middleware.Default(&middleware.DefaultOptions{Hosts: []string{"example.com"}}), ""},
		{"requestid", []web.Middleware{middleware.RequestID(nil)}, ""},
		{"security", []web.Middleware{middleware.Security(nil)}, ""},
		{"conditional", []web.Middleware{middleware.ConditionalGet()}, ""},
		{"compress", []web.Middleware{middleware.Compress(nil)}, ""},
	} {
		b.Run(bench.name, func(b *testing.B) {
			h := stackOf(bench.stack)
			r := httptest.NewRequest("GET", "http://example.com/", nil)
			b.ReportAllocs()
			for b.Loop() {
				get(h, r)
			}
		})
	}
}
