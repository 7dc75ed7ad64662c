package template

// cycleNode is {% cycle a b c as name silent %}. Its state is how many values were shown.
type cycleNode struct {
	values []*Expr
	name   string
	silent bool
}

// cycles are what a parser remembers of the cycles of its template.
type cycles struct {
	named map[string]*cycleNode
	last  *cycleNode
}

// cyclesKey is the key of the parser's cycles.
type cyclesKey struct{}

func (p *Parser) cycles() *cycles {
	return p.Remember(cyclesKey{}, func() any { return &cycles{named: map[string]*cycleNode{}} }).(*cycles)
}

func compileCycle(p *Parser, t Token) (Node, error) {
	bits, known := t.Bits(), p.cycles()
	switch {
	case len(bits) < 2:
		return nil, syntaxErrorf("'cycle' tag requires at least two arguments")
	case len(bits) == 2:
		if n := known.named[bits[1]]; n != nil {
			return n, nil
		}
		return nil, p.ErrorAt(t, bits[1], "named cycle '%s' does not exist", bits[1])
	}
	n := &cycleNode{}
	bits = bits[1:]
	if last := len(bits); last > 3 {
		if bits[last-3] == "as" {
			if bits[last-1] != "silent" {
				return nil, p.ErrorAt(t, bits[last-1], "only 'silent' flag is allowed after cycle's name, not '%s'", bits[last-1])
			}
			n.silent = true
			bits = bits[:last-1]
		}
		bits, n.name = cutAs(bits)
	}
	var err error
	if n.values, err = p.exprs(t, bits); err != nil {
		return nil, err
	}
	if n.name != "" {
		known.named[n.name] = n
	}
	known.last = n
	return n, nil
}

func newCycleState() any { return new(int) }

func (n *cycleNode) Render(c *Context) error {
	at := c.State(n, newCycleState).(*int)
	e := n.values[*at]
	if *at++; *at == len(n.values) {
		*at = 0
	}
	v, err := e.Eval(c)
	if err != nil {
		return err
	}
	if n.name != "" {
		c.SetOutside(n.name, v)
	}
	if n.silent {
		return nil
	}
	return c.write(v)
}

// resetCycleNode is {% resetcycle name %}.
type resetCycleNode struct{ cycle *cycleNode }

func compileResetCycle(p *Parser, t Token) (Node, error) {
	bits, known := t.Bits(), p.cycles()
	switch {
	case len(bits) > 2:
		return nil, syntaxErrorf("'resetcycle' tag accepts at most one argument")
	case len(bits) == 2:
		n := known.named[bits[1]]
		if n == nil {
			return nil, p.ErrorAt(t, bits[1], "named cycle '%s' does not exist", bits[1])
		}
		return resetCycleNode{n}, nil
	case known.last == nil:
		return nil, syntaxErrorf("no cycles in template")
	}
	return resetCycleNode{known.last}, nil
}

func (n resetCycleNode) Render(c *Context) error {
	*c.State(n.cycle, newCycleState).(*int) = 0
	return nil
}
