package template

import "fmt"

// includeNode is {% include "name" with a=b only %}.
type includeNode struct {
	name *Expr
	with []Kwarg
	only bool
	in   string // the name of the template that the tag stands in
}

func compileInclude(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) < 2 {
		return nil, syntaxErrorf("'include' tag takes at least one argument, the name of the template")
	}
	n, seen := &includeNode{in: p.src.name}, map[string]bool{}
	rest := bits[2:]
	for len(rest) > 0 {
		option := rest[0]
		if seen[option] {
			return nil, p.ErrorAt(t, option, "the '%s' option was specified more than once", option)
		}
		seen[option], rest = true, rest[1:]
		switch option {
		case "with":
			var err error
			if n.with, rest, err = p.Kwargs(rest, NewKwargs); err != nil {
				return nil, err
			}
			if len(n.with) == 0 {
				return nil, p.ErrorAt(t, "with", `"with" in 'include' tag needs at least one argument name=value`)
			}
		case "only":
			n.only = true
		default:
			return nil, p.ErrorAt(t, option, "unknown argument for 'include' tag: '%s'", option)
		}
	}
	name, err := relativePath(p.src.name, bits[1])
	if err != nil {
		return nil, err
	}
	n.name, err = p.Expr(name)
	return n, err
}

func (n *includeNode) exprs() []*Expr {
	list := []*Expr{n.name}
	for _, kw := range n.with {
		list = append(list, kw.Value)
	}
	return list
}

func (n *includeNode) Render(c *Context) error {
	t, err := n.template(c)
	if err != nil {
		return err
	}
	c.Push()
	defer c.Pop()
	start := len(c.vars)
	if err := c.setAll(n.with); err != nil {
		return err
	}
	if !n.only {
		return t.renderIn(c)
	}
	outer := c.isolate(start, Value{})
	err = t.renderIn(c)
	c.root = outer
	return err
}

// isolate hides the variables before start and those of processors, and puts data in the place of the
// data. It returns what to set c.root to again.
func (c *Context) isolate(start int, data Value) (outer root) {
	outer = c.root
	c.root = root{floor: start, alone: true}
	c.setData(data)
	return outer
}

// template returns the template that the value is or names; a list names several, of which the first
// that exists is meant.
func (n *includeNode) template(c *Context) (*Template, error) {
	v, err := n.name.Eval(c)
	if err != nil {
		return nil, err
	}
	if name, ok := v.plainText(); ok && name != "" {
		if name, err = wholeName(n.in, name); err != nil {
			return nil, err
		}
		return c.get(name)
	}
	if t, ok := v.Any().(*Template); ok {
		return t, nil
	}
	if !v.Truth() {
		return nil, &NotFoundError{Name: v.String()}
	}
	var names []string
	for item, err := range v.items(c) {
		if err != nil {
			return nil, fmt.Errorf("include %s: %w", n.name, err)
		}
		name, ok := item.plainText()
		if !ok {
			return nil, fmt.Errorf("include %s: %s is no name of a template", n.name, quote(item.String()))
		}
		names = append(names, name)
	}
	return c.engine.Select(names...)
}

// get returns a template by its name, the same one during a render also where templates are loaded
// anew each time: what its tags remember (ifchanged) belongs to it.
func (c *Context) get(name string) (*Template, error) {
	if !c.engine.opts.Reload {
		return c.engine.Get(name)
	}
	if t := c.loaded[name]; t != nil {
		return t, nil
	}
	t, err := c.engine.Get(name)
	if err == nil {
		if c.loaded == nil {
			c.loaded = map[string]*Template{}
		}
		c.loaded[name] = t
	}
	return t, err
}

// partial is {% partialdef name %}.
type partial struct {
	name   string
	nodes  *NodeList
	inline bool
	tmpl   *Template // the partial as a template
}

func (n *partial) children() []*NodeList { return []*NodeList{n.nodes} }

func (n *partial) Render(c *Context) error {
	if n.inline {
		return n.nodes.Render(c)
	}
	return nil
}

func compilePartialDef(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) < 2 || len(bits) > 3 || len(bits) == 3 && bits[2] != "inline" {
		return nil, syntaxErrorf("'partialdef' takes a name, and may be followed by 'inline'")
	}
	n := &partial{name: bits[1], inline: len(bits) == 3}
	var err error
	if n.nodes, err = p.Parse("endpartialdef"); err != nil {
		return nil, err
	}
	end, _ := p.Next()
	if end.Contents != "endpartialdef" && end.Contents != "endpartialdef "+n.name {
		return nil, p.ErrorAt(end, "", "invalid block tag: '%s', expected 'endpartialdef' or 'endpartialdef %s'", end.Contents, n.name)
	}
	if p.tmpl.partials[n.name] != nil {
		return nil, p.ErrorAt(t, n.name, "partial '%s' is already defined in this template", n.name)
	}
	p.tmpl.partials[n.name] = n
	return n, nil
}

// partialNode is {% partial name %}.
type partialNode struct {
	name string
	tmpl *Template
}

func compilePartial(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) != 2 {
		return nil, syntaxErrorf("'partial' tag takes one argument, the partial's name")
	}
	return &partialNode{bits[1], p.tmpl}, nil
}

func (n *partialNode) Render(c *Context) error {
	part, ok := n.tmpl.partials[n.name]
	if !ok {
		return syntaxErrorf("partial '%s' is not defined in the current template", n.name)
	}
	return part.tmpl.renderIn(c)
}
