package orm

import (
	"context"
	"errors"
	"fmt"
)

// Update sets columns of all rows of the query with one statement, and returns how
// many rows matched. It sends no signals and sets no auto_now field.
//
//	n, err := shop.Products.Filter(shop.ProductF.Sold.Gt(10)).
//		Update(ctx, shop.ProductF.Price.SetF(shop.ProductF.Price.Mul(2)))
func (q *QueryOf[P]) Update(ctx context.Context, assignments ...Assignment) (int64, error) {
	return q.q.update(ctx, assignments)
}

func (q *query) update(ctx context.Context, assignments []Assignment) (int64, error) {
	switch {
	case q.err != nil:
		return 0, q.err
	case q.sliced():
		return 0, errors.New("orm: Update after Limit or Offset: filter by a subquery instead")
	case q.combined != nil:
		return 0, errors.New("orm: Update of a union")
	case q.values != nil || len(q.on) > 0:
		return 0, errors.New("orm: Update of values or of distinct rows")
	case len(assignments) == 0:
		return 0, errors.New("orm: Update: nothing to set")
	case q.none:
		return 0, nil
	}
	if err := q.m.link(); err != nil {
		return 0, err
	}
	own, parents, err := q.split(assignments)
	if err != nil {
		return 0, err
	}
	if len(parents) == 0 {
		s, err := sessionFor(ctx, q.using, q.m, true)
		if err != nil {
			return 0, err
		}
		return q.updateTable(ctx, s, own)
	}
	return q.updateParents(ctx, own, parents)
}

// split sorts assignments by the table that has the column: the model's own, or
// those of its parents.
func (q *query) split(assignments []Assignment) (own []Assignment, parents map[*Meta][]Assignment, err error) {
	for _, a := range assignments {
		f, err := a.col.field()
		if err != nil {
			return nil, nil, err
		}
		switch {
		case f.Generated != nil:
			return nil, nil, fmt.Errorf("orm: Update: the database computes %s", f)
		case f.Model == q.m && a.col.path == q.m.root:
			own = append(own, a)
		case a.col.path.root() == q.m.root && q.m.linkTo(f.Model) != nil:
			if parents == nil {
				parents = map[*Meta][]Assignment{}
			}
			parents[f.Model] = append(parents[f.Model], a)
		default:
			return nil, nil, fmt.Errorf("orm: Update of %s can't set %s of %s", q.m.Label(), f.Name, a.col.path)
		}
	}
	return own, parents, nil
}

// updateParents updates several tables by the keys of the rows.
func (q *query) updateParents(ctx context.Context, own []Assignment, parents map[*Meta][]Assignment) (n int64, err error) {
	err = AtomicWith(ctx, &AtomicOptions{Using: q.using}, func(ctx context.Context) error {
		s, err := sessionFor(ctx, q.using, q.m, true)
		if err != nil {
			return err
		}
		var keys []any
		byKey := q.with(func(q *query) {
			q.values = &valuesOf{items: []valueItem{{"pk", &colNode{path: q.m.root}, q.m.PK}}, anns: map[string]bool{}, at: len(q.steps)}
			q.related = nil
		})
		for row, err := range (&ValuesQuery{byKey}).Each(ctx) {
			if err != nil {
				return err
			}
			keys = append(keys, row[0])
		}
		n = int64(len(keys))
		for m, assignments := range parents {
			for i, a := range assignments {
				assignments[i].col = &colNode{path: m.root, name: a.col.name}
				if _, plain := a.n.(*valNode); !plain { // columns of the parent, seen from the child
					assignments[i].n = &rebasedNode{a.n, a.col.path, m.root}
				}
			}
		}
		for len(keys) > 0 {
			k := min(len(keys), keyChunk)
			if len(own) > 0 {
				rows := (&query{m: q.m, limit: -1}).filter([]Pred{oneOf(q.m.root, q.m.PK, keys[:k])}, false)
				if _, err := rows.updateTable(ctx, s, own); err != nil {
					return err
				}
			}
			for m, assignments := range parents {
				rows := (&query{m: m, limit: -1}).filter([]Pred{oneOf(m.root, m.PK, keys[:k])}, false)
				if _, err := rows.updateTable(ctx, s, assignments); err != nil {
					return err
				}
			}
			keys = keys[k:]
		}
		return nil
	})
	return n, err
}

