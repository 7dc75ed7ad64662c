package markup

import (
	"html"
	"strings"
	"unicode/utf8"
)

// unescape replaces the character references of s with the characters, as Python's html.unescape
// does. It is the standard library's for names; numbers that HTML forbids differ.
func unescape(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i >= 0 {
		b.WriteString(s[:i])
		s = s[i:]
		n := numberEnd(s)
		if n > 0 {
			b.WriteString(numbered(s[:n]))
		} else {
			n = nameEnd(s)
			b.WriteString(html.UnescapeString(s[:n]))
		}
		s = s[n:]
		i = strings.IndexByte(s, '&')
	}
	b.WriteString(s)
	return b.String()
}

// maxName is how long a name of a character may be; the longest has 32 with its semicolon.
const maxName = 32

// nameEnd returns the end of what may be a named reference at the start of s: at least 1.
func nameEnd(s string) int {
	n := 1
	for n < len(s) && n <= maxName && (isLetter(s[n]) || isDigit(s[n])) {
		n++
	}
	if n > 1 && n < len(s) && s[n] == ';' {
		n++
	}
	return n
}

// numberEnd returns the end of the numeric reference at the start of s, or 0.
func numberEnd(s string) int {
	i := digitsEnd(s)
	if i > 0 && i < len(s) && s[i] == ';' {
		i++
	}
	return i
}

// digitsEnd returns the end of the digits of the numeric reference at the start of s, or 0.
func digitsEnd(s string) int {
	if !strings.HasPrefix(s, "&#") {
		return 0
	}
	start, hex := 2, false
	if len(s) > 2 && s[2]|0x20 == 'x' {
		start, hex = 3, true
	}
	i := start
	for i < len(s) && hexDigit(s[i]) >= 0 && (hex || s[i] <= '9') {
		i++
	}
	if i == start {
		return 0
	}
	return i
}

// numbered returns the character of a numeric reference: as the standard says for 0 and for 0x80
// to 0x9F, nothing for the other controls and for what is no character.
func numbered(ref string) string {
	digits, base := strings.TrimSuffix(ref[2:], ";"), 10
	if digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	n := 0
	for i := range len(digits) {
		n = min(n*base+hexDigit(digits[i]), utf8.MaxRune+1)
	}
	r := rune(n)
	switch {
	case r == '\r':
		return "\r"
	case r >= 0x80 && r <= 0x9f:
		// Windows-1252, which the standard library knows.
		return html.UnescapeString("&#x" + string(upperHex[r>>4]) + string(upperHex[r&15]) + ";")
	case r == 0, r >= 0xd800 && r <= 0xdfff, r > utf8.MaxRune:
		return "\ufffd"
	case r < ' ' && r != '\t' && r != '\n' && r != '\f', r == 0x7f, r >= 0xfdd0 && r <= 0xfdef, r&0xfffe == 0xfffe:
		return ""
	}
	return string(r)
}
