package orm

import (
	"reflect"
	"slices"
)

// Expr is an expression whose value is a V: a column, a function, an aggregate.
// The zero value is not usable. Methods that end in F take another expression
// where the others take a value.
//
// Go compiles the methods of each V in each package that uses it, so they are few
// and leave the work to functions without type parameters. The types that most
// columns have are made once, in this package: [Int64Expr], [TextExpr], [TimeExpr]
// and others are what columns are and what methods return; Expr is for all other
// types, and for functions that take any, such as [Coalesce].
type Expr[V any] struct{ n Node }

func (e Expr[V]) node() Node { return e.n }
func (e Expr[V]) yields(V)   {}

func (e Expr[V]) valueType() reflect.Type { return reflect.TypeFor[V]() }

// Eq is true where e is v (Django's exact).
//
//go:noinline
func (e Expr[V]) Eq(v V) Pred { return compare("=", e.n, v) }

// Ne is the opposite of Eq, as Django's exclude: null is not equal to any value.
//
//go:noinline
func (e Expr[V]) Ne(v V) Pred { return Not(compare("=", e.n, v)) }

// Gt is true where e is greater than v.
//
//go:noinline
func (e Expr[V]) Gt(v V) Pred { return compare(">", e.n, v) }

// Gte is true where e is v or greater.
//
//go:noinline
func (e Expr[V]) Gte(v V) Pred { return compare(">=", e.n, v) }

// Lt is true where e is less than v.
//
//go:noinline
func (e Expr[V]) Lt(v V) Pred { return compare("<", e.n, v) }

// Lte is true where e is v or less.
//
//go:noinline
func (e Expr[V]) Lte(v V) Pred { return compare("<=", e.n, v) }

// Between is true from low to high, both included (Django's range).
//
//go:noinline
func (e Expr[V]) Between(low, high V) Pred { return between(e.n, low, high) }

// In is true where e is one of vs; no values match nothing.
//
//go:noinline
func (e Expr[V]) In(vs ...V) Pred { return in(e.n, slices.Clone(vs)) }

// NotIn is the opposite of In; null is in no list.
//
//go:noinline
func (e Expr[V]) NotIn(vs ...V) Pred { return Not(in(e.n, slices.Clone(vs))) }

// EqF is true where e and o are equal.
//
//go:noinline
func (e Expr[V]) EqF(o Operand[V]) Pred { return compareF("=", e.n, o) }

// NeF is the opposite of EqF; see Ne.
//
//go:noinline
func (e Expr[V]) NeF(o Operand[V]) Pred { return Not(compareF("=", e.n, o)) }

// GtF is true where e is greater than o.
//
//go:noinline
func (e Expr[V]) GtF(o Operand[V]) Pred { return compareF(">", e.n, o) }

// GteF is true where e is o or greater.
//
//go:noinline
func (e Expr[V]) GteF(o Operand[V]) Pred { return compareF(">=", e.n, o) }

// LtF is true where e is less than o.
//
//go:noinline
func (e Expr[V]) LtF(o Operand[V]) Pred { return compareF("<", e.n, o) }

// LteF is true where e is o or less.
//
//go:noinline
func (e Expr[V]) LteF(o Operand[V]) Pred { return compareF("<=", e.n, o) }

// InQuery is true where e is among the values of a subquery; see [Subquery].
//
//go:noinline
func (e Expr[V]) InQuery(sub Operand[V]) Pred { return inQuery(e.n, sub) }

// IsNull is true where e has no value.
//
//go:noinline
func (e Expr[V]) IsNull() Pred { return isNull(e.n, true) }

// IsNotNull is true where e has a value.
//
//go:noinline
func (e Expr[V]) IsNotNull() Pred { return isNull(e.n, false) }

// Asc orders by e, from small to great.
//
//go:noinline
func (e Expr[V]) Asc() Order { return Order{n: e.n} }

// Desc orders by e, from great to small.
//
//go:noinline
func (e Expr[V]) Desc() Order { return Order{n: e.n, desc: true} }

// As names e as an annotation of a query.
//
//go:noinline
func (e Expr[V]) As(name string) Ann[V] {
	a := newAnnotation[V](name, e.n)
	return Ann[V]{Expr[V]{&annNode{a}}, a}
}

// comparison is a cmpNode with its value, in one piece of memory.
type comparison struct {
	cmpNode
	value valNode
}

func compare(op string, left Node, v any) Pred {
	x := &comparison{cmpNode{op: op, left: left}, valNode{v: v}}
	x.right = &x.value
	return Pred{&x.cmpNode}
}

func compareF(op string, left Node, right AnyExpr) Pred {
	return Pred{&cmpNode{op, left, operand(right)}}
}

// operand returns the node of an argument that may have been left out.
func operand(e AnyExpr) Node {
	if e == nil || e.node() == nil {
		return &errNode{err: errMissing}
	}
	return e.node()
}

func operands[E AnyExpr](es []E) []Node {
	nodes := make([]Node, len(es))
	for i, e := range es {
		nodes[i] = operand(e)
	}
	return nodes
}

func between(left Node, low, high any) Pred {
	return Pred{&betweenNode{left, &valNode{v: low}, &valNode{v: high}}}
}

func isNull(left Node, null bool) Pred { return Pred{&nullNode{left, null}} }

func in(left Node, values any) Pred { return Pred{newIn(left, values)} }

func inQuery(left Node, sub AnyExpr) Pred {
	return Pred{&inQueryNode{left, operand(sub)}}
}

// inQueryNode is left IN (SELECT …).
type inQueryNode struct{ left, query Node }

func (n *inQueryNode) walk(f func(Node)) { f(n.left); f(n.query) }
func (n *inQueryNode) write(c *Compiler) {
	c.guarded(n.left, nil, func() {
		c.Node(n.left)
		c.SQL(" IN ")
		c.Node(n.query)
	})
}
