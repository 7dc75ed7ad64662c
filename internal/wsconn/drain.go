package wsconn

import "context"

type drainKey struct{}

// ContextWithDrain returns a context whose connections say goodbye (1001, going away) when drain
// ends: a server's, that stops.
func ContextWithDrain(ctx, drain context.Context) context.Context {
	return context.WithValue(ctx, drainKey{}, drain)
}

// leaveWith closes the connection when the drain of ctx ends, if it has one.
func (c *Conn) leaveWith(ctx context.Context) {
	drain, ok := ctx.Value(drainKey{}).(context.Context)
	if !ok {
		return
	}
	left := make(chan struct{})
	c.left = left
	c.unleave = context.AfterFunc(drain, func() {
		defer close(left)
		_ = c.Close(1001, "")
		c.end(&CloseError{Code: 1006, Err: errGone})
	})
}

// stay takes leaveWith back, or waits until the connection has left.
func (c *Conn) stay() {
	if c.left == nil {
		return
	}
	if c.unleave() {
		close(c.left)
	}
	<-c.left
}
