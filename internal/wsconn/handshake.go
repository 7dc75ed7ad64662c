package wsconn

import (
	"context"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// AsGet returns the request that an extended CONNECT for a WebSocket (RFC 8441, section 4, and RFC
// 9220) stands for, so that routing, middleware and views need to know one form only: a GET with
// "Upgrade: websocket". It has no key, as HTTP/2 has none. No client can send these headers over
// HTTP/2 or HTTP/3 itself: servers refuse them. Other requests are returned as they are.
//
// Go's server of HTTP/2 offers extended CONNECT only in a process started with
// GODEBUG=http2xconnect=1.
func AsGet(r *http.Request) *http.Request {
	if r.Method != http.MethodConnect || r.ProtoMajor < 2 {
		return r
	}
	protocol := r.Header[":protocol"] // net/http's HTTP/2
	if !slices.Equal(protocol, []string{"websocket"}) && r.Proto != "websocket" {
		return r
	}
	get := *r
	get.Method = http.MethodGet
	get.Proto = fmt.Sprintf("HTTP/%d.0", r.ProtoMajor) // quic-go puts the protocol here
	get.Header = maps.Clone(r.Header)
	delete(get.Header, ":protocol")
	get.Header["Connection"] = []string{"Upgrade"}
	get.Header["Upgrade"] = []string{"websocket"}
	return &get
}

// IsHandshake tells whether a request, as AsGet returns it, asks for a WebSocket. It doesn't look at
// what deserves an answer when it is wrong.
func IsHandshake(r *http.Request) bool {
	return r.Method == http.MethodGet && r.ProtoAtLeast(1, 1) && HasToken(r.Header["Upgrade"], "websocket") &&
		HasToken(r.Header["Connection"], "upgrade")
}

// HasToken tells whether a list of tokens in header lines holds one, in any case.
func HasToken(lines []string, token string) bool {
	for _, line := range lines {
		for t := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

// Errors of [Check].
var (
	// ErrVersion is answered with 426 and the header Sec-WebSocket-Version: 13.
	ErrVersion = errors.New("only version 13 of WebSocket is spoken here")
	// ErrKey is answered with 400.
	ErrKey = errors.New("the header Sec-WebSocket-Key is not valid")
)

// Check checks a handshake (RFC 6455, section 4.2.1; RFC 8441, section 5).
func Check(r *http.Request) error {
	if v := r.Header["Sec-Websocket-Version"]; len(v) != 1 || strings.TrimSpace(v[0]) != "13" {
		return ErrVersion
	}
	if r.ProtoMajor >= 2 {
		return nil
	}
	keys := r.Header["Sec-Websocket-Key"]
	if len(keys) != 1 {
		return ErrKey
	}
	if key, err := base64.StdEncoding.DecodeString(strings.TrimSpace(keys[0])); err != nil || len(key) != 16 {
		return ErrKey
	}
	return nil
}

// acceptKey answers a key (RFC 6455, section 4.2.2).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(strings.TrimSpace(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// An agreement is what the handshake has settled.
type agreement struct {
	protocol string
	window   int // bits of the compressor's window; 0: no compression
}

// Accept completes a handshake that Check has found good, with the headers that w has, and returns
// the connection, which ctx's end breaks, and a context of ctx that ends with the connection. Over
// HTTP/1.1 the connection is the caller's from then on; over HTTP/2 and HTTP/3 the handler must not
// return before CloseNow has. With an error nothing was answered, unless it is a *[CloseError].
func Accept(ctx context.Context, w http.ResponseWriter, r *http.Request, opts *Options) (*Conn, context.Context, error) {
	if r.ProtoMajor < 2 && !canHijack(w) {
		return nil, nil, errors.New("this connection can't be taken over for a WebSocket")
	}
	o := opts.withDefaults()
	h := w.Header()
	agreed := agreement{protocol: choose(o.Subprotocols, r.Header["Sec-Websocket-Protocol"])}
	if agreed.protocol != "" {
		h["Sec-Websocket-Protocol"] = []string{agreed.protocol}
	}
	if o.Compress {
		var answer string
		if answer, agreed.window = negotiate(r.Header["Sec-Websocket-Extensions"]); agreed.window > 0 {
			h["Sec-Websocket-Extensions"] = []string{answer}
		}
	}
	if r.ProtoMajor >= 2 {
		return overStream(ctx, w, r, o, agreed)
	}
	h["Connection"], h["Upgrade"] = []string{"Upgrade"}, []string{"websocket"}
	h["Sec-Websocket-Accept"] = []string{acceptKey(r.Header.Get("Sec-Websocket-Key"))}
	return takeOver(ctx, w, o, agreed)
}

// overStream makes a connection of a stream of HTTP/2 or HTTP/3.
func overStream(ctx context.Context, w http.ResponseWriter, r *http.Request, o Options, agreed agreement) (*Conn, context.Context, error) {
	rc := http.NewResponseController(w)
	w.WriteHeader(http.StatusOK)
	if err := rc.Flush(); err != nil {
		return nil, nil, &CloseError{Code: 1006, Err: err}
	}
	timeout := o.WriteTimeout
	if timeout == 0 {
		timeout = defaultWriteTimeout
	}
	c, ctx := newConn(ctx, &bodyStream{body: r.Body, w: w, rc: rc, timeout: max(timeout, 0)}, nil, o, agreed)
	return c, ctx, nil
}

// takeOver makes a connection of one of HTTP/1.1.
func takeOver(ctx context.Context, w http.ResponseWriter, o Options, agreed agreement) (*Conn, context.Context, error) {
	w.WriteHeader(http.StatusSwitchingProtocols)
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, &CloseError{Code: 1006, Err: err}
	}
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	c, ctx := newConn(ctx, newNetStream(conn, o.WriteTimeout), slices.Clone(early), o, agreed)
	return c, ctx, nil
}

// canHijack tells whether a connection can be taken over, which has to be known before anything is
// answered.
func canHijack(w http.ResponseWriter) bool {
	for {
		switch t := w.(type) {
		case interface{ Unwrap() http.ResponseWriter }:
			w = t.Unwrap()
		case http.Hijacker:
			return true
		default:
			return false
		}
	}
}

// choose returns the best subprotocol that the peer offers, "" for none.
func choose(spoken, lines []string) string {
	for _, protocol := range spoken {
		for _, line := range lines {
			for offered := range strings.SplitSeq(line, ",") {
				if strings.TrimSpace(offered) == protocol {
					return protocol
				}
			}
		}
	}
	return ""
}
