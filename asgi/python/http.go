package python

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"

	"github.com/nuages-web/nuages/asgi"
)

// inlineBody is the length of the longest body that travels with the head of its request, in bytes.
const inlineBody = 16 << 10

// ServeHTTP answers with the application's response: 500 when it fails, 502 when its worker ends, 503
// when there is no worker or too much to do, 504 when Options.ResponseTimeout is over, 413 for a body
// that is too long. A response that has begun is cut off instead.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if max := h.opts.MaxBody; max >= 0 && r.Body != nil {
		if r.ContentLength > max {
			http.Error(w, http.StatusText(http.StatusRequestEntityTooLarge), http.StatusRequestEntityTooLarge)
			return
		}
		if r.ContentLength < 0 {
			r = withBody(r, http.MaxBytesReader(w, r.Body, max))
		}
	}
	resp := asgi.NewResponse(w, r)
	wsgi, err := h.speaksWSGI(r.Context())
	switch {
	case err != nil:
	case wsgi:
		h.serveWSGI(w, r, resp)
		return
	case !isPlain(r):
		h.sockets.ServeHTTP(w, r)
		return
	default:
		err = h.respond(w, r, resp)
	}
	if err != nil {
		h.finish(w, r, resp, err)
	}
}

func withBody(r *http.Request, body io.ReadCloser) *http.Request {
	c := *r
	c.Body = body
	return &c
}

// isPlain reports whether a request is not a WebSocket's.
func isPlain(r *http.Request) bool {
	return r.Method != http.MethodConnect && (r.Header["Upgrade"] == nil || r.Header["Sec-Websocket-Key"] == nil)
}

// bodies are buffers for those that fill one block of shared memory at most: they go to the worker with
// their request, which wakes it once.
var bodies = sync.Pool{New: func() any { return new([blockSize]byte) }}

var encoders = sync.Pool{New: func() any { return &encoder{b: make([]byte, 0, 4<<10)} }}

// asks tells whether a client waits to be asked for its body. It is when the application first receives, by the first
// read.
func asks(r *http.Request) bool { return r.Header["Expect"] != nil }

// isLong tells whether a body goes to the worker part by part, behind the request.
func isLong(r *http.Request) bool {
	return r.ContentLength < 0 || r.ContentLength > blockSize || asks(r)
}

// respond passes one request to a worker, and its response to the client.
func (h *Host) respond(w http.ResponseWriter, r *http.Request, resp *asgi.Response) error {
	s, wk, err := h.pass(w, r)
	if err != nil {
		return err
	}
	defer h.end(s, wk)
	ctx, late := h.patience(r.Context())
	defer late.end()
	relay := relay{stream: s, worker: wk, late: late, send: resp.Send, body: resp.SendBody, flush: resp.Flush, borrow: r.ProtoMajor == 1}
	if isLong(r) {
		u := &uploader{stream: s, blocks: s.link.blocks, late: late, known: r.ContentLength >= 0}
		if asks(r) {
			relay.asked = make(chan struct{})
			u.asked = relay.asked
		}
		var stop func()
		ctx, stop = u.start(ctx, asgi.NewBody(r, resp))
		defer stop()
	}
	if err = relay.run(ctx); err != nil {
		s.giveUp(err)
		wk.count(err)
		if cause := context.Cause(ctx); ctx.Err() != nil {
			err = cause
		}
	}
	return err
}

// pass sends a worker the head of a request, and its body, if that is not long.
func (h *Host) pass(w http.ResponseWriter, r *http.Request) (*stream, *worker, error) {
	scope := asgi.NewHTTPScope(w, r, h.opts.RootPath)
	scope.Headers = h.clean(&scope.Client, &scope.Scheme, scope.Headers)
	e := encoders.Get().(*encoder)
	defer func() {
		if cap(e.b) <= 2*inlineBody {
			encoders.Put(e)
		}
	}()
	long := isLong(r)
	inline := !long && r.ContentLength <= inlineBody
	e.b = appendHeader(e.b[:0], kindRequest, flagIf(!inline, flagMore)|flagIf(asks(r), flagAsk), 0)
	e.tuple(2)
	e.httpScope(scope)
	var body []byte
	var err error
	switch {
	case long:
		e.none()
	case inline:
		err = e.body(r)
	default:
		e.none()
		buf := bodies.Get().(*[blockSize]byte)
		defer bodies.Put(buf)
		body = buf[:r.ContentLength]
		err = readBody(r, body)
	}
	if err != nil {
		return nil, nil, err
	}
	setLength(e.b, 0)
	return h.begin(r.Context(), e.b, body)
}

