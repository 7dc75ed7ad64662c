package pyfmt

import (
	"errors"
	"math"
	"reflect"
	"unicode/utf8"
)

// MaxWidth bounds a width or precision of a format.
const MaxWidth = 1 << 20

// The errors of AppendFormat, named for what Python raises.
var (
	// ErrFormat is a format that Python refuses, or one that does not fit the
	// value (ValueError and TypeError).
	ErrFormat = errors.New("the format is wrong, or does not fit the value")
	// ErrOverflow is a number that is too large for the format, such as an
	// infinity for "d" (OverflowError).
	ErrOverflow = errors.New("the number is too large for the format")
	// ErrWidth is a width or precision over MaxWidth.
	ErrWidth = errors.New("the width or precision of the format is too large")
	// ErrKey is a format that names a key which the value lacks (KeyError).
	ErrKey = errors.New("the format names a key that is missing")
)

// AppendFormat appends Python's format % value, where value is no tuple: text
// with conversions such as "%05.1f", "%x", "%-10s", "%%" or, for a mapping,
// "%(key)s". It appends nothing when it returns an error, one of those above.
func AppendFormat(dst []byte, format string, value any) ([]byte, error) {
	f := formatter{dst: dst, format: format, value: value}
	for f.at < len(f.format) {
		c := f.format[f.at]
		f.at++
		if c != '%' {
			f.dst = append(f.dst, c)
			continue
		}
		if err := f.conversion(); err != nil {
			return dst, err
		}
	}
	if !f.used && !isSubscriptable(value) {
		return dst, ErrFormat // not all arguments converted
	}
	return f.dst, nil
}

// formatter is one run of AppendFormat.
type formatter struct {
	dst    []byte
	format string
	at     int
	value  any
	used   bool // the value was taken
	widths int  // the sum of widths and precisions
	wide   bool // they are more than the limit
}

// spec is one conversion.
type spec struct {
	left, plus, space, alt, zero bool

	width, precision int // precision is -1 where there is none
	verb             rune
}

// conversion reads a conversion behind its "%" and writes it.
func (f *formatter) conversion() error {
	if f.peek() == '%' {
		f.at++
		f.dst = append(f.dst, '%')
		return nil
	}
	value, keyed, err := f.key()
	if err != nil {
		return err
	}
	s := spec{precision: -1}
	f.flags(&s)
	if s.width, err = f.number(&s, keyed); err != nil {
		return err
	}
	if f.peek() == '.' {
		f.at++
		width := s.width
		if s.precision, err = f.number(nil, keyed); err != nil {
			return err
		}
		s.width = width
	}
	if c := f.peek(); c == 'h' || c == 'l' || c == 'L' {
		f.at++
	}
	verb, size := utf8.DecodeRuneInString(f.format[f.at:])
	if size == 0 {
		return ErrFormat // incomplete
	}
	f.at += size
	s.verb = verb
	if !keyed {
		if f.used {
			return ErrFormat // not enough arguments
		}
		f.used = true
		value = f.value
	}
	return f.write(s, value)
}

func (f *formatter) peek() byte {
	if f.at < len(f.format) {
		return f.format[f.at]
	}
	return 0
}

// key reads "(name)" and looks the name up.
func (f *formatter) key() (value any, keyed bool, err error) {
	if f.peek() != '(' {
		return nil, false, nil
	}
	get, ok := lookup(f.value)
	if !ok {
		return nil, false, ErrFormat // format requires a mapping
	}
	f.at++
	start, depth := f.at, 1
	for ; f.at < len(f.format); f.at++ {
		switch f.format[f.at] {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			break
		}
	}
	if depth > 0 {
		return nil, false, ErrFormat
	}
	value, ok = get(f.format[start:f.at])
	if !ok {
		return nil, false, ErrKey
	}
	f.at++
	f.used = true
	return value, true, nil
}

// lookup returns how to get a value of a mapping by a text key.
func lookup(v any) (get func(key string) (any, bool), ok bool) {
	if w, ok := v.(wrapper); ok {
		return lookup(w.Any())
	}
	if m, ok := v.(Mapping); ok {
		return m.TemplateKey, true
	}
	r := reflect.ValueOf(v)
	if r.Kind() != reflect.Map {
		return nil, false
	}
	return func(key string) (any, bool) {
		k := reflect.ValueOf(key)
		if !k.Type().ConvertibleTo(r.Type().Key()) || r.Type().Key().Kind() != reflect.String && r.Type().Key().Kind() != reflect.Interface {
			return nil, false
		}
		if item := r.MapIndex(k.Convert(r.Type().Key())); item.IsValid() && item.CanInterface() {
			return item.Interface(), true
		}
		return nil, false
	}, true
}

