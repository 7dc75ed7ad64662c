package serializers

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// foldAt is the column behind which lines are folded: libyaml's best width.
const foldAt = 80

// yamlPrintable tells whether libyaml writes a character as it is.
func yamlPrintable(r rune) bool {
	switch {
	case r == '\n', ' ' <= r && r <= '~':
		return true
	case r == 0xFEFF, r == 0xFFFE, r == 0xFFFF, r == utf8.RuneError:
		return r == utf8.RuneError
	}
	return 0xA0 <= r && r <= 0xFFFD && !(0xD800 <= r && r <= 0xDFFF)
}

// yamlBreak tells whether a character ends a line for YAML 1.1.
func yamlBreak(r rune) bool {
	return r == '\n' || r == '\r' || r == 0x85 || r == 0x2028 || r == 0x2029
}

func yamlBlank(r rune) bool { return r == ' ' || r == '\t' || yamlBreak(r) }

// textShape is what decides on the style of a text: libyaml's analysis of scalars.
type textShape struct {
	breaks, special, indicators          bool
	leading, trailing                    bool // a space or a break at an end
	spaceBreak, breakSpace               bool
	previousSpace, previousBreak, behind bool
}

// yamlStyles tells whether a text may stand plain, outside of lists in brackets, and
// whether in single quotes.
func yamlStyles(s string) (plain, single bool) {
	sh := textShape{behind: true, indicators: strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...")}
	runes := []rune(s)
	for i, r := range runes {
		followed := i+1 == len(runes) || yamlBlank(runes[i+1])
		sh.indicator(r, i == 0, followed)
		sh.special = sh.special || !yamlPrintable(r)
		sh.place(r, i == 0, i+1 == len(runes))
		sh.behind = yamlBlank(r)
	}
	hard := sh.spaceBreak || sh.special
	plain = !sh.leading && !sh.trailing && !sh.breakSpace && !hard && !sh.breaks && !sh.indicators
	return plain, !sh.breakSpace && !hard
}

// indicator notes characters that mean something to YAML where they stand.
func (sh *textShape) indicator(r rune, first, followed bool) {
	switch {
	case first && strings.ContainsRune("#,[]{}&*!|>'\"%@`", r):
		sh.indicators = true
	case first && (r == '-' || r == '?' || r == ':') && followed:
		sh.indicators = true
	case !first && r == ':' && followed:
		sh.indicators = true
	case !first && r == '#' && sh.behind:
		sh.indicators = true
	}
}

// place notes spaces and line breaks beside each other and at the ends.
func (sh *textShape) place(r rune, first, last bool) {
	switch {
	case r == ' ':
		sh.leading, sh.trailing = sh.leading || first, sh.trailing || last
		sh.breakSpace = sh.breakSpace || sh.previousBreak
		sh.previousSpace, sh.previousBreak = true, false
	case yamlBreak(r):
		sh.breaks = true
		sh.leading, sh.trailing = sh.leading || first, sh.trailing || last
		sh.spaceBreak = sh.spaceBreak || sh.previousSpace
		sh.previousSpace, sh.previousBreak = false, true
	default:
		sh.previousSpace, sh.previousBreak = false, false
	}
}

// plainText writes a text without quotes, folded at spaces.
func (e *yamlEmitter) plainText(s string, indent int, key bool) {
	spaces := false
	for i, r := range s {
		if r == ' ' {
			if !key && !spaces && e.column > foldAt && !strings.HasPrefix(s[i+1:], " ") {
				e.newline(indent)
			} else {
				e.put(" ")
			}
			spaces = true
			continue
		}
		e.put(string(r))
		spaces = false
	}
}

// singleQuoted writes a text in single quotes; a line break is written twice.
func (e *yamlEmitter) singleQuoted(s string, indent int, key bool) {
	e.put("'")
	spaces, breaks := false, false
	for i, r := range s {
		switch {
		case r == ' ':
			middle := i > 0 && i < len(s)-1
			if !key && !spaces && e.column > foldAt && middle && s[i+1] != ' ' {
				e.newline(indent)
			} else {
				e.put(" ")
			}
			spaces = true
		case yamlBreak(r):
			if !breaks && r == '\n' {
				e.b = append(e.b, '\n')
			}
			e.b = append(e.b, string(r)...)
			e.column = 0
			breaks = true
		default:
			if breaks {
				e.put(strings.Repeat(" ", indent))
			}
			if r == '\'' {
				e.put("'")
			}
			e.put(string(r))
			spaces, breaks = false, false
		}
	}
	if breaks {
		e.put(strings.Repeat(" ", indent))
	}
	e.put("'")
}

// yamlEscapes are the characters with an escape of their own.
var yamlEscapes = map[rune]string{
	0: "0", 7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", 27: "e", '"': `"`, '\\': `\`,
	0x85: "N", 0xA0: "_", 0x2028: "L", 0x2029: "P",
}

// doubleQuoted writes a text in double quotes, with escapes.
func (e *yamlEmitter) doubleQuoted(s string, indent int, key bool) {
	e.put(`"`)
	spaces := false
	for i, r := range s {
		switch {
		case !yamlPrintable(r) || yamlBreak(r) || r == '"' || r == '\\':
			e.put(yamlEscape(r))
			spaces = false
		case r == ' ':
			if !key && !spaces && e.column > foldAt && i > 0 && i < len(s)-1 {
				e.newline(indent)
				if s[i+1] == ' ' {
					e.put(`\`)
				}
			} else {
				e.put(" ")
			}
			spaces = true
		default:
			e.put(string(r))
			spaces = false
		}
	}
	e.put(`"`)
}

func yamlEscape(r rune) string {
	if name, ok := yamlEscapes[r]; ok {
		return `\` + name
	}
	switch {
	case r <= 0xFF:
		return fmt.Sprintf(`\x%02X`, r)
	case r <= 0xFFFF:
		return fmt.Sprintf(`\u%04X`, r)
	}
	return fmt.Sprintf(`\U%08X`, r)
}
