package asgi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/nuages-web/nuages/internal/wsconn"
)

type socketState int

const (
	socketConnecting socketState = iota // the application has not answered
	socketDenying                       // an HTTP response refuses the handshake
	socketOpen
	socketClosed
)

// socketConn connects one application call to one WebSocket.
type socketConn struct {
	h      *appHandler
	w      http.ResponseWriter
	r      *http.Request
	scope  *WebSocketScope
	ctx    context.Context // the application's
	cancel context.CancelFunc

	connected bool // websocket.connect was delivered

	mu     sync.Mutex
	state  socketState
	byApp  bool // the application ended the connection
	denial *Response
	conn   *wsconn.Conn

	answered chan struct{} // closed when an HTTP response has refused the handshake
	messages chan Event    // from read, one at a time
	readDone chan struct{} // closed when read has returned
	ended    chan struct{} // closed when gone is set
	gone     *WebSocketDisconnect
}

func (h *appHandler) serveWebSocket(w http.ResponseWriter, r *http.Request) {
	if status, message := checkHandshake(w.Header(), r); status != 0 {
		http.Error(w, message, status)
		return
	}
	call := newAppCall(r.Context())
	c := &socketConn{
		h: h, w: w, r: r, scope: h.webSocketScope(r), ctx: call.ctx, cancel: call.cancel,
		denial:   NewResponse(w, r),
		answered: make(chan struct{}),
		messages: make(chan Event),
		readDone: make(chan struct{}),
		ended:    make(chan struct{}),
	}
	defer c.stop()
	if timeout := h.opts.ConnectTimeout; timeout > 0 {
		defer time.AfterFunc(timeout, c.connectTimeout).Stop()
	}
	h.running.Go(func() { c.run(call) })
	select {
	case <-c.answered:
		// net/http ends the response when we return; the application may go
		// on behind it.
		call.outlive()
	case <-call.returned:
		c.finish(call.err)
	}
}

// run calls the application.
func (c *socketConn) run(call *appCall) {
	defer close(call.returned)
	call.err = serveApp(call.ctx, c.h.app, c.scope, c.receive, c.send)
	select {
	case <-c.answered:
		if call.err != nil && !errors.Is(call.err, http.ErrAbortHandler) {
			c.h.logError(c.r, "application failed after its response", call.err)
		}
		c.cancel()
	default:
	}
}

// checkHandshake refuses a handshake that can never be accepted (RFC 6455,
// section 4.2.1) before the application is asked.
func checkHandshake(header http.Header, r *http.Request) (status int, message string) {
	switch err := wsconn.Check(r); {
	case err == nil:
		return 0, ""
	case errors.Is(err, wsconn.ErrVersion):
		header.Set("Sec-WebSocket-Version", "13")
		return http.StatusUpgradeRequired, "Upgrade Required: only WebSocket version 13 is spoken here."
	}
	return http.StatusBadRequest, "Bad Request: invalid Sec-WebSocket-Key."
}

// connectTimeout refuses the handshake for an application that does not answer it.
func (c *socketConn) connectTimeout() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state == socketConnecting {
		refuse(c.w, http.StatusServiceUnavailable)
		c.end(1006, "")
	}
}

