package serializers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// pythonJSON writes JSON as Python's module json does with DjangoJSONEncoder.
type pythonJSON struct {
	indent  int    // spaces for a level; 0: all on one line
	item    string // between items, where there is no indent; default ", "
	ascii   bool   // ensure_ascii
	onError *error // gets the first value that JSON can't hold; nil: none can come
}

// append writes a value that stands depth levels deep.
func (p pythonJSON) append(b []byte, v any, depth int) []byte {
	switch x := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, x)
	case int64:
		return strconv.AppendInt(b, x, 10)
	case uint64:
		return strconv.AppendUint(b, x, 10)
	case int:
		return strconv.AppendInt(b, int64(x), 10)
	case int32:
		return strconv.AppendInt(b, int64(x), 10)
	case float64:
		return append(b, jsonFloat(x)...)
	case json.Number:
		return append(b, jsonNumber(x)...)
	case string:
		return p.text(b, x)
	case decimal.Decimal:
		return p.text(b, x.String())
	case time.Time:
		return p.text(b, jsonTime(x))
	case civil.Date:
		return p.text(b, x.String())
	case civil.Time:
		return p.text(b, jsonClock(x))
	case time.Duration:
		return p.text(b, civil.DurationISO(x))
	case uuid.UUID:
		return p.text(b, x.String())
	case json.RawMessage:
		return p.document(b, x, depth)
	case Natural:
		return p.list(b, x, depth)
	case []any:
		return p.list(b, x, depth)
	case object:
		return p.object(b, x, depth)
	}
	if p.onError != nil && *p.onError == nil {
		*p.onError = fmt.Errorf("a value of type %T has no form in JSON", v)
	}
	return append(b, "null"...)
}

// object is a JSON object in its order.
type object []member

type member struct {
	name  string
	value any
}

// set adds a member, in the place of an earlier one of that name, as a dict of Python.
func (o object) set(name string, v any) object {
	for i := range o {
		if o[i].name == name {
			o[i].value = v
			return o
		}
	}
	return append(o, member{name, v})
}

func (p pythonJSON) list(b []byte, items []any, depth int) []byte {
	if len(items) == 0 {
		return append(b, "[]"...)
	}
	b = append(b, '[')
	for i, item := range items {
		b = p.between(b, i, depth+1)
		b = p.append(b, item, depth+1)
	}
	return append(p.end(b, depth), ']')
}

func (p pythonJSON) object(b []byte, members object, depth int) []byte {
	if len(members) == 0 {
		return append(b, "{}"...)
	}
	b = append(b, '{')
	for i, m := range members {
		b = p.between(b, i, depth+1)
		b = append(p.text(b, m.name), ": "...)
		b = p.append(b, m.value, depth+1)
	}
	return append(p.end(b, depth), '}')
}

// between writes what stands before item i.
func (p pythonJSON) between(b []byte, i, depth int) []byte {
	switch {
	case p.indent > 0:
		if i > 0 {
			b = append(b, ',')
		}
		return p.line(b, depth)
	case i == 0:
		return b
	case p.item != "":
		return append(b, p.item...)
	}
	return append(b, ", "...)
}

func (p pythonJSON) end(b []byte, depth int) []byte {
	if p.indent == 0 {
		return b
	}
	return p.line(b, depth)
}

func (p pythonJSON) line(b []byte, depth int) []byte {
	b = append(b, '\n')
	for range depth * p.indent {
		b = append(b, ' ')
	}
	return b
}

const hexDigits = "0123456789abcdef"

// text writes a string with Python's escapes.
func (p pythonJSON) text(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' && (c < utf8.RuneSelf || !p.ascii) {
			i++
			continue
		}
		b = append(b, s[start:i]...)
		if c < utf8.RuneSelf {
			b = escaped(b, c)
			i++
		} else {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
				b = unicodeEscape(unicodeEscape(b, r1), r2)
			} else {
				b = unicodeEscape(b, r)
			}
			i += size
		}
		start = i
	}
	return append(append(b, s[start:]...), '"')
}

func escaped(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	case '\f':
		return append(b, `\f`...)
	case '\b':
		return append(b, `\b`...)
	}
	return unicodeEscape(b, rune(c))
}

func unicodeEscape(b []byte, r rune) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// document writes JSON as Python does after reading it.
func (p pythonJSON) document(b []byte, raw json.RawMessage, depth int) []byte {
	v, err := readDocument(raw)
	if err != nil {
		if p.onError != nil && *p.onError == nil {
			*p.onError = err
		}
		return append(b, "null"...)
	}
	return p.append(b, v, depth)
}

// readDocument reads JSON with the order of its objects.
func readDocument(raw []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	v, err := readToken(d, 0)
	if err != nil {
		return nil, fmt.Errorf("read JSON: %w", err)
	}
	return v, nil
}

// maxDocumentDepth is how deep the JSON of a column may be, as in package json.
const maxDocumentDepth = 10_000

func readToken(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxDocumentDepth {
		return nil, fmt.Errorf("more than %d levels", maxDocumentDepth)
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := readToken(d, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		o := object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := readToken(d, depth+1)
			if err != nil {
				return nil, err
			}
			o = o.set(name.(string), v)
		}
		_, err = d.Token()
		return o, err
	}
	return t, nil
}

// jsonNumber writes a number of JSON as Python does: a float by its shortest form, an
// integer as it is.
func jsonNumber(n json.Number) string {
	if f, isFloat := numberFloat(n); isFloat {
		return jsonFloat(f)
	}
	if n == "-0" {
		return "0"
	}
	return string(n)
}

// jsonFloat writes a float; the words for what JSON has no number for are Python's.
func jsonFloat(f float64) string {
	switch text := pythonFloat(f); text {
	case "inf":
		return "Infinity"
	case "-inf":
		return "-Infinity"
	case "nan":
		return "NaN"
	default:
		return text
	}
}

// numberFloat returns a number of JSON that is not written as an integer.
func numberFloat(n json.Number) (float64, bool) {
	for _, c := range []byte(n) {
		if c == '.' || c == 'e' || c == 'E' {
			f, _ := strconv.ParseFloat(string(n), 64) // an infinity where it is too large
			return f, true
		}
	}
	return 0, false
}

// jsonTime is DjangoJSONEncoder's moment: ECMA's form, with milliseconds.
func jsonTime(t time.Time) string {
	t = t.UTC()
	text := t.Format("2006-01-02T15:04:05")
	if t.Nanosecond()/1000 != 0 {
		text += fmt.Sprintf(".%03d", t.Nanosecond()/1e6)
	}
	return text + "Z"
}

// jsonClock is DjangoJSONEncoder's time of day.
func jsonClock(t civil.Time) string {
	text := t.String()
	return text[:min(len(text), 12)]
}
