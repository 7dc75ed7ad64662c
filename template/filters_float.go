package template

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/shopspring/decimal"
)

// floatArg is the argument of floatformat: places, with g for groups of digits and u for plain
// digits in every language.
type floatArg struct {
	places      int
	whole       bool // show no places where the number has no fraction
	grouped     bool
	unlocalized bool
}

// errPlaces is the error of an argument that is no number; the value is shown as it is then.
var errPlaces = errors.New("places are no number")

func floatArgOf(arg Value) (floatArg, error) {
	f := floatArg{}
	if s, ok := arg.plainText(); ok {
		switch {
		case s == "":
			return f, errors.New("floatformat: the argument is empty")
		case strings.HasSuffix(s, "gu"), strings.HasSuffix(s, "ug"):
			f.grouped, f.unlocalized = true, true
			s = s[:len(s)-2]
		case strings.HasSuffix(s, "g"):
			f.grouped = true
			s = s[:len(s)-1]
		case strings.HasSuffix(s, "u"):
			f.unlocalized = true
			s = s[:len(s)-1]
		}
		if arg = Text(s); s == "" {
			arg = Int(-1)
		}
	}
	n, err := arg.pyInt()
	switch {
	case errors.Is(err, errValue):
		return f, errPlaces
	case err != nil:
		return f, numberError("floatformat", arg, err)
	case n.big != nil || n.n > pyfmt.MaxWidth || n.n < -pyfmt.MaxWidth:
		return f, fmt.Errorf("floatformat: more than %d places", pyfmt.MaxWidth)
	}
	f.places, f.whole = int(max(n.n, -n.n)), n.n <= 0
	return f, nil
}

// filterFloatFormat rounds a number to some places, half up.
func filterFloatFormat(c *Context, v, arg Value) (Value, error) {
	f, err := floatArgOf(arg)
	return c.floatFormat(v, f, err)
}

// bindFloatFormat reads an argument that is known when the template is compiled.
func bindFloatFormat(arg Value) (func(*Context, Value) (Value, error), error) {
	f, err := floatArgOf(arg)
	return func(c *Context, v Value) (Value, error) { return c.floatFormat(v, f, err) }, nil
}

// floatFormat shows v as f says; err is what is wrong with f, which matters for numbers alone.
func (c *Context) floatFormat(v Value, f floatArg, err error) (Value, error) {
	if v.kind == KindFloat && err == nil && c.locale == nil && !f.grouped && !f.whole {
		x, _ := v.Float()
		if dst, ok := appendRounded(c.Scratch(), x, f.places); ok {
			return c.TextOf(dst).MarkSafe(), nil
		}
	}
	var d pyfmt.Decimal
	if !decimalOf(&d, v) {
		return Text(""), nil
	}
	if err != nil && !errors.Is(err, errPlaces) {
		return Value{}, err
	}
	if err != nil || !d.Finite() {
		s, err := c.textOf(v)
		return s.unsafe(), err
	}
	dst := c.Scratch()
	if f.whole && d.Integer() {
		dst = d.AppendInteger(dst)
	} else {
		dst = d.AppendFixed(dst, f.places)
	}
	number := c.TextOf(dst)
	if c.locale == nil && !f.grouped {
		return number.MarkSafe(), nil
	}
	l, grouping := c.locale, i18n.GroupBySettings
	if f.grouped {
		grouping = i18n.GroupAlways
	}
	if f.unlocalized {
		l = l.Unlocalized()
	}
	return c.TextOf(l.AppendNumber(c.Scratch(), i18n.Digits(number.str), i18n.AllPlaces, grouping)).MarkSafe(), nil
}

var tens = [...]int64{1, 10, 100, 1e3, 1e4, 1e5, 1e6}

// appendRounded appends what the decimals of package pyfmt make of a float, without its digits being
// found first. It does so where the answer is plain: up to 1e9 steps of the last place, so that the
// product is right to a millionth of a step, and not that near to the middle between two, where the
// digits of the float decide.
func appendRounded(dst []byte, f float64, places int) (_ []byte, ok bool) {
	if places >= len(tens) {
		return dst, false
	}
	steps := math.Abs(f) * float64(tens[places])
	if !(steps < 1e9) {
		return dst, false
	}
	n := int64(steps)
	switch rest := steps - float64(n); {
	case rest > 0.5+1e-6:
		n++
	case rest > 0.5-1e-6:
		return dst, false
	}
	if f < 0 && n > 0 {
		dst = append(dst, '-')
	}
	dst = strconv.AppendInt(dst, n/tens[places], 10)
	if places == 0 {
		return dst, true
	}
	dst = append(dst, '.')
	for i := places - 1; i >= 0; i-- {
		dst = append(dst, '0'+byte(n/tens[i]%10))
	}
	return dst, true
}

// decimalOf reads a number, or a text that is one, into d; ok is false where Python's Decimal and
// float refuse it.
func decimalOf(d *pyfmt.Decimal, v Value) (ok bool) {
	switch v.kind {
	case KindInt, KindBool:
		d.SetInt(int64(v.num))
		return true
	case KindFloat:
		f, _ := v.Float()
		d.SetFloat(f)
		return true
	case KindNone:
		return false
	case KindText:
		return parseDecimal(d, v.str)
	}
	if x, ok := as[decimal.Decimal](v.ref); ok {
		if n := x.Coefficient(); n.IsInt64() {
			d.SetScaled(n.Int64(), int(x.Exponent()))
			return true
		}
		return d.Parse(string(pyfmt.AppendDecimal(nil, x)))
	}
	return parseDecimal(d, v.String())
}

func parseDecimal(d *pyfmt.Decimal, s string) bool {
	if d.Parse(s) {
		return true
	}
	f, ok := pyfmt.ParseFloat(s)
	d.SetFloat(f)
	return ok
}
