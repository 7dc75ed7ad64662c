package orm

import (
	"errors"
	"strconv"
)

// combination is a UNION, INTERSECT or EXCEPT.
type combination struct {
	op      string
	queries []*query
}

// Union returns the rows of all queries, equal ones once. The result can be
// ordered by names, limited and counted, not filtered.
func Union[T any](q *Query[T], others ...*Query[T]) *Query[T] { return combine("UNION", q, others) }

// UnionAll returns the rows of all queries with equal ones as often as they come.
func UnionAll[T any](q *Query[T], others ...*Query[T]) *Query[T] {
	return combine("UNION ALL", q, others)
}

// Intersection returns the rows that all queries have.
func Intersection[T any](q *Query[T], others ...*Query[T]) *Query[T] {
	return combine("INTERSECT", q, others)
}

// Difference returns the rows of q that none of the others has.
func Difference[T any](q *Query[T], others ...*Query[T]) *Query[T] {
	return combine("EXCEPT", q, others)
}

func combine[T any](op string, q *Query[T], others []*Query[T]) *Query[T] {
	members := []*query{q.q}
	for _, o := range others {
		members = append(members, o.q)
	}
	return &Query[T]{combineQueries(op, members)}
}

func combineQueries(op string, members []*query) *query {
	first := members[0]
	n := &query{m: first.m, limit: -1, ordered: true, using: first.using, values: first.values, mode: first.mode,
		prefetch: first.prefetch, combined: &combination{op: op}}
	for _, m := range members {
		if m.err != nil {
			n.fail(m.err)
		}
		if m.none {
			switch {
			case op == "INTERSECT", op == "EXCEPT" && len(n.combined.queries) == 0:
				n.none = true
			default:
				continue // adds or takes away nothing
			}
		}
		n.combined.queries = append(n.combined.queries, m)
	}
	if len(n.combined.queries) == 0 {
		n.none = true
	}
	return n
}

// selectCombined writes a combination; p describes the rows as those of the first
// member, which all others must be like.
func (c *Compiler) selectCombined(q *query, p *plan) {
	f := c.d.Features
	op := q.combined.op
	if op == "INTERSECT" && !f.Intersect || op == "EXCEPT" && !f.Except {
		c.Unsupported(op, "filter with Exists or with In of a subquery")
		return
	}
	for i, m := range q.combined.queries {
		if i > 0 {
			c.SQL(" " + op + " ")
		}
		sub := &plan{}
		nested := m.sliced() || m.combined != nil || m.ordered && len(m.order) > 0
		if !m.sliced() && m.combined == nil {
			m = m.with(func(q *query) { q.order, q.ordered = nil, true })
			nested = false
		}
		switch {
		case nested && f.ParenthesizeUnion:
			c.SQL("(")
			c.selectRows(m, sub)
			c.SQL(")")
		case nested:
			c.SQL("SELECT * FROM (")
			c.selectRows(m, sub)
			c.SQL(")")
		default:
			c.selectRows(m, sub)
		}
		if i == 0 {
			p.parts, p.anns, p.annStart, p.columns = sub.parts, sub.anns, sub.annStart, sub.columns
		} else if sub.columns != p.columns {
			c.Fail(errors.New("orm: the queries of a union have different columns"))
			return
		}
	}
	c.combinedOrder(q, p)
	c.limits(q)
}

// combinedOrder orders by the position of columns, which is all that a union knows.
func (c *Compiler) combinedOrder(q *query, p *plan) {
	first := q.combined.queries[0]
	var keys []fragment
	for _, o := range q.order {
		resolved, err := first.resolveOrder(o)
		if err != nil {
			c.Fail(err)
			return
		}
		for _, o := range resolved {
			if q.reversed {
				o = o.Reversed()
			}
			at, ok := p.position(first, o.n)
			if !ok {
				c.Fail(errors.New("orm: a union is ordered by columns that it selects"))
				return
			}
			keys = append(keys, c.capture(func() { c.orderKey(Order{n: &positionNode{at: at}, desc: o.desc, nulls: o.nulls}, &selection{}) }))
		}
	}
	c.clause(" ORDER BY ", keys, ", ")
}

// position returns the number of the column that n is, from 1.
func (p *plan) position(q *query, n Node) (int, bool) {
	switch n := n.(type) {
	case *colNode:
		f, err := n.field()
		if err != nil || len(p.parts) == 0 {
			return 0, false
		}
		for i := range p.parts {
			pt := &p.parts[i]
			if pt.path != n.path {
				continue
			}
			for k, st := range pt.steps {
				if st.field == f {
					return pt.start + k + 1, true
				}
			}
		}
	case *annNode:
		for i, a := range p.anns {
			if a == n.a {
				return p.annStart + i + 1, true
			}
		}
	}
	return 0, false
}

type positionNode struct {
	leaf
	at int
}

func (n *positionNode) write(c *Compiler) { c.SQL(strconv.Itoa(n.at)) }
