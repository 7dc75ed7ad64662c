package asgi

import "errors"

// ErrDisconnected is matched by what [Send] returns when the client has gone
// or the connection is over (the OSError of specification 2.4).
var ErrDisconnected = errors.New("asgi: client disconnected")

// ErrUnsupportedScope is matched by what an application returns for a scope
// type that it does not serve.
var ErrUnsupportedScope = errors.New("asgi: unsupported scope type")

// ProtocolError is what [Send] returns for an event that the specification
// does not allow now, or whose content could not be put on the wire safely.
// Nothing of the event has been sent.
type ProtocolError struct {
	// Event is the type of the refused event, such as "http.response.body".
	Event string
	// Reason says what is wrong with it.
	Reason string
}

// Error returns the event's type and the reason.
func (e *ProtocolError) Error() string {
	return "asgi: " + e.Event + ": " + e.Reason
}

func protocolError(event, reason string) error {
	return &ProtocolError{Event: event, Reason: reason}
}
