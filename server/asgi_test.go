package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"testing"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
	"github.com/nuages-web/nuages/server"
)

// TestASGI: the server passes the conformance suite of ASGI servers, with and without TLS.
func TestASGI(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]server.Options{
		"plain": {Addresses: []string{"127.0.0.1:0"}},
		"TLS":   {Addresses: []string{"https://127.0.0.1:0"}, TLS: serverTLS()},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite := &asgitest.Server{Start: startASGI(o), HTTP2: true, WebSocket: true, Lifespan: true}
			if o.TLS != nil {
				suite.TLS = clientTLS()
			}
			asgitest.RunServer(t, suite)
		})
	}
}

// startASGI serves applications with their lifespan.
func startASGI(o server.Options) func(testing.TB, asgi.App) (*asgitest.Running, error) {
	quiet := slog.New(slog.DiscardHandler)
	o.Logger = quiet
	return func(_ testing.TB, app asgi.App) (*asgitest.Running, error) {
		ctx, stop := context.WithCancel(context.Background())
		addr, ended := make(chan string, 1), make(chan error, 1)
		go func() {
			ended <- asgi.Run(ctx, app, &asgi.Options{Logger: quiet}, func(ctx context.Context, h http.Handler) error {
				s, err := server.New(h, &o)
				if err != nil {
					return err
				}
				addr <- s.Addrs()[0].String()
				return s.Run(ctx)
			})
		}()
		select {
		case err := <-ended:
			stop()
			return nil, err
		case addr := <-addr:
			return &asgitest.Running{Addr: addr, Stop: func() error {
				stop()
				return <-ended
			}}, nil
		}
	}
}

// An application of package asgi, with its start-up before the first connection and its clean-up
// after the last.
func ExampleServe_asgi() {
	app := asgi.ProtocolRouter{
		HTTP: asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, _ asgi.Receive, send asgi.Send) error {
			greeting := scope.(*asgi.HTTPScope).State["greeting"].(string)
			if err := send(ctx, &asgi.HTTPResponseStart{Status: 200}); err != nil {
				return err
			}
			return send(ctx, &asgi.HTTPResponseBody{Body: []byte(greeting)})
		}),
		Lifespan: asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
			if _, err := receive(ctx); err != nil {
				return err
			}
			scope.(*asgi.LifespanScope).State["greeting"] = "Hello!"
			if err := send(ctx, &asgi.LifespanStartupComplete{}); err != nil {
				return err
			}
			if _, err := receive(ctx); err != nil {
				return err
			}
			fmt.Println("cleaned up")
			return send(ctx, &asgi.LifespanShutdownComplete{})
		}),
	}
	ln, err := server.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	// A program takes the context from signal.NotifyContext.
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		ended <- asgi.Run(ctx, app, nil, func(ctx context.Context, h http.Handler) error {
			return server.Serve(ctx, ln, h, nil)
		})
	}()

	resp, err := http.Get("http://" + ln.Addr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	fmt.Println(string(body))

	stop()
	fmt.Println("stopped, error:", <-ended)
	// Output:
	// Hello!
	// cleaned up
	// stopped, error: <nil>
}
