package urls

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"
)

// classes are Python's character classes for text, as the inside of a bracket expression.
var classes = map[byte]string{
	'd': `\p{Nd}`,
	'w': `\p{L}\p{N}_`,
	's': `\s\x0b\x1c-\x1f\x{85}\p{Z}`,
	'D': `\P{Nd}`,
}

// pythonToRE2 writes a regular expression of Python for package regexp: \d, \w and \s know Unicode,
// \Z is the end of the text.
func pythonToRE2(source string) string {
	if strings.IndexByte(source, '\\') < 0 {
		return source
	}
	var b strings.Builder
	inClass, classStart := false, 0
	for i := 0; i < len(source); i++ {
		c := source[i]
		switch {
		case c == '\\' && i+1 < len(source):
			i++
			writeEscape(&b, source[i], inClass)
			continue
		case c == '[' && !inClass:
			inClass, classStart = true, i+1
			if classStart < len(source) && source[classStart] == '^' {
				classStart++
			}
		case c == ']' && inClass && i > classStart:
			inClass = false
		}
		b.WriteByte(c)
	}
	return b.String()
}

func writeEscape(b *strings.Builder, c byte, inClass bool) {
	class, ok := classes[c]
	switch {
	case ok && inClass:
		b.WriteString(class)
	case ok:
		b.WriteString("[" + class + "]")
	case c == 'W' && !inClass:
		b.WriteString("[^" + classes['w'] + "]")
	case c == 'S' && !inClass:
		b.WriteString("[^" + classes['s'] + "]")
	case c == 'Z' && !inClass:
		b.WriteString(`\z`)
	default:
		b.WriteByte('\\')
		b.WriteByte(c)
	}
}

// piece is a part of a form: a literal, or the place of a parameter.
type piece struct{ literal, param string }

// form is one shape that a pattern can be written in.
type form struct {
	pieces []piece
	params []string
}

// add writes g behind f, which nobody else may hold.
func (f *form) add(g form) {
	f.pieces = append(f.pieces, g.pieces...)
	f.params = append(f.params, g.params...)
}

func (f form) plus(g form) form {
	sum := form{slices.Clone(f.pieces), slices.Clone(f.params)}
	sum.add(g)
	return sum
}

// maxForms bounds the combinations of optional groups of one pattern.
const maxForms = 256

var errTooManyForms = errors.New("has more optional groups than can be reversed")

// errStop ends the scan early: at a $ outside of groups, at an alternative.
var errStop = errors.New("stop")

// scanner finds the forms of a regular expression (Django's regex_helper.normalize): groups are
// parameters, optional groups with parameters are there once or not at all, other optional parts are
// left out, repeated ones repeated as rarely as possible, character classes are their first member.
type scanner struct {
	source      string
	at          int
	positional  int
	alternative bool
	dollar      bool
}

// reverseForms returns the forms that pattern can be written in, in the order they are tried.
func reverseForms(pattern string) ([]form, error) {
	s := &scanner{source: pattern}
	forms, err := s.sequence()
	if err != nil {
		return nil, err
	}
	if s.alternative {
		return []form{{}}, nil // as Django: only the empty text, which then has to match
	}
	return forms, nil
}

// element is one item of a sequence, which a quantifier may follow.
type element struct {
	forms []form
	group bool // holds a parameter
}

// sequence reads up to the end of the group or of the pattern.
func (s *scanner) sequence() ([]form, error) {
	var items []element
	for s.at < len(s.source) && !s.dollar && !s.alternative {
		c := s.source[s.at]
		if c == ')' {
			s.at++
			break
		}
		if strings.IndexByte("*?+{", c) >= 0 && len(items) > 0 {
			if minimum, ok := s.quantifier(); ok {
				items = quantify(items, minimum)
				continue
			}
		}
		e, ok, err := s.element()
		if err != nil {
			return nil, err
		}
		if ok {
			items = append(items, e)
		}
	}
	return join(items)
}

func quantify(items []element, minimum int) []element {
	last := items[len(items)-1]
	switch {
	case minimum == 0 && last.group:
		last.forms = append([]form{{}}, last.forms...)
		items[len(items)-1] = last
	case minimum == 0:
		items = items[:len(items)-1]
	}
	for range min(minimum, maxForms) - 1 {
		items = append(items, last)
	}
	return items
}

