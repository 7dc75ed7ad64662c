package server

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// A pacedConn gives up a client that takes too little of what it is sent.
type pacedConn struct {
	net.Conn
	timeout time.Duration
	rate    int          // bytes a second
	until   atomic.Int64 // Unix time in ns of the deadline that the last write set; 0 none
	// given is set while a deadline of the application's own counts.
	given atomic.Bool
}

// SetWriteDeadline sets a deadline of the application's.
func (p *pacedConn) SetWriteDeadline(t time.Time) error {
	p.until.Store(0)
	if t.IsZero() && p.timeout > 0 {
		p.given.Store(false) // the next write sets its own
		return nil
	}
	p.given.Store(true)
	return p.Conn.SetWriteDeadline(t)
}

// Write writes all, as long as the client keeps up.
func (p *pacedConn) Write(b []byte) (n int, err error) {
	for {
		p.arm()
		m, err := p.Conn.Write(b[n:])
		if n += m; err == nil || !p.keepsUp(int64(m), err) {
			return n, err
		}
	}
}

// ReadFrom sends a file as long as the client keeps up.
func (p *pacedConn) ReadFrom(src io.Reader) (n int64, err error) {
	to, ok := p.Conn.(io.ReaderFrom)
	if !ok || !isFile(src) {
		return io.Copy(struct{ io.Writer }{p}, src)
	}
	for {
		p.arm()
		m, err := to.ReadFrom(src)
		if n += m; err == nil || !p.keepsUp(m, err) {
			return n, err
		}
	}
}

// isFile tells whether src can be read on after an error of the writing without loss: the system
// then moves the file's offset by what it has sent.
func isFile(src io.Reader) bool {
	if l, ok := src.(*io.LimitedReader); ok {
		src = l.R
	}
	_, ok := src.(*os.File)
	return ok
}

func (p *pacedConn) writeBuffers(b *net.Buffers) (n int64, err error) {
	for {
		p.arm()
		m, err := b.WriteTo(p.Conn) // takes off what it has written
		if n += m; err == nil || !p.keepsUp(m, err) {
			return n, err
		}
	}
}

// arm sees to it that a deadline between half of the timeout and all of it lies ahead. It is set
// anew once in a while only, as that costs more than a look at the clock.
func (p *pacedConn) arm() {
	if p.timeout < 0 || p.given.Load() {
		return
	}
	if now := time.Now(); time.Duration(p.until.Load()-now.UnixNano()) < p.timeout/2 {
		until := now.Add(p.timeout)
		p.until.Store(until.UnixNano())
		_ = p.Conn.SetWriteDeadline(until) // of a closed connection; writing tells
	}
}

// keepsUp tells whether a write that ended with err, after n bytes, should go on.
func (p *pacedConn) keepsUp(n int64, err error) bool {
	if p.timeout < 0 || p.given.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	p.until.Store(0)
	return n > 0 && float64(n) >= float64(p.rate)*(p.timeout/2).Seconds()
}
