package orm

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// Prefetcher is a relation to fetch for all rows of a query at once: a relation of
// a descriptor, also one of several steps (CategoryF.Products().Tags()), or what
// [With] returns.
type Prefetcher interface{ relPath() *Path }

// RowsQuery is a query of rows of type P: a [Query], or a manager that embeds one.
type RowsQuery[P any] interface {
	AnyQuery
	All(ctx context.Context) ([]P, error)
}

// With prefetches a relation, but only the rows of q, in its order, with what it
// annotates and prefetches itself. A query of another model is an error of the
// query that prefetches.
func With[P any](relation RelatedPath, q RowsQuery[P]) Prefetch[P] {
	return Prefetch[P]{prefetch{path: relation.relPath(), q: q.core(), rows: reflect.TypeFor[P]()}}
}

// Prefetch is a relation to fetch, with the rows to choose from; [With] makes it. The
// methods of the relation then return those rows alone, as if there were no others.
type Prefetch[P any] struct{ p prefetch }

func (f Prefetch[P]) relPath() *Path     { return f.p.path }
func (f Prefetch[P]) prefetch() prefetch { return f.p }

// As fetches the rows into a list of that name, and leaves the relation alone, which may
// be prefetched beside it, or have several lists (Django's to_attr):
//
//	open := orm.With(shop.PersonF.Orders(), shop.Orders.Filter(shop.OrderF.Status.Eq("open"))).As("open_orders")
//	people, err := shop.People.Prefetch(shop.PersonF.Orders(), open).All(ctx)
//	… open.Of(people[0])
func (f Prefetch[P]) As(name string) Prefetched[P] {
	f.p.list = &prefetchList{name}
	return Prefetched[P](f)
}

// Prefetched is a list of related rows with a name of its own; [Prefetch.As] makes it. It
// reads the rows of queries that were given this very value.
type Prefetched[P any] struct{ p prefetch }

func (l Prefetched[P]) relPath() *Path     { return l.p.path }
func (l Prefetched[P]) prefetch() prefetch { return l.p }

// Name returns the name.
func (l Prefetched[P]) Name() string { return l.p.list.name }

// Of returns the rows that were fetched for row; along a key, the one that it points to.
// It is empty where row does not come from a query that prefetched the list.
func (l Prefetched[P]) Of(row Row) []P {
	if s := row.state().row; s != nil {
		return slices.Clone(rowsAt[P](s.lists[l.p.list]))
	}
	return nil
}

// prefetchList tells the lists of [Prefetch.As] apart.
type prefetchList struct{ name string }

// PrefetchRows fetches relations of rows that were fetched before, as Query.Prefetch
// does (Django's prefetch_related_objects). Relations that are there are not fetched
// again, but for those of [With]. The rows are of one database, that of the first.
func PrefetchRows[P any](ctx context.Context, rows []P, relations ...Prefetcher) error {
	m, err := modelOf[P]()
	if err != nil {
		return err
	}
	at := addressesOf(rows)
	if i := slices.Index(at, nil); i >= 0 {
		return fmt.Errorf("orm: PrefetchRows: row %d is nil", i)
	}
	q := &query{m: m, limit: -1, prefetch: relations}
	if len(at) == 0 {
		return nil
	}
	if s := peekState(at[0], m); s != nil && s.shared != nil {
		q.using, q.mode = s.shared.using, s.shared.mode
	}
	return q.prefetchRows(ctx, at)
}

// prefetch is one relation to fetch, with the rows to choose from.
type prefetch struct {
	path *Path
	q    *query        // nil: all rows
	rows reflect.Type  // of q
	list *prefetchList // nil: the relation's own
}

// prefetchOf returns what a Prefetcher asks for.
func prefetchOf(p Prefetcher) prefetch {
	if w, ok := p.(interface{ prefetch() prefetch }); ok {
		return w.prefetch()
	}
	return prefetch{path: p.relPath()}
}

// prefetchRows fetches the relations of q for its rows, and the relations of those, one
// level after the other.
func (q *query) prefetchRows(ctx context.Context, rows []unsafe.Pointer) error {
	top := prefetchNode{rows: rows}
	if err := top.add(q); err != nil {
		return err
	}
	for level := top.next(); len(level) > 0; {
		if err := fetchLevel(ctx, level); err != nil {
			return err
		}
		var next []*prefetchNode
		for _, n := range level {
			next = append(next, n.next()...)
		}
		level = next
	}
	return nil
}

// fetchLevel fetches relations that do not depend on each other, together.
func fetchLevel(ctx context.Context, level []*prefetchNode) error {
	var requests []rowsRequest
	for _, n := range level {
		if err := n.prepare(); err != nil {
			return fmt.Errorf("prefetch %s: %w", n.path, err)
		}
		requests = append(requests, n.requests...)
	}
	if err := queryRows(ctx, requests); err != nil {
		return fmt.Errorf("prefetch: %w", err)
	}
	for _, n := range level {
		n.rows = append(n.rows, n.fetched...)
		if n.finish == nil {
			continue
		}
		if err := n.finish(); err != nil {
			return fmt.Errorf("prefetch %s: %w", n.path, err)
		}
	}
	return nil
}

// rowsRequest is a query, and what takes its rows.
type rowsRequest struct {
	q    *query
	take func(row unsafe.Pointer)
}

// queryRows runs queries, those of one database in one round trip where it can.
func queryRows(ctx context.Context, requests []rowsRequest) error {
	type batch struct {
		s          *session
		statements []Statement
		read       []func(Rows) error
	}
	var batches []*batch
	for _, r := range requests {
		if r.q.none && r.q.err == nil {
			continue
		}
		s, p, err := r.q.prepare(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(batches, func(b *batch) bool { return b.s.db == s.db })
		if i < 0 {
			i = len(batches)
			batches = append(batches, &batch{s: s})
		}
		b := batches[i]
		b.statements = append(b.statements, p.statement)
		b.read = append(b.read, func(rows Rows) error {
			return r.q.read(s, p, rows, func(row unsafe.Pointer) bool { r.take(row); return true })
		})
	}
	for _, b := range batches {
		if err := b.s.QueryBatch(ctx, b.statements, func(i int, rows Rows) error { return b.read[i](rows) }); err != nil {
			return err
		}
	}
	return nil
}
