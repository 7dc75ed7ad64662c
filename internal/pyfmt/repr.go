// Package pyfmt writes and reads values as Python does: repr and str of values,
// %-formatting, pprint, slices, int(text) and float(text), upper and lower case.
// Django's template filters show these forms, so ours must be the same to a
// byte. All of it takes time and memory in proportion to what it reads and
// writes, and refuses what would grow beyond.
//
//	dst = pyfmt.AppendRepr(dst, []any{1, "it's", 2.0, nil}) // [1, "it's", 2.0, None]
package pyfmt

import (
	"fmt"
	"iter"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// The kinds of Python that Go has no types for. Values of these types are shown
// as Python shows such values.
type (
	// Tuple is a tuple, shown as (1, 2) or (1,).
	Tuple []any
	// Set is a set, shown as {1, 2} or set().
	Set []any
	// Mapping is a dict with an order of its own, shown as {'a': 1} in the order
	// of its method All() iter.Seq2[K, V], for any K and V. A Go map is shown
	// with its keys sorted.
	Mapping interface {
		TemplateKey(name string) (value any, ok bool)
	}
)

// wrapper is a value that holds a Go value, such as one of the template engine.
type wrapper interface{ Any() any }

// The bounds of a repr. Python ends with a RecursionError at a depth of about
// 1000; we write "..." for what is deeper or longer.
const (
	maxDepth  = 200
	maxOutput = 64 << 20 // bytes
)

// AppendRepr appends Python's repr of a Go value: numbers, True, False, None
// for nil, quoted text, bytes, lists of slices, tuples of arrays, dicts of
// maps and of a [Mapping], the types of times and decimals as Python writes theirs. A type with
// a String or Error method is shown as Django shows a model, <Name: text>;
// another struct as <Name object>. What holds itself ends in "...".
func AppendRepr(dst []byte, v any) []byte {
	p := printer{dst: dst, stop: len(dst) + maxOutput}
	p.any(v)
	return p.dst
}

// appendASCII is AppendRepr with all text in ASCII (Python's ascii).
func appendASCII(dst []byte, v any) []byte {
	p := printer{dst: dst, stop: len(dst) + maxOutput, ascii: true}
	p.any(v)
	return p.dst
}

// AppendStr appends Python's str of a Go value: text as it is, the text of a
// String or Error method, times and durations as Python writes them, else the
// repr.
func AppendStr(dst []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return append(dst, v...)
	case wrapper:
		return AppendStr(dst, v.Any())
	case decimal.Decimal:
		return AppendDecimal(dst, v)
	case time.Time, civil.Date, civil.Time, time.Duration:
		return appendTimeStr(dst, v)
	case *big.Int:
		if v != nil {
			return v.Append(dst, 10)
		}
	case fmt.Stringer:
		if r := reflect.ValueOf(v); r.Kind() != reflect.Pointer || !r.IsNil() {
			return append(dst, v.String()...)
		}
	case error:
		return append(dst, v.Error()...)
	}
	if r := reflect.ValueOf(v); r.Kind() == reflect.String {
		return append(dst, r.String()...)
	} else if r.Kind() == reflect.Pointer && !r.IsNil() && r.Elem().CanInterface() && r.Elem().Kind() != reflect.Struct {
		return AppendStr(dst, r.Elem().Interface())
	}
	return AppendRepr(dst, v)
}

// printer writes one repr.
type printer struct {
	dst   []byte
	stop  int // the length of dst at which writing ends
	ascii bool
	open  []opened // the containers around

	sorted bool // mappings by key, also those with an order of their own
}

// opened identifies a container, to find one that holds itself.
type opened struct {
	at  uintptr
	len int
	typ reflect.Type
}

func (p *printer) full() bool { return len(p.dst) >= p.stop }

func (p *printer) any(v any) {
	switch v := v.(type) {
	case nil:
		p.text("None")
	case string:
		p.quoted(v)
	case int:
		p.dst = strconv.AppendInt(p.dst, int64(v), 10)
	case wrapper:
		p.any(v.Any())
	default:
		p.reflected(reflect.ValueOf(v))
	}
}

func (p *printer) text(s string) { p.dst = append(p.dst, s...) }

func (p *printer) quoted(s string) {
	if len(s) > p.stop-len(p.dst) { // then there will be no room for more
		s = s[:max(p.stop-len(p.dst), 0)]
	}
	p.dst = appendQuoted(p.dst, s, p.ascii)
}

