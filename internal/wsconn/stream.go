package wsconn

import (
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// A stream carries the bytes of a connection.
type stream interface {
	io.Reader
	// write sends all of batch, whose elements it may change, or gives up at the deadline; zero is
	// none.
	write(batch [][]byte, deadline time.Time) error
	// closeWrite tells the peer that nothing more comes, and whether that is possible while the
	// stream can still be read.
	closeWrite() bool
	// close ends reads under way, and writes if broken. It may be called at any time, and often.
	close(broken bool)
}

// netStream is a connection of HTTP/1.1 that was taken over.
type netStream struct{ net.Conn }

func (s netStream) write(batch [][]byte, deadline time.Time) error {
	if err := s.SetWriteDeadline(deadline); err != nil {
		return err
	}
	if len(batch) == 1 {
		_, err := s.Conn.Write(batch[0])
		return err
	}
	switch c := s.Conn.(type) {
	case *net.TCPConn, *net.UnixConn: // these have writev
		bufs := net.Buffers(batch)
		_, err := bufs.WriteTo(c)
		return err
	case vectored:
		if bufs := net.Buffers(batch); c.HasWritev() {
			_, err := c.WriteBuffers(&bufs)
			return err
		}
	}
	return writeJoined(s.Conn, batch)
}

// vectored is a connection that may pass writev on to the one below it, as package server's.
type vectored interface {
	HasWritev() bool
	WriteBuffers(*net.Buffers) (int64, error)
}

// joinSize is that of a TLS record.
const joinSize = 16 << 10

var joins = sync.Pool{New: func() any { return new([joinSize]byte) }}

// writeJoined writes to what has no writev: over TLS each write would be a record.
func writeJoined(w io.Writer, batch [][]byte) error {
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

func (s netStream) closeWrite() bool {
	half, ok := s.Conn.(interface{ CloseWrite() error })
	return ok && half.CloseWrite() == nil
}

func (s netStream) close(bool) { _ = s.Conn.Close() }

// bodyStream is a stream of HTTP/2 or HTTP/3: the request's body and the response. It ends when the
// handler returns.
type bodyStream struct {
	body io.Reader
	w    http.ResponseWriter
	rc   *http.ResponseController

	mu             sync.Mutex
	closed, broken bool
}

func (s *bodyStream) Read(p []byte) (int, error) { return s.body.Read(p) }

func (s *bodyStream) write(batch [][]byte, deadline time.Time) error {
	s.mu.Lock()
	if s.broken {
		s.mu.Unlock()
		return net.ErrClosed
	}
	_ = s.rc.SetWriteDeadline(deadline) // a server without deadlines is still a server
	s.mu.Unlock()
	for _, b := range batch {
		if _, err := s.w.Write(b); err != nil {
			return err
		}
	}
	return s.rc.Flush()
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
		_ = s.rc.SetReadDeadline(past)
	}
	if broken && !s.broken {
		s.broken = true
		_ = s.rc.SetWriteDeadline(past)
	}
}
