package webtest

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A Server is a handler behind a real socket of this machine, for browsers and other programs
// (Django's LiveServerTestCase).
type Server struct {
	// URL is "http://127.0.0.1:port", or https, without a slash at its end.
	URL string
	t   testing.TB
	s   *httptest.Server
}

// ServerOptions configures [NewServer].
type ServerOptions struct {
	// TLS serves HTTPS, by HTTP/2 and HTTP/1.1, with a certificate that only [Server.Client] trusts.
	TLS bool
	// Addr is the address to listen on. Default "127.0.0.1:0", a free port.
	Addr string
}

// NewServer serves h until the end of the test. Then the contexts of requests that still run end,
// their connections are closed and they are waited for.
func NewServer(t testing.TB, h http.Handler, opts *ServerOptions) *Server {
	t.Helper()
	var o ServerOptions
	if opts != nil {
		o = *opts
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := httptest.NewUnstartedServer(h)
	if o.Addr != "" {
		l, err := net.Listen("tcp", o.Addr)
		if err != nil {
			cancel()
			s.Listener.Close()
			t.Fatalf("listen on %s: %v", o.Addr, err)
		}
		s.Listener.Close()
		s.Listener = l
	}
	s.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	if o.TLS {
		s.EnableHTTP2 = true
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(func() {
		cancel()
		s.CloseClientConnections()
		s.Close()
	})
	return &Server{URL: s.URL, t: t, s: s}
}

// Client returns a client that trusts the server's certificate. It follows redirects and keeps no
// cookies, as http.Client's zero value.
func (s *Server) Client() *http.Client { return s.s.Client() }

// Addr returns host and port that the server listens on.
func (s *Server) Addr() string { return s.s.Listener.Addr().String() }

// Raw sends bytes to the server code that runs h, in memory, and returns everything that comes back
// until the server closes the connection: for input that no client would send. After the bytes the
// client sends nothing more, but stays to read, so that requests are answered to their end.
func Raw(t testing.TB, h http.Handler, raw string) string {
	t.Helper()
	return NewClient(t, h, &Options{AllowServerErrors: true}).Raw(raw)
}

// Raw sends bytes on a connection of their own and returns everything that comes back; see the
// function Raw.
func (c *Client) Raw(raw string) string {
	c.t.Helper()
	x := &exchange{e: c.e, secure: c.opts.Secure, remote: withPort(c.opts.RemoteAddr), patient: true}
	defer x.leave()
	ctx, cancel := c.waiting()
	defer cancel()
	conn, err := x.dial(ctx)
	if err != nil {
		c.t.Fatalf("raw request: %v", err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(deadline)
	}
	answer, err := talk(conn, raw)
	if err != nil {
		c.t.Fatalf("raw request: %v after %q", err, shorten(answer, 1000))
	}
	if fault := x.saw.fault(); fault != "" && !c.opts.AllowServerErrors {
		c.t.Fatalf("raw request: %v", &ServerError{nil, fault})
	}
	return answer
}

// Raw sends bytes to the server's socket and returns everything that comes back until the server
// closes the connection, for at most 10 s: have the last request say "Connection: close". Over TLS
// it is not possible.
func (s *Server) Raw(raw string) string {
	s.t.Helper()
	conn, err := net.DialTimeout("tcp", s.Addr(), 10*time.Second)
	if err != nil {
		s.t.Fatalf("raw request: %v", err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	answer, err := talk(conn, raw)
	if err != nil {
		s.t.Fatalf("raw request: %v after %q", err, shorten(answer, 1000))
	}
	return answer
}

// talk writes and reads at the same time, as the server may answer before it has read everything.
// That it stops reading then is no error.
func talk(conn net.Conn, raw string) (string, error) {
	written := make(chan struct{})
	go func() {
		defer close(written)
		_, _ = io.WriteString(conn, raw)
		if c, ok := conn.(*pipeConn); ok {
			_ = c.CloseWrite()
		}
	}()
	answer, err := io.ReadAll(conn)
	conn.Close()
	<-written
	return string(answer), err
}