// isSubscriptable tells whether Python takes v for a mapping, so that a format
// need not use it: dicts and lists.
func isSubscriptable(v any) bool {
	if w, ok := v.(wrapper); ok {
		return isSubscriptable(w.Any())
	}
	if _, ok := v.(Mapping); ok {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Map, reflect.Slice:
		return r.Type() != setType && r.Type() != tupleType
	}
	return false
}

func (f *formatter) flags(s *spec) {
	for ; ; f.at++ {
		switch f.peek() {
		case '-':
			s.left = true
		case '+':
			s.plus = true
		case ' ':
			s.space = true
		case '#':
			s.alt = true
		case '0':
			s.zero = true
		default:
			return
		}
	}
}

// number reads a width or precision: digits, none, or "*", which takes the
// value. A negative width, which only "*" can give, is s aligned to the left.
func (f *formatter) number(s *spec, keyed bool) (int, error) {
	if f.peek() == '*' {
		f.at++
		if keyed || f.used {
			return 0, ErrFormat
		}
		f.used = true
		n, ok := numberOf(f.value)
		switch {
		case !ok || !n.isInt:
			return 0, ErrFormat
		case n.large != nil:
			return 0, ErrOverflow
		}
		width := n.n
		if s != nil && width < 0 {
			s.left, width = true, -width
		}
		return f.bounded(max(width, 0)), nil
	}
	n := int64(0)
	for ; f.peek() >= '0' && f.peek() <= '9'; f.at++ {
		if n > (math.MaxInt64-9)/10 {
			return 0, ErrFormat // Python's limit, too
		}
		n = n*10 + int64(f.peek()-'0')
	}
	return f.bounded(n), nil
}

// bounded notes a width. That it is too large is found when the format is known to be right
// otherwise, as in Python, which fails for want of memory.
func (f *formatter) bounded(width int64) int {
	if width > MaxWidth || f.widths > MaxWidth {
		f.wide = true
		return 0
	}
	f.widths += int(width)
	return int(width)
}

// write writes value as s says.
func (f *formatter) write(s spec, value any) error {
	var body []byte
	var err error
	if f.wide {
		if s.fits(value) {
			return ErrWidth
		}
		return ErrFormat
	}
	numeric := true
	switch s.verb {
	case 's', 'r', 'a':
		body, numeric = cutRunes(textOf(s.verb, value), s.precision), false
	case 'c':
		body, err = character(value)
		numeric = false
	case 'd', 'i', 'u', 'o', 'x', 'X':
		body, err = integer(s, value)
	case 'e', 'E', 'f', 'F', 'g', 'G':
		body, err = float(s, value)
	default:
		return ErrFormat
	}
	if err != nil {
		return err
	}
	f.pad(s, body, numeric)
	return nil
}

// fits tells whether the verb is one, and takes such a value.
func (s spec) fits(value any) bool {
	switch s.verb {
	case 's', 'r', 'a', 'c':
		return true
	case 'd', 'i', 'u', 'o', 'x', 'X', 'e', 'E', 'f', 'F', 'g', 'G':
		_, ok := numberOf(value)
		return ok
	}
	return false
}

// pad writes body in the width of s: zeros go between the sign and the digits.
func (f *formatter) pad(s spec, body []byte, numeric bool) {
	var head []byte // sign and prefix
	if numeric {
		head, body = signAndPrefix(s, body)
	}
	fill := s.width - utf8.RuneCount(body) - len(head)
	zero := numeric && s.zero && !s.left
	if !zero && !s.left {
		f.repeat(' ', fill)
	}
	f.dst = append(f.dst, head...)
	if zero {
		f.repeat('0', fill)
	}
	f.dst = append(f.dst, body...)
	if s.left {
		f.repeat(' ', fill)
	}
}

func (f *formatter) repeat(c byte, n int) {
	for range n {
		f.dst = append(f.dst, c)
	}
}

// signAndPrefix takes the sign and "0x" from the front of a number and adds the
// sign that the flags ask for.
func signAndPrefix(s spec, body []byte) (head, rest []byte) {
	switch {
	case len(body) > 0 && body[0] == '-':
		head, body = append(head, '-'), body[1:]
	case s.plus:
		head = append(head, '+')
	case s.space:
		head = append(head, ' ')
	}
	if s.alt && (s.verb == 'x' || s.verb == 'X' || s.verb == 'o') {
		head, body = append(head, body[:2]...), body[2:]
	}
	return head, body
}

func textOf(verb rune, value any) []byte {
	switch verb {
	case 'r':
		return AppendRepr(nil, value)
	case 'a':
		return appendASCII(nil, value)
	}
	return AppendStr(nil, value)
}

func cutRunes(text []byte, n int) []byte {
	if n < 0 || len(text) <= n {
		return text
	}
	at := 0
	for ; n > 0 && at < len(text); n-- {
		_, size := utf8.DecodeRune(text[at:])
		at += size
	}
	return text[:at]
}
