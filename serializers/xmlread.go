package serializers

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// xmlDecoder reads the objects of a document. Package xml knows no entities but the
// five of XML itself; document types are refused, as Django does, and with them
// entities of one's own.
type xmlDecoder struct {
	d      *xml.Decoder
	r      *boundedReader
	limits Limits
	depth  int
}

func newXMLDecoder(r io.Reader, limits Limits) Decoder {
	limits = limits.complete()
	bounded := &boundedReader{r: r, limit: limits.ObjectBytes}
	return &xmlDecoder{d: xml.NewDecoder(bounded), r: bounded, limits: limits}
}

// errTooLong says that an object is longer than [Limits] allow.
var errTooLong = errors.New("too many bytes")

// boundedReader ends with an error when too much is read without a renewal.
type boundedReader struct {
	r     io.Reader
	limit int64
	n     int64 // read since the last renewal
}

func (b *boundedReader) Read(p []byte) (int, error) {
	if b.n > b.limit {
		return 0, errTooLong
	}
	n, err := b.r.Read(p)
	b.n += int64(n)
	return n, err
}

func (x *xmlDecoder) line() int {
	line, _ := x.d.InputPos()
	return line
}

func (x *xmlDecoder) errorf(format string, args ...any) error {
	return &Error{Line: x.line(), Err: fmt.Errorf(format, args...)}
}

// token returns the next token. Directives are refused, and too many levels.
func (x *xmlDecoder) token() (xml.Token, error) {
	t, err := x.d.Token()
	switch {
	case errors.Is(err, io.EOF):
		return nil, err
	case errors.Is(err, errTooLong):
		return nil, x.errorf("an object has more than %d bytes", x.limits.ObjectBytes)
	case err != nil:
		return nil, &Error{Line: x.line(), Err: err}
	}
	switch t.(type) {
	case xml.Directive:
		return nil, x.errorf("a document type (<!DOCTYPE …>) is forbidden")
	case xml.StartElement:
		if x.depth++; x.depth > x.limits.Depth {
			return nil, x.errorf("more than %d levels of elements", x.limits.Depth)
		}
	case xml.EndElement:
		x.depth--
	}
	return t, nil
}

// Decode reads the next element "object".
func (x *xmlDecoder) Decode() (*Entry, error) {
	for {
		x.r.n = 0
		t, err := x.token()
		if err != nil {
			return nil, err
		}
		if start, ok := t.(xml.StartElement); ok && start.Name.Local == "object" {
			return x.object(start)
		}
	}
}

func attrOf(e xml.StartElement, name string) (string, bool) {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value, true
		}
	}
	return "", false
}

// object reads an object, whose beginning has been read.
func (x *xmlDecoder) object(start xml.StartElement) (*Entry, error) {
	e := &Entry{Line: x.line()}
	e.Model, _ = attrOf(start, "model")
	if e.Model == "" {
		return nil, x.errorf(`<object> without the attribute "model"`)
	}
	if pk, ok := attrOf(start, "pk"); ok {
		e.PK, e.HasPK = Text(pk), true
	}
	err := x.children(func(child xml.StartElement) error {
		if child.Name.Local != "field" {
			return x.skip()
		}
		name, _ := attrOf(child, "name")
		if name == "" {
			return x.errorf(`<field> without the attribute "name"`)
		}
		value, err := x.value()
		e.Fields = append(e.Fields, Value{Name: name, Value: value})
		return err
	})
	if err != nil {
		return nil, err
	}
	return e, nil
}

// children calls f for the elements up to the end of the one that has begun; f reads
// each to its end.
func (x *xmlDecoder) children(f func(xml.StartElement) error) error {
	return x.content(f, func([]byte) {})
}

// content is children that gives text to characters.
func (x *xmlDecoder) content(f func(xml.StartElement) error, characters func([]byte)) error {
	for {
		t, err := x.token()
		if err != nil {
			if errors.Is(err, io.EOF) {
				return x.errorf("the text ends inside of an element")
			}
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			if err := f(t); err != nil {
				return err
			}
		case xml.EndElement:
			return nil
		case xml.CharData:
			characters(t)
		}
	}
}

func (x *xmlDecoder) skip() error {
	return x.children(func(xml.StartElement) error { return x.skip() })
}

// value reads the content of a field: text, nothing, the parts of a natural key, or
// the objects of a many-to-many relation.
func (x *xmlDecoder) value() (any, error) {
	var text strings.Builder
	var list []any
	none, objects := false, false
	err := x.content(func(child xml.StartElement) error {
		switch child.Name.Local {
		case "None":
			none = true
		case "natural":
			part, err := x.text()
			list = append(list, Text(part))
			return err
		case "object":
			objects = true
			item, err := x.related(child)
			list = append(list, item)
			return err
		}
		inner, err := x.text()
		text.WriteString(inner)
		return err
	}, func(b []byte) { text.Write(b) })
	switch {
	case err != nil:
		return nil, err
	case none:
		return nil, nil
	case objects || list != nil:
		return list, nil
	}
	return Text(strings.TrimSpace(text.String())), nil
}

// related reads an object of a many-to-many relation: its key or its natural key.
func (x *xmlDecoder) related(start xml.StartElement) (any, error) {
	var natural []any
	err := x.children(func(child xml.StartElement) error {
		if child.Name.Local != "natural" {
			return x.skip()
		}
		part, err := x.text()
		natural = append(natural, Text(part))
		return err
	})
	if err != nil {
		return nil, err
	}
	if natural != nil {
		return natural, nil
	}
	pk, ok := attrOf(start, "pk")
	if !ok {
		return nil, x.errorf(`<object> without the attribute "pk" and without <natural>`)
	}
	return Text(pk), nil
}

// text reads the text of an element and of those within it.
func (x *xmlDecoder) text() (string, error) {
	var b strings.Builder
	err := x.content(func(xml.StartElement) error {
		inner, err := x.text()
		b.WriteString(inner)
		return err
	}, func(text []byte) { b.Write(text) })
	return strings.TrimSpace(b.String()), err
}
