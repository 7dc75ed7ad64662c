package web

import (
	"context"
	"io"
	"net/http"
	"time"
)

// A StreamWriter is where the function given to [Stream] writes. What is written reaches the client
// when Flush is called or the server's buffer (4 KiB) is full. A write blocks while the client does
// not keep up and fails when it has gone.
type StreamWriter struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

// Write appends to the body.
func (s *StreamWriter) Write(b []byte) (int, error) { return s.w.Write(b) }

// WriteString appends to the body.
func (s *StreamWriter) WriteString(text string) (int, error) { return io.WriteString(s.w, text) }

// Flush sends what has been written.
func (s *StreamWriter) Flush() error { return s.rc.Flush() }

// SetTrailer sends a trailer field after the body (RFC 9110, section 6.5).
func (s *StreamWriter) SetTrailer(name, value string) error {
	if !validHeaderValue(value) || !validToken(name) {
		return badHeader(name)
	}
	s.w.Header().Set(http.TrailerPrefix+name, value)
	return nil
}

// Stream answers with what write writes, as it comes (Django's StreamingHttpResponse). The context
// ends when the client goes away. An error before the first write is answered with an error page;
// a later one breaks the connection off, so that the client can tell that the body is not whole.
func Stream(contentType string, write func(ctx context.Context, w *StreamWriter) error) Response {
	return Send(contentType, streamFunc(write))
}

type streamFunc func(ctx context.Context, w *StreamWriter) error

func (f streamFunc) Send(w http.ResponseWriter, r *Request, status int) error {
	if r.s.raw.Method == http.MethodHead {
		w.WriteHeader(status)
		return nil
	}
	ctx, cancel := r.streamContext()
	defer cancel()
	lazy := &lazyStatus{ResponseWriter: w, status: status}
	err := f(ctx, &StreamWriter{lazy, http.NewResponseController(lazy)})
	if err == nil {
		lazy.start()
	}
	return err
}

// lazyStatus sends the status with the first write.
type lazyStatus struct {
	http.ResponseWriter
	status  int
	started bool
}

func (l *lazyStatus) start() {
	if !l.started {
		l.started = true
		l.ResponseWriter.WriteHeader(l.status)
	}
}

func (l *lazyStatus) Unwrap() http.ResponseWriter { return l.ResponseWriter }

func (l *lazyStatus) Write(b []byte) (int, error) {
	l.start()
	return l.ResponseWriter.Write(b)
}

func (l *lazyStatus) FlushError() error {
	l.start()
	return http.NewResponseController(l.ResponseWriter).Flush()
}

// Reader answers with what src holds, and closes it when the request ends if it is an io.Closer. An
// error of the first read is answered with an error page, a later one breaks the connection off.
func Reader(contentType string, src io.Reader) Response {
	return Send(contentType, &readerBody{src: src})
}

type readerBody struct {
	src    io.Reader
	closed bool // or going to be
}

// Prepare sees to the closing, also of a body that middleware replaces.
func (b *readerBody) Prepare(r *Request) error {
	if c, ok := b.src.(io.Closer); ok && !b.closed {
		b.closed = true
		r.OnFinish(func(Outcome) { _ = c.Close() })
	}
	return nil
}

// Send reads a little before the status is sent.
func (b *readerBody) Send(w http.ResponseWriter, r *Request, status int) error {
	if r.s.raw.Method == http.MethodHead {
		w.WriteHeader(status)
		return nil
	}
	var first [512]byte
	n, err := io.ReadAtLeast(b.src, first[:], 1)
	if err != nil && err != io.EOF {
		return err
	}
	w.WriteHeader(status)
	if _, err := w.Write(first[:n]); err != nil {
		return err
	}
	_, err = io.Copy(w, b.src)
	return err
}

// LongPoll waits until next returns a value, for at most wait, and answers with it as JSON; when
// the time is over it answers 204, and the client asks again. next gets a context that ends with
// the wait or when the client goes away. Nothing is held while it waits but the goroutine.
func LongPoll[T any](r *Request, wait time.Duration, next func(ctx context.Context) (T, error)) (Response, error) {
	drained, stop := r.streamContext()
	defer stop()
	ctx, cancel := context.WithTimeout(drained, wait)
	defer cancel()
	v, err := next(ctx)
	switch {
	case err == nil:
		return JSON(v).WithHeader("Cache-Control", "no-store"), nil
	case ctx.Err() != nil && r.Context().Err() == nil:
		return NoContent().WithHeader("Cache-Control", "no-store"), nil
	}
	return Response{}, err
}
