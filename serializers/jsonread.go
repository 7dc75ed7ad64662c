package serializers

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// source reads text object by object, and counts lines.
type source struct {
	r      *bufio.Reader
	limits Limits
	line   int // of what is read next
}

func newSource(r io.Reader, limits Limits) source {
	return source{bufio.NewReaderSize(r, 64<<10), limits.complete(), 1}
}

func (s *source) errorf(line int, format string, args ...any) error {
	return &Error{Line: line, Err: fmt.Errorf(format, args...)}
}

func (s *source) tooLong(line int) error {
	return s.errorf(line, "an object has more than %d bytes", s.limits.ObjectBytes)
}

// readByte returns the next byte.
func (s *source) readByte() (byte, error) {
	c, err := s.r.ReadByte()
	if err == nil && c == '\n' {
		s.line++
	}
	return c, err
}

// skipSpace returns the next byte that is not white space.
func (s *source) skipSpace() (byte, error) {
	for {
		switch c, err := s.readByte(); {
		case err != nil:
			return 0, err
		case c != ' ' && c != '\t' && c != '\n' && c != '\r':
			return c, nil
		}
	}
}

// skipBOM leaves out the mark that some editors put before UTF-8.
func (s *source) skipBOM() {
	if b, err := s.r.Peek(3); err == nil && string(b) == "\uFEFF" {
		s.r.Discard(3)
	}
}

// jsonDecoder reads a list of objects.
type jsonDecoder struct {
	source
	begun, ended bool
	buf          []byte
}

func newJSONDecoder(r io.Reader, limits Limits) Decoder {
	return &jsonDecoder{source: newSource(r, limits)}
}

// Decode reads one object of the list.
func (d *jsonDecoder) Decode() (*Entry, error) {
	if d.ended {
		return nil, io.EOF
	}
	c, err := d.next()
	if errors.Is(err, io.EOF) {
		return nil, d.errorf(d.line, "the text ends before the list does")
	}
	if err != nil {
		return nil, err
	}
	if c == ']' {
		d.ended = true
		switch c, err := d.skipSpace(); {
		case errors.Is(err, io.EOF):
			return nil, io.EOF
		case err != nil:
			return nil, err
		default:
			return nil, d.errorf(d.line, "%q behind the end of the list", c)
		}
	}
	line := d.line
	if c != '{' {
		return nil, d.errorf(line, "%q where an object should begin", c)
	}
	if err := d.object(line); err != nil {
		return nil, err
	}
	return entryOfJSON(d.buf, line)
}

// next returns the byte that an object or the end of the list begins with.
func (d *jsonDecoder) next() (byte, error) {
	if !d.begun {
		d.skipBOM()
	}
	c, err := d.skipSpace()
	if err != nil {
		return 0, err
	}
	if !d.begun {
		if d.begun = true; c != '[' {
			return 0, d.errorf(d.line, "%q where a list should begin", c)
		}
		return d.skipSpace()
	}
	switch c {
	case ']':
		return c, nil
	case ',':
		if c, err = d.skipSpace(); err == nil && c == ']' {
			return 0, d.errorf(d.line, "a comma before the end of the list")
		}
		return c, err
	}
	return 0, d.errorf(d.line, "%q where a comma or the end of the list should be", c)
}

