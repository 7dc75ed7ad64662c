package server

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"
)

// A watch looks after one request whose body is read, or whose answer is written, through
// streams that share a connection: it ends reads and writes that don't get on. A timer that looks
// once in a while costs less than a deadline for each call; it runs only while a call is pending.
type watch struct {
	s  *Server
	c  *conn // for HTTP/1; nil otherwise
	rc *http.ResponseController

	mu      sync.Mutex
	timer   *time.Timer
	armed   bool
	ended   bool
	given   bool      // the application has set a write deadline of its own
	reading time.Time // until when the pending read has to get on; zero without one
	writing time.Time // likewise
	in      int64     // bytes of the body so far
	waited  time.Duration
	readErr error // once the body is given up
}

// watch returns the writer to use for the answer, and the request with limits on its body. done is
// to be called at the end.
func (s *Server) watch(c *conn, w http.ResponseWriter, r *http.Request) (_ http.ResponseWriter, _ *http.Request, done func()) {
	h := &watch{s: s, rc: http.NewResponseController(w)}
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
		if s.o.MaxBody > 0 {
			r.Body = http.MaxBytesReader(w, r.Body, int64(s.o.MaxBody))
		}
		r.Body = &watchedBody{ReadCloser: r.Body, h: h}
	}
	if r.ProtoMajor > 1 && s.o.WriteTimeout > 0 {
		w = &watchedWriter{ResponseWriter: w, h: h}
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

// tick is how late a call that doesn't get on may be noticed.
const tick = 500 * time.Millisecond

// arm starts the timer. The mutex is held.
func (h *watch) arm() {
	switch {
	case h.armed || h.ended:
		return
	case h.timer == nil:
		h.timer = time.AfterFunc(tick, h.look)
	default:
		h.timer.Reset(tick)
	}
	h.armed = true
}

// look ends what is overdue.
func (h *watch) look() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.armed = false
	if h.ended {
		return
	}
	now := time.Now()
	if !h.reading.IsZero() && now.After(h.reading) {
		h.readErr = errTooSlow
		h.reading = time.Time{}
		_ = h.rc.SetReadDeadline(now)
	}
	if !h.writing.IsZero() && now.After(h.writing) && !h.given {
		h.writing = time.Time{}
		_ = h.rc.SetWriteDeadline(now)
	}
	if !h.reading.IsZero() || !h.writing.IsZero() {
		h.arm()
	}
}

// A watchedBody is a request's body that has to keep coming while it is read.
type watchedBody struct {
	io.ReadCloser
	h *watch
}

// Read reads on, or says that the client is too slow. Only the time spent waiting counts.
func (b *watchedBody) Read(p []byte) (int, error) {
	h := b.h
	if h.c != nil {
		h.c.reading.Store(true)
		defer h.c.reading.Store(false)
	}
	if h.s.o.ReadTimeout < 0 {
		return b.ReadCloser.Read(p)
	}
	begun := time.Now()
	h.mu.Lock()
	if h.readErr != nil {
		defer h.mu.Unlock()
		return 0, h.readErr
	}
	h.reading = begun.Add(h.s.mayWait(h.in, h.waited))
	h.arm()
	h.mu.Unlock()
	n, err := b.ReadCloser.Read(p)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.in += int64(n)
	h.waited += time.Since(begun)
	h.reading = time.Time{}
	if h.readErr != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		return n, h.readErr
	}
	return n, err
}

// mayWait tells how long the next bytes may take after n bytes that took a while.
func (s *Server) mayWait(n int64, took time.Duration) time.Duration {
	if s.o.MinRate < 0 {
		return s.o.ReadTimeout
	}
	due := s.o.ReadTimeout + time.Duration(float64(n)/float64(s.o.MinRate)*float64(time.Second))
	return min(s.o.ReadTimeout, max(due-took, 0))
}

// A watchedWriter is the writer of an answer whose client has to keep taking it. For HTTP/1 the
// connection does that, see pacedConn.
type watchedWriter struct {
	http.ResponseWriter
	h *watch
}

// maxWrite is how much is written at once, in bytes: it has to get on as a whole.
const maxWrite = 32 << 10

// Write sends in pieces.
func (w *watchedWriter) Write(b []byte) (n int, err error) {
	for {
		piece := b[n:min(n+maxWrite, len(b))]
		w.begin()
		m, err := w.ResponseWriter.Write(piece)
		w.done()
		if n += m; err != nil || n >= len(b) {
			return n, err
		}
	}
}

// FlushError sends what is buffered.
func (w *watchedWriter) FlushError() error {
	w.begin()
	defer w.done()
	return w.h.rc.Flush()
}

// Flush is FlushError for code that knows http.Flusher only.
func (w *watchedWriter) Flush() { _ = w.FlushError() }

func (w *watchedWriter) begin() {
	w.h.mu.Lock()
	defer w.h.mu.Unlock()
	w.h.writing = time.Now().Add(w.h.s.o.WriteTimeout)
	w.h.arm()
}

func (w *watchedWriter) done() {
	w.h.mu.Lock()
	defer w.h.mu.Unlock()
	w.h.writing = time.Time{}
}

// SetWriteDeadline is the application's word on how long it wants to write.
func (w *watchedWriter) SetWriteDeadline(t time.Time) error {
	w.h.mu.Lock()
	w.h.given = !t.IsZero()
	w.h.mu.Unlock()
	return w.h.rc.SetWriteDeadline(t)
}

// Unwrap gives http.ResponseController the server's own writer.
func (w *watchedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack fails: streams can't be taken over.
func (w *watchedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) { return w.h.rc.Hijack() }
