package orm

import "errors"

// Conditions on window functions stand in a query around the one that computes
// them, as databases without QUALIFY want it (Django 4.2).

// withoutWindows returns a condition without the parts that are about window
// functions, or nil.
func withoutWindows(n Node) Node {
	b, ok := n.(*boolNode)
	if !ok || b.op != "AND" {
		if hasWindow(n) {
			return nil
		}
		return n
	}
	var rest []Pred
	for _, child := range b.nodes {
		rest = append(rest, Pred{withoutWindows(child)})
	}
	return And(rest...).n
}

// qualify writes that the row is among those that fit all conditions on window
// functions, which see the rows that fit the other conditions of q.
func (c *Compiler) qualify(q *query, conditions []Node) {
	if q.grouped() {
		c.Fail(errors.New("orm: a condition on a window function in a query with aggregates; compute one of them in a Subquery"))
		return
	}
	key := &annotation{name: "qualify_key", n: &colNode{path: q.m.root}}
	fits := &annotation{name: "qualify_fits", n: &testNode{(&boolNode{"AND", conditions})}}
	inner := q.with(func(q *query) {
		q.steps = nil
		q.related, q.prefetch, q.lock, q.only, q.deferred = nil, nil, nil, nil, nil
		q.order, q.ordered, q.limit, q.offset, q.distinct, q.on = nil, true, -1, 0, false, nil
	})
	for _, st := range q.steps {
		if st.ann != nil {
			st.hidden = true
		} else if st.filter = withoutWindows(st.filter); st.filter == nil {
			continue
		}
		inner.steps = append(inner.steps, st)
	}
	inner.values = &valuesOf{at: len(inner.steps), anns: map[string]bool{key.name: true, fits.name: true}}
	inner.steps = append(inner.steps, step{ann: key}, step{ann: fits})
	c.Node(key.n)
	c.SQL(" IN (SELECT ")
	c.Ident(key.name)
	c.SQL(" FROM (")
	c.selectRows(inner, &plan{})
	c.SQL(") ")
	c.Ident("qualify")
	c.SQL(" WHERE ")
	c.Ident(fits.name)
	c.SQL(")")
}
