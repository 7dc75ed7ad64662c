package signing

import (
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth bounds nesting, about where Python's json gives up; a map that
// contains itself would never end.
const maxDepth = 1000

var (
	errDepth = errors.New("the value is nested too deeply, or contains itself")

	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
)

// marshal writes v as json.dumps(v, separators=(",", ":")) writes it in Python.
func marshal(v any) ([]byte, error) {
	return appendJSON(nil, reflect.ValueOf(v), 0)
}

// appendJSON writes what Python has an equal of by itself, because a float that
// is whole must keep its ".0" and encoding/json drops it. Other values are
// encoding/json's, made ASCII afterwards.
func appendJSON(b []byte, v reflect.Value, depth int) ([]byte, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	if !v.IsValid() {
		return append(b, "null"...), nil
	}
	t := v.Type()
	if marshalsItself(t) || v.CanAddr() && marshalsItself(reflect.PointerTo(t)) {
		return appendByEncodingJSON(b, v)
	}
	switch t.Kind() {
	case reflect.Interface, reflect.Pointer:
		return appendJSON(b, v.Elem(), depth+1)
	case reflect.Float32, reflect.Float64:
		f := v.Float()
		if math.IsInf(f, 0) || math.IsNaN(f) {
			return nil, &json.UnsupportedValueError{Value: v, Str: strconv.FormatFloat(f, 'g', -1, 64)}
		}
		return appendFloat(b, f, t.Bits()), nil
	case reflect.String:
		if t != reflect.TypeFor[json.Number]() {
			return appendString(b, v.String()), nil
		}
	case reflect.Map:
		if t.Key().Kind() == reflect.String && !v.IsNil() {
			return appendMap(b, v, depth)
		}
	case reflect.Slice, reflect.Array:
		// A nil slice is null, bytes are base64.
		if t.Elem().Kind() != reflect.Uint8 && (t.Kind() == reflect.Array || !v.IsNil()) {
			return appendList(b, v, depth)
		}
	}
	return appendByEncodingJSON(b, v)
}

func marshalsItself(t reflect.Type) bool {
	return t.Implements(jsonMarshaler) || t.Implements(textMarshaler)
}

func appendMap(b []byte, v reflect.Value, depth int) ([]byte, error) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int {
		return strings.Compare(x.String(), y.String())
	})
	b = append(b, '{')
	for i, key := range keys {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, key.String()), ':')
		var err error
		if b, err = appendJSON(b, v.MapIndex(key), depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, '}'), nil
}

func appendList(b []byte, v reflect.Value, depth int) ([]byte, error) {
	b = append(b, '[')
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendJSON(b, v.Index(i), depth+1); err != nil {
			return nil, err
		}
	}
	return append(b, ']'), nil
}

func appendByEncodingJSON(b []byte, v reflect.Value) ([]byte, error) {
	if v.CanAddr() {
		// encoding/json finds methods of the pointer only through a pointer.
		v = v.Addr()
	}
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v.Interface()); err != nil {
		return nil, err
	}
	return appendASCII(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))), nil
}

// appendASCII rewrites compact JSON of encoding/json: characters beyond ASCII
// as escapes, numbers with a fraction or exponent as Python's repr.
func appendASCII(b, compact []byte) []byte {
	for i := 0; i < len(compact); {
		switch c := compact[i]; {
		case c == '"':
			end := stringEnd(compact, i)
			b = appendEscaped(b, compact[i:end])
			i = end
		case c == '-' || c >= '0' && c <= '9':
			end := i + 1
			for end < len(compact) && bytes.IndexByte([]byte("+-.eE0123456789"), compact[end]) >= 0 {
				end++
			}
			b = appendNumber(b, compact[i:end])
			i = end
		default:
			b = append(b, c)
			i++
		}
	}
	return b
}

// stringEnd returns the index behind the JSON string that starts at start.
func stringEnd(compact []byte, start int) int {
	for i := start + 1; i < len(compact); i++ {
		switch compact[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(compact)
}

func appendNumber(b, number []byte) []byte {
	if bytes.ContainsAny(number, ".eE") {
		// What does not fit (1e999 in a json.RawMessage) stays as it is.
		if f, err := strconv.ParseFloat(string(number), 64); err == nil {
			return appendFloat(b, f, 64)
		}
	}
	return append(b, number...)
}

// appendFloat writes Python's repr: the shortest digits that read back equal,
// with an exponent from 1e16 up and below 1e-4, and else always with a fraction.
func appendFloat(b []byte, f float64, bits int) []byte {
	if size := math.Abs(f); size != 0 && (size < 1e-4 || size >= 1e16) {
		return strconv.AppendFloat(b, f, 'e', -1, bits)
	}
	start := len(b)
	b = strconv.AppendFloat(b, f, 'f', -1, bits)
	if !bytes.ContainsRune(b[start:], '.') {
		b = append(b, ".0"...)
	}
	return b
}

// appendString quotes s, with the escapes that Python prefers.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch r {
		case '"', '\\':
			b = append(b, '\\', byte(r))
		case '\b':
			b = append(b, `\b`...)
		case '\f':
			b = append(b, `\f`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		default:
			b = appendRune(b, r)
		}
	}
	return append(b, '"')
}

// appendEscaped copies a JSON string that has its escapes already.
func appendEscaped(b, quoted []byte) []byte {
	for len(quoted) > 0 {
		r, size := utf8.DecodeRune(quoted)
		b = appendRune(b, r)
		quoted = quoted[size:]
	}
	return b
}

func appendRune(b []byte, r rune) []byte {
	switch {
	case r >= ' ' && r <= '~':
		return append(b, byte(r))
	case r > 0xFFFF:
		high, low := utf16.EncodeRune(r)
		return appendUnicode(appendUnicode(b, high), low)
	}
	return appendUnicode(b, r)
}

func appendUnicode(b []byte, r rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[r>>12&15], hex[r>>8&15], hex[r>>4&15], hex[r&15])
}
