package asgi_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nuages-web/nuages/asgi"
)

// nullWriter is a ResponseWriter that costs nothing.
type nullWriter struct{ header http.Header }

func (w *nullWriter) Header() http.Header         { return w.header }
func (w *nullWriter) Write(p []byte) (int, error) { return len(p), nil }
func (w *nullWriter) WriteHeader(int)             {}

var hello = []byte("hello")

func helloHandler(w http.ResponseWriter, _ *http.Request) { w.Write(hello) }

func helloApp(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
	if err := send(ctx, &asgi.HTTPResponseStart{Status: 200}); err != nil {
		return err
	}
	return send(ctx, &asgi.HTTPResponseBody{Body: hello})
}

func benchRequest() *http.Request {
	r := httptest.NewRequest("GET", "/a/b?x=1", nil)
	r.Header = http.Header{"Accept": {"*/*"}, "User-Agent": {"bench"}, "Cookie": {"a=b"}, "Connection": {"keep-alive"}}
	return r
}

// TestFastPathAllocations: a handler behind Handler, FromHandler and
// ProtocolRouter allocates nothing of ours.
func TestFastPathAllocations(t *testing.T) {
	app := asgi.FromHandler(http.HandlerFunc(helloHandler))
	for name, handler := range map[string]http.Handler{
		"handler": asgi.Handler(app),
		"router":  asgi.Handler(asgi.ProtocolRouter{HTTP: app, WebSocket: asgi.AppFunc(echo)}),
	} {
		w, r := &nullWriter{http.Header{}}, benchRequest()
		if n := testing.AllocsPerRun(100, func() { handler.ServeHTTP(w, r) }); n != 0 {
			t.Errorf("%s: %v allocations, want 0", name, n)
		}
	}
}

func BenchmarkServe(b *testing.B) {
	fromHandler := asgi.FromHandler(http.HandlerFunc(helloHandler))
	for _, c := range []struct {
		name    string
		handler http.Handler
	}{
		{"net/http", http.HandlerFunc(helloHandler)},
		{"fast", asgi.Handler(fromHandler)},
		{"fast router", asgi.Handler(asgi.ProtocolRouter{HTTP: fromHandler})},
		{"events to app", asgi.Handler(asgi.AppFunc(helloApp))},
		{"events to handler", asgi.Handler(through(fromHandler))},
	} {
		b.Run(c.name, func(b *testing.B) {
			w, r := &nullWriter{http.Header{}}, benchRequest()
			b.ReportAllocs()
			for b.Loop() {
				c.handler.ServeHTTP(w, r)
			}
		})
	}
}

func BenchmarkLoopback(b *testing.B) {
	for name, handler := range map[string]http.Handler{
		"direct": http.HandlerFunc(helloHandler),
		"events": asgi.Handler(asgi.AppFunc(helloApp)),
	} {
		b.Run(name, func(b *testing.B) {
			server := httptest.NewServer(handler)
			defer server.Close()
			client := server.Client()
			b.ReportAllocs()
			for b.Loop() {
				resp, err := client.Get(server.URL)
				if err != nil {
					b.Fatal(err)
				}
				io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
		})
	}
}
