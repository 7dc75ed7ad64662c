package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/nuages-web/nuages/signing"
)

// A Response is what a view answers: a status, headers, cookies and a body. It is a value, made by
// [Text], [HTML], [JSON], [Redirect], [OpenFile], [Stream], [SSE] and others and refined in steps that
// return a new one:
//
//	return web.JSON(order).WithStatus(201).WithHeader("Location", url), nil
//
// The zero Response is an empty 200. Middleware changes a response in place, through [Response.Header]
// and the Set methods; nothing is written before the outermost layer has returned. A response
// belongs to one request: a view makes a new one each time. To keep one for later, as a cache does, copy
// its Status, a clone of its Header and its Content, since its headers become the connection's own.
type Response struct {
	// Status is the HTTP status; 0 means 200.
	Status int

	// These are seven words with Status: with an error they fit into the registers that a function
	// returns its results in, which is felt when seven layers pass a response on.
	contentType string // while header is nil
	header      http.Header
	sender      Sender        // the body; nil for none
	more        *responseMore // what few responses have; never changed, only replaced
}

// responseMore is kept apart so that a response stays small.
type responseMore struct {
	adopted  bool // header is the connection's own: see Request.adopt
	cookies  []Cookie
	wrappers []Wrapper
	made     *Request  // that the sender belongs to, as the layer had it that answered
	redirect *redirect // until the view's layer has checked it
	err      error     // cause of an error page, or a mistake of the step that made the response
	bad      bool      // err is a mistake, found before the response leaves the view's layer
}

// What most responses have.
var (
	nothingMore = &responseMore{}
	onlyAdopted = &responseMore{adopted: true}
)

// memory is a body that is held in memory, as text or, where that is nil, as bytes.
type memory struct {
	text string
	data []byte
}

// write writes the body alone.
func (m *memory) write(w io.Writer) (int, error) {
	if m.data != nil {
		return w.Write(m.data)
	}
	return io.WriteString(w, m.text)
}

// Send is what a Sender has to have; the edge does more for bodies in memory.
func (m *memory) Send(w http.ResponseWriter, _ *Request, status int) error {
	w.WriteHeader(status)
	_, err := m.write(w)
	return err
}

func (m *memory) len() int { return len(m.text) + len(m.data) }

// extra returns what few responses have, to read.
func (p *Response) extra() *responseMore {
	if p.more == nil {
		return nothingMore
	}
	return p.more
}

// edit returns a copy of it that is the response's own, to change.
func (p *Response) edit() *responseMore {
	m := *p.extra()
	p.more = &m
	return &m
}

// A Sender writes a body that isn't held in memory. Send is called once, with all headers set; it
// calls w.WriteHeader(status) or leaves that to the first Write. An error before the first byte
// becomes an error page, one after it breaks the connection off, so that the client notices.
//
// A Sender with a method Prepare(*Request) error is asked before the response leaves the view's
// layer; an error there is answered like one from the view.
type Sender interface {
	Send(w http.ResponseWriter, r *Request, status int) error
}

type preparer interface{ Prepare(*Request) error }

// A Wrapper puts a writer in front of the connection's, for a body that a Sender writes: to
// compress or count it. The function that it returns is called after the last byte of a body that
// came to its end; not where the Sender failed.
type Wrapper func(w http.ResponseWriter, r *Request) (http.ResponseWriter, func() error)

const (
	typeText = "text/plain; charset=utf-8"
	typeHTML = "text/html; charset=utf-8"
	typeJSON = "application/json"
)

// Text answers with plain text in UTF-8.
func Text(s string) Response { return Response{contentType: typeText, sender: &memory{text: s}} }

// HTML answers with HTML in UTF-8, as it stands: nothing is escaped.
func HTML(s string) Response { return Response{contentType: typeHTML, sender: &memory{text: s}} }

// Bytes answers with a body of the given media type. The slice must not change afterwards.
func Bytes(contentType string, b []byte) Response {
	if b == nil {
		b = []byte{}
	}
	return Response{contentType: contentType, sender: &memory{data: b}}
}

