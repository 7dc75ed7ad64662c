package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/nuages-web/nuages/internal/wsconn"
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
	// MaxMessage is the longest message that is read, in bytes, after decompression. Default 1 MiB; a
	// longer one closes the socket with status 1009. Negative: no limit.
	MaxMessage int64
	// MaxFrame is the longest frame that is read, in bytes, likewise; a message may have many.
	// Default and negative: no limit but MaxMessage.
	MaxFrame int64
	// Queue is how many bytes may wait to be sent to a peer that reads slowly: what Send adds over it
	// is refused, what Write… adds waits. Default 1 MiB, also for a negative value. A single message
	// may be longer.
	Queue int
	// Ping is how often the peer is asked, while a Read waits, whether it is still there. Default
	// 30 s; negative: never.
	Ping time.Duration
	// PongTimeout is how long it may take to say anything after that; then it is given up. Default:
	// as Ping; negative: for ever.
	PongTimeout time.Duration
	// WriteTimeout is how long the peer may take nothing of what it is sent; then it is given up.
	// Default: the server's WriteTimeout over HTTP/1.1, and else 30 s; negative: for ever.
	WriteTimeout time.Duration
	// CloseTimeout is how long a socket that was closed waits for the peer to agree. Default 5 s, also
	// for a negative value.
	CloseTimeout time.Duration
	// Compress compresses messages of 128 bytes and more for peers that can do it, and takes theirs
	// compressed (permessage-deflate, RFC 7692, without context takeover). Default false: it costs
	// time, and secrets beside text of strangers in one message can be guessed from its length.
	Compress bool
}

// WebSocket answers by opening a socket, over HTTP/1.1 or HTTP/2 (RFC 6455, RFC 8441), and running
// serve on it. The socket is closed when serve returns: normally (1000), or with status 1011 for an
// error, which is logged. The context ends with the connection, and when the server stops, which
// closes the socket with 1001. A request that is no WebSocket handshake is answered with 426, one
// from a page of another site with 403; a view refuses by returning any other response or an error.
//
// Where the server can (see [Server]), serve runs after the handler of net/http has returned; what
// [Request.OnFinish] registered is called when serve has returned.
func WebSocket(serve func(ctx context.Context, ws *WebSocketConn) error, opts *WebSocketOptions) Response {
	b := &webSocketBody{serve: serve}
	if opts != nil {
		b.opts = *opts
	}
	return Response{Status: http.StatusSwitchingProtocols, sender: b}
}

type webSocketBody struct {
	serve func(context.Context, *WebSocketConn) error
	opts  WebSocketOptions
}

// IsWebSocket tells whether the request asks for a WebSocket. Over HTTP/2 and HTTP/3, too, such a
// request looks like a GET with the headers Connection and Upgrade.
func (r *Request) IsWebSocket() bool {
	return wsconn.HasToken(r.Header["Connection"], "upgrade") && wsconn.HasToken(r.Header["Upgrade"], "websocket")
}

// Prepare checks the handshake (RFC 6455, section 4.2.1) and where it comes from.
func (b *webSocketBody) Prepare(r *Request) error {
	switch {
	case !r.IsWebSocket() || !r.s.raw.ProtoAtLeast(1, 1):
		return &Error{Status: http.StatusUpgradeRequired, Message: "This address speaks WebSocket only.",
			Header: http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}}}
	case r.s.raw.Method != http.MethodGet:
		return MethodNotAllowed(http.MethodGet)
	}
	switch err := wsconn.Check(r.s.raw); {
	case errors.Is(err, wsconn.ErrVersion):
		return &Error{Status: http.StatusUpgradeRequired, Message: "Only version 13 of WebSocket is spoken here.",
			Header: http.Header{"Sec-Websocket-Version": {"13"}}}
	case err != nil:
		return BadRequest("The header Sec-WebSocket-Key of this request is not valid.")
	case !b.originAllowed(r):
		return NewError(http.StatusForbidden, "Pages of this site may not connect here.",
			fmt.Errorf("WebSocket origin %s", quoteShort(r.Header.Get("Origin"))))
	}
	return nil
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

// Send opens the socket, and serves it to its end or leaves that to the server.
func (b *webSocketBody) Send(w http.ResponseWriter, r *Request, _ int) error {
	detach := r.mayDetach()
	parent := r.ctx
	if detach {
		parent = context.WithoutCancel(parent) // it ends when the handler returns
	}
	c, ctx, err := wsconn.Accept(parent, w, r.s.raw, b.connOptions())
	if err != nil {
		if closed := (*wsconn.CloseError)(nil); errors.As(err, &closed) {
			return nil // the client has gone
		}
		return NewError(http.StatusNotImplemented, "This server can't open a WebSocket here.", err)
	}
	if detach {
		r.s.rest = func() { b.run(ctx, r, c) }
		return nil
	}
	b.run(ctx, r, c)
	return nil
}

func (b *webSocketBody) connOptions() *wsconn.Options {
	o := b.opts
	return &wsconn.Options{
		Subprotocols: o.Subprotocols, MaxMessage: o.MaxMessage, MaxFrame: o.MaxFrame, Queue: o.Queue, Ping: o.Ping,
		PongTimeout: o.PongTimeout, WriteTimeout: o.WriteTimeout, CloseTimeout: o.CloseTimeout, Compress: o.Compress,
	}
}

// run serves an open socket to its end.
func (b *webSocketBody) run(ctx context.Context, r *Request, c *wsconn.Conn) {
	defer c.CloseNow()
	b.finish(ctx, r, c, b.serve(ctx, &WebSocketConn{c}))
}

// finish closes the socket as the error of serve says.
func (b *webSocketBody) finish(ctx context.Context, r *Request, c *wsconn.Conn, err error) {
	var closed *WebSocketClosed
	switch {
	case r.draining():
		_ = c.Close(1001, "")
	case err == nil:
		_ = c.Close(1000, "")
	case errors.As(err, &closed), errors.Is(err, context.Canceled):
	default:
		gone := ctx.Err() != nil && errors.Is(err, ctx.Err())
		_ = c.Close(1011, "")
		if !gone {
			r.s.site.logError(r, http.StatusInternalServerError, fmt.Errorf("websocket: %w", err))
		}
	}
}
