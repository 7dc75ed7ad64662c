package webtest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages/web"
)

// engine runs net/http's server over connections in memory. It is also the server's listener and
// the handler around the one under test.
type engine struct {
	t       testing.TB
	handler http.Handler
	conns   chan net.Conn
	closed  chan struct{}
	wg      sync.WaitGroup // Serve, connections and handlers
	cancel  context.CancelFunc
	srv     *http.Server

	logMu  sync.Mutex
	silent bool
}

func startEngine(t testing.TB, h http.Handler) *engine {
	ctx, cancel := context.WithCancel(context.Background())
	e := &engine{t: t, handler: h, conns: make(chan net.Conn), closed: make(chan struct{}), cancel: cancel}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	e.srv = &http.Server{
		Handler:     e,
		Protocols:   protocols,
		ErrorLog:    log.New(e, "", 0),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return c.(*pipeConn).tag.serverContext(ctx)
		},
		ConnState: e.connState,
	}
	e.wg.Go(func() { _ = e.srv.Serve(e) })
	t.Cleanup(e.stop)
	return e
}

// Accept implements net.Listener.
func (e *engine) Accept() (net.Conn, error) {
	select {
	case c := <-e.conns:
		return c, nil
	case <-e.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener; stop calls it once through the server.
func (e *engine) Close() error {
	close(e.closed)
	return nil
}

// Addr implements net.Listener.
func (e *engine) Addr() net.Addr { return pipeAddr("127.0.0.1:80") }

// Write takes what the server logs, as superfluous calls of WriteHeader.
func (e *engine) Write(line []byte) (int, error) {
	e.logMu.Lock()
	defer e.logMu.Unlock()
	if !e.silent {
		e.t.Logf("server: %s", strings.TrimSpace(string(line)))
	}
	return len(line), nil
}

func (e *engine) connState(c net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		e.wg.Add(1)
	case http.StateClosed, http.StateHijacked:
		if c, ok := c.(*pipeConn); ok {
			c.hijacked.Store(state == http.StateHijacked)
			c.once.Do(e.wg.Done)
		}
	}
}

// stop ends the server and waits until nothing of it runs any more.
func (e *engine) stop() {
	e.cancel()
	_ = e.srv.Close()
	done := make(chan struct{})
	go func() { defer close(done); e.wg.Wait() }()
	select {
	case <-done:
	case <-time.After(stopTimeout):
		e.t.Errorf("webtest: a view still runs %v after its client has left and its context has ended:\n%s", stopTimeout, allStacks())
	}
	e.logMu.Lock()
	defer e.logMu.Unlock()
	e.silent = true
}

// stopTimeout is how long a view may go on after the test.
const stopTimeout = 10 * time.Second

func allStacks() string {
	buf := make([]byte, 1<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// ServeHTTP calls the handler under test and keeps account of it.
func (e *engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.wg.Add(1)
	defer e.wg.Done()
	x, _ := r.Context().Value(exchangeKey{}).(*exchange)
	if x.secure {
		r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, HandshakeComplete: true, ServerName: r.Host, NegotiatedProtocol: "http/1.1"}
		if r.ProtoMajor == 2 {
			r.TLS.NegotiatedProtocol = "h2"
		}
	}
	x.begin()
	defer func() {
		v := recover()
		if v != nil && v != http.ErrAbortHandler {
			x.saw.failed(&web.PanicError{Value: v, Stack: debug.Stack()})
			v = http.ErrAbortHandler // the page reports the panic; the server need not log it too
		}
		if v != nil {
			x.abort()
		}
		x.end()
		if v != nil {
			panic(v)
		}
	}()
	e.handler.ServeHTTP(w, r)
}

// exchange is one connection of a client, made for one request.
type exchange struct {
	e      *engine
	secure bool
	remote string
	// patient keeps a handler's context alive when the client has sent everything; see Raw.
	patient bool
	saw     record

	mu       sync.Mutex
	client   *pipeConn
	server   *pipeConn
	left     bool
	running  int
	finished chan struct{} // closed when the handler has returned; nil before it begins
}

type exchangeKey struct{}

func (x *exchange) serverContext(ctx context.Context) context.Context {
	ctx = context.WithValue(ctx, exchangeKey{}, x)
	return web.ContextWithObserver(ctx, x.saw.observer())
}

func (x *exchange) begin() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.running == 0 {
		x.finished = make(chan struct{})
	}
	x.running++
}

func (x *exchange) end() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.running--; x.running == 0 {
		close(x.finished)
	}
}

