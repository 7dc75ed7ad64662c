package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

type bodyState int

const (
	bodyUnread bodyState = iota
	bodyRead             // in state.body, or failed with state.bodyErr
	bodyGone             // given away by Reader, or parsed as a multipart form
)

// ErrBodyConsumed is returned by [Request.Body], [Request.Form] and [Request.JSON] after the body
// was read as a stream (Django's RawPostDataException).
var ErrBodyConsumed = errors.New("the body of this request was already read as a stream")

// ContentType returns the media type of the body in lower case, without parameters.
func (r *Request) ContentType() string {
	t, _ := r.contentType()
	return t
}

// ContentParams returns the parameters of the content type: charset, boundary.
func (r *Request) ContentParams() map[string]string {
	_, p := r.contentType()
	return p
}

func (r *Request) contentType() (string, map[string]string) {
	h := r.Header.Get("Content-Type")
	if t, p, err := mime.ParseMediaType(h); err == nil {
		return t, p
	}
	t, _, _ := strings.Cut(h, ";")
	return strings.ToLower(strings.TrimSpace(t)), nil
}

// Body returns the whole body. A body over Limits.Body is a 413; one that the client broke off a
// 400. The slice belongs to the request: it is not to be changed.
func (r *Request) Body() ([]byte, error) {
	in := r.s.input()
	switch in.bodyState {
	case bodyGone:
		return nil, ErrBodyConsumed
	case bodyUnread:
		in.bodyState = bodyRead
		in.body, in.bodyErr = r.readBody()
	}
	return in.body, in.bodyErr
}

func (r *Request) readBody() ([]byte, error) {
	raw, limit := r.s.raw, r.s.limits.Body
	if raw.Body == nil || raw.Body == http.NoBody {
		return nil, nil
	}
	if exceeds(raw.ContentLength, limit) {
		return nil, tooLarge(limit)
	}
	var buf bytes.Buffer
	if raw.ContentLength > 0 {
		buf.Grow(int(min(raw.ContentLength, 64<<10)) + bytes.MinRead)
	}
	if _, err := buf.ReadFrom(r.limited(limit)); err != nil {
		return nil, readError(err, limit)
	}
	return buf.Bytes(), nil
}

// limited returns the body with an error past limit bytes.
func (r *Request) limited(limit int64) io.Reader {
	body := r.s.countBody()
	if limit < 0 {
		return body
	}
	return http.MaxBytesReader(r.s.w, body, limit)
}

// countBody returns the body, counted once: what middleware of net/http makes of it is not.
func (s *state) countBody() io.ReadCloser {
	body := s.raw.Body
	if body == nil || body == http.NoBody {
		return body
	}
	switch c := &s.input().counted; c.of {
	case nil:
		c.ReadCloser, c.of = body, s.raw
		return c
	case s.raw:
		return c
	}
	return body
}

// countedBody is a body that knows how much of it was read. A reverse proxy may still read it when
// the handler has returned.
type countedBody struct {
	io.ReadCloser
	of *http.Request
	n  atomic.Int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}

// Reader gives the body as a stream, bounded by Limits.Upload: reading past it fails with a 413
// error. Body, Form and JSON can't be used afterwards.
func (r *Request) Reader() io.Reader {
	s, in := r.s, r.s.input()
	switch {
	case in.bodyState == bodyRead:
		return bytes.NewReader(in.body)
	case s.raw.Body == nil:
		return http.NoBody
	}
	in.bodyState = bodyGone
	return &streamReader{r.limited(s.limits.Upload), s.limits.Upload}
}

type streamReader struct {
	io.Reader
	limit int64
}

func (s *streamReader) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil && err != io.EOF {
		err = readError(err, s.limit)
	}
	return n, err
}

// readError says what went wrong with a body as the client has to know it.
func readError(err error, limit int64) error {
	var max *http.MaxBytesError
	var web *Error
	switch {
	case errors.As(err, &web):
		return err
	case errors.As(err, &max):
		return tooLarge(limit)
	}
	return NewError(http.StatusBadRequest, "The body of this request could not be read to its end.", err)
}

func tooLarge(limit int64) error {
	return NewError(http.StatusRequestEntityTooLarge, "The body of this request is larger than the "+byteSize(limit)+" that are accepted here.", nil)
}

// JSON decodes the body into the value that v points to. A body that isn't declared as JSON is a
// 415; one that is malformed, holds invalid UTF-8, doesn't fit v or goes on after its value a 400
// that names the place.
func (r *Request) JSON(v any) error {
	if t := r.ContentType(); t != "application/json" && !strings.HasSuffix(t, "+json") {
		return NewError(http.StatusUnsupportedMediaType, "Send JSON, with the header Content-Type: application/json.", nil)
	}
	body, err := r.Body()
	if err != nil {
		return err
	}
	if !utf8.Valid(body) {
		return BadRequest("The JSON of this request is not valid UTF-8.")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if err := dec.Decode(v); err != nil {
		return NewError(http.StatusBadRequest, jsonMessage(err, body), err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return BadRequest("The JSON of this request goes on after its first value.")
	}
	return nil
}

func jsonMessage(err error, body []byte) string {
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return "The JSON of this request is malformed at " + place(body, syntax.Offset) + "."
	case errors.As(err, &typ):
		field := ""
		if typ.Field != "" {
			field = ` in field "` + typ.Field + `"`
		}
		value, _, _ := strings.Cut(typ.Value, " ") // without a number's digits
		return "The JSON of this request holds a value of type " + value + field + " where " + jsonKind(typ.Type) + " is needed."
	case err == io.EOF:
		return "This request has no body; JSON is needed."
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "The JSON of this request ends too early."
	}
	return "The JSON of this request does not fit."
}

// jsonKind names what a Go type is in JSON.
func jsonKind(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return jsonKind(t.Elem())
	case reflect.Bool:
		return "a boolean"
	case reflect.String:
		return "a string"
	case reflect.Float32, reflect.Float64:
		return "a number"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "an integer in its range"
	}
	return "another type"
}

// place tells line and column of a byte offset.
func place(body []byte, offset int64) string {
	before := body[:max(0, min(int(offset)-1, len(body)))]
	line := bytes.Count(before, []byte("\n")) + 1
	column := len(before) - bytes.LastIndexByte(before, '\n')
	return "line " + strconv.Itoa(line) + ", column " + strconv.Itoa(column)
}
