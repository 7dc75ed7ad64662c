package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// Prefetcher is a relation to fetch for all rows of a query at once: a relation of
// a descriptor, also one of several steps (CategoryF.Products().Tags()), or what
// [With] returns.
type Prefetcher interface{ relPath() *Path }

// prefetch is one relation to fetch, with the rows to choose from.
type prefetch struct {
	path *Path
	q    *query // nil: all rows
}

// With prefetches a relation, but only the rows of q, in its order, with what it
// annotates and prefetches itself. A query of another model is an error of the
// query that prefetches.
func With(relation RelatedPath, q AnyQuery) Prefetcher {
	return with{prefetch{path: relation.relPath(), q: q.core()}}
}

// with is a relation with the rows to choose from.
type with struct{ p prefetch }

func (w with) relPath() *Path { return w.p.path }

// prefetchOf returns what a Prefetcher asks for.
func prefetchOf(p Prefetcher) prefetch {
	if w, ok := p.(with); ok {
		return w.p
	}
	return prefetch{path: p.relPath()}
}

// prefetchRows fetches the relations of q for its rows.
func (q *query) prefetchRows(ctx context.Context, rows []unsafe.Pointer) error {
	at := map[*Path][]unsafe.Pointer{q.m.root: rows}
	for _, p := range q.prefetch {
		if err := prefetchPath(ctx, q, prefetchOf(p), at); err != nil {
			return err
		}
	}
	return nil
}

// prefetchPath fetches along p.path; at holds the rows of the paths fetched before.
func prefetchPath(ctx context.Context, q *query, p prefetch, at map[*Path][]unsafe.Pointer) error {
	var steps []*Path
	for path := p.path; path != q.m.root; path = path.parent {
		if path == nil {
			return fmt.Errorf("orm: Prefetch: %s is no relation of %s", p.path, q.m.Label())
		}
		steps = append(steps, path)
	}
	for i := len(steps) - 1; i >= 0; i-- {
		path := steps[i]
		last := i == 0
		if _, done := at[path]; done && !(last && p.q != nil) {
			continue
		}
		r, err := path.relation()
		if err != nil {
			return err
		}
		parents := at[path.parent]
		if rows, loaded := alreadyLoaded(r, parents); loaded && p.q == nil {
			at[path] = rows
			continue
		}
		from := &query{m: r.To, limit: -1, mode: q.mode}
		if last && p.q != nil {
			if from = p.q; from.m != r.To {
				return fmt.Errorf("orm: Prefetch: With(%s, …) takes a query of %s, not of %s", path, r.To.Label(), from.m.Label())
			}
		}
		if from.using == "" {
			from = from.with(func(n *query) { n.using = q.using })
		}
		rows, err := fetchRelation(ctx, r, parents, from)
		if err != nil {
			return fmt.Errorf("prefetch %s: %w", path, err)
		}
		at[path] = rows
	}
	return nil
}

// alreadyLoaded returns the rows of a forward relation that select_related has
// fetched with the parents.
func alreadyLoaded(r *Relation, parents []unsafe.Pointer) ([]unsafe.Pointer, bool) {
	if r.Reverse || r.Many() {
		return nil, false
	}
	var rows []unsafe.Pointer
	off := r.From.fieldOffset(r.Field)
	for _, parent := range parents {
		at := unsafe.Add(parent, off)
		if r.Field.Null && !*(*bool)(unsafe.Add(at, r.Field.nullOff)) {
			continue
		}
		obj := *(*unsafe.Pointer)(unsafe.Add(at, r.Field.objOff))
		if obj == nil {
			return nil, false
		}
		rows = append(rows, obj)
	}
	return rows, true
}

// fetchRelation fetches the related rows of all parents, gives each parent its
// own, and returns them all.
func fetchRelation(ctx context.Context, r *Relation, parents []unsafe.Pointer, q *query) ([]unsafe.Pointer, error) {
	if len(parents) == 0 {
		return nil, nil
	}
	if q.sliced() {
		return nil, errors.New("orm: a prefetched query has no Limit: it would count the rows of all parents together")
	}
	switch r.Kind {
	case GenericMany:
		return fetchGeneric(ctx, r, parents, q)
	case GenericBack:
		return nil, errors.New("orm: the relation is for conditions; contenttypes.PrefetchTargets fetches the objects")
	}
	if r.Kind == ManyToManyRel {
		return fetchManyToMany(ctx, r, parents, q)
	}
	if r.Reverse {
		return fetchReverse(ctx, r, parents, q)
	}
	return fetchForward(ctx, r, parents, q)
}

