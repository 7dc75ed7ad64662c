package server_test

import (
	"context"
	"errors"
	"net/http"
	"testing"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

// TestStopEndsWebSockets: a server that stops says goodbye to sockets, of views and of ASGI
// applications, and these learn of it.
func TestStopEndsWebSockets(t *testing.T) {
	t.Parallel()
	told := make(chan asgi.Event, 1)
	app := asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil {
			return err
		}
		if err := send(ctx, &asgi.WebSocketAccept{}); err != nil {
			return err
		}
		event, err := receive(ctx)
		told <- event
		return err
	})
	for name, h := range map[string]http.Handler{"web": web.ToHTTP(echoView, nil), "asgi": asgi.Handler(app)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, h, server.Options{})
			conn, _, err := websocket.Dial(t.Context(), "ws://"+s.addr, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.CloseNow()
			s.stop()
			if _, _, err := conn.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
				t.Errorf("the client gets %v, want 1001", err)
			}
			if err := s.end(); err != nil {
				t.Error(err)
			}
			if name == "asgi" {
				if e, ok := (<-told).(*asgi.WebSocketDisconnect); !ok || e.Code != 1001 {
					t.Errorf("the application receives %+v", e)
				}
			}
		})
	}
}

// TestStopEndsBusyWebSocket: an application that sends and takes nothing of what the client has sent
// learns of the stop, too.
func TestStopEndsBusyWebSocket(t *testing.T) {
	t.Parallel()
	failed := make(chan error, 1)
	app := asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil {
			return err
		}
		err := send(ctx, &asgi.WebSocketAccept{})
		for err == nil {
			err = send(context.WithoutCancel(ctx), &asgi.WebSocketSend{Text: "x"})
		}
		failed <- err
		return nil
	})
	s := start(t, asgi.Handler(app), server.Options{})
	conn, _, err := websocket.Dial(t.Context(), "ws://"+s.addr, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	if err := conn.Write(t.Context(), websocket.MessageText, []byte("nobody takes this")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := conn.Read(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.stop()
	for err == nil {
		_, _, err = conn.Read(t.Context())
	}
	if websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the client gets %v, want 1001", err)
	}
	if err := <-failed; !errors.Is(err, asgi.ErrDisconnected) {
		t.Errorf("the application gets %v", err)
	}
	if err := s.end(); err != nil {
		t.Error(err)
	}
}
