package template

import "bytes"

// ifChangedNode is {% ifchanged a b %}…{% else %}…{% endifchanged %}.
type ifChangedNode struct {
	values     []*Expr // none: what the body shows is compared
	body, same *NodeList
}

// changedState is what the tag saw last in a loop.
type changedState struct {
	seen   bool
	values []Value
	text   []byte
}

func (n *ifChangedNode) children() []*NodeList { return []*NodeList{n.body, n.same} }

func compileIfChanged(p *Parser, t Token) (Node, error) {
	n := &ifChangedNode{}
	var err error
	if n.body, err = p.Parse("else", "endifchanged"); err != nil {
		return nil, err
	}
	if end, _ := p.Next(); end.Contents == "else" {
		if n.same, err = p.Block("endifchanged"); err != nil {
			return nil, err
		}
	}
	n.values, err = p.exprs(t, t.Bits()[1:])
	return n, err
}

func newChangedState() any { return &changedState{} }

// state belongs to the innermost loop, so that an inner loop begins anew on each pass of an outer
// one; outside of loops it belongs to the template.
func (n *ifChangedNode) state(c *Context) *changedState {
	loop := c.loop()
	if loop == nil {
		return c.State(n, newChangedState).(*changedState)
	}
	if s, ok := loop.state[n]; ok {
		return s.(*changedState)
	}
	if loop.state == nil {
		loop.state = map[any]any{}
	}
	s := &changedState{}
	loop.state[n] = s
	return s
}

func (n *ifChangedNode) Render(c *Context) error {
	if len(n.values) == 0 {
		return n.renderText(c)
	}
	s := n.state(c)
	changed := !s.seen
	for i, e := range n.values {
		v, err := e.EvalOrNone(c)
		if err != nil {
			return err
		}
		switch {
		case !s.seen:
			s.values = append(s.values, v)
		case !identical(s.values[i], v) && !Equal(s.values[i], v):
			changed = true
			s.values[i] = v
		}
	}
	s.seen = true
	if changed {
		return n.body.Render(c)
	}
	return n.same.Render(c)
}

func (n *ifChangedNode) renderText(c *Context) error {
	s := n.state(c)
	b, err := c.capture(n.body)
	if err != nil {
		return err
	}
	if s.seen && bytes.Equal(b, s.text) {
		return n.same.Render(c)
	}
	s.seen, s.text = true, append(s.text[:0], b...)
	if len(b) == 0 {
		// Django renders a body that showed nothing once more, which cycles in it notice.
		return n.body.Render(c)
	}
	c.out = append(c.out, b...)
	return nil
}
