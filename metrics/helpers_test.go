package metrics_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/web"
)

// site serves a view, whose metrics m counts.
func site(m *metrics.Metrics, view web.Handler, inner ...web.Middleware) http.Handler {
	return web.ToHTTP(view, &web.Options{Middleware: append([]web.Middleware{m.Middleware()}, inner...), Logger: slog.New(slog.DiscardHandler)})
}

// scrape returns the metrics in the text form.
func scrape(t *testing.T, m *metrics.Metrics) string {
	t.Helper()
	r := httptest.NewRequest("GET", "http://127.0.0.1:8000/metrics", nil)
	r.RemoteAddr = "127.0.0.1:50000"
	w := httptest.NewRecorder()
	web.ToHTTP(m.View, nil).ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Fatalf("got status %d: %.200s", w.Code, w.Body)
	}
	return w.Body.String()
}

// requestLines returns the lines of requests, without comments and buckets.
func requestLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "http_server_") && !strings.Contains(line, "_bucket{") && !strings.Contains(line, "_seconds_sum{") {
			b.WriteString(line)
		}
	}
	return b.String()
}
