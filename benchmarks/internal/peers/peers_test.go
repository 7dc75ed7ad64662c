package peers

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// sink is a writer that costs next to nothing.
type sink struct{ header http.Header }

func (s *sink) Header() http.Header               { return s.header }
func (s *sink) Write(b []byte) (int, error)       { return len(b), nil }
func (s *sink) WriteString(b string) (int, error) { return len(b), nil }
func (s *sink) WriteHeader(int)                   {}

// BenchmarkHandlers measures the sites without the server around them.
func BenchmarkHandlers(b *testing.B) {
	for _, name := range []string{"nethttp", "nuages", "chi", "echo"} {
		site := Sites()[name]()
		for _, path := range []string{"/plaintext", "/json", "/r33/1234/", "/s33/1234/"} {
			b.Run(name+path, func(b *testing.B) {
				r := httptest.NewRequest("GET", path, nil)
				r.Host = "127.0.0.1:8000"
				w := &sink{http.Header{}}
				b.ReportAllocs()
				for b.Loop() {
					clear(w.header)
					site.ServeHTTP(w, r)
				}
			})
		}
	}
}
