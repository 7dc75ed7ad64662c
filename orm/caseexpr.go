package orm

import "errors"

// Branch is one WHEN of a [Case].
type Branch[V any] struct{ when, then Node }

// When gives v where the condition holds.
func When[V any](p Pred, v V) Branch[V] { return Branch[V]{p.n, &valNode{v: v}} }

// WhenF gives the value of an expression where the condition holds.
func WhenF[V any](p Pred, e Operand[V]) Branch[V] { return Branch[V]{p.n, operand(e)} }

// CaseExpr is the value of the first branch whose condition holds, or null.
type CaseExpr[V any] struct{ Expr[V] }

// Case returns the value of the first branch whose condition holds; null where
// none does, unless Else follows.
func Case[V any](branches ...Branch[V]) CaseExpr[V] {
	n := &caseNode{}
	for _, b := range branches {
		n.when = append(n.when, b.when)
		n.then = append(n.then, b.then)
	}
	return CaseExpr[V]{Expr[V]{n}}
}

// Else is v where no branch's condition holds.
func (e CaseExpr[V]) Else(v V) Expr[V] { return Expr[V]{caseElse(e.n, &valNode{v: v})} }

// ElseF is the value of an expression where no branch's condition holds.
func (e CaseExpr[V]) ElseF(o Operand[V]) Expr[V] { return Expr[V]{caseElse(e.n, operand(o))} }

type caseNode struct {
	when, then []Node
	otherwise  Node
}

func caseElse(n, otherwise Node) Node {
	c := *n.(*caseNode)
	c.otherwise = otherwise
	return &c
}

func (n *caseNode) walk(f func(Node)) {
	for i := range n.when {
		if n.when[i] != nil {
			f(n.when[i])
		}
		f(n.then[i])
	}
	if n.otherwise != nil {
		f(n.otherwise)
	}
}

func (n *caseNode) write(c *Compiler) {
	if len(n.when) == 0 {
		if n.otherwise == nil {
			c.SQL("NULL")
			return
		}
		c.typed(n.otherwise)
		return
	}
	negated := c.negated
	c.negated = false
	c.SQL("CASE")
	for i := range n.when {
		if n.when[i] == nil {
			c.Fail(errors.New("orm: When needs a condition"))
			break
		}
		c.SQL(" WHEN ")
		c.condition(n.when[i])
		c.SQL(" THEN ")
		c.typed(n.then[i])
	}
	c.SQL(" ELSE ")
	if n.otherwise != nil {
		c.typed(n.otherwise)
	} else {
		c.SQL("NULL")
	}
	c.SQL(" END")
	c.negated = negated
}
