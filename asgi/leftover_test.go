package asgi_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

// TestHandlerLeftoverBody: what an application leaves of a request body must
// never be taken for the next request of the connection.
func TestHandlerLeftoverBody(t *testing.T) {
	t.Parallel()
	abandon := func(ctx context.Context, receive asgi.Receive) {
		short, cancel := context.WithTimeout(ctx, time.Millisecond)
		defer cancel()
		for {
			event, err := receive(short)
			if _, ok := event.(*asgi.HTTPRequest); err != nil || !ok {
				return
			}
		}
	}
	start := &asgi.HTTPResponseStart{Status: 200, Headers: asgi.Headers{{"connection", "keep-alive"}}}
	whole := []asgi.Event{start, &asgi.HTTPResponseBody{Body: []byte("x")}}
	streamed := []asgi.Event{start, &asgi.HTTPResponseBody{Body: []byte("x"), MoreBody: true}, &asgi.HTTPResponseBody{}}
	cases := []struct {
		name    string
		abandon bool
		events  []asgi.Event
	}{
		{"nothing read, whole response", false, whole},
		{"nothing read, streamed response", false, streamed},
		{"given up reading, whole response", true, whole},
		{"given up reading, streamed response", true, streamed},
		{"given up reading, no response", true, nil},
	}
	const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
	for _, c := range cases {
		for _, framing := range []string{"Content-Length: 500", "Transfer-Encoding: chunked"} {
			t.Run(c.name+", "+framing, func(t *testing.T) {
				t.Parallel()
				var stray atomic.Bool
				served := make(chan struct{}, 1)
				inner := asgi.NewHandler(asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
					if scope.(*asgi.HTTPScope).Path == "/smuggled" {
						stray.Store(true)
					}
					if c.abandon {
						abandon(ctx, receive)
					}
					return sendAll(ctx, send, c.events...)
				}), quiet())
				server := newServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					inner.ServeHTTP(w, r)
					select {
					case served <- struct{}{}:
					default:
					}
				}))
				conn, err := net.Dial("tcp", server.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				conn.SetDeadline(time.Now().Add(patience))
				first := "12345"
				if strings.Contains(framing, "chunked") {
					first = "5\r\n12345\r\n200\r\n"
				}
				io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\n"+framing+"\r\n\r\n"+first)
				wait(t, "the first response", served)
				io.WriteString(conn, smuggled+smuggled)
				conn.(*net.TCPConn).CloseWrite()
				io.Copy(io.Discard, conn) // until the server closes
				if stray.Load() {
					t.Error("the rest of the body was served as a request")
				}
			})
		}
	}
}
