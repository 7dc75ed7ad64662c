package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// send writes a response: the only place where anything is written.
func (s *site) send(w http.ResponseWriter, r *Request, resp Response) {
	if !resp.Streaming() {
		s.sendContent(w, r, &resp)
		return
	}
	if o := r.s.observer; o != nil && o.Response != nil {
		o.Response(r, resp)
	}
	if err := setHeaders(w.Header(), r, &resp); err != nil {
		s.sendError(w, r, &resp, err)
		return
	}
	r.s.outcome = Outcome{Err: resp.Err()} // an inner send, as below FromHTTPMiddleware, knows better
	t := &trackingWriter{ResponseWriter: w}
	err := s.sendWrapped(t, r, &resp)
	if err != nil && t.status == 0 {
		s.sendError(w, r, &resp, err)
		return
	}
	if t.status == 0 {
		t.status = http.StatusOK // net/http's answer for a handler that wrote nothing
	}
	o := &r.s.outcome
	o.Status, o.Bytes = t.status, t.bytes
	if err != nil {
		o.Err = err
		s.brokenOff(r, err)
	}
}

// sendWrapped runs the Sender behind its wrappers. A panic of either is an error like others.
func (s *site) sendWrapped(t *trackingWriter, r *Request, resp *Response) (err error) {
	if !s.PropagatePanics {
		defer func() {
			if v := recover(); v != nil {
				err = panicError(v)
			}
		}()
	}
	var out http.ResponseWriter = t
	wrappers := resp.extra().wrappers
	done := make([]func() error, 0, len(wrappers))
	for i := len(wrappers) - 1; i >= 0; i-- {
		var f func() error
		out, f = wrappers[i](out, r)
		done = append(done, f)
	}
	if made := resp.extra().made; made != nil {
		r = made
	}
	if err := resp.sender.Send(out, r, resp.StatusCode()); err != nil {
		return err
	}
	for i := len(done) - 1; i >= 0; i-- {
		if err := done[i](); err != nil {
			return err
		}
	}
	return nil
}

// brokenOff logs an error after the first byte and ends the connection so that the client can tell.
func (s *site) brokenOff(r *Request, err error) {
	if r.ctx.Err() != nil {
		return // the client went away, or the server is stopping; nobody is left to tell
	}
	if !errors.Is(err, context.Canceled) { // as when the server drains
		s.logError(r, http.StatusInternalServerError, err)
	}
	panic(http.ErrAbortHandler)
}

// sendContent writes a body that is held in memory.
func (s *site) sendContent(w http.ResponseWriter, r *Request, resp *Response) {
	if resp.Template() != nil {
		if _, err := s.render(r, resp); err != nil {
			s.sendError(w, r, resp, err)
			return
		}
	}
	if o := r.s.observer; o != nil && o.Response != nil {
		o.Response(r, *resp)
	}
	if err := setHeaders(w.Header(), r, resp); err != nil {
		s.sendError(w, r, resp, err)
		return
	}
	s.writeContent(w, r, resp)
}

// render makes a body of a template; a panic of one of its functions is an error like others.
func (s *site) render(r *Request, resp *Response) (b []byte, err error) {
	if !s.PropagatePanics {
		defer func() {
			if v := recover(); v != nil {
				err = panicError(v)
			}
		}()
	}
	return resp.Content(r)
}

// bufferedBelow is the length up to which net/http finds out the Content-Length by itself.
const bufferedBelow = 2048

// writeContent writes status and body after the headers have been set.
func (s *site) writeContent(w http.ResponseWriter, r *Request, resp *Response) {
	status, h, n := resp.StatusCode(), w.Header(), resp.Len()
	head := r.s.raw.Method == http.MethodHead
	if bodyAllowed(status) {
		if n > 0 && h["Content-Type"] == nil {
			h["Content-Type"] = octetStream // instead of a guess by net/http
		}
		// A view may answer HEAD with the length of a body that it did not make.
		if given := h["Content-Length"] != nil; head && !given || !head && (given || n >= bufferedBelow) {
			h["Content-Length"] = []string{strconv.Itoa(n)}
		}
	}
	if status != http.StatusOK {
		w.WriteHeader(status)
	}
	var written int
	var err error
	if m, ok := resp.sender.(*memory); ok && !head && bodyAllowed(status) {
		written, err = m.write(w)
	}
	if err == nil {
		err = resp.Err()
	}
	r.s.outcome = Outcome{Status: status, Bytes: int64(written), Err: err}
}

