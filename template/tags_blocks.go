package template

import (
	"errors"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/text"
)

// exprs compiles the expressions of a tag.
func (p *Parser) exprs(t Token, bits []string) ([]*Expr, error) {
	list := make([]*Expr, 0, len(bits))
	for _, bit := range bits {
		e, err := p.expr(t, bit)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

// expr compiles an expression of a tag. Its errors have the place within the tag.
func (p *Parser) expr(t Token, bit string) (*Expr, error) {
	e, err := p.Expr(bit)
	if err != nil {
		return nil, p.locate(err, t)
	}
	return e, nil
}

// asVariable reads a tag of the form {% name as variable %}.
func asVariable(p *Parser, t Token) (string, error) {
	bits := strings.Fields(t.Contents)
	if len(bits) != 3 || bits[1] != "as" {
		return "", syntaxErrorf("'%s' requires 'as variable' (got %s)", bits[0], quote(t.Contents))
	}
	return bits[2], nil
}

// rendered returns what {{ value }} shows (Django's render_value_in_context): text that is safe where
// escaping is on.
func (c *Context) rendered(v Value) (Value, error) {
	start := len(c.out)
	err := c.write(v)
	s := string(c.out[start:])
	c.out = c.out[:start]
	return Value{kind: KindText, str: s, safe: c.autoescape || v.safe}, err
}

// put sets a variable, or shows text as it is where name is "".
func (c *Context) put(name string, v Value) {
	if name != "" {
		c.Set(name, v)
		return
	}
	c.WriteString(v.str)
}

// filterNode is {% filter f|g %}.
type filterNode struct {
	group
	expr *Expr // of the variable var
}

func compileFilter(p *Parser, t Token) (Node, error) {
	_, filters, ok := cutSpace(t.Contents)
	if !ok {
		return nil, errors.New("'filter' needs the name of a filter") // Django's ValueError
	}
	e, err := p.expr(t, "var|"+filters)
	if err != nil {
		return nil, err
	}
	for _, f := range e.filters {
		if f.name == "escape" || f.name == "safe" {
			return nil, p.ErrorAt(t, f.name, `"filter %s" is not permitted. Use the "autoescape" tag instead`, f.name)
		}
	}
	nodes, err := p.Block("endfilter")
	return &filterNode{group{nodes}, e}, err
}

func (n *filterNode) Render(c *Context) error {
	contents, err := c.Capture(n.nodes)
	if err != nil {
		return err
	}
	c.Push()
	c.pushVar("var", HTML(contents))
	v, err := n.expr.Eval(c)
	c.Pop()
	if err != nil {
		return err
	}
	s, ok := v.plainText()
	if !ok {
		return fmt.Errorf("filter %s gives %s, not text", strings.TrimPrefix(n.expr.text, "var|"), v.typeName())
	}
	c.WriteString(s)
	return nil
}

// spacelessNode is {% spaceless %}.
type spacelessNode struct{ group }

func compileSpaceless(p *Parser, _ Token) (Node, error) {
	nodes, err := p.Block("endspaceless")
	return &spacelessNode{group{nodes}}, err
}

func (n *spacelessNode) Render(c *Context) error {
	contents, err := c.Capture(n.nodes)
	if err != nil {
		return err
	}
	c.WriteString(string(markup.StripSpacesBetweenTags(markup.HTML(text.TrimSpace(string(contents))))))
	return nil
}

// delimiters are what {% templatetag %} shows.
var delimiters = map[string]textNode{
	"openblock": "{%", "closeblock": "%}",
	"openvariable": "{{", "closevariable": "}}",
	"openbrace": "{", "closebrace": "}",
	"opencomment": "{#", "closecomment": "#}",
}

func compileTemplateTag(p *Parser, t Token) (Node, error) {
	bits := strings.Fields(t.Contents)
	if len(bits) != 2 {
		return nil, syntaxErrorf("'templatetag' statement takes one argument")
	}
	s, ok := delimiters[bits[1]]
	if !ok {
		return nil, p.ErrorAt(t, bits[1], "invalid templatetag argument: '%s'. Must be one of: %s", bits[1],
			strings.Join(sortedNames(delimiters), ", "))
	}
	return s, nil
}

// firstOfNode is {% firstof a b c as name %}.
type firstOfNode struct {
	values []*Expr
	name   string
}

func compileFirstOf(p *Parser, t Token) (Node, error) {
	bits := t.Bits()[1:]
	if len(bits) == 0 {
		return nil, syntaxErrorf("'firstof' statement requires at least one argument")
	}
	bits, name := cutAs(bits)
	values, err := p.exprs(t, bits)
	return &firstOfNode{values, name}, err
}

func (n *firstOfNode) Render(c *Context) error {
	for _, e := range n.values {
		v, err := e.EvalOrNone(c)
		if err != nil {
			return err
		}
		if yes, err := c.truth(v); err != nil {
			return err
		} else if !yes {
			continue
		}
		if n.name == "" {
			return c.write(v)
		}
		if v, err = c.rendered(v); err == nil {
			c.Set(n.name, v)
		}
		return err
	}
	if n.name != "" {
		c.Set(n.name, Text(""))
	}
	return nil
}
