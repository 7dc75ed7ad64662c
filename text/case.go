package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nuages-web/nuages/internal/pyfmt"
)

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// Upper returns s in capitals, as Python's str.upper: "ß" becomes "SS".
func Upper(s string) string {
	if pyfmt.UpperIndex(s) < 0 {
		return s
	}
	return string(pyfmt.AppendUpper(make([]byte, 0, len(s)+8), s))
}

// Lower returns s in small letters, as Python's str.lower: "Σ" becomes "ς" at the end of a word.
func Lower(s string) string {
	if pyfmt.LowerIndex(s) < 0 {
		return s
	}
	return string(pyfmt.AppendLower(make([]byte, 0, len(s)+8), s))
}

// CapFirst returns s with its first character as a capital, and the rest as it was.
func CapFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return Upper(s[:size]) + s[size:]
}

// Title makes the first letter of each word a capital and the others small, as the filter title
// of templates does: "they're" becomes "They're", and a letter after a digit stays small.
func Title(s string) string { return string(AppendTitle(make([]byte, 0, len(s)+8), s)) }

// AppendTitle appends [Title] of s to dst.
func AppendTitle(dst []byte, s string) []byte {
	start := len(dst)
	dst = pyfmt.AppendTitle(dst, s)
	b := dst[start:]
	for i := 0; i+2 < len(b); i++ {
		if b[i+1] == '\'' && isASCIILower(b[i]) && isASCIIUpper(b[i+2]) {
			b[i+2] |= 0x20
			i += 2
		}
	}
	afterDigit := false
	for i := 0; i < len(b); {
		if afterDigit && isASCIIUpper(b[i]) {
			b[i] |= 0x20
		}
		r, size := utf8.DecodeRune(b[i:])
		afterDigit = unicode.Is(unicode.Nd, r)
		i += size
	}
	return dst
}

func isASCIILower(c byte) bool { return c >= 'a' && c <= 'z' }
func isASCIIUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// CamelCaseToSpaces puts a space before the capitals that begin a word of s, and returns the
// whole in small letters, without white space at its ends.
func CamelCaseToSpaces(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if isASCIIUpper(s[i]) && (i > 0 && isASCIILower(s[i-1]) || !endsOrUpper(s[i+1:])) {
			b.WriteByte(' ')
		}
		b.WriteByte(s[i])
	}
	return Lower(TrimSpace(b.String()))
}

// endsOrUpper is [A-Z]|$ of Python's regular expressions, whose $ also stands before a newline
// that ends the text.
func endsOrUpper(rest string) bool { return rest == "" || rest == "\n" || isASCIIUpper(rest[0]) }

// PhoneToNumeric writes the letters of a telephone number as the digits that have them on a
// keypad. Other characters stay, in small letters (the filter phone2numeric).
func PhoneToNumeric(phone string) string {
	const digits = "22233344455566677778889999"
	b := []byte(Lower(phone))
	for i, c := range b {
		if isASCIILower(c) {
			b[i] = digits[c-'a']
		}
	}
	return string(b)
}
