package serializers

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nuages-web/nuages/civil"
)

// yamlEncoder writes what PyYAML does for Django, with libyaml's emitter: block style,
// lines folded at 80 characters.
type yamlEncoder struct {
	w     io.Writer
	e     yamlEmitter
	begun bool
}

func newYAMLEncoder(w io.Writer, opts EncodeOptions) Encoder {
	e := &yamlEncoder{w: w, e: yamlEmitter{step: 2}}
	if opts.Indent > 1 && opts.Indent < 10 { // libyaml's bounds
		e.e.step = opts.Indent
	}
	return e
}

// Encode writes an object.
func (y *yamlEncoder) Encode(entry *Entry) error {
	y.begun = true
	o := entry.object()
	fields := o[len(o)-1].value.(object)
	for i, f := range fields {
		v, err := yamlValue(f.value)
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		fields[i].value = v
	}
	y.e.b = y.e.b[:0]
	y.e.item(o, 0)
	_, err := y.w.Write(y.e.b)
	return err
}

// Close ends the list.
func (y *yamlEncoder) Close() error {
	if y.begun {
		return nil
	}
	_, err := io.WriteString(y.w, "[]\n")
	return err
}

// yamlValue turns what stands for several values into lists and objects.
func yamlValue(v any) (any, error) {
	switch x := v.(type) {
	case json.RawMessage:
		return readDocument(x)
	case Natural:
		return []any(x), nil
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			var err error
			if out[i], err = yamlValue(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	case civil.Time: // YAML has no times of day
		return x.String(), nil
	}
	return v, nil
}

// yamlEmitter writes values; column counts characters of the line.
type yamlEmitter struct {
	b      []byte
	step   int // spaces for a level
	column int
}

func (e *yamlEmitter) put(s string) {
	e.b = append(e.b, s...)
	e.column += utf8.RuneCountInString(s)
}

func (e *yamlEmitter) newline(indent int) {
	e.b = append(e.b, '\n')
	e.column = 0
	e.put(strings.Repeat(" ", indent))
}

// item writes an item of a list whose "-" stands at indent, where the line is.
func (e *yamlEmitter) item(v any, indent int) {
	e.put("-")
	e.nested(v, indent)
	if indent == 0 {
		e.b = append(e.b, '\n')
		e.column = 0
	}
}

// nested writes what stands behind an indicator at indent: lists and objects begin on
// its line.
func (e *yamlEmitter) nested(v any, indent int) {
	inner := indent + e.step
	switch x := v.(type) {
	case object:
		if len(x) > 0 {
			e.put(strings.Repeat(" ", inner-e.column))
			e.mapping(x, inner)
			return
		}
	case []any:
		if len(x) > 0 {
			e.put(strings.Repeat(" ", inner-e.column))
			e.sequence(x, inner)
			return
		}
	}
	e.put(" ")
	e.scalar(v, inner, false)
}

func (e *yamlEmitter) sequence(items []any, indent int) {
	for i, item := range items {
		if i > 0 {
			e.newline(indent)
		}
		e.put("-")
		e.nested(item, indent)
	}
}

// mapping writes an object whose names stand at indent, where the line is.
func (e *yamlEmitter) mapping(o object, indent int) {
	for i, m := range o {
		if i > 0 {
			e.newline(indent)
		}
		if !simpleKey(m.name) {
			e.put("? ")
			e.scalar(m.name, indent+e.step, false)
			e.newline(indent)
			e.put(":")
			e.nested(m.value, indent)
			continue
		}
		e.scalar(m.name, indent+e.step, true)
		e.put(":")
		e.value(m.value, indent)
	}
}

// simpleKey tells whether a name may stand before a colon.
func simpleKey(name string) bool {
	return len(name) <= 128 && !strings.ContainsAny(name, "\n\r\u0085\u2028\u2029")
}

// value writes what stands behind a colon: lists and objects begin on the next line.
func (e *yamlEmitter) value(v any, indent int) {
	switch x := v.(type) {
	case object:
		if len(x) > 0 {
			e.newline(indent + e.step)
			e.mapping(x, indent+e.step)
			return
		}
	case []any:
		if len(x) > 0 { // not further in than the name
			e.newline(indent)
			e.sequence(x, indent)
			return
		}
	}
	e.put(" ")
	e.scalar(v, indent+e.step, false)
}

// scalar writes one value; lines that are folded go on at indent.
func (e *yamlEmitter) scalar(v any, indent int, key bool) {
	switch x := v.(type) {
	case nil:
		e.put("null")
	case bool:
		e.put(strconv.FormatBool(x))
	case float64:
		e.put(yamlFloat(x))
	case json.Number:
		if f, isFloat := numberFloat(x); isFloat {
			e.put(yamlFloat(f))
		} else {
			e.put(jsonNumber(x))
		}
	case time.Time:
		e.put(isoTime(x, " "))
	case civil.Date:
		e.put(x.String())
	case object:
		e.put("{}")
	case []any:
		e.put("[]")
	case string:
		e.text(x, indent, key)
	default:
		e.put(fmt.Sprint(x)) // a number
	}
}

// yamlFloat is PyYAML's form of a float.
func yamlFloat(f float64) string {
	text := pythonFloat(f)
	switch {
	case strings.HasSuffix(text, "inf"):
		return strings.Replace(text, "inf", ".inf", 1)
	case text == "nan":
		return ".nan"
	case !strings.Contains(text, "."):
		return strings.Replace(text, "e", ".0e", 1)
	}
	return text
}

// text writes a string in the first style that can hold it: plain, in single quotes,
// in double quotes.
func (e *yamlEmitter) text(s string, indent int, key bool) {
	plain, single := yamlStyles(s)
	switch {
	case plain && yamlTag(s) == "!!str" && !(key && s == ""):
		e.plainText(s, indent, key)
	case single && !(key && !simpleKey(s)):
		e.singleQuoted(s, indent, key)
	default:
		e.doubleQuoted(s, indent, key)
	}
}
