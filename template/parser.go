package template

import (
	"errors"
	"slices"
	"strings"
)

// maxNesting is how deep tags may stand within one another.
const maxNesting = 500

// A Parser compiles the tokens of one template. Tags that are compiled by functions of their own
// ([CompileFunc]) use it.
type Parser struct {
	engine    *Engine
	src       *source
	tokens    []Token
	pos       int
	libraries []*library // in scope; of two tags or filters of a name the last is meant
	open      []Token    // the tags being compiled
	tmpl      *Template
	seen      map[any]any // what tags remember, see Remember
}

// Next returns the next token; ok is false at the end.
func (p *Parser) Next() (t Token, ok bool) {
	if p.pos >= len(p.tokens) {
		return Token{}, false
	}
	p.pos++
	return p.tokens[p.pos-1], true
}

// Parse compiles nodes up to a tag whose name is one of until, which is left for [Parser.Next]. With
// none it goes to the end of the template.
func (p *Parser) Parse(until ...string) (*NodeList, error) {
	if len(p.open) > maxNesting {
		return nil, syntaxErrorf("tags stand more than %d deep in one another", maxNesting)
	}
	list := &NodeList{src: p.src}
	tagged := false // a node other than text is there
	for p.pos < len(p.tokens) {
		t := p.tokens[p.pos]
		if t.Kind == TokenBlock && slices.Contains(until, t.Name()) {
			return list, nil
		}
		p.pos++
		node, err := p.compile(t, until)
		if err != nil {
			return nil, p.src.at(err, t.start, t.end)
		}
		if _, ok := node.(*extendsNode); ok && tagged {
			return nil, p.src.at(syntaxErrorf("{%% %s %%} must be the first tag in the template", t.Contents), t.start, t.end)
		}
		if node != nil {
			tagged = tagged || t.Kind != TokenText
			list.nodes = append(list.nodes, placed{node, t.start, t.end})
		}
	}
	if len(until) > 0 {
		return nil, p.unclosed(until)
	}
	return list, nil
}

// compile makes the node of a token; nil for a comment.
func (p *Parser) compile(t Token, until []string) (Node, error) {
	switch t.Kind {
	case TokenText:
		return textNode(t.Contents), nil
	case TokenVar:
		if t.Contents == "" {
			return nil, syntaxErrorf("empty variable tag")
		}
		e, err := p.Expr(t.Contents)
		if err != nil {
			return nil, p.locate(err, t)
		}
		return &varNode{e}, nil
	case TokenComment:
		if declared, ok := strings.CutPrefix(t.Contents, typeComment); ok && p.tmpl.declares == "" {
			p.tmpl.declares = strings.TrimSpace(declared)
		}
		return nil, nil
	}
	name := t.Name()
	if name == "" {
		return nil, syntaxErrorf("empty block tag")
	}
	p.open = append(p.open, t)
	tag, ok := p.tag(name)
	if !ok {
		return nil, p.unknownTag(name, until)
	}
	node, err := tag.compileTag(p, t)
	if err != nil {
		return nil, err
	}
	p.open = p.open[:len(p.open)-1]
	return node, nil
}

// locate gives an error of an expression the place of what it quotes within the token.
func (p *Parser) locate(err error, t Token) error {
	var s *SyntaxError
	if errors.As(err, &s) {
		if _, rest, ok := strings.Cut(s.Message, "'"); ok {
			if part, _, ok := strings.Cut(rest, "'"); ok && part != "" {
				if i := strings.Index(p.src.text[t.start:t.end], part); i >= 0 {
					return p.src.at(err, t.start+i, t.start+i+len(part))
				}
			}
		}
	}
	return err
}

// ErrorAt returns a syntax error at a bit of a token.
func (p *Parser) ErrorAt(t Token, bit, format string, args ...any) error {
	err := syntaxErrorf(format, args...)
	text := p.src.text[t.start:t.end]
	i := strings.LastIndex(text, " "+bit) + 1
	if i == 0 {
		i = strings.Index(text, bit)
	}
	if i >= 0 && bit != "" {
		return p.src.at(err, t.start+i, t.start+i+len(bit))
	}
	return p.src.at(err, t.start, t.end)
}

// Errorf returns a syntax error at the tag that is being compiled.
func (p *Parser) Errorf(format string, args ...any) error { return syntaxErrorf(format, args...) }

// Block compiles what stands up to an end tag, which is taken (Django's parse and
// delete_first_token).
func (p *Parser) Block(end string) (*NodeList, error) {
	list, err := p.Parse(end)
	if err != nil {
		return nil, err
	}
	p.pos++
	return list, nil
}

