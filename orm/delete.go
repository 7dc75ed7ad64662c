package orm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unsafe"
)

// Deleted tells what a deletion removed, in all tables.
type Deleted struct {
	Total int64
	// ByModel counts by label ("shop.Product").
	ByModel map[string]int64
}

func (d *Deleted) add(m *Meta, n int64) {
	if n == 0 {
		return
	}
	if d.ByModel == nil {
		d.ByModel = map[string]int64{}
	}
	d.Total += n
	d.ByModel[m.Label()] += n
}

// ProtectedError is the error of a deletion that rows with on_delete protect or
// restrict forbid.
type ProtectedError struct {
	Restricted bool   // on_delete was restrict
	Model      string // label of the model whose rows are protected
	Relation   string // "shop.Product.category"
	Count      int64  // rows that point there
}

// Error says which relation forbids the deletion.
func (e *ProtectedError) Error() string {
	rule := "protect"
	if e.Restricted {
		rule = "restrict"
	}
	return fmt.Sprintf("orm: can't delete rows of %s: %d rows point to them by %s (on_delete=%s)", e.Model, e.Count, e.Relation, rule)
}

// Is matches [ErrIntegrity].
func (e *ProtectedError) Is(target error) bool { return target == ErrIntegrity }

// Delete removes a row and what its relations' on_delete rules say, in one
// transaction. Hooks and signals of the removed rows run.
func Delete(ctx context.Context, row Row) (Deleted, error) {
	m, at, err := rowOf(row)
	if err != nil {
		return Deleted{}, err
	}
	return m.delete(ctx, at)
}

func (m *Meta) delete(ctx context.Context, base unsafe.Pointer) (Deleted, error) {
	if base == nil {
		return Deleted{}, m.errNilRow("delete")
	}
	using := ""
	if s := peekState(base, m); s != nil && s.shared != nil {
		using = s.shared.using
	}
	if isZero(m.keyAt(base)) && m.PK.Auto {
		return Deleted{}, fmt.Errorf("orm: delete %s: the row has no key", m.Label())
	}
	return deleteRows(ctx, m, using, func(context.Context) ([]unsafe.Pointer, error) {
		return []unsafe.Pointer{base}, nil
	})
}

// Delete removes all rows of the query and what their relations' on_delete rules
// say, in one transaction. Where nothing points to the rows and nobody listens, it
// is one statement; otherwise rows are fetched first.
//
//go:noinline
func (q *QueryOf[P]) Delete(ctx context.Context) (Deleted, error) { return q.q.delete(ctx) }

func (q *query) delete(ctx context.Context) (Deleted, error) {
	m := q.m
	if err := m.link(); err != nil {
		return Deleted{}, err
	}
	switch {
	case q.err != nil:
		return Deleted{}, q.err
	case q.sliced():
		return Deleted{}, errors.New("orm: Delete after Limit or Offset: filter by a subquery instead")
	case q.distinct || q.combined != nil:
		return Deleted{}, errors.New("orm: Delete of distinct rows or of a union")
	case q.none:
		return Deleted{}, nil
	}
	plain := q.with(func(q *query) {
		q.order, q.ordered, q.related, q.prefetch, q.lock = nil, true, nil, nil, nil
		q.only, q.deferred = nil, nil
	})
	if m.deletesAlone(ctx) {
		s, err := sessionFor(ctx, plain.using, m, true)
		if err != nil {
			return Deleted{}, err
		}
		n, err := plain.deleteTable(ctx, s)
		var d Deleted
		d.add(m, n)
		return d, err
	}
	return deleteRows(ctx, m, plain.using, func(ctx context.Context) ([]unsafe.Pointer, error) {
		var rows []unsafe.Pointer
		err := plain.each(ctx, func(row unsafe.Pointer) bool { rows = append(rows, row); return true })
		return rows, err
	})
}

// pointing returns the keys by which rows of other models, and of child models,
// point to m's.
func (m *Meta) pointing() []*Field { return m.concrete().incoming }

// deletesAlone tells whether rows of m can be deleted without looking at others.
func (m *Meta) deletesAlone(ctx context.Context) bool {
	if len(m.Parents) > 0 || len(m.Generic) > 0 || m.listensToDelete(ctx) {
		return false
	}
	for _, f := range m.pointing() {
		switch f.Relation.OnDelete {
		case DoNothing, DBCascade, DBSetNull, DBSetDefault:
		default:
			return false
		}
	}
	return true
}

// deleteTable writes and runs DELETE of the model's own table.
func (q *query) deleteTable(ctx context.Context, s *session) (int64, error) {
	p, err := q.cached(s, 'D', nil, func(c *Compiler, _ *plan) { c.deleteRows(q) })
	if err != nil {
		return 0, err
	}
	r, err := s.Exec(ctx, p.statement.SQL, p.statement.Args)
	return r.RowsAffected, err
}

