package asgi_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi"
)

// TestRunWaitsForApplications: what an application does after its response
// keeps no client waiting, and is over before the clean-up.
func TestRunWaitsForApplications(t *testing.T) {
	t.Parallel()
	goOn, order := make(chan struct{}), make(chan string, 2)
	app := asgi.ProtocolRouter{
		HTTP: asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, _ asgi.Receive, send asgi.Send) error {
			if err := respond(ctx, send, 200, "answer"); err != nil {
				return err
			}
			<-goOn
			order <- "work"
			return ctx.Err() // the request's end is not its own
		}),
		Lifespan: asgi.AppFunc(func(ctx context.Context, _ asgi.Scope, receive asgi.Receive, send asgi.Send) error {
			_, first := receive(ctx)
			up := send(ctx, &asgi.LifespanStartupComplete{})
			_, second := receive(ctx)
			order <- "clean-up"
			return errors.Join(first, up, second, send(ctx, &asgi.LifespanShutdownComplete{}))
		}),
	}
	var logged syncBuffer
	opts := &asgi.Options{Logger: slog.New(slog.NewTextHandler(&logged, nil))}
	err := asgi.Run(testContext(t), app, opts, func(_ context.Context, h http.Handler) error {
		server := httptest.NewServer(h)
		defer close(goOn)
		defer server.Close()
		if resp, body := fetch(t, "GET", server.URL, nil, nil); resp.StatusCode != 200 || body != "answer" {
			t.Errorf("status %d body %q", resp.StatusCode, body)
		}
		return nil
	})
	if err != nil || logged.String() != "" {
		t.Errorf("run: %v, log %q", err, logged.String())
	}
	if first, second := <-order, <-order; first != "work" || second != "clean-up" {
		t.Errorf("order %s, %s", first, second)
	}
}

// TestHandlerPanic: a panic is an error with a stack, and ends nothing but its
// own request.
func TestHandlerPanic(t *testing.T) {
	t.Parallel()
	var logged syncBuffer
	wrote := make(signalWriter, 1)
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, _ asgi.Receive, send asgi.Send) error {
		if scope.(*asgi.HTTPScope).Path == "/late" {
			if err := respond(ctx, send, 200, "answer"); err != nil {
				return err
			}
		}
		panic("boom")
	})
	for path, status := range map[string]int{"/": 500, "/late": 200} {
		server := newServer(t, asgi.NewHandler(app, &asgi.Options{Logger: slog.New(slog.NewTextHandler(io.MultiWriter(&logged, wrote), nil))}))
		if resp, body := fetch(t, "GET", server.URL+path, nil, nil); resp.StatusCode != status || strings.Contains(body, "boom") {
			t.Errorf("%s: status %d body %q, want %d", path, resp.StatusCode, body, status)
		}
		wait(t, "the log", wrote)
		if text := logged.String(); !strings.Contains(text, "panic: boom") || !strings.Contains(text, "run_test.go") {
			t.Errorf("%s: log %q, want the panic and its stack", path, text)
		}
	}
}