// wait returns when the view has returned, or at once when none was reached; false: ctx ended first.
func (x *exchange) wait(ctx context.Context) bool {
	x.mu.Lock()
	finished := x.finished
	x.mu.Unlock()
	if finished == nil {
		return true
	}
	select {
	case <-finished:
		return true
	case <-ctx.Done():
		return false
	}
}

// dial connects the exchange to the server.
func (x *exchange) dial(ctx context.Context) (*pipeConn, error) {
	port := "80"
	if x.secure {
		port = "443"
	}
	client, server := newPipe(x.remote, "127.0.0.1:"+port)
	server.tag, server.patient = x, x.patient
	x.mu.Lock()
	x.client, x.server = client, server
	left := x.left
	x.mu.Unlock()
	if left {
		return nil, errLeft
	}
	select {
	case x.e.conns <- server:
		return client, nil
	case <-x.e.closed:
		return nil, errors.New("the test's server has been stopped")
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// transport makes a transport for one request. A connection of its own for each keeps net/http from
// repeating requests by itself when a view breaks off.
func (x *exchange) transport(http2 bool) *http.Transport {
	t := &http.Transport{
		DialContext:            func(ctx context.Context, _, _ string) (net.Conn, error) { return x.dial(ctx) },
		DisableCompression:     true,
		ExpectContinueTimeout:  time.Second,
		MaxResponseHeaderBytes: 4 << 20,
	}
	if http2 {
		t.Protocols = new(http.Protocols)
		t.Protocols.SetUnencryptedHTTP2(true)
	}
	return t
}

// leave closes the connection from the client's side.
func (x *exchange) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.left = true
	if x.client != nil {
		x.client.Close()
	}
}

// abort closes the connection of a handler that has panicked, which net/http leaves open if it was
// hijacked.
func (x *exchange) abort() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.server != nil && x.server.hijacked.Load() {
		x.server.Close()
	}
}

// record is what the server's side tells of a request.
type record struct {
	mu        sync.Mutex
	err       error
	brokenOff error
	match     *web.Match
	templates []string
	data      []any
}

func (s *record) observer() *web.Observer {
	return &web.Observer{
		Error: func(r *web.Request, err error) {
			if r.Context().Err() != nil && errors.Is(err, context.Canceled) {
				return // the client has left
			}
			s.failed(err)
		},
		Response: func(r *web.Request, _ web.Response) {
			s.mu.Lock()
			s.match = r.Match()
			s.mu.Unlock()
			r.OnFinish(s.finished)
		},
		Rendered: func(_ *web.Request, name string, data any) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.templates = append(s.templates, name)
			s.data = append(s.data, data)
		},
	}
}

// failed keeps the first error that is a fault of the server, else the last one.
func (s *record) failed(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil || statusOf(s.err) != http.StatusInternalServerError {
		s.err = err
	}
}

func (s *record) finished(o web.Outcome) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.brokenOff = o.Err
	}
}

// statusOf returns the status that package web answers an error with.
func statusOf(err error) int {
	var coded interface {
		error
		HTTPStatus() int
	}
	switch {
	case errors.As(err, &coded):
		return coded.HTTPStatus()
	case errors.Is(err, context.DeadlineExceeded):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// fault returns the error and stack that a test fails with, "" if the server did nothing wrong.
func (s *record) fault() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.err
	if err == nil {
		err = s.brokenOff
	}
	if err == nil || statusOf(err) != http.StatusInternalServerError {
		return ""
	}
	text := err.Error()
	if p, ok := errors.AsType[*web.PanicError](err); ok && len(p.Stack) > 0 {
		text = fmt.Sprintf("%v\n\n%s", err, panicStack(p.Stack))
	}
	return text
}

// panicStack cuts off what stands above the panic: the machinery that caught it.
func panicStack(stack []byte) string {
	text := string(stack)
	if i := strings.LastIndex(text, "\npanic("); i >= 0 {
		lines := strings.SplitN(text[i+1:], "\n", 3)
		return lines[len(lines)-1]
	}
	return text
}

// fill copies the record into a page.
func (s *record) fill(p *Page) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Match, p.Templates, p.TemplateData, p.Err = s.match, s.templates, s.data, s.err
	if p.Err == nil {
		p.Err = s.brokenOff
	}
}

var errLeft = errors.New("the client has left")

// readAll reads a body that the page keeps, at most maxBody bytes.
func readAll(body io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(body, maxBody+1))
	if err == nil && len(b) > maxBody {
		err = fmt.Errorf("the body is longer than %d bytes; read it with Stream", maxBody)
	}
	return string(b), err
}

// maxBody bounds what a page holds in memory.
const maxBody = 256 << 20
