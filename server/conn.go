package server

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A conn is a connection that was accepted: the socket, the PROXY protocol's header and TLS, both
// taken in before the first byte is read. net/http sees plain bytes, also of HTTP/2 over TLS, which
// it recognises by its preface; so the gate tells each request what its connection is.
type conn struct {
	net.Conn // the socket, behind the PROXY protocol's header if there is one
	s        *Server
	stream   net.Conn // TLS over out, or out
	out      pacedConn
	in       readDeadline
	address  string // whom it counts for, "" for nobody

	begin    sync.Once
	beginErr error
	tls      *tls.ConnectionState // nil without TLS

	holding sync.Mutex // of held
	held    *held

	state    atomic.Int32 // http.ConnState
	since    atomic.Int64 // when it was accepted, or became idle while the server drains: Unix time in ns
	requests atomic.Int64
	http2    atomic.Bool
	closed   atomic.Bool
	reading  atomic.Bool // the application reads a body

	// Of the goroutine that reads:
	preface string // what may still come of HTTP/2's
	head    headScan
	early   [1]byte   // read while a handler runs, and not looked at yet
	isEarly bool      // whether there is one
	unread  time.Time // until when what the application leaves of a body has to come
	gone    bool      // it has not come, or not what was agreed on: nothing more is read
}

type connKey struct{}

