package asgi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// FromHandler returns an [App] that serves HTTP requests and WebSockets with
// handler, and answers a lifespan.
//
// For a handler made by [Handler] the result is the original application, and
// [Handler] gives back handler itself: neither costs anything. Between other
// servers and middleware the requests and responses are translated. Streaming,
// flushing, trailers, 103 and full duplex work as with net/http; the request's
// context ends when the client goes, and carries the scope ([FromContext]).
// The handler can hijack the connection only for a WebSocket, with any
// WebSocket library.
//
// A panic with http.ErrAbortHandler becomes an error that matches it; other
// panics are left to the caller.
func FromHandler(handler http.Handler) App {
	if h, ok := handler.(*appHandler); ok {
		if app, ok := h.unwrap(); ok {
			return app
		}
	}
	return &handlerApp{handler}
}

type handlerApp struct {
	handler http.Handler
}

// ServeASGI serves one connection with the handler.
func (a *handlerApp) ServeASGI(ctx context.Context, scope Scope, receive Receive, send Send) error {
	switch s := scope.(type) {
	case *HTTPScope:
		return a.serveHTTP(ctx, s, receive, send)
	case *WebSocketScope:
		return a.serveWebSocket(ctx, s, receive, send)
	case *LifespanScope:
		return completeLifespan(ctx, s, receive, send)
	}
	return fmt.Errorf("serve protocol %q with an http.Handler: %w", scope.Type(), ErrUnsupportedScope)
}

func (a *handlerApp) serveHTTP(ctx context.Context, scope *HTTPScope, receive Receive, send Send) (err error) {
	ctx, cancel := context.WithCancel(NewContext(ctx, scope))
	body := &requestBody{ctx: ctx, cancel: cancel, receive: receive}
	// A handler may answer after its context has ended, as in net/http.
	w := newWriter(scope, func(event Event) error { return send(context.WithoutCancel(ctx), event) })
	defer func() {
		cancel()
		body.wait()
	}()
	r, err := newRequest(ctx, scope)
	if err != nil {
		return refuseRequest(w, err)
	}
	r.Body = body
	if r.ContentLength == 0 {
		r.Body = http.NoBody
		body.watch()
	}
	if err := serveRecovering(a.handler, w, r); err != nil {
		return err
	}
	return ignoreDisconnect(w.finish())
}

// refuseRequest answers a scope of which no request can be made.
func refuseRequest(w *writer, err error) error {
	http.Error(w, "Bad Request: "+err.Error(), http.StatusBadRequest)
	return ignoreDisconnect(w.finish())
}

// serveRecovering turns the panic that means "cut the connection" into an
// error.
func serveRecovering(handler http.Handler, w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch value := recover(); value {
		case nil:
		case http.ErrAbortHandler:
			err = fmt.Errorf("serve request: %w", http.ErrAbortHandler)
		default:
			panic(value)
		}
	}()
	handler.ServeHTTP(w, r)
	return nil
}

// newRequest makes the server's side of a request.
func newRequest(ctx context.Context, scope *HTTPScope) (*http.Request, error) {
	target, err := requestURL(scope.Path, scope.RawPath, scope.RootPath, scope.QueryString)
	if err != nil {
		return nil, err
	}
	major, minor, proto := protocol(scope.HTTPVersion)
	header := scope.Headers.HTTP()
	r := &http.Request{
		Method:     scope.Method,
		URL:        target,
		Proto:      proto,
		ProtoMajor: major,
		ProtoMinor: minor,
		Header:     header,
		Host:       header.Get("Host"),
		RemoteAddr: scope.Client.String(),
		RequestURI: requestURI(scope.Path, scope.RawPath, scope.QueryString),
		TLS:        connectionState(scope.Scheme, scope.Extensions.TLS),
	}
	header.Del("Host")
	if coding := listHeader(header["Transfer-Encoding"]); coding != nil {
		r.TransferEncoding = coding
		header.Del("Transfer-Encoding")
	}
	r.ContentLength, err = contentLength("http.request", scope.Headers)
	if err != nil {
		return nil, errors.New("invalid Content-Length")
	}
	if r.ContentLength < 0 && r.TransferEncoding == nil && major == 1 {
		r.ContentLength = 0
	}
	if scope.Server != (Addr{}) {
		ctx = context.WithValue(ctx, http.LocalAddrContextKey, netAddr(scope.Server))
	}
	return r.WithContext(ctx), nil
}

