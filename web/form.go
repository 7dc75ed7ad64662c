package web

import (
	"encoding/base64"
	"errors"
	"html"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
)

// A Form is what a POST, PUT or PATCH sent as a form: its fields, as the embedded [Values], and
// its files (Django's request.POST and request.FILES).
type Form struct {
	Values
	files []*File
}

// File returns the last file sent under a name, nil if there is none or it was left empty.
func (f *Form) File(name string) *File {
	for i := len(f.files) - 1; i >= 0; i-- {
		if f.files[i].Field == name {
			return f.files[i]
		}
	}
	return nil
}

// Files returns all files sent under a name, in order.
func (f *Form) Files(name string) []*File {
	var list []*File
	for _, file := range f.files {
		if file.Field == name {
			list = append(list, file)
		}
	}
	return list
}

// AllFiles returns all files of the form, in order.
func (f *Form) AllFiles() []*File { return f.files }

func (f *Form) remove() {
	for _, file := range f.files {
		file.remove()
	}
}

// Form parses the body as a form: application/x-www-form-urlencoded or multipart/form-data. A
// request with another body, or none, has an empty form. A form that breaks [Limits], is malformed,
// or holds NUL bytes or invalid UTF-8 is an error (400 or 413), and stays one.
func (r *Request) Form() (*Form, error) {
	in := r.s.input()
	if in.form == nil && in.formErr == nil {
		if in.form, in.formErr = r.parseForm(); in.form == nil {
			in.form = &Form{}
		}
	}
	if in.formErr != nil {
		return nil, in.formErr
	}
	return in.form, nil
}

func (r *Request) parseForm() (*Form, error) {
	t, params := r.contentType()
	switch t {
	case "application/x-www-form-urlencoded":
		return r.parseURLEncoded(params["charset"])
	case "multipart/form-data":
		return r.parseMultipart(params)
	}
	return nil, nil
}

// parseURLEncoded reads a form that is encoded like a query. Since HTML5 its encoding is UTF-8
// (Django 5.0 refuses others, too).
func (r *Request) parseURLEncoded(charset string) (*Form, error) {
	if charset != "" && !strings.EqualFold(charset, "utf-8") && !strings.EqualFold(charset, "us-ascii") {
		return nil, BadRequest("Forms have to be sent in UTF-8.")
	}
	body, err := r.Body()
	if err != nil {
		return nil, err
	}
	text := string(body)
	if exceeds(strings.Count(text, "&")+1, r.s.limits.Fields) {
		return nil, errTooManyFields
	}
	if !cleanText(unescapeQuery(text)) {
		return nil, errDirtyForm
	}
	return &Form{Values: ParseValues(text)}, nil
}

var (
	errTooManyFields = BadRequest("The form has too many fields.")
	errTooManyFiles  = BadRequest("The form has too many files.")
	errDirtyForm     = BadRequest("The form holds a NUL byte or text that is not valid UTF-8.")
)

// parseMultipart reads multipart/form-data (RFC 7578).
func (r *Request) parseMultipart(params map[string]string) (*Form, error) {
	boundary := params["boundary"]
	if !validBoundary(boundary) {
		return nil, BadRequest("The multipart form has no valid boundary.")
	}
	s, in := r.s, r.s.input()
	if in.bodyState == bodyGone {
		return nil, ErrBodyConsumed
	}
	if s.raw.Body == nil || s.raw.Body == http.NoBody {
		return nil, nil
	}
	if exceeds(s.raw.ContentLength, s.limits.Upload) {
		return nil, tooLarge(s.limits.Upload)
	}
	var src io.Reader
	if in.bodyState == bodyRead {
		if in.bodyErr != nil {
			return nil, in.bodyErr
		}
		src = r.Reader()
	} else {
		in.bodyState = bodyGone
		src = r.limited(s.limits.Upload)
	}
	p := &formParser{limits: *s.limits, memory: s.limits.Body, form: &Form{}}
	if err := p.parse(multipart.NewReader(src, boundary)); err != nil {
		p.form.remove()
		return nil, p.explain(err)
	}
	return p.form, nil
}

// validBoundary is RFC 2046, section 5.1.1, with the 200 characters that Django allows.
func validBoundary(b string) bool {
	if b == "" || len(b) > 200 || b[len(b)-1] == ' ' {
		return false
	}
	for i := 0; i < len(b); i++ {
		if b[i] < ' ' || b[i] > '~' {
			return false
		}
	}
	return true
}

// formParser collects the parts of a multipart form within the limits.
type formParser struct {
	limits        Limits
	memory        int64 // bytes of fields that may still come
	fields, files int
	form          *Form
}

func (p *formParser) parse(mr *multipart.Reader) error {
	for {
		part, err := mr.NextRawPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := p.part(part); err != nil {
			return err
		}
	}
}

func (p *formParser) part(part *multipart.Part) error {
	disposition, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil || disposition != "form-data" {
		return errors.New("a part without Content-Disposition: form-data")
	}
	// Browsers escape what can't stand in a header; Django takes character references apart, too.
	name, filename := params["name"], html.UnescapeString(params["filename"])
	if !cleanText(name) || !cleanText(filename) {
		return errDirtyForm
	}
	if name == "" { // as in Django: a control without a name sends nothing
		return p.countField()
	}
	var body io.Reader = part
	if strings.EqualFold(strings.TrimSpace(part.Header.Get("Content-Transfer-Encoding")), "base64") {
		body = base64.NewDecoder(base64.StdEncoding, part)
	}
	if filename != "" { // an empty file control sends an empty name; Django makes it an empty field
		return p.file(name, filename, part.Header.Get("Content-Type"), body)
	}
	return p.field(name, body)
}

func (p *formParser) countField() error {
	if p.fields++; exceeds(p.fields, p.limits.Fields) {
		return errTooManyFields
	}
	return nil
}

func (p *formParser) field(name string, body io.Reader) error {
	if err := p.countField(); err != nil {
		return err
	}
	src := body
	if p.memory >= 0 {
		src = io.LimitReader(body, p.memory-int64(len(name))+1)
	}
	value, err := io.ReadAll(src)
	if err != nil {
		return err
	}
	if p.memory >= 0 {
		if p.memory -= int64(len(name) + len(value)); p.memory < 0 {
			return tooLarge(p.limits.Body)
		}
	}
	if !cleanText(string(value)) {
		return errDirtyForm
	}
	p.form.add(name, string(value))
	return nil
}

func (p *formParser) file(field, filename, contentType string, body io.Reader) error {
	if p.files++; exceeds(p.files, p.limits.Files) {
		return errTooManyFiles
	}
	name := SafeFilename(filename)
	if name == "" { // nothing but dots and slashes
		_, err := io.Copy(io.Discard, body)
		return err
	}
	f := &File{Field: field, Name: name}
	f.ContentType, f.ContentParams, _ = mime.ParseMediaType(contentType)
	if err := f.fill(body, p.limits.FileMemory); err != nil {
		return err
	}
	p.form.files = append(p.form.files, f)
	return nil
}

// explain makes the error for the client.
func (p *formParser) explain(err error) error {
	var web *Error
	var max *http.MaxBytesError
	switch {
	case errors.As(err, &web):
		return err
	case errors.As(err, &max):
		return tooLarge(p.limits.Upload)
	case isStorageError(err):
		return err
	}
	return NewError(http.StatusBadRequest, "The multipart form is malformed or was broken off.", err)
}
