package pyfmt

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// AppendQuoted appends Python's repr of text: in single quotes, or in double
// ones where the text holds a single and no double quote; backslashes, the
// quote and what isn't printable are escaped. A byte that is no UTF-8 is the
// lone surrogate that Python reads it as ("\udcff").
func AppendQuoted(dst []byte, s string) []byte { return appendQuoted(dst, s, false) }

func appendQuoted(dst []byte, s string, ascii bool) []byte {
	quote := byte('\'')
	if strings.IndexByte(s, '\'') >= 0 && strings.IndexByte(s, '"') < 0 {
		quote = '"'
	}
	dst = append(dst, quote)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			dst = appendQuotedByte(dst, c, quote)
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = appendHex(append(dst, `\u`...), 0xdc00|rune(c), 4)
		case !ascii && unicode.IsPrint(r):
			dst = append(dst, s[i:i+size]...)
		default:
			dst = appendEscapedRune(dst, r)
		}
		i += size
	}
	return append(dst, quote)
}

// appendQuotedByte writes one ASCII character of a repr of text or bytes.
func appendQuotedByte(dst []byte, c, quote byte) []byte {
	switch {
	case c == quote || c == '\\':
		return append(dst, '\\', c)
	case c == '\n':
		return append(dst, `\n`...)
	case c == '\r':
		return append(dst, `\r`...)
	case c == '\t':
		return append(dst, `\t`...)
	case c < ' ' || c >= 0x7f:
		return append(dst, '\\', 'x', hexDigits[c>>4], hexDigits[c&15])
	}
	return append(dst, c)
}

func appendEscapedRune(dst []byte, r rune) []byte {
	switch {
	case r <= 0xff:
		return appendHex(append(dst, `\x`...), r, 2)
	case r <= 0xffff:
		return appendHex(append(dst, `\u`...), r, 4)
	}
	return appendHex(append(dst, `\U`...), r, 8)
}

func appendHex(dst []byte, r rune, digits int) []byte {
	for shift := 4 * (digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, hexDigits[r>>shift&15])
	}
	return dst
}

// AppendBytes appends Python's repr of bytes, such as b'a\xff'.
func AppendBytes(dst, b []byte) []byte {
	single, double := false, false
	for _, c := range b {
		single = single || c == '\''
		double = double || c == '"'
	}
	quote := byte('\'')
	if single && !double {
		quote = '"'
	}
	dst = append(dst, 'b', quote)
	for _, c := range b {
		dst = appendQuotedByte(dst, c, quote)
	}
	return append(dst, quote)
}
