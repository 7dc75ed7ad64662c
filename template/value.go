package template

import (
	"math"
	"math/big"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/markup"
)

// A Kind says what a [Value] is to the template language.
type Kind uint8

// The kinds of values.
const (
	// KindNone is Python's None: nil, a nil pointer, a nil interface. It is the zero Value.
	KindNone Kind = iota
	// KindBool is true or false.
	KindBool
	// KindInt is an integer of 64 bits.
	KindInt
	// KindFloat is a float64.
	KindFloat
	// KindText is text, safe or not.
	KindText
	// KindObject is all else: structs, slices, maps, times, decimals, functions, text and number
	// types with methods of their own.
	KindObject
)

// A Value is a value of a template. It holds numbers and text without allocating, and any other Go
// value by reflection. The zero Value is None. Values are passed by copying; a Value may be used by
// several goroutines as long as what it refers to may.
type Value struct {
	kind Kind
	safe bool
	num  uint64 // of a bool, int64 or float64
	str  string
	ref  reflect.Value // of an object
}

// None returns the value None.
func None() Value { return Value{} }

// Bool returns a boolean value.
func Bool(b bool) Value {
	v := Value{kind: KindBool}
	if b {
		v.num = 1
	}
	return v
}

// Int returns an integer value.
func Int(i int64) Value { return Value{kind: KindInt, num: uint64(i)} }

// Float returns a floating point value.
func Float(f float64) Value { return Value{kind: KindFloat, num: math.Float64bits(f)} }

// Text returns text that is escaped where it is shown.
func Text(s string) Value { return Value{kind: KindText, str: s} }

// HTML returns text that is HTML already (Django's mark_safe).
func HTML(s markup.HTML) Value { return Value{kind: KindText, str: string(s), safe: true} }

// ValueOf returns the value of anything: nil and nil pointers are None, numbers and text of Go's
// own types are numbers and text, [markup.HTML] is safe text, pointers to numbers and text are
// what they point to.
func ValueOf(given any) Value {
	switch x := given.(type) {
	case nil:
		return Value{}
	case string:
		return Text(x)
	case int:
		return Int(int64(x))
	case bool:
		return Bool(x)
	case float64:
		return Float(x)
	case int64:
		return Int(x)
	case markup.HTML:
		return HTML(x)
	case Value:
		return x
	case time.Time:
		return object(reflect.ValueOf(given)) // of x it would be a copy on the heap
	}
	return reflected(reflect.ValueOf(given))
}

// reflected returns the value of a reflect.Value, which may be invalid.
func reflected(r reflect.Value) Value {
	for r.Kind() == reflect.Interface {
		if r.IsNil() {
			return Value{}
		}
		r = r.Elem()
	}
	if !r.IsValid() {
		return Value{}
	}
	return typeOf(r.Type()).read(r)
}

// object returns a value that keeps r as it is.
func object(r reflect.Value) Value { return Value{kind: KindObject, ref: r} }

// Kind returns what v is.
func (v Value) Kind() Kind { return v.kind }

// IsNone tells whether v is None.
func (v Value) IsNone() bool { return v.kind == KindNone }

// Safe tells whether v is text that is HTML already.
func (v Value) Safe() bool { return v.safe }

// MarkSafe returns v as text that is HTML already (Django's mark_safe).
func (v Value) MarkSafe() Value {
	if v.kind != KindText {
		return Value{kind: KindText, safe: true, str: v.String()}
	}
	v.safe = true
	return v
}

// Text returns the text of v if it is text.
func (v Value) Text() (string, bool) { return v.str, v.kind == KindText }

// Int returns v as an integer where it is one, or a boolean, which Python counts as 0 or 1.
func (v Value) Int() (int64, bool) {
	switch v.kind {
	case KindInt, KindBool:
		return int64(v.num), true
	case KindObject:
		switch r := v.deref(); {
		case r.CanInt():
			return r.Int(), true
		case r.CanUint() && r.Uint() <= math.MaxInt64:
			return int64(r.Uint()), true
		}
	}
	return 0, false
}