// body appends a request's body.
func (e *encoder) body(r *http.Request) error {
	n := int(r.ContentLength)
	e.b = append(e.b, 's')
	e.u32(n)
	if n == 0 {
		return nil
	}
	start := len(e.b)
	e.b = append(e.b, make([]byte, n)...)
	return readBody(r, e.b[start:])
}

// A bodyError is what kept a request's body from being read: the client's doing, or that of its connection.
type bodyError struct{ cause error }

func (e *bodyError) Error() string { return "read the body of the request: " + e.cause.Error() }
func (e *bodyError) Unwrap() error { return e.cause }

// status returns the one that the server gives, as for a body that comes too slowly, or one that fits.
func (e *bodyError) status() int {
	var given interface{ HTTPStatus() int }
	switch {
	case errors.As(e.cause, new(*http.MaxBytesError)):
		return http.StatusRequestEntityTooLarge
	case errors.As(e.cause, &given):
		return given.HTTPStatus()
	case errors.Is(e.cause, os.ErrDeadlineExceeded):
		return http.StatusRequestTimeout
	}
	return http.StatusBadRequest
}

// readBody fills a buffer with the body of a request.
func readBody(r *http.Request, buf []byte) error {
	if _, err := io.ReadFull(r.Body, buf); err != nil {
		return &bodyError{err}
	}
	return nil
}

var errBusy = errors.New("as many requests as Options.MaxConcurrency allows are open")

// begin sends the frame of a request to a worker, whichever takes it, and returns the stream of the
// answer. The number of the stream is written into the frame. A body that is not nil goes with it.
func (h *Host) begin(ctx context.Context, request, body []byte) (*stream, *worker, error) {
	if limit := h.opts.MaxConcurrency; h.open.Add(1) > int64(limit) && limit > 0 {
		h.open.Add(-1)
		return nil, nil, errBusy
	}
	for {
		w, err := h.pick(ctx)
		if err != nil {
			h.open.Add(-1)
			return nil, nil, err
		}
		s := w.link.open()
		setStream(request, s.id)
		if w.link.sendRequest(request, body, s.id) == nil {
			return s, w, nil
		}
		w.link.forget(s) // another has taken its place
		w.release()
	}
}

func (h *Host) end(s *stream, w *worker) {
	s.link.forget(s)
	s.free()
	w.release()
	h.open.Add(-1)
}

// finish answers where the application has not.
func (h *Host) finish(w http.ResponseWriter, r *http.Request, resp *asgi.Response, err error) {
	var body *bodyError
	told := errors.As(err, &body) && body.status() != http.StatusBadRequest // net/http takes a deadline for the client's end
	switch {
	case !told && r.Context().Err() != nil && errors.Is(context.Cause(r.Context()), context.Canceled):
		panic(http.ErrAbortHandler) // nobody is there
	case errors.Is(err, asgi.ErrDisconnected), errors.Is(err, context.Canceled), resp.Started() && !isApplications(err) && !errors.Is(err, errWorkerGone),
		errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF): // the client has left within its body
		panic(http.ErrAbortHandler)
	}
	status, level := statusOf(err), slog.LevelError
	switch {
	case status == http.StatusServiceUnavailable:
		level = slog.LevelWarn
	case status == http.StatusBadGateway, // the crew tells of the worker, and of how many requests it had
		status < 500: // the client's mistake
		level = slog.LevelDebug
	}
	h.log.LogAttrs(r.Context(), level, "python: no response from the application", slog.String("method", r.Method),
		slog.String("path", r.URL.Path), slog.Int("status", status), slog.Any("error", err))
	if resp.Started() {
		panic(http.ErrAbortHandler)
	}
	text := http.StatusText(status)
	if failed := (*ApplicationError)(nil); h.opts.Debug && errors.As(err, &failed) {
		text = failed.Traceback
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "1")
	}
	http.Error(w, text, status)
}

// isApplications tells whether an error is the application's doing.
func isApplications(err error) bool {
	return errors.As(err, new(*ApplicationError)) || errors.As(err, new(*asgi.ProtocolError)) || errors.Is(err, errMarshal)
}
