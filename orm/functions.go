package orm

import (
	"fmt"
	"strings"
)

// funcNode is a function of the database: by the dialect's template for its name,
// by the dialect's code, or as NAME(arg, …).
type funcNode struct {
	name string
	args []Node
}

func newFunc(name string, args ...Node) Node { return &funcNode{strings.ToUpper(name), args} }

func (n *funcNode) walk(f func(Node)) {
	for _, arg := range n.args {
		f(arg)
	}
}

func (n *funcNode) shape(s *shape) {
	s.text(n.name)
	s.nodes('f', n.args)
}

// transformed: a function of one column is null where the column is.
func (n *funcNode) transformed() Node {
	if len(n.args) > 0 && n.name != "COALESCE" && n.name != "CONCAT" {
		return n.args[0]
	}
	return nil
}

func (n *funcNode) write(c *Compiler) {
	template, ok := c.d.Functions[n.name]
	switch {
	case ok && template == "":
		c.Unsupported("function "+n.name, "")
	case ok:
		c.template(template, n.args)
	case c.d.Write != nil && c.d.Write(c, n.name, n.args):
	default:
		c.SQL(n.name + "(")
		c.typedNodes(n.args)
		c.SQL(")")
	}
}

// template writes arguments into a template: %s is the next one, %[1]s one by
// its number, %s... the rest with commas, %% a percent sign.
func (c *Compiler) template(t string, args []Node) {
	next := 0
	for {
		i := strings.IndexByte(t, '%')
		if i < 0 {
			c.SQL(t)
			return
		}
		c.SQL(t[:i])
		t = t[i+1:]
		switch {
		case strings.HasPrefix(t, "%"):
			c.SQL("%")
			t = t[1:]
		case strings.HasPrefix(t, "s..."):
			if next < len(args) {
				c.typedNodes(args[next:])
			}
			next = len(args)
			t = t[4:]
		case strings.HasPrefix(t, "s"):
			c.argument(args, next)
			next++
			t = t[1:]
		case strings.HasPrefix(t, "[") && strings.HasPrefix(t[min(2, len(t)):], "]s"):
			c.argument(args, int(t[1]-'1'))
			t = t[4:]
		default:
			c.Fail(fmt.Errorf("orm: %%%.10s in a template: use %%s, %%[1]s, %%s... or %%%%", t))
			return
		}
	}
}

func (c *Compiler) argument(args []Node, i int) {
	if i < 0 || i >= len(args) {
		c.Fail(fmt.Errorf("orm: a template asks for argument %d of %d", i+1, len(args)))
		return
	}
	c.typed(args[i])
}
