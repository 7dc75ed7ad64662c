package template

// A Node is a compiled piece of a template: it writes to the Context of a render. A node is shared by
// all renders and holds nothing that changes; [Context.State] keeps what does.
type Node interface {
	Render(c *Context) error
}

// A NodeList is nodes one after the other.
type NodeList struct {
	src   *source
	nodes []placed
}

// placed is a node and where it stands.
type placed struct {
	node       Node
	start, end int
}

// Len returns how many nodes there are.
func (l *NodeList) Len() int {
	if l == nil {
		return 0
	}
	return len(l.nodes)
}

// Render renders the nodes in turn. It stops at the first error, and where the client is gone.
func (l *NodeList) Render(c *Context) error {
	if l == nil {
		return nil
	}
	for i := range l.nodes {
		n := &l.nodes[i]
		if t, ok := n.node.(textNode); ok {
			c.out = append(c.out, t...)
			continue
		}
		if err := n.node.Render(c); err != nil {
			return l.src.at(err, n.start, n.end)
		}
		if c.flush != nil && len(c.out) >= flushSize && c.captures == 0 {
			if err := c.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// parent is a node with nodes inside, so that blocks can be found in a template.
type parent interface{ children() []*NodeList }

// textNode is text between tags.
type textNode string

func (t textNode) Render(c *Context) error {
	c.WriteString(string(t))
	return nil
}

// varNode is {{ … }}.
type varNode struct{ expr *Expr }

func (n *varNode) Render(c *Context) error {
	var v Value
	if err := n.expr.into(c, &v); err != nil {
		return err
	}
	return c.write(v)
}

func (n *varNode) exprs() []*Expr { return []*Expr{n.expr} }
