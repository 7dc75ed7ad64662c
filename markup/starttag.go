package markup

import (
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/text"
)

// maxWasted bounds, as a multiple of the text, what is read in vain after tags that never end:
// text that asks for more is no HTML but an attack.
const maxWasted = 8

// startTag reads <name attribute="value">.
func (p *scanner) startTag(i int) (next int, more bool) {
	nameEnd := tagNameEnd(p.s, i+1)
	end, closed := p.attributes(nameEnd)
	switch {
	case end == len(p.s) || p.s[end] == '=':
		// Incomplete, or a value whose quote is never closed.
		p.wasted += end - i
		return -1, p.wasted <= maxWasted*(len(p.s)+1024)
	case p.s[end] != '>':
		return end, p.h.text(p.s[i:end]) // references stay, unlike in other text
	}
	next = end + 1
	name, raw := text.Lower(p.s[i+1:nameEnd]), p.s[i:next]
	if closed {
		return next, p.h.startEnd(name, raw)
	}
	if name == "script" || name == "style" {
		p.raw = name
	}
	return next, p.h.start(name, raw)
}

// tagNameEnd returns the end of the name that begins at i.
func tagNameEnd(s string, i int) int {
	if n := strings.IndexAny(s[i:], "\t\n\r\f />\x00"); n >= 0 {
		return i + n
	}
	return len(s)
}

// attributes reads what follows a tag's name. It returns where the > is, or what else can't be an
// attribute, and whether there is a slash before the >.
func (p *scanner) attributes(i int) (end int, closed bool) {
	end = i
	for end < len(p.s) {
		r, size := utf8.DecodeRuneInString(p.s[end:])
		if !isSpace(r) && r != '/' {
			break
		}
		end += size
	}
	if end < len(p.s) && p.s[end] == '>' {
		return end, p.s[end-1] == '/' && end > i
	}
	for next := p.attribute(end); next > end; next = p.attribute(end) {
		end = next
	}
	if strings.HasPrefix(p.s[end:], "/>") {
		return end + 1, true
	}
	return end, false
}

// attribute returns the end of the attribute that begins at i, with the white space and slashes
// after it, or i if there is none.
func (p *scanner) attribute(i int) int {
	if before, _ := utf8.DecodeLastRuneInString(p.s[:i]); before != '"' && before != '\'' && before != '/' && !isSpace(before) {
		return i
	}
	first, size := utf8.DecodeRuneInString(p.s[i:])
	if size == 0 || first == '/' || first == '>' || isSpace(first) {
		return i
	}
	end := i + size
	for end < len(p.s) {
		r, size := utf8.DecodeRuneInString(p.s[end:])
		if r == '/' || r == '=' || r == '>' || isSpace(r) {
			break
		}
		end += size
	}
	end = p.value(end)
	for {
		end = skipSpace(p.s, end)
		if end == len(p.s) || p.s[end] != '/' || strings.HasPrefix(p.s[end:], "/>") {
			return end
		}
		end++
	}
}

// value returns the end of = and a value at i, with the white space after it, or i if there is no
// value. A quote that is never closed begins none: what Python's expression makes of it depends
// on what stands before.
func (p *scanner) value(i int) int {
	equals := skipSpace(p.s, i)
	after := equals
	for after < len(p.s) && p.s[after] == '=' {
		after++
	}
	if after == equals {
		return i
	}
	start := skipSpace(p.s, after)
	kind := -1
	if strings.HasPrefix(p.s[start:], `"`) {
		kind = doubleQuote
	} else if strings.HasPrefix(p.s[start:], "'") {
		kind = singleQuote
	}
	if kind >= 0 {
		end := p.search(kind, start+1)
		switch {
		case end >= 0:
			return skipSpace(p.s, end)
		case start > after:
			return start // an empty value
		case after-equals == 1:
			return i
		}
		start = after - 1 // the last = is a part of the value
	}
	end := start
	for end < len(p.s) {
		r, size := utf8.DecodeRuneInString(p.s[end:])
		if r == '>' || isSpace(r) {
			break
		}
		end += size
	}
	return skipSpace(p.s, end)
}
