package middleware

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/nuages-web/nuages/web"
)

// Timeout gives what is inside of it a context that ends after d. A view that heeds its context then
// returns, and its error, or the error page that was made of it, becomes a 503 with Retry-After. A
// goroutine can't be stopped from outside: a view that does not look at its context is waited for,
// and what it answers in the end is sent.
//
// Streamed bodies are sent after the view has returned, and are not bound by the deadline: a context
// that a stream took from its view lives on. d has to be positive.
func Timeout(d time.Duration) web.Middleware {
	return web.Middleware{
		Name: "middleware.Timeout", Settings: d, After: []string{"middleware.AccessLog", "middleware.Security"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) { return withTimeout(r, next, d) }
		},
	}
}

func withTimeout(r *web.Request, next web.Handler, d time.Duration) (web.Response, error) {
	inner, cancel := context.WithCancelCause(r.Context())
	ctx := &timeoutContext{Context: inner, parent: r.Context(), deadline: time.Now().Add(d)}
	timer := time.AfterFunc(d, func() { cancel(context.DeadlineExceeded) })
	streaming := false
	defer func() {
		timer.Stop()
		if !streaming {
			cancel(context.Canceled)
		}
	}()
	resp, err := runView(r.WithContext(ctx), next)
	cause := err
	if cause == nil {
		cause = resp.Err()
	}
	if ctx.expired() && (errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded)) {
		return web.Response{}, &web.Error{
			Status: http.StatusServiceUnavailable, Message: "This took too long. Please try again.",
			Cause: context.DeadlineExceeded, Header: http.Header{"Retry-After": {"10"}},
		}
	}
	if err == nil && resp.Streaming() && timer.Stop() {
		streaming = true
		ctx.lifted.Store(true)
		r.OnFinish(func(web.Outcome) { cancel(context.Canceled) })
	}
	return resp, err
}

// runView renders a late template too: it may ask a database under the view's context.
func runView(r *web.Request, next web.Handler) (web.Response, error) {
	resp, err := next(r)
	if err == nil && resp.Template() != nil {
		_, err = resp.Content(r)
	}
	return resp, err
}

// timeoutContext is a context with a deadline that can be lifted.
type timeoutContext struct {
	context.Context // ends by the timer, or with parent
	parent          context.Context
	deadline        time.Time
	lifted          atomic.Bool
}

func (c *timeoutContext) expired() bool {
	return context.Cause(c.Context) == context.DeadlineExceeded && c.parent.Err() == nil
}

// Deadline returns the earlier of the parent's deadline and this one, if it still stands.
func (c *timeoutContext) Deadline() (time.Time, bool) {
	at, ok := c.parent.Deadline()
	if c.lifted.Load() || ok && at.Before(c.deadline) {
		return at, ok
	}
	return c.deadline, true
}

// Err tells the end of the time from that of the client's patience.
func (c *timeoutContext) Err() error {
	err := c.Context.Err()
	if err != nil && context.Cause(c.Context) == context.DeadlineExceeded {
		return context.DeadlineExceeded
	}
	return err
}