// JSON answers with v as encoding/json writes it, without HTML escaping and without a final
// newline. A value that can't be encoded is an error: a 500.
func JSON(v any) Response {
	e := jsonEncoders.Get().(*jsonEncoder)
	e.buf.Reset()
	if err := e.enc.Encode(v); err != nil {
		return Failed(fmt.Errorf("encode JSON: %w", err)) // the encoder keeps its error: don't reuse it
	}
	b := bytes.Clone(bytes.TrimSuffix(e.buf.Bytes(), []byte("\n")))
	if e.buf.Cap() <= maxPooled {
		jsonEncoders.Put(e)
	}
	return Response{contentType: typeJSON, sender: &memory{data: b}}
}

// jsonEncoder is an encoder with its buffer. Bodies are copied out of it, as nobody can tell when the
// last reader of a body, such as a cache, is done.
type jsonEncoder struct {
	buf bytes.Buffer
	enc *json.Encoder
}

// maxPooled is the size in bytes up to which buffers are kept.
const maxPooled = 64 << 10

var jsonEncoders = sync.Pool{New: func() any {
	e := &jsonEncoder{}
	e.enc = json.NewEncoder(&e.buf)
	e.enc.SetEscapeHTML(false)
	return e
}}

// NoContent answers 204, without a body.
func NoContent() Response { return Response{Status: http.StatusNoContent} }

// NotModified answers 304, without a body.
func NotModified() Response { return Response{Status: http.StatusNotModified} }

// Send answers with a body that s writes.
func Send(contentType string, s Sender) Response {
	return Response{contentType: contentType, sender: s}
}

// Failed is a response whose making went wrong: it is answered like the error that a view returns. It
// is for functions that give a response and nothing else.
func Failed(err error) Response { return Response{more: &responseMore{err: err, bad: true}} }

// StatusCode returns the status, 200 where none is set.
func (p *Response) StatusCode() int {
	if p.Status == 0 {
		return http.StatusOK
	}
	return p.Status
}

// Header returns the headers, to read and to change. Keys that are set directly have to be in
// canonical form.
func (p *Response) Header() http.Header {
	if p.header == nil {
		p.header = make(http.Header, 8)
		if p.contentType != "" {
			p.header["Content-Type"] = []string{p.contentType}
		}
	}
	return p.header
}

// ContentType returns the Content-Type header.
func (p *Response) ContentType() string {
	if p.header == nil {
		return p.contentType
	}
	return p.header.Get("Content-Type")
}

// Err returns the cause of an error page, nil for other responses.
func (p *Response) Err() error { return p.extra().err }

// Streaming tells whether the body is written by a Sender, so that its length and bytes are not
// known beforehand. A template that isn't rendered yet does not count.
func (p *Response) Streaming() bool {
	switch p.sender.(type) {
	case nil, *memory, *TemplateBody:
		return false
	}
	return true
}

// Content returns the body if it is held in memory, rendering a template if need be. It returns
// nil, nil for streaming bodies; an empty body is not nil. The slice is not to be changed; use
// SetContent.
func (p *Response) Content(r *Request) ([]byte, error) {
	switch body := p.sender.(type) {
	case nil:
		return []byte{}, nil
	case *memory:
		if body.data == nil {
			body = &memory{data: append(make([]byte, 0, len(body.text)), body.text...)}
			p.sender = body
		}
		return body.data, nil
	case *TemplateBody:
		if made := p.extra().made; made != nil {
			r = made
		}
		b, err := body.render(r)
		if err != nil {
			return nil, err
		}
		p.sender = &memory{data: b}
		return b, nil
	}
	return nil, nil
}

// Len returns the length of a body in memory in bytes, -1 for others.
func (p *Response) Len() int {
	switch body := p.sender.(type) {
	case nil:
		return 0
	case *memory:
		return body.len()
	}
	return -1
}

// SetContent replaces the body.
func (p *Response) SetContent(b []byte) {
	if b == nil {
		b = []byte{}
	}
	if more := p.extra(); more.wrappers != nil || more.made != nil {
		m := p.edit()
		m.wrappers, m.made = nil, nil
	}
	p.sender = &memory{data: b}
}

