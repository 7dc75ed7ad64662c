// Package asgitest tests both sides of package asgi: a [Communicator] drives an
// asgi.App without a server, as asgiref.testing.ApplicationCommunicator does in
// Python, and [RunServer] is the conformance suite of servers.
//
//	c := asgitest.NewCommunicator(t, app, &asgi.HTTPScope{Method: "GET", Path: "/"})
//	c.SendInput(&asgi.HTTPRequest{})
//	start := asgitest.Next[*asgi.HTTPResponseStart](c)
//
// A communicator starts one goroutine and uses no other clock than package
// time's, so it also works inside testing/synctest.
//
// A server is tested with a function that serves an application on a socket:
//
//	asgitest.RunServer(t, &asgitest.Server{
//		Start: func(t testing.TB, app asgi.App) (*asgitest.Running, error) {
//			s, err := myserver.Start("127.0.0.1:0", app)
//			if err != nil {
//				return nil, err
//			}
//			return &asgitest.Running{Addr: s.Addr(), Stop: s.Stop}, nil
//		},
//		WebSocket: true,
//		Lifespan:  true,
//	})
package asgitest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

// DefaultTimeout is how long [Next] waits for an event.
const DefaultTimeout = 5 * time.Second

// ErrTimeout is matched by the error of a call that waited in vain.
var ErrTimeout = errors.New("asgitest: timed out")

// ErrEnded is matched by the error of [Communicator.ReceiveOutput] when the
// application has returned without error and without further output.
var ErrEnded = errors.New("asgitest: application has returned")

// Communicator runs one call of an application and plays the server. Inputs
// and outputs are queued without limit. Its methods may be called from several
// goroutines.
type Communicator struct {
	t      testing.TB
	cancel context.CancelFunc
	done   chan struct{} // closed when the application has returned
	err    error         // what it returned; read after done

	mu      sync.Mutex
	inputs  []asgi.Event
	outputs []asgi.Event
	changed chan struct{} // closed and replaced when a queue has grown
}

// NewCommunicator starts app in a goroutine of its own. At the end of the test
// the application's context is cancelled and its return awaited.
func NewCommunicator(t testing.TB, app asgi.App, scope asgi.Scope) *Communicator {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := &Communicator{t: t, cancel: cancel, done: make(chan struct{}), changed: make(chan struct{})}
	go c.run(ctx, app, scope)
	t.Cleanup(c.Stop)
	return c
}

func (c *Communicator) run(ctx context.Context, app asgi.App, scope asgi.Scope) {
	defer close(c.done)
	defer func() {
		if value := recover(); value != nil {
			c.err = fmt.Errorf("asgitest: application panicked: %v\n%s", value, debug.Stack())
		}
	}()
	c.err = app.ServeASGI(ctx, scope, c.receive, c.send)
}

func (c *Communicator) receive(ctx context.Context) (asgi.Event, error) {
	return c.take(&c.inputs, ctx.Done(), nil, ctx.Err)
}

func (c *Communicator) send(ctx context.Context, event asgi.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	c.put(&c.outputs, own(event))
	return nil
}

// own returns a copy of event without slices of the application's, which may
// use them again.
func own(event asgi.Event) asgi.Event {
	switch e := event.(type) {
	case *asgi.HTTPResponseStart:
		return &asgi.HTTPResponseStart{Status: e.Status, Headers: slices.Clone(e.Headers), Trailers: e.Trailers}
	case *asgi.HTTPResponseBody:
		return &asgi.HTTPResponseBody{Body: bytes.Clone(e.Body), MoreBody: e.MoreBody}
	case *asgi.HTTPResponseTrailers:
		return &asgi.HTTPResponseTrailers{Headers: slices.Clone(e.Headers), MoreTrailers: e.MoreTrailers}
	case *asgi.HTTPResponseEarlyHint:
		return &asgi.HTTPResponseEarlyHint{Links: slices.Clone(e.Links)}
	case *asgi.WebSocketAccept:
		return &asgi.WebSocketAccept{Subprotocol: e.Subprotocol, Headers: slices.Clone(e.Headers)}
	case *asgi.WebSocketSend:
		return &asgi.WebSocketSend{Bytes: bytes.Clone(e.Bytes), Text: e.Text}
	case *asgi.WebSocketHTTPResponseStart:
		return &asgi.WebSocketHTTPResponseStart{Status: e.Status, Headers: slices.Clone(e.Headers)}
	case *asgi.WebSocketHTTPResponseBody:
		return &asgi.WebSocketHTTPResponseBody{Body: bytes.Clone(e.Body), MoreBody: e.MoreBody}
	}
	return event
}

