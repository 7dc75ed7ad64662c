package settings

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// dotenv is a parsed .env file.
type dotenv struct {
	name    string
	entries map[string]dotenvEntry
	order   []string // names as they stand in the file
}

type dotenvEntry struct {
	value string
	line  int
}

// parseDotenv reads the .env format, in UTF-8:
//
//	# a comment
//	NAME=value          # a comment needs a space before it
//	export NAME = value
//	NAME='as it stands, up to the next quote'
//	NAME="with \n \r \t \" \\ \$ escapes,
//	and over several lines"
//
// A dollar sign is a dollar sign: variables are not expanded, since a password
// may well hold one. A name that stands twice is an error, because of the
// programs that read such files some take the first and some the last.
func parseDotenv(name, text string) (*dotenv, error) {
	p := &dotenvParser{text: strings.TrimPrefix(text, "\ufeff"), line: 1}
	file := &dotenv{name: name, entries: map[string]dotenvEntry{}}
	if !utf8.ValidString(text) || strings.Contains(text, "\x00") {
		return nil, fmt.Errorf("parse %s: it is not text in UTF-8", name)
	}
	for p.text != "" {
		line := p.line
		key, value, err := p.entry()
		if err != nil {
			return nil, fmt.Errorf("parse %s:%d: %w", name, p.line, err)
		}
		if key == "" {
			continue
		}
		if earlier, twice := file.entries[key]; twice {
			return nil, fmt.Errorf("parse %s:%d: %s stands on line %d already", name, line, key, earlier.line)
		}
		file.entries[key] = dotenvEntry{value, line}
		file.order = append(file.order, key)
	}
	return file, nil
}

// dotenvParser holds the text that is left, and the number of its first line.
type dotenvParser struct {
	text string
	line int
}

// entry reads an assignment, or a line without one, which gives no key.
// Messages never show the value.
func (p *dotenvParser) entry() (key, value string, err error) {
	p.skipSpace()
	if p.text == "" || strings.ContainsAny(p.text[:1], "#\r\n") {
		return "", "", p.endLine()
	}
	key = p.name()
	if p.skipSpace() && key == "export" && !strings.HasPrefix(p.text, "=") {
		key = p.name()
		p.skipSpace()
	}
	if key == "" || !strings.HasPrefix(p.text, "=") {
		return "", "", errors.New("want NAME=value, the name of letters, digits and underscores")
	}
	p.text = p.text[1:]
	// A space before the comment sign tells `A= # empty` from `A=#fff`.
	spaced := p.skipSpace()
	switch {
	case strings.HasPrefix(p.text, "'"):
		value, err = p.singleQuoted()
	case strings.HasPrefix(p.text, `"`):
		value, err = p.doubleQuoted()
	default:
		return key, p.bare(spaced), nil
	}
	if err != nil {
		return "", "", err
	}
	return key, value, p.endLine()
}

// skipSpace skips spaces and tabs, and reports whether there were any.
func (p *dotenvParser) skipSpace() bool {
	rest := strings.TrimLeft(p.text, " \t")
	skipped := len(rest) < len(p.text)
	p.text = rest
	return skipped
}

// name reads letters, digits and underscores, the first not a digit.
func (p *dotenvParser) name() string {
	i := 0
	for i < len(p.text) {
		c := p.text[i]
		letter := c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			break
		}
		i++
	}
	name := p.text[:i]
	p.text = p.text[i:]
	return name
}

// endLine skips what may follow a value: spaces, a comment, the line's end.
func (p *dotenvParser) endLine() error {
	p.skipSpace()
	line, rest, more := strings.Cut(p.text, "\n")
	line = strings.TrimSuffix(line, "\r")
	if line != "" && !strings.HasPrefix(line, "#") {
		return errors.New("want nothing but a comment after the closing quote")
	}
	p.text = rest
	if more {
		p.line++
	}
	return nil
}

// bare reads the rest of the line up to a comment.
func (p *dotenvParser) bare(spaced bool) string {
	line, rest, more := strings.Cut(p.text, "\n")
	for i := range len(line) {
		if line[i] == '#' && (i == 0 && spaced || i > 0 && (line[i-1] == ' ' || line[i-1] == '\t')) {
			line = line[:i]
			break
		}
	}
	p.text = rest
	if more {
		p.line++
	}
	return strings.TrimRight(line, " \t\r")
}

// singleQuoted reads up to the next single quote of the same line.
func (p *dotenvParser) singleQuoted() (string, error) {
	line, _, _ := strings.Cut(p.text[1:], "\n")
	value, _, closed := strings.Cut(line, "'")
	if !closed {
		return "", errors.New("the single quote is not closed on its line")
	}
	p.text = p.text[1+len(value)+1:]
	return value, nil
}

// doubleQuoted reads up to the next double quote that is not escaped.
func (p *dotenvParser) doubleQuoted() (string, error) {
	var b strings.Builder
	for i := 1; i < len(p.text); i++ {
		switch c := p.text[i]; c {
		case '"':
			value := b.String()
			p.line += strings.Count(p.text[:i], "\n")
			p.text = p.text[i+1:]
			return value, nil
		case '\\':
			i++
			escaped, ok := unescape(p.text[i:])
			if !ok {
				p.line += strings.Count(p.text[:i], "\n")
				return "", errors.New(`unknown escape: want \n, \r, \t, \", \\ or \$`)
			}
			b.WriteByte(escaped)
		case '\r':
			// A line that ends in CRLF is a line that ends in LF.
			if !strings.HasPrefix(p.text[i:], "\r\n") {
				b.WriteByte(c)
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", errors.New("the double quote is not closed")
}

// unescape reads the letter after a backslash.
func unescape(text string) (byte, bool) {
	if text == "" {
		return 0, false
	}
	switch text[0] {
	case 'n':
		return '\n', true
	case 'r':
		return '\r', true
	case 't':
		return '\t', true
	case '"', '\\', '$':
		return text[0], true
	}
	return 0, false
}
