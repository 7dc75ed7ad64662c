package orm

import "reflect"

// NumExpr is an expression that is a number of type V, for types that have none of
// their own, as int64 has [Int64Expr]. Arithmetic is the database's: see
// [Expr] for comparisons.
type NumExpr[V any] struct{ Expr[V] }

func num[V any](n Node) NumExpr[V] { return NumExpr[V]{Expr[V]{n}} }

// Add is e + v.
//
//go:noinline
func (e NumExpr[V]) Add(v V) NumExpr[V] { return num[V](arithmetic("+", e.n, v)) }

// Sub is e - v.
//
//go:noinline
func (e NumExpr[V]) Sub(v V) NumExpr[V] { return num[V](arithmetic("-", e.n, v)) }

// Mul is e * v.
//
//go:noinline
func (e NumExpr[V]) Mul(v V) NumExpr[V] { return num[V](arithmetic("*", e.n, v)) }

// Div is e / v. Integers give an integer, without what is left over.
//
//go:noinline
func (e NumExpr[V]) Div(v V) NumExpr[V] { return num[V](quotient[V](e.n, &valNode{v: v})) }

// AddF is e + o.
//
//go:noinline
func (e NumExpr[V]) AddF(o Operand[V]) NumExpr[V] { return num[V](arithmeticF("+", e.n, o)) }

// SubF is e - o.
//
//go:noinline
func (e NumExpr[V]) SubF(o Operand[V]) NumExpr[V] { return num[V](arithmeticF("-", e.n, o)) }

// MulF is e * o.
//
//go:noinline
func (e NumExpr[V]) MulF(o Operand[V]) NumExpr[V] { return num[V](arithmeticF("*", e.n, o)) }

// DivF is e / o; see Div.
//
//go:noinline
func (e NumExpr[V]) DivF(o Operand[V]) NumExpr[V] { return num[V](quotient[V](e.n, operand(o))) }

// Op combines e with o by one of the other operators: "//" (quotient of integers), "%" (remainder), "^"
// (power), "&", "|", "#" (exclusive or), "<<", ">>".
//
//go:noinline
func (e NumExpr[V]) Op(operator string, o Operand[V]) NumExpr[V] {
	return num[V](arithmeticF(operator, e.n, o))
}

// arithNode is left op right.
type arithNode struct {
	op          string
	left, right Node
}

func arithmetic(op string, left Node, v any) Node { return &arithNode{op, left, &valNode{v: v}} }

func arithmeticF(op string, left Node, right AnyExpr) Node {
	return &arithNode{op, left, operand(right)}
}

// quotient is left / right, of integers an integer: for MySQL that is another operator.
func quotient[V any](left, right Node) Node {
	if reflect.TypeFor[V]().Kind() >= reflect.Int && reflect.TypeFor[V]().Kind() <= reflect.Uint64 {
		return &arithNode{"//", left, right}
	}
	return &arithNode{"/", left, right}
}

func (n *arithNode) walk(f func(Node)) { f(n.left); f(n.right) }

func (n *arithNode) shape(s *shape) {
	s.byte('m')
	s.text(n.op)
	s.node(n.left)
	s.node(n.right)
}

func (n *arithNode) write(c *Compiler) {
	open, op, end := c.operator(n.op)
	if op == "" {
		return
	}
	c.SQL(open)
	c.Node(n.left)
	c.SQL(op)
	c.Node(n.right)
	c.SQL(end)
}

// operator tells how an operator is written: what opens, stands between, and ends.
func (c *Compiler) operator(op string) (open, between, end string) {
	switch op {
	case "+", "-", "*", "/", "%", "&", "|":
		if c.mysql() && (op == "&" || op == "|") {
			return "CONVERT((", " " + op + " ", "), SIGNED)" // they are unsigned there
		}
		return "(", " " + op + " ", ")"
	case "//":
		if c.mysql() {
			return "(", " DIV ", ")"
		}
		return "(", " / ", ")"
	case "^":
		return "POWER(", ", ", ")"
	case "<<", ">>":
		if c.d.Name == "postgresql" { // by an integer, not a bigint
			return "(", " " + op + " CAST(", " AS integer))"
		}
		if c.mysql() {
			return "CONVERT((", " " + op + " ", "), SIGNED)"
		}
		return "(", " " + op + " ", ")"
	case "#":
		switch {
		case c.d.Name == "sqlite":
			return "BITXOR(", ", ", ")"
		case c.mysql():
			return "CONVERT((", " ^ ", "), SIGNED)"
		}
		return "(", " # ", ")"
	}
	c.Unsupported("operator "+op, "use one of + - * / % ^ & | # << >>")
	return "", "", ""
}
