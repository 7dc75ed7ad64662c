package orm

import (
	"context"
	"errors"
	"fmt"
)

// AggregateRow is the one row that [Aggregate] returns: read it with [Ann.Of].
type AggregateRow struct{ State }

// Aggregate returns aggregates over all rows of the query.
//
//	total := orm.Sum(shop.ProductF.Price).As("total")
//	row, err := orm.Aggregate(ctx, shop.Products.Filter(…), total)
//	fmt.Println(total.Of(row))
func Aggregate(ctx context.Context, q AnyQuery, aggregates ...Annotation) (*AggregateRow, error) {
	base := q.core()
	if len(aggregates) == 0 {
		return nil, errors.New("orm: Aggregate: no aggregates")
	}
	anns := make([]*annotation, len(aggregates))
	for i, a := range aggregates {
		anns[i] = a.annotation()
		if !hasAggregate(anns[i].n) {
			return nil, fmt.Errorf("orm: Aggregate: %q is no aggregate", anns[i].name)
		}
	}
	row := &AggregateRow{}
	set := &rowSet{annotations: make([]annotationColumn, len(anns))}
	for i, a := range anns {
		set.annotations[i] = annotationColumn{a, a.chunk(1)}
	}
	row.row = &rowState{shared: set, own: true}
	if base.none && base.err == nil {
		return row, nil
	}
	s, err := sessionFor(ctx, base.using, base.m, false)
	if err != nil {
		return nil, err
	}
	c := newCompiler(s.Dialect(), s.zone())
	if base.plain() && !base.sliced() && !base.distinct {
		c.aggregateRows(base, anns)
	} else {
		c.aggregateSubquery(base, anns)
	}
	st, err := c.statement()
	if err != nil {
		return nil, err
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if rows.Next() {
		for i, a := range anns {
			if err := a.read(set.annotations[i].values, 0, rows, i); err != nil {
				return nil, fmt.Errorf("orm: read %s: %w", a.name, err)
			}
		}
	}
	return row, rows.Err()
}

// aggregateRows writes SELECT aggregates FROM the rows themselves.
func (c *Compiler) aggregateRows(q *query, anns []*annotation) {
	if q.err != nil {
		c.Fail(q.err)
		return
	}
	q = q.with(func(q *query) { q.order, q.ordered, q.related, q.lock = nil, true, nil, nil })
	cl, ok := c.begin(q)
	if !ok {
		return
	}
	for _, a := range anns {
		cl.list = append(cl.list, c.capture(func() { c.Node(a.n) }))
	}
	c.finish(q, cl)
}

// aggregateSubquery writes aggregates over a query that is grouped, cut or made
// distinct, as a subquery: its columns and annotations are named there.
func (c *Compiler) aggregateSubquery(q *query, anns []*annotation) {
	if q.err != nil {
		c.Fail(q.err)
		return
	}
	inner := &innerColumns{q: q}
	for _, a := range anns {
		inner.collect(a.n)
	}
	if inner.err != nil {
		c.Fail(inner.err)
		return
	}
	if q.combined != nil {
		c.Fail(errors.New("orm: Aggregate of a union: aggregate the queries that go into it"))
		return
	}
	sub := q.with(func(q *query) {
		q.related, q.lock = nil, nil
		if !q.sliced() && len(q.on) == 0 {
			q.order, q.ordered = nil, true
		}
	})
	rows := c.capture(func() { c.selectInner(sub, inner) })
	c.SQL("SELECT ")
	outer := c.sel
	c.sel = &selection{inner: inner, outer: outer, top: &Path{model: q.m}}
	for i, a := range anns {
		if i > 0 {
			c.SQL(", ")
		}
		c.Node(a.n)
	}
	c.sel = outer
	c.SQL(" FROM (")
	c.fragment(rows)
	c.SQL(") ")
	c.Ident("subquery")
}

// innerColumns are the columns and annotations of a subquery that expressions
// around it use, by the names that they have there.
type innerColumns struct {
	q       *query
	columns []*colNode
	err     error
}

func (in *innerColumns) collect(n Node) {
	switch n := n.(type) {
	case *colNode:
		if in.at(n) < 0 {
			in.columns = append(in.columns, n)
		}
		return
	case *annNode:
		if in.q.annotationNamed(n.a.name) == n.a {
			return
		}
	}
	n.walk(in.collect)
}

func (in *innerColumns) at(n *colNode) int {
	for i, c := range in.columns {
		if c == n || c.path == n.path && c.name == n.name {
			return i
		}
	}
	return -1
}

func innerName(i int) string { return fmt.Sprintf("col%d", i+1) }

// selectInner writes the subquery: the key, the columns that are used outside, and
// the annotations.
func (c *Compiler) selectInner(q *query, in *innerColumns) {
	outer, negated := c.sel, c.negated
	defer func() { c.sel, c.negated = outer, negated }()
	cl, ok := c.begin(q)
	if !ok {
		return
	}
	if q.values != nil {
		cl.list = append(cl.list, cl.values...)
	} else if q.distinct && len(q.on) == 0 {
		for _, st := range q.m.rowSteps() {
			cl.list = append(cl.list, c.capture(func() { c.column(q.m.root, st.field) }))
		}
	} else {
		cl.list = append(cl.list, c.capture(func() { c.column(q.m.root, q.m.PK) }))
	}
	cl.groupable = append(cl.groupable, cl.list...)
	if c.d.Features.GroupByKey && cl.grouped {
		for _, col := range in.columns {
			cl.group = append(cl.group, c.capture(func() { c.Node(col) }))
		}
	}
	for i, col := range in.columns {
		f := c.capture(func() { c.Node(col) })
		cl.groupable = append(cl.groupable, f)
		f.sql += " AS " + c.d.Ident(innerName(i))
		cl.list = append(cl.list, f)
	}
	for _, st := range q.steps {
		if st.ann != nil {
			f := cl.sel.refs[st.ann]
			f.sql += " AS " + c.d.Ident(st.ann.name)
			cl.list = append(cl.list, f)
		}
	}
	c.finish(q, cl)
}

// inside writes a column or annotation by the name that it has in the subquery of
// [Aggregate], and tells whether it stands around one.
func (c *Compiler) inside(n Node) bool {
	if c.sel == nil || c.sel.inner == nil {
		return false
	}
	in := c.sel.inner
	name := ""
	switch n := n.(type) {
	case *colNode:
		if i := in.at(n); i >= 0 {
			name = innerName(i)
		}
	case *annNode:
		if in.q.annotationNamed(n.a.name) == n.a {
			name = n.a.name
		}
	}
	if name == "" {
		return false
	}
	c.Ident("subquery")
	c.SQL(".")
	c.Ident(name)
	return true
}
