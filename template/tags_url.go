package template

import (
	"errors"

	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/urls"
)

// urlNode is {% url "name" argument name=argument as variable %}.
type urlNode struct {
	view   *Expr
	args   []*Expr
	kwargs []Kwarg
	name   string
}

func compileURL(p *Parser, t Token) (Node, error) {
	bits := t.Bits()
	if len(bits) < 2 {
		return nil, syntaxErrorf("'url' takes at least one argument, a URL pattern name")
	}
	n := &urlNode{}
	var err error
	if n.view, err = p.expr(t, bits[1]); err != nil {
		return nil, err
	}
	bits, n.name = cutAs(bits[2:])
	for _, bit := range bits {
		name, value, named := cutKwarg(bit)
		if !named {
			value = bit
		}
		e, err := p.expr(t, value)
		if err != nil {
			return nil, err
		}
		if named {
			n.kwargs = setKwarg(n.kwargs, name, e)
		} else {
			n.args = append(n.args, e)
		}
	}
	return n, nil
}

func (n *urlNode) Render(c *Context) error {
	args, kwargs, err := n.arguments(c)
	if err != nil {
		return err
	}
	view, err := n.view.Eval(c)
	if err != nil {
		return err
	}
	if c.engine.opts.URLs == nil {
		return errors.New("url: the engine has no routes (template.Options.URLs)")
	}
	address, err := c.engine.opts.URLs.ReverseURL(c.ctx, view.text(), args, kwargs)
	if err != nil {
		var none *urls.NoReverseError
		if n.name == "" || !errors.As(err, &none) {
			return err
		}
		address = ""
	}
	switch {
	case n.name != "":
		c.Set(n.name, Text(address))
	case c.autoescape:
		c.out = markup.AppendEscaped(c.out, address)
	default:
		c.WriteString(address)
	}
	return nil
}

// arguments returns the arguments as Go values; text is a string, safe or not.
func (n *urlNode) arguments(c *Context) (args []any, kwargs map[string]any, err error) {
	value := func(e *Expr) any {
		v, evalErr := e.Eval(c)
		if evalErr != nil && err == nil {
			err = evalErr
		}
		if s, ok := v.Text(); ok {
			return s
		}
		return v.Any()
	}
	for _, e := range n.args {
		args = append(args, value(e))
	}
	if len(n.kwargs) > 0 {
		kwargs = make(map[string]any, len(n.kwargs))
	}
	for _, kw := range n.kwargs {
		kwargs[kw.Name] = value(kw.Value)
	}
	return args, kwargs, err
}
