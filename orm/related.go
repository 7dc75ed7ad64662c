package orm

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"unsafe"
)

// Related is the rows that belong to one row by a to-many relation (Django's
// related manager). Generated methods return it: category.Products().
type Related[T any] = RelatedOf[*T]

// RelatedOf is [Related] by the type of its rows, which is a pointer; see [QueryOf].
type RelatedOf[P any] struct{ r related }

// related is what a RelatedOf[P] holds, whatever P is.
type related struct {
	rel *Relation
	row unsafe.Pointer // of rel.From
	err error
	// defaults are what new pairs hold beside their keys.
	defaults []Assignment
}

// RelatedTo returns the rows of relation name that belong to owner; they are of type
// P, a pointer to a model. Generated code calls it.
//
//go:noinline
func RelatedTo[P any](owner Row, name string) *RelatedOf[P] {
	return &RelatedOf[P]{relatedTo(reflect.TypeOf(owner), reflect.ValueOf(owner).UnsafePointer(), name)}
}

func relatedTo(owner reflect.Type, row unsafe.Pointer, name string) related {
	m, err := modelOfType(owner)
	if err != nil {
		return related{err: err}
	}
	r := m.relations[name]
	if r == nil {
		return related{err: fmt.Errorf("orm: %s has no relation %q", m.Label(), name)}
	}
	return related{rel: r, row: row}
}

// related returns the relation's other face.
func (m *ManyOf[P]) related() *RelatedOf[P] {
	return &RelatedOf[P]{relatedBy(m.field, unsafe.Pointer(m), reflect.TypeFor[P]())}
}

func relatedBy(f *Field, at unsafe.Pointer, rows reflect.Type) related {
	if f == nil {
		return related{err: fmt.Errorf("orm: a many-to-many relation to %s of a row that is not in the database: create the row first", rows.Elem().Name())}
	}
	if err := f.Model.link(); err != nil {
		return related{err: err}
	}
	return related{rel: f.Relation, row: unsafe.Add(at, -int(f.Model.fieldOffset(f)))}
}

// Query returns the query of the related rows.
//
//go:noinline
func (m *ManyOf[P]) Query() *QueryOf[P] { return m.related().Query() }

// All returns the related rows: those that were prefetched, or by a query.
//
//go:noinline
func (m *ManyOf[P]) All(ctx context.Context) ([]P, error) { return m.related().All(ctx) }

// Add relates rows that have been saved; those that are related already stay so.
//
//go:noinline
func (m *ManyOf[P]) Add(ctx context.Context, rows ...P) error { return m.related().Add(ctx, rows...) }

// Remove ends the relation to rows.
//
//go:noinline
func (m *ManyOf[P]) Remove(ctx context.Context, rows ...P) error {
	return m.related().Remove(ctx, rows...)
}

// Set relates these rows and no others.
//
//go:noinline
func (m *ManyOf[P]) Set(ctx context.Context, rows ...P) error { return m.related().Set(ctx, rows...) }

// Clear ends the relation to all rows.
//
//go:noinline
func (m *ManyOf[P]) Clear(ctx context.Context) error { return m.related().Clear(ctx) }

// Create inserts a row and relates it.
//
//go:noinline
func (m *ManyOf[P]) Create(ctx context.Context, row P) error { return m.related().Create(ctx, row) }

// Count returns how many rows are related.
//
//go:noinline
func (m *ManyOf[P]) Count(ctx context.Context) (int64, error) { return m.related().Count(ctx) }

// Query returns the query of the related rows.
//
//go:noinline
func (r *RelatedOf[P]) Query() *QueryOf[P] { return &QueryOf[P]{r.r.queryOf(reflect.TypeFor[P]())} }

// queryOf is query for a relation that may not be known.
func (r *related) queryOf(rows reflect.Type) *query {
	if r.err == nil {
		return r.query()
	}
	q := &query{m: defined.byType[rows.Elem()], limit: -1}
	q.fail(r.err)
	return q
}

