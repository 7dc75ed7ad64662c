package asgi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/coder/websocket"

	"github.com/nuages-web/nuages/internal/wsconn"
)

// serveWebSocket runs the handler behind a net/http server at one end of a
// pipe and speaks WebSocket with it from the other end, so that every WebSocket
// library can hijack the connection.
func (a *handlerApp) serveWebSocket(ctx context.Context, scope *WebSocketScope, receive Receive, send Send) (err error) {
	event, err := receive(ctx)
	if err != nil {
		return err
	}
	if _, ok := event.(*WebSocketConnect); !ok {
		return nil // the client has gone already
	}
	ctx, cancel := context.WithCancel(NewContext(ctx, scope))
	defer cancel()
	server := startPipeServer(ctx, a.handler, scope)
	defer func() {
		cancel()
		if abort := server.stop(); abort != nil {
			err = abort
		}
	}()
	conn, refusal, err := server.dial(ctx, scope)
	if err != nil {
		return fmt.Errorf("serve websocket with an http.Handler: %w", err)
	}
	if conn == nil {
		defer refusal.Body.Close()
		return ignoreDisconnect(denyWith(ctx, refusal, scope, send))
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	accept := &WebSocketAccept{Subprotocol: conn.Subprotocol(), Headers: server.acceptHeaders()}
	if err := send(ctx, accept); err != nil {
		return ignoreDisconnect(err)
	}
	received := make(chan struct{})
	go func() {
		defer close(received)
		toHandler(ctx, conn, receive)
	}()
	err = fromHandler(ctx, conn, send)
	cancel()
	<-received
	return ignoreDisconnect(err)
}

// toHandler passes the client's messages to the handler until either has gone.
func toHandler(ctx context.Context, conn *websocket.Conn, receive Receive) {
	for {
		event, err := receive(ctx)
		if err != nil {
			_ = conn.CloseNow()
			return
		}
		switch e := event.(type) {
		case *WebSocketReceive:
			kind, data := websocket.MessageText, []byte(e.Text)
			if e.Bytes != nil {
				kind, data = websocket.MessageBinary, e.Bytes
			}
			err = conn.Write(ctx, kind, data)
		case *WebSocketDisconnect:
			if wsconn.ValidCode(e.Code) {
				_ = conn.Close(websocket.StatusCode(e.Code), e.Reason)
			} else if e.Code == 1005 {
				_ = conn.Close(websocket.StatusNoStatusRcvd, "")
			}
			_ = conn.CloseNow()
			return
		}
		if err != nil {
			return
		}
	}
}

// fromHandler passes the handler's messages to the client until either has
// gone.
func fromHandler(ctx context.Context, conn *websocket.Conn, send Send) error {
	// The end of the client's connection reaches the handler as a close, not
	// as the end of this context.
	readCtx := context.WithoutCancel(ctx)
	for {
		kind, data, err := conn.Read(readCtx)
		if err != nil {
			code, reason := closeCode(err)
			switch {
			case code == 1005:
				code = 1000
			case !wsconn.ValidCode(code):
				code = 1011 // the handler dropped the connection
			}
			return send(ctx, &WebSocketClose{Code: code, Reason: reason})
		}
		event := &WebSocketSend{Bytes: data}
		if kind == websocket.MessageText {
			event = &WebSocketSend{Text: string(data)}
		}
		if err := send(ctx, event); err != nil {
			return err
		}
	}
}

// closeCode returns what an error of a WebSocket says about its end.
func closeCode(err error) (code int, reason string) {
	if closed := (websocket.CloseError{}); errors.As(err, &closed) {
		return int(closed.Code), closed.Reason
	}
	return 1006, ""
}

// denyWith refuses the handshake as the handler did.
func denyWith(ctx context.Context, resp *http.Response, scope *WebSocketScope, send Send) error {
	if !scope.Extensions.WebSocketDenial {
		return send(ctx, &WebSocketClose{})
	}
	resp.Header.Del("Connection")
	start := &WebSocketHTTPResponseStart{Status: resp.StatusCode, Headers: HeadersOf(resp.Header)}
	if err := send(ctx, start); err != nil {
		return err
	}
	buf := make([]byte, bodyChunk)
	for {
		n, err := resp.Body.Read(buf)
		if err != nil && err != io.EOF {
			return fmt.Errorf("read response of the handler: %w", http.ErrAbortHandler)
		}
		more := err == nil
		if n == 0 && more {
			continue
		}
		if err := send(ctx, &WebSocketHTTPResponseBody{Body: buf[:n], MoreBody: more}); err != nil || !more {
			return err
		}
	}
}

// pipeServer is a net/http server with one connection, in memory.
type pipeServer struct {
	client, serverEnd net.Conn
	http              *http.Server
	transport         *http.Transport
	response          *http.Response
	accepted          chan net.Conn
	closed            chan struct{}
	closeOnce         sync.Once

	wg       sync.WaitGroup // Serve and the handler
	mu       sync.Mutex
	stopping bool // no handler is started any more
	panicked any  // by the handler; read when it has ended
}

func startPipeServer(ctx context.Context, handler http.Handler, scope *WebSocketScope) *pipeServer {
	s := &pipeServer{accepted: make(chan net.Conn, 1), closed: make(chan struct{})}
	s.client, s.serverEnd = net.Pipe()
	s.accepted <- s.serverEnd
	s.transport = &http.Transport{
		DisableKeepAlives:  true,
		DisableCompression: true,
		DialContext:        func(context.Context, string, string) (net.Conn, error) { return s.client, nil },
	}
	s.http = &http.Server{
		ErrorLog:    log.New(io.Discard, "", 0),
		BaseContext: func(net.Listener) context.Context { return ctx },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.serve(handler, w, describe(r, scope))
		}),
	}
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		_ = s.http.Serve(s)
	}()
	return s
}

