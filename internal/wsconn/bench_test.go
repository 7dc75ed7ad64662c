package wsconn_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/internal/wsconn"
)

// BenchmarkEcho is one round trip of a message of 125 bytes over loopback, both ends in this process:
// of this package, and of coder/websocket for comparison.
func BenchmarkEcho(b *testing.B) {
	for name, serve := range map[string]http.HandlerFunc{"wsconn": echoOurs, "coder": echoTheirs} {
		b.Run(name, func(b *testing.B) {
			srv := httptest.NewServer(serve)
			defer srv.Close()
			conn, _, err := websocket.Dial(b.Context(), srv.URL, nil)
			if err != nil {
				b.Fatal(err)
			}
			defer conn.CloseNow()
			message := make([]byte, 125)
			b.ReportAllocs()
			for b.Loop() {
				if err := conn.Write(b.Context(), websocket.MessageBinary, message); err != nil {
					b.Fatal(err)
				}
				_, r, err := conn.Reader(b.Context())
				if err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func echoOurs(w http.ResponseWriter, r *http.Request) {
	c, err := wsconn.Accept(r.Context(), w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	for {
		kind, data, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}

func echoTheirs(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	defer c.CloseNow()
	for {
		kind, data, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, data) != nil {
			return
		}
	}
}
