package template

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/markup"
	"github.com/shopspring/decimal"
)

// numberFilters calculate with numbers and show them.
func numberFilters() map[string]Filter {
	tenth := Int(-1)
	return map[string]Filter{
		"add":            {Func: filterAdd},
		"divisibleby":    {Func: filterDivisibleBy},
		"filesizeformat": {Func: filterFileSizeFormat, Safe: true},
		"floatformat":    {Func: filterFloatFormat, Default: &tenth, Safe: true, Bind: bindFloatFormat},
		"get_digit":      {Func: filterGetDigit},
		"stringformat":   {Func: filterStringFormat, Safe: true},
	}
}

// filterAdd adds two integers, or what Python's + adds: texts, lists, times and durations.
func filterAdd(c *Context, v, arg Value) (Value, error) {
	a, err := v.pyInt()
	if err == nil {
		var b pyInt
		if b, err = arg.pyInt(); err == nil {
			return addInts(a, b), nil
		}
	}
	if errors.Is(err, errOverflow) {
		return Value{}, fmt.Errorf("add: %w", err)
	}
	return c.concat(v, arg)
}

func addInts(a, b pyInt) Value {
	if a.big == nil && b.big == nil {
		if sum := a.n + b.n; (sum > a.n) == (b.n > 0) {
			return Int(sum)
		}
	}
	return intOfBig(new(big.Int).Add(a.large(), b.large())).value()
}

// concat is Python's a + b of what are not two integers; nothing where Python has no sum.
func (c *Context) concat(a, b Value) (Value, error) {
	if s, ok := a.plainText(); ok {
		t, ok := b.plainText()
		if !ok {
			return Text(""), nil
		}
		sum := c.TextOf(append(append(c.Scratch(), s...), t...))
		sum.safe = a.safe && b.safe
		return sum, nil
	}
	if x, ok := a.addable(); ok {
		if y, ok := b.addable(); ok {
			return Float(x + y), nil
		}
		return Text(""), nil
	}
	if a.kind != KindObject || b.kind != KindObject || a.isMap() || b.isMap() {
		return Text(""), nil
	}
	if sum, ok := addTimes(a.Any(), b.Any()); ok {
		return ValueOf(sum), nil
	}
	return concatLists(a.deref(), b.deref()), nil
}

// addable returns a number as a float; Python adds no text to one.
func (v Value) addable() (float64, bool) {
	if _, ok := v.Any().(time.Duration); ok {
		return 0, false
	}
	return v.Float()
}

func addTimes(a, b any) (any, bool) {
	if _, ok := a.(time.Duration); ok {
		if _, ok := b.(time.Duration); !ok {
			a, b = b, a
		}
	}
	d, ok := b.(time.Duration)
	if !ok {
		return nil, false
	}
	switch a := a.(type) {
	case time.Duration:
		return a + d, true
	case time.Time:
		return a.Add(d), true
	case civil.Date:
		return a.AddDays(int(math.Floor(d.Hours() / 24))), true
	}
	return nil, false
}

var tupleType = reflect.TypeFor[pyfmt.Tuple]()

// isTuple tells whether a list is a tuple to Python.
func isTuple(r reflect.Value) bool { return r.Kind() == reflect.Array || r.Type() == tupleType }

// concatLists joins two lists or two tuples; nothing where they are not alike.
func concatLists(a, b reflect.Value) Value {
	if !isList(a) || !isList(b) || isTuple(a) != isTuple(b) {
		return Text("")
	}
	if a.Type() == b.Type() && a.Kind() == reflect.Slice {
		sum := reflect.MakeSlice(a.Type(), 0, a.Len()+b.Len())
		return object(reflect.AppendSlice(reflect.AppendSlice(sum, a), b))
	}
	list := make([]any, 0, a.Len()+b.Len())
	for _, r := range []reflect.Value{a, b} {
		for i := range r.Len() {
			list = append(list, reflected(r.Index(i)).Any())
		}
	}
	if isTuple(a) {
		return ValueOf(pyfmt.Tuple(list))
	}
	return ValueOf(list)
}

