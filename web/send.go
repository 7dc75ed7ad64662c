package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// send writes a response: the only place where anything is written.
func (s *site) send(w http.ResponseWriter, r *Request, resp Response) {
	if resp.sender == nil || resp.Template() != nil {
		s.sendContent(w, r, &resp)
		return
	}
	if o := r.s.observer; o != nil && o.Response != nil {
		o.Response(r, resp)
	}
	if err := setHeaders(w.Header(), r, &resp); err != nil {
		s.sendError(w, r, err)
		return
	}
	t := &trackingWriter{ResponseWriter: w}
	err := sendWrapped(t, r, &resp)
	r.s.outcome = Outcome{Status: t.status, Bytes: t.bytes, Err: err}
	if resp.err != nil && err == nil {
		r.s.outcome.Err = resp.err
	}
	if err == nil {
		return
	}
	if t.status == 0 {
		clear(w.Header())
		s.sendError(w, r, err)
		return
	}
	s.brokenOff(r, err)
}

// sendWrapped runs the Sender behind its wrappers.
func sendWrapped(t *trackingWriter, r *Request, resp *Response) error {
	var out http.ResponseWriter = t
	done := make([]func() error, 0, len(resp.wrappers))
	for i := len(resp.wrappers) - 1; i >= 0; i-- {
		var f func() error
		out, f = resp.wrappers[i](out, r)
		done = append(done, f)
	}
	err := resp.sender.Send(out, r, resp.StatusCode())
	for i := len(done) - 1; i >= 0; i-- {
		if e := done[i](); err == nil {
			err = e
		}
	}
	return err
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
	if resp.sender != nil {
		if _, err := resp.Content(r); err != nil {
			late := s.errorResponse(r, err)
			late.adoptHeaders(resp)
			resp = &late
		}
	}
	if o := r.s.observer; o != nil && o.Response != nil {
		o.Response(r, *resp)
	}
	if err := setHeaders(w.Header(), r, resp); err != nil {
		s.sendError(w, r, err)
		return
	}
	status := resp.StatusCode()
	if resp.Status != 0 && resp.Status != http.StatusOK {
		w.WriteHeader(status)
	}
	var n int
	var err error
	switch {
	case !bodyAllowed(status) || r.s.raw.Method == http.MethodHead:
		if bodyAllowed(status) && w.Header()["Content-Length"] == nil {
			w.Header()["Content-Length"] = []string{strconv.Itoa(resp.Len())}
		}
	case resp.data != nil:
		n, err = w.Write(resp.data)
	default:
		n, err = io.WriteString(w, resp.text)
	}
	if err == nil {
		err = resp.err
	}
	r.s.outcome = Outcome{Status: status, Bytes: int64(n), Err: err}
}

// sendError writes an error page past the middleware: the last resort.
func (s *site) sendError(w http.ResponseWriter, r *Request, err error) {
	clear(w.Header())
	page := s.errorResponse(r, err)
	if page.sender != nil {
		page = defaultErrorPage(r, asError(err))
	}
	s.sendContent(w, r, &page)
}

func bodyAllowed(status int) bool {
	return status >= 200 && status != http.StatusNoContent && status != http.StatusNotModified
}

// adoptHeaders takes over what middleware set on a response that an error page replaces, but for
// what describes the old body.
func (p *Response) adoptHeaders(old *Response) {
	h := p.Header()
	for k, v := range old.header {
		switch k {
		case "Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition", "Etag", "Last-Modified", "Cache-Control", "Location":
			continue
		}
		if _, ok := h[k]; !ok {
			h[k] = v
		}
	}
	p.cookies = append(p.cookies, old.cookies...)
}

// commonTypes are Content-Type values as net/http holds them, to spare an allocation.
var commonTypes = map[string][]string{typeText: {typeText}, typeHTML: {typeHTML}, typeJSON: {typeJSON}}

// setHeaders copies the response's headers and cookies, and refuses values that would split them.
func setHeaders(dst http.Header, r *Request, resp *Response) error {
	if resp.header == nil && resp.contentType != "" {
		if v, ok := commonTypes[resp.contentType]; ok {
			dst["Content-Type"] = v
		} else if badHeaderValue(resp.contentType) != 0 {
			return badHeader("Content-Type")
		} else {
			dst["Content-Type"] = []string{resp.contentType}
		}
	}
	for k, values := range resp.header {
		for _, v := range values {
			if badHeaderValue(v) != 0 {
				return badHeader(k)
			}
		}
		dst[k] = values
	}
	if len(resp.cookies) == 0 {
		return nil
	}
	secure := r.s.site.SecureCookies || r.IsSecure()
	now := time.Now()
	for _, c := range resp.cookies {
		v, err := c.header(secure, now)
		if err != nil {
			return err
		}
		dst["Set-Cookie"] = append(dst["Set-Cookie"], v)
	}
	return nil
}

// ErrBadHeader is the cause of the 400 for a response header whose value holds a line break or a
// NUL byte (Django's BadHeaderError): such a value was taken from the request unchecked.
var ErrBadHeader = errors.New("a header value holds a line break or a NUL byte")

func badHeader(name string) error {
	return &Error{Status: http.StatusBadRequest, Message: "This request would make a header of the response that is not valid.", Cause: &headerError{name}}
}

type headerError struct{ name string }

func (e *headerError) Error() string { return "header " + e.name + ": " + ErrBadHeader.Error() }
func (e *headerError) Unwrap() error { return ErrBadHeader }

// badHeaderValue returns the first byte that may not stand in a field value, 0 if there is none.
func badHeaderValue(v string) byte {
	for i := 0; i < len(v); i++ {
		if c := v[i]; c < ' ' && c != '\t' || c == 0x7f {
			if c == 0 {
				return 0x7f
			}
			return c
		}
	}
	return 0
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

// Flush sends what is buffered.
func (t *trackingWriter) Flush() {
	if t.status == 0 {
		t.status = http.StatusOK
	}
	_ = http.NewResponseController(t.ResponseWriter).Flush()
}