// object reads the rest of an object, whose first byte has been read, into buf.
func (d *jsonDecoder) object(line int) error {
	d.buf = append(d.buf[:0], '{')
	depth, quoted := 1, false
	for depth > 0 {
		c, err := d.readByte()
		if errors.Is(err, io.EOF) {
			return d.errorf(line, "the text ends inside of the object")
		}
		if err != nil {
			return err
		}
		d.buf = append(d.buf, c)
		if int64(len(d.buf)) > d.limits.ObjectBytes {
			return d.tooLong(line)
		}
		switch {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			if c, err = d.readByte(); err == nil { // its absence shows above
				d.buf = append(d.buf, c)
			}
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > d.limits.Depth {
				return d.errorf(d.line, "more than %d levels of lists and objects", d.limits.Depth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

// linesDecoder reads an object from each line.
type linesDecoder struct {
	jsonDecoder
}

func newLinesDecoder(r io.Reader, limits Limits) Decoder {
	return &linesDecoder{jsonDecoder{source: newSource(r, limits)}}
}

// Decode reads the next line that is not empty.
func (d *linesDecoder) Decode() (*Entry, error) {
	if !d.begun {
		d.skipBOM()
		d.begun = true
	}
	c, err := d.skipSpace()
	if err != nil {
		return nil, err
	}
	line := d.line
	if c != '{' {
		return nil, d.errorf(line, "%q where an object should begin", c)
	}
	if err := d.object(line); err != nil {
		return nil, err
	}
	if d.line != line {
		return nil, d.errorf(line, "the object does not end on its line")
	}
	return entryOfJSON(d.buf, line)
}

// entryOfJSON reads one object. The values are raw, and in memory of their own.
func entryOfJSON(text []byte, line int) (*Entry, error) {
	if !json.Valid(text) {
		var v any
		err := json.Unmarshal(text, &v)
		return nil, &Error{Line: line, Err: err}
	}
	if !utf8.Valid(text) {
		return nil, &Error{Line: line, Err: errors.New("text that is not UTF-8")}
	}
	e := &Entry{Line: line}
	text = bytes.Clone(text)
	var problem error
	fields := false
	eachMember(text, func(name, value []byte) {
		switch string(name) {
		case "model":
			if value[0] != '"' {
				problem = errors.New("the model is no text")
				return
			}
			e.Model = unquoteJSON(value)
		case "pk":
			e.PK, e.HasPK = json.RawMessage(value), true
		case "fields":
			if fields = value[0] == '{'; !fields {
				problem = errors.New("fields is no object")
				return
			}
			e.Fields = nil
			eachMember(value, func(name, value []byte) {
				e.Fields = append(e.Fields, Value{Name: string(name), Value: json.RawMessage(value)})
			})
		}
	})
	switch {
	case problem != nil:
	case e.Model == "":
		problem = errors.New("the object names no model: {\"model\": \"app.model\", \"pk\": …, \"fields\": {…}}")
	case !fields:
		problem = errors.New("the object has no fields")
	default:
		return e, nil
	}
	return nil, &Error{Line: line, Model: e.Model, Err: problem}
}

// eachMember calls f with the names and values of an object of valid JSON.
func eachMember(text []byte, f func(name, value []byte)) {
	at := skipJSONSpace(text, 1)
	for text[at] != '}' {
		end := skipJSON(text, at)
		name := text[at:end]
		at = skipJSONSpace(text, skipJSONSpace(text, end)+1) // the colon
		end = skipJSON(text, at)
		if raw := name[1 : len(name)-1]; bytes.IndexByte(raw, '\\') < 0 {
			f(raw, text[at:end:end])
		} else {
			f([]byte(unquoteJSON(name)), text[at:end:end])
		}
		if at = skipJSONSpace(text, end); text[at] == ',' {
			at = skipJSONSpace(text, at+1)
		}
	}
}

func skipJSONSpace(text []byte, at int) int {
	for text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r' {
		at++
	}
	return at
}

// skipJSON returns where the value at a place of valid JSON ends.
func skipJSON(text []byte, at int) int {
	depth, quoted := 0, false
	for ; at < len(text); at++ {
		c := text[at]
		switch {
		case quoted:
			if c == '\\' {
				at++
			} else if c == '"' {
				if quoted = false; depth == 0 {
					return at + 1
				}
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth == 0 {
				return at // behind a number or a word
			}
			if depth--; depth == 0 {
				return at + 1
			}
		case depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\t' || c == '\r'):
			return at
		}
	}
	return at
}

// unquoteJSON returns the text of a string of valid JSON.
func unquoteJSON(raw []byte) string {
	if inner := raw[1 : len(raw)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	_ = json.Unmarshal(raw, &s) // it is valid
	return s
}
