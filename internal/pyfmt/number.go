package pyfmt

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxIntDigits bounds the digits of an integer that is read from text, as
// Python does: reading takes more than linear time.
const MaxIntDigits = 4300

// ParseInt reads text as Python's int(text) does: white space around it, a
// sign, digits of any script, single underscores between them, of at most
// MaxIntDigits. Where 64 bits don't suffice the number is in large, else large
// is nil. It is not ok where Python raises a ValueError.
func ParseInt(s string) (n int64, large *big.Int, ok bool) {
	if n, ok := plainInt(s); ok {
		return n, nil, true
	}
	s = asciiNumber(s)
	if len(s) > 2*(MaxIntDigits+1) { // every other one is an underscore at most
		return 0, nil, false
	}
	digits, ok := joinDigits(s)
	if !ok || strings.Trim(digits, "+-0123456789") != "" || len(digits) > MaxIntDigits+1 {
		return 0, nil, false
	}
	if len(digits) > MaxIntDigits && digits[0] != '+' && digits[0] != '-' {
		return 0, nil, false
	}
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return n, nil, true
	}
	large, ok = new(big.Int).SetString(digits, 10)
	if !ok {
		return 0, nil, false
	}
	return 0, large, true
}

// plainInt reads the common case without looking at scripts: a sign and at
// most 18 ASCII digits.
func plainInt(s string) (int64, bool) {
	digits := s
	if digits != "" && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	if digits == "" || len(digits) > 18 {
		return 0, false
	}
	n := int64(0)
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = n*10 + int64(c)
	}
	if s[0] == '-' {
		n = -n
	}
	return n, true
}

// ParseFloat reads text as Python's float(text) does: as ParseInt, with a
// point and an exponent, or "inf", "infinity" or "nan" in any case. What is too
// large is an infinity. It is not ok where Python raises a ValueError.
func ParseFloat(s string) (f float64, ok bool) {
	s = asciiNumber(s)
	plain, ok := joinDigits(s)
	if !ok {
		return 0, false
	}
	switch word := strings.TrimLeft(plain, "+-"); {
	case word == "" || len(plain)-len(word) > 1:
		return 0, false
	case word[0] != '.' && (word[0] < '0' || word[0] > '9') && !isFloatWord(word):
		return 0, false
	case strings.EqualFold(word, "nan"):
		return math.NaN(), true // strconv takes no sign before it
	case len(word) > 1 && (word[1] == 'x' || word[1] == 'X'): // Go's hexadecimal floats
		return 0, false
	}
	f, err := strconv.ParseFloat(plain, 64)
	return f, err == nil || errors.Is(err, strconv.ErrRange)
}

func isFloatWord(s string) bool {
	return strings.EqualFold(s, "inf") || strings.EqualFold(s, "infinity") || strings.EqualFold(s, "nan")
}

// asciiNumber trims white space and turns the decimal digits of all scripts
// into ASCII ones; other characters that aren't ASCII stay and fit nowhere.
func asciiNumber(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return strings.Map(asciiDigit, strings.TrimFunc(s, isSpace))
		}
	}
	return strings.Trim(s, " \t\n\v\f\r") // Python looks no further in text that is ASCII
}

func asciiDigit(r rune) rune {
	if r < utf8.RuneSelf || !unicode.IsDigit(r) {
		return r
	}
	// A script's digits are ten in a row, and every range of category Nd
	// begins with a zero.
	for _, table := range unicode.Nd.R16 {
		if uint32(r) <= uint32(table.Hi) {
			return '0' + (r-rune(table.Lo))%10
		}
	}
	for _, table := range unicode.Nd.R32 {
		if uint32(r) <= table.Hi {
			return '0' + (r-rune(table.Lo))%10
		}
	}
	return r
}

// isSpace tells what Python's str.isspace is true for.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}

// joinDigits removes the underscores between digits; ok is false for an
// underscore elsewhere.
func joinDigits(s string) (digits string, ok bool) {
	if strings.IndexByte(s, '_') < 0 {
		return s, true
	}
	isDigit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	for i := range len(s) {
		if s[i] == '_' && (!isDigit(i-1) || !isDigit(i+1)) {
			return "", false
		}
	}
	return strings.ReplaceAll(s, "_", ""), true
}
