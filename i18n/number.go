package i18n

import (
	"bytes"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// AllPlaces asks for as many digits after the point as a number has.
const AllPlaces = -1

// maxPlaces is the most digits after the point that are written.
const maxPlaces = 1000

// maxPlainDigits is the number of digits beyond which Django writes a decimal in
// scientific notation.
const maxPlainDigits = 200

// Number is a number to be written: of [Int], [Uint], [BigInt], [Float],
// [Decimal] or [Digits]. The zero value is 0.
type Number struct {
	kind numberKind
	bits uint64   // of an integer or a float
	big  *big.Int // an integer, or the coefficient of a decimal
	exp  int      // of a decimal
	text string
}

type numberKind uint8

const (
	intNumber numberKind = iota
	uintNumber
	bigNumber
	floatNumber
	decimalNumber
	textNumber
)

// Int is an integer.
func Int(n int64) Number { return Number{kind: intNumber, bits: uint64(n)} }

// Uint is an integer that is not negative.
func Uint(n uint64) Number { return Number{kind: uintNumber, bits: n} }

// BigInt is an integer of any size; nil is 0. It must not change while the Number
// is in use.
func BigInt(n *big.Int) Number {
	if n == nil {
		return Int(0)
	}
	return Number{kind: bigNumber, big: n}
}

// Float is a floating-point number, written as Python does.
func Float(f float64) Number { return Number{kind: floatNumber, bits: math.Float64bits(f)} }

// Decimal is coefficient × 10^exponent, Python's Decimal: of a
// shopspring/decimal.Decimal d it is Decimal(d.Coefficient(), int(d.Exponent())).
// The digits after the point are kept, so 1.50 is Decimal(150, -2). A nil
// coefficient is 0.
func Decimal(coefficient *big.Int, exponent int) Number {
	if coefficient == nil {
		return Int(0)
	}
	return Number{kind: decimalNumber, big: coefficient, exp: exponent}
}

// Digits is a number that is text already, such as "-1234.50". What it is made of
// is not checked.
func Digits(s string) Number { return Number{kind: textNumber, text: s} }

// ParseDecimal reads a decimal such as "-1234.50" or "1E+5" and keeps its digits.
// It is false of any other text.
func ParseDecimal(s string) (Number, bool) {
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(s), "e")
	exp := 0
	if hasExponent {
		var err error
		if exp, err = strconv.Atoi(exponent); err != nil {
			return Number{}, false
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole, "+-") + fraction
	if len(whole)-len(strings.TrimLeft(whole, "+-")) > 1 || digits == "" || strings.Trim(digits, "0123456789") != "" {
		return Number{}, false
	}
	coefficient, ok := new(big.Int).SetString(digits, 10)
	if ok && whole != "" && whole[0] == '-' {
		coefficient.Neg(coefficient)
	}
	return Decimal(coefficient, exp-len(fraction)), ok
}

// Grouping says whether a number's digits are written in groups.
type Grouping int

// The values of Grouping.
const (
	GroupBySettings Grouping = iota // where USE_THOUSAND_SEPARATOR is on
	GroupAlways                     // Django's force_grouping
)

// NumberFormat is how numbers are written: the arguments of Django's
// numberformat.format. The zero value writes digits and a point alone.
type NumberFormat struct {
	DecimalSeparator  string // default "."
	ThousandSeparator string
	Grouping          []int // as [Formats.NumberGrouping]; none or {0} is no groups
}

// Number writes n with the separators of the language and places digits after the
// point; further digits are cut off, not rounded, and [AllPlaces] keeps those that
// there are. It is Django's number_format.
func (l *Locale) Number(n Number, places int) string {
	return string(l.AppendNumber(nil, n, places, GroupBySettings))
}

// AppendNumber appends what [Locale.Number] writes.
func (l *Locale) AppendNumber(dst []byte, n Number, places int, grouping Grouping) []byte {
	l = l.get()
	f := NumberFormat{DecimalSeparator: l.formats.DecimalSeparator}
	if l.grouped || grouping == GroupAlways {
		f.ThousandSeparator, f.Grouping = *l.formats.ThousandSeparator, l.formats.NumberGrouping
	}
	return f.Append(dst, n, places)
}

// Append appends n with places digits after the point, or as many as it has for
// [AllPlaces]. Further digits are cut off. A decimal, or a float of so many
// digits, is written in scientific notation where it would need more than 200
// digits. More than 1000 places are taken for 1000.
func (f NumberFormat) Append(dst []byte, n Number, places int) []byte {
	if n.kind == textNumber && n.text == "" { // as Django: nothing stays nothing
		return dst
	}
	places = min(places, maxPlaces)
	var buf [64]byte
	digits, exponent := n.digits(buf[:0], places)
	return append(f.appendDigits(dst, digits, places), exponent...)
}

// digits appends the number in plain digits: "-1234.5". Of a number that is too
// long for that it appends the coefficient and returns the exponent, "e+300".
func (n Number) digits(dst []byte, places int) (digits []byte, exponent string) {
	switch n.kind {
	case intNumber:
		return strconv.AppendInt(dst, int64(n.bits), 10), ""
	case uintNumber:
		return strconv.AppendUint(dst, n.bits, 10), ""
	case bigNumber:
		return n.big.Append(dst, 10), ""
	case textNumber:
		return append(dst, n.text...), ""
	case decimalNumber:
		coefficient := n.big.Append(dst, 10)
		if coefficient[0] == '-' {
			return decimalDigits(true, coefficient[1:], n.exp, places)
		}
		return decimalDigits(false, coefficient, n.exp, places)
	}
	return floatDigits(dst, math.Float64frombits(n.bits), places)
}

// floatDigits appends a float as Python's repr does, except that what has an
// exponent there becomes a decimal.
func floatDigits(dst []byte, f float64, places int) ([]byte, string) {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...), ""
	case math.IsInf(f, 1):
		return append(dst, "inf"...), ""
	case math.IsInf(f, -1):
		return append(dst, "-inf"...), ""
	}
	if abs := math.Abs(f); abs == 0 || abs >= 1e-4 && abs < 1e16 {
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if bytes.IndexByte(dst, '.') < 0 {
			dst = append(dst, ".0"...)
		}
		return dst, ""
	}
	// "-1.25e-07" is the decimal -125 × 10^-9.
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	mantissa, exponent, _ := bytes.Cut(dst, []byte{'e'})
	exp, _ := strconv.Atoi(string(exponent)) // three digits at the most
	negative := mantissa[0] == '-'
	if negative {
		mantissa = mantissa[1:]
	}
	if len(mantissa) > 1 { // the point comes after the first digit
		exp -= len(mantissa) - 2
		mantissa = append(mantissa[:1], mantissa[2:]...)
	}
	return decimalDigits(negative, mantissa, exp, places)
}

