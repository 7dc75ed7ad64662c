package i18n

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ParsePO reads a catalogue as translators write it
// (https://www.gnu.org/software/gettext/manual/html_node/PO-Files.html), in
// UTF-8. As msgfmt does, it leaves out what is fuzzy, obsolete or not translated.
// What can't be read is an [ErrCatalog] that names the line.
func ParsePO(data []byte) (*Catalog, error) {
	if len(data) > MaxCatalogSize {
		return nil, fmt.Errorf("%w: larger than %d bytes", ErrCatalog, MaxCatalogSize)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%w: it is not UTF-8", ErrCatalog)
	}
	p := poParser{messages: make(map[string]string), plurals: make(map[string][]string)}
	text := strings.TrimPrefix(string(data), "\ufeff")
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := p.line(strings.TrimSpace(line)); err != nil {
			return nil, fmt.Errorf("%w: line %d: %w", ErrCatalog, number, err)
		}
	}
	p.finish()
	return newCatalog(p.messages, p.plurals)
}

// poParser holds the entry that is being read. Its texts are built in pieces:
// an entry may be of very many lines.
type poParser struct {
	messages map[string]string
	plurals  map[string][]string

	context, id, plural *strings.Builder
	texts               []*strings.Builder
	current             *strings.Builder // what a line of text alone continues
	fuzzy, nextFuzzy    bool
}

func (p *poParser) line(line string) error {
	switch {
	case line == "":
		return nil
	case line[0] == '#':
		if strings.HasPrefix(line, "#,") && strings.Contains(line, "fuzzy") {
			p.nextFuzzy = true
		}
		return nil
	case line[0] == '"':
		if p.current == nil {
			return fmt.Errorf("text before the first msgid")
		}
		return unquotePO(p.current, line)
	}
	keyword, rest, _ := strings.Cut(line, " ")
	if i := strings.IndexByte(keyword, '"'); i >= 0 { // msgid"text"
		keyword, rest = line[:i], line[i:]
	}
	field, err := p.field(keyword)
	if err != nil {
		return err
	}
	p.current = field
	return unquotePO(field, strings.TrimSpace(rest))
}

// field begins the part of an entry that keyword names, and with it, where that
// is the first part, the entry.
func (p *poParser) field(keyword string) (*strings.Builder, error) {
	field := new(strings.Builder)
	switch {
	case keyword == "msgctxt" || keyword == "msgid":
		if len(p.texts) > 0 || p.id != nil {
			p.finish()
		}
		if p.context == nil {
			p.fuzzy, p.nextFuzzy = p.nextFuzzy, false
		}
		if keyword == "msgid" {
			p.id = field
		} else {
			p.context = field
		}
	case p.id == nil:
		return nil, fmt.Errorf("%.20q before a msgid", keyword)
	case keyword == "msgid_plural":
		p.plural = field
	case keyword == "msgstr" || keyword == fmt.Sprintf("msgstr[%d]", len(p.texts)):
		if len(p.texts) >= maxPluralForms {
			return nil, fmt.Errorf("more than %d plural forms", maxPluralForms)
		}
		p.texts = append(p.texts, field)
	default:
		return nil, fmt.Errorf("unexpected %.20q", keyword)
	}
	return field, nil
}

// finish keeps the entry, unless it is fuzzy or empty.
func (p *poParser) finish() {
	if p.id != nil && len(p.texts) > 0 {
		key := p.id.String()
		// msgfmt keeps the header even where it is fuzzy.
		keep := p.texts[0].Len() > 0 && (!p.fuzzy || key == "")
		if p.context != nil {
			key = p.context.String() + contextMark + key
		}
		switch {
		case !keep:
		case p.plural == nil:
			p.messages[key] = p.texts[0].String()
		default:
			forms := make([]string, len(p.texts))
			for i, text := range p.texts {
				forms[i] = text.String()
			}
			p.plurals[key] = forms
		}
	}
	p.context, p.id, p.plural, p.texts, p.current, p.fuzzy = nil, nil, nil, nil, nil, false
}

var poEscapes = map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v', '"': '"', '\\': '\\'}

// unquotePO appends the text of a quoted string with the escapes of C.
func unquotePO(to *strings.Builder, quoted string) error {
	if len(quoted) < 2 || quoted[0] != '"' || quoted[len(quoted)-1] != '"' {
		return fmt.Errorf("%.20q is not in quotes", quoted)
	}
	s := quoted[1 : len(quoted)-1]
	for len(s) > 0 {
		plain := strings.IndexAny(s, `\"`)
		if plain < 0 {
			to.WriteString(s)
			return nil
		}
		to.WriteString(s[:plain])
		if s = s[plain:]; s[0] == '"' || len(s) == 1 {
			return fmt.Errorf("a quote or backslash without a backslash before it")
		}
		n := 2
		if c, ok := poEscapes[s[1]]; ok {
			to.WriteByte(c)
		} else if c, n = poNumber(s); n > 0 {
			to.WriteByte(c)
		} else {
			return fmt.Errorf("unknown escape %q", s[:2])
		}
		s = s[n:]
	}
	return nil
}

// poNumber reads \101 and \x41, and returns the byte and the length, 0 where s
// begins otherwise. Only ASCII can be written so: anything else could leave text
// that is not UTF-8.
func poNumber(s string) (byte, int) {
	base, from, to := 8, 1, 1
	digits := "01234567"
	if s[1] == 'x' {
		base, from, to = 16, 2, 2
		digits = "0123456789abcdefABCDEF"
	}
	for to < len(s) && to < from+3 && strings.IndexByte(digits, s[to]) >= 0 {
		to++
	}
	value, err := strconv.ParseUint(s[from:to], base, 7)
	if err != nil {
		return 0, 0
	}
	return byte(value), to
}
