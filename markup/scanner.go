package markup

import (
	"math"
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/text"
)

// handler gets what a scanner finds. What it returns tells whether to go on.
type handler interface {
	text(s string) bool
	start(name, raw string) bool
	startEnd(name, raw string) bool // <br/>
	end(name string) bool
	reference(s string) bool // a character reference with its semicolon, where they are kept apart
}

// scanner reads HTML as Python's html.parser does, whose answers are Django's. It is the parser
// that came with Python up to 3.13.3; later ones read unfinished tags and comments as browsers do.
// Comments and declarations are passed over.
type scanner struct {
	s       string
	pos     int
	h       handler
	convert bool   // character references become characters of the text
	raw     string // script or style while inside of such an element

	// absent tells for each kind of end from where on there is none. Without
	// it the time would grow with the square of the text.
	absent [kinds]int
	wasted int // bytes read again and again after tags that never end
}

// Kinds of ends that are searched for.
const (
	tagEnd = iota
	commentEnd
	sectionEnd
	officeEnd // of Microsoft's <![if …]>
	doubleQuote
	singleQuote
	kinds
)

func newScanner(s string, h handler) *scanner {
	p := &scanner{s: s, h: h}
	for i := range p.absent {
		p.absent[i] = math.MaxInt
	}
	return p
}

// scan reads as far as it can. The first call leaves what may be incomplete at the end; a second,
// final one takes that as text. It tells whether the handler wants more.
func (p *scanner) scan(final bool) bool {
	for p.pos < len(p.s) {
		end := p.textEnd()
		if end < 0 {
			break
		}
		if !p.emit(end) {
			return false
		}
		if p.pos == len(p.s) {
			return true
		}
		var next int
		more := true
		if p.s[p.pos] == '<' {
			next, more = p.tag(final)
		} else {
			next, more = p.reference(final)
		}
		if !more {
			return false
		}
		if next < 0 {
			break
		}
		p.pos = next
	}
	if final && p.raw == "" {
		return p.emit(len(p.s))
	}
	return true
}

// emit hands the text up to end over.
func (p *scanner) emit(end int) bool {
	s := p.s[p.pos:end]
	p.pos = end
	if s == "" {
		return true
	}
	if p.convert && p.raw == "" {
		s = unescape(s)
	}
	return p.h.text(s)
}

// textEnd returns where the text that begins here ends, or -1 if that can't be told yet.
func (p *scanner) textEnd() int {
	rest := p.s[p.pos:]
	if p.raw != "" {
		return p.rawEnd()
	}
	chars := "<"
	if !p.convert {
		chars = "&<"
	}
	if i := strings.IndexAny(rest, chars); i >= 0 {
		return p.pos + i
	}
	if p.convert && unfinishedReference(rest) {
		return -1
	}
	return len(p.s)
}

// unfinishedReference tells whether a reference near the end of s may go on after it.
func unfinishedReference(s string) bool {
	near := s
	for i, n := len(s), 0; i > 0; n++ {
		if n == 34 {
			near = s[i:]
			break
		}
		_, size := utf8.DecodeLastRuneInString(s[:i])
		i -= size
	}
	i := strings.LastIndexByte(near, '&')
	return i >= 0 && !strings.ContainsFunc(near[i:], func(r rune) bool { return r == ';' || isSpace(r) })
}

// rawEnd returns where the end tag of a script or style element is, or -1.
func (p *scanner) rawEnd() int {
	for i := p.pos; ; i += 2 {
		n := strings.Index(p.s[i:], "</")
		if n < 0 {
			return -1
		}
		i += n
		name := skipSpace(p.s, i+2)
		if end := name + len(p.raw); end <= len(p.s) && strings.EqualFold(p.s[name:end], p.raw) {
			if gt := skipSpace(p.s, end); gt < len(p.s) && p.s[gt] == '>' {
				return i
			}
		}
	}
}

// search returns the place after the next end of that kind from i on, or -1.
func (p *scanner) search(kind, i int) int {
	if i >= p.absent[kind] || i > len(p.s) {
		return -1
	}
	end := -1
	switch kind {
	case tagEnd:
		end = after(p.s, ">", i)
	case doubleQuote:
		end = after(p.s, `"`, i)
	case singleQuote:
		end = after(p.s, "'", i)
	case commentEnd:
		end = sequence(p.s, i, "--", ">")
	case sectionEnd:
		end = sequence(p.s, i, "]", "]", ">")
	case officeEnd:
		end = sequence(p.s, i, "]", ">")
	}
	if end < 0 {
		p.absent[kind] = i
	}
	return end
}

func after(s, what string, i int) int {
	if n := strings.Index(s[i:], what); n >= 0 {
		return i + n + len(what)
	}
	return -1
}