// decimalDigits writes coefficient × 10^exp in plain digits, or as a coefficient
// and exponent where Django does. The coefficient has no sign and no zeros before
// it.
func decimalDigits(negative bool, coefficient []byte, exp, places int) ([]byte, string) {
	if places >= 0 && belowCutoff(coefficient, exp, places) {
		negative, coefficient, exp = false, []byte{'0'}, 0
	}
	out := make([]byte, 0, maxPlainDigits+8)
	if negative {
		out = append(out, '-')
	}
	// A comparison that cannot overflow: the exponent may be any int.
	if n := len(coefficient); n > maxPlainDigits || exp > maxPlainDigits-n || exp < n-maxPlainDigits {
		return scientific(out, coefficient, exp)
	}
	switch point := len(coefficient) + exp; {
	case exp >= 0:
		// Zero keeps no zeros from its exponent.
		out = append(out, coefficient...)
		if !isZero(coefficient) {
			out = appendZeros(out, exp)
		}
	case point > 0:
		out = append(append(append(out, coefficient[:point]...), '.'), coefficient[point:]...)
	default:
		out = append(appendZeros(append(out, "0."...), -point), coefficient...)
	}
	return out, ""
}

// belowCutoff tells whether the number is smaller than the last place that is
// shown, 0.01 for 2 and 0.1 for 1 and for 0; Django takes it for 0.
func belowCutoff(coefficient []byte, exp, places int) bool {
	if isZero(coefficient) {
		return true
	}
	// The first digit stands at 10^(len-1+exp).
	return exp < -max(places, 1)-len(coefficient)+1
}

