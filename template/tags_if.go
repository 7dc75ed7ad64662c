package template

// ifNode is {% if %}…{% elif %}…{% else %}…{% endif %}.
type ifNode struct{ branches []branch }

// branch is a condition, nil for else, and what it shows.
type branch struct {
	condition condition
	nodes     *NodeList
}

func (n *ifNode) children() []*NodeList {
	var lists []*NodeList
	for _, b := range n.branches {
		lists = append(lists, b.nodes)
	}
	return lists
}

func (n *ifNode) exprs() []*Expr {
	var list []*Expr
	for _, b := range n.branches {
		list = conditionExprs(list, b.condition)
	}
	return list
}

func conditionExprs(list []*Expr, c condition) []*Expr {
	switch c := c.(type) {
	case literal:
		return append(list, c.expr)
	case *not:
		return conditionExprs(list, c.of)
	case *infix:
		return conditionExprs(conditionExprs(list, c.left), c.right)
	}
	return list
}

func (n *ifNode) Render(c *Context) error {
	for i := range n.branches {
		b := &n.branches[i]
		if b.condition == nil {
			return b.nodes.Render(c)
		}
		v, err := b.condition.eval(c)
		if err != nil && !isMissing(err) {
			return err
		}
		if yes, err := c.truth(v); err != nil {
			return err
		} else if yes {
			return b.nodes.Render(c)
		}
	}
	return nil
}

func compileIf(p *Parser, t Token) (Node, error) {
	n := &ifNode{}
	for {
		b := branch{}
		if t.Name() != "else" {
			var err error
			if b.condition, err = p.condition(t.Bits()[1:]); err != nil {
				return nil, p.src.at(p.locate(err, t), t.start, t.end)
			}
		}
		until := []string{"elif", "else", "endif"}
		if b.condition == nil {
			until = until[2:]
		}
		var err error
		if b.nodes, err = p.Parse(until...); err != nil {
			return nil, err
		}
		n.branches = append(n.branches, b)
		t, _ = p.Next()
		switch {
		case t.Name() == "endif" && t.Contents == "endif":
			return n, nil
		case t.Name() == "endif", t.Name() == "else" && t.Contents != "else":
			return nil, p.ErrorAt(t, "", "malformed tag: '%s'", t.Contents)
		}
	}
}

// A condition is an expression of {% if %}.
type condition interface {
	eval(c *Context) (Value, error)
}

// operand of a condition: a value, None where it is missing.
type literal struct{ expr *Expr }

// eval returns the value; of an object that stands for another, as a foreign key does, that one.
func (l literal) eval(c *Context) (Value, error) {
	v, err := l.expr.EvalOrNone(c)
	if err != nil || v.kind != KindObject {
		return v, err
	}
	return v.standsFor(c)
}

// operators are the binding powers of the infix operators, which are Python's.
var operators = map[string]int{
	"or": 6, "and": 7, "in": 9, "not in": 9,
	"is": 10, "is not": 10, "==": 10, "!=": 10, ">": 10, ">=": 10, "<": 10, "<=": 10,
}

// notPower is the binding power of the prefix operator not.
const notPower = 8

// conditionParser reads a condition by operator precedence.
type conditionParser struct {
	p      *Parser
	tokens []string
	pos    int
	depth  int
}

func (p *Parser) condition(bits []string) (condition, error) {
	cp := &conditionParser{p: p}
	for i := 0; i < len(bits); i++ {
		if i+1 < len(bits) && (bits[i] == "is" && bits[i+1] == "not" || bits[i] == "not" && bits[i+1] == "in") {
			cp.tokens = append(cp.tokens, bits[i]+" "+bits[i+1])
			i++
			continue
		}
		cp.tokens = append(cp.tokens, bits[i])
	}
	cond, err := cp.expression(0)
	if err == nil && cp.pos < len(cp.tokens) {
		err = syntaxErrorf("unused '%s' at end of if expression", cp.tokens[cp.pos])
	}
	return cond, err
}

func (cp *conditionParser) expression(power int) (condition, error) {
	if cp.depth++; cp.depth > maxNesting {
		return nil, syntaxErrorf("the condition is more than %d deep", maxNesting)
	}
	defer func() { cp.depth-- }()
	left, err := cp.prefix()
	if err != nil {
		return nil, err
	}
	for cp.pos < len(cp.tokens) {
		op := cp.tokens[cp.pos]
		if op == "not" {
			return left, infixError(op, power)
		}
		p := operators[op]
		if p <= power {
			break
		}
		cp.pos++
		right, err := cp.expression(p)
		if err != nil {
			return nil, err
		}
		left = &infix{op, left, right}
	}
	return left, nil
}

// infixError says that not stands between two operands, which is no operator.
func infixError(op string, power int) error {
	if power >= notPower {
		return nil
	}
	return syntaxErrorf("not expecting '%s' as infix operator in if tag", op)
}

func (cp *conditionParser) prefix() (condition, error) {
	if cp.pos >= len(cp.tokens) {
		return nil, syntaxErrorf("unexpected end of expression in if tag")
	}
	t := cp.tokens[cp.pos]
	cp.pos++
	if t == "not" {
		inner, err := cp.expression(notPower)
		return &not{inner}, err
	}
	if operators[t] > 0 {
		return nil, syntaxErrorf("not expecting '%s' in this position in if tag", t)
	}
	e, err := cp.p.Expr(t)
	return literal{e}, err
}

type not struct{ of condition }

func (n *not) eval(c *Context) (Value, error) {
	v, err := n.of.eval(c)
	if err != nil {
		return Bool(false), nil
	}
	yes, err := c.truth(v)
	return Bool(!yes && err == nil), nil
}

// infix is an operator between two conditions. Errors of its operands make it false, as in Django:
// templates shouldn't fail because a value has no order.
type infix struct {
	op          string
	left, right condition
}

func (n *infix) eval(c *Context) (Value, error) {
	left, err := n.left.eval(c)
	if err != nil {
		return Bool(false), nil
	}
	if n.op == "or" || n.op == "and" {
		if yes, err := c.truth(left); err != nil {
			return Bool(false), nil
		} else if yes == (n.op == "or") {
			return left, nil
		}
	}
	right, err := n.right.eval(c)
	if err != nil {
		return Bool(false), nil
	}
	if n.op == "or" || n.op == "and" {
		return right, nil
	}
	return Bool(n.compare(c, left, right)), nil
}

func (n *infix) compare(c *Context, left, right Value) bool {
	switch n.op {
	case "==":
		return Equal(left, right)
	case "!=":
		return !Equal(left, right)
	case "is":
		return identical(left, right)
	case "is not":
		return !identical(left, right)
	case "in", "not in":
		found, ok := contains(c, right, left)
		return ok && found == (n.op == "in")
	}
	order, ok := compare(left, right)
	if !ok {
		return false
	}
	switch n.op {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}
