package markup

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/pyfmt"
)

// JSONScript returns a script element of type application/json that holds v, for scripts of the
// page to read: JSON.parse(document.getElementById(id).textContent). Without an id the element has
// none. The characters <, > and & are written as \u003C, \u003E and \u0026, so v cannot end the
// element.
//
// The JSON is the one that Django writes: ", " and ": " between items, \uNNNN for what is not
// ASCII, [time.Time] as in ECMAScript with milliseconds, [time.Duration] as an ISO 8601 period.
// Maps are in the order of their keys. Types with a method MarshalJSON or MarshalText use it,
// structs are written as package json does. Values without a form in JSON, such as channels, NaN
// (which scripts cannot read) and nesting deeper than 1,000 levels, are an error.
func JSONScript(v any, id string) (HTML, error) {
	b := []byte(`<script`)
	if id != "" {
		b = append(b, ` id="`...)
		b = AppendEscaped(b, id)
		b = append(b, '"')
	}
	b = append(b, ` type="application/json">`...)
	w := jsonWriter{b: b}
	if err := w.value(v, 0); err != nil {
		return "", fmt.Errorf("write JSON for a script: %w", err)
	}
	return HTML(append(w.b, "</script>"...)), nil
}

// maxJSONDepth is how deep values may be nested: pointers may go round in circles.
const maxJSONDepth = 1000

type jsonWriter struct{ b []byte }

func (w *jsonWriter) value(v any, depth int) error {
	if depth > maxJSONDepth {
		return fmt.Errorf("more than %d levels", maxJSONDepth)
	}
	switch v := v.(type) {
	case nil:
		w.b = append(w.b, "null"...)
	case string:
		w.text(v)
	case bool:
		w.b = strconv.AppendBool(w.b, v)
	case time.Time:
		w.text(ecmaTime(v))
	case time.Duration:
		w.text(civil.DurationISO(v))
	case decimal.Decimal:
		w.text(string(pyfmt.AppendDecimal(nil, v)))
	case civil.Time:
		s := v.String()
		w.text(s[:min(len(s), len("15:04:05.000"))])
	case json.Number:
		return w.number(v)
	case json.Marshaler:
		return w.marshal(v, depth)
	case encoding.TextMarshaler:
		return w.marshal(v, depth)
	default:
		return w.reflected(reflect.ValueOf(v), depth)
	}
	return nil
}

func (w *jsonWriter) reflected(v reflect.Value, depth int) error {
	switch v.Kind() {
	case reflect.String:
		w.text(v.String())
	case reflect.Bool:
		w.b = strconv.AppendBool(w.b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		w.b = strconv.AppendInt(w.b, v.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		w.b = strconv.AppendUint(w.b, v.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		if f := v.Float(); math.IsNaN(f) || math.IsInf(f, 0) {
			return fmt.Errorf("JSON has no number for %v", f)
		}
		w.b = pyfmt.AppendRepr(w.b, v.Interface())
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			w.b = append(w.b, "null"...)
			return nil
		}
		return w.value(v.Elem().Interface(), depth+1)
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 && v.Kind() == reflect.Slice {
			return w.marshal(v.Interface(), depth) // base64, as package json has it
		}
		return w.list(v, depth)
	case reflect.Map:
		return w.object(v, depth)
	default:
		return w.marshal(v.Interface(), depth)
	}
	return nil
}

func (w *jsonWriter) list(v reflect.Value, depth int) error {
	w.b = append(w.b, '[')
	for i := range v.Len() {
		if i > 0 {
			w.b = append(w.b, ", "...)
		}
		if err := w.value(v.Index(i).Interface(), depth+1); err != nil {
			return err
		}
	}
	w.b = append(w.b, ']')
	return nil
}

func (w *jsonWriter) object(v reflect.Value, depth int) error {
	if v.Type().Key().Kind() != reflect.String {
		return w.marshal(v.Interface(), depth)
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	w.b = append(w.b, '{')
	for i, key := range keys {
		if i > 0 {
			w.b = append(w.b, ", "...)
		}
		w.text(key.String())
		w.b = append(w.b, ": "...)
		if err := w.value(v.MapIndex(key).Interface(), depth+1); err != nil {
			return err
		}
	}
	w.b = append(w.b, '}')
	return nil
}

// marshal writes what package json makes of v, with Python's spaces and escapes.
func (w *jsonWriter) marshal(v any, depth int) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return w.document(d, depth)
}

func (w *jsonWriter) document(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	delim, nested := t.(json.Delim)
	if !nested {
		return w.value(t, depth)
	}
	if depth > maxJSONDepth {
		return fmt.Errorf("more than %d levels", maxJSONDepth)
	}
	w.b = append(w.b, byte(delim))
	for i := 0; d.More(); i++ {
		if i > 0 {
			w.b = append(w.b, ", "...)
		}
		if delim == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			w.text(name.(string))
			w.b = append(w.b, ": "...)
		}
		if err := w.document(d, depth+1); err != nil {
			return err
		}
	}
	end, err := d.Token()
	if err != nil {
		return err
	}
	w.b = append(w.b, byte(end.(json.Delim)))
	return nil
}

func (w *jsonWriter) number(n json.Number) error {
	if !strings.ContainsAny(n.String(), ".eE") {
		if _, err := strconv.ParseInt(n.String(), 10, 64); err != nil && !json.Valid([]byte(n)) {
			return fmt.Errorf("%q is no number", n)
		}
		w.b = append(w.b, n...)
		return nil
	}
	f, err := n.Float64()
	if err != nil {
		return err
	}
	w.b = pyfmt.AppendFloat(w.b, f)
	return nil
}

// text writes a string of ASCII.
func (w *jsonWriter) text(s string) {
	w.b = append(w.b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			w.ascii(c)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r1, r2 := utf16.EncodeRune(r); r1 != utf8.RuneError {
			w.escape(r1)
			r = r2
		}
		w.escape(r)
		i += size
	}
	w.b = append(w.b, '"')
}

func (w *jsonWriter) ascii(c byte) {
	switch {
	case c == '<':
		w.b = append(w.b, `\u003C`...)
	case c == '>':
		w.b = append(w.b, `\u003E`...)
	case c == '&':
		w.b = append(w.b, `\u0026`...)
	case c == '"' || c == '\\':
		w.b = append(w.b, '\\', c)
	case c >= ' ':
		w.b = append(w.b, c)
	case strings.IndexByte("\b\t\n\f\r", c) >= 0:
		w.b = append(w.b, '\\', "btn_fr"[c-'\b'])
	default:
		w.escape(rune(c))
	}
}

const lowerHex = "0123456789abcdef"

func (w *jsonWriter) escape(r rune) {
	w.b = append(w.b, '\\', 'u', lowerHex[r>>12&15], lowerHex[r>>8&15], lowerHex[r>>4&15], lowerHex[r&15])
}

// ecmaTime is the form of a moment in DjangoJSONEncoder: milliseconds, where there are any below
// the second, and the offset.
func ecmaTime(t time.Time) string {
	layout := "2006-01-02T15:04:05"
	if t.Nanosecond()/1000 != 0 {
		layout += ".000"
	}
	_, offset := t.Zone()
	if offset == 0 {
		return t.Format(layout) + "Z"
	}
	return t.Format(layout + "-07:00")
}
