package pyfmt

import (
	"math"
	"strconv"
)

// AppendFloat appends Python's repr of f: the shortest digits that read back as
// f, with a point ("1.0"), with an exponent below 1e-4 and from 1e16 on
// ("1e-05", "1e+16"), "inf", "-inf" or "nan".
func AppendFloat(dst []byte, f float64) []byte { return appendShortest(dst, f, 64) }

// appendShortest is AppendFloat for a float of so many bits: a float32 shows
// the digits that its Go source had.
func appendShortest(dst []byte, f float64, bits int) []byte {
	if special, ok := specialFloat(f); ok {
		return append(dst, special...)
	}
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e16) {
		return strconv.AppendFloat(dst, f, 'e', -1, bits)
	}
	start := len(dst)
	dst = strconv.AppendFloat(dst, f, 'f', -1, bits)
	for _, c := range dst[start:] {
		if c == '.' {
			return dst
		}
	}
	return append(dst, ".0"...)
}

// specialFloat returns Python's text of an infinity or NaN.
func specialFloat(f float64) (string, bool) {
	switch {
	case math.IsNaN(f):
		return "nan", true
	case math.IsInf(f, 1):
		return "inf", true
	case math.IsInf(f, -1):
		return "-inf", true
	}
	return "", false
}
