package markup

import (
	"strings"
	"unicode/utf8"
)

const upperHex = "0123456789ABCDEF"

// EscapeJS escapes s for use inside the quotes of a string of JavaScript, in a script element or in
// an attribute (the filter escapejs): quotes, backslashes, <, >, &, =, -, ;, `, control characters
// and the separators U+2028 and U+2029 become \uNNNN. It does not make s safe outside of quotes, or
// in template literals of JavaScript.
func EscapeJS(s string) HTML {
	i := indexJS(s, 0)
	if i == len(s) {
		return HTML(s)
	}
	return HTML(AppendEscapedJS(make([]byte, 0, len(s)+len(s)/4+16), s))
}

// AppendEscapedJS appends s to dst as [EscapeJS] writes it.
func AppendEscapedJS(dst []byte, s string) []byte {
	for start := 0; ; {
		i := indexJS(s, start)
		dst = append(dst, s[start:i]...)
		if i == len(s) {
			return dst
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		dst = append(dst, '\\', 'u', upperHex[r>>12&15], upperHex[r>>8&15], upperHex[r>>4&15], upperHex[r&15])
		start = i + size
	}
}

// indexJS returns the first place from i on that EscapeJS changes, or len(s).
func indexJS(s string, i int) int {
	for i < len(s) {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' || c == 0x7f || strings.IndexByte("\\'\"><&=-;`", c) >= 0 {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r < 0xa0 || r == 0x2028 || r == 0x2029 {
			return i
		}
		i += size
	}
	return i
}
