// Package asgi is the connection contract between a server and an
// application: the Go form of ASGI 3 (https://asgi.readthedocs.io).
//
// An [App] is called once for each connection with a [Scope] that describes
// it (an HTTP request, a WebSocket or the lifespan of the server) and two
// functions: [Receive] waits for the next event from the client, [Send] hands
// an event to it. Every event of the specification is a struct of this
// package, always used through its pointer, so that a type switch has one case
// for each.
//
// The smallest application answers every request:
//
//	app := asgi.AppFunc(func(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
//		if err := send(ctx, &asgi.HTTPResponseStart{Status: 200}); err != nil {
//			return err
//		}
//		return send(ctx, &asgi.HTTPResponseBody{Body: []byte("hello")})
//	})
//	http.ListenAndServe("localhost:8000", asgi.Handler(app))
//
// [Handler] serves an application with net/http and [FromHandler] makes an
// application of an http.Handler; a round trip through both gives back what
// went in, so plain handlers pay nothing. [ProtocolRouter] picks an
// application by the scope's type and [Lifespan] drives start-up and shutdown.
package asgi

import "context"

// App is an ASGI 3 application. ServeASGI is called once for each connection,
// in a goroutine of its own, and the connection ends when it returns.
//
// The context ends when the client has gone away, when the server gives up on
// the connection and when ServeASGI has returned. An error means that the
// application broke: an HTTP request not yet answered becomes a 500, one half
// answered is cut off, a WebSocket is closed with code 1011, and a lifespan
// counts as not supported.
type App interface {
	ServeASGI(ctx context.Context, scope Scope, receive Receive, send Send) error
}

// AppFunc is a function used as an [App].
type AppFunc func(ctx context.Context, scope Scope, receive Receive, send Send) error

// ServeASGI calls f.
func (f AppFunc) ServeASGI(ctx context.Context, scope Scope, receive Receive, send Send) error {
	return f(ctx, scope, receive, send)
}

// Receive waits for the next event from the client and returns it. The event
// and its slices belong to the caller.
//
// It returns ctx's error when ctx ends first; no event is lost by that, the
// next call goes on waiting for it. Once the connection is over every call
// returns the disconnect event of the protocol. One goroutine at a time may
// call it.
type Receive func(ctx context.Context) (Event, error)

// Send hands an event to the client and returns when the server has taken it;
// a slow client makes it block. The event and its slices belong to the caller
// again once it returns.
//
// It returns a [*ProtocolError] when the event is not allowed now or is
// malformed, an error matching [ErrDisconnected] when the client has gone, and
// ctx's error when ctx ended first; in the last case part of the event may be
// on the wire, so the connection counts as lost. Several goroutines may call
// it.
type Send func(ctx context.Context, event Event) error

// Scope describes one connection. It is a [*HTTPScope], a [*WebSocketScope] or
// a [*LifespanScope]; servers for other protocols may bring types of their
// own. A scope belongs to the application that it was given to: middleware
// passes on a changed copy instead of changing it.
type Scope interface {
	// Type is the protocol's name in the specification, such as "http".
	Type() string
}

// Event is one message of a connection, in either direction: a pointer to one
// of the event structs of this package.
type Event interface {
	// Type is the event's name in the specification, such as "http.request".
	Type() string
}