// Float returns v as a float where it is a number.
func (v Value) Float() (float64, bool) {
	if i, ok := v.Int(); ok {
		return float64(i), true
	}
	if v.kind == KindFloat {
		return math.Float64frombits(v.num), true
	}
	if v.kind == KindObject {
		if r := v.deref(); r.CanFloat() {
			return r.Float(), true
		} else if r.CanUint() {
			return float64(r.Uint()), true
		}
		switch x := v.Any().(type) {
		case *big.Int:
			f, _ := new(big.Float).SetInt(x).Float64()
			return f, true
		case interface{ InexactFloat64() float64 }:
			return x.InexactFloat64(), true
		}
	}
	return 0, false
}

// Time returns v as a moment if it is a time.Time, or an i18n.DateValue that is a moment.
func (v Value) Time() (time.Time, bool) {
	if v.kind != KindObject {
		return time.Time{}, false
	}
	if v.ref.Type() == dateValueType {
		return v.Any().(i18n.DateValue).Moment()
	}
	return as[time.Time](v.ref)
}

// as returns r, or what it points to, as a T, without allocating for addressable fields.
func as[T any](r reflect.Value) (t T, ok bool) {
	if r.Kind() == reflect.Pointer {
		if r.IsNil() {
			return t, false
		}
		r = r.Elem()
	}
	if r.Type() != reflect.TypeFor[T]() || !r.CanInterface() {
		return t, false
	}
	if r.CanAddr() {
		return *r.Addr().Interface().(*T), true
	}
	return r.Interface().(T), true
}

// Any returns v as a Go value: nil, bool, int64, float64, string, markup.HTML, or the object as it
// was given.
func (v Value) Any() any {
	switch v.kind {
	case KindBool:
		return v.num != 0
	case KindInt:
		return int64(v.num)
	case KindFloat:
		return math.Float64frombits(v.num)
	case KindText:
		if v.safe {
			return markup.HTML(v.str)
		}
		return v.str
	case KindObject:
		if v.ref.CanInterface() {
			return v.ref.Interface()
		}
	}
	return nil
}

// Reflect returns the object of v; for other kinds it is the reflect.Value of [Value.Any].
func (v Value) Reflect() reflect.Value {
	if v.kind == KindObject {
		return v.ref
	}
	return reflect.ValueOf(v.Any())
}

// deref returns the object behind pointers.
func (v Value) deref() reflect.Value {
	r := v.ref
	for r.Kind() == reflect.Pointer && !r.IsNil() {
		r = r.Elem()
	}
	return r
}

// Truth tells whether Python's bool(v) is true: not None, False, zero, empty text, nor empty
// collection. Objects are asked by a method IsZero (as of decimal.Decimal, but not of time.Time:
// every moment is true); a method Len is a length.
func (v Value) Truth() bool {
	switch v.kind {
	case KindNone:
		return false
	case KindBool, KindInt:
		return v.num != 0
	case KindFloat:
		return math.Float64frombits(v.num) != 0
	case KindText:
		return v.str != ""
	}
	if n, ok := v.Len(); ok {
		return n > 0
	}
	switch r := v.deref(); {
	case r.CanInt():
		return r.Int() != 0
	case r.CanUint():
		return r.Uint() != 0
	case r.CanFloat():
		return r.Float() != 0
	case r.Kind() == reflect.Bool:
		return r.Bool()
	case r.Kind() == reflect.Pointer, r.Kind() == reflect.Func, r.Kind() == reflect.Chan:
		return !r.IsNil()
	}
	switch x := v.Any().(type) {
	case *big.Int:
		return x.Sign() != 0
	case interface{ Sign() int }: // decimals
		return x.Sign() != 0
	}
	return true
}

// Len returns the length of text in code points, or of a slice, map, array, or an object with a
// method Len() int. It is false for what has no length.
func (v Value) Len() (int, bool) {
	switch v.kind {
	case KindText:
		return utf8.RuneCountInString(v.str), true
	case KindObject:
		r := v.deref()
		switch r.Kind() {
		case reflect.Slice, reflect.Map, reflect.Array:
			return r.Len(), true
		case reflect.String:
			return utf8.RuneCountInString(r.String()), true
		}
		if l, ok := v.Any().(interface{ Len() int }); ok {
			return l.Len(), true
		}
	}
	return 0, false
}
