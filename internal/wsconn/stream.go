package wsconn

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// A stream carries the bytes of a connection.
type stream interface {
	io.Reader
	// write sends all of batch, whose elements it may change.
	write(batch [][]byte) error
	// closeWrite tells the peer that nothing more comes, and whether that is possible while the
	// stream can still be read.
	closeWrite() bool
	// close ends reads under way, and writes if broken. It may be called at any time, and often.
	close(broken bool)
}

// pieceSize is how much is written with one deadline where it can't be told how much of it was
// taken.
const pieceSize = 64 << 10

// netStream is a connection of HTTP/1.1 that was taken over.
type netStream struct {
	net.Conn
	timeout time.Duration // how long the peer may take nothing; 0: no matter to this package

	// Of who writes:
	until time.Time // the deadline that was set last
}

// newNetStream makes a stream of a connection. Package server sees itself to peers that take nothing.
func newNetStream(conn net.Conn, timeout time.Duration) *netStream {
	_, paced := conn.(vectored)
	switch {
	case timeout == 0 && !paced:
		timeout = defaultWriteTimeout
	case timeout < 0:
		timeout = 0
		_ = conn.SetWriteDeadline(time.Now().AddDate(100, 0, 0)) // also in place of the server's
	}
	return &netStream{Conn: conn, timeout: timeout}
}

// vectored is a connection that may pass writev on to the one below it, as package server's.
type vectored interface {
	HasWritev() bool
	WriteBuffers(*net.Buffers) (int64, error)
}

func (s *netStream) write(batch [][]byte) error {
	var writev func(*net.Buffers) (int64, error)
	switch c := s.Conn.(type) {
	case *net.TCPConn, *net.UnixConn:
		writev = func(b *net.Buffers) (int64, error) { return b.WriteTo(c) }
	case vectored:
		if c.HasWritev() {
			writev = c.WriteBuffers
		}
	}
	if writev == nil || len(batch) == 1 {
		return writeJoined(s, batch)
	}
	for bufs := net.Buffers(batch); ; {
		s.arm()
		n, err := writev(&bufs) // takes off what it has written
		if n == 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			return err
		}
		s.until = time.Time{} // slow, but there
	}
}

// Write writes piece by piece, as a connection with TLS is lost at a deadline, however much it has
// sent.
func (s *netStream) Write(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		s.arm()
		var m int
		m, err = s.Conn.Write(b[n:min(len(b), n+pieceSize)])
		n += m
	}
	return n, err
}

// arm sees to it that a deadline between half of the timeout and all of it lies ahead. It is set
// once in a while only, as that costs more than a look at the clock.
func (s *netStream) arm() {
	if s.timeout == 0 {
		return
	}
	if now := time.Now(); s.until.Sub(now) < s.timeout/2 {
		s.until = now.Add(s.timeout)
		_ = s.SetWriteDeadline(s.until) // of a closed connection; writing tells
	}
}

// joinSize is that of a TLS record.
const joinSize = 16 << 10

var joins = sync.Pool{New: func() any { return new([joinSize]byte) }}

// writeJoined writes to what has no writev: over TLS each write would be a record.
func writeJoined(w io.Writer, batch [][]byte) error {
	if len(batch) == 1 {
		_, err := w.Write(batch[0])
		return err
	}
	array := joins.Get().(*[joinSize]byte)
	defer joins.Put(array)
	buf := array[:0]
	for _, b := range batch {
		if len(buf)+len(b) > joinSize && len(buf) > 0 {
			if _, err := w.Write(buf); err != nil {
				return err
			}
			buf = buf[:0]
		}
		if len(b) > joinSize {
			if _, err := w.Write(b); err != nil {
				return err
			}
			continue
		}
		buf = append(buf, b...)
	}
	if len(buf) == 0 {
		return nil
	}
	_, err := w.Write(buf)
	return err
}

func (s *netStream) closeWrite() bool {
	half, ok := s.Conn.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

func (s *netStream) close(bool) { _ = s.Conn.Close() }

// bodyStream is a stream of HTTP/2 or HTTP/3: the request's body and the response. It ends when the
// handler returns.
type bodyStream struct {
	body    io.ReadCloser
	w       http.ResponseWriter
	rc      *http.ResponseController
	timeout time.Duration // for a piece; 0: none

	mu             sync.Mutex
	closed, broken bool
}

func (s *bodyStream) Read(p []byte) (int, error) { return s.body.Read(p) }

func (s *bodyStream) write(batch [][]byte) error {
	for _, b := range batch {
		for len(b) > 0 {
			n := min(len(b), pieceSize)
			if err := s.arm(); err != nil {
				return err
			}
			if _, err := s.w.Write(b[:n]); err != nil {
				return err
			}
			b = b[n:]
		}
	}
	return s.rc.Flush()
}

func (s *bodyStream) arm() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return net.ErrClosed
	}
	if s.timeout > 0 {
		_ = s.rc.SetWriteDeadline(time.Now().Add(s.timeout)) // a server without deadlines is still a server
	}
	return nil
}

func (s *bodyStream) closeWrite() bool { return false }

// close sets deadlines in the past. After the first time it touches the response no more, whose
// handler may have returned.
func (s *bodyStream) close(broken bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	past := time.Unix(1, 0)
	if !s.closed {
		s.closed = true
		if s.rc.SetReadDeadline(past) != nil {
			_ = s.body.Close()
		}
	}
	if broken && !s.broken {
		s.broken = true
		_ = s.rc.SetWriteDeadline(past)
	}
}
