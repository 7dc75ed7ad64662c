package server

import (
	"bufio"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A watch looks after one request whose body is read, or whose answer is written, through
// streams that share a connection: it ends reads and writes that don't get on. Deadlines for each
// call would cost more than a timer that looks, once in a while, whether a call is pending; it runs
// only while one is.
type watch struct {
	s    *Server
	c    *conn // for HTTP/1; nil otherwise
	w    http.ResponseWriter
	body watchedBody
	out  watchedWriter

	reading, writing atomic.Bool // a call is pending
	given            atomic.Bool // the application has set a write deadline of its own
	slow             atomic.Bool // the body has been given up
	armed            atomic.Bool // the timer runs
	read, written    atomic.Int64

	mu    sync.Mutex // of what follows
	timer *time.Timer
	ended bool
	in    progress
	taken progress
}

// progress is what the timer has seen of one direction.
type progress struct {
	bytes  int64
	stalls time.Duration // for how long nothing has come, without a break
	waited time.Duration // in all
}

// look notes what a look at a pending call has shown, and tells whether it takes too long.
func (p *progress) look(bytes int64, timeout time.Duration, rate int) (tooSlow bool) {
	p.waited += tick
	if p.stalls += tick; bytes != p.bytes {
		p.bytes, p.stalls = bytes, 0
	}
	if p.stalls >= timeout {
		return true
	}
	return rate > 0 && p.waited > timeout+time.Duration(float64(bytes)/float64(rate)*float64(time.Second))
}

// watch returns the writer to use for the answer, and the request with limits on its body. done is
// to be called at the end.
func (s *Server) watch(c *conn, w http.ResponseWriter, r *http.Request) (_ http.ResponseWriter, _ *http.Request, done func()) {
	h := &watch{s: s, w: w}
	done = h.end
	if r.Body != http.NoBody {
		if r.ProtoMajor == 1 {
			h.c = c
			// net/http asks the body of its own request what has been read of it, and whether the
			// client waits for "100 Continue"; so that one keeps it.
			given := r
			r = r.WithContext(r.Context())
			done = func() {
				h.end()
				given.MultipartForm = r.MultipartForm // whose files net/http removes
			}
		}
		h.body = watchedBody{ReadCloser: r.Body, h: h}
		r.Body = &h.body
	}
	if r.ProtoMajor > 1 && s.o.WriteTimeout > 0 {
		h.out = watchedWriter{ResponseWriter: w, h: h}
		w = &h.out
		done = h.endStream
	}
	return w, r, done
}

func (h *watch) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ended = true
	if h.timer != nil {
		h.timer.Stop()
	}
}

// endStream bounds how long the client may take over what is left in buffers of the answer.
func (h *watch) endStream() {
	h.end()
	if !h.given.Load() {
		_ = h.controller().SetWriteDeadline(time.Now().Add(h.s.o.WriteTimeout))
	}
}

// tick is how often the timer looks: a call may wait for that much longer than it should.
const tick = 500 * time.Millisecond

// arm starts the timer, unless it runs.
func (h *watch) arm() {
	if !h.armed.CompareAndSwap(false, true) {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.ended:
	case h.timer == nil:
		h.timer = time.AfterFunc(tick, h.look)
	default:
		h.timer.Reset(tick)
	}
}

// look ends what takes too long.
func (h *watch) look() {
	h.armed.Store(false)
	h.mu.Lock()
	if h.ended {
		h.mu.Unlock()
		return
	}
	o := &h.s.o
	if h.reading.Load() && o.ReadTimeout > 0 && h.in.look(h.read.Load(), o.ReadTimeout, o.MinRate) {
		h.slow.Store(true)
		_ = h.controller().SetReadDeadline(time.Now())
	}
	if h.writing.Load() && !h.given.Load() && h.taken.look(h.written.Load(), o.WriteTimeout, o.MinRate) {
		_ = h.controller().SetWriteDeadline(time.Now())
	}
	h.mu.Unlock()
	if h.reading.Load() || h.writing.Load() { // also one that began before armed was taken back
		h.arm()
	}
}

func (h *watch) controller() *http.ResponseController { return http.NewResponseController(h.w) }

// A watchedBody is a request's body that has to keep coming while it is read.
type watchedBody struct {
	io.ReadCloser
	h *watch
}

// Read reads on, or says that the client is too slow. Only the time spent waiting counts.
func (b *watchedBody) Read(p []byte) (int, error) {
	h := b.h
	if h.slow.Load() {
		return 0, errTooSlow
	}
	left := int64(math.MaxInt64)
	if h.s.o.MaxBody > 0 {
		if left = int64(h.s.o.MaxBody) - h.read.Load(); left < 0 {
			return 0, h.tooLong()
		}
		p = p[:min(int64(len(p)), left+1)] // one more tells whether there is more
	}
	if h.c != nil {
		h.c.reading.Store(true)
		defer h.c.reading.Store(false)
	}
	h.reading.Store(true)
	h.arm()
	n, err := b.ReadCloser.Read(p)
	h.reading.Store(false)
	h.read.Add(int64(n))
	if int64(n) > left {
		return int(left), h.tooLong()
	}
	if err != nil && h.slow.Load() && errors.Is(err, os.ErrDeadlineExceeded) {
		return n, errTooSlow
	}
	return n, err
}

// tooLong ends a body over the limit, and with the answer, if it has not begun, the connection.
func (h *watch) tooLong() error {
	if h.c != nil {
		h.w.Header().Set("Connection", "close")
	}
	return &http.MaxBytesError{Limit: int64(h.s.o.MaxBody)}
}

// A watchedWriter is the writer of an answer whose client has to keep taking it. For HTTP/1 the
// connection does that, see pacedConn.
type watchedWriter struct {
	http.ResponseWriter
	h        *watch
	buffered int // bytes that net/http holds for now, at most
}

const (
	maxWrite    = 32 << 10 // how much is written at once: the timer sees what has been taken of more
	writeBuffer = 4 << 10  // what net/http's and quic-go's writers hold before they send
)

// Write sends in pieces.
func (w *watchedWriter) Write(b []byte) (n int, err error) {
	if w.buffered+len(b) < writeBuffer {
		w.buffered += len(b)
		return w.ResponseWriter.Write(b)
	}
	w.buffered = writeBuffer
	w.begin()
	defer w.done()
	for {
		m, err := w.ResponseWriter.Write(b[n:min(n+maxWrite, len(b))])
		w.h.written.Add(int64(m))
		if n += m; err != nil || n >= len(b) {
			return n, err
		}
	}
}

// FlushError sends what is buffered.
func (w *watchedWriter) FlushError() error {
	w.begin()
	defer w.done()
	w.buffered = 0
	return w.h.controller().Flush()
}

// Flush is FlushError for code that knows http.Flusher only.
func (w *watchedWriter) Flush() { _ = w.FlushError() }

func (w *watchedWriter) begin() {
	w.h.writing.Store(true)
	w.h.arm()
}

func (w *watchedWriter) done() { w.h.writing.Store(false) }

// SetWriteDeadline is the application's word on how long it wants to write.
func (w *watchedWriter) SetWriteDeadline(t time.Time) error {
	w.h.given.Store(!t.IsZero())
	return w.h.controller().SetWriteDeadline(t)
}

// Unwrap gives http.ResponseController the server's own writer.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack fails: streams can't be taken over.
func (w *watchedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return w.h.controller().Hijack()
}
