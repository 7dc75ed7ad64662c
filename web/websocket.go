package web

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
)

// WebSocketOptions configures [WebSocket].
type WebSocketOptions struct {
	// Subprotocols are those that the view speaks, best first.
	Subprotocols []string
	// Origins are the hosts of other sites whose pages may connect, in the form of AllowedHosts:
	// "app.example.com", ".example.com". Pages of the request's own host always may.
	Origins []string
	// InsecureAnyOrigin lets the pages of every site connect, with the cookies of their visitors.
	InsecureAnyOrigin bool
	// MaxMessage is the longest message that is read, in bytes. Default 1 MiB; a longer one closes
	// the socket with status 1009. Negative: no limit.
	MaxMessage int64
	// Ping is how often the peer is asked, while a Read waits, whether it is still there; one that
	// does not answer within the same time is given up. Default 30 s; negative: never.
	Ping time.Duration
}

// WebSocket answers by upgrading the connection and running serve on the socket, which is closed
// when serve returns: normally (1000), or with status 1011 for an error, which is logged. A request
// that is no WebSocket handshake is answered with 426, one from a page of another site with 403; a
// view refuses by returning any other response or an error.
func WebSocket(serve func(ctx context.Context, ws *WebSocketConn) error, opts *WebSocketOptions) Response {
	b := &webSocketBody{serve: serve}
	if opts != nil {
		b.opts = *opts
	}
	if b.opts.MaxMessage == 0 {
		b.opts.MaxMessage = 1 << 20
	}
	if b.opts.Ping == 0 {
		b.opts.Ping = 30 * time.Second
	}
	return Response{Status: http.StatusSwitchingProtocols, sender: b}
}

type webSocketBody struct {
	serve func(context.Context, *WebSocketConn) error
	opts  WebSocketOptions
}

// IsWebSocket tells whether the request asks for an upgrade to WebSocket.
func (r *Request) IsWebSocket() bool {
	return hasToken(r.Header["Connection"], "upgrade") && hasToken(r.Header["Upgrade"], "websocket")
}

func hasToken(lines []string, token string) bool {
	for _, line := range lines {
		for t := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

// Prepare checks the handshake (RFC 6455, section 4.2.1) and where it comes from.
func (b *webSocketBody) Prepare(r *Request) error {
	switch h := r.Header; {
	case !r.IsWebSocket() || !r.s.raw.ProtoAtLeast(1, 1):
		return &Error{Status: http.StatusUpgradeRequired, Message: "This address speaks WebSocket only.",
			Header: http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}}}
	case r.s.raw.Method != http.MethodGet:
		return MethodNotAllowed(http.MethodGet)
	case h.Get("Sec-WebSocket-Version") != "13":
		return &Error{Status: http.StatusUpgradeRequired, Message: "Only version 13 of WebSocket is spoken here.",
			Header: http.Header{"Sec-Websocket-Version": {"13"}}}
	case !validSocketKey(h["Sec-Websocket-Key"]):
		return BadRequest("The header Sec-WebSocket-Key of this request is not valid.")
	case !b.originAllowed(r):
		return NewError(http.StatusForbidden, "Pages of this site may not connect here.", fmt.Errorf("WebSocket origin %s", quoteShort(h.Get("Origin"))))
	}
	return nil
}

func validSocketKey(keys []string) bool {
	if len(keys) != 1 {
		return false
	}
	key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(keys[0]))
	return err == nil && len(key) == 16
}

func (b *webSocketBody) originAllowed(r *Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || b.opts.InsecureAnyOrigin {
		return true // only browsers send one, and only they carry other people's cookies
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" {
		return false
	}
	if strings.EqualFold(u.Host, r.Host()) {
		return true
	}
	host, _ := SplitDomainPort(u.Host)
	return host != "" && HostMatches(host, b.opts.Origins)
}

// Send upgrades the connection and serves the socket to its end.
func (b *webSocketBody) Send(w http.ResponseWriter, r *Request, _ int) error {
	c, err := websocket.Accept(w, r.s.raw, &websocket.AcceptOptions{
		Subprotocols:       b.opts.Subprotocols,
		InsecureSkipVerify: true, // Prepare has checked the origin
	})
	if err != nil {
		return nil // Accept has answered that the connection can't be taken over
	}
	defer c.CloseNow()
	c.SetReadLimit(b.opts.MaxMessage)
	ctx, cancel := context.WithCancel(r.ctx)
	defer cancel()
	// The drain says goodbye before it ends the context, which would cut the connection under a Read.
	stop := r.onDrain(func() {
		_ = c.Close(websocket.StatusGoingAway, "")
		cancel()
	})
	defer stop()
	ws := &WebSocketConn{c: c}
	var pinging sync.WaitGroup
	pinging.Go(func() { ws.ping(ctx, b.opts.Ping, cancel) })
	err = b.serve(ctx, ws)
	cancel()
	pinging.Wait()
	b.finish(r, c, err)
	return nil
}

