package python

import (
	"context"
	"errors"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

// flagFree on a frame that ends a WSGI response says that the thread takes the next request; without it
// kindFinished tells when the application has returned.
const flagFree = 4

// An exchange is one request to a WSGI application, and its response.
type exchange struct {
	host  *Host
	call  *call // its buffer is given back
	send  func(asgi.Event) error
	flush func() error // when nothing more has come yet; nil where send flushes
	feed  *feed        // the rest of the request; nil where it was sent as a whole

	started bool        // the head of the response was sent
	ended   bool        // the application has said all of it
	quick   bool        // and its thread takes the next request
	free    bool        // the slot is another request's
	unwatch func() bool // ends telling the application that its client has gone
}

// run sends the request to a thread that is free, and passes the response on.
func (x *exchange) run(ctx context.Context) error {
	h, c := x.host, x.call
	if limit := h.concurrency(); h.open.Add(1) > limit && limit > 0 {
		h.open.Add(-1)
		c.free()
		return errBusy
	}
	defer h.open.Add(-1)
	waits, deadline := ctx, time.Time{}
	if timeout := h.opts.ResponseTimeout; timeout > 0 {
		deadline = time.Now().Add(timeout)
		var cancel context.CancelFunc
		waits, cancel = context.WithDeadline(ctx, deadline)
		defer cancel()
	}
	if err := h.slots.submit(waits, c); err != nil {
		c.free()
		return err
	}
	if !deadline.IsZero() {
		_ = c.slot.conn.SetReadDeadline(deadline)
	}
	err := x.relay(ctx)
	x.settle(err)
	return err
}

// concurrency returns how many requests may be open at once. Those that no thread has wait, and so the
// default is a limit.
func (h *Host) concurrency() int64 {
	if h.opts.MaxConcurrency == 0 {
		return int64(1000 + h.size()*h.opts.Threads)
	}
	return int64(h.opts.MaxConcurrency)
}

// relay passes frames on until the application has said all.
func (x *exchange) relay(ctx context.Context) error {
	c := x.call
	for !x.ended {
		f, n, err := c.head()
		if err == nil {
			err = x.pass(ctx, f, n)
		}
		if err != nil {
			return err
		}
		if x.flush != nil && !x.ended && c.buffered() == 0 {
			if err := x.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// end notes that the application has said all, and lets the thread have its next request, which is the
// sooner the better: what has been read is sent to the client meanwhile.
func (x *exchange) end(f frame) {
	x.ended, x.quick = true, f.has(flagFree)
	if x.feed == nil {
		x.finish()
	}
}

// finish lets the slot go, if the thread is free.
func (x *exchange) finish() {
	if x.ended && x.quick {
		if x.feed != nil {
			x.feed.stop()
		}
		x.free = true
		x.host.slots.finish(x.call.slot)
	}
}

// settle leaves the slot to the next request when the application has returned. The handler does not wait
// for that: the response ends with it.
func (x *exchange) settle(err error) {
	if x.unwatch != nil {
		x.unwatch()
	}
	x.call.slot.team.worker.count(err)
	if x.free {
		x.call.free()
		return
	}
	slot := x.call.slot
	if errors.Is(err, errWorkerGone) || errors.Is(err, errMarshal) {
		x.fail()
		return
	}
	if !x.ended {
		slot.gone()()
	}
	if x.ended && x.feed != nil {
		x.feed.stop() // at once, for the worker reads what is left
		x.finish()
	}
	if x.free {
		x.call.free()
		return
	}
	go x.rest() // the worker waits for it
}

// fail gives up a slot that can't be spoken to.
func (x *exchange) fail() {
	slot := x.call.slot
	slot.conn.Close() // ends the feed
	if x.feed != nil {
		x.feed.stop()
	}
	slot.team.worker.release()
	x.host.slots.fail(slot)
}

// rest reads over what is left of a response, until the thread is free. The feed goes on meanwhile: a thread
// that sends does not read.
func (x *exchange) rest() {
	c := x.call
	defer c.free()
	if x.feed != nil {
		x.feed.end()
	}
	_ = c.slot.conn.SetReadDeadline(time.Time{})
	for !x.free {
		if err := x.restOf(); err != nil {
			x.fail()
			return
		}
	}
}

// restOf reads over one frame.
func (x *exchange) restOf() error {
	c := x.call
	f, n, err := c.head()
	for err == nil && n > 0 {
		var data []byte
		data, err = c.chunk(n)
		n -= len(data)
	}
	if err != nil {
		return err
	}
	switch f.kind {
	case kindContinue: // there is no more of the request
		return c.slot.write(kindDisconnect, 0)
	case kindFinished:
		x.quick = true
	case kindFile:
		if err := c.slot.write(kindFileDone, 0); err != nil {
			return err
		}
		fallthrough
	default:
		if f.has(flagMore) {
			return nil
		}
		x.ended, x.quick = true, f.has(flagFree)
	}
	x.finish()
	return nil
}