// serve runs the handler and keeps its panic, which net/http would only log.
func (s *pipeServer) serve(handler http.Handler, w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	if s.stopping {
		s.mu.Unlock()
		return
	}
	s.wg.Add(1)
	s.mu.Unlock()
	defer s.wg.Done()
	defer func() {
		if value := recover(); value != nil {
			s.panicked = value
			panic(http.ErrAbortHandler)
		}
	}()
	handler.ServeHTTP(w, r)
}

// describe gives a request from the pipe what the scope says of the real one.
func describe(r *http.Request, scope *WebSocketScope) *http.Request {
	ctx := r.Context()
	if scope.Server != (Addr{}) {
		ctx = context.WithValue(ctx, http.LocalAddrContextKey, netAddr(scope.Server))
	}
	r = r.WithContext(ctx)
	r.RemoteAddr = scope.Client.String()
	r.TLS = connectionState(scope.Scheme, scope.Extensions.TLS)
	if target, err := requestURL(scope.Path, scope.RawPath, scope.RootPath, scope.QueryString); err == nil {
		r.URL = target
		r.RequestURI = requestURI(scope.Path, scope.RawPath, scope.QueryString)
	}
	return r
}

// Accept returns the server's end of the pipe, once.
func (s *pipeServer) Accept() (net.Conn, error) {
	select {
	case conn := <-s.accepted:
		return conn, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

// Close makes Accept return.
func (s *pipeServer) Close() error {
	s.closeOnce.Do(func() { close(s.closed) })
	return nil
}

// Addr returns the pipe's address.
func (s *pipeServer) Addr() net.Addr { return s.serverEnd.LocalAddr() }

// dial makes the handshake with the handler. Either the connection or the
// handler's refusal is nil.
func (s *pipeServer) dial(ctx context.Context, scope *WebSocketScope) (*websocket.Conn, *http.Response, error) {
	header := scope.Headers.HTTP()
	host := header.Get("Host")
	for name := range header {
		switch {
		case strings.HasPrefix(name, "Sec-Websocket-"), name == "Connection", name == "Upgrade", name == "Host",
			name == "Content-Length", name == "Transfer-Encoding":
			delete(header, name)
		}
	}
	if host == "" {
		host = "localhost"
	}
	// The pipe's request line does not matter, see describe.
	conn, _, err := websocket.Dial(ctx, "ws://localhost/", &websocket.DialOptions{
		HTTPClient: &http.Client{
			Transport:     s,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		HTTPHeader:   header,
		Host:         host,
		Subprotocols: scope.Subprotocols,
	})
	if err == nil {
		return conn, nil, nil
	}
	if s.response != nil && s.response.StatusCode != http.StatusSwitchingProtocols {
		return nil, s.response, nil
	}
	return nil, nil, err
}

// RoundTrip sends the handshake through the pipe and keeps the response, of
// which the WebSocket library would cut off the body.
func (s *pipeServer) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := s.transport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	s.response = resp
	seen := *resp
	seen.Header = resp.Header.Clone()
	if resp.StatusCode != http.StatusSwitchingProtocols {
		seen.Body = http.NoBody
	}
	return &seen, nil
}

// acceptHeaders returns what the handler added to the handshake response.
func (s *pipeServer) acceptHeaders() Headers {
	header := s.response.Header.Clone()
	for name := range header {
		if strings.HasPrefix(name, "Sec-Websocket-") || name == "Connection" || name == "Upgrade" || name == "Date" {
			delete(header, name)
		}
	}
	return HeadersOf(header)
}

// stop closes the pipe and returns when the handler has. It passes on the
// handler's panic, the one for "cut the connection" as an error.
func (s *pipeServer) stop() error {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	_ = s.http.Close()
	_ = s.Close()
	s.client.Close()
	s.serverEnd.Close()
	s.transport.CloseIdleConnections()
	s.wg.Wait()
	switch s.panicked {
	case nil:
		return nil
	case http.ErrAbortHandler:
		return fmt.Errorf("serve websocket: %w", http.ErrAbortHandler)
	}
	panic(s.panicked)
}
