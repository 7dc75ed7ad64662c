package humanize

import (
	"errors"
	"math"
	"math/big"
	"strings"
	"time"
	"unicode"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/template"
)

// Library returns the filters apnumber, intcomma, intword, naturalday,
// naturaltime and ordinal, for the Libraries of a template engine under the name
// "humanize". As in Django a value that a filter can't use comes back unchanged.
func Library() *template.Library {
	yes, none := template.Bool(true), template.None()
	return &template.Library{Filters: map[string]template.Filter{
		"apnumber":    {Func: apNumberFilter, Safe: true},
		"intcomma":    {Func: intCommaFilter, Default: &yes, Safe: true},
		"intword":     {Func: intWordFilter},
		"naturalday":  {Func: naturalDayFilter, Default: &none, LocalTime: true},
		"naturaltime": {Func: naturalTimeFilter},
		"ordinal":     {Func: ordinalFilter, Safe: true},
	}}
}

// errInfinite is Python's OverflowError.
var errInfinite = errors.New("cannot convert infinity to an integer")

// integer is Python's int(v). It is nil of what is no number, and of a decimal of
// more digits than Python writes.
func integer(v template.Value) (*big.Int, error) {
	if n, ok := v.Int(); ok {
		return big.NewInt(n), nil
	}
	if s, ok := v.Text(); ok {
		n, large, ok := pyfmt.ParseInt(s)
		if ok && large == nil {
			large = big.NewInt(n)
		}
		return large, nil
	}
	switch x := v.Any().(type) {
	case *big.Int:
		return x, nil
	case decimal.Decimal:
		switch exponent := int(x.Exponent()); {
		case exponent > pyfmt.MaxIntDigits:
			return nil, nil
		case -exponent >= x.NumDigits(): // no digit before the point; BigInt would compute 10^-exponent
			return new(big.Int), nil
		}
		return x.BigInt(), nil
	case uint, uint64:
		n, _ := new(big.Int).SetString(v.String(), 10)
		return n, nil
	}
	f, ok := v.Float()
	switch {
	case !ok || math.IsNaN(f):
		return nil, nil
	case math.IsInf(f, 0):
		return nil, errInfinite
	}
	n, _ := new(big.Float).SetFloat64(f).Int(nil)
	return n, nil
}

// intValue returns n as templates have it.
func intValue(n *big.Int) template.Value {
	if n.IsInt64() {
		return template.Int(n.Int64())
	}
	return template.ValueOf(n)
}

func ordinalFilter(c *template.Context, v template.Value) (template.Value, error) {
	n, err := integer(v)
	switch {
	case err != nil || n == nil:
		return v, err
	case n.Sign() < 0:
		return template.Text(n.String()), nil
	}
	return template.HTML(ordinal(c.Locale(), n.String())), nil
}

func apNumberFilter(c *template.Context, v template.Value) (template.Value, error) {
	n, err := integer(v)
	switch {
	case err != nil || n == nil:
		return v, err
	case !n.IsInt64() || n.Int64() < 1 || n.Int64() > 9:
		return intValue(n), nil
	}
	return template.Text(APNumber(c.Locale(), n.Int64())), nil
}

func intWordFilter(c *template.Context, v template.Value) (template.Value, error) {
	n, err := integer(v)
	if err != nil || n == nil {
		return v, err
	}
	s, ok := intWord(c.Locale(), n)
	if !ok {
		return intValue(n), nil
	}
	return template.Text(s), nil
}

// intCommaFilter writes in the format of the language, or with commas where the
// argument is false or the value is no number.
func intCommaFilter(c *template.Context, v, localize template.Value) (template.Value, error) {
	if localize.Truth() {
		if n, ok := number(v); ok {
			return template.Text(IntComma(c.Locale(), n)), nil
		}
	}
	return template.Text(commas(v.String())), nil
}

// number is Python's Decimal(v), and a float as it is.
func number(v template.Value) (i18n.Number, bool) {
	if n, ok := v.Int(); ok {
		return i18n.Decimal(big.NewInt(n), 0), true
	}
	if s, ok := v.Text(); ok {
		if n, _ := integer(v); n != nil {
			return i18n.Decimal(n, 0), true
		}
		if d := (pyfmt.Decimal{}); !d.Parse(s) {
			return i18n.Number{}, false
		}
		return i18n.ParseDecimal(plainDecimal(s))
	}
	switch x := v.Any().(type) {
	case *big.Int:
		return i18n.Decimal(x, 0), true
	case decimal.Decimal:
		return i18n.Decimal(x.Coefficient(), int(x.Exponent())), true
	case uint, uint64:
		return i18n.ParseDecimal(v.String())
	}
	f, ok := v.Float()
	return i18n.Float(f), ok
}

// plainDecimal writes a text that Python reads as a decimal as Go reads it.
func plainDecimal(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || unicode.IsSpace(r) {
			return -1
		}
		return r
	}, s)
}

func naturalDayFilter(c *template.Context, v, arg template.Value) (template.Value, error) {
	day, now := civil.Date{}, c.Now()
	switch x := v.Any().(type) {
	case time.Time:
		day, now = civil.DateOf(x), now.In(x.Location())
	case civil.Date:
		day, now = x, now.In(c.Locale().Zone())
	case i18n.DateValue:
		if !x.HasDay() {
			return v, nil
		}
		day, now = civil.DateOf(x.Wall()), now.In(c.Locale().Zone())
		if t, ok := x.Moment(); ok {
			now = now.In(t.Location())
		}
	default:
		return v, nil
	}
	format := "DATE_FORMAT"
	if s, ok := arg.Text(); ok && s != "" {
		format = s
	}
	s, err := NaturalDay(c.Locale(), day, now, i18n.ParseDateFormat(format))
	return template.Text(s), err
}

func naturalTimeFilter(c *template.Context, v template.Value) (template.Value, error) {
	t, now := time.Time{}, c.Now()
	switch x := v.Any().(type) {
	case time.Time:
		t = x
	case i18n.DateValue:
		if !x.HasDay() || !x.HasClock() {
			return v, nil
		}
		t = x.Wall()
		if m, ok := x.Moment(); ok {
			t = m
		} else {
			now = wall(now.In(c.Locale().Zone()))
		}
	default:
		return v, nil
	}
	return template.Text(NaturalTime(c.Locale(), t, now)), nil
}

// wall returns what t shows as a time in UTC, to be compared with a naive value.
func wall(t time.Time) time.Time { return i18n.Naive(t).Wall() }
