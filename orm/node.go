package orm

// Node is a piece of an SQL expression. Only this package makes nodes; others
// build theirs with [Fn] and [Template].
type Node interface {
	// write writes the SQL.
	write(c *Compiler)
	// walk calls f with each direct child.
	walk(f func(Node))
}

// AnyExpr is an expression of any type: columns, functions, aggregates,
// annotations, conditions.
type AnyExpr interface{ node() Node }

// Operand is an expression that has a V for a value.
type Operand[V any] interface {
	AnyExpr
	yields(V)
}

// leaf is embedded by nodes without children.
type leaf struct{}

func (leaf) walk(func(Node)) {}

// find tells whether n or a node below it fits. It does not look into subqueries.
func find(n Node, fits func(Node) bool) bool {
	if n == nil {
		return false
	}
	if fits(n) {
		return true
	}
	found := false
	n.walk(func(child Node) { found = found || find(child, fits) })
	return found
}

// aggregating is implemented by nodes that sum up several rows.
type aggregating interface{ aggregates() bool }

// hasAggregate tells whether n holds an aggregate that is not part of a window.
func hasAggregate(n Node) bool {
	return find(n, func(n Node) bool {
		a, ok := n.(aggregating)
		return ok && a.aggregates()
	})
}

// Pred is a condition (Django's Q). The zero value is no condition: it is left
// out of And and Or.
type Pred struct{ n Node }

func (p Pred) node() Node  { return p.n }
func (p Pred) yields(bool) {}

// And is true where p and all others are.
func (p Pred) And(others ...Pred) Pred { return And(append([]Pred{p}, others...)...) }

// Or is true where p or one of the others is.
func (p Pred) Or(others ...Pred) Pred { return Or(append([]Pred{p}, others...)...) }

// Not is true where p is not. As in Django, null counts as not equal: Not of a
// comparison holds for rows whose column is null.
func (p Pred) Not() Pred { return Not(p) }

// And is true where all conditions are.
func And(preds ...Pred) Pred { return join("AND", preds) }

// Or is true where one of the conditions is.
func Or(preds ...Pred) Pred { return join("OR", preds) }

// Xor is true where an odd number of the conditions is (Django 4.1's Q ^ Q).
func Xor(preds ...Pred) Pred { return join("XOR", preds) }

// Not is true where p is not; see [Pred.Not].
func Not(p Pred) Pred {
	if p.n == nil {
		return p
	}
	return Pred{&notNode{p.n}}
}

func join(op string, preds []Pred) Pred {
	nodes := make([]Node, 0, len(preds))
	for _, p := range preds {
		if p.n != nil {
			nodes = append(nodes, p.n)
		}
	}
	switch len(nodes) {
	case 0:
		return Pred{}
	case 1:
		return Pred{nodes[0]}
	}
	return Pred{&boolNode{op, nodes}}
}

// Order is one key of an ordering.
type Order struct {
	n     Node
	desc  bool
	nulls nullsOrder
	name  string // of a field or annotation given as text, until it is resolved
}

type nullsOrder uint8

const (
	nullsDefault nullsOrder = iota
	nullsFirst
	nullsLast
)

// NullsFirst puts null before all values.
func (o Order) NullsFirst() Order { o.nulls = nullsFirst; return o }

// NullsLast puts null after all values.
func (o Order) NullsLast() Order { o.nulls = nullsLast; return o }

// Reversed returns the opposite order.
func (o Order) Reversed() Order {
	o.desc = !o.desc
	switch o.nulls {
	case nullsFirst:
		o.nulls = nullsLast
	case nullsLast:
		o.nulls = nullsFirst
	}
	return o
}

// Assignment is one column of an UPDATE with its new value.
type Assignment struct {
	col *colNode
	n   Node
}