// deleteRows writes DELETE.
func (c *Compiler) deleteRows(q *query) {
	cl, ok := c.begin(q)
	if !ok {
		return
	}
	c.SQL("DELETE FROM ")
	c.Ident(q.m.Table)
	if len(cl.sel.joins) > 0 || cl.grouped {
		c.whereKeyIn(q)
	} else {
		c.clause(" WHERE ", cl.where, " AND ")
	}
}

// collector finds all rows that go with a deletion (Django's Collector).
type collector struct {
	using    string
	s        *session
	rows     map[*Meta][]unsafe.Pointer
	seen     map[*Meta]map[any]bool
	order    []*Meta // in which models were met: those that are pointed to first
	fast     []fastDelete
	updates  []fieldUpdate
	restrict []restriction
	deleted  Deleted
}

// fastDelete removes rows that nothing hangs on by one statement.
type fastDelete struct {
	m    *Meta
	f    *Field
	keys []any
}

// fieldUpdate sets a key of rows that stay.
type fieldUpdate struct {
	m    *Meta
	f    *Field
	keys []any // of the rows that are deleted
	v    any
}

// restriction is a relation with on_delete restrict: its rows must be deleted too,
// by another way.
type restriction struct {
	f    *Field
	rows []unsafe.Pointer
}

func deleteRows(ctx context.Context, m *Meta, using string, find func(context.Context) ([]unsafe.Pointer, error)) (Deleted, error) {
	c := &collector{using: using, rows: map[*Meta][]unsafe.Pointer{}, seen: map[*Meta]map[any]bool{}}
	err := AtomicWith(ctx, &AtomicOptions{Using: using}, func(ctx context.Context) error {
		s, err := sessionFor(ctx, using, m, true)
		if err != nil {
			return err
		}
		c.s = s
		rows, err := find(ctx)
		if err != nil {
			return err
		}
		if err := c.collect(ctx, m, rows, false); err != nil {
			return err
		}
		if err := c.checkRestrictions(); err != nil {
			return err
		}
		return c.run(ctx)
	})
	if err != nil {
		return Deleted{}, err
	}
	return c.deleted, nil
}

// collect adds rows and what hangs on them.
func (c *collector) collect(ctx context.Context, m *Meta, rows []unsafe.Pointer, keepParents bool) error {
	rows = c.add(m, rows)
	if len(rows) == 0 {
		return nil
	}
	if !keepParents {
		for _, link := range m.Parents {
			parents := make([]unsafe.Pointer, len(rows))
			for i, row := range rows {
				parents[i] = unsafe.Add(row, link.parentOff)
			}
			if err := c.collect(ctx, link.Relation.To, parents, false); err != nil {
				return err
			}
		}
	}
	for _, f := range m.pointing() {
		if err := c.follow(ctx, f, rows); err != nil {
			return err
		}
	}
	for _, f := range m.Generic {
		if err := c.followGeneric(ctx, f.Relation, rows); err != nil {
			return err
		}
	}
	return nil
}

// add notes rows that were not noted before and returns them.
func (c *collector) add(m *Meta, rows []unsafe.Pointer) []unsafe.Pointer {
	seen := c.seen[m]
	if seen == nil {
		seen = map[any]bool{}
		c.seen[m] = seen
		c.order = append(c.order, m)
	}
	var fresh []unsafe.Pointer
	for _, row := range rows {
		if k := m.identity(row); !seen[k] {
			seen[k] = true
			fresh = append(fresh, row)
		}
	}
	c.rows[m] = append(c.rows[m], fresh...)
	return fresh
}

// follow applies the on_delete rule of one incoming relation.
func (c *collector) follow(ctx context.Context, f *Field, rows []unsafe.Pointer) error {
	to, from := f.Relation.To, f.Model
	rule := f.Relation.OnDelete
	switch rule {
	case DoNothing, DBCascade, DBSetNull, DBSetDefault:
		return nil
	}
	if !c.s.state.db.installed(from) {
		return nil
	}
	keys := keysOf(to.concrete(), f.Relation.ToField, rows)
	if rule == Cascade && from.deletesAlone(ctx) {
		c.fast = append(c.fast, fastDelete{from, f, keys})
		return nil
	}
	switch rule {
	case SetNull, SetDefault, SetValue:
		var v any
		switch {
		case rule == SetValue:
			v = f.Relation.OnDeleteTo()
		case rule == SetDefault && f.Default != nil:
			v = f.Default()
		}
		c.updates = append(c.updates, fieldUpdate{from, f, keys, v})
		return nil
	}
	q := &query{m: from, limit: -1, using: c.using, ordered: true}
	related, err := rowsByKeys(ctx, q, func(keys []any) Pred { return oneOf(from.root, f, keys) }, keys)
	if err != nil || len(related) == 0 {
		return err
	}
	switch rule {
	case Protect:
		return &ProtectedError{Model: to.Label(), Relation: f.String(), Count: int64(len(related))}
	case Restrict:
		c.restrict = append(c.restrict, restriction{f, related})
		return nil
	}
	if f.Null && !c.s.Dialect().Features.DeferredChecks {
		// The database checks each row at once, and rows may point to each other.
		c.updates = append(c.updates, fieldUpdate{from, f, keys, nil})
	}
	return c.collect(ctx, from, related, false)
}

