package python_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nuages-web/nuages/asgi/python"
)

// nowhere is a response that nobody reads.
type nowhere struct {
	header http.Header
	n      int
}

func (w *nowhere) Header() http.Header { return w.header }
func (w *nowhere) WriteHeader(int)     {}
func (w *nowhere) Write(b []byte) (int, error) {
	w.n += len(b)
	return len(b), nil
}

// BenchmarkWSGI measures a request as a browser sends it: time with Python's, allocations of this side.
func BenchmarkWSGI(b *testing.B) {
	for _, c := range []struct {
		name, method, path string
		body               int
		want               int
	}{
		{"hello", "GET", "/hello", 0, 13},
		{"answer=1MB", "GET", "/large?1000000", 0, 1000000},
		{"body=10KB", "POST", "/count", 10000, 5},
		{"file=1MB", "GET", "/file", 0, 1 << 20},
	} {
		b.Run(c.name, func(b *testing.B) {
			h := start(b, "wsgiapp:application", python.Options{Threads: 1, Logger: slog.New(slog.DiscardHandler)})
			body := make([]byte, c.body)
			r := httptest.NewRequest(c.method, c.path, nil)
			for name, value := range map[string]string{
				"Accept": "text/html,application/xhtml+xml", "Accept-Encoding": "gzip, br", "Accept-Language": "en,de;q=0.5",
				"Cookie": "sessionid=0123456789abcdef; csrftoken=abcdef", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)",
				"Sec-Fetch-Mode": "navigate", "Upgrade-Insecure-Requests": "1", "X-Own": "1",
			} {
				r.Header.Set(name, value)
			}
			r.ContentLength = int64(c.body)
			w := &nowhere{}
			b.ReportAllocs()
			for b.Loop() {
				w.header, w.n = http.Header{}, 0
				r.Body = io.NopCloser(bytes.NewReader(body))
				h.ServeHTTP(w, r)
				if w.n != c.want {
					b.Fatalf("got %d bytes, want %d", w.n, c.want)
				}
			}
		})
	}
}
