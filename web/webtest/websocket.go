package webtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/coder/websocket"
)

// WebSocketOptions configures [Client.WebSocket].
type WebSocketOptions struct {
	// Subprotocols are offered, best first.
	Subprotocols []string
	// Origin is the origin of the page that connects: "https://evil.example". Default: none, as of
	// clients that aren't browsers.
	Origin string
	// Header is sent with the handshake.
	Header http.Header
	// MaxMessage is the longest message that is taken, in bytes. Default 32 MiB.
	MaxMessage int64
}

// A WebSocket is an open socket, or a handshake that was refused. Pings are answered by themselves,
// and up to 64 messages wait to be read; with more the client is a slow one.
type WebSocket struct {
	// Page is the answer to the handshake: 101, or what the server said instead, with its Body.
	*Page
	conn    *websocket.Conn
	p       *pump[wsMessage]
	refused bool
}

type wsMessage struct {
	text bool
	data []byte
}

// WebSocket connects to a path. A handshake that is refused does not fail the test: its status and
// body are those of the returned value's Page, and only reading and writing fail.
func (c *Client) WebSocket(path string, opts *WebSocketOptions) *WebSocket {
	c.t.Helper()
	var o WebSocketOptions
	if opts != nil {
		o = *opts
	}
	ws, err := c.dial(path, &o)
	if err != nil {
		c.t.Fatalf("WebSocket %s: %v", path, err)
	}
	return ws
}

func (c *Client) dial(path string, opts *WebSocketOptions) (*WebSocket, error) {
	r := Request{Path: path, Header: opts.Header.Clone()}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if opts.Origin != "" {
		r.Header.Set("Origin", opts.Origin)
	}
	o, raw, err := c.start(r, 0)
	if err != nil {
		return nil, err
	}
	ctx, cancel := c.waiting()
	defer cancel()
	hs := &handshake{o: o}
	conn, _, err := websocket.Dial(ctx, raw.URL.String(), &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: hs, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		HTTPHeader: raw.Header, Host: raw.Host, Subprotocols: opts.Subprotocols,
	})
	switch {
	case err != nil && hs.body == nil:
		defer o.close()
		return nil, o.explain(err)
	case err != nil:
		return c.refusal(o, hs, err)
	}
	if opts.MaxMessage == 0 {
		opts.MaxMessage = 32 << 20
	}
	conn.SetReadLimit(opts.MaxMessage)
	o.x.saw.fill(o.page)
	ws := &WebSocket{Page: o.page, conn: conn}
	ws.p = startPump(o, 64, func() (wsMessage, error) {
		kind, data, err := conn.Read(context.Background())
		return wsMessage{kind == websocket.MessageText, data}, err
	})
	return ws, nil
}

// refusal makes the socket of a handshake that failed.
func (c *Client) refusal(o *opened, hs *handshake, err error) (*WebSocket, error) {
	defer o.close()
	if o.page.Status == http.StatusSwitchingProtocols {
		return nil, err // switched, but not as RFC 6455 wants it
	}
	ctx, cancel := c.waiting()
	defer cancel()
	o.x.wait(ctx)
	o.page.Body = string(hs.body)
	o.x.saw.fill(o.page)
	if fault := o.x.saw.fault(); fault != "" && !c.opts.AllowServerErrors {
		return nil, &ServerError{o.page, fault}
	}
	return &WebSocket{Page: o.page, refused: true}, nil
}

// handshake is the transport of one handshake. It keeps the whole body of a refusal.
type handshake struct {
	o    *opened
	body []byte
}

func (h *handshake) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := h.o.tr.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	h.o.resp = resp
	h.o.began()
	if resp.StatusCode == http.StatusSwitchingProtocols {
		return resp, nil
	}
	body, err := readAll(resp.Body)
	if err != nil {
		return nil, err
	}
	h.body = append([]byte{}, body...)
	resp.Body = io.NopCloser(bytes.NewReader(h.body))
	return resp, nil
}

// Refused tells whether the server has refused the handshake.
func (ws *WebSocket) Refused() bool { return ws.refused }

// Subprotocol returns the one agreed on, "" for none.
func (ws *WebSocket) Subprotocol() string {
	ws.mustBeOpen()
	return ws.conn.Subprotocol()
}

func (ws *WebSocket) mustBeOpen() {
	ws.t.Helper()
	if ws.refused {
		ws.t.Fatalf("the WebSocket handshake was refused: %s\n%s", ws.Page, ws.excerpt())
	}
}

// WriteText sends a text message.
func (ws *WebSocket) WriteText(text string) {
	ws.t.Helper()
	ws.write(websocket.MessageText, []byte(text))
}

// WriteBinary sends a binary message.
func (ws *WebSocket) WriteBinary(data []byte) {
	ws.t.Helper()
	ws.write(websocket.MessageBinary, data)
}