func connContext(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

func (s *Server) newConn(socket net.Conn, useTLS bool) *conn {
	c := &conn{s: s, Conn: socket}
	if !s.o.NoHTTP2 {
		c.preface = http2Preface
	}
	c.out = pacedConn{Conn: socket, timeout: s.o.WriteTimeout, rate: s.o.MinRate}
	c.in.socket = socket
	c.stream = &c.out
	if useTLS {
		c.stream = tls.Server(&c.out, s.tls)
	}
	c.since.Store(time.Now().UnixNano())
	return c
}

// SetReadDeadline sets a deadline for reading; the zero time takes it back.
func (c *conn) SetReadDeadline(t time.Time) error { return c.in.set(t) }

// start shakes hands.
func (c *conn) start() error {
	c.begin.Do(func() {
		t, ok := c.stream.(*tls.Conn)
		if !ok {
			return
		}
		if err := t.Handshake(); err != nil {
			c.s.stats.handshakeErrors.Add(1)
			c.beginErr = c.handshakeError(err)
			return
		}
		state := t.ConnectionState()
		c.tls = &state
		switch state.NegotiatedProtocol {
		case "", "h2", "http/1.1":
		default: // of an ACME authority, to which the handshake was the answer (RFC 8737)
			c.beginErr = io.EOF
		}
	})
	return c.beginErr
}

// handshakeError tells a client that speaks plain HTTP what is wrong.
func (c *conn) handshakeError(err error) error {
	var header tls.RecordHeaderError
	if errors.As(err, &header) && looksLikeHTTP(header.RecordHeader) {
		_, _ = io.WriteString(&c.out, "HTTP/1.0 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n"+
			"This port speaks HTTPS. Use an address that begins with https://\n")
	}
	c.s.o.Logger.Debug("TLS handshake failed", "client", c.RemoteAddr().String(), "error", err.Error())
	return io.EOF // net/http closes without a word
}

func looksLikeHTTP(b [5]byte) bool {
	switch string(b[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "PATCH", "DELET", "PRI *":
		return true
	}
	return false
}

// Read reads what the client sent.
func (c *conn) Read(b []byte) (int, error) {
	if c.http2.Load() || c.hijacked() {
		return c.in.read(received{c}, b)
	}
	if c.gone {
		return 0, io.EOF
	}
	active := http.ConnState(c.state.Load()) == http.StateActive
	if active && len(b) == 1 {
		// net/http looks out for the client's end, beside the handler's goroutine.
		c.in.wait()
		n, err := c.in.read(received{c}, b)
		c.early[0], c.isEarly = b[0], n == 1
		return n, err
	}
	if active && !c.reading.Load() && c.s.o.ReadTimeout > 0 {
		return c.readUnread(b)
	}
	n, err := c.in.read(received{c}, b)
	if c.preface != "" && !c.seesPreface(b[:n]) {
		c.gone = true
		return 0, io.EOF
	}
	c.look(b, n)
	return n, err
}

// received is what comes over a connection, behind the handshake.
type received struct{ c *conn }

func (r received) Read(b []byte) (int, error) {
	if err := r.c.start(); err != nil {
		return 0, err
	}
	return r.c.stream.Read(b)
}

// look shows the head's scanner what has been read into b.
func (c *conn) look(b []byte, n int) {
	if c.isEarly {
		c.isEarly = false
		c.head.scan(c.early[:])
	}
	if len(b) <= headBuffer {
		c.head.scan(b[:n])
	}
}

// readUnread reads what the application leaves of a body: net/http does so before it answers, and
// after, so that the connection can be kept. A client that doesn't send it within ReadTimeout loses
// the connection.
func (c *conn) readUnread(b []byte) (int, error) {
	if c.unread.IsZero() {
		c.unread = time.Now().Add(c.s.o.ReadTimeout)
	}
	_ = c.SetReadDeadline(c.unread)
	n, err := c.in.read(received{c}, b)
	_ = c.SetReadDeadline(time.Time{})
	c.gone = errors.Is(err, os.ErrDeadlineExceeded)
	c.look(b, n)
	return n, err
}

// seesPreface looks for the preface of HTTP/2, which may come over TLS and in the clear. A client that
// has agreed on HTTP/2 in the handshake is closed without it: net/http would take what it sends for
// HTTP/1.
func (c *conn) seesPreface(b []byte) (ok bool) {
	n := min(len(b), len(c.preface))
	if string(b[:n]) != c.preface[:n] {
		if c.tls != nil && c.tls.NegotiatedProtocol == "h2" {
			return false
		}
		c.preface = ""
		return true
	}
	if c.preface = c.preface[n:]; c.preface == "" {
		c.http2.Store(true)
	}
	return true
}

const http2Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" // RFC 9113, section 3.4

// headBuffer is how many bytes net/http reads at once while it looks for headers. It reads more only
// for a body, and then never beyond its end.
const headBuffer = 4 << 10

// Write sends bytes.
func (c *conn) Write(b []byte) (int, error) {
	if err := c.start(); err != nil {
		return 0, err
	}
	if c.keep(b) {
		return len(b), nil
	}
	return c.stream.Write(b)
}

// ReadFrom sends a file without copying it through the program, where there is no TLS.
func (c *conn) ReadFrom(src io.Reader) (int64, error) {
	if c.stream == &c.out {
		return c.out.ReadFrom(src)
	}
	return io.Copy(struct{ io.Writer }{c}, src)
}

// HasWritev tells whether WriteBuffers is one call of the system: not over TLS, nor where a header
// of the PROXY protocol came first.
func (c *conn) HasWritev() bool {
	if c.stream != &c.out {
		return false
	}
	switch c.Conn.(type) {
	case *net.TCPConn, *net.UnixConn:
		return true
	}
	return false
}

// WriteBuffers sends several pieces.
func (c *conn) WriteBuffers(b *net.Buffers) (int64, error) {
	if c.stream == &c.out {
		return c.out.writeBuffers(b)
	}
	return b.WriteTo(c.stream)
}

// CloseWrite ends the sending side, so that the last answer arrives although the client still sends.
func (c *conn) CloseWrite() error {
	type closeWriter interface{ CloseWrite() error }
	if w, ok := c.stream.(closeWriter); ok {
		if err := w.CloseWrite(); err != nil {
			return err
		}
	}
	if w, ok := c.Conn.(closeWriter); ok {
		return w.CloseWrite()
	}
	return nil
}

// Close closes the connection.
func (c *conn) Close() error {
	if !c.closed.Swap(true) {
		c.s.forget(c)
	}
	c.in.end()
	if c.stream == &c.out {
		return c.Conn.Close()
	}
	return c.stream.Close()
}

// SetDeadline sets both deadlines.
func (c *conn) SetDeadline(t time.Time) error {
	return errors.Join(c.SetReadDeadline(t), c.SetWriteDeadline(t))
}

// SetWriteDeadline sets a deadline for writing, in place of the server's WriteTimeout; the zero time
// gives that back its force.
func (c *conn) SetWriteDeadline(t time.Time) error { return c.out.SetWriteDeadline(t) }

// setState notes what net/http says of the connection.
func (c *conn) setState(state http.ConnState) {
	if state == http.StateIdle {
		if c.s.draining() { // before that nobody asks
			c.since.Store(time.Now().UnixNano())
		}
		if !c.http2.Load() {
			c.unread, c.head.answered = time.Time{}, true
		}
	}
	c.state.Store(int32(state))
}

// hijacked tells whether a handler has taken the connection over.
func (c *conn) hijacked() bool { return http.ConnState(c.state.Load()) == http.StateHijacked }

// idleFor tells how long the connection has waited for a request, 0 if it isn't waiting.
func (c *conn) idleFor(now time.Time) time.Duration {
	switch http.ConnState(c.state.Load()) {
	case http.StateNew, http.StateIdle:
		return now.Sub(time.Unix(0, c.since.Load()))
	}
	return 0
}
