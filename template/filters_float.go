package template

import (
	"errors"
	"fmt"
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