// keysOf returns the values of field f of the rows, each once.
func keysOf(m *Meta, f *Field, rows []unsafe.Pointer) []any {
	seen := map[any]bool{}
	var keys []any
	for _, row := range rows {
		k := m.memoryValue(f, row)
		if k != nil && !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys
}

// keyChunk is how many keys one statement asks for.
const keyChunk = 10_000

// rowsByKeys runs q for rows whose field has one of the keys.
func rowsByKeys(ctx context.Context, q *query, cond func(keys []any) Pred, keys []any) ([]unsafe.Pointer, error) {
	var out []unsafe.Pointer
	for len(keys) > 0 {
		n := min(len(keys), keyChunk)
		sub := q.filter([]Pred{cond(keys[:n])}, false)
		var chunk []unsafe.Pointer
		if err := sub.each(ctx, func(row unsafe.Pointer) bool { chunk = append(chunk, row); return true }); err != nil {
			return nil, err
		}
		if len(sub.prefetch) > 0 && len(chunk) > 0 {
			if err := sub.prefetchRows(ctx, chunk); err != nil {
				return nil, err
			}
		}
		out = append(out, chunk...)
		keys = keys[n:]
	}
	return out, nil
}

func fetchForward(ctx context.Context, r *Relation, parents []unsafe.Pointer, q *query) ([]unsafe.Pointer, error) {
	to := r.ToField
	keys := keysOf(r.From, r.Field, parents)
	rows, err := rowsByKeys(ctx, q, func(keys []any) Pred { return oneOf(q.m.root, to, keys) }, keys)
	if err != nil {
		return nil, err
	}
	byKey := map[any]unsafe.Pointer{}
	for _, row := range rows {
		byKey[r.To.memoryValue(to, row)] = row
	}
	for _, parent := range parents {
		if row := byKey[r.From.memoryValue(r.Field, parent)]; row != nil {
			setObj(parent, r.Field, r.From, row)
		}
	}
	return rows, nil
}

func fetchReverse(ctx context.Context, r *Relation, parents []unsafe.Pointer, q *query) ([]unsafe.Pointer, error) {
	keyField := r.Inverse.ToField
	keys := keysOf(r.From, keyField, parents)
	rows, err := rowsByKeys(ctx, q, func(keys []any) Pred { return oneOf(q.m.root, r.Field, keys) }, keys)
	if err != nil {
		return nil, err
	}
	owners := map[any][]unsafe.Pointer{}
	for _, parent := range parents {
		k := r.From.memoryValue(keyField, parent)
		owners[k] = append(owners[k], parent)
	}
	sets := map[any][]unsafe.Pointer{}
	for _, row := range rows {
		k := r.To.memoryValue(r.Field, row)
		sets[k] = append(sets[k], row)
		if own := owners[k]; len(own) > 0 && r.Field.typed {
			setObj(row, r.Field, r.To, own[0])
		}
	}
	for k, own := range owners {
		for _, parent := range own {
			stateOf(parent, r.From).keep(r.Name, sets[k])
		}
	}
	return rows, nil
}

// fetchManyToMany selects with each row the key of the parent that it belongs to.
func fetchManyToMany(ctx context.Context, r *Relation, parents []unsafe.Pointer, q *query) ([]unsafe.Pointer, error) {
	keyField := r.ThroughFrom.Relation.ToField
	back := q.m.root.Step(r.Inverse.Name)
	owner := &colNode{path: back, name: keyField.Name}
	ann := boxedAnnotation("prefetch_owner", owner, keyField)
	var rows []unsafe.Pointer
	keys := keysOf(r.From, keyField, parents)
	sets := map[any][]unsafe.Pointer{}
	for len(keys) > 0 {
		n := min(len(keys), keyChunk)
		sub := q.filter([]Pred{oneOf(back, keyField, keys[:n])}, false)
		sub = sub.with(func(q *query) { q.steps = append(q.steps, step{ann: ann}) })
		keys = keys[n:]
		var chunk []unsafe.Pointer
		err := sub.each(ctx, func(row unsafe.Pointer) bool {
			k := keptAnnotation(row, r.To, ann)
			sets[k] = append(sets[k], row)
			chunk = append(chunk, row)
			return true
		})
		if err != nil {
			return nil, err
		}
		if len(q.prefetch) > 0 && len(chunk) > 0 {
			if err := q.prefetchRows(ctx, chunk); err != nil {
				return nil, err
			}
		}
		rows = append(rows, chunk...)
	}
	for _, parent := range parents {
		stateOf(parent, r.From).keep(r.Name, sets[r.From.memoryValue(keyField, parent)])
	}
	return rows, nil
}

// boxedAnnotation selects an expression with the type of a field, for use inside
// of this package.
func boxedAnnotation(name string, n Node, f *Field) *annotation {
	t := kindType(f)
	st := scanStep{kind: f.Kind, field: f}
	return &annotation{
		name:  name,
		n:     n,
		chunk: func(n int) any { return reflect.MakeSlice(reflect.SliceOf(t), n, n) },
		read: func(values any, i int, rows Rows, column int) error {
			if rows.IsNull(column) {
				return nil
			}
			return readOne(rows, column, &st, values.(reflect.Value).Index(i).Addr())
		},
		boxed: func(values any, i int) any { return values.(reflect.Value).Index(i).Interface() },
	}
}

// keptAnnotation returns the value of an annotation of a row.
func keptAnnotation(row unsafe.Pointer, m *Meta, a *annotation) any {
	s := peekState(row, m)
	if s == nil || s.shared == nil {
		return nil
	}
	for _, column := range s.shared.annotations {
		if column.of == a {
			return a.boxed(column.values, s.index)
		}
	}
	return nil
}
