package web_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/nuages-web/nuages/web"
)

// detaching is a server that takes detached answers, and tells when handlers return.
func detaching(t *testing.T, view web.Handler, opts *web.Options) (url string, returned <-chan struct{}, j *journal) {
	t.Helper()
	h, j := site(view, opts)
	done := make(chan struct{}, 10)
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() { done <- struct{}{} }()
		h.ServeHTTP(w, r)
	}))
	var detached sync.WaitGroup
	srv.Config.BaseContext = func(net.Listener) context.Context {
		return web.ContextWithServer(context.Background(), &web.Server{Detach: func(ctx context.Context, f func()) {
			if ctx.Value(http.LocalAddrContextKey) == nil {
				t.Error("Detach gets another context than the request's")
			}
			detached.Go(f)
		}})
	}
	srv.Start()
	t.Cleanup(func() {
		srv.Close()
		detached.Wait()
	})
	return srv.URL, done, j
}

// TestWebSocketDetached: the handler returns while the socket is open; the request ends with it.
func TestWebSocketDetached(t *testing.T) {
	t.Parallel()
	type key struct{}
	for _, test := range []struct {
		name  string
		serve func(context.Context, *web.WebSocketConn) error
		log   string
	}{
		{"echo", echo, ""},
		{"error", func(ctx context.Context, ws *web.WebSocketConn) error {
			_ = echoOne(ctx, ws)
			return errors.New("oops")
		}, "oops"},
		{"panic", func(ctx context.Context, ws *web.WebSocketConn) error {
			_ = echoOne(ctx, ws)
			panic("oops")
		}, "panic: oops"},
		{"abort", func(ctx context.Context, ws *web.WebSocketConn) error {
			_ = echoOne(ctx, ws)
			panic(http.ErrAbortHandler)
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			view := func(r *web.Request) (web.Response, error) {
				return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
					if r, ok := web.FromContext(ctx); !ok || r.PathInfo() != "/" || ctx.Value(key{}) != 1 {
						t.Error("the context is not the request's")
					}
					return test.serve(ctx, ws)
				}, nil), nil
			}
			url, returned, j := detaching(t, view, &web.Options{Middleware: []web.Middleware{{Name: "value", Wrap: func(next web.Handler) web.Handler {
				return func(r *web.Request) (web.Response, error) {
					return next(r.WithContext(context.WithValue(r.Context(), key{}, 1)))
				}
			}}}})
			conn, _, err := websocket.Dial(t.Context(), url, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.CloseNow()
			<-returned
			select {
			case out := <-j.finished:
				t.Errorf("the request ends before its socket: %+v", out)
			default:
			}
			if err := conn.Write(t.Context(), websocket.MessageText, []byte("x")); err != nil {
				t.Fatal(err)
			}
			if _, data, err := conn.Read(t.Context()); err != nil || string(data) != "x" {
				t.Errorf("got %q, %v", data, err)
			}
			if test.name == "echo" {
				_ = conn.Close(1000, "")
			}
			_, _, _ = conn.Read(t.Context())
			out := <-j.finished
			if out.Status != 101 || (out.Err != nil) != (test.name == "panic") || out.Duration == 0 {
				t.Errorf("outcome %+v", out)
			}
			if j.entries() != min(1, len(test.log)) || !strings.Contains(j.String(), test.log) {
				t.Errorf("log:\n%s", j)
			}
		})
	}
}

func echoOne(ctx context.Context, ws *web.WebSocketConn) error {
	text, err := ws.ReadText(ctx)
	if err == nil {
		err = ws.WriteText(ctx, text)
	}
	return err
}

// TestWebSocketContext: the context ends with the connection.
func TestWebSocketContext(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	url, _, j := detaching(t, socketView(func(ctx context.Context, ws *web.WebSocketConn) error {
		go func() { _, _, _ = ws.Read(ctx) }()
		<-ctx.Done()
		ended <- ws.WriteText(ctx, "x")
		return nil
	}, nil), nil)
	conn, _, err := websocket.Dial(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.CloseNow()
	var closed *web.WebSocketClosed
	if err := <-ended; !errors.As(err, &closed) || closed.Code != 1006 {
		t.Errorf("got %v", err)
	}
	<-j.finished
}

// TestWebSocketInPlace: where middleware of net/http waits for the answer, or panics are the
// server's, the handler runs as long as the socket.
func TestWebSocketInPlace(t *testing.T) {
	t.Parallel()
	for _, opts := range []*web.Options{
		{PropagatePanics: true},
		{Middleware: []web.Middleware{web.FromHTTPMiddleware("plain", func(next http.Handler) http.Handler { return next })}},
	} {
		url, returned, j := detaching(t, socketView(echo, nil), opts)
		conn, _, err := websocket.Dial(t.Context(), url, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.Write(t.Context(), websocket.MessageText, []byte("x")); err != nil {
			t.Fatal(err)
		}
		if _, data, err := conn.Read(t.Context()); err != nil || string(data) != "x" {
			t.Errorf("got %q, %v", data, err)
		}
		select {
		case <-returned:
			t.Error("the handler has returned")
		default:
		}
		_ = conn.Close(1000, "")
		<-returned
		if out := <-j.finished; out.Status != 101 {
			t.Errorf("outcome %+v", out)
		}
	}
}

// TestWebSocketBroadcast: a message is encoded once and sent to many, without waiting for any.
func TestWebSocketBroadcast(t *testing.T) {
	t.Parallel()
	const n = 20
	joined := make(chan *web.WebSocketConn, n)
	srv, j := listen(t, socketView(func(ctx context.Context, ws *web.WebSocketConn) error {
		joined <- ws
		return echo(ctx, ws)
	}, &web.WebSocketOptions{Queue: 100}), nil)
	var clients []*websocket.Conn
	var sockets []*web.WebSocketConn
	for range n {
		conn, _, err := websocket.Dial(t.Context(), srv.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.CloseNow()
		clients, sockets = append(clients, conn), append(sockets, <-joined)
	}
	text, err := web.WebSocketText("hä?")
	if err != nil {
		t.Fatal(err)
	}
	json, err := web.WebSocketJSON(map[string]int{"n": 1})
	if err != nil {
		t.Fatal(err)
	}
	binary := web.WebSocketBinary([]byte{0xff})
	for _, ws := range sockets {
		for _, m := range []*web.WebSocketMessage{text, json, binary} {
			if err := ws.Send(m); err != nil {
				t.Error(err)
			}
		}
		if err := ws.Write(t.Context(), text); err != nil {
			t.Error(err)
		}
	}
	for _, conn := range clients {
		for _, want := range []string{"hä?", `{"n":1}`, "\xff", "hä?"} {
			kind, data, err := conn.Read(t.Context())
			if err != nil || string(data) != want || (kind == websocket.MessageText) == (want == "\xff") {
				t.Errorf("got %v %q, %v; want %q", kind, data, err, want)
			}
		}
	}
	if _, err := web.WebSocketText("\xff"); err == nil {
		t.Error("a text that is not UTF-8 is no error")
	}
	big := web.WebSocketBinary(make([]byte, 8<<20)) // more than the system's buffers hold
	if err := sockets[0].Send(big); err != nil {
		t.Error(err)
	}
	if err := sockets[0].Send(big); !errors.Is(err, web.ErrWebSocketQueueFull) {
		t.Errorf("got %v", err)
	}
	for _, conn := range clients {
		conn.CloseNow()
	}
	for range clients {
		<-j.finished
	}
}
