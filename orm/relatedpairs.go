package orm

import (
	"context"
	"fmt"
	"slices"
	"unsafe"
)

// pairTable writes the pairs of a many-to-many relation, seen from one owner.
type pairTable struct {
	rel   *Relation
	owner any
	row   unsafe.Pointer
	// defaults are the values of other columns of new pairs.
	defaults []Assignment
}

func (r *related) pairs() *pairTable {
	owner, _ := r.ownerKey()
	return &pairTable{r.rel, owner, r.row, r.defaults}
}

// existing returns which of the keys are related already.
func (p *pairTable) existing(ctx context.Context, s *session, keys []any) (map[any]bool, error) {
	have := map[any]bool{}
	root := p.rel.Through.root
	for len(keys) > 0 {
		n := min(len(keys), keyChunk)
		err := p.rel.eachPair(ctx, s, And(equals(root, p.rel.ThroughFrom, p.owner), oneOf(root, p.rel.ThroughTo, keys[:n])),
			func(_, to any) { have[to] = true })
		if err != nil {
			return nil, err
		}
		keys = keys[n:]
	}
	return have, nil
}

// eachPair calls f with the pairs of keys, from and to, that fit a condition on the
// table of a many-to-many relation.
func (r *Relation) eachPair(ctx context.Context, s *session, cond Pred, f func(from, to any)) error {
	q := (&query{m: r.Through, limit: -1, using: s.alias, ordered: true}).filter([]Pred{cond}, false).with(func(q *query) {
		q.values = &valuesOf{anns: map[string]bool{}, at: len(q.steps)}
		for _, key := range []*Field{r.ThroughFrom, r.ThroughTo} {
			q.values.items = append(q.values.items, valueItem{key.Name, &colNode{path: r.Through.root, name: key.Name}, key})
		}
	})
	for row, err := range (&ValuesQuery{q}).Each(ctx) {
		if err != nil {
			return err
		}
		f(row[0], row[1])
	}
	return nil
}

func (p *pairTable) add(ctx context.Context, s *session, keys []any) error {
	if len(keys) == 0 {
		return nil
	}
	have, err := p.existing(ctx, s, keys)
	if err != nil {
		return err
	}
	var fresh []any
	for _, k := range keys {
		if !have[k] {
			fresh = append(fresh, k)
		}
	}
	event := p.event("add", s, fresh)
	if err := m2mChanged(ctx, event, true); err != nil {
		return err
	}
	if err := p.insert(ctx, s, fresh); err != nil {
		return err
	}
	return m2mChanged(ctx, event, false)
}

// insert writes the pairs, both ways round for a symmetrical relation.
func (p *pairTable) insert(ctx context.Context, s *session, keys []any) error {
	var pairs [][2]any
	for _, k := range keys {
		pairs = append(pairs, [2]any{p.owner, k})
		if p.rel.Symmetrical && k != p.owner {
			pairs = append(pairs, [2]any{k, p.owner})
		}
	}
	return p.insertAll(ctx, s, pairs)
}

// insertAll writes pairs, whatever their owners are.
func (p *pairTable) insertAll(ctx context.Context, s *session, pairs [][2]any) error {
	columns, err := p.columns()
	if err != nil {
		return err
	}
	const chunk = 200
	for len(pairs) > 0 {
		n := min(len(pairs), chunk)
		c := newCompiler(s.Dialect(), s.zone())
		p.insertPairs(c, columns, pairs[:n])
		st, err := c.statement()
		if err != nil {
			return err
		}
		if _, err := s.Exec(ctx, st.SQL, st.Args); err != nil {
			return err
		}
		pairs = pairs[n:]
	}
	return nil
}

// columns returns the columns of a new pair, its two keys first.
func (p *pairTable) columns() ([]*Field, error) {
	columns := []*Field{p.rel.ThroughFrom, p.rel.ThroughTo}
	for _, a := range p.defaults {
		f, err := a.col.field()
		if err != nil {
			return nil, err
		}
		if f.Model != p.rel.Through || slices.Contains(columns, f) {
			return nil, fmt.Errorf("orm: ThroughDefaults can't set %s: it takes the columns of %s, but for the keys, each once", f, p.rel.Through.Label())
		}
		columns = append(columns, f)
	}
	return columns, nil
}

// insertPairs writes INSERT of pairs. Another may have made a pair meanwhile, which is
// as well where the table has nothing else; in one with a model of its own it is for
// that model's constraints to say.
func (p *pairTable) insertPairs(c *Compiler, columns []*Field, pairs [][2]any) {
	again := p.rel.Through.AutoCreated
	if again && !c.d.Features.OnConflict {
		c.SQL("INSERT IGNORE INTO ")
	} else {
		c.SQL("INSERT INTO ")
	}
	c.columnsOf(p.rel.Through, columns)
	c.SQL(" VALUES ")
	for i, pair := range pairs {
		if i > 0 {
			c.SQL(", ")
		}
		c.SQL("(")
		c.columnValue(p.rel.ThroughFrom, pair[0])
		c.SQL(", ")
		c.columnValue(p.rel.ThroughTo, pair[1])
		for k, a := range p.defaults {
			c.SQL(", ")
			c.assigned(columns[2+k], a.n)
		}
		c.SQL(")")
	}
	if again && c.d.Features.OnConflict {
		c.SQL(" ON CONFLICT DO NOTHING")
	}
}

// columnsOf writes table (columns).
func (c *Compiler) columnsOf(m *Meta, columns []*Field) {
	c.Ident(m.Table)
	c.SQL(" (")
	for i, f := range columns {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
	}
	c.SQL(")")
}

// columnValue writes a placeholder for a value of a column.
func (c *Compiler) columnValue(f *Field, v any) {
	arg, err := fieldArgument(f, v)
	if err != nil {
		c.Fail(err)
		return
	}
	c.rawArg(arg)
}

func (p *pairTable) remove(ctx context.Context, s *session, keys []any) error {
	event := p.event("remove", s, keys)
	if err := m2mChanged(ctx, event, true); err != nil {
		return err
	}
	for len(keys) > 0 {
		n := min(len(keys), keyChunk)
		if err := p.delete(ctx, s, keys[:n]); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return m2mChanged(ctx, event, false)
}

func (p *pairTable) clear(ctx context.Context, s *session) error {
	event := p.event("clear", s, nil)
	if err := m2mChanged(ctx, event, true); err != nil {
		return err
	}
	if err := p.delete(ctx, s, nil); err != nil {
		return err
	}
	return m2mChanged(ctx, event, false)
}

// delete removes the pairs with these keys, or all of the owner's where keys is nil.
func (p *pairTable) delete(ctx context.Context, s *session, keys []any) error {
	root := p.rel.Through.root
	side := func(owner, other *Field) Pred {
		cond := equals(root, owner, p.owner)
		if keys != nil {
			cond = cond.And(oneOf(root, other, keys))
		}
		return cond
	}
	cond := side(p.rel.ThroughFrom, p.rel.ThroughTo)
	if p.rel.Symmetrical {
		cond = cond.Or(side(p.rel.ThroughTo, p.rel.ThroughFrom))
	}
	_, err := (&query{m: p.rel.Through, limit: -1}).filter([]Pred{cond}, false).deleteTable(ctx, s)
	return err
}

func (p *pairTable) event(action string, s *session, keys []any) *M2MEvent {
	return &M2MEvent{Action: action, Row: p.rel.From.pointer(p.row), Relation: p.rel, Keys: keys, Using: s.alias}
}