// WriteJSON sends v as JSON in a text message.
func (ws *WebSocket) WriteJSON(v any) {
	ws.t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		ws.t.Fatalf("WebSocket %s: encode JSON: %v", ws.URL, err)
	}
	ws.write(websocket.MessageText, b)
}

func (ws *WebSocket) write(kind websocket.MessageType, data []byte) {
	ws.t.Helper()
	ws.mustBeOpen()
	ctx, cancel := ws.client.waiting()
	defer cancel()
	if err := ws.conn.Write(ctx, kind, data); err != nil {
		ws.t.Fatalf("WebSocket %s: write: %v", ws.URL, err)
	}
}

// ReadText returns the next message, which has to be text.
func (ws *WebSocket) ReadText() string {
	ws.t.Helper()
	return string(ws.read(true))
}

// ReadBinary returns the next message, which has to be binary.
func (ws *WebSocket) ReadBinary() []byte {
	ws.t.Helper()
	return ws.read(false)
}

// ReadJSON decodes the next message, of either kind, into what v points to.
func (ws *WebSocket) ReadJSON(v any) {
	ws.t.Helper()
	m := ws.next()
	if err := json.Unmarshal(m.data, v); err != nil {
		ws.t.Fatalf("WebSocket %s: decode JSON: %v\n%s", ws.URL, err, shorten(string(m.data), 1000))
	}
}

func (ws *WebSocket) read(text bool) []byte {
	ws.t.Helper()
	m := ws.next()
	if m.text != text {
		ws.t.Fatalf("WebSocket %s: the message is of the other kind (text: %v): %q", ws.URL, m.text, shorten(string(m.data), 1000))
	}
	return m.data
}

func (ws *WebSocket) next() wsMessage {
	ws.t.Helper()
	ws.mustBeOpen()
	m, err := ws.p.next()
	if err != nil {
		ws.t.Fatalf("WebSocket %s: read: %v", ws.URL, ws.p.judge(err))
	}
	return m
}

// TryRead returns the next message and whether it is text. A socket that the server has closed gives
// a *[WebSocketClosed]. When the context ends first its error is returned, and the socket stays open.
func (ws *WebSocket) TryRead(ctx context.Context) (data []byte, text bool, err error) {
	ws.t.Helper()
	ws.mustBeOpen()
	m, err := ws.p.take(ctx)
	var closed websocket.CloseError
	if errors.As(err, &closed) {
		err = &WebSocketClosed{int(closed.Code), closed.Reason}
	}
	return m.data, m.text, err
}

// WebSocketClosed is the error of [WebSocket.TryRead] after the server has closed the socket.
type WebSocketClosed struct {
	Code   int // RFC 6455, section 7.4
	Reason string
}

// Error tells code and reason.
func (e *WebSocketClosed) Error() string {
	return fmt.Sprintf("the server has closed the socket with %d %q", e.Code, e.Reason)
}

// CloseCode waits until the server closes the socket, past the messages that are still unread, and
// returns its status: 1000 for a normal end, 1006 where the connection broke without one.
func (ws *WebSocket) CloseCode() int {
	ws.t.Helper()
	code, _ := ws.closed()
	return code
}

// CloseReason is CloseCode for the reason.
func (ws *WebSocket) CloseReason() string {
	ws.t.Helper()
	_, reason := ws.closed()
	return reason
}

func (ws *WebSocket) closed() (int, string) {
	ws.t.Helper()
	ws.mustBeOpen()
	ctx, cancel := ws.client.waiting()
	defer cancel()
	for {
		_, err := ws.p.take(ctx)
		var closed websocket.CloseError
		switch {
		case err == nil:
		case ctx.Err() != nil:
			ws.t.Fatalf("WebSocket %s: the server has not closed the socket within %v", ws.URL, ws.client.opts.Timeout)
		case errors.As(err, &closed):
			return int(closed.Code), closed.Reason
		default:
			return 1006, ""
		}
	}
}

// Close closes the socket with a status and a reason of at most 123 bytes, and waits for the
// server's answer.
func (ws *WebSocket) Close(code int, reason string) {
	ws.t.Helper()
	ws.mustBeOpen()
	if err := ws.conn.Close(websocket.StatusCode(code), reason); err != nil {
		ws.t.Errorf("WebSocket %s: close: %v", ws.URL, err)
	}
	ws.p.close()
}

// Leave breaks the connection without a closing handshake, as a machine that is switched off.
func (ws *WebSocket) Leave() {
	ws.mustBeOpen()
	ws.p.close()
}

// Wait waits until the view has returned; after the client's timeout the test fails.
func (ws *WebSocket) Wait() {
	ws.t.Helper()
	ws.mustBeOpen()
	ws.p.wait()
}
