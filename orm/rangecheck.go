package orm

import (
	"fmt"
	"math"
	"net/netip"
	"reflect"

	"github.com/shopspring/decimal"
)

// intRanges are the numbers that columns of integer types hold, on all databases.
var intRanges = map[string][2]int64{
	"SmallAutoField":            {math.MinInt16, math.MaxInt16},
	"AutoField":                 {math.MinInt32, math.MaxInt32},
	"SmallIntegerField":         {math.MinInt16, math.MaxInt16},
	"IntegerField":              {math.MinInt32, math.MaxInt32},
	"PositiveSmallIntegerField": {0, math.MaxInt16},
	"PositiveIntegerField":      {0, math.MaxInt32},
	"PositiveBigIntegerField":   {0, math.MaxInt64},
}

// checkRange refuses numbers that a column does not hold, and text that is too
// long, which SQLite would take without a word.
func checkRange(f *Field, arg any) error {
	switch v := arg.(type) {
	case int64:
		if r, ok := intRanges[f.Type]; ok && (v < r[0] || v > r[1]) {
			return fmt.Errorf("orm: %s: %d is out of range (%d to %d): %w", f, v, r[0], r[1], ErrData)
		}
	case string:
		if f.MaxLength > 0 && len(v) > f.MaxLength && runes(v) > f.MaxLength {
			return fmt.Errorf("orm: %s: %d characters, and it holds %d: %w", f, runes(v), f.MaxLength, ErrData)
		}
	}
	return nil
}

// decimalArgument rounds a decimal to the field's places, half to even as Python's
// decimal does, and refuses more digits than the column has.
func decimalArgument(f *Field, v any) (any, error) {
	if v == nil {
		return nil, nil
	}
	d, ok := v.(decimal.Decimal)
	if !ok {
		r := reflect.ValueOf(v)
		if !r.CanConvert(reflect.TypeFor[decimal.Decimal]()) {
			return nil, fmt.Errorf("orm: %s: a value of type %T is no decimal", f, v)
		}
		d = r.Convert(reflect.TypeFor[decimal.Decimal]()).Interface().(decimal.Decimal)
	}
	if err := checkDecimal(d); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	if -d.Exponent() != int32(f.DecimalPlaces) {
		d = d.RoundBank(int32(f.DecimalPlaces))
	}
	if whole := f.MaxDigits - f.DecimalPlaces; f.MaxDigits > 0 && d.Abs().Cmp(decimal.New(1, int32(whole))) >= 0 {
		return nil, fmt.Errorf("orm: %s: %s has more than %d digits before the point: %w", f, d, whole, ErrData)
	}
	return d, nil
}

func isZero(v any) bool { return v == nil || reflect.ValueOf(v).IsZero() }

// unpackIPv4 makes the IPv4 address of one that is mapped into IPv6; other values stay.
func unpackIPv4(v any) any {
	switch x := v.(type) {
	case netip.Addr:
		return x.Unmap()
	case string:
		if a, err := netip.ParseAddr(x); err == nil && a.Is4In6() {
			return a.Unmap().String()
		}
	}
	return v
}
