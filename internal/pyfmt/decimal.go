package pyfmt

import (
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// MaxDecimalDigits bounds what a Decimal holds: its digits and the size of its
// exponent together, as Django's floatformat and numberformat do.
const MaxDecimalDigits = 200

// Decimal is a decimal number as Python's decimal module reads it from text,
// with the digits that the text had ("1.50" keeps its zero). The zero value is
// no number. It holds no pointers, so that formatting one does not allocate.
type Decimal struct {
	form     decimalForm
	negative bool
	digits   [MaxDecimalDigits]byte // ASCII, the first is 0 only in "0"
	count    int
	exponent int // of the last digit
}

type decimalForm uint8

const (
	formNone decimalForm = iota
	formFinite
	formLarge // finite, and more than a Decimal holds
	formInfinite
	formNaN
)

// Large tells whether d is a finite number whose digits and exponent are more
// than MaxDecimalDigits; d then has no digits.
func (d *Decimal) Large() bool { return d.form == formLarge }

// Finite tells whether d is a number, and no larger one than it can hold.
func (d *Decimal) Finite() bool { return d.form == formFinite }

// Parse reads text as Python's Decimal(text) does: white space around
// it, underscores anywhere, digits of any script, a point, an exponent, or
// "inf", "infinity", "nan" or "snan" in any case. It is false,
// and d no number, where Python raises an InvalidOperation.
func (d *Decimal) Parse(s string) bool {
	*d = Decimal{}
	s = asciiNumber(strings.TrimFunc(s, isSpace))
	if strings.IndexByte(s, '_') >= 0 {
		s = strings.ReplaceAll(s, "_", "")
	}
	if s != "" && (s[0] == '-' || s[0] == '+') {
		d.negative = s[0] == '-'
		s = s[1:]
	}
	if s == "" {
		return false
	}
	if c := s[0] | 0x20; c == 'i' || c == 'n' || c == 's' {
		return d.parseWord(s)
	}
	return d.parseDigits(s)
}

func (d *Decimal) parseWord(s string) bool {
	switch {
	case strings.EqualFold(s, "inf"), strings.EqualFold(s, "infinity"):
		d.form = formInfinite
		return true
	case len(s) > 3 && (s[0] == 's' || s[0] == 'S'):
		s = s[1:]
	}
	if len(s) < 3 || !strings.EqualFold(s[:3], "nan") || strings.Trim(s[3:], "0123456789") != "" {
		return false
	}
	d.form = formNaN
	return true
}

func (d *Decimal) parseDigits(s string) bool {
	fraction, seen, point := 0, false, false
	count := 0 // of digits without leading zeros, also beyond what fits
	for s != "" {
		c := s[0]
		if c == '.' && !point {
			point, s = true, s[1:]
			continue
		}
		if c < '0' || c > '9' {
			break
		}
		seen = true
		if point {
			fraction++
		}
		if count > 0 || c != '0' {
			if count < len(d.digits) {
				d.digits[count] = c
			}
			count++
		}
		s = s[1:]
	}
	exponent, ok := parseExponent(s)
	if !seen || !ok {
		return false
	}
	d.setFinite(count, exponent-int64(fraction))
	return true
}

// maxExponent is what Python's decimal module takes on a machine of 64 bits.
const maxExponent = 999_999_999_999_999_999

func parseExponent(s string) (exponent int64, ok bool) {
	if s == "" {
		return 0, true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return 0, false
	}
	// Digits alone: ParseInt would take spaces.
	if digits := strings.TrimLeft(s[1:], "+-"); len(s)-1-len(digits) > 1 || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s[1:], 10, 64)
	return n, err == nil && n <= maxExponent && n >= -maxExponent
}

// setFinite ends the reading of so many digits.
func (d *Decimal) setFinite(count int, exponent int64) {
	if count == 0 {
		d.digits[0], count = '0', 1
	}
	abs := exponent
	if abs < 0 {
		abs = -abs
	}
	if int64(count)+abs > MaxDecimalDigits {
		d.form, d.count, d.exponent = formLarge, 0, 0
		return
	}
	d.form, d.count, d.exponent = formFinite, count, int(exponent)
}

// SetInt makes d the integer n.
func (d *Decimal) SetInt(n int64) { d.SetScaled(n, 0) }

// SetScaled makes d the number n × 10^exponent.
func (d *Decimal) SetScaled(n int64, exponent int) {
	var buf [20]byte
	d.setText(strconv.AppendInt(buf[:0], n, 10), exponent)
}

// SetFloat makes d the number that the repr of f shows.
func (d *Decimal) SetFloat(f float64) {
	switch {
	case math.IsNaN(f):
		*d = Decimal{form: formNaN}
	case math.IsInf(f, 0):
		*d = Decimal{form: formInfinite, negative: f < 0}
	default:
		var buf [32]byte
		d.setText(AppendFloat(buf[:0], f), 0)
	}
}

