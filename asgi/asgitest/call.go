package asgitest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

// call is the application's end of one connection, in the hands of a case.
type call struct {
	*check
	ctx      context.Context
	scope    asgi.Scope
	receiver asgi.Receive
	sender   asgi.Send
	returns  chan error    // what the application shall return
	left     chan struct{} // closed when the application has returned
}

// call waits for the next connection of the case.
func (c *check) call() *call {
	call := await(c, "the application to be called", c.hub.calls(c.id))
	call.check = c
	// A case that ends early leaves no application behind.
	c.cleanup(func() { call.giveBack(nil) })
	return call
}

// http returns the scope of an HTTP request.
func (c *call) http() *asgi.HTTPScope {
	scope, ok := c.scope.(*asgi.HTTPScope)
	if !ok {
		c.fatalf("the scope is a %T, want *asgi.HTTPScope", c.scope)
	}
	return scope
}

func (c *call) websocket() *asgi.WebSocketScope {
	scope, ok := c.scope.(*asgi.WebSocketScope)
	if !ok {
		c.fatalf("the scope is a %T, want *asgi.WebSocketScope", c.scope)
	}
	return scope
}

// giveBack makes the application return.
func (c *call) giveBack(err error) {
	select {
	case c.returns <- err:
	default: // it has before
	}
}

// end makes the application return err and waits until it has.
func (c *call) end(err error) {
	c.giveBack(err)
	await(c.check, "the application's return", c.left)
}

type received struct {
	event asgi.Event
	err   error
}

// receiving begins a receive that may take long.
func (c *call) receiving() <-chan received {
	ch := make(chan received, 1)
	go func() {
		event, err := c.receiver(c.ctx)
		ch <- received{event, err}
	}()
	return ch
}

// next receives an event that must be of type E.
func next[E asgi.Event](c *call) E {
	var want E
	return expect[E](c, await(c.check, "receive to return "+want.Type(), c.receiving()))
}

func expect[E asgi.Event](c *call, got received) E {
	event, ok := got.event.(E)
	if got.err != nil || !ok {
		var want E
		c.fatalf("receive returned %s, %v, want %s", show(got.event), got.err, want.Type())
	}
	return event
}

func show(event asgi.Event) string {
	if event == nil {
		return "no event"
	}
	return fmt.Sprintf("%s %+v", event.Type(), event)
}

// body receives the request's body to its end.
func (c *call) body() string {
	var body []byte
	for {
		part := next[*asgi.HTTPRequest](c)
		body = append(body, part.Body...)
		if !part.MoreBody {
			return string(body)
		}
	}
}

// sending begins a send that may take long.
func (c *call) sending(event asgi.Event) <-chan error {
	ch := make(chan error, 1)
	go func() { ch <- c.sender(c.ctx, event) }()
	return ch
}

// try sends an event and returns what send says.
func (c *call) try(event asgi.Event) error {
	return await(c.check, "send of "+event.Type(), c.sending(event))
}

// send sends events that must be taken.
func (c *call) send(events ...asgi.Event) {
	for _, event := range events {
		if err := c.try(event); err != nil {
			c.fatalf("send of %s: %v", show(event), err)
		}
	}
}

// refuses sends an event that must be refused, with the connection left as it
// was.
func (c *call) refuses(event asgi.Event) {
	err := c.try(event)
	if protocol := (*asgi.ProtocolError)(nil); !errors.As(err, &protocol) {
		c.errorf("send of %s: %v, want an *asgi.ProtocolError", show(event), err)
	}
}

// lost sends an event until send says that the client has gone: what was on
// its way there when it left may still be taken.
func (c *call) lost(event asgi.Event) {
	timeout := time.After(c.patience)
	for {
		select {
		case err := <-c.sending(event):
			if err == nil {
				continue
			}
			if !errors.Is(err, asgi.ErrDisconnected) {
				c.errorf("send to a client that has gone: %v, want asgi.ErrDisconnected", err)
			}
			return
		case <-timeout:
			c.fatalf("send to a client that has gone is taken or waits for ever")
		}
	}
}

// respond sends a whole response.
func (c *call) respond(status int, body string, headers ...asgi.Header) {
	c.send(&asgi.HTTPResponseStart{Status: status, Headers: headers}, &asgi.HTTPResponseBody{Body: []byte(body)})
}
