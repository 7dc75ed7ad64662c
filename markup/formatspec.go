package markup

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxPad bounds the width that a field of a format may ask for.
const maxPad = 1 << 16

// spec is the part of a field after the colon, as Python has it for text:
// [[fill]align][0][width][.precision][s]. Lengths are in characters of the escaped text.
type spec struct {
	fill             string
	align            byte
	width, precision int // precision -1: no limit
}

func parseSpec(s string) (spec, bool) {
	p := spec{fill: " ", align: '<', precision: -1}
	_, size := utf8.DecodeRuneInString(s)
	switch {
	case size < len(s) && strings.IndexByte("<>^", s[size]) >= 0:
		p.fill, p.align, s = s[:size], s[size], s[size+1:]
	case s != "" && strings.IndexByte("<>^", s[0]) >= 0:
		p.align, s = s[0], s[1:]
	case strings.HasPrefix(s, "0"):
		p.fill = "0"
	}
	s = strings.TrimSuffix(s, "s")
	width, precision, limited := strings.Cut(s, ".")
	var ok bool
	if p.width, ok = parseLength(width); !ok {
		return p, false
	}
	if limited {
		if p.precision, ok = parseLength(precision); !ok || precision == "" {
			return p, false
		}
	}
	return p, true
}

func parseLength(s string) (int, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.Atoi(s)
	return n, err == nil && n >= 0 && n <= maxPad && s[0] != '+'
}

func (p spec) append(dst []byte, s string) []byte {
	if p.precision >= 0 {
		s = firstChars(s, p.precision)
	}
	room := 0
	if p.width > 0 {
		room = max(p.width-utf8.RuneCountInString(s), 0)
	}
	before := 0
	switch p.align {
	case '>':
		before = room
	case '^':
		before = room / 2
	}
	dst = append(dst, strings.Repeat(p.fill, before)...)
	dst = append(dst, s...)
	return append(dst, strings.Repeat(p.fill, room-before)...)
}