// receive is the application's Receive.
func (c *socketConn) receive(ctx context.Context) (Event, error) {
	if !c.connected {
		c.connected = true
		return &WebSocketConnect{}, nil
	}
	select {
	case event := <-c.messages:
		return event, nil
	case <-c.ended:
		return c.gone, nil
	case <-c.ctx.Done():
	case <-ctx.Done():
	}
	// The context ends with the connection too, and then the event says more.
	c.mu.Lock()
	waits := c.state == socketConnecting || c.state == socketOpen && c.r.ProtoMajor >= 2
	if waits && errors.Is(c.r.Context().Err(), context.Canceled) {
		c.end(1006, "")
	}
	c.mu.Unlock()
	select {
	case <-c.ended:
		return c.gone, nil
	default:
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return nil, c.ctx.Err()
}

// end records how the connection ended, once. The caller holds mu.
func (c *socketConn) end(code int, reason string) {
	select {
	case <-c.ended:
	default:
		c.state = socketClosed
		c.gone = &WebSocketDisconnect{Code: code, Reason: reason}
		close(c.ended)
		if !c.byApp {
			c.cancel()
		}
	}
}

// read hands on the client's messages one by one, and answers its pings and
// its close in between, until the connection ends.
// The context is the connection's.
func (c *socketConn) read(ctx context.Context) {
	defer close(c.readDone)
	for {
		kind, data, err := c.conn.Read(ctx)
		if err != nil {
			closed := &wsconn.CloseError{Code: 1006}
			errors.As(err, &closed)
			c.endLocked(closed.Code, closed.Reason)
			return
		}
		event := &WebSocketReceive{}
		if kind == wsconn.Text {
			event.Text = string(data)
		} else {
			event.Bytes = data
		}
		select {
		case c.messages <- event:
		case <-ctx.Done(): // Read tells why
		case <-c.ended:
			return
		}
	}
}

func (c *socketConn) endLocked(code int, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(code, reason)
}

// send is the application's Send.
func (c *socketConn) send(ctx context.Context, event Event) error {
	if err := ctx.Err(); err != nil && c.ctx.Err() == nil {
		return err
	}
	switch e := event.(type) {
	case *WebSocketAccept:
		return c.accept(e)
	case *WebSocketSend:
		return c.write(ctx, e)
	case *WebSocketClose:
		return c.close(e)
	case *WebSocketHTTPResponseStart:
		return c.deny(event, func() error {
			return c.denial.begin(&HTTPResponseStart{Status: e.Status, Headers: e.Headers}, e.Type())
		})
	case *WebSocketHTTPResponseBody:
		return c.deny(event, func() error {
			return c.denial.body(e.Type(), [][]byte{e.Body}, e.MoreBody)
		})
	}
	return protocolError(event.Type(), "not an event of a WebSocket")
}

// refused says why an event is not allowed in the present state. The caller
// holds mu.
func (c *socketConn) refused(event Event) error {
	switch c.state {
	case socketConnecting:
		return protocolError(event.Type(), "sent before websocket.accept")
	case socketDenying:
		return protocolError(event.Type(), "mixed with an HTTP response")
	case socketOpen:
		return protocolError(event.Type(), "sent after websocket.accept")
	}
	if c.byApp {
		return protocolError(event.Type(), "sent after the application ended the connection")
	}
	return fmt.Errorf("send %s: %w", event.Type(), ErrDisconnected)
}

func (c *socketConn) accept(e *WebSocketAccept) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != socketConnecting {
		return c.refused(e)
	}
	if err := c.checkAccept(e); err != nil {
		return err
	}
	if errors.Is(c.ctx.Err(), context.Canceled) {
		c.end(1006, "")
		return fmt.Errorf("send %s: %w", e.Type(), ErrDisconnected)
	}
	header := c.w.Header()
	for _, field := range e.Headers {
		header.Add(field.Name, field.Value)
	}
	o := c.h.opts
	opts := &wsconn.Options{
		MaxMessage: o.MaxMessageBytes, MaxFrame: o.MaxFrameBytes, Queue: o.QueueBytes, Ping: o.Ping, PongTimeout: o.PongTimeout,
		WriteTimeout: o.WriteTimeout, Compress: o.Compress,
	}
	if e.Subprotocol != "" {
		opts.Subprotocols = []string{e.Subprotocol}
	}
	// It is the application's end that ends the connection, with a status.
	conn, open, err := wsconn.Accept(context.WithoutCancel(c.r.Context()), c.w, c.r, opts)
	if err != nil {
		if closed := (*wsconn.CloseError)(nil); !errors.As(err, &closed) {
			refuse(c.w, http.StatusNotImplemented)
		}
		c.end(1006, "")
		return fmt.Errorf("accept websocket: %w: %w", ErrDisconnected, err)
	}
	c.conn, c.state = conn, socketOpen
	go c.read(open)
	if errors.Is(c.r.Context().Err(), context.Canceled) {
		c.end(1006, "") // net/http has seen the client go just before it let go of the connection
	}
	return nil
}

func (c *socketConn) checkAccept(e *WebSocketAccept) error {
	if err := checkHeaders(e.Type(), e.Headers); err != nil {
		return err
	}
	for _, field := range e.Headers {
		name := http.CanonicalHeaderKey(field.Name)
		if name == "Connection" || name == "Upgrade" || name == "Content-Length" || name == "Transfer-Encoding" ||
			strings.HasPrefix(name, "Sec-Websocket-") {
			return protocolError(e.Type(), "header "+field.Name+" belongs to the handshake")
		}
	}
	if e.Subprotocol != "" && !slices.Contains(c.scope.Subprotocols, e.Subprotocol) {
		return protocolError(e.Type(), "the client did not offer subprotocol "+strconv.Quote(e.Subprotocol))
	}
	return nil
}

