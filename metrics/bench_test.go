package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/web"
)

type discard http.Header

func (d discard) Header() http.Header         { return http.Header(d) }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkMiddleware compares a view with the layer around it to the view alone.
func BenchmarkMiddleware(b *testing.B) {
	view := func(r *web.Request) (web.Response, error) {
		r.SetMatch(match)
		return web.Text("hello"), nil
	}
	b.Run("without", func(b *testing.B) { serve(b, web.ToHTTP(view, nil)) })
	b.Run("with", func(b *testing.B) { serve(b, site(metrics.New(nil), view)) })
}

var match = &web.Match{Route: "records/<slug:slug>/"}

func serve(b *testing.B, h http.Handler) {
	r := httptest.NewRequest("GET", "/records/nuages/", nil)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		w := discard{}
		for pb.Next() {
			clear(w)
			h.ServeHTTP(w, r)
		}
	})
}
