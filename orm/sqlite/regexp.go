package sqlite

import (
	"fmt"
	"regexp"
	"strings"
)

// pattern is a regular expression, or why there is none.
type pattern struct {
	re  *regexp.Regexp
	err error
}

// maxPatterns is how many patterns a connection remembers.
const maxPatterns = 32

// maxPattern bounds a pattern, in bytes.
const maxPattern = 10_000

// pattern returns the compiled expression: a scan asks for it once for each row.
func (c *conn) pattern(expr []byte) *pattern {
	if p := c.regexps[string(expr)]; p != nil {
		return p
	}
	if c.regexps == nil || len(c.regexps) >= maxPatterns {
		c.regexps = make(map[string]*pattern)
	}
	p := &pattern{}
	text := string(expr)
	if len(text) > maxPattern {
		p.err = fmt.Errorf("a pattern of %d bytes, more than %d", len(text), maxPattern)
		return p
	}
	if p.re, p.err = regexp.Compile(translate(text)); p.err != nil {
		p.err = fmt.Errorf("the pattern %q is wrong, or uses what package regexp has not (lookaround, back-references): %w", shorten(text), p.err)
	}
	c.regexps[text] = p
	return p
}

// Python's classes know Unicode, those of package regexp ASCII only.
const (
	digits = `\p{Nd}`
	word   = `\p{L}\p{N}_`
	space  = `\t-\r\x1c-\x20\x{85}\p{Z}`
)

// translate turns what Python's re writes in another way into Go's: classes that
// know Unicode, \Z, and $ that also stands before a last newline.
func translate(expr string) string {
	if !strings.ContainsAny(expr, `\$`) {
		return expr
	}
	multiline := multilineFlag.MatchString(expr)
	var b strings.Builder
	class := 0 // where a character class began, or 0
	for i := 0; i < len(expr); i++ {
		ch := expr[i]
		switch {
		case ch == '\\' && i+1 < len(expr):
			i++
			b.WriteString(escape(expr[i], class > 0))
		case class > 0 && ch == ']' && i > class:
			class = 0
			b.WriteByte(ch)
		case class == 0 && ch == '[':
			class = i + 1 // a ] that comes first is a character
			b.WriteByte(ch)
			if i+1 < len(expr) && expr[i+1] == '^' {
				i++
				class++
				b.WriteByte('^')
			}
		case ch == '$' && class == 0 && !multiline:
			b.WriteString(`(?:\n?\z)`)
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}

var multilineFlag = regexp.MustCompile(`\(\?[a-zA-Z]*m`)

// escape returns \ch as Go writes it, within a character class or outside.
func escape(ch byte, class bool) string {
	set, negated := "", false
	switch ch {
	case 'd', 'D':
		set, negated = digits, ch == 'D'
	case 'w', 'W':
		set, negated = word, ch == 'W'
	case 's', 'S':
		set, negated = space, ch == 'S'
	case 'Z':
		if !class {
			return `\z`
		}
	}
	switch {
	case set == "" || class && negated:
		return string([]byte{'\\', ch})
	case class:
		return set
	case negated:
		return "[^" + set + "]"
	}
	return "[" + set + "]"
}