func (r *related) query() *query {
	q := &query{m: r.rel.To, limit: -1}
	key, f := r.ownerKey()
	if key == nil {
		q.fail(fmt.Errorf("orm: %s.%s of a row without a key: save it first", r.rel.From.Label(), r.rel.Name))
		return q
	}
	if s := peekState(r.row, r.rel.From); s != nil && s.shared != nil {
		q.using = s.shared.using
	}
	if r.rel.Kind == ManyToManyRel {
		return q.filter([]Pred{equals(q.m.root.Step(r.rel.Inverse.Name), f, key)}, false)
	}
	if r.rel.Kind == GenericMany {
		return q.filter([]Pred{r.rel.pointing([]any{key})}, false)
	}
	return q.filter([]Pred{equals(q.m.root, r.rel.Field, key)}, false)
}

// ownerKey returns the value by which rows belong to the owner, and its field.
func (r *related) ownerKey() (any, *Field) {
	f := r.rel.From.PK
	switch {
	case r.rel.Kind == ManyToManyRel:
		f = r.rel.ThroughFrom.Relation.ToField
	case r.rel.Inverse != nil && r.rel.Inverse.ToField != nil:
		f = r.rel.Inverse.ToField
	}
	key := r.rel.From.memoryValue(f, r.row)
	if f.Auto && isZero(key) {
		return nil, f
	}
	return key, f
}

// All returns the related rows: those that were prefetched, or by a query.
//
//go:noinline
func (r *RelatedOf[P]) All(ctx context.Context) ([]P, error) {
	rows, err := r.r.all(ctx)
	return rowsAt[P](rows), err
}

func (r *related) all(ctx context.Context) ([]unsafe.Pointer, error) {
	if r.err != nil {
		return nil, r.err
	}
	if rows, ok := r.prefetched(); ok {
		return slices.Clone(rows), nil
	}
	return r.query().all(ctx)
}

// prefetched returns the rows that Prefetch has fetched.
func (r *related) prefetched() ([]unsafe.Pointer, bool) {
	if r.err != nil {
		return nil, false
	}
	s := peekState(r.row, r.rel.From)
	if s == nil {
		return nil, false
	}
	rows, ok := s.related[r.rel.Name]
	return rows, ok
}

// Count returns how many rows are related.
//
//go:noinline
func (r *RelatedOf[P]) Count(ctx context.Context) (int64, error) { return r.r.count(ctx) }

func (r *related) count(ctx context.Context) (int64, error) {
	if r.err != nil {
		return 0, r.err
	}
	if rows, ok := r.prefetched(); ok {
		return int64(len(rows)), nil
	}
	return r.query().count(ctx)
}

// forget drops prefetched rows, which a change has made wrong.
func (r *related) forget() {
	if s := peekState(r.row, r.rel.From); s != nil && s.related != nil {
		delete(s.related, r.rel.Name)
	}
}

// One returns the row of a reverse one-to-one relation; without one the error is
// [ErrNotFound].
//
//go:noinline
func (r *RelatedOf[P]) One(ctx context.Context) (P, error) {
	row, err := r.r.one(ctx)
	return rowAt[P](row), err
}

func (r *related) one(ctx context.Context) (unsafe.Pointer, error) {
	if r.err != nil {
		return nil, r.err
	}
	if rows, ok := r.prefetched(); ok {
		if len(rows) == 0 {
			return nil, fmt.Errorf("%w: %s has no %s", ErrNotFound, r.rel.From.Label(), r.rel.Name)
		}
		return rows[0], nil
	}
	if s := peekState(r.row, r.rel.From); s != nil && s.shared != nil && fetchMode(ctx, s.shared.mode) == FetchRaise {
		return nil, fmt.Errorf("%w: %s.%s", ErrFetchBlocked, r.rel.From.Label(), r.rel.Name)
	}
	row, err := r.query().get(ctx, nil)
	if err == nil {
		stateOf(r.row, r.rel.From).keep(r.rel.Name, []unsafe.Pointer{row})
	}
	return row, err
}
