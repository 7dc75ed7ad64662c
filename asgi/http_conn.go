package asgi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"sync"
	"time"
)

// bodyChunk is the greatest length of one http.request body, in bytes.
const bodyChunk = 32 << 10

// httpConn connects one application call to one request of net/http.
type httpConn struct {
	h      *appHandler
	r      *http.Request
	ctx    context.Context // the application's
	cancel context.CancelFunc

	recvMu   sync.Mutex
	bodyDone bool          // the last http.request was delivered
	pending  chan bodyPart // a read that outlived the call which began it

	body *Body
	buf  []byte

	sendMu    sync.Mutex
	resp      *Response
	ended     bool          // the application has returned
	completed chan struct{} // closed when the response is complete
}

type bodyPart struct {
	data []byte
	more bool
	err  error
}

func (h *appHandler) serveHTTP(w http.ResponseWriter, r *http.Request) {
	call := newAppCall(r.Context())
	c := &httpConn{
		h: h, r: r, ctx: call.ctx, cancel: call.cancel,
		completed: make(chan struct{}),
		resp:      NewResponse(w, r),
	}
	c.body = NewBody(r, c.resp)
	defer c.stop()
	scope := NewHTTPScope(w, r, h.opts.RootPath)
	scope.State = maps.Clone(h.opts.State)
	h.running.Go(func() { c.run(call, scope) })
	select {
	case <-c.completed:
		// net/http ends the response when we return; the application may go
		// on behind it.
		call.outlive()
	case <-call.returned:
		c.finish(call.err)
	}
}

// run calls the application.
func (c *httpConn) run(call *appCall, scope *HTTPScope) {
	defer close(call.returned)
	call.err = serveApp(call.ctx, c.h.app, scope, c.receive, c.send)
	c.sendMu.Lock()
	c.ended = true
	complete := c.resp.phase == phaseComplete
	c.sendMu.Unlock()
	if !complete {
		return
	}
	if call.err != nil && !errors.Is(call.err, http.ErrAbortHandler) && c.ctx.Err() == nil {
		c.h.logError(c.r, "application failed after its response", call.err)
	}
	c.cancel()
}

// receive is the application's Receive.
func (c *httpConn) receive(ctx context.Context) (Event, error) {
	c.recvMu.Lock()
	defer c.recvMu.Unlock()
	select {
	case <-c.completed:
		return &HTTPDisconnect{}, nil
	case <-c.ctx.Done():
		return c.over()
	default:
	}
	if !c.bodyDone {
		return c.receiveBody(ctx)
	}
	select {
	case <-c.completed:
		return &HTTPDisconnect{}, nil
	case <-c.ctx.Done():
		return c.over()
	case <-ctx.Done():
		if c.ctx.Err() != nil {
			return c.over()
		}
		return nil, ctx.Err()
	}
}

// over tells a client that has gone from a deadline that a handler around us
// set.
func (c *httpConn) over() (Event, error) {
	if err := c.ctx.Err(); !errors.Is(err, context.Canceled) {
		return nil, err
	}
	return &HTTPDisconnect{}, nil
}

