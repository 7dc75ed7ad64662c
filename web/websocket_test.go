package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
	"github.com/nuages-web/nuages/web"
)

func socketView(serve func(context.Context, *web.WebSocketConn) error, opts *web.WebSocketOptions) web.Handler {
	return func(*web.Request) (web.Response, error) { return web.WebSocket(serve, opts), nil }
}

func echo(ctx context.Context, ws *web.WebSocketConn) error {
	for {
		data, text, err := ws.Read(ctx)
		if err != nil {
			return err
		}
		if text {
			err = ws.WriteText(ctx, string(data))
		} else {
			err = ws.WriteBinary(ctx, data)
		}
		if err != nil {
			return err
		}
	}
}

// connect opens a socket inside a bubble.
func connect(t *testing.T, c *http.Client, opts *websocket.DialOptions) *websocket.Conn {
	t.Helper()
	if opts == nil {
		opts = &websocket.DialOptions{}
	}
	opts.HTTPClient = c
	conn, _, err := websocket.Dial(t.Context(), "ws://localhost/", opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	return conn
}

func TestWebSocketEcho(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, j := bubble(t, socketView(echo, nil), nil, nil)
		conn := connect(t, c, nil)
		for _, kind := range []websocket.MessageType{websocket.MessageText, websocket.MessageBinary} {
			if err := conn.Write(t.Context(), kind, []byte("hä?")); err != nil {
				t.Fatal(err)
			}
			got, data, err := conn.Read(t.Context())
			if err != nil || got != kind || string(data) != "hä?" {
				t.Errorf("got %v %q %v", got, data, err)
			}
		}
		if err := conn.Close(4000, "bye"); err != nil {
			t.Error(err)
		}
		if out := <-j.finished; out.Status != 101 || out.Err != nil {
			t.Errorf("outcome %+v", out)
		}
		if j.entries() != 0 {
			t.Errorf("a normal end is in the log:\n%s", j)
		}
	})
}

func TestWebSocketJSONAndSubprotocol(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, _ := bubble(t, socketView(func(ctx context.Context, ws *web.WebSocketConn) error {
			var in struct{ N int }
			if err := ws.ReadJSON(ctx, &in); err != nil {
				return err
			}
			return ws.WriteJSON(ctx, map[string]any{"n": in.N + 1, "speaks": ws.Subprotocol()})
		}, &web.WebSocketOptions{Subprotocols: []string{"v2", "v1"}}), nil, nil)
		conn := connect(t, c, &websocket.DialOptions{Subprotocols: []string{"v1", "v0"}})
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(`{"n":1}`)); err != nil {
			t.Fatal(err)
		}
		_, data, err := conn.Read(t.Context())
		if err != nil || string(data) != `{"n":2,"speaks":"v1"}` {
			t.Errorf("got %s, %v", data, err)
		}
		if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusNormalClosure {
			t.Errorf("closed with %v, want 1000", err)
		}
	})
}

func TestWebSocketEnds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		serve func(context.Context, *web.WebSocketConn) error
		send  string
		code  websocket.StatusCode
		log   string
	}{
		{"error", func(context.Context, *web.WebSocketConn) error { return errors.New("oops: EOF") }, "", 1011, "oops"},
		{"own code", func(_ context.Context, ws *web.WebSocketConn) error { return ws.Close(4001, "log in") }, "", 4001, ""},
		{"binary for text", func(ctx context.Context, ws *web.WebSocketConn) error {
			if _, err := ws.ReadText(ctx); err == nil {
				return errors.New("binary taken for text")
			}
			return nil
		}, "binary", 1003, ""},
		{"message too big", echo, "big", 1009, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c, j := bubble(t, socketView(test.serve, &web.WebSocketOptions{MaxMessage: 100}), nil, nil)
				conn := connect(t, c, nil)
				switch test.send {
				case "binary":
					_ = conn.Write(t.Context(), websocket.MessageBinary, []byte("x"))
				case "big":
					_ = conn.Write(t.Context(), websocket.MessageText, []byte(strings.Repeat("x", 101)))
				}
				_, _, err := conn.Read(t.Context())
				if websocket.CloseStatus(err) != test.code {
					t.Errorf("closed with %v, want %d", err, test.code)
				}
				<-j.finished
				if j.entries() != min(1, len(test.log)) || !strings.Contains(j.String(), test.log) {
					t.Errorf("log:\n%s", j)
				}
			})
		})
	}
}

