package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
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
	if isASCII(s) {
		return strings.ToUpper(s)
	}
	return cases.Upper(language.Und).String(s)
}

// Lower returns s in small letters, as Python's str.lower: "Σ" becomes "ς" at the end of a word.
func Lower(s string) string {
	if isASCII(s) {
		return strings.ToLower(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for i, r := range s {
		writeLower(&b, s, i, r)
	}
	return b.String()
}

// writeLower writes the r at s[i:] as a small letter. Unicode has two special cases.
func writeLower(b *strings.Builder, s string, i int, r rune) {
	switch {
	case r == 'İ':
		b.WriteString("i̇")
	case r == 'Σ' && endsWord(s[:i], s[i+len("Σ"):]):
		b.WriteRune('ς')
	default:
		b.WriteRune(unicode.ToLower(r))
	}
}

// endsWord tells whether a letter between before and after is the last of several (Unicode's
// condition Final_Sigma).
func endsWord(before, after string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(before, isCaseIgnorable))
	next, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(after, isCaseIgnorable))
	return isCased(r) && !isCased(next)
}

// isCaseIgnorable is Unicode's property Case_Ignorable: marks, signs of format, modifiers, and
// the punctuation that may stand inside of words.
func isCaseIgnorable(r rune) bool {
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk) ||
		strings.ContainsRune("'.:\u00b7\u0387\u055f\u05f4\u2018\u2019\u2024\u2027\ufe13\ufe52\ufe55\uff07\uff0e\uff1a", r)
}

// CapFirst returns s with its first character as a capital, and the rest as it was.
func CapFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return Upper(s[:size]) + s[size:]
}

// Title makes the first letter of each word a capital and the others small, as the filter title
// of templates does: "they're" becomes "They're", and a letter after a digit stays small.
func Title(s string) string {
	b := []byte(titleCase(s))
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
	return string(b)
}

func isASCIILower(c byte) bool { return c >= 'a' && c <= 'z' }
func isASCIIUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

// titleCase is Python's str.title: a word is a run of characters that have a case.
func titleCase(s string) string {
	title := cases.Title(language.Und, cases.NoLower)
	var b strings.Builder
	b.Grow(len(s))
	afterCased := false
	for i, r := range s {
		switch {
		case afterCased:
			writeLower(&b, s, i, r)
		case titleExpands(r):
			b.WriteString(title.String(string(r)))
		default:
			b.WriteRune(unicode.ToTitle(r))
		}
		afterCased = isCased(r)
	}
	return b.String()
}

// titleExpands tells whether r may be more than one character in titles: that takes time to find
// out.
func titleExpands(r rune) bool {
	switch r {
	case 'ß', 'ŉ', 'ǰ', 'ΐ', 'ΰ', 'և':
		return true
	}
	return r >= 0x1e96 && r <= 0x1e9a || r >= 0x1f50 && r <= 0x1ffc || r >= 0xfb00 && r <= 0xfb17
}

// isCased is Unicode's property Cased.
func isCased(r rune) bool {
	return unicode.IsUpper(r) || unicode.IsLower(r) || unicode.IsTitle(r) ||
		r >= utf8.RuneSelf && unicode.In(r, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

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