func filterDivisibleBy(_ *Context, v, arg Value) (Value, error) {
	a, err := v.pyInt()
	if err != nil {
		return Value{}, numberError("divisibleby", v, err)
	}
	b, err := arg.pyInt()
	if err != nil {
		return Value{}, numberError("divisibleby", arg, err)
	}
	switch {
	case b.big == nil && b.n == 0:
		return Value{}, errors.New("divisibleby: division by zero")
	case a.big == nil && b.big == nil:
		return Bool(b.n == -1 || a.n%b.n == 0), nil
	}
	return Bool(new(big.Int).Rem(a.large(), b.large()).Sign() == 0), nil
}

// filterGetDigit returns a digit from the right, the last being 1.
func filterGetDigit(_ *Context, v, arg Value) (Value, error) {
	at, err := arg.pyInt()
	var n pyInt
	if err == nil {
		n, err = v.pyInt()
	}
	switch {
	case errors.Is(err, errValue):
		return v, nil
	case err != nil:
		return Value{}, fmt.Errorf("get_digit: the number or the argument %w", err)
	case at.big != nil && at.big.Sign() > 0:
		return Int(0), nil
	case at.big != nil || at.n < 1:
		return n.value(), nil
	}
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], n.n, 10)
	if n.big != nil {
		digits = n.big.Append(nil, 10)
	}
	i := len(digits) - int(min(at.n, int64(len(digits))+1))
	switch {
	case i < 0:
		return Int(0), nil
	case digits[i] == '-':
		return Value{}, errors.New("get_digit: the minus is no digit")
	}
	return Int(int64(digits[i] - '0')), nil
}

// filterFileSizeFormat shows a number of bytes: "13.0 KB", with a space that does not break.
func filterFileSizeFormat(c *Context, v Value) (Value, error) {
	size, err := v.pyInt()
	if errors.Is(err, errOverflow) {
		return Value{}, numberError("filesizeformat", v, err)
	}
	if err != nil {
		size = pyInt{}
	}
	n, _ := new(big.Float).SetInt(size.large()).Float64()
	if math.IsInf(n, 0) {
		return Value{}, errors.New("filesizeformat: the number is too large")
	}
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	if n < 1024 {
		text := c.locale.NGettext("%(size)d byte", "%(size)d bytes", int(n))
		return Text(sign + markup.AvoidWrapping(strings.ReplaceAll(text, "%(size)d", strconv.Itoa(int(n))))), nil
	}
	unit, message := 1024.0, ""
	for _, message = range []string{"%s KB", "%s MB", "%s GB", "%s TB", "%s PB"} {
		if n < unit*1024 || message == "%s PB" {
			break
		}
		unit *= 1024
	}
	// As Python's round(n, 1): to the nearest tenth of what the float is.
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(n/unit, 'f', 1, 64), 64)
	shown := c.locale.Number(i18n.Float(rounded), 1)
	return Text(sign + markup.AvoidWrapping(strings.Replace(c.translate("", message), "%s", shown, 1))), nil
}

// filterStringFormat is Python's %-formatting with arg behind the percent sign.
func filterStringFormat(c *Context, v, arg Value) (Value, error) {
	format, err := c.textOf(arg)
	if err != nil {
		return Value{}, err
	}
	value := v.python()
	switch value.(type) {
	case pyfmt.Tuple: // Python takes its items for several values, Django takes its text
		value = string(pyfmt.AppendRepr(nil, value))
	}
	out, err := pyfmt.AppendFormat(c.Scratch(), "%"+format.str, value)
	switch {
	case errors.Is(err, pyfmt.ErrFormat):
		return Text(""), nil
	case err != nil:
		return Value{}, fmt.Errorf("stringformat %s: %w", quote(format.str), err)
	}
	return c.TextOf(out), nil
}

// python returns v as package pyfmt knows it: numbers, lists and mappings as they are, other objects
// by their text.
func (v Value) python() any {
	switch v.kind {
	case KindText:
		return v.str
	case KindObject:
	default:
		return v.Any()
	}
	x := v.Any()
	switch x := x.(type) {
	case *big.Int, decimal.Decimal, time.Time, civil.Date, civil.Time, time.Duration, Mapping:
		return x
	case *decimal.Decimal:
		return *x
	}
	switch r := v.deref(); r.Kind() {
	case reflect.Slice, reflect.Array, reflect.Map:
		return x
	case reflect.Uint, reflect.Uint64, reflect.Float32, reflect.Float64:
		return x
	}
	return opaque(v.String())
}
