package asgi_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

type lifespanFunc = func(ctx context.Context, state asgi.State, receive asgi.Receive, send asgi.Send) error

func lifespanApp(f lifespanFunc) asgi.App {
	return asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		return f(ctx, scope.(*asgi.LifespanScope).State, receive, send)
	})
}

func TestLifespan(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	// step receives an event and answers it.
	step := func(ctx context.Context, receive asgi.Receive, send asgi.Send, want string, answer asgi.Event) error {
		event, err := receive(ctx)
		if err != nil {
			return err
		}
		if event.Type() != want {
			return errors.New("received " + event.Type())
		}
		return send(ctx, answer)
	}
	ready := func(ctx context.Context, receive asgi.Receive, send asgi.Send) error {
		return step(ctx, receive, send, "lifespan.startup", &asgi.LifespanStartupComplete{})
	}
	cases := []struct {
		name              string
		app               lifespanFunc
		startup, shutdown string // what the errors contain; "" for none
		supported         bool
		cause             string
	}{
		{name: "whole", supported: true, app: func(ctx context.Context, state asgi.State, receive asgi.Receive, send asgi.Send) error {
			state["db"] = 7
			if err := ready(ctx, receive, send); err != nil {
				return err
			}
			return step(ctx, receive, send, "lifespan.shutdown", &asgi.LifespanShutdownComplete{})
		}},
		{name: "start-up fails", supported: true, startup: "lifespan.startup.failed: no database", app: func(ctx context.Context, _ asgi.State, receive asgi.Receive, send asgi.Send) error {
			return step(ctx, receive, send, "lifespan.startup", &asgi.LifespanStartupFailed{Message: "no database"})
		}},
		{name: "start-up fails and waits on", supported: true, startup: "lifespan.startup.failed", cause: "context canceled", app: func(ctx context.Context, _ asgi.State, receive asgi.Receive, send asgi.Send) error {
			if err := step(ctx, receive, send, "lifespan.startup", &asgi.LifespanStartupFailed{}); err != nil {
				return err
			}
			_, err := receive(ctx)
			return err
		}},
		{name: "shutdown fails", supported: true, shutdown: "lifespan.shutdown.failed: leak", app: func(ctx context.Context, _ asgi.State, receive asgi.Receive, send asgi.Send) error {
			if err := ready(ctx, receive, send); err != nil {
				return err
			}
			return step(ctx, receive, send, "lifespan.shutdown", &asgi.LifespanShutdownFailed{Message: "leak"})
		}},
		{name: "not supported: error", cause: "broken", app: func(context.Context, asgi.State, asgi.Receive, asgi.Send) error { return broken }},
		{name: "not supported: return", app: func(context.Context, asgi.State, asgi.Receive, asgi.Send) error { return nil }},
		{name: "not supported: panic", cause: "panicked in its lifespan: boom", app: func(context.Context, asgi.State, asgi.Receive, asgi.Send) error { panic("boom") }},
		{name: "not supported: error after the event", cause: "broken", app: func(ctx context.Context, _ asgi.State, receive asgi.Receive, _ asgi.Send) error {
			_, err := receive(ctx)
			return errors.Join(err, broken)
		}},
		{name: "fails on shutdown", supported: true, shutdown: "lifespan shutdown: broken", cause: "broken", app: func(ctx context.Context, _ asgi.State, receive asgi.Receive, send asgi.Send) error {
			if err := ready(ctx, receive, send); err != nil {
				return err
			}
			_, err := receive(ctx)
			return errors.Join(err, broken)
		}},
		{name: "returns after start-up", supported: true, app: func(ctx context.Context, _ asgi.State, receive asgi.Receive, send asgi.Send) error {
			return ready(ctx, receive, send)
		}},
		{name: "answers unasked", supported: true, app: func(ctx context.Context, _ asgi.State, receive asgi.Receive, send asgi.Send) error {
			wrong := send(ctx, &asgi.LifespanShutdownComplete{})
			unknown := send(ctx, &asgi.HTTPResponseBody{})
			if err := send(ctx, &asgi.LifespanStartupComplete{}); err != nil {
				return err
			}
			twice := send(ctx, &asgi.LifespanStartupComplete{})
			for _, err := range []error{wrong, unknown, twice} {
				if !errors.As(err, new(*asgi.ProtocolError)) {
					t.Errorf("send: %v", err)
				}
			}
			_, err := receive(ctx) // the start-up, late
			return errors.Join(err, step(ctx, receive, send, "lifespan.shutdown", &asgi.LifespanShutdownComplete{}))
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				life := asgi.NewLifespan(lifespanApp(c.app))
				check := func(what string, err error, want string) {
					t.Helper()
					if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
						t.Errorf("%s: %v, want %q", what, err, want)
					}
				}
				err := life.Startup(t.Context())
				check("startup", err, c.startup)
				if failed := (*asgi.LifespanError)(nil); c.startup != "" && (!errors.As(err, &failed) || failed.Event != "lifespan.startup.failed") {
					t.Errorf("startup: %T, want *LifespanError", err)
				}
				if life.Supported() != c.supported {
					t.Errorf("supported %v, want %v", life.Supported(), c.supported)
				}
				if c.name == "whole" && life.State()["db"] != 7 {
					t.Errorf("state %v", life.State())
				}
				if err := life.Startup(t.Context()); err == nil {
					t.Error("second startup: no error")
				}
				synctest.Wait() // for applications that return on their own
				check("shutdown", life.Shutdown(t.Context()), c.shutdown)
				check("cause", life.Cause(), c.cause)
				check("second shutdown", life.Shutdown(t.Context()), "")
			})
		})
	}
}

func TestLifespanTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		deaf := lifespanApp(func(ctx context.Context, _ asgi.State, _ asgi.Receive, _ asgi.Send) error {
			<-ctx.Done()
			return ctx.Err()
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		life := asgi.NewLifespan(deaf)
		if err := life.Startup(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("startup: %v", err)
		}
		if err := life.Shutdown(t.Context()); err != nil {
			t.Errorf("shutdown: %v", err)
		}

		slow := lifespanApp(func(ctx context.Context, _ asgi.State, _ asgi.Receive, send asgi.Send) error {
			if err := send(ctx, &asgi.LifespanStartupComplete{}); err != nil {
				return err
			}
			<-ctx.Done()
			return ctx.Err()
		})
		life = asgi.NewLifespan(slow)
		startCtx, cancelStart := context.WithCancel(t.Context())
		if err := life.Startup(startCtx); err != nil {
			t.Errorf("startup: %v", err)
		}
		cancelStart() // must not end the application
		synctest.Wait()
		if err := life.Cause(); err != nil {
			t.Errorf("the application ended with the context of its start-up: %v", err)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := life.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("shutdown: %v", err)
		}
	})
}

func TestLifespanStateReachesRequests(t *testing.T) {
	t.Parallel()
	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
		switch s := scope.(type) {
		case *asgi.LifespanScope:
			s.State["greeting"] = "hello"
			return send(ctx, &asgi.LifespanStartupComplete{})
		case *asgi.HTTPScope:
			return respond(ctx, send, 200, s.State["greeting"].(string))
		}
		return asgi.ErrUnsupportedScope
	})
	life := asgi.NewLifespan(app)
	server := newServer(t, asgi.NewHandler(app, &asgi.Options{State: life.State()}))
	if err := life.Startup(testContext(t)); err != nil {
		t.Fatal(err)
	}
	if _, body := fetch(t, "GET", server.URL, nil, nil); body != "hello" {
		t.Errorf("body %q", body)
	}
	if err := life.Shutdown(testContext(t)); err != nil {
		t.Error(err)
	}
}
