package markup

import "math/bits"

// Escape returns s with &, <, >, " and ' as the entities &amp; &lt; &gt; &quot; and &#x27;. What
// is escaped already is escaped again.
func Escape(s string) HTML {
	i := indexSpecial(s, 0)
	if i == len(s) {
		return HTML(s)
	}
	size := len(s)
	for j := i; j < len(s); j = indexSpecial(s, j+1) {
		size += grown[special[s[j]]]
	}
	return HTML(appendEscaped(make([]byte, 0, size), s, i))
}

// AppendEscaped appends s to dst as [Escape] writes it.
func AppendEscaped(dst []byte, s string) []byte {
	return appendEscaped(dst, s, indexSpecial(s, 0))
}

// appendEscaped is AppendEscaped for an s whose first special byte is at i.
func appendEscaped(dst []byte, s string, i int) []byte {
	dst = append(dst, s[:i]...)
	for i < len(s) {
		// Special bytes come in crowds, in which single steps are faster.
		crowd := min(i+16, len(s))
		for ; i < crowd; i++ {
			switch c := s[i]; special[c] {
			case 0:
				dst = append(dst, c)
			case 1:
				dst = append(dst, "&amp;"...)
			case 2:
				dst = append(dst, "&lt;"...)
			case 3:
				dst = append(dst, "&gt;"...)
			case 4:
				dst = append(dst, "&quot;"...)
			case 5:
				dst = append(dst, "&#x27;"...)
			}
		}
		start := i
		i = indexSpecial(s, i)
		dst = append(dst, s[start:i]...)
	}
	return dst
}

// special tells for each byte whether it is escaped, and as which entity.
var special = [256]uint8{'&': 1, '<': 2, '>': 3, '"': 4, '\'': 5}

// grown tells how much longer the entities are.
var grown = [...]int{1: len("&amp;") - 1, len("&lt;") - 1, len("&gt;") - 1, len("&quot;") - 1, len("&#x27;") - 1}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// indexSpecial returns where the first byte to escape is from i on, or len(s). It looks at eight
// bytes at once: most text has none.
func indexSpecial(s string, i int) int {
	for ; i+8 <= len(s); i += 8 {
		w := s[i : i+8]
		v := uint64(w[0]) | uint64(w[1])<<8 | uint64(w[2])<<16 | uint64(w[3])<<24 |
			uint64(w[4])<<32 | uint64(w[5])<<40 | uint64(w[6])<<48 | uint64(w[7])<<56
		// A byte becomes 0 where it is " or one of &' or one of <>, which
		// differ in one bit. Subtracting 1 then borrows its high bit; that
		// may go wrong only above a byte that is right.
		quote := v ^ '"'*ones
		amp := (v | 1*ones) ^ '\''*ones
		angle := (v | 2*ones) ^ '>'*ones
		found := ((quote-ones)&^quote | (amp-ones)&^amp | (angle-ones)&^angle) & highs
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(s) && special[s[i]] == 0 {
		i++
	}
	return i
}
