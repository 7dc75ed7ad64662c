package serializers

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// ErrUnknownFormat says that there is no format of a name (SerializerDoesNotExist).
var ErrUnknownFormat = errors.New("unknown serialization format")

// Format is one form of text. Formats do not change once they are made.
type Format struct {
	// Encoder returns what writes entries to w.
	Encoder func(w io.Writer, opts EncodeOptions) Encoder
	// Decoder returns what reads them from r.
	Decoder func(r io.Reader, limits Limits) Decoder
	// Private formats are not among [Formats.Public]: dumpdata does not write them, and
	// loaddata does not look for them.
	Private bool
}

// EncodeOptions say how text looks.
type EncodeOptions struct {
	// Indent is how many spaces a level is indented by; 0 writes all on one line, but
	// for YAML, whose default is 2.
	Indent int
}

// Limits bound what one object of a text may take.
type Limits struct {
	// ObjectBytes is how long the text of one object may be, in bytes. Default 64 MiB.
	ObjectBytes int64
	// Depth is how deep lists and objects may stand within each other. Default 100.
	Depth int
}

func (l Limits) complete() Limits {
	if l.ObjectBytes <= 0 {
		l.ObjectBytes = 64 << 20
	}
	if l.Depth <= 0 {
		l.Depth = 100
	}
	return l
}

// Encoder writes entries. Close writes the end of the text; it does not close the
// writer beneath.
type Encoder interface {
	Encode(e *Entry) error
	Close() error
}

// Decoder reads entries; at the end of the text the error is io.EOF.
type Decoder interface {
	Decode() (*Entry, error)
}

// Entry is one object in plain form: what Django's serializer "python" makes.
type Entry struct {
	// Model is the label of the model in lower case: "shop.book".
	Model string
	// PK is the primary key; HasPK tells whether it is given.
	PK    any
	HasPK bool
	// Fields are the values in the order of the model's fields.
	Fields []Value
	// Line is where a Decoder found it, from 1; 0 where that is not known.
	Line int
}

// Value is the value of one field. An Encoder gets nil, bool, numbers, string,
// time.Time, civil.Date, civil.Time, json.RawMessage for JSON, a [Natural] key, and for
// many-to-many fields a []any of keys; other types are text by then. A Decoder gives
// nil, bool, numbers, json.Number, string, time.Time, [Text], json.RawMessage, which
// may stand for any value, []any and map[string]any.
type Value struct {
	Name  string
	Value any
	Field *orm.Field // nil in what a Decoder gives
}

// Natural is a natural key: what [NaturalKeyed] names.
type Natural []any

// Text is a value of a form that knows only text, such as XML: for a JSON field it is
// JSON.
type Text string

// Formats are the forms of text by name. It is safe for concurrent use as long as
// nobody changes it.
type Formats map[string]Format

// DefaultFormats returns a new map with json, jsonl, xml and yaml, to which a program
// may add its own (SERIALIZATION_MODULES).
func DefaultFormats() Formats {
	return Formats{
		"json":  {Encoder: newJSONEncoder, Decoder: newJSONDecoder},
		"jsonl": {Encoder: newLinesEncoder, Decoder: newLinesDecoder},
		"xml":   {Encoder: newXMLEncoder, Decoder: newXMLDecoder},
		"yaml":  {Encoder: newYAMLEncoder, Decoder: newYAMLDecoder},
	}
}

// Names returns the names of all formats, sorted (get_serializer_formats).
func (f Formats) Names() []string { return slices.Sorted(maps.Keys(f)) }

// Public returns the names of those that are not private, sorted
// (get_public_serializer_formats).
func (f Formats) Public() []string {
	return slices.DeleteFunc(f.Names(), func(name string) bool { return f[name].Private })
}

// Get returns the format of a name (get_serializer); the error is an
// [ErrUnknownFormat] that lists the names there are.
func (f Formats) Get(name string) (Format, error) {
	if f == nil {
		f = DefaultFormats()
	}
	if format, ok := f[name]; ok {
		return format, nil
	}
	return Format{}, fmt.Errorf("%w %q; there are: %s", ErrUnknownFormat, name, strings.Join(f.Public(), ", "))
}

// Error is a mistake in a text that is read (DeserializationError).
type Error struct {
	Model string // "shop.book", as far as it is known
	PK    any    // nil where it is not known
	Field string
	Line  int // from 1; 0 where it is not known
	Err   error
}

// Error tells the line, the model, the key and the field, as far as they are known.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d: ", e.Line)
	}
	if e.Model != "" {
		b.WriteString(e.Model)
		if e.PK != nil {
			fmt.Fprintf(&b, " (pk=%v)", shown(e.PK))
		}
		b.WriteString(": ")
	}
	if e.Field != "" {
		b.WriteString(e.Field + ": ")
	}
	return b.String() + e.Err.Error()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// shown returns a value for a message, not too long.
func shown(v any) string {
	if raw, ok := v.([]byte); ok {
		v = string(raw)
	}
	s := fmt.Sprint(v)
	if len(s) > 100 {
		s = strings.ToValidUTF8(s[:100], "") + "…"
	}
	return s
}
