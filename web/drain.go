package web

import "context"

type drainKey struct{}

// ContextWithDrain returns a context for a server's requests from which long-lived answers learn
// that the server stops: streams, server-sent events, WebSockets and long polls end with drain,
// other requests go on.
func ContextWithDrain(ctx, drain context.Context) context.Context {
	return context.WithValue(ctx, drainKey{}, drain)
}

// streamContext returns the context of a long-lived answer: the request's, ended by the drain.
func (r *Request) streamContext() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.ctx)
	stop := r.onDrain(cancel)
	return ctx, func() { stop(); cancel() }
}

// onDrain calls f when the server stops; the function that it returns takes that back.
func (r *Request) onDrain(f func()) (stop func() bool) {
	if drain, ok := r.ctx.Value(drainKey{}).(context.Context); ok {
		return context.AfterFunc(drain, f)
	}
	return func() bool { return true }
}

// draining tells whether the server stops.
func (r *Request) draining() bool {
	drain, ok := r.ctx.Value(drainKey{}).(context.Context)
	return ok && drain.Err() != nil
}
