package asgi

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

type phase int

const (
	phaseIdle     phase = iota // nothing sent
	phaseBody                  // started, body to come
	phaseTrailers              // body complete, trailers to come
	phaseComplete
)

// A Response turns response events into calls of an http.ResponseWriter, as
// [NewHandler] does: for servers that hold the events themselves. It is for one
// goroutine at a time.
type Response struct {
	w  http.ResponseWriter
	r  *http.Request
	rc http.ResponseController
	// duplex is called before the header is written and told whether more of
	// the response will follow.
	duplex func(more bool)

	phase       phase
	status      int
	headers     Headers
	trailers    bool  // the application will send trailers
	wroteHeader bool  // the header has been handed to w
	length      int64 // declared length of the body, -1 when none is
	written     int64
	unflushed   bool // a part of the body may lie in a buffer
	part        [1][]byte
}

// NewResponse returns the response to a request of net/http. Nothing is sent
// yet.
func NewResponse(w http.ResponseWriter, r *http.Request) *Response {
	return &Response{w: w, r: r, rc: *http.NewResponseController(w)}
}

// Send takes one event of an HTTP response. A mistake in it is a
// *[ProtocolError], which leaves the response as it was; any other error is that
// of a file that can't be opened, or, once [Response.Started], of the connection.
// A part of the body may stay in a buffer until [Response.Flush] or the end.
func (p *Response) Send(event Event) error {
	switch e := event.(type) {
	case *HTTPResponseStart:
		return p.begin(e, e.Type())
	case *HTTPResponseBody:
		p.part[0] = e.Body
		return p.body(e.Type(), p.part[:], e.MoreBody)
	case *HTTPResponseTrailers:
		return p.sendTrailers(e)
	case *HTTPResponseEarlyHint:
		return p.earlyHint(e)
	case *HTTPResponsePush:
		return p.push(e)
	case *HTTPResponsePathSend:
		return p.sendPath(e)
	case *HTTPResponseZeroCopySend:
		return p.sendFile(e)
	}
	return protocolError(event.Type(), "not an event of an HTTP response")
}

// Started reports whether the client may have got the head of the response.
func (p *Response) Started() bool { return p.wroteHeader }

// Complete reports whether all of the response was sent.
func (p *Response) Complete() bool { return p.phase == phaseComplete }

// noBody reports whether the response's body must not be written (RFC 9110,
// section 6.4.1).
func (p *Response) noBody() bool {
	return p.r.Method == http.MethodHead || p.status == http.StatusNoContent || p.status == http.StatusNotModified
}

func (p *Response) begin(e *HTTPResponseStart, event string) error {
	if p.phase != phaseIdle {
		return protocolError(event, "the response has already been started")
	}
	if e.Status < 200 || e.Status > 999 {
		return protocolError(event, "invalid status "+strconv.Itoa(e.Status))
	}
	if err := checkHeaders(event, e.Headers); err != nil {
		return err
	}
	length, err := contentLength(event, e.Headers)
	if err != nil {
		return err
	}
	p.phase, p.status, p.headers, p.trailers, p.length = phaseBody, e.Status, e.Headers, e.Trailers, length
	// The event belongs to the application again once send has returned.
	p.headers = append(Headers(nil), e.Headers...)
	return nil
}

// expectBody checks that n further bytes of body may be sent now.
func (p *Response) expectBody(event string, n int64, more bool) error {
	switch p.phase {
	case phaseIdle:
		return protocolError(event, "sent before the response was started")
	case phaseTrailers, phaseComplete:
		return protocolError(event, "sent after the body was complete")
	}
	if p.length < 0 || p.noBody() {
		return nil
	}
	if n > p.length-p.written {
		return protocolError(event, fmt.Sprintf("the body is longer than its content-length %d", p.length))
	}
	if !more && p.written+n < p.length {
		return protocolError(event, fmt.Sprintf("the body ends %d bytes short of its content-length", p.length-p.written-n))
	}
	return nil
}

// SendBody sends several parts of the body, as events of type http.response.body
// would, one for each; more says that the last of them is not the end. Writers
// that can send them at once do. The parts are the caller's again afterwards.
func (p *Response) SendBody(parts [][]byte, more bool) error {
	return p.body((*HTTPResponseBody)(nil).Type(), parts, more)
}

