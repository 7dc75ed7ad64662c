package asgi

import (
	"context"
	"errors"
	"fmt"
)

// ProtocolRouter is an [App] that passes each connection to the application
// for its protocol (ProtocolTypeRouter in Django Channels).
//
// A protocol without an application is refused in its own way, never with an
// error: HTTP requests with a 404 text, WebSocket handshakes with status 403,
// and a lifespan is answered as complete, so that the server goes on. Other
// scope types give an error matching [ErrUnsupportedScope].
//
// The zero value refuses everything. The fields must not change once the router
// is in use.
type ProtocolRouter struct {
	// HTTP serves [*HTTPScope]; nil answers 404.
	HTTP App
	// WebSocket serves [*WebSocketScope]; nil refuses the handshake.
	WebSocket App
	// Lifespan serves [*LifespanScope]; nil completes start-up and shutdown.
	Lifespan App
}

// ServeASGI passes the connection on by the type of scope.
func (r ProtocolRouter) ServeASGI(ctx context.Context, scope Scope, receive Receive, send Send) error {
	app := r.app(scope.Type())
	if app == nil {
		return fmt.Errorf("route protocol %q: %w", scope.Type(), ErrUnsupportedScope)
	}
	return app.ServeASGI(ctx, scope, receive, send)
}

// app returns the application for a scope type, nil for unknown ones.
func (r ProtocolRouter) app(scopeType string) App {
	switch scopeType {
	case "http":
		if r.HTTP != nil {
			return r.HTTP
		}
		return AppFunc(refuseHTTP)
	case "websocket":
		if r.WebSocket != nil {
			return r.WebSocket
		}
		return AppFunc(refuseWebSocket)
	case "lifespan":
		if r.Lifespan != nil {
			return r.Lifespan
		}
		return AppFunc(completeLifespan)
	}
	return nil
}

func plainText() Headers {
	return Headers{{"content-type", "text/plain; charset=utf-8"}, {"x-content-type-options", "nosniff"}}
}

func refuseHTTP(ctx context.Context, _ Scope, _ Receive, send Send) error {
	err := send(ctx, &HTTPResponseStart{Status: 404, Headers: plainText()})
	if err == nil {
		err = send(ctx, &HTTPResponseBody{Body: []byte("Not Found: no HTTP application is served here.\n")})
	}
	return ignoreDisconnect(err)
}

func refuseWebSocket(ctx context.Context, scope Scope, receive Receive, send Send) error {
	if _, err := receive(ctx); err != nil {
		return err
	}
	s, ok := scope.(*WebSocketScope)
	if !ok || !s.Extensions.WebSocketDenial {
		return ignoreDisconnect(send(ctx, &WebSocketClose{Code: 1000}))
	}
	err := send(ctx, &WebSocketHTTPResponseStart{Status: 403, Headers: plainText()})
	if err == nil {
		err = send(ctx, &WebSocketHTTPResponseBody{Body: []byte("Forbidden: no WebSocket application is served here.\n")})
	}
	return ignoreDisconnect(err)
}

func ignoreDisconnect(err error) error {
	if errors.Is(err, ErrDisconnected) {
		return nil
	}
	return err
}

// completeLifespan answers for applications that have nothing to do.
func completeLifespan(ctx context.Context, _ Scope, receive Receive, send Send) error {
	for {
		event, err := receive(ctx)
		if err != nil {
			return err
		}
		switch event.(type) {
		case *LifespanStartup:
			if err := send(ctx, &LifespanStartupComplete{}); err != nil {
				return err
			}
		case *LifespanShutdown:
			return send(ctx, &LifespanShutdownComplete{})
		}
	}
}