// A panic of the view closes the connection and is logged once.
func TestWebSocketPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, j := bubble(t, socketView(func(context.Context, *web.WebSocketConn) error { panic("oops") }, nil), nil, nil)
		conn := connect(t, c, nil)
		if _, _, err := conn.Read(t.Context()); err == nil {
			t.Error("the socket is open")
		}
		<-j.finished
		if j.entries() != 1 || !strings.Contains(j.String(), "panic: oops") {
			t.Errorf("log:\n%s", j)
		}
	})
}

// A peer that answers no ping is given up; a view that reads nothing for long is not.
func TestWebSocketPing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ended := make(chan error, 1)
		c, j := bubble(t, socketView(func(ctx context.Context, ws *web.WebSocketConn) error {
			select { // reads nothing for a while
			case <-time.After(65 * time.Second): // between two pings
			case <-ctx.Done():
				t.Error("given up while nobody read")
			}
			_, _, err := ws.Read(ctx)
			ended <- err
			return err
		}, &web.WebSocketOptions{Ping: 10 * time.Second}), nil, nil)
		connect(t, c, nil) // and never reads, so sends no pong
		var closed *web.WebSocketClosed
		if err := <-ended; !errors.As(err, &closed) || closed.Code != 1006 {
			t.Errorf("got %v", err)
		}
		if took := time.Since(start); took <= 70*time.Second || took > 80*time.Second { // the ping at 70 s
			t.Errorf("given up after %v", took)
		}
		<-j.finished
		if j.entries() != 0 {
			t.Errorf("log:\n%s", j)
		}
	})
}

func TestWebSocketDrain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		drain, stop := context.WithCancel(t.Context())
		c, j := bubble(t, socketView(echo, nil), nil, drain)
		conn := connect(t, c, nil)
		go func() {
			synctest.Wait()
			stop()
		}()
		if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("closed with %v, want 1001", err)
		}
		<-j.finished
		if j.entries() != 0 {
			t.Errorf("a drain is in the log:\n%s", j)
		}
	})
}

func TestWebSocketRefused(t *testing.T) {
	t.Parallel()
	const key = "dGhlIHNhbXBsZSBub25jZQ=="
	handshake := []string{"Connection", "keep-alive, Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", key}
	for _, test := range []struct {
		name   string
		method string
		header []string
		status int
		want   string // "Header: value"
	}{
		{"no upgrade", "GET", nil, 426, "Upgrade: websocket"},
		{"POST", "POST", handshake, 405, "Allow: GET"},
		{"old version", "GET", append(handshake[:4:4], "Sec-WebSocket-Version", "8", "Sec-WebSocket-Key", key), 426, "Sec-Websocket-Version: 13"},
		{"no key", "GET", handshake[:6:6], 400, ""},
		{"short key", "GET", append(handshake[:6:6], "Sec-WebSocket-Key", "eA=="), 400, ""},
		{"other origin", "GET", append(handshake[:8:8], "Origin", "https://evil.com"), 403, ""},
		{"null origin", "GET", append(handshake[:8:8], "Origin", "null"), 403, ""},
		{"origin with our name in front", "GET", append(handshake[:8:8], "Origin", "https://app.example.com.evil.com"), 403, ""},
		{"allowed origin", "GET", append(handshake[:8:8], "Origin", "https://app.example.com"), 101, ""},
		{"no origin", "GET", handshake, 101, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			srv, j := listen(t, socketView(func(context.Context, *web.WebSocketConn) error { return nil },
				&web.WebSocketOptions{Origins: []string{".example.com"}}), nil)
			req, _ := http.NewRequest(test.method, srv.URL, nil)
			for i := 0; i < len(test.header); i += 2 {
				req.Header.Set(test.header[i], test.header[i+1])
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != test.status {
				t.Errorf("got %d, want %d", resp.StatusCode, test.status)
			}
			if name, value, ok := strings.Cut(test.want, ": "); ok && resp.Header.Get(name) != value {
				t.Errorf("got %s: %q", name, resp.Header.Get(name))
			}
			if out := <-j.finished; out.Status != test.status {
				t.Errorf("outcome %+v", out)
			}
		})
	}
}
