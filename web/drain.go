package web

import "context"

// A Server is what a server tells the requests that it serves, through their context
// ([ContextWithServer]). All of it is optional.
type Server struct {
	// Drain ends when the server begins to stop: streams, server-sent events, WebSockets and long
	// polls end with it, other requests go on.
	Drain context.Context
	// Detach runs f in a goroutine of its own that the server waits for. It is called by the handler
	// of a request of HTTP/1.1 that has taken its connection over, with the request's context; the
	// handler then returns, and what the server kept for the request is free. The connection is f's,
	// which closes it; a server that breaks off what is left closes it too.
	Detach func(ctx context.Context, f func())
}

type serverKey struct{}

// ContextWithServer returns a context for a server's requests.
func ContextWithServer(ctx context.Context, s *Server) context.Context {
	return context.WithValue(ctx, serverKey{}, s)
}

// ServerFromContext returns the server of a request's context, an empty one where none told of
// itself.
func ServerFromContext(ctx context.Context) *Server {
	if s, ok := ctx.Value(serverKey{}).(*Server); ok {
		return s
	}
	return &Server{}
}

// streamContext returns the context of a long-lived answer: the request's, ended by the drain.
func (r *Request) streamContext() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(r.ctx)
	stop := r.onDrain(cancel)
	return ctx, func() { stop(); cancel() }
}

// onDrain calls f when the server stops; the function that it returns takes that back.
func (r *Request) onDrain(f func()) (stop func() bool) {
	if drain := ServerFromContext(r.ctx).Drain; drain != nil {
		return context.AfterFunc(drain, f)
	}
	return func() bool { return true }
}

// draining tells whether the server stops.
func (r *Request) draining() bool {
	drain := ServerFromContext(r.ctx).Drain
	return drain != nil && drain.Err() != nil
}