// checkRestrictions fails where restricted rows are not deleted by another way.
func (c *collector) checkRestrictions() error {
	for _, res := range c.restrict {
		var stay int64
		for _, row := range res.rows {
			if !c.seen[res.f.Model][res.f.Model.identity(row)] && !c.deletesFast(res.f.Model, row) {
				stay++
			}
		}
		if stay > 0 {
			return &ProtectedError{Restricted: true, Model: res.f.Relation.To.Label(), Relation: res.f.String(), Count: stay}
		}
	}
	return nil
}

// deletesFast tells whether a row goes with one of the statements that delete by a
// key.
func (c *collector) deletesFast(m *Meta, row unsafe.Pointer) bool {
	return slices.ContainsFunc(c.fast, func(d fastDelete) bool {
		return d.m == m && slices.Contains(d.keys, m.memoryValue(d.f, row))
	})
}

// run deletes what was collected.
func (c *collector) run(ctx context.Context) error {
	models := c.sorted()
	for _, m := range models {
		for _, row := range c.rows[m] {
			if err := beforeDelete(ctx, m, row, c.s.alias); err != nil {
				return err
			}
		}
	}
	for _, d := range c.fast {
		if err := c.deleteWhere(ctx, d.m, d.f, d.keys); err != nil {
			return err
		}
	}
	for _, u := range c.updates {
		for keys := u.keys; len(keys) > 0; {
			n := min(len(keys), keyChunk)
			q := (&query{m: u.m, limit: -1}).filter([]Pred{oneOf(u.m.root, u.f, keys[:n])}, false)
			set := Assignment{&colNode{path: u.m.root, name: u.f.Name}, &valNode{v: u.v, f: u.f}}
			if _, err := q.updateTable(ctx, c.s, []Assignment{set}); err != nil {
				return err
			}
			keys = keys[n:]
		}
	}
	for _, m := range models {
		if len(m.PKs) > 1 {
			if err := c.deleteEach(ctx, m); err != nil {
				return err
			}
			continue
		}
		keys := keysOf(m, m.PK, c.rows[m])
		if err := c.deleteWhere(ctx, m, m.PK, keys); err != nil {
			return err
		}
	}
	for _, m := range models {
		for _, row := range c.rows[m] {
			if err := afterDelete(ctx, m, row, c.s.alias); err != nil {
				return err
			}
		}
	}
	return nil
}

// deleteEach deletes rows by the parts of their keys.
func (c *collector) deleteEach(ctx context.Context, m *Meta) error {
	for _, row := range c.rows[m] {
		n, err := (&query{m: m, limit: -1}).filter([]Pred{m.isRow(row)}, false).deleteTable(ctx, c.s)
		if err != nil {
			return err
		}
		c.deleted.add(m, n)
	}
	return nil
}

func (c *collector) deleteWhere(ctx context.Context, m *Meta, f *Field, keys []any) error {
	for len(keys) > 0 {
		n := min(len(keys), keyChunk)
		q := (&query{m: m, limit: -1}).filter([]Pred{oneOf(m.root, f, keys[:n])}, false)
		count, err := q.deleteTable(ctx, c.s)
		if err != nil {
			return err
		}
		c.deleted.add(m, count)
		keys = keys[n:]
	}
	return nil
}

// sorted returns the models so that those that point to others come first. In a
// circle the order is that in which they were met, last first; deferred
// constraints or on_delete=set_null must help there.
func (c *collector) sorted() []*Meta {
	var out []*Meta
	done := map[*Meta]bool{}
	var visit func(m *Meta)
	visit = func(m *Meta) {
		if done[m] {
			return
		}
		done[m] = true
		for _, f := range m.pointing() {
			if _, collected := c.rows[f.Model]; collected {
				visit(f.Model)
			}
		}
		out = append(out, m)
	}
	for _, m := range c.order {
		visit(m)
	}
	return out
}

// String lists the counts by model: "3 rows (shop.Order 2, shop.Product 1)".
func (d Deleted) String() string {
	var parts []string
	for _, label := range slices.Sorted(maps.Keys(d.ByModel)) {
		parts = append(parts, fmt.Sprintf("%s %d", label, d.ByModel[label]))
	}
	return fmt.Sprintf("%d rows (%s)", d.Total, strings.Join(parts, ", "))
}