// join writes elements one after another, in all combinations.
func join(items []element) ([]form, error) {
	forms := []form{{}}
	for _, e := range items {
		if len(forms)*len(e.forms) > maxForms {
			return nil, errTooManyForms
		}
		if len(e.forms) == 1 {
			for i := range forms {
				forms[i].add(e.forms[0])
			}
			continue
		}
		next := make([]form, 0, len(forms)*len(e.forms))
		for _, f := range forms {
			for _, g := range e.forms {
				next = append(next, f.plus(g))
			}
		}
		forms = next
	}
	return forms, nil
}

func literalElement(text string) element {
	return element{forms: []form{{pieces: []piece{{literal: text}}}}}
}

// element reads one item; false for those that write nothing.
func (s *scanner) element() (element, bool, error) {
	r, size := utf8.DecodeRuneInString(s.source[s.at:])
	s.at += size
	switch r {
	case '^':
		return element{}, false, nil
	case '$':
		s.dollar = true
		return element{}, false, nil
	case '|':
		s.alternative = true
		return element{}, false, nil
	case '\\':
		text, ok := s.escape()
		return literalElement(text), ok, nil
	case '[':
		return literalElement(s.class()), true, nil
	case '(':
		return s.group()
	}
	return literalElement(string(r)), true, nil
}

// escape reads what follows a backslash and returns a representative.
func (s *scanner) escape() (string, bool) {
	if s.at >= len(s.source) {
		return "", false
	}
	r, size := utf8.DecodeRuneInString(s.source[s.at:])
	s.at += size
	switch r {
	case 'A', 'b', 'B', 'Z', 'z':
		return "", false
	case 'd':
		return "0", true
	case 'D', 'S', 'w':
		return "x", true
	case 's':
		return " ", true
	case 'W':
		return "!", true
	}
	return string(r), true
}

// class reads a bracket expression and returns its first member.
func (s *scanner) class() string {
	first := ""
	for n := 0; s.at < len(s.source); n++ {
		r, size := utf8.DecodeRuneInString(s.source[s.at:])
		s.at += size
		text := string(r)
		if r == '\\' {
			text, _ = s.escape()
		} else if r == ']' && n > 0 {
			break
		}
		if n == 0 {
			first = text
		}
	}
	return first
}

// group reads what follows an opening parenthesis.
func (s *scanner) group() (element, bool, error) {
	rest := s.source[s.at:]
	if !strings.HasPrefix(rest, "?") {
		name := positionalName(s.positional)
		s.positional++
		return s.parameter(name), true, nil
	}
	if named, ok := strings.CutPrefix(strings.Replace(rest, "?P<", "?<", 1), "?<"); ok {
		name, _, _ := strings.Cut(named, ">")
		return s.parameter(name), true, nil
	}
	end := strings.IndexAny(rest, ":)") // flags: (?i) or (?i:…); without flags (?:…)
	if end < 0 {
		return element{}, false, errStop
	}
	s.at += end + 1
	if rest[end] == ')' {
		return element{}, false, nil
	}
	forms, err := s.sequence()
	e := element{forms: forms}
	for _, f := range forms {
		e.group = e.group || len(f.params) > 0
	}
	return e, true, err
}

// parameter skips to the end of a capturing group.
func (s *scanner) parameter(name string) element {
	for depth := 1; s.at < len(s.source) && depth > 0; {
		switch c := s.source[s.at]; c {
		case '\\':
			s.at++
		case '[':
			s.at++
			s.class()
			continue
		case '(':
			depth++
		case ')':
			depth--
		}
		s.at++
	}
	return element{forms: []form{{[]piece{{param: name}}, []string{name}}}, group: true}
}

// quantifier reads one and returns the least number of repetitions; false for a brace that is a
// literal.
func (s *scanner) quantifier() (int, bool) {
	minimum, at := 0, s.at+1
	switch s.source[s.at] {
	case '+':
		minimum = 1
	case '{':
		end := strings.IndexByte(s.source[s.at:], '}')
		if end < 2 || !isDigit(s.source[s.at+1]) {
			return 0, false
		}
		for i := s.at + 1; isDigit(s.source[i]); i++ {
			minimum = min(minimum*10+int(s.source[i]-'0'), maxForms)
		}
		at = s.at + end + 1
	}
	if at < len(s.source) && s.source[at] == '?' {
		at++
	}
	s.at = at
	return minimum, true
}
