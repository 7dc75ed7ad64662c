package pyfmt

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// prettyWidth is the line width that pprint keeps to where it can.
const prettyWidth = 80

// AppendPretty appends what Python's pprint.pformat makes of v: its repr, and
// where that is wider than 80 columns, a line for each item, with the items of
// mappings and sets sorted and long text in several quoted parts.
func AppendPretty(dst []byte, v any) []byte {
	p := pretty{printer: printer{dst: dst, stop: len(dst) + maxOutput, sorted: true}}
	p.value(v, 0, 0, 0)
	return p.dst
}

type pretty struct {
	printer
	scratch []byte
}

// value writes v at a column; allowance is the room that closing brackets need
// behind it, level how many containers are around.
func (p *pretty) value(v any, indent, allowance, level int) {
	v = unwrap(v)
	if rep, ok := p.repr(v, prettyWidth-indent-allowance); ok {
		p.dst = append(p.dst, rep...)
		return
	}
	level++
	r := reflect.ValueOf(v)
	if pairs, ok := pairsOf(v); ok {
		p.dict(r, sortedPairs(pairs), indent, allowance, level)
		return
	}
	switch v.(type) {
	case fmt.Stringer, error:
		if r.Kind() != reflect.String {
			p.any(v)
			return
		}
	}
	switch r.Kind() {
	case reflect.String:
		p.string(r.String(), indent, allowance, level)
	case reflect.Map:
		p.dict(r, mapPairs(r), indent, allowance, level)
	case reflect.Slice, reflect.Array:
		if b, ok := bytesOf(r); ok {
			p.bytes(b, indent, allowance, level)
			return
		}
		p.list(r, indent, allowance, level)
	default:
		p.any(v)
	}
}

func unwrap(v any) any {
	for range maxDepth {
		w, ok := v.(wrapper)
		if !ok {
			break
		}
		v = w.Any()
	}
	return v
}

// repr returns the repr of v, in scratch space, if it is at most width
// characters. It looks at no more of v than that takes.
func (p *pretty) repr(v any, width int) ([]byte, bool) {
	if width < 0 {
		return nil, false
	}
	limit := 10*width + 16 // a character is at most ten bytes, as \U0001f600
	if s, ok := v.(string); ok && len(s) > 4*width {
		return nil, false
	}
	short := printer{dst: p.scratch[:0], stop: limit, sorted: true, open: p.open}
	short.any(v)
	p.scratch = short.dst
	if len(short.dst) >= limit || utf8.RuneCount(short.dst) > width {
		return nil, false
	}
	return short.dst, true
}

func (p *pretty) dict(r reflect.Value, pairs []pair, indent, allowance, level int) {
	p.text("{")
	if p.enter(reflect.Indirect(r), 0) {
		indent, allowance := indent+1, allowance+1
		for i, item := range pairs {
			last := i == len(pairs)-1
			start := len(p.dst)
			p.any(item.key)
			p.text(": ")
			column := indent + utf8.RuneCount(p.dst[start:])
			room := 1
			if last {
				room = allowance
			}
			p.value(item.value, column, room, level)
			if p.full() {
				break
			}
			if !last {
				p.newline(indent)
			}
		}
		p.leave()
	}
	p.text("}")
}

// newline ends an item.
func (p *pretty) newline(indent int) {
	p.text(",")
	p.breakLine(indent)
}

func (p *pretty) breakLine(indent int) {
	p.dst = append(p.dst, '\n')
	for range indent {
		p.dst = append(p.dst, ' ')
	}
}

func (p *pretty) list(r reflect.Value, indent, allowance, level int) {
	before, after := brackets(r)
	items := make([]any, r.Len())
	for i := range items {
		items[i] = interfaceOf(r.Index(i))
	}
	if r.Type() == setType {
		slices.SortStableFunc(items, compareValues)
	}
	p.text(before)
	if p.enter(r, r.Len()) {
		for i, item := range items {
			room := 1
			if i == len(items)-1 {
				room = allowance + len(after)
			}
			p.value(item, indent+1, room, level)
			if p.full() {
				break
			}
			if i < len(items)-1 {
				p.newline(indent + 1)
			}
		}
		p.leave()
	}
	p.text(after)
}

// string writes long text as quoted parts, one a line, broken behind line ends
// and between words.
func (p *pretty) string(s string, indent, allowance, level int) {
	if s == "" {
		p.text("''")
		return
	}
	if level == 1 {
		indent++
		allowance++
	}
	width := prettyWidth - indent
	var parts []string
	for line, rest := cutLine(s); line != ""; line, rest = cutLine(rest) {
		room := width
		if rest == "" {
			room -= allowance
		}
		if quotedFits(line, room) {
			parts = append(parts, line)
			continue
		}
		parts = appendWords(parts, line, width, room)
	}
	p.parts(parts, indent, level == 1)
}

// parts writes quoted parts below each other, in parentheses unless something
// else is around them.
func (p *pretty) parts(parts []string, indent int, parentheses bool) {
	if parentheses = parentheses && len(parts) != 1; parentheses {
		p.text("(")
	}
	for i, part := range parts {
		if i > 0 {
			p.breakLine(indent)
		}
		p.quoted(part)
	}
	if parentheses {
		p.text(")")
	}
}

// quotedFits tells whether the repr of s is at most width characters.
func quotedFits(s string, width int) bool {
	return len(s) <= 4*width && utf8.RuneCount(AppendQuoted(nil, s)) <= width
}

// appendWords appends a line in parts that fit in width, the last in room.
func appendWords(parts []string, line string, width, room int) []string {
	start, end := 0, 0 // of the part that grows
	for end < len(line) {
		next := end + wordLength(line[end:])
		limit := width
		if next == len(line) {
			limit = room
		}
		if !quotedFits(line[start:next], limit) && start < end {
			parts = append(parts, line[start:end])
			start = end
		}
		end = next
	}
	return append(parts, line[start:])
}

// wordLength is the length of a word and the space behind it.
func wordLength(s string) int {
	space := strings.IndexFunc(s, isSpace)
	if space < 0 {
		return len(s)
	}
	next := strings.IndexFunc(s[space:], func(r rune) bool { return !isSpace(r) })
	if next < 0 {
		return len(s)
	}
	return space + next
}

// cutLine splits s behind its first line end, as Python's splitlines does.
func cutLine(s string) (line, rest string) {
	at := strings.IndexFunc(s, isLineEnd)
	if at < 0 {
		return s, ""
	}
	if strings.HasPrefix(s[at:], "\r\n") {
		return s[:at+2], s[at+2:]
	}
	_, size := utf8.DecodeRuneInString(s[at:])
	return s[:at+size], s[at+size:]
}

func isLineEnd(r rune) bool {
	return r >= '\n' && r <= '\r' || r >= 0x1c && r <= 0x1e || r == 0x85 || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}

// bytes writes long bytes in parts of whole groups of four.
func (p *pretty) bytes(b []byte, indent, allowance, level int) {
	if len(b) <= 4 {
		p.dst = AppendBytes(p.dst, b)
		return
	}
	if level == 1 {
		indent++
		allowance++
		p.text("(")
	}
	width, start := prettyWidth-indent, 0
	for i := 0; i < len(b); i += 4 {
		next := min(i+4, len(b))
		if i == len(b)/4*4 {
			width -= allowance
		}
		if start < i && len(AppendBytes(nil, b[start:next])) > width {
			p.dst = AppendBytes(p.dst, b[start:i])
			p.breakLine(indent)
			start = i
		}
	}
	p.dst = AppendBytes(p.dst, b[start:])
	if level == 1 {
		p.text(")")
	}
}