// Wrap puts a writer around the body of a Sender; the last one added is the closest to the
// connection. It has no effect on bodies in memory.
func (p *Response) Wrap(w Wrapper) {
	m := p.edit()
	m.wrappers = append(slices.Clip(m.wrappers), w)
}

// Template returns the template that is still to be rendered, nil if there is none. Middleware may
// change its name and data.
func (p *Response) Template() *TemplateBody {
	t, _ := p.sender.(*TemplateBody)
	return t
}

// SetCookie adds a cookie, or replaces one of the same name, path and domain.
func (p *Response) SetCookie(c Cookie) {
	m := p.edit()
	m.cookies = slices.Clone(m.cookies)
	for i, old := range m.cookies {
		if old.Name == c.Name && old.Path == c.Path && old.Domain == c.Domain {
			m.cookies[i] = c
			return
		}
	}
	m.cookies = append(m.cookies, c)
}

// Cookies returns the cookies that the response sets.
func (p *Response) Cookies() []Cookie { return p.extra().cookies }

// ownHeader gives the response headers that no other response shares, to change.
func (p *Response) ownHeader() http.Header {
	if p.header != nil {
		p.header = p.header.Clone()
		if p.extra().adopted {
			p.edit().adopted = false
		}
	}
	return p.Header()
}

// WithStatus returns the response with another status.
func (p Response) WithStatus(status int) Response {
	p.Status = status
	return p
}

// WithHeader returns the response with a header set. A control character in the value, or a name that
// is not one, is answered with a 400, as it can only come from outside: [ErrBadHeader].
func (p Response) WithHeader(name, value string) Response {
	p.ownHeader().Set(name, value)
	return p
}

// WithAddedHeader returns the response with one more value of a header.
func (p Response) WithAddedHeader(name, value string) Response {
	p.ownHeader().Add(name, value)
	return p
}

// WithCookie returns the response with a cookie.
func (p Response) WithCookie(c Cookie) Response {
	p.SetCookie(c)
	return p
}

// WithoutCookie returns the response with an order to delete a cookie. Path and domain have to be
// those it was set with, "" for the defaults.
func (p Response) WithoutCookie(name, path, domain string) Response {
	return p.WithCookie(Cookie{Name: name, Path: path, Domain: domain, MaxAge: -1, Expires: time.Unix(0, 0)})
}

// WithSignedCookie returns the response with a cookie whose value is signed in Django's format,
// for [Request.SignedCookie]. The salt keeps values of different purposes apart; "" is fine.
func (p Response) WithSignedCookie(r *Request, salt string, c Cookie) Response {
	signer := r.s.site.Cookies
	if signer == nil {
		return Failed(ErrNoCookieSigner)
	}
	c.Value = signer.Sign(signing.Cookie{Name: c.Name, Salt: salt}, c.Value)
	return p.WithCookie(c)
}

// inMemory tells whether the body is there already.
func (p *Response) inMemory() bool {
	_, ok := p.sender.(*memory)
	return ok
}

// upgrades tells whether the response is a switch to WebSocket.
func (p *Response) upgrades() bool {
	_, ok := p.sender.(*webSocketBody)
	return ok
}

// prepare finds the mistakes of a response while they can still become an error page.
//
// It also remembers the request: what layers have put into its context is meant for the sender,
// which runs when they have returned.
func (p *Response) prepare(r *Request) error {
	more := p.extra()
	if more.bad {
		return more.err
	}
	if more.made == nil && p.sender != nil && !p.inMemory() {
		more = p.edit()
		more.made = r
	}
	if s := p.Status; s != 0 && (s < 200 || s > 599) && !p.upgrades() {
		return fmt.Errorf("the response has the status %d, which ends no request", s)
	}
	if more.redirect != nil {
		return p.settleRedirect(r)
	}
	if s, ok := p.sender.(preparer); ok {
		return s.Prepare(r)
	}
	return nil
}
