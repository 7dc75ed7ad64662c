package markup

import (
	"strings"
	"unicode/utf8"
)

// QuoteURL percent-encodes the bytes of s but for letters and digits of ASCII, the characters
// _.-~, and those of ASCII in safe (Python's urllib.parse.quote, the filter urlencode; the default
// of both for safe is "/").
func QuoteURL(s, safe string) string {
	var b strings.Builder
	writeQuoted(&b, s, safe)
	return b.String()
}

func writeQuoted(b *strings.Builder, s, safe string) {
	b.Grow(len(s))
	for i := range len(s) {
		c := s[i]
		if isUnreserved(c) || c < utf8.RuneSelf && strings.IndexByte(safe, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
}

// isUnreserved tells whether c means itself everywhere in a URL (RFC 3986, section 2.3).
func isUnreserved(c byte) bool {
	return isLetter(c) || isDigit(c) || strings.IndexByte("_.-~", c) >= 0
}

// unquote decodes percent-encoding, with U+FFFD for what is then not UTF-8. A percent sign that
// begins no code stays.
func unquote(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 {
		return s
	}
	b := append(make([]byte, 0, len(s)), s[:i]...)
	for ; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && hexDigit(s[i+1]) >= 0 && hexDigit(s[i+2]) >= 0 {
			b = append(b, byte(hexDigit(s[i+1])<<4|hexDigit(s[i+2])))
			i += 2
			continue
		}
		b = append(b, s[i])
	}
	return replaceInvalid(string(b))
}

// hexDigit returns the value of a hexadecimal digit, or -1.
func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// replaceInvalid replaces each maximal part of a character that is not complete with U+FFFD, as
// Python's errors="replace" does (Unicode 15, section 3.9).
func replaceInvalid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		b.WriteRune(r)
		if r == utf8.RuneError && size == 1 {
			size = invalidPrefix(s)
		}
		s = s[size:]
	}
	return b.String()
}

// invalidPrefix returns how many bytes at the start of s could begin a character: at least 1.
func invalidPrefix(s string) int {
	// A character is complete with one to three of these after a beginning of it.
	rest := [...]string{"\x80", "\x80\x80", "\x90", "\x90\x80", "\xa0", "\xa0\x80"}
	n := 1
	for size := 2; size <= 3 && size <= len(s); size++ {
		for _, end := range rest {
			if utf8.ValidString(s[:size] + end) {
				n = size
			}
		}
	}
	return n
}