// sendError writes an error page in the place of a response that turned out to be impossible after
// the middleware had seen it. What the middleware set on it stays.
func (s *site) sendError(w http.ResponseWriter, r *Request, old *Response, err error) {
	page := s.errorResponse(r, err)
	if page.Streaming() || page.Template() != nil {
		page = defaultErrorPage(r, asError(err))
		page.edit().err = err
	}
	page.adoptHeaders(r, old)
	h := w.Header()
	for k := range h {
		if old.extra().adopted || goesWithBody(k) { // what of an adopted map stays is the page's by now
			delete(h, k)
		}
	}
	if setHeaders(h, r, &page) != nil { // a mistake in the error page itself
		page = defaultErrorPage(r, asError(err))
		page.edit().err = err
		clear(h)
		_ = setHeaders(h, r, &page) // of constants
	}
	if o := r.s.observer; o != nil && o.Response != nil {
		o.Response(r, page)
	}
	s.writeContent(w, r, &page)
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// adoptHeaders takes over what middleware set on a response that an error page replaces, but for
// what describes the old body and what is not valid.
func (p *Response) adoptHeaders(r *Request, old *Response) {
	h := p.Header()
	for k, v := range old.header {
		if _, ok := h[k]; !ok && !goesWithBody(k) && validField(k, v) {
			h[k] = v
		}
	}
	for _, c := range old.Cookies() {
		if _, err := c.header(false, time.Time{}); err == nil {
			p.SetCookie(c)
		}
	}
}

// goesWithBody tells whether a header goes when the body is replaced by an error page's.
func goesWithBody(header string) bool {
	switch header {
	case "Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition", "Content-Range",
		"Accept-Ranges", "Etag", "Last-Modified", "Cache-Control", "Location", "Set-Cookie":
		return true
	}
	return false
}

// commonTypes are Content-Type values as net/http holds them, to spare an allocation.
var (
	commonTypes = map[string][]string{typeText: {typeText}, typeHTML: {typeHTML}, typeJSON: {typeJSON}}
	octetStream = []string{"application/octet-stream"}
)

func setContentType(h http.Header, contentType string) {
	v, ok := commonTypes[contentType]
	if !ok {
		v = []string{contentType}
	}
	h["Content-Type"] = v
}

// setHeaders copies the response's headers and cookies, and refuses values that would split them.
func setHeaders(dst http.Header, r *Request, resp *Response) error {
	if resp.header == nil && resp.contentType != "" {
		if setContentType(dst, resp.contentType); !validField("Content-Type", dst["Content-Type"]) {
			return badHeader("Content-Type")
		}
	}
	for k, values := range resp.header {
		if !validField(k, values) {
			return badHeader(k)
		}
		if resp.extra().adopted {
			continue // dst is the same
		}
		if k == "Set-Cookie" { // beside those of middleware for net/http
			values = append(slices.Clip(dst[k]), values...)
		}
		dst[k] = values
	}
	cookies := resp.Cookies()
	if len(cookies) == 0 {
		return nil
	}
	secure := r.s.site.SecureCookies || r.IsSecure()
	now := time.Now()
	lines := slices.Clip(dst["Set-Cookie"])
	for _, c := range cookies {
		v, err := c.header(secure, now)
		if err != nil {
			return err
		}
		lines = append(lines, v)
	}
	dst["Set-Cookie"] = lines
	return nil
}

// ErrBadHeader is the cause of the 400 for a response header whose value holds a line break or
// another control character, or whose name is not one (Django's BadHeaderError): such text was
// taken from the request unchecked.
var ErrBadHeader = errors.New("a header holds a control character, or has a name that is not valid")

func badHeader(name string) error {
	return &Error{Status: http.StatusBadRequest, Message: "This request would make a header of the response that is not valid.", Cause: &headerError{name}}
}

type headerError struct{ name string }

func (e *headerError) Error() string {
	return "header " + quoteShort(e.name) + ": " + ErrBadHeader.Error()
}
func (e *headerError) Unwrap() error { return ErrBadHeader }

func validField(name string, values []string) bool {
	if !validToken(name) {
		return false
	}
	for _, v := range values {
		if !validHeaderValue(v) {
			return false
		}
	}
	return true
}

// validHeaderValue tells whether a value holds no control character but tabs (RFC 9110, section 5.5).
func validHeaderValue(v string) bool {
	for i := 0; i < len(v); i++ {
		if c := v[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// trackingWriter remembers what was sent. It passes on the powers of the server's writer.
type trackingWriter struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (t *trackingWriter) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func (t *trackingWriter) WriteHeader(status int) {
	if t.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		t.status = status
	}
	t.ResponseWriter.WriteHeader(status)
}

func (t *trackingWriter) Write(b []byte) (int, error) {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	n, err := t.ResponseWriter.Write(b)
	t.bytes += int64(n)
	return n, err
}

// ReadFrom keeps the way to sendfile open.
func (t *trackingWriter) ReadFrom(src io.Reader) (int64, error) {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	n, err := io.Copy(t.ResponseWriter, src)
	t.bytes += n
	return n, err
}

// Hijack gives the connection away, for protocol upgrades.
func (t *trackingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err == nil && t.status == 0 {
		t.status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

// FlushError sends what is buffered.
func (t *trackingWriter) FlushError() error {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	return http.NewResponseController(t.ResponseWriter).Flush()
}

// Flush is FlushError for code that knows http.Flusher only.
func (t *trackingWriter) Flush() { _ = t.FlushError() }
