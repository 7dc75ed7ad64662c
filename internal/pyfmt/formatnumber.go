package pyfmt

import (
	"bytes"
	"fmt"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"unicode/utf8"

	"github.com/shopspring/decimal"
)

// character is what the verb c writes: a text of one character, or a code point.
func character(value any) ([]byte, error) {
	if r := reflect.ValueOf(value); r.Kind() == reflect.String {
		if utf8.RuneCountInString(r.String()) != 1 {
			return nil, ErrFormat
		}
		return []byte(r.String()), nil
	}
	n, ok := numberOf(value)
	switch {
	case !ok || !n.isInt:
		return nil, ErrFormat
	case n.large != nil || n.n < 0 || n.n > utf8.MaxRune:
		return nil, ErrOverflow
	}
	return utf8.AppendRune(nil, rune(n.n)), nil
}

// number is a value that Python counts as a number.
type number struct {
	isInt bool     // also of booleans
	n     int64    // of an integer that fits
	large *big.Int // of one that doesn't
	f     float64  // of another number
	exact decimal.Decimal
	isDec bool
}

// numberOf returns value as a number; text is none.
func numberOf(value any) (number, bool) {
	switch v := value.(type) {
	case wrapper:
		return numberOf(v.Any())
	case decimal.Decimal:
		return number{isDec: true, exact: v, f: v.InexactFloat64()}, true
	case *big.Int:
		switch {
		case v == nil:
			return number{}, false
		case v.IsInt64():
			return number{isInt: true, n: v.Int64()}, true
		}
		return number{isInt: true, large: v}, true
	}
	switch r := reflect.ValueOf(value); {
	case !r.IsValid():
		return number{}, false
	case r.Kind() == reflect.Bool:
		if r.Bool() {
			return number{isInt: true, n: 1}, true
		}
		return number{isInt: true}, true
	case r.CanInt():
		return number{isInt: true, n: r.Int()}, true
	case r.CanUint() && r.Uint() > math.MaxInt64:
		return number{isInt: true, large: new(big.Int).SetUint64(r.Uint())}, true
	case r.CanUint():
		return number{isInt: true, n: int64(r.Uint())}, true
	case r.CanFloat():
		return number{f: r.Float()}, true
	case r.Kind() == reflect.Pointer && !r.IsNil() && r.Elem().CanInterface():
		return numberOf(r.Elem().Interface())
	}
	return number{}, false
}

// integer writes a value with one of the verbs d i u o x X.
func integer(s spec, value any) ([]byte, error) {
	n, ok := numberOf(value)
	if !ok {
		return nil, ErrFormat
	}
	base := map[rune]int{'o': 8, 'x': 16, 'X': 16}[s.verb]
	if !n.isInt {
		if base != 0 {
			return nil, ErrFormat
		}
		var err error
		if n, err = n.truncated(); err != nil {
			return nil, err
		}
	}
	if base == 0 {
		base = 10
	}
	var digits []byte
	if n.large != nil {
		digits = n.large.Append(nil, base)
	} else {
		digits = strconv.AppendInt(nil, n.n, base)
	}
	var body []byte
	if digits[0] == '-' {
		body, digits = append(body, '-'), digits[1:]
	}
	if s.alt && base != 10 {
		body = append(body, '0', byte(s.verb))
	}
	for range s.precision - len(digits) {
		body = append(body, '0')
	}
	if s.verb == 'X' {
		digits = bytes.ToUpper(digits)
	}
	return append(body, digits...), nil
}

// truncated is Python's int(n) of a float or Decimal.
func (n number) truncated() (number, error) {
	if n.isDec {
		if n.exact.Exponent() > MaxIntDigits {
			return number{}, ErrOverflow
		}
		v, _ := numberOf(n.exact.Truncate(0).BigInt())
		return v, nil
	}
	switch {
	case math.IsNaN(n.f):
		return number{}, ErrFormat
	case math.IsInf(n.f, 0):
		return number{}, ErrOverflow
	}
	large, _ := big.NewFloat(n.f).Int(nil)
	v, _ := numberOf(large)
	return v, nil
}

// float writes a value with one of the verbs e E f F g G.
func float(s spec, value any) ([]byte, error) {
	n, ok := numberOf(value)
	if !ok {
		return nil, ErrFormat
	}
	f := n.f
	switch {
	case n.large != nil:
		if f, _ = new(big.Float).SetInt(n.large).Float64(); math.IsInf(f, 0) {
			return nil, ErrOverflow
		}
	case n.isInt:
		f = float64(n.n)
	}
	upper := s.verb == 'E' || s.verb == 'F' || s.verb == 'G'
	if special, ok := specialFloat(f); ok {
		if upper {
			return bytes.ToUpper([]byte(special)), nil
		}
		return []byte(special), nil
	}
	precision := s.precision
	if precision < 0 {
		precision = 6
	}
	body := appendFloat(nil, f, byte(s.verb|0x20), precision, s.alt)
	if upper {
		return bytes.ToUpper(body), nil
	}
	return body, nil
}

// appendFloat is C's printf of a finite float with the verb e, f or g.
func appendFloat(dst []byte, f float64, verb byte, precision int, alt bool) []byte {
	if verb != 'g' {
		dst = strconv.AppendFloat(dst, f, verb, precision, 64)
		if alt && precision == 0 {
			dst = withPoint(dst)
		}
		return dst
	}
	precision = max(precision, 1)
	scientific := strconv.AppendFloat(nil, f, 'e', precision-1, 64)
	mark := bytes.IndexByte(scientific, 'e')
	exponent, _ := strconv.Atoi(string(scientific[mark+1:]))
	if exponent < -4 || exponent >= precision {
		mantissa := scientific[:mark]
		if alt && precision == 1 {
			mantissa = withPoint(bytes.Clone(mantissa))
		} else if !alt {
			mantissa = trimZeros(mantissa)
		}
		return append(append(dst, mantissa...), scientific[mark:]...)
	}
	dst = strconv.AppendFloat(dst, f, 'f', precision-1-exponent, 64)
	if !alt {
		return trimZeros(dst)
	}
	if precision-1 == exponent {
		dst = append(dst, '.')
	}
	return dst
}

// withPoint sets a point behind the digits, before an exponent.
func withPoint(b []byte) []byte {
	if i := bytes.IndexByte(b, 'e'); i >= 0 {
		return fmt.Appendf(nil, "%s.%s", b[:i], b[i:])
	}
	return append(b, '.')
}

// trimZeros removes zeros at the end of a fraction.
func trimZeros(b []byte) []byte {
	if bytes.IndexByte(b, '.') < 0 {
		return b
	}
	return bytes.TrimRight(bytes.TrimRight(b, "0"), ".")
}