func (p *printer) reflected(r reflect.Value) {
	if !r.IsValid() {
		p.text("None")
		return
	}
	if r.Type().NumMethod() > 0 && r.CanInterface() && p.known(r) {
		return
	}
	switch r.Kind() {
	case reflect.Interface, reflect.Pointer:
		p.pointer(r)
	case reflect.Bool:
		p.boolean(r.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		p.dst = strconv.AppendInt(p.dst, r.Int(), 10)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		p.dst = strconv.AppendUint(p.dst, r.Uint(), 10)
	case reflect.Float32, reflect.Float64:
		p.dst = appendShortest(p.dst, r.Float(), r.Type().Bits())
	case reflect.String:
		p.quoted(r.String())
	case reflect.Slice, reflect.Array:
		p.sequence(r)
	case reflect.Map:
		p.mapping(r)
	default:
		p.text("<" + typeName(r.Type()) + " object>")
	}
}

func (p *printer) boolean(b bool) {
	if b {
		p.text("True")
	} else {
		p.text("False")
	}
}

func (p *printer) pointer(r reflect.Value) {
	switch {
	case r.IsNil():
		p.text("None")
	case p.enter(r, 0):
		p.reflected(r.Elem())
		p.leave()
	}
}

// typeName is the name of a type, or of what a pointer points to.
func typeName(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Name() == "" {
		return t.Kind().String()
	}
	return t.Name()
}

// known writes the types that have a form of their own.
func (p *printer) known(r reflect.Value) bool {
	if r.Kind() == reflect.Pointer && r.IsNil() {
		p.text("None")
		return true
	}
	switch v := r.Interface().(type) {
	case wrapper:
		p.any(v.Any())
	case decimal.Decimal:
		p.dst = append(AppendDecimal(append(p.dst, "Decimal('"...), v), "')"...)
	case *big.Int:
		p.dst = v.Append(p.dst, 10)
	case time.Time, civil.Date, civil.Time, time.Duration:
		p.dst = appendTimeRepr(p.dst, v)
	case uuid.UUID:
		p.text("UUID('" + v.String() + "')")
	default:
		if pairs, ok := pairsOf(v); ok {
			p.pairs(r, p.order(pairs))
			return true
		}
		return p.named(r, v)
	}
	return true
}

// named writes a type that has a text. Text types are shown as their text.
func (p *printer) named(r reflect.Value, v any) bool {
	if r.Kind() == reflect.String {
		return false
	}
	var text string
	switch v := v.(type) {
	case fmt.Stringer:
		text = v.String()
	case error:
		text = v.Error()
	default:
		return false
	}
	p.text("<" + typeName(r.Type()) + ": " + text + ">")
	return true
}

// enter notes a container; it is false, with a text written, where that is
// open already or too deep.
func (p *printer) enter(r reflect.Value, length int) bool {
	o := opened{typ: r.Type(), len: length}
	if r.Kind() != reflect.Array && r.Kind() != reflect.Interface && r.Kind() != reflect.Struct {
		o.at = r.Pointer()
	}
	if len(p.open) >= maxDepth || p.full() || o.at != 0 && slices.Contains(p.open, o) {
		p.text("...")
		return false
	}
	p.open = append(p.open, o)
	return true
}

func (p *printer) leave() { p.open = p.open[:len(p.open)-1] }

var (
	tupleType = reflect.TypeFor[Tuple]()
	setType   = reflect.TypeFor[Set]()
)

func (p *printer) sequence(r reflect.Value) {
	if b, ok := bytesOf(r); ok {
		p.dst = AppendBytes(p.dst, b)
		return
	}
	before, after := brackets(r)
	p.text(before)
	if p.enter(r, r.Len()) {
		for i := range r.Len() {
			if i > 0 {
				p.text(", ")
			}
			if p.full() {
				p.text("...")
				break
			}
			p.reflected(r.Index(i))
		}
		p.leave()
	}
	p.text(after)
}

// bytesOf returns the bytes of a []byte.
func bytesOf(r reflect.Value) ([]byte, bool) {
	if r.Kind() != reflect.Slice || r.Type().Elem().Kind() != reflect.Uint8 {
		return nil, false
	}
	return r.Bytes(), true
}

// brackets are what Python writes around the items of such a sequence.
func brackets(r reflect.Value) (before, after string) {
	switch t := r.Type(); {
	case (t == tupleType || r.Kind() == reflect.Array) && r.Len() == 1:
		return "(", ",)"
	case t == tupleType || r.Kind() == reflect.Array:
		return "(", ")"
	case t == setType && r.Len() == 0:
		return "set(", ")"
	case t == setType:
		return "{", "}"
	}
	return "[", "]"
}

func (p *printer) mapping(r reflect.Value) {
	p.text("{")
	if p.enter(r, r.Len()) {
		for i, key := range sortedKeys(r) {
			if i > 0 {
				p.text(", ")
			}
			if p.full() {
				p.text("...")
				break
			}
			p.reflected(key)
			p.text(": ")
			p.reflected(r.MapIndex(key))
		}
		p.leave()
	}
	p.text("}")
}

func (p *printer) pairs(r reflect.Value, pairs iter.Seq2[any, any]) {
	p.text("{")
	if p.enter(reflect.Indirect(r), 0) {
		first := true
		for key, value := range pairs {
			if !first {
				p.text(", ")
			}
			first = false
			if p.full() {
				p.text("...")
				break
			}
			p.any(key)
			p.text(": ")
			p.any(value)
		}
		p.leave()
	}
	p.text("}")
}