// updateTable writes and runs UPDATE of the model's own table.
func (q *query) updateTable(ctx context.Context, s *session, assignments []Assignment) (int64, error) {
	news, err := newValues(assignments)
	if err != nil {
		return 0, err
	}
	shape := func(sh *shape) {
		for _, v := range news {
			sh.text(v.f.Name)
			if v.value != nil {
				sh.byte('=')
				sh.slots = append(sh.slots, v)
				continue
			}
			sh.node(v.n)
		}
	}
	p, err := q.cached(s, 'U', shape, func(c *Compiler, _ *plan) { c.updateRows(q, news) })
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(ctx, p.statement.SQL, p.statement.Args)
	return r.RowsAffected, err
}

// newValue is the new value of a column: a value, which is a slot, or an expression.
type newValue struct {
	leaf
	f     *Field
	value *valNode
	n     Node
}

func newValues(assignments []Assignment) ([]*newValue, error) {
	news := make([]*newValue, len(assignments))
	for i, a := range assignments {
		f, err := a.col.field()
		if err != nil {
			return nil, err
		}
		news[i] = &newValue{f: f, n: a.n}
		news[i].value, _ = a.n.(*valNode)
	}
	return news, nil
}

func (v *newValue) write(c *Compiler) { c.slot(v) }

func (v *newValue) slotArg(*Dialect) (any, error) { return fieldArgument(v.f, v.value.v) }

// updateRows writes UPDATE.
func (c *Compiler) updateRows(q *query, news []*newValue) {
	cl, ok := c.begin(q)
	if !ok {
		return
	}
	joined := len(cl.sel.joins) > 0 || cl.grouped
	before := len(cl.sel.joins)
	sets := make([]fragment, len(news))
	for i, v := range news {
		sets[i] = c.capture(func() {
			c.Ident(v.f.Column)
			c.SQL(" = ")
			if v.value != nil {
				c.Node(v)
			} else {
				c.assigned(v.f, v.n)
			}
		})
	}
	if len(cl.sel.joins) > before {
		c.Fail(errors.New("orm: Update: an expression goes along a relation, which UPDATE can't; use a Subquery"))
		return
	}
	c.SQL("UPDATE ")
	c.Ident(q.m.Table)
	c.SQL(" SET ")
	c.list(sets, ", ")
	if joined {
		c.whereKeyIn(q)
	} else {
		c.clause(" WHERE ", cl.where, " AND ")
	}
}

// assigned writes the new value of a column.
func (c *Compiler) assigned(f *Field, n Node) {
	if v, ok := n.(*valNode); ok {
		arg, err := fieldArgument(f, v.v)
		if err != nil {
			c.Fail(err)
			return
		}
		c.rawArg(arg)
		return
	}
	if hasAggregate(n) {
		c.Fail(fmt.Errorf("orm: Update: an aggregate can't be the value of %s; use a Subquery", f))
		return
	}
	c.selectable(n)
}

// whereKeyIn chooses the rows of q by their keys, for statements whose conditions
// may not join. MySQL refuses a subquery of the table itself unless it is hidden in
// another.
func (c *Compiler) whereKeyIn(q *query) {
	keys := q.with(func(q *query) {
		q.values = &valuesOf{anns: map[string]bool{}, at: len(q.steps)}
		for _, f := range q.m.PKs {
			q.values.items = append(q.values.items, valueItem{f.Name, &colNode{path: q.m.root, name: f.Name}, f})
		}
		q.order, q.ordered, q.related = nil, !q.sliced(), nil
	})
	outer := c.sel
	c.SQL(" WHERE ")
	if len(q.m.PKs) == 1 {
		c.Ident(q.m.PK.Column)
	} else {
		c.SQL("(")
		c.columnList(q.m.PKs)
		c.SQL(")")
	}
	c.SQL(" IN (")
	if !c.d.Features.SelfSubquery {
		c.SQL("SELECT * FROM (")
	}
	c.sel = &selection{depth: 0, top: &Path{model: q.m}} // so that the subquery has aliases of its own
	c.selectRows(keys, &plan{})
	if !c.d.Features.SelfSubquery {
		c.SQL(") ")
		c.Ident("subquery")
	}
	c.SQL(")")
	c.sel = outer
}

// fieldArgument turns a value into what a field is written as.
func fieldArgument(f *Field, v any) (any, error) {
	if n, ok := v.(nullable); ok {
		inner, valid := n.unwrap()
		if !valid {
			v = nil
		} else {
			v = inner
		}
	}
	if v == nil {
		if !f.Null {
			return nil, fmt.Errorf("orm: %s can't be null: %w", f, ErrNotNull)
		}
		return nil, nil
	}
	switch {
	case f.Kind == KindDecimal:
		return decimalArgument(f, v)
	case f.UnpackIPv4:
		v = unpackIPv4(v)
	}
	arg, err := argument(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return arg, checkRange(f, arg)
}