// sequence returns the place after the next first that the others follow, with white space before
// each of them or not.
func sequence(s string, i int, first string, others ...string) int {
	for {
		n := strings.Index(s[i:], first)
		if n < 0 {
			return -1
		}
		i += n
		end := i + len(first)
		for _, other := range others {
			if end = skipSpace(s, end); !strings.HasPrefix(s[end:], other) {
				end = -1
				break
			}
			end += len(other)
		}
		if end >= 0 {
			return end
		}
		i++
	}
}

// tag reads what begins with the < here. It returns where to go on, or -1 if that can't be told
// yet, and whether the handler wants more.
func (p *scanner) tag(final bool) (next int, more bool) {
	i, rest := p.pos, p.s[p.pos:]
	more = true
	switch {
	case len(rest) > 1 && isLetter(rest[1]):
		next, more = p.startTag(i)
	case strings.HasPrefix(rest, "</"):
		next, more = p.endTag(i)
	case strings.HasPrefix(rest, "<!--"):
		next = p.search(commentEnd, i+4)
	case strings.HasPrefix(rest, "<?"):
		next = p.search(tagEnd, i+2)
	case strings.HasPrefix(rest, "<!["):
		next = p.section(i)
	case strings.HasPrefix(rest, "<!"):
		next = p.search(tagEnd, i+2)
	case len(rest) > 1:
		return i + 1, p.h.text("<")
	default:
		return -1, true
	}
	if next >= 0 || !more || !final {
		return next, more
	}
	// It never ends: it is text, up to the next > or else the next <.
	if next = p.search(tagEnd, i+1); next < 0 {
		next = i + 1
		if n := strings.IndexByte(p.s[next:], '<'); n >= 0 {
			next += n
		}
	}
	more = p.emit(next)
	return next, more
}

// section returns the end of <![CDATA[…]]> and of its kin.
func (p *scanner) section(i int) int {
	name := i + 3
	end := name
	for end < len(p.s) && (isLetter(p.s[end]) || end > name && strings.IndexByte("-_.0123456789", p.s[end]) >= 0) {
		end++
	}
	if skipSpace(p.s, end) == len(p.s) {
		return -1
	}
	switch strings.ToLower(p.s[name:end]) {
	case "temp", "cdata", "ignore", "include", "rcdata":
		return p.search(sectionEnd, name)
	case "if", "else", "endif":
		return p.search(officeEnd, name)
	}
	// Python's parser raises an AssertionError; later ones do as here.
	return p.search(tagEnd, name)
}

// endTag reads </name>.
func (p *scanner) endTag(i int) (next int, more bool) {
	gt := p.search(tagEnd, i+1)
	if gt < 0 {
		return -1, true
	}
	name := skipSpace(p.s, i+2)
	end := name
	for end < gt && (isLetter(p.s[end]) || end > name && strings.IndexByte("-.:_0123456789", p.s[end]) >= 0) {
		end++
	}
	if end > name && skipSpace(p.s, end) == gt-1 {
		p.raw = ""
		return gt, p.h.end(strings.ToLower(p.s[name:end]))
	}
	if i+2 < gt && isLetter(p.s[i+2]) {
		return gt, p.h.end(text.Lower(p.s[i+2 : tagNameEnd(p.s, i+2)]))
	}
	return gt, true // a comment to browsers
}

// reference reads what begins with the & here; only where references are kept apart.
func (p *scanner) reference(final bool) (next int, more bool) {
	i, rest := p.pos, p.s[p.pos:]
	if strings.HasPrefix(rest, "&#") {
		return p.numericReference()
	}
	if end := entityEnd(rest); end > 0 {
		next = i + end
		if rest[end] == ';' {
			next++
		}
		return next, p.h.reference(rest[:end] + ";")
	}
	switch {
	case len(rest) == 2 && isLetter(rest[1]) && final:
		p.pos++ // Python drops the &
		return -1, true
	case len(rest) > 1 && !isLetter(rest[1]):
		return i + 1, p.h.text("&")
	}
	return -1, true
}

// entityEnd returns the end of the name at the start of s, which some other character follows, or
// 0. A hyphen or dot in the name may be that character if there is none after it.
func entityEnd(s string) int {
	if len(s) < 2 || !isLetter(s[1]) {
		return 0
	}
	end := 2
	for end < len(s) && (isLetter(s[end]) || isDigit(s[end]) || s[end] == '-' || s[end] == '.') {
		end++
	}
	if end < len(s) {
		return end
	}
	if i := strings.LastIndexAny(s[2:], "-."); i >= 0 {
		return 2 + i
	}
	return 0
}

// numericReference reads what begins with the &# here. What is none ends the scan for now, even
// where more follows: so does Python.
func (p *scanner) numericReference() (next int, more bool) {
	rest := p.s[p.pos:]
	end := digitsEnd(rest)
	if end > 0 && end < len(rest) && hexDigit(rest[end]) < 0 {
		next = p.pos + end
		if rest[end] == ';' {
			next++
		}
		return next, p.h.reference(rest[:end] + ";")
	}
	if !strings.Contains(rest, ";") {
		return -1, true
	}
	return -1, p.emit(p.pos + len("&#"))
}