// requestURL returns the URL below the root path, as a handler sees it behind
// http.StripPrefix.
func requestURL(path, raw, root, query string) (*url.URL, error) {
	target := &url.URL{Path: strings.TrimPrefix(path, root), RawQuery: query}
	tail := raw[rawLength(raw, len(root)):]
	decoded, err := url.PathUnescape(tail)
	if err != nil {
		return nil, errors.New("invalid path")
	}
	// As in package url, the escaped form is kept only where it says more.
	if decoded == target.Path && tail != target.EscapedPath() {
		target.RawPath = tail
	}
	return target, nil
}

// rawLength returns how many bytes of an escaped path stand for its first n
// bytes, at most all.
func rawLength(raw string, n int) int {
	i := 0
	for ; n > 0 && i < len(raw); n-- {
		if raw[i] == '%' {
			i += 2
		}
		i++
	}
	return min(i, len(raw))
}

func requestURI(path, raw, query string) string {
	if raw == "" {
		raw = (&url.URL{Path: path}).EscapedPath()
	}
	if query != "" {
		return raw + "?" + query
	}
	return raw
}

func protocol(version string) (major, minor int, proto string) {
	switch version {
	case "1.0":
		return 1, 0, "HTTP/1.0"
	case "2", "2.0":
		return 2, 0, "HTTP/2.0"
	case "3", "3.0":
		return 3, 0, "HTTP/3.0"
	}
	return 1, 1, "HTTP/1.1"
}

func netAddr(addr Addr) net.Addr {
	if ip, err := netip.ParseAddr(addr.Host); err == nil {
		return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(addr.Port)))
	}
	return &net.UnixAddr{Name: addr.Host, Net: "unix"}
}

// connectionState returns what handlers look for in Request.TLS. Certificates
// that the server did not verify are left out, for handlers trust them.
func connectionState(scheme string, ext *TLS) *tls.ConnectionState {
	if ext == nil {
		if scheme == "https" || scheme == "wss" {
			return &tls.ConnectionState{HandshakeComplete: true}
		}
		return nil
	}
	state := &tls.ConnectionState{HandshakeComplete: true, Version: ext.Version, CipherSuite: ext.CipherSuite}
	for _, text := range ext.ClientCertChain {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			break
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			break
		}
		state.PeerCertificates = append(state.PeerCertificates, cert)
	}
	if ext.ClientCertError == "" && len(state.PeerCertificates) > 0 {
		state.VerifiedChains = [][]*x509.Certificate{state.PeerCertificates}
	}
	return state
}

// requestBody reads the body from http.request events. After its end it
// watches for the client to leave, as net/http does.
type requestBody struct {
	ctx     context.Context
	cancel  context.CancelFunc
	receive Receive

	rest    []byte
	err     error
	watched chan struct{} // closed when the watcher has ended
}

// Read waits for the next part of the body.
func (b *requestBody) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.err != nil {
			return 0, b.err
		}
		b.next()
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	if len(b.rest) == 0 {
		return n, b.err
	}
	return n, nil
}

func (b *requestBody) next() {
	event, err := b.receive(b.ctx)
	if err != nil {
		b.err = fmt.Errorf("read request body: %w", err)
		return
	}
	switch e := event.(type) {
	case *HTTPRequest:
		b.rest = e.Body
		if !e.MoreBody {
			b.err = io.EOF
			b.watch()
		}
	default:
		b.err = fmt.Errorf("read request body: %w: %w", ErrDisconnected, io.ErrUnexpectedEOF)
		b.cancel()
	}
}

// Close makes later reads fail.
func (b *requestBody) Close() error {
	b.rest = nil
	if b.err == nil {
		b.err = http.ErrBodyReadAfterClose
	}
	return nil
}

func (b *requestBody) watch() {
	b.watched = make(chan struct{})
	go func() {
		defer close(b.watched)
		for {
			event, err := b.receive(b.ctx)
			if err != nil {
				return
			}
			if _, ok := event.(*HTTPDisconnect); ok {
				b.cancel()
				return
			}
		}
	}()
}

// wait returns when the watcher has ended; ctx must have.
func (b *requestBody) wait() {
	if b.watched != nil {
		<-b.watched
	}
}
