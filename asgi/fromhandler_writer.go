package asgi

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// writerBuffer is how much of a response is held back until a flush, in bytes;
// shorter responses get a Content-Length.
const writerBuffer = 4 << 10

var errShortBody = errors.New("asgi: handler wrote less than the declared Content-Length")

// writer is the http.ResponseWriter that sends events.
type writer struct {
	scope  *HTTPScope
	send   func(Event) error
	header http.Header

	status   int     // 0 before WriteHeader
	fields   Headers // the header when WriteHeader was called
	declared []string
	length   int64 // declared length, -1 when none is
	written  int64
	started  bool // the start event was sent
	trailers bool // and announced trailers
	buf      []byte
	err      error // of the first send that failed
}

func newWriter(scope *HTTPScope, send func(Event) error) *writer {
	return &writer{scope: scope, send: send, header: http.Header{}, length: -1}
}

// Header returns the fields that WriteHeader sends.
func (w *writer) Header() http.Header { return w.header }

// WriteHeader fixes the status and the header. Informational statuses other
// than 103 have no event and are left out.
func (w *writer) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	if status >= 100 && status < 200 {
		w.informational(status)
		return
	}
	w.status = status
	header := w.header.Clone()
	for name := range header {
		if strings.HasPrefix(name, http.TrailerPrefix) {
			delete(header, name)
			w.trailers = true
		}
	}
	for _, name := range listHeader(header["Trailer"]) {
		w.declared = append(w.declared, http.CanonicalHeaderKey(name))
		w.trailers = true
	}
	w.fields = HeadersOf(header)
	length, err := contentLength("", w.fields)
	if err != nil {
		// As net/http: a bad length is dropped.
		w.fields = slices.DeleteFunc(w.fields, func(f Header) bool { return f.Name == "content-length" })
		length = -1
	}
	w.length = length
}

func (w *writer) informational(status int) {
	if links := w.header["Link"]; status == http.StatusEarlyHints && len(links) > 0 && w.scope.Extensions.EarlyHint && w.err == nil {
		w.err = w.send(&HTTPResponseEarlyHint{Links: links})
	}
}

func (w *writer) bodyAllowed() bool {
	return w.status != http.StatusNoContent && w.status != http.StatusNotModified
}

// Write adds to the body.
func (w *writer) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if !w.bodyAllowed() {
		return 0, http.ErrBodyNotAllowed
	}
	if w.length >= 0 && w.written+int64(len(p)) > w.length {
		return 0, http.ErrContentLength
	}
	if w.err != nil {
		return 0, w.err
	}
	w.written += int64(len(p))
	if len(w.buf)+len(p) <= writerBuffer {
		w.buf = append(w.buf, p...)
		return len(p), nil
	}
	if err := w.sendBuffer(); err != nil {
		return 0, err
	}
	if len(p) < writerBuffer {
		w.buf = append(w.buf, p...)
		return len(p), nil
	}
	if err := w.sendPart(p); err != nil {
		return 0, err
	}
	return len(p), nil
}

// WriteString adds to the body.
func (w *writer) WriteString(s string) (int, error) { return w.Write([]byte(s)) }

// sendBuffer sends what is held back, if there is any.
func (w *writer) sendBuffer() error {
	if len(w.buf) == 0 {
		return w.err
	}
	err := w.sendPart(w.buf)
	w.buf = w.buf[:0]
	return err
}

func (w *writer) sendPart(p []byte) error {
	if err := w.start(p, true); err != nil {
		return err
	}
	if w.scope.Method == http.MethodHead {
		p = nil
	}
	w.err = w.send(&HTTPResponseBody{Body: p, MoreBody: true})
	return w.err
}

// start sends the start event, once. The first part of the body is there to
// guess the content type from; more says that others follow.
func (w *writer) start(first []byte, more bool) error {
	if w.started || w.err != nil {
		return w.err
	}
	w.started = true
	has := func(name string) bool {
		_, ok := w.header[http.CanonicalHeaderKey(name)]
		return ok || w.fields.Value(name) != ""
	}
	if len(first) > 0 && !has("Content-Type") && !has("Content-Encoding") && !has("Transfer-Encoding") {
		w.fields = append(w.fields, Header{"content-type", http.DetectContentType(first)})
	}
	for name := range w.header {
		w.trailers = w.trailers || strings.HasPrefix(name, http.TrailerPrefix)
	}
	if !more && !w.trailers && w.length < 0 && w.bodyAllowed() && (w.scope.Method != http.MethodHead || len(first) > 0) {
		w.fields = append(w.fields, Header{"content-length", strconv.Itoa(len(first))})
	}
	// Trailers may still turn up while a response is streamed.
	w.trailers = w.scope.Extensions.Trailers && (w.trailers || more)
	w.err = w.send(&HTTPResponseStart{Status: w.status, Headers: w.fields, Trailers: w.trailers})
	return w.err
}

// Flush sends what is held back; its error is left to the next Write.
func (w *writer) Flush() { _ = w.FlushError() }

// FlushError sends what is held back, the header at least.
func (w *writer) FlushError() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if len(w.buf) > 0 {
		return w.sendBuffer()
	}
	if err := w.start(nil, true); err != nil {
		return err
	}
	w.err = w.send(&HTTPResponseBody{MoreBody: true})
	return w.err
}

// EnableFullDuplex does nothing: events are full duplex.
func (w *writer) EnableFullDuplex() error { return nil }

// Push asks the server to push target (HTTP/2).
func (w *writer) Push(target string, opts *http.PushOptions) error {
	if !w.scope.Extensions.Push || !strings.HasPrefix(target, "/") || opts != nil && opts.Method != "" && opts.Method != http.MethodGet {
		return http.ErrNotSupported
	}
	if err := w.FlushError(); err != nil {
		return err
	}
	event := &HTTPResponsePush{Path: target}
	if opts != nil {
		event.Headers = HeadersOf(opts.Header)
	}
	return w.send(event)
}

// finish completes the response when the handler has returned.
func (w *writer) finish() error {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.err != nil {
		return w.err
	}
	if w.length > w.written && w.bodyAllowed() && w.scope.Method != http.MethodHead {
		return errors.Join(w.FlushError(), errShortBody)
	}
	if err := w.start(w.buf, false); err != nil {
		return err
	}
	if w.scope.Method == http.MethodHead {
		w.buf = nil
	}
	if err := w.send(&HTTPResponseBody{Body: w.buf}); err != nil {
		return err
	}
	if !w.trailers {
		return nil
	}
	return w.send(&HTTPResponseTrailers{Headers: w.trailerFields()})
}

func (w *writer) trailerFields() Headers {
	fields := http.Header{}
	for name, values := range w.header {
		if trailer, ok := strings.CutPrefix(name, http.TrailerPrefix); ok {
			fields[http.CanonicalHeaderKey(trailer)] = values
		}
	}
	for _, name := range w.declared {
		if values := w.header[name]; len(values) > 0 {
			fields[name] = values
		}
	}
	return HeadersOf(fields)
}
