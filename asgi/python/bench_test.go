package python_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/python"
)

// discard is a ResponseWriter without a connection.
type discard struct {
	header http.Header
	status int
	n      int
}

func (d *discard) Header() http.Header { return d.header }

func (d *discard) WriteHeader(status int) { d.status = status }

func (d *discard) Write(b []byte) (int, error) {
	d.n += len(b)
	return len(b), nil
}

// BenchmarkRequest is the round trip of a request as a browser's, without HTTP on this side. Allocations are
// those of this process.
func BenchmarkRequest(b *testing.B) {
	h := start(b, "hello:asgi", python.Options{})
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		r := browserRequest(http.MethodGet, http.NoBody)
		w := &discard{header: http.Header{}}
		for pb.Next() {
			clear(w.header)
			if h.ServeHTTP(w, r); w.status != 200 {
				b.Errorf("answered %d", w.status)
				return
			}
		}
	})
}

// BenchmarkUpload is BenchmarkRequest with a body of 1 MiB.
func BenchmarkUpload(b *testing.B) {
	h := start(b, "bodies:app", python.Options{})
	body := strings.Repeat("x", 1<<20)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	b.SetParallelism(8)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			w := &discard{header: http.Header{}}
			r := browserRequest(http.MethodPost, io.NopCloser(strings.NewReader(body)))
			r.ContentLength, r.URL.Path = int64(len(body)), "/count"
			if h.ServeHTTP(w, r); w.status != 200 {
				b.Errorf("answered %d, %d bytes", w.status, w.n)
				return
			}
		}
	})
}

func browserRequest(method string, body io.ReadCloser) *http.Request {
	r := httptest.NewRequest(method, "http://example.com/records/?page=2", body)
	for name, value := range map[string]string{
		"User-Agent":      "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
		"Accept":          "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
		"Accept-Language": "en-US,en;q=0.5", "Accept-Encoding": "gzip, deflate, br", "Referer": "http://example.com/records/",
		"Cookie": "csrftoken=5hxFqfJ2jT8eGQ0R1mDqX0sJ3ZkYw0aV; sessionid=1b9r8w1q2kq3y3cn2o0b9m6l7d2x4v5z",
	} {
		r.Header.Set(name, value)
	}
	return r
}

// BenchmarkWebSocket is the way of a message to the application and back, without a socket on this side.
func BenchmarkWebSocket(b *testing.B) {
	h := start(b, "hello:asgi", python.Options{})
	text := strings.Repeat("Hello, World! ", 9)[:120]
	b.ReportAllocs()
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		back := make(chan struct{}, 1)
		connected, accepted := false, false
		var left func() // as the server says it, too
		receive := func(context.Context) (asgi.Event, error) {
			if !connected {
				connected = true
				return &asgi.WebSocketConnect{}, nil
			}
			if <-back; !pb.Next() {
				left()
				return &asgi.WebSocketDisconnect{Code: 1000}, nil
			}
			return &asgi.WebSocketReceive{Text: text}, nil
		}
		send := func(_ context.Context, event asgi.Event) error {
			if m, ok := event.(*asgi.WebSocketSend); ok && m.Text != text {
				b.Errorf("echoed %q", m.Text)
			} else if !ok && accepted {
				return nil
			}
			accepted = true
			back <- struct{}{}
			return nil
		}
		scope := &asgi.WebSocketScope{HTTPVersion: "1.1", Scheme: "ws", Path: "/", RawPath: "/", Headers: asgi.Headers{{Name: "host", Value: "example.com"}}}
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		left = cancel
		if err := h.ServeASGI(ctx, scope, receive, send); !errors.Is(err, context.Canceled) {
			b.Error(err)
		}
	})
}