func isZero(coefficient []byte) bool {
	return len(bytes.Trim(coefficient, "0")) == 0
}

// scientific appends the coefficient as "1.25" and returns the exponent.
func scientific(out, coefficient []byte, exp int) ([]byte, string) {
	out = append(out, coefficient[0])
	if len(coefficient) > 1 {
		out = append(append(out, '.'), coefficient[1:]...)
	}
	sum := new(big.Int).Add(big.NewInt(int64(exp)), big.NewInt(int64(len(coefficient)-1)))
	text := sum.String()
	if sum.Sign() >= 0 {
		text = "+" + text
	}
	return out, "e" + text
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// appendDigits appends "-1234.5" with the separators.
func (f NumberFormat) appendDigits(dst, digits []byte, places int) []byte {
	if len(digits) > 0 && digits[0] == '-' {
		dst, digits = append(dst, '-'), digits[1:]
	}
	whole, fraction, _ := bytes.Cut(digits, []byte{'.'})
	zeros := 0
	if places >= 0 {
		fraction = fraction[:min(places, len(fraction))]
		zeros = places - len(fraction)
	}
	dst = f.appendGroups(dst, whole)
	if len(fraction)+zeros == 0 {
		return dst
	}
	if f.DecimalSeparator == "" {
		dst = append(dst, '.')
	} else {
		dst = append(dst, f.DecimalSeparator...)
	}
	return appendZeros(append(dst, fraction...), zeros)
}

// appendGroups appends whole with separators between its groups. The sizes of
// groups are from the right, so the first group's comes out last.
func (f NumberFormat) appendGroups(dst, whole []byte) []byte {
	if len(f.Grouping) == 0 || len(f.Grouping) == 1 && f.Grouping[0] == 0 || f.ThousandSeparator == "" {
		return append(dst, whole...)
	}
	// first is what stands before the first separator, if all groups behind it
	// are full.
	first, groups := len(whole), 0
	for size := f.group(groups); size > 0 && first > size; size = f.group(groups) {
		first -= size
		groups++
	}
	dst = append(dst, whole[:first]...)
	for whole = whole[first:]; groups > 0; groups-- {
		size := f.group(groups - 1)
		dst = append(append(dst, f.ThousandSeparator...), whole[:size]...)
		whole = whole[size:]
	}
	return dst
}

// group returns the size of group i from the right: a 0 in the list, and the end
// of it, repeat the size before. A negative size is of a group without end.
func (f NumberFormat) group(i int) int {
	size := f.Grouping[0]
	for _, next := range f.Grouping[1:min(i+1, len(f.Grouping))] {
		if next != 0 {
			size = next
		}
	}
	return size
}

// SanitizeSeparators turns what a visitor typed into a number that Go reads:
// "1.234,5" in German, where groups are in use, into "1234.5". What is no number
// comes back changed likewise; reading it then fails. It is Django's
// sanitize_separators.
func (l *Locale) SanitizeSeparators(s string) string {
	l = l.get()
	whole, decimals, hasDecimals := strings.Cut(s, l.formats.DecimalSeparator)
	if sep := *l.formats.ThousandSeparator; l.grouped && sep != "" {
		// In a language that groups with points, one point with other than
		// three digits after it is taken for a decimal point.
		_, after, _ := strings.Cut(whole, ".")
		if sep != "." || strings.Count(whole, ".") != 1 || len([]rune(after)) == 3 {
			whole = strings.ReplaceAll(whole, sep, "")
			if plain := spaceFor(sep); plain != sep {
				whole = strings.ReplaceAll(whole, plain, "")
			}
		}
	}
	if !hasDecimals {
		return whole
	}
	return whole + "." + decimals
}

// spaceFor returns what a keyboard has for a separator: NFKD of Unicode, which
// among separators changes spaces that don't break.
func spaceFor(sep string) string {
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ", "\u2009", " ").Replace(sep)
}