// SkipPast leaves out all tokens up to and with an end tag.
func (p *Parser) SkipPast(end string) error {
	for {
		t, ok := p.Next()
		if !ok {
			return p.unclosed([]string{end})
		}
		if t.Kind == TokenBlock && t.Contents == end {
			return nil
		}
	}
}

// Kwargs takes bits of the form name=value from the front of bits, and with legacy also the old form
// "value as name and value as name" (Django's token_kwargs).
func (p *Parser) Kwargs(bits []string, legacy LegacyKwargs) (kwargs []Kwarg, rest []string, err error) {
	if len(bits) == 0 {
		return nil, bits, nil
	}
	_, _, named := cutKwarg(bits[0])
	if !named && (!legacy.on() || len(bits) < 3 || bits[1] != "as") {
		return nil, bits, nil
	}
	for len(bits) > 0 {
		var key, value string
		if named {
			var ok bool
			if key, value, ok = cutKwarg(bits[0]); !ok {
				return kwargs, bits, nil
			}
			bits = bits[1:]
		} else {
			if len(bits) < 3 || bits[1] != "as" {
				return kwargs, bits, nil
			}
			key, value, bits = bits[2], bits[0], bits[3:]
		}
		e, err := p.Expr(value)
		if err != nil {
			return nil, nil, err
		}
		kwargs = setKwarg(kwargs, key, e)
		if !named && len(bits) > 0 {
			if bits[0] != "and" {
				return kwargs, bits, nil
			}
			bits = bits[1:]
		}
	}
	return kwargs, bits, nil
}

// LegacyKwargs says whether the form "value as name" is read.
type LegacyKwargs string

// The forms that [Parser.Kwargs] reads.
const (
	NewKwargs LegacyKwargs = "name=value"
	OldKwargs LegacyKwargs = "value as name"
)

func (l LegacyKwargs) on() bool { return l == OldKwargs }

// A Kwarg is an argument with a name.
type Kwarg struct {
	Name  string
	Value *Expr
}

func setKwarg(kwargs []Kwarg, name string, e *Expr) []Kwarg {
	for i := range kwargs {
		if kwargs[i].Name == name {
			kwargs[i].Value = e
			return kwargs
		}
	}
	return append(kwargs, Kwarg{name, e})
}

// cutKwarg cuts name=value.
func cutKwarg(bit string) (name, value string, ok bool) {
	s := &scanner{src: bit}
	name = s.word("")
	if name == "" || !s.take("=") || s.pos == len(bit) {
		return "", "", false
	}
	return name, bit[s.pos:], true
}

// Remember returns what a tag remembers over the parse of a template under a key, made by make at the
// first use.
func (p *Parser) Remember(key any, make func() any) any {
	if v, ok := p.seen[key]; ok {
		return v
	}
	v := make()
	p.seen[key] = v
	return v
}

// TemplateName returns the name of the template that is compiled, "" for one without.
func (p *Parser) TemplateName() string { return p.src.name }

func (p *Parser) unknownTag(name string, until []string) error {
	expected := ""
	if len(until) > 0 {
		expected = ", expected " + orList(until)
	}
	if lib := p.engine.libraryOfTag(name); lib != "" {
		return syntaxErrorf("invalid block tag: '%s'%s. It is in library %s: add {%% load %s %%}", name, expected, lib, lib)
	}
	return syntaxErrorf("invalid block tag: '%s'%s. Did you forget to load this tag?", name, expected)
}

func (p *Parser) unknownFilter(name string) error {
	if lib := p.engine.libraryOfFilter(name); lib != "" {
		return syntaxErrorf("invalid filter: '%s'. It is in library %s: add {%% load %s %%}", name, lib, lib)
	}
	return syntaxErrorf("invalid filter: '%s'", name)
}

func (p *Parser) unclosed(until []string) error {
	if len(p.open) == 0 {
		return syntaxErrorf("unexpected end, looking for %s", orList(until))
	}
	t := p.open[len(p.open)-1]
	return p.src.at(syntaxErrorf("unclosed tag '%s'. Looking for %s", t.Name(), orList(until)), t.start, t.end)
}

// orList joins words: 'a', 'b' or 'c'.
func orList(words []string) string {
	var b strings.Builder
	for i, w := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			b.WriteString(" or ")
		default:
			b.WriteString(", ")
		}
		b.WriteString("'" + w + "'")
	}
	return b.String()
}
