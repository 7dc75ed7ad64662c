package asgi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
)

// appCall is one call of an application, which may go on after the handler
// that began it has returned.
type appCall struct {
	ctx      context.Context
	cancel   context.CancelFunc
	outlive  func() bool   // ends the link to the request's context
	returned chan struct{} // closed when the application has returned
	err      error         // what it returned; read after returned
}

// newAppCall prepares a call whose context has the values, end and deadline of
// request, the context that net/http ends when the handler returns.
func newAppCall(request context.Context) *appCall {
	c := &appCall{returned: make(chan struct{})}
	c.ctx = context.WithoutCancel(request)
	if deadline, ok := request.Deadline(); ok {
		c.ctx, c.cancel = context.WithDeadline(c.ctx, deadline)
	} else {
		c.ctx, c.cancel = context.WithCancel(c.ctx)
	}
	c.outlive = context.AfterFunc(request, func() {
		if !errors.Is(request.Err(), context.DeadlineExceeded) {
			c.cancel()
		}
	})
	return c
}

// serveApp calls app. A panic becomes an error: the goroutine is not one that
// net/http could recover.
func serveApp(ctx context.Context, app App, scope Scope, receive Receive, send Send) (err error) {
	defer func() {
		switch value := recover(); value {
		case nil:
		case http.ErrAbortHandler:
			err = http.ErrAbortHandler
		default:
			err = fmt.Errorf("panic: %v\n%s", value, debug.Stack())
		}
	}()
	return app.ServeASGI(ctx, scope, receive, send)
}