// setText is Parse of text that was just written, times 10^scale.
func (d *Decimal) setText(b []byte, scale int) {
	d.negative = b[0] == '-' // the digits that d had are not cleared: count tells which are its own
	if d.negative {
		b = b[1:]
	}
	point, exponent, count := -1, 0, 0
	for i, c := range b {
		if c == '.' {
			point = count
			if count == 0 {
				point = 0
			}
			continue
		}
		if c == 'e' {
			exponent, _ = strconv.Atoi(string(b[i+1:])) // at most four bytes: stays on the stack
			break
		}
		d.digits[count] = c
		count++
	}
	if point >= 0 {
		exponent -= count - point
	}
	zeros := 0
	for zeros < count && d.digits[zeros] == '0' {
		zeros++
	}
	if zeros > 0 {
		copy(d.digits[:], d.digits[zeros:count])
	}
	d.setFinite(count-zeros, int64(exponent)+int64(scale))
}

// Integer tells whether d, which is finite, has no fraction.
func (d *Decimal) Integer() bool {
	for i := range min(-d.exponent, d.count) {
		if d.digits[d.count-1-i] != '0' {
			return false
		}
	}
	return d.exponent >= 0 || -d.exponent < d.count || d.digits[0] == '0'
}

// AppendInteger appends the integer part of d, which is finite, in digits;
// "-0" is "0".
func (d *Decimal) AppendInteger(dst []byte) []byte {
	whole := d.count + min(d.exponent, 0)
	if whole <= 0 || d.digits[0] == '0' {
		return append(dst, '0')
	}
	if d.negative {
		dst = append(dst, '-')
	}
	dst = append(dst, d.digits[:whole]...)
	for range d.exponent {
		dst = append(dst, '0')
	}
	return dst
}

// AppendFixed appends d, which is finite, with so many decimal places, rounded
// half up (away from zero, as Python's ROUND_HALF_UP does). A result of zero
// has no sign.
func (d *Decimal) AppendFixed(dst []byte, places int) []byte {
	// Digits are numbered by their place: the last one of the result is at -places.
	var rounded [MaxDecimalDigits + 1]byte // the first is the carry
	rounded[0] = '0'
	copy(rounded[1:], d.digits[:d.count])
	count, exponent := d.count+1, d.exponent
	if drop := -places - exponent; drop > 0 {
		up := drop < count && rounded[count-drop] >= '5'
		count = max(count-drop, 0)
		exponent = -places
		if up {
			carry(rounded[:count])
		}
	}
	return appendPlaces(dst, rounded[:count], exponent, places, d.negative)
}

// carry adds one to the last digit; the first takes the last carry.
func carry(digits []byte) {
	for i := len(digits) - 1; i >= 0; i-- {
		if digits[i] < '9' {
			digits[i]++
			return
		}
		digits[i] = '0'
	}
}

// appendPlaces writes digits, the last of which stands at exponent, with so
// many places behind the point; -exponent is at most places.
func appendPlaces(dst, digits []byte, exponent, places int, negative bool) []byte {
	for len(digits) > 0 && digits[0] == '0' {
		digits = digits[1:]
	}
	if negative && len(digits) > 0 {
		dst = append(dst, '-')
	}
	zero := len(digits) == 0
	whole := len(digits) + exponent // digits before the point
	if whole <= 0 || zero {
		dst = append(dst, '0')
	}
	for i := range max(whole, 0) {
		dst = append(dst, digitAt(digits, i))
	}
	if places == 0 {
		return dst
	}
	dst = append(dst, '.')
	for i := range places {
		dst = append(dst, digitAt(digits, whole+i))
	}
	return dst
}

func digitAt(digits []byte, i int) byte {
	if i < 0 || i >= len(digits) {
		return '0'
	}
	return digits[i]
}

// AppendDecimal appends Python's str of a decimal: its digits with their point,
// or with an exponent ("1E+3", "1E-7") where Python writes one.
func AppendDecimal(dst []byte, d decimal.Decimal) []byte {
	return appendCoefficient(dst, d.Coefficient(), int(d.Exponent()))
}

func appendCoefficient(dst []byte, n *big.Int, exponent int) []byte {
	if n.Sign() < 0 {
		dst = append(dst, '-')
		n = new(big.Int).Neg(n)
	}
	digits := n.Append(nil, 10)
	left := exponent + len(digits) // digits before the point
	point := left
	if exponent > 0 || left <= -6 {
		point = 1
	}
	switch {
	case point <= 0:
		dst = append(dst, "0."...)
		for range -point {
			dst = append(dst, '0')
		}
		dst = append(dst, digits...)
	case point >= len(digits):
		dst = append(dst, digits...)
	default:
		dst = append(append(append(dst, digits[:point]...), '.'), digits[point:]...)
	}
	if left == point {
		return dst
	}
	dst = append(dst, 'E')
	if left > point {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(left-point), 10)
}