func (c *socketConn) write(ctx context.Context, e *WebSocketSend) error {
	kind, data := wsconn.Binary, e.Bytes
	if e.Bytes == nil {
		kind, data = wsconn.Text, []byte(e.Text)
	} else if e.Text != "" {
		return protocolError(e.Type(), "both bytes and text")
	}
	if kind == wsconn.Text && !utf8.ValidString(e.Text) {
		return protocolError(e.Type(), "text is not valid UTF-8")
	}
	c.mu.Lock()
	conn := c.conn
	if c.state != socketOpen {
		defer c.mu.Unlock()
		return c.refused(e)
	}
	c.mu.Unlock()
	if err := conn.Write(ctx, kind, data); err != nil {
		if ctxErr := ctx.Err(); ctxErr != nil && c.ctx.Err() == nil {
			return ctxErr
		}
		if closed := (*wsconn.CloseError)(nil); errors.As(err, &closed) {
			c.endLocked(closed.Code, closed.Reason)
		} else if errors.Is(err, wsconn.ErrClosing) {
			<-c.ended // read is about to tell how
		}
		return fmt.Errorf("send %s: %w: %w", e.Type(), ErrDisconnected, err)
	}
	return nil
}

func (c *socketConn) close(e *WebSocketClose) error {
	code := e.Code
	if code == 0 {
		code = 1000
	}
	if !wsconn.ValidCode(code) {
		return protocolError(e.Type(), "invalid code "+strconv.Itoa(code))
	}
	if len(e.Reason) > wsconn.MaxReason || !utf8.ValidString(e.Reason) {
		return protocolError(e.Type(), "the reason is longer than 123 bytes or not UTF-8")
	}
	c.mu.Lock()
	state := c.state
	switch state {
	case socketConnecting:
		refuse(c.w, http.StatusForbidden)
		defer close(c.answered)
	case socketOpen:
	default:
		defer c.mu.Unlock()
		return c.refused(e)
	}
	c.byApp = true
	c.end(code, e.Reason)
	c.mu.Unlock()
	if state == socketOpen {
		// What the client makes of it is no concern of the application any
		// more: stop waits for its answer.
		_ = c.conn.SendClose(code, e.Reason)
	}
	return nil
}

func (c *socketConn) deny(event Event, respond func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state != socketConnecting && c.state != socketDenying {
		return c.refused(event)
	}
	if errors.Is(c.ctx.Err(), context.Canceled) {
		return fmt.Errorf("send %s: %w", event.Type(), ErrDisconnected)
	}
	err := respond()
	if err == nil {
		err = c.denial.Flush()
	}
	if err != nil && !errors.As(err, new(*ProtocolError)) {
		c.end(1006, "")
		return fmt.Errorf("send %s: %w: %w", event.Type(), ErrDisconnected, err)
	}
	switch c.denial.phase {
	case phaseBody:
		c.state = socketDenying
	case phaseComplete:
		c.byApp = true
		c.end(1000, "")
		close(c.answered)
	}
	return err
}

// finish answers for an application that did not, and logs its error.
func (c *socketConn) finish(err error) {
	if errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	c.mu.Lock()
	state := c.state
	if state == socketConnecting {
		c.state = socketClosed // the answer is given here
	}
	gone := errors.Is(c.r.Context().Err(), context.Canceled)
	c.mu.Unlock()
	switch {
	case state == socketConnecting && gone:
		panic(http.ErrAbortHandler)
	case state == socketConnecting:
		c.h.logError(c.r, "application did not answer the WebSocket handshake", err)
		refuse(c.w, http.StatusInternalServerError)
	case state == socketDenying:
		c.h.logError(c.r, "application did not complete its response", err)
		panic(http.ErrAbortHandler)
	case state == socketOpen && err == nil:
		_ = c.close(&WebSocketClose{})
	case state == socketOpen && gone:
		// The server gives up the connection: the client may come back.
		_ = c.close(&WebSocketClose{Code: 1001})
	case state == socketOpen:
		c.h.logError(c.r, "application failed", err)
		_ = c.close(&WebSocketClose{Code: 1011})
	case err != nil && c.conn != nil && c.byApp:
		c.h.logError(c.r, "application failed after it closed the WebSocket", err)
	}
}

// stop ends what is left when the application has returned or answered.
func (c *socketConn) stop() {
	c.mu.Lock()
	c.end(1006, "")
	conn, closed := c.conn, c.byApp
	c.mu.Unlock()
	select {
	case <-c.answered: // run ends the context
	default:
		c.cancel()
	}
	if conn != nil {
		if closed {
			_ = conn.Close(1000, "") // was sent with another status: this only waits
		}
		conn.CloseNow()
		<-c.readDone
	}
}