func (c *Communicator) put(queue *[]asgi.Event, event asgi.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*queue = append(*queue, event)
	close(c.changed)
	c.changed = make(chan struct{})
}

// take removes the first event of a queue. It waits for one until stop or
// ended is closed, and then returns the error that stopped gives.
func (c *Communicator) take(queue *[]asgi.Event, stop, ended <-chan struct{}, stopped func() error) (asgi.Event, error) {
	for {
		c.mu.Lock()
		if len(*queue) > 0 {
			event := (*queue)[0]
			*queue = (*queue)[1:]
			c.mu.Unlock()
			return event, nil
		}
		changed := c.changed
		c.mu.Unlock()
		select {
		case <-changed:
		case <-stop:
			return nil, stopped()
		case <-ended:
			ended = nil
			c.mu.Lock()
			empty := len(*queue) == 0
			c.mu.Unlock()
			if empty {
				return nil, errApplicationEnded
			}
		}
	}
}

var errApplicationEnded = errors.New("asgitest: ended")

// SendInput queues an event for the application to receive.
func (c *Communicator) SendInput(event asgi.Event) {
	c.put(&c.inputs, event)
}

// ReceiveOutput returns the next event that the application sends. When the
// application has returned it gives its error, or [ErrEnded]. When nothing
// comes within timeout the application is cancelled, as in asgiref, and the
// error matches [ErrTimeout].
func (c *Communicator) ReceiveOutput(timeout time.Duration) (asgi.Event, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	event, err := c.take(&c.outputs, ctx.Done(), c.done, ctx.Err)
	switch {
	case err == nil:
		return event, nil
	case errors.Is(err, errApplicationEnded) && c.err != nil:
		return nil, c.err
	case errors.Is(err, errApplicationEnded):
		return nil, ErrEnded
	}
	c.cancel()
	return nil, fmt.Errorf("receive output within %v: %w", timeout, ErrTimeout)
}

// ReceiveNothing reports whether the application sends nothing for the given
// time. It returns early when something is sent, which stays queued, and when
// the application has returned.
func (c *Communicator) ReceiveNothing(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	ended := c.done
	for {
		c.mu.Lock()
		empty, changed := len(c.outputs) == 0, c.changed
		c.mu.Unlock()
		if !empty {
			return false
		}
		if ended == nil {
			return true
		}
		select {
		case <-changed:
		case <-ended:
			ended = nil
		case <-timer.C:
			ended = nil
		}
	}
}

// Wait returns what the application returned. When it does not return within
// timeout it is cancelled, and the error matches [ErrTimeout].
func (c *Communicator) Wait(timeout time.Duration) error {
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case <-c.done:
		return c.err
	case <-timer.C:
		c.cancel()
		return fmt.Errorf("wait %v for the application: %w", timeout, ErrTimeout)
	}
}

// Stop cancels the application's context and waits for its return. Its error
// is dropped.
func (c *Communicator) Stop() {
	c.cancel()
	<-c.done
}

// Next returns the next output, which must be of type E. It ends the test when
// it is of another type, when the application has returned, and after
// [DefaultTimeout]. Call it from the test's own goroutine.
func Next[E asgi.Event](c *Communicator) E {
	c.t.Helper()
	event, err := c.ReceiveOutput(DefaultTimeout)
	if err != nil {
		c.t.Fatalf("asgitest: next output: %v", err)
	}
	got, ok := event.(E)
	if !ok {
		var want E
		c.t.Fatalf("asgitest: next output is %s %+v, want %T", event.Type(), event, want)
	}
	return got
}
