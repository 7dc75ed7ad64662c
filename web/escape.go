package web

import (
	"strings"
	"unicode/utf8"
)

const upperHex = "0123456789ABCDEF"

// unescapeQuery decodes percent-encoding and +, keeping broken percent signs as they are.
func unescapeQuery(s string) string {
	i := strings.IndexAny(s, "%+")
	if i < 0 {
		return s
	}
	b := make([]byte, i, len(s))
	copy(b, s)
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c == '+':
			b = append(b, ' ')
		case c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

// unescapeText is unescapeQuery with invalid UTF-8 replaced.
func unescapeText(s string) string {
	s = unescapeQuery(s)
	if utf8.ValidString(s) {
		return s
	}
	return replaceInvalid(s)
}

// replaceInvalid replaces each maximal invalid part of s with U+FFFD, as the Unicode standard
// recommends and Python's errors="replace" does.
func replaceInvalid(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 8)
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			b.WriteRune(utf8.RuneError)
			i += invalidPrefix(s[i:])
			continue
		}
		b.WriteString(s[i : i+n])
		i += n
	}
	return b.String()
}

// invalidPrefix returns the length of the maximal subpart of an ill-formed sequence at the start
// of s (Unicode 15, section 3.9, table 3-7): at least 1.
func invalidPrefix(s string) int {
	lo, hi, n := byte(0x80), byte(0xBF), 0
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		n = 1
	case c == 0xE0:
		lo, n = 0xA0, 2
	case c >= 0xE1 && c <= 0xEC, c == 0xEE, c == 0xEF:
		n = 2
	case c == 0xED:
		hi, n = 0x9F, 2
	case c == 0xF0:
		lo, n = 0x90, 3
	case c >= 0xF1 && c <= 0xF3:
		n = 3
	case c == 0xF4:
		hi, n = 0x8F, 3
	}
	i := 1
	for ; i <= n && i < len(s) && s[i] >= lo && s[i] <= hi; i++ {
		lo, hi = 0x80, 0xBF
	}
	return i
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c >= 'a':
		return c - 'a' + 10
	case c >= 'A':
		return c - 'A' + 10
	}
	return c - '0'
}

func isAlphanumeric(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

// escapeQueryTo writes s as Python's urlencode does: letters, digits, _.-~ and safe stay, spaces
// become +.
func escapeQueryTo(b *strings.Builder, s, safe string) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case isAlphanumeric(c), strings.IndexByte("_.-~", c) >= 0, c < utf8.RuneSelf && strings.IndexByte(safe, c) >= 0:
			b.WriteByte(c)
		case c == ' ':
			b.WriteByte('+')
		default:
			writePercent(b, c)
		}
	}
}

func writePercent(b *strings.Builder, c byte) {
	b.WriteByte('%')
	b.WriteByte(upperHex[c>>4])
	b.WriteByte(upperHex[c&15])
}

// escapeKeeping percent-encodes what is neither a letter or digit nor in keep.
func escapeKeeping(s, keep string) string {
	i := 0
	for i < len(s) && (isAlphanumeric(s[i]) || strings.IndexByte(keep, s[i]) >= 0) {
		i++
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	b.WriteString(s[:i])
	for ; i < len(s); i++ {
		if c := s[i]; isAlphanumeric(c) || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			writePercent(&b, c)
		}
	}
	return b.String()
}

// EscapePath escapes a decoded path for use in a URL (Django's escape_uri_path).
func EscapePath(path string) string { return escapeKeeping(path, "/:@&+$,-_.!~*'()") }

// IRIToURI makes a URI of an internationalised one: what is not ASCII is encoded as UTF-8 and
// percent-escaped; what is escaped already stays (RFC 3987, section 3.1; Django's iri_to_uri).
func IRIToURI(iri string) string { return escapeKeeping(iri, "/#%[]=:;$&()+,!?*@'~-_.") }

// escapeLeadingSlashes keeps browsers from taking a path of two slashes for a host.
func escapeLeadingSlashes(path string) string {
	if strings.HasPrefix(path, "//") {
		return "/%2F" + path[2:]
	}
	return path
}
