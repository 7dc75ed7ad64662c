package orm

import "errors"

// Subquery is the value of e in the first row of q, or null without a row. Columns
// of the query around it can be used inside: see [OuterRef].
//
//	newest := orm.Subquery(Comments.Filter(CommentF.PostID.EqF(PostF.ID)).
//		OrderBy(CommentF.Created.Desc()).Limit(1), CommentF.Author).As("newest")
func Subquery[V any](q AnyQuery, e Operand[V]) Expr[V] {
	return Expr[V]{&subqueryNode{q: q.core(), n: operand(e)}}
}

// Exists is true where q has a row.
func Exists(q AnyQuery) Pred { return Pred{&subqueryNode{q: q.core()}} }

// OuterRef is e of the query around the one that it stands in. It is needed only
// where both are of the same model; other columns find their query by themselves.
func OuterRef[V any](e Operand[V]) Expr[V] { return Expr[V]{&outerNode{operand(e)}} }

// subqueryNode is a SELECT of one column, or EXISTS where n is nil.
type subqueryNode struct {
	leaf
	q *query
	n Node
}

func (n *subqueryNode) write(c *Compiler) {
	sel, negated := c.sel, c.negated
	defer func() { c.sel, c.negated = sel, negated }()
	c.negated = false
	if n.n == nil {
		c.exists(n.q)
		return
	}
	q := n.q.with(func(q *query) {
		q.values = &valuesOf{items: []valueItem{{name: "value", n: n.n}}, anns: map[string]bool{}, at: len(q.steps)}
		if t, ok := n.n.(*tupleNode); ok {
			q.values.items = nil
			for i, part := range t.nodes {
				q.values.items = append(q.values.items, valueItem{name: innerName(i), n: part})
			}
		}
		q.related, q.prefetch, q.lock = nil, nil, nil
		if hasAggregate(n.n) || !q.sliced() && !q.ordered {
			q.order, q.ordered = nil, true
		}
	})
	c.SQL("(")
	c.selectRows(q, &plan{})
	c.SQL(")")
}

func (c *Compiler) exists(q *query) {
	q = q.with(func(q *query) {
		q.related, q.prefetch, q.lock = nil, nil, nil
		if !q.sliced() {
			q.order, q.ordered, q.limit = nil, true, 1
		}
	})
	c.SQL("EXISTS(")
	if q.plain() {
		c.selectConstant(q)
	} else {
		c.selectRows(q, &plan{})
	}
	c.SQL(")")
}

// outerNode is an expression of the SELECT around the current query.
type outerNode struct{ n Node }

func (n *outerNode) walk(func(Node)) {}
func (n *outerNode) write(c *Compiler) {
	s := c.sel
	for s != nil && s.top.parent != nil { // EXISTS along a relation is within a query
		s = s.outer
	}
	if s == nil || s.outer == nil {
		c.Fail(errors.New("orm: OuterRef stands in a query that is not a subquery"))
		return
	}
	sel := c.sel
	c.sel = s.outer
	c.Node(n.n)
	c.sel = sel
}
