package python

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

var errLate = fmt.Errorf("the application has not begun its response within Options.ResponseTimeout: %w", context.DeadlineExceeded)

// A patience ends a request whose response does not begin in time. The time that the client takes to send
// its request does not count. A nil one has no limit.
type patience struct {
	limit  time.Duration
	cancel context.CancelCauseFunc

	mu    sync.Mutex
	timer *time.Timer
	over  bool // the response has begun
}

// patience returns a context that ends with the time that an application has to begin its response.
func (h *Host) patience(ctx context.Context) (context.Context, *patience) {
	limit := h.opts.ResponseTimeout
	if limit <= 0 {
		return ctx, nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	return ctx, &patience{limit: limit, cancel: cancel, timer: time.AfterFunc(limit, func() { cancel(errLate) })}
}

// begun ends the waiting: the response has begun.
func (p *patience) begun() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.over = true
	p.timer.Stop()
}

// pause stops the clock, until again: the client is to send a part of its request.
func (p *patience) pause() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.timer.Stop()
}

// again begins the waiting anew: it is the application's turn.
func (p *patience) again() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.over {
		p.timer.Reset(p.limit)
	}
}

// end lets go of the context.
func (p *patience) end() {
	if p != nil {
		p.begun()
		p.cancel(nil)
	}
}

// whyEnded returns what has ended a context, where that is why err came.
func whyEnded(ctx context.Context, err error) error {
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
