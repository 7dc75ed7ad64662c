package template

import (
	"fmt"
	"reflect"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/markup"
	"github.com/shopspring/decimal"
)

// convert makes a value an argument of a Go function: text of anything, numbers of numbers and of
// text that is one, booleans by their truth, and Go values as they are.
func convert(c *Context, v Value, t reflect.Type) (reflect.Value, error) {
	switch t {
	case reflect.TypeFor[Value]():
		return reflect.ValueOf(v), nil
	case htmlType:
		if v.safe {
			return reflect.ValueOf(markup.HTML(v.str)), nil
		}
		return reflect.ValueOf(markup.Escape(v.text())), nil
	case decimalType:
		if d, ok := v.decimal(); ok {
			return reflect.ValueOf(d), nil
		}
	}
	if t.Kind() == reflect.Interface {
		return toInterface(v, t)
	}
	if v.kind == KindObject {
		if r, ok := fits(v.ref, t); ok {
			return r, nil
		}
	}
	out := reflect.New(t).Elem()
	switch {
	case t.Kind() == reflect.String:
		out.SetString(v.text())
		return out, nil
	case t.Kind() == reflect.Bool:
		out.SetBool(v.Truth())
		return out, nil
	case out.CanInt(), out.CanUint(), out.CanFloat():
		if setNumber(out, v) {
			return out, nil
		}
	case v.kind == KindNone && (t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map):
		return out, nil
	case t.Kind() == reflect.Slice:
		return toSlice(c, v, t)
	}
	return out, fmt.Errorf("needs %s, got %s %s", t, v.typeName(), quote(v.String()))
}

func toInterface(v Value, t reflect.Type) (reflect.Value, error) {
	if v.kind == KindNone {
		return reflect.Zero(t), nil
	}
	for _, x := range []any{v.Any(), v.methodOf()} {
		if r := reflect.ValueOf(x); r.IsValid() && r.Type().Implements(t) {
			return r, nil
		}
	}
	return reflect.Value{}, fmt.Errorf("needs %s, got %s", t, v.typeName())
}

func (v Value) methodOf() any {
	if v.kind != KindObject {
		return nil
	}
	return v.method()
}

// fits returns an object as a t: itself, what it points to, or its pointer.
func fits(r reflect.Value, t reflect.Type) (reflect.Value, bool) {
	switch {
	case r.Type().AssignableTo(t):
		return r, true
	case r.Kind() == reflect.Pointer && !r.IsNil() && r.Type().Elem().AssignableTo(t):
		return r.Elem(), true
	case t.Kind() == reflect.Pointer && r.Type().AssignableTo(t.Elem()):
		return addressable(r).Addr(), true
	case r.Kind() != reflect.Struct && r.Kind() == t.Kind() && r.Type().ConvertibleTo(t):
		return r.Convert(t), true
	}
	return reflect.Value{}, false
}

func setNumber(out reflect.Value, v Value) bool {
	if s, ok := v.Text(); ok {
		v = numberIn(s)
	}
	i, isInt := v.Int()
	f, isFloat := v.Float()
	switch {
	case out.CanFloat() && isFloat:
		out.SetFloat(f)
	case out.CanInt() && isInt && !out.OverflowInt(i):
		out.SetInt(i)
	case out.CanInt() && !isInt && isFloat && f == float64(int64(f)) && !out.OverflowInt(int64(f)):
		out.SetInt(int64(f))
	case out.CanUint() && isInt && i >= 0 && !out.OverflowUint(uint64(i)):
		out.SetUint(uint64(i))
	default:
		return false
	}
	return true
}

// numberIn returns the number that a text is, or None.
func numberIn(s string) Value {
	if i, large, ok := pyfmt.ParseInt(s); ok && large == nil {
		return Int(i)
	}
	if f, ok := pyfmt.ParseFloat(s); ok {
		return Float(f)
	}
	return Value{}
}

// decimal returns a number, or the number that a text is, as a decimal.
func (v Value) decimal() (d decimal.Decimal, ok bool) {
	switch v.kind {
	case KindInt, KindBool:
		return decimal.NewFromInt(int64(v.num)), true
	case KindFloat, KindText:
		d, err := decimal.NewFromString(v.String())
		return d, err == nil
	case KindObject:
		return as[decimal.Decimal](v.ref)
	}
	return d, false
}

func toSlice(c *Context, v Value, t reflect.Type) (reflect.Value, error) {
	if c == nil { // a constant of a template: text and numbers are no lists
		return reflect.Value{}, fmt.Errorf("needs %s, got %s", t, v.typeName())
	}
	out := reflect.MakeSlice(t, 0, 0)
	for item, err := range v.items(c) {
		if err != nil {
			return out, err
		}
		r, err := convert(c, item, t.Elem())
		if err != nil {
			return out, err
		}
		out = reflect.Append(out, r)
	}
	return out, nil
}
