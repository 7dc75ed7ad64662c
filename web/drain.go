package web

import (
	"context"
	"net/http"
	"runtime/debug"

	"github.com/nuages-web/nuages/internal/wsconn"
)

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
	// Stats returns the server's counts so far, for metrics.
	Stats func() ServerStats
}

// ServerStats are counts of a server since its start.
type ServerStats struct {
	Accepted        int64 // connections that were opened (HTTP/3 apart)
	Rejected        int64 // of these, closed at once because there were too many
	HandshakeErrors int64 // TLS handshakes that failed
	Requests        int64 // requests, also refused ones
	Refused         int64 // requests that the application did not get to see
	Open            int64 // connections that are open now
	Running         int64 // requests under way now, WebSockets included
}

type serverKey struct{}

// ContextWithServer returns a context for a server's requests.
func ContextWithServer(ctx context.Context, s *Server) context.Context {
	if s.Drain != nil {
		ctx = wsconn.ContextWithDrain(ctx, s.Drain)
	}
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

// mayDetach tells whether a connection that is taken over may be left to the server. Middleware of
// net/http may free at its return what the answer still needs; and a panic that nobody is to recover
// from must not end the process.
func (r *Request) mayDetach() bool {
	return ServerFromContext(r.ctx).Detach != nil && r.s.raw.ProtoMajor == 1 && !r.s.within && !r.s.site.PropagatePanics
}

// leave ends the handler of a request: what is left to do is the server's.
func (r *Request) leave() {
	rest := r.s.rest
	if rest == nil {
		r.close()
		return
	}
	r.s.rest, r.s.w = nil, nil // net/http's buffers go with the handler
	ServerFromContext(r.ctx).Detach(r.s.raw.Context(), func() {
		defer r.close()
		if err := recovered(rest); err != nil {
			r.s.outcome.Err = err
			r.s.site.logError(r, http.StatusInternalServerError, err)
		}
	})
}

// recovered calls f and returns its panic.
func recovered(f func()) (err error) {
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	f()
	return nil
}
