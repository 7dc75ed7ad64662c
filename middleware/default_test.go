package middleware_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

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
