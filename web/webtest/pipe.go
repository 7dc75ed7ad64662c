package webtest

import (
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// pipeBuffer is how many bytes wait in each direction before a write blocks, as in a socket's
// buffers. net.Pipe has none, so that two peers which both write before they read would stand still.
const pipeBuffer = 64 << 10

// newPipe returns the two ends of a connection in memory. It has no goroutine, and all its waiting
// is durable in the sense of testing/synctest.
func newPipe(clientAddr, serverAddr string) (client, server *pipeConn) {
	up, down := newPipeHalf(), newPipeHalf()
	client = &pipeConn{in: down, out: up, local: pipeAddr(clientAddr), remote: pipeAddr(serverAddr)}
	server = &pipeConn{in: up, out: down, local: pipeAddr(serverAddr), remote: pipeAddr(clientAddr)}
	return client, server
}

type pipeAddr string

func (a pipeAddr) Network() string { return "tcp" }
func (a pipeAddr) String() string  { return string(a) }

// pipeConn is one end. Closing it lets the peer read what was sent and then io.EOF, while the peer's
// writes fail.
type pipeConn struct {
	in, out       *pipeHalf
	local, remote pipeAddr
	// patient hides that the peer has stopped writing from reads of a single byte. These are how
	// net/http watches over a connection while a handler runs; see Raw.
	patient bool
	tag     *exchange // whose connection this is
	once    sync.Once // counts it out when the server has done with it
	// hijacked tells that a handler has taken it from the server.
	hijacked atomic.Bool
}

func (c *pipeConn) Read(p []byte) (int, error)         { return c.in.read(p, c.patient && len(p) == 1) }
func (c *pipeConn) Write(p []byte) (int, error)        { return c.out.write(p) }
func (c *pipeConn) LocalAddr() net.Addr                { return c.local }
func (c *pipeConn) RemoteAddr() net.Addr               { return c.remote }
func (c *pipeConn) SetReadDeadline(t time.Time) error  { return c.in.reader.set(c.in, t) }
func (c *pipeConn) SetWriteDeadline(t time.Time) error { return c.out.writer.set(c.out, t) }

func (c *pipeConn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

func (c *pipeConn) Close() error {
	c.in.close(false)
	c.out.close(true)
	return nil
}

// CloseWrite tells the peer that nothing more comes, as shutdown(2) does.
func (c *pipeConn) CloseWrite() error {
	c.out.finish()
	return nil
}

// pipeHalf is one direction. All fields are guarded by mu, and cond tells of every change.
type pipeHalf struct {
	mu             sync.Mutex
	cond           *sync.Cond
	data           []byte
	eof            bool // the writer has finished
	readerGone     bool
	writerGone     bool
	reader, writer pipeDeadline
}

func newPipeHalf() *pipeHalf {
	h := &pipeHalf{}
	h.cond = sync.NewCond(&h.mu)
	return h
}

func (h *pipeHalf) read(p []byte, patient bool) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.readerGone:
			return 0, io.ErrClosedPipe
		case h.reader.passed:
			return 0, os.ErrDeadlineExceeded
		case len(p) == 0:
			return 0, nil
		case len(h.data) > 0:
			n := copy(p, h.data)
			if h.data = h.data[n:]; len(h.data) == 0 {
				h.data = nil
			}
			h.cond.Broadcast()
			return n, nil
		case h.eof && (!patient || h.writerGone):
			return 0, io.EOF
		}
		h.cond.Wait()
	}
}

func (h *pipeHalf) write(p []byte) (n int, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.writerGone, h.readerGone, h.eof:
			return n, io.ErrClosedPipe
		case h.writer.passed:
			return n, os.ErrDeadlineExceeded
		case len(p) == 0:
			return n, nil
		}
		if room := min(pipeBuffer-len(h.data), len(p)); room > 0 {
			h.data = append(h.data, p[:room]...)
			n, p = n+room, p[room:]
			h.cond.Broadcast()
			continue
		}
		h.cond.Wait()
	}
}

func (h *pipeHalf) finish() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.eof = true
	h.cond.Broadcast()
}

// close ends the writer's or the reader's side.
func (h *pipeHalf) close(writer bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if writer {
		h.writerGone, h.eof = true, true
		h.writer.stop()
	} else {
		h.readerGone, h.data = true, nil
		h.reader.stop()
	}
	h.cond.Broadcast()
}

// pipeDeadline is the deadline of one side of a half.
type pipeDeadline struct {
	passed bool
	timer  *time.Timer
	turn   int // tells a timer that was stopped too late from the current one
}

func (d *pipeDeadline) stop() {
	d.turn++
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

// set replaces the deadline; the zero time means none.
func (d *pipeDeadline) set(h *pipeHalf, t time.Time) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	d.stop()
	if d == &h.reader && h.readerGone || d == &h.writer && h.writerGone {
		return io.ErrClosedPipe
	}
	d.passed = false
	if t.IsZero() {
		return nil
	}
	wait := time.Until(t)
	if wait <= 0 {
		d.passed = true
		h.cond.Broadcast()
		return nil
	}
	turn := d.turn
	d.timer = time.AfterFunc(wait, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if d.turn == turn {
			d.passed = true
			h.cond.Broadcast()
		}
	})
	return nil
}
