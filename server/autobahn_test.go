package server_test

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/internal/autobahn"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/web"
)

// maxEcho is the longest message of the suite.
const maxEcho = 16 << 20

func echoView(*web.Request) (web.Response, error) {
	return web.WebSocket(func(ctx context.Context, ws *web.WebSocketConn) error {
		for {
			data, text, err := ws.Read(ctx)
			switch {
			case err != nil:
				return err
			case text:
				err = ws.WriteText(ctx, string(data))
			default:
				err = ws.WriteBinary(ctx, data)
			}
			if err != nil {
				return err
			}
		}
	}, &web.WebSocketOptions{MaxMessage: maxEcho, Compress: true}), nil
}

func echoApp(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	for {
		event, err := receive(ctx)
		if err != nil {
			return err
		}
		switch e := event.(type) {
		case *asgi.WebSocketConnect:
			err = send(ctx, &asgi.WebSocketAccept{})
		case *asgi.WebSocketReceive:
			err = send(ctx, &asgi.WebSocketSend{Bytes: e.Bytes, Text: e.Text})
		case *asgi.WebSocketDisconnect:
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// TestAutobahn runs the cases of the Autobahn test suite against both ways to serve a WebSocket.
func TestAutobahn(t *testing.T) {
	t.Parallel()
	quiet := slog.New(slog.DiscardHandler)
	for _, test := range []struct {
		name string
		h    http.Handler
		may  string // what need not be strict
	}{
		{"web", web.ToHTTP(echoView, &web.Options{Logger: quiet}), ""},
		// The next message is read while the application answers the last one.
		{"asgi", asgi.NewHandler(asgi.AppFunc(echoApp), &asgi.Options{MaxMessageBytes: maxEcho, Compress: true, Logger: quiet}), autobahn.EarlyFailure},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(context.Background())
			ended := make(chan error, 1)
			go func() { ended <- server.Serve(ctx, ln, test.h, nil) }()
			defer func() {
				stop()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}()
			to := &autobahn.Target{Address: ln.Addr().String(), Messages: 4}
			if raceEnabled {
				to.Messages = 1
			}
			for _, c := range autobahn.Cases() {
				limit, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				if got := c.Run(limit, to); got.Err != nil || got.NonStrict != "" && got.NonStrict != test.may {
					t.Errorf("%s (%s): %v %s", c.ID, c.Title, got.Err, got.NonStrict)
				}
				cancel()
			}
		})
	}
}