func (p *Response) body(event string, parts [][]byte, more bool) error {
	n := int64(0)
	for _, part := range parts {
		n += int64(len(part))
	}
	if err := p.expectBody(event, n, more); err != nil {
		return err
	}
	p.writeHeader(more)
	p.written += n
	if n > 0 && !p.noBody() {
		if err := p.write(parts); err != nil {
			return err
		}
	}
	p.endPart(more)
	return nil
}

// buffersWriter is a writer that sends several parts at once, as package server's
// over HTTP/1.
type buffersWriter interface {
	WriteBuffers(parts [][]byte) (int64, error)
}

func (p *Response) write(parts [][]byte) error {
	if w, ok := p.w.(buffersWriter); ok && len(parts) > 1 {
		_, err := w.WriteBuffers(parts)
		return err
	}
	for _, part := range parts {
		if _, err := p.w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// endPart follows a written part of the body.
func (p *Response) endPart(more bool) {
	p.unflushed = more
	if more {
		return
	}
	p.phase = phaseComplete
	if p.trailers {
		p.phase = phaseTrailers
	}
}

// Flush makes what was sent of a body that is not complete visible to the
// client; writers that cannot flush do so on their own.
func (p *Response) Flush() error {
	if !p.unflushed {
		return nil
	}
	p.unflushed = false
	if err := p.rc.Flush(); err != nil && !isNotSupported(err) {
		return err
	}
	return nil
}

// writeHeader hands the header to w, once; more says that the part of the body
// that follows is not the last.
func (p *Response) writeHeader(more bool) {
	if p.wroteHeader {
		return
	}
	p.wroteHeader = true
	header := p.w.Header()
	for i, field := range p.headers {
		name := http.CanonicalHeaderKey(field.Name)
		if p.isHop(name) {
			continue
		}
		// The application's fields replace those of the handlers around it,
		// but for the two lists that everyone adds to.
		if name != "Set-Cookie" && name != "Vary" && !p.headers[:i].has(field.Name) {
			delete(header, name)
		}
		header[name] = append(header[name], field.Value)
	}
	if _, ok := header["Content-Type"]; !ok {
		// Keep net/http from guessing one.
		header["Content-Type"] = nil
	}
	if p.duplex != nil {
		p.duplex(more) // has the last word on Connection
	}
	p.w.WriteHeader(p.status)
}

// isHop reports whether a field belongs to the connection and not to the
// application: the framing always (RFC 9112, section 6.1), all of them from
// HTTP/2 on (RFC 9113, section 8.2.2).
func (p *Response) isHop(name string) bool {
	switch name {
	case "Transfer-Encoding":
		return true
	case "Connection", "Keep-Alive", "Proxy-Connection", "Upgrade":
		return p.r.ProtoMajor >= 2
	}
	return false
}

func (p *Response) sendTrailers(e *HTTPResponseTrailers) error {
	if p.phase != phaseTrailers {
		return protocolError(e.Type(), "sent before the end of the body, or not announced by http.response.start")
	}
	if err := checkHeaders(e.Type(), e.Headers); err != nil {
		return err
	}
	wanted := headerHasToken(p.r.Header["Te"], "trailers")
	for _, field := range e.Headers {
		name := http.CanonicalHeaderKey(field.Name)
		switch name {
		case "Content-Length", "Transfer-Encoding", "Trailer", "Host", "Connection", "Upgrade":
			return protocolError(e.Type(), "header "+field.Name+" is not allowed in trailers")
		}
		if wanted {
			p.w.Header().Add(http.TrailerPrefix+name, field.Value)
		}
	}
	if !e.MoreTrailers {
		p.phase = phaseComplete
	}
	return nil
}

// earlyHint accepts the event before the start too: a handler that sends 103
// does not know its final status yet.
func (p *Response) earlyHint(e *HTTPResponseEarlyHint) error {
	if !p.r.ProtoAtLeast(1, 1) {
		return protocolError(e.Type(), "HTTP/1.0 has no interim responses")
	}
	if p.phase == phaseComplete {
		return protocolError(e.Type(), "sent after the response was complete")
	}
	for _, link := range e.Links {
		if !validFieldValue(link) {
			return protocolError(e.Type(), "invalid link: control character")
		}
	}
	if p.wroteHeader || len(e.Links) == 0 {
		return nil
	}
	// The header so far belongs to the final response only.
	header := p.w.Header()
	kept := header.Clone()
	clear(header)
	header["Link"] = append([]string(nil), e.Links...)
	p.w.WriteHeader(http.StatusEarlyHints)
	clear(header)
	for name, values := range kept {
		header[name] = values
	}
	return nil
}

func (p *Response) push(e *HTTPResponsePush) error {
	if !canPush(p.w, p.r) {
		return protocolError(e.Type(), "the connection cannot push")
	}
	if p.phase != phaseBody {
		return protocolError(e.Type(), "not sent between start and end of the response")
	}
	if !strings.HasPrefix(e.Path, "/") {
		return protocolError(e.Type(), "the path does not begin with a slash")
	}
	if err := checkHeaders(e.Type(), e.Headers); err != nil {
		return err
	}
	target := url.URL{Path: e.Path}
	// An attempt is all the specification asks for.
	_ = p.w.(http.Pusher).Push(target.EscapedPath(), &http.PushOptions{Header: e.Headers.HTTP()})
	return nil
}

func (p *Response) sendPath(e *HTTPResponsePathSend) error {
	if p.phase == phaseBody && p.wroteHeader {
		return protocolError(e.Type(), "mixed with other parts of the body")
	}
	if !filepath.IsAbs(e.Path) {
		return protocolError(e.Type(), "the path is not absolute")
	}
	if p.phase != phaseBody {
		return p.expectBody(e.Type(), 0, false)
	}
	file, err := os.Open(e.Path)
	if err != nil {
		return fmt.Errorf("send path: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("send path: %w", err)
	}
	if !info.Mode().IsRegular() {
		return protocolError(e.Type(), "not a regular file")
	}
	size := info.Size()
	if err := p.expectBody(e.Type(), size, false); err != nil {
		return err
	}
	if p.length < 0 && p.status != http.StatusNoContent && p.status != http.StatusNotModified {
		// Without a length the body is sent in chunks, and copied.
		p.length = size
		p.headers = append(p.headers, Header{"content-length", strconv.FormatInt(size, 10)})
	}
	return p.copy(file, size, false)
}

func (p *Response) sendFile(e *HTTPResponseZeroCopySend) error {
	if e.File == nil {
		return protocolError(e.Type(), "no file")
	}
	if e.Offset != nil && *e.Offset < 0 || e.Count != nil && *e.Count < 0 {
		return protocolError(e.Type(), "negative offset or count")
	}
	if p.phase != phaseBody {
		return p.expectBody(e.Type(), 0, true)
	}
	info, err := e.File.Stat()
	if err != nil {
		return fmt.Errorf("send file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return protocolError(e.Type(), "not a regular file")
	}
	var offset int64
	if e.Offset != nil {
		offset = *e.Offset
	} else if offset, err = e.File.Seek(0, io.SeekCurrent); err != nil {
		return fmt.Errorf("send file: %w", err)
	}
	count := max(info.Size()-offset, 0)
	if e.Count != nil {
		count = min(count, *e.Count)
	}
	if err := p.expectBody(e.Type(), count, e.MoreBody); err != nil {
		return err
	}
	if e.Offset != nil {
		// Seeking would disturb others who read the same file.
		return p.copy(io.NewSectionReader(e.File, offset, count), count, e.MoreBody)
	}
	return p.copy(e.File, count, e.MoreBody)
}

// copy writes n bytes of src as a part of the body.
func (p *Response) copy(src io.Reader, n int64, more bool) error {
	p.writeHeader(more)
	p.written += n
	if !p.noBody() {
		if copied, err := io.CopyN(p.w, src, n); err != nil {
			return fmt.Errorf("send file: after %d of %d bytes: %w", copied, n, err)
		}
	}
	p.endPart(more)
	return nil
}