func (c *httpConn) receiveBody(ctx context.Context) (Event, error) {
	var part bodyPart
	if c.pending == nil && ctx.Done() == c.ctx.Done() {
		// The read ends with the connection, as ctx does: no goroutine needed.
		part = c.readBody()
	} else {
		if c.pending == nil {
			pending := make(chan bodyPart, 1)
			go func() { pending <- c.readBody() }()
			c.pending = pending
		}
		select {
		case part = <-c.pending:
			c.pending = nil
		case <-c.completed:
			return &HTTPDisconnect{}, nil
		case <-c.ctx.Done():
			return c.over()
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if part.err == nil {
		c.bodyDone = !part.more
		return &HTTPRequest{Body: part.data, MoreBody: part.more}, nil
	}
	if tooLong := (*http.MaxBytesError)(nil); errors.As(part.err, &tooLong) {
		return nil, fmt.Errorf("read request body: %w", part.err)
	}
	select {
	case <-c.completed:
	default:
		// With any other error the connection is of no more use.
		c.cancel()
	}
	return &HTTPDisconnect{}, nil
}

// readBody waits for the next part of the body.
func (c *httpConn) readBody() bodyPart {
	if c.buf == nil {
		size := int64(bodyChunk)
		if c.r.ContentLength >= 0 {
			size = min(size, c.r.ContentLength+1)
		}
		c.buf = make([]byte, size)
	}
	n, err := c.body.Read(c.buf)
	switch {
	case err == io.EOF:
		return bodyPart{data: c.buf[:n:n]}
	case err != nil:
		return bodyPart{err: err}
	}
	return bodyPart{data: bytes.Clone(c.buf[:n]), more: true}
}

// send is the application's Send.
func (c *httpConn) send(ctx context.Context, event Event) error {
	c.sendMu.Lock()
	defer c.sendMu.Unlock()
	if c.ended || errors.Is(c.ctx.Err(), context.Canceled) {
		return fmt.Errorf("send %s: %w", event.Type(), ErrDisconnected)
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	release := c.interruptible(ctx)
	err := c.resp.Send(event)
	if err == nil {
		err = c.resp.Flush()
	}
	interrupted := release()
	if c.resp.phase == phaseComplete && err == nil {
		c.complete()
	}
	return c.sendError(event, err, interrupted, ctx)
}

// sendError sorts the error of a send: mistakes of the application leave the
// connection as it is, everything else ends it.
func (c *httpConn) sendError(event Event, err error, interrupted bool, ctx context.Context) error {
	if err == nil {
		return nil
	}
	if wrong := (*ProtocolError)(nil); errors.As(err, &wrong) {
		return err
	}
	if !c.resp.wroteHeader {
		return err // a file that could not be opened
	}
	c.cancel()
	if interrupted {
		return ctx.Err()
	}
	return fmt.Errorf("send %s: %w: %w", event.Type(), ErrDisconnected, err)
}

func (c *httpConn) complete() {
	select {
	case <-c.completed:
	default:
		close(c.completed)
	}
}

// interruptible makes the end of ctx break off a write that a slow client
// holds up. The returned function ends that and reports whether it happened.
func (c *httpConn) interruptible(ctx context.Context) func() bool {
	if ctx.Done() == nil || ctx.Done() == c.ctx.Done() {
		return func() bool { return false }
	}
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		_ = c.resp.rc.SetWriteDeadline(time.Unix(1, 0))
	})
	return func() bool {
		if stop() {
			return false
		}
		<-done
		// The write may have finished first; the response goes on then.
		_ = c.resp.rc.SetWriteDeadline(time.Time{})
		return true
	}
}

// finish answers for an application that returned before its response was
// complete, and logs its error.
func (c *httpConn) finish(err error) {
	c.sendMu.Lock()
	defer c.sendMu.Unlock()
	if c.resp.phase == phaseComplete {
		return // both happened at once
	}
	if errors.Is(err, http.ErrAbortHandler) || errors.Is(c.ctx.Err(), context.Canceled) {
		panic(http.ErrAbortHandler)
	}
	if c.resp.phase == phaseIdle {
		status := http.StatusInternalServerError
		if tooLong := (*http.MaxBytesError)(nil); errors.As(err, &tooLong) {
			status = http.StatusRequestEntityTooLarge
		}
		c.h.logError(c.r, "application did not respond", err)
		refuse(c.resp.w, status)
		return
	}
	c.h.logError(c.r, "application did not complete its response", err)
	panic(http.ErrAbortHandler)
}

// stop lets go of the request, in which net/http must not find a reader.
func (c *httpConn) stop() {
	c.sendMu.Lock()
	if c.ended {
		c.cancel()
	}
	c.sendMu.Unlock()
	c.body.Stop()
}

func isNotSupported(err error) bool { return errors.Is(err, http.ErrNotSupported) }
