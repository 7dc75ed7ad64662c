package postgres

import (
	"errors"
	"fmt"
	"strings"
)

// maxDimensions is the server's own limit for arrays (MAXDIM).
const maxDimensions = 6

// element is a part of an array's literal: null, text, or a row of an array of
// more dimensions.
type element struct {
	text string
	null bool
	rows []element
	list bool
}

var errLiteral = errors.New("not an array's literal")

// parseArray reads the literal of an array, as array_out writes it:
// {1,NULL,"a b"}, {{1,2},{3,4}}, [0:1]={1,2}.
func parseArray(s string) (element, error) {
	if strings.HasPrefix(s, "[") { // bounds other than 1
		_, rest, ok := strings.Cut(s, "=")
		if !ok {
			return element{}, errLiteral
		}
		s = rest
	}
	p := arrayParser{s: s}
	e, err := p.list(1)
	if err == nil && p.at != len(s) {
		err = errLiteral
	}
	return e, err
}

type arrayParser struct {
	s  string
	at int
}

func (p *arrayParser) peek() byte {
	if p.at < len(p.s) {
		return p.s[p.at]
	}
	return 0
}

func (p *arrayParser) list(depth int) (element, error) {
	e := element{list: true}
	if depth > maxDimensions {
		return e, fmt.Errorf("an array of more than %d dimensions", maxDimensions)
	}
	if p.peek() != '{' {
		return e, errLiteral
	}
	p.at++
	if p.peek() == '}' {
		p.at++
		return e, nil
	}
	for {
		item, err := p.item(depth)
		if err != nil {
			return e, err
		}
		e.rows = append(e.rows, item)
		switch p.peek() {
		case ',':
			p.at++
		case '}':
			p.at++
			return e, nil
		default:
			return e, errLiteral
		}
	}
}

func (p *arrayParser) item(depth int) (element, error) {
	switch p.peek() {
	case '{':
		return p.list(depth + 1)
	case '"':
		text, rest, err := cutQuoted(p.s[p.at:])
		p.at = len(p.s) - len(rest)
		return element{text: text}, err
	}
	end := strings.IndexAny(p.s[p.at:], `,{}"\`)
	if end <= 0 {
		return element{}, errLiteral
	}
	text := p.s[p.at : p.at+end]
	p.at += end
	return element{text: text, null: text == "NULL"}, nil
}

// cutQuoted reads text in quotation marks, where a backslash or a second
// quotation mark escapes, and returns what follows.
func cutQuoted(s string) (text, rest string, err error) {
	end := strings.IndexAny(s[1:], `"\`) + 1
	if end > 0 && s[end] == '"' && !strings.HasPrefix(s[end+1:], `"`) {
		return s[1:end], s[end+1:], nil
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i++; i == len(s) {
				return "", "", errLiteral
			}
		case '"':
			if i+1 == len(s) || s[i+1] != '"' {
				return b.String(), s[i+1:], nil
			}
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", errLiteral
}
