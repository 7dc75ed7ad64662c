package middleware_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestTimeout(t *testing.T) {
	t.Parallel()
	wait := func(r *web.Request) (web.Response, error) {
		<-r.Context().Done()
		return web.Response{}, fmt.Errorf("query: %w", r.Context().Err())
	}
	child := func(r *web.Request) (web.Response, error) {
		ctx, cancel := context.WithTimeout(r.Context(), time.Hour)
		defer cancel()
		<-ctx.Done()
		return web.Response{}, ctx.Err()
	}
	deaf := func(*web.Request) (web.Response, error) {
		time.Sleep(time.Minute)
		return web.Text("late"), nil
	}
	own := func(r *web.Request) (web.Response, error) {
		<-r.Context().Done()
		return web.Response{}, web.NotFound("not found in time")
	}
	tests := []struct {
		name   string
		view   web.Handler
		status int
		retry  string
		took   time.Duration
	}{
		{"in time", hello, 200, "", 0},
		{"heeds its context", wait, 503, "10", time.Second},
		{"heeds a context of its own", child, 503, "10", time.Second},
		{"does not look", deaf, 200, "", time.Minute},
		{"has an answer of its own", own, 404, "", time.Second},
	}
	for _, test := range tests {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			w := ask(site(test.view, middleware.Timeout(time.Second)), "GET", "/")
			if w.Code != test.status || w.Header().Get("Retry-After") != test.retry || time.Since(start) != test.took {
				t.Errorf("%s: got %d, Retry-After %q after %v, want %d, %q after %v", test.name,
					w.Code, w.Header().Get("Retry-After"), time.Since(start), test.status, test.retry, test.took)
			}
		})
	}
}

func TestTimeoutDoesNotBindStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var kept context.Context
		view := func(r *web.Request) (web.Response, error) {
			kept = r.Context()
			if at, ok := kept.Deadline(); !ok || time.Until(at) != time.Second {
				t.Errorf("in the view: got deadline %v, %v, want one in a second", at, ok)
			}
			return web.Stream("text/plain", func(ctx context.Context, w *web.StreamWriter) error {
				for range 3 {
					time.Sleep(time.Minute)
					if ctx.Err() != nil || kept.Err() != nil {
						return fmt.Errorf("contexts ended: %v, %v", ctx.Err(), kept.Err())
					}
					if _, err := w.WriteString("tick\n"); err != nil {
						return err
					}
				}
				if at, ok := kept.Deadline(); ok {
					t.Errorf("in the stream: got deadline %v, want none", at)
				}
				return nil
			}), nil
		}
		w := ask(site(view, middleware.Timeout(time.Second)), "GET", "/")
		if got := w.Body.String(); got != "tick\ntick\ntick\n" {
			t.Errorf("got %q, want three ticks", got)
		}
		if kept.Err() == nil {
			t.Error("the context is still open after the request")
		}
	})
}

func TestTimeoutOfAClientThatLeft(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	view := func(r *web.Request) (web.Response, error) {
		cancel()
		<-r.Context().Done()
		if r.Context().Err() != context.Canceled {
			t.Errorf("got %v, want that the client left", r.Context().Err())
		}
		return web.Text(""), nil
	}
	r, err := http.NewRequestWithContext(ctx, "GET", "http://example.com/", nil)
	if err != nil {
		t.Fatal(err)
	}
	get(site(view, middleware.Timeout(time.Hour)), r)
}
