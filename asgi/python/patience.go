package python

import (
	"context"
	"errors"
	"fmt"
	"time"
)

var errLate = fmt.Errorf("the application has not begun its response within Options.ResponseTimeout: %w", context.DeadlineExceeded)

// A patience ends a request whose response does not begin in time. A nil one has no limit.
type patience struct {
	timer  *time.Timer
	limit  time.Duration
	cancel context.CancelCauseFunc
}

// patience returns a context that ends with the time that an application has to begin its response.
func (h *Host) patience(ctx context.Context) (context.Context, *patience) {
	limit := h.opts.ResponseTimeout
	if limit <= 0 {
		return ctx, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &patience{time.AfterFunc(limit, func() { cancel(errLate) }), limit, cancel}
}

// begun ends the waiting: the response has begun.
func (p *patience) begun() {
	if p != nil {
		p.timer.Stop()
	}
}

// end lets go of the context.
func (p *patience) end() {
	if p != nil {
		p.timer.Stop()
		p.cancel(nil)
	}
}

// again begins it anew: the client has sent a part of its request, which takes as long as it takes. It is
// too late when the response has begun.
func (p *patience) again() {
	if p != nil && p.timer.Stop() {
		p.timer.Reset(p.limit)
	}
}

// whyEnded returns what has ended a context, where that is why err came.
func whyEnded(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
