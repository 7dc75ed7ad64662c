package serializers

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// xmlEncoder writes what Django's SimplerXMLGenerator does.
type xmlEncoder struct {
	w      io.Writer
	indent int
	begun  bool
	b      []byte
	err    error
}

func newXMLEncoder(w io.Writer, opts EncodeOptions) Encoder {
	return &xmlEncoder{w: w, indent: opts.Indent}
}

func (x *xmlEncoder) begin() {
	if !x.begun {
		x.begun = true
		x.raw("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n")
		x.open("django-objects", "version", "1.0")
	}
}

// Encode writes an object.
func (x *xmlEncoder) Encode(e *Entry) error {
	x.b = x.b[:0]
	x.begin()
	x.level(1)
	attrs := []string{"model", e.Model}
	if e.HasPK && e.PK != nil {
		attrs = append(attrs, "pk", pythonText(e.PK))
	}
	x.open("object", attrs...)
	for _, v := range e.Fields {
		x.field(v)
		if x.err != nil {
			return fmt.Errorf("%s: %w", v.Name, x.err)
		}
	}
	x.level(1)
	x.close("object")
	_, err := x.w.Write(x.b)
	return err
}

// Close ends the document.
func (x *xmlEncoder) Close() error {
	x.b = x.b[:0]
	x.begin()
	x.level(0)
	x.close("django-objects")
	_, err := x.w.Write(x.b)
	return err
}

func (x *xmlEncoder) field(v Value) {
	x.level(2)
	rel := v.Field != nil && v.Field.Relation != nil
	switch {
	case rel:
		x.open("field", "name", v.Name, "rel", relationClass(v.Field), "to", v.Field.Relation.To.LabelLower())
	case v.Field != nil:
		x.open("field", "name", v.Name, "type", internalType(v.Field))
	default:
		x.open("field", "name", v.Name)
	}
	switch value := v.Value.(type) {
	case nil:
		x.none()
	case Natural:
		x.natural(value)
	case []any:
		for _, item := range value {
			if key, ok := item.(Natural); ok {
				x.open("object")
				x.natural(key)
			} else {
				x.open("object", "pk", pythonText(item))
			}
			x.close("object")
		}
	case json.RawMessage:
		if string(value) == "null" { // Python has one None
			x.none()
			break
		}
		x.characters(string(pythonJSON{ascii: true, onError: &x.err}.append(nil, value, 0)))
	default:
		x.characters(xmlText(v.Field, value))
	}
	x.close("field")
}

func (x *xmlEncoder) none() {
	x.open("None")
	x.close("None")
}

func (x *xmlEncoder) natural(key Natural) {
	for _, part := range key {
		x.open("natural")
		x.characters(pythonText(part))
		x.close("natural")
	}
}

// relationClass is Django's class of a relation.
func relationClass(f *orm.Field) string {
	switch f.Relation.Kind {
	case orm.OneToOneRel:
		return "OneToOneRel"
	case orm.ManyToManyRel:
		return "ManyToManyRel"
	}
	return "ManyToOneRel"
}

// internalType is Django's get_internal_type.
func internalType(f *orm.Field) string {
	switch f.Type {
	case "OrderWrt":
		return "IntegerField"
	case "EmailField", "URLField":
		return "CharField"
	}
	return f.Type
}

// xmlText is Django's value_to_string.
func xmlText(f *orm.Field, v any) string {
	switch t := v.(type) {
	case time.Time:
		if f == nil || f.Relation == nil {
			return isoTime(t, "T")
		}
	case Text:
		return string(t)
	}
	return pythonText(v)
}

// pythonText is Python's str().
func pythonText(v any) string {
	switch t := v.(type) {
	case nil:
		return "None"
	case bool:
		return pythonBool(t)
	case float64:
		return pythonFloat(t)
	case time.Time:
		return isoTime(t, " ")
	case civil.Time:
		return t.String()
	}
	return fmt.Sprint(v)
}

func (x *xmlEncoder) raw(s string) { x.b = append(x.b, s...) }

func (x *xmlEncoder) level(n int) {
	if x.indent > 0 {
		x.raw("\n" + strings.Repeat(" ", x.indent*n))
	}
}

func (x *xmlEncoder) close(name string) { x.raw("</" + name + ">") }

// open writes the beginning of an element; attributes are sorted by their names.
func (x *xmlEncoder) open(name string, attrs ...string) {
	x.raw("<" + name)
	for i := 0; i < len(attrs); i += 2 {
		x.raw(" " + attrs[i] + "=")
		x.attribute(attrs[i+1])
	}
	x.raw(">")
}

var (
	xmlEscapes  = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	attrEscapes = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\n", "&#10;", "\r", "&#13;", "\t", "&#9;")
)

// attribute writes a value in quotes, as Python's quoteattr.
func (x *xmlEncoder) attribute(s string) {
	x.check(s)
	s = attrEscapes.Replace(s)
	switch {
	case !strings.Contains(s, `"`):
		x.raw(`"` + s + `"`)
	case !strings.Contains(s, "'"):
		x.raw("'" + s + "'")
	default:
		x.raw(`"` + strings.ReplaceAll(s, `"`, "&quot;") + `"`)
	}
}

func (x *xmlEncoder) characters(s string) {
	x.check(s)
	x.raw(xmlEscapes.Replace(s))
}

// check refuses characters that XML 1.0 has no form for.
func (x *xmlEncoder) check(s string) {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' && c != '\n' && c != '\r' && x.err == nil {
			x.err = fmt.Errorf("XML 1.0 has no form for the control character %#02x: take another format", c)
		}
	}
}
