package template

import (
	"strings"
)

// builtinLibraries are the tags and filters that every template has.
func builtinLibraries() []*Library {
	return []*Library{{Tags: builtinTags(), Filters: builtinFilters()}}
}

// standardLibraries are what {% load %} finds without being configured.
func standardLibraries() map[string]*Library {
	return map[string]*Library{
		"cache": cacheLibrary(), "i18n": i18nLibrary(), "l10n": l10nLibrary(), "static": staticLibrary(), "tz": tzLibrary(),
	}
}

func builtinTags() map[string]Tag {
	return map[string]Tag{
		"autoescape":     CompileFunc(compileAutoescape),
		"block":          CompileFunc(compileBlock),
		"comment":        CompileFunc(compileComment),
		"csp_nonce_attr": SimpleTag{Func: nonceTag, Params: []Param{{Name: "media", Default: None()}}},
		"csrf_token":     CompileFunc(compileCSRFToken),
		"cycle":          CompileFunc(compileCycle),
		"debug":          CompileFunc(compileDebug),
		"extends":        CompileFunc(compileExtends),
		"filter":         CompileFunc(compileFilter),
		"firstof":        CompileFunc(compileFirstOf),
		"flush":          CompileFunc(compileFlush),
		"for":            CompileFunc(compileFor),
		"if":             CompileFunc(compileIf),
		"ifchanged":      CompileFunc(compileIfChanged),
		"include":        CompileFunc(compileInclude),
		"load":           CompileFunc(compileLoad),
		"lorem":          CompileFunc(compileLorem),
		"now":            CompileFunc(compileNow),
		"partial":        CompileFunc(compilePartial),
		"partialdef":     CompileFunc(compilePartialDef),
		"querystring":    CompileFunc(compileQueryString),
		"regroup":        CompileFunc(compileRegroup),
		"resetcycle":     CompileFunc(compileResetCycle),
		"spaceless":      CompileFunc(compileSpaceless),
		"templatetag":    CompileFunc(compileTemplateTag),
		"url":            CompileFunc(compileURL),
		"verbatim":       CompileFunc(compileVerbatim),
		"widthratio":     CompileFunc(compileWidthRatio),
		"with":           CompileFunc(compileWith),
	}
}

// group is a tag that shows what stands in it.
type group struct{ nodes *NodeList }

func (n *group) children() []*NodeList { return []*NodeList{n.nodes} }

func (n *group) Render(c *Context) error { return n.nodes.Render(c) }

// autoescapeNode is {% autoescape on|off %}.
type autoescapeNode struct {
	group
	on bool
}

func compileAutoescape(p *Parser, t Token) (Node, error) {
	bits := strings.Fields(t.Contents)
	if len(bits) != 2 || bits[1] != "on" && bits[1] != "off" {
		return nil, syntaxErrorf("'autoescape' takes one argument, 'on' or 'off'")
	}
	nodes, err := p.Block("endautoescape")
	return &autoescapeNode{group{nodes}, bits[1] == "on"}, err
}

func (n *autoescapeNode) Render(c *Context) error {
	outer := c.autoescape
	c.autoescape = n.on
	err := n.nodes.Render(c)
	c.autoescape = outer
	return err
}

func compileComment(p *Parser, _ Token) (Node, error) {
	return textNode(""), p.SkipPast("endcomment")
}

func compileVerbatim(p *Parser, t Token) (Node, error) {
	nodes, err := p.Block("end" + t.Name())
	return &group{nodes}, err
}

// flushNode is {% flush %}.
type flushNode struct{}

func compileFlush(_ *Parser, t Token) (Node, error) {
	if len(strings.Fields(t.Contents)) != 1 {
		return nil, syntaxErrorf("'flush' takes no argument")
	}
	return flushNode{}, nil
}

func (flushNode) Render(c *Context) error { return c.Flush() }

// withNode is {% with a=b %}.
type withNode struct {
	group
	vars []Kwarg
}

func compileWith(p *Parser, t Token) (Node, error) {
	vars, rest, err := p.Kwargs(t.Bits()[1:], OldKwargs)
	if err != nil {
		return nil, p.locate(err, t)
	}
	if len(vars) == 0 {
		return nil, syntaxErrorf("'with' expected at least one variable assignment, name=value")
	}
	if len(rest) > 0 {
		return nil, p.ErrorAt(t, rest[0], "'with' received an invalid token: '%s'", rest[0])
	}
	nodes, err := p.Block("endwith")
	return &withNode{group{nodes}, vars}, err
}

func (n *withNode) Render(c *Context) error {
	c.Push()
	if err := c.setAll(n.vars); err != nil {
		return err
	}
	err := n.nodes.Render(c)
	c.Pop()
	return err
}

// setAll sets variables in a scope that was just opened. Their values are those of the scope outside:
// a name is set when all values are known.
func (c *Context) setAll(vars []Kwarg) error {
	start := len(c.vars)
	for _, kw := range vars {
		v, err := kw.Value.Eval(c)
		if err != nil {
			return err
		}
		c.vars = append(c.vars, variable{"", v})
	}
	for i, kw := range vars {
		c.vars[start+i].name = kw.Name
	}
	return nil
}

func compileLoad(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if n := len(bits); n >= 4 && bits[n-2] == "from" {
		return textNode(""), p.loadFrom(t, bits[n-1], bits[1:n-2])
	}
	for _, name := range bits[1:] {
		l, err := p.library(t, name)
		if err != nil {
			return nil, err
		}
		p.add(l)
	}
	return textNode(""), nil
}

// loadFrom loads some names of a library.
func (p *Parser) loadFrom(t Token, from string, names []string) error {
	l, err := p.library(t, from)
	if err != nil {
		return err
	}
	some := &library{filters: map[string]*filter{}, tags: map[string]Tag{}}
	for _, name := range names {
		tag, isTag := l.tags[name]
		f, isFilter := l.filters[name]
		if !isTag && !isFilter {
			return p.ErrorAt(t, name, "'%s' is not a tag or filter of library '%s'", name, from)
		}
		if isTag {
			some.tags[name] = tag
		}
		if isFilter {
			some.filters[name] = f
		}
	}
	p.add(some)
	return nil
}

func (p *Parser) library(t Token, name string) (*library, error) {
	l, ok := p.engine.libraries[name]
	if !ok {
		return nil, p.ErrorAt(t, name, "'%s' is not a registered tag library. Must be one of: %s", name,
			strings.Join(sortedNames(p.engine.libraries), ", "))
	}
	return l, nil
}
