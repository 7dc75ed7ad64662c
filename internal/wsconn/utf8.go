package wsconn

import "unicode/utf8"

// textCheck checks UTF-8 that comes in pieces, and finds a fault with the first byte that makes one.
// The zero value is the start of a text.
type textCheck struct {
	tail [utf8.UTFMax]byte // a rune of which the rest has not come
	n    int
}

// add tells whether the text can still be valid.
func (t *textCheck) add(p []byte) bool {
	for t.n > 0 && len(p) > 0 {
		t.tail[t.n] = p[0]
		t.n++
		p = p[1:]
		if !utf8.FullRune(t.tail[:t.n]) {
			continue
		}
		if _, size := utf8.DecodeRune(t.tail[:t.n]); size != t.n {
			return false
		}
		t.n = 0
	}
	whole := len(p)
	for i := 1; i < utf8.UTFMax && i <= len(p); i++ {
		if start := len(p) - i; utf8.RuneStart(p[start]) {
			if !utf8.FullRune(p[start:]) {
				whole = start
			}
			break
		}
	}
	if !utf8.Valid(p[:whole]) {
		return false
	}
	if whole < len(p) {
		t.n = copy(t.tail[:], p[whole:])
	}
	return true
}

// complete tells whether the text may end here.
func (t *textCheck) complete() bool { return t.n == 0 }