// finish closes the socket as the error of serve says.
func (b *webSocketBody) finish(r *Request, c *websocket.Conn, err error) {
	var closed *WebSocketClosed
	switch {
	case r.draining():
		_ = c.Close(websocket.StatusGoingAway, "")
	case err == nil:
		_ = c.Close(websocket.StatusNormalClosure, "")
	case errors.As(err, &closed), errors.Is(err, context.Canceled), r.ctx.Err() != nil:
	default:
		_ = c.Close(websocket.StatusInternalError, "")
		r.s.site.logError(r, http.StatusInternalServerError, fmt.Errorf("websocket: %w", err))
	}
}

// A WebSocketConn is one open socket. One goroutine may read while others write.
type WebSocketConn struct {
	c *websocket.Conn
	// reads counts starts and ends of Read: while it is odd, one is waiting, and pongs are seen.
	reads atomic.Int64
}

// ping gives up a peer that doesn't answer although somebody reads what it sends.
func (ws *WebSocketConn) ping(ctx context.Context, every time.Duration, giveUp func()) {
	if every < 0 {
		return
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		before := ws.reads.Load()
		if before%2 == 0 {
			continue // nobody reads: a pong would not be seen
		}
		pctx, stop := context.WithTimeout(ctx, every)
		err := ws.c.Ping(pctx)
		stop()
		if err != nil && ws.reads.Load() == before {
			giveUp()
			return
		}
	}
}

// A WebSocketClosed is the error of reading or writing on a socket that the peer has closed, or whose
// connection is broken: code 1006. A message over MaxMessage closes it with 1009.
type WebSocketClosed struct {
	Code   int    // RFC 6455, section 7.4: 1000 normal, 1001 going away
	Reason string // from the peer, at most 123 bytes
	cause  error
}

// Error tells the code.
func (e *WebSocketClosed) Error() string {
	return "websocket closed with status " + strconv.Itoa(e.Code)
}

// Unwrap returns the library's error.
func (e *WebSocketClosed) Unwrap() error { return e.cause }

func closedError(err error) error {
	var closed websocket.CloseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &closed):
		return &WebSocketClosed{int(closed.Code), closed.Reason, err}
	case errors.Is(err, websocket.ErrMessageTooBig):
		return &WebSocketClosed{int(websocket.StatusMessageTooBig), "", err}
	}
	return &WebSocketClosed{int(websocket.StatusAbnormalClosure), "", err}
}

// Subprotocol returns the one agreed on, "" for none.
func (ws *WebSocketConn) Subprotocol() string { return ws.c.Subprotocol() }

// Read returns the next message and whether it is text. It waits until one is there, the context
// ends (which closes the socket) or the peer closes it: *[WebSocketClosed].
func (ws *WebSocketConn) Read(ctx context.Context) (data []byte, text bool, err error) {
	ws.reads.Add(1)
	defer ws.reads.Add(1)
	kind, data, err := ws.c.Read(ctx)
	return data, kind == websocket.MessageText, closedError(err)
}

// ReadText returns the next message, which has to be text; a binary one closes the socket with 1003.
func (ws *WebSocketConn) ReadText(ctx context.Context) (string, error) {
	data, text, err := ws.Read(ctx)
	if err != nil {
		return "", err
	}
	if !text {
		_ = ws.Close(int(websocket.StatusUnsupportedData), "text only")
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

// WriteText sends a text message.
func (ws *WebSocketConn) WriteText(ctx context.Context, text string) error {
	return closedError(ws.c.Write(ctx, websocket.MessageText, []byte(text)))
}

// WriteBinary sends a binary message.
func (ws *WebSocketConn) WriteBinary(ctx context.Context, data []byte) error {
	return closedError(ws.c.Write(ctx, websocket.MessageBinary, data))
}

// WriteJSON sends v as JSON in a text message.
func (ws *WebSocketConn) WriteJSON(ctx context.Context, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	return closedError(ws.c.Write(ctx, websocket.MessageText, b))
}

// Close closes the socket with a status (RFC 6455, section 7.4; 4000 to 4999 are the
// application's) and a reason of at most 123 bytes.
func (ws *WebSocketConn) Close(code int, reason string) error {
	return ws.c.Close(websocket.StatusCode(code), reason)
}
