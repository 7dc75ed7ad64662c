package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/nuages-web/nuages/internal/wsconn"
)

// A WebSocketConn is one open socket. Its methods may be called by several goroutines at once; a
// second Read waits for the first.
type WebSocketConn struct{ c *wsconn.Conn }

// ErrWebSocketQueueFull is the error of [WebSocketConn.Send] when the peer reads too slowly.
var ErrWebSocketQueueFull = wsconn.ErrQueueFull

// A WebSocketClosed is the error of reading or writing on a socket that is closed, or whose
// connection is broken.
type WebSocketClosed struct {
	// Code is the peer's status (RFC 6455, section 7.4): 1000 normal, 1001 going away, 1005 none; 1006
	// where the connection broke or this side has closed; 1002, 1007 (text that is not UTF-8) and 1009
	// (a message over MaxMessage) where the peer broke the rules.
	Code int
	// Reason is the peer's, at most 123 bytes of UTF-8.
	Reason string
	cause  error
}

// Error tells the code.
func (e *WebSocketClosed) Error() string {
	return "websocket closed with status " + strconv.Itoa(e.Code)
}

// Unwrap returns the cause: what broke the connection.
func (e *WebSocketClosed) Unwrap() error { return e.cause }

func closedError(err error) error {
	if err == nil {
		return nil // before closed is allocated
	}
	var closed *wsconn.CloseError
	switch {
	case errors.As(err, &closed):
		return &WebSocketClosed{closed.Code, closed.Reason, err}
	case errors.Is(err, wsconn.ErrClosing):
		return &WebSocketClosed{1006, "", err}
	}
	return err
}

// Subprotocol returns the one agreed on, "" for none.
func (ws *WebSocketConn) Subprotocol() string { return ws.c.Subprotocol() }

// Read returns the next message and whether it is text, which is always valid UTF-8. It waits until
// one is there, the context ends (which breaks the connection) or the peer closes the socket:
// *[WebSocketClosed]. Pings are answered while a Read waits.
func (ws *WebSocketConn) Read(ctx context.Context) (data []byte, text bool, err error) {
	kind, data, err := ws.c.Read(ctx)
	return data, kind == wsconn.Text, closedError(err)
}

// ReadText returns the next message, which has to be text; a binary one closes the socket with 1003.
func (ws *WebSocketConn) ReadText(ctx context.Context) (string, error) {
	data, text, err := ws.Read(ctx)
	if err != nil {
		return "", err
	}
	if !text {
		_ = ws.Close(1003, "text only")
		return "", errors.New("websocket: a binary message where text is needed")
	}
	return string(data), nil
}

// ReadJSON decodes the next message into what v points to.
func (ws *WebSocketConn) ReadJSON(ctx context.Context, v any) error {
	data, _, err := ws.Read(ctx)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

// WriteText sends a text message, which has to be valid UTF-8. Like all that write, it returns when
// the system has taken the message, and waits while the peer reads slowly; a context that ends in
// the middle of a message breaks the connection.
func (ws *WebSocketConn) WriteText(ctx context.Context, text string) error {
	return closedError(ws.c.Write(ctx, wsconn.Text, []byte(text)))
}

// WriteBinary sends a binary message.
func (ws *WebSocketConn) WriteBinary(ctx context.Context, data []byte) error {
	return closedError(ws.c.Write(ctx, wsconn.Binary, data))
}

// WriteJSON sends v as JSON in a text message.
func (ws *WebSocketConn) WriteJSON(ctx context.Context, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return closedError(ws.c.Write(ctx, wsconn.Text, b))
}

// Write sends a message that was encoded before, as WriteText does.
func (ws *WebSocketConn) Write(ctx context.Context, m *WebSocketMessage) error {
	return closedError(ws.c.WriteMessage(ctx, m.m))
}

// Send queues a message and doesn't wait: for a sender with thousands of sockets, none of which may
// hold up the others. Messages of Send and of the Write methods arrive in the order of the calls.
// When the queue of [WebSocketOptions] is full the message is not sent: [ErrWebSocketQueueFull]; the
// socket stays open, and the caller leaves the message out or closes the socket (1013, try again
// later, is meant for it).
func (ws *WebSocketConn) Send(m *WebSocketMessage) error {
	return closedError(ws.c.Send(m.m))
}

// Close closes the socket with a status (RFC 6455, section 7.4; 4000 to 4999 are the application's)
// and a reason of at most 123 bytes of UTF-8. It waits for the peer's answer, for at most
// CloseTimeout.
func (ws *WebSocketConn) Close(code int, reason string) error {
	return closedError(ws.c.Close(code, reason))
}

// A WebSocketMessage is a message that is encoded once, for many sockets, which share its memory. It
// may be used by several goroutines at once.
type WebSocketMessage struct{ m *wsconn.Message }

// WebSocketText encodes a text message, which has to be valid UTF-8.
func WebSocketText(text string) (*WebSocketMessage, error) {
	return newWebSocketMessage(wsconn.Text, []byte(text))
}

// WebSocketBinary encodes a binary message. The data is copied.
func WebSocketBinary(data []byte) *WebSocketMessage {
	m, _ := newWebSocketMessage(wsconn.Binary, data) // only text can be invalid
	return m
}

// WebSocketJSON encodes v as JSON in a text message.
func WebSocketJSON(v any) (*WebSocketMessage, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return newWebSocketMessage(wsconn.Text, b)
}

func newWebSocketMessage(kind wsconn.Kind, data []byte) (*WebSocketMessage, error) {
	m, err := wsconn.NewMessage(kind, data)
	if err != nil {
		return nil, err
	}
	return &WebSocketMessage{m}, nil
}
