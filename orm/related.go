package orm

import (
	"context"
	"fmt"
	"unsafe"
)

// Related is the rows that belong to one row by a to-many relation (Django's
// related manager). Generated methods return it: category.Products().
type Related[T any] struct {
	rel *Relation
	row unsafe.Pointer // of rel.From
	err error
}

// RelatedTo returns the rows of relation name that belong to owner. Generated code
// calls it.
func RelatedTo[T, Owner any](owner *Owner, name string) *Related[T] {
	m := MetaOf[Owner]()
	if err := m.link(); err != nil {
		return &Related[T]{err: err}
	}
	r := m.relations[name]
	if r == nil {
		return &Related[T]{err: fmt.Errorf("orm: %s has no relation %q", m.Label(), name)}
	}
	return &Related[T]{rel: r, row: unsafe.Pointer(owner)}
}

// Related returns the tags' other face: the relation as [Related].
func (m *M2M[T]) related() *Related[T] {
	if m.field == nil {
		return &Related[T]{err: fmt.Errorf("orm: a many-to-many relation to %s of a row that is not in the database: create the row first", MetaOf[T]().Label())}
	}
	owner := m.field.Model
	if err := owner.link(); err != nil {
		return &Related[T]{err: err}
	}
	return &Related[T]{rel: m.field.Relation, row: unsafe.Add(unsafe.Pointer(m), -int(owner.fieldOffset(m.field)))}
}

// Query returns the query of the related rows.
func (m *M2M[T]) Query() *Query[T] { return m.related().Query() }

// All returns the related rows: those that were prefetched, or by a query.
func (m *M2M[T]) All(ctx context.Context) ([]*T, error) { return m.related().All(ctx) }

// Add relates rows that have been saved; those that are related already stay so.
func (m *M2M[T]) Add(ctx context.Context, rows ...*T) error { return m.related().Add(ctx, rows...) }

// Remove ends the relation to rows.
func (m *M2M[T]) Remove(ctx context.Context, rows ...*T) error {
	return m.related().Remove(ctx, rows...)
}

// Set relates these rows and no others.
func (m *M2M[T]) Set(ctx context.Context, rows ...*T) error { return m.related().Set(ctx, rows...) }

// Clear ends the relation to all rows.
func (m *M2M[T]) Clear(ctx context.Context) error { return m.related().Clear(ctx) }

// Create inserts a row and relates it.
func (m *M2M[T]) Create(ctx context.Context, row *T) error { return m.related().Create(ctx, row) }

// Count returns how many rows are related.
func (m *M2M[T]) Count(ctx context.Context) (int64, error) { return m.related().Count(ctx) }

// Query returns the query of the related rows.
func (r *Related[T]) Query() *Query[T] {
	q := Objects[T](MetaOf[T]())
	if r.err != nil {
		q.q.fail(r.err)
		return q
	}
	key, f := r.ownerKey()
	if key == nil {
		q.q.fail(fmt.Errorf("orm: %s.%s of a row without a key: save it first", r.rel.From.Label(), r.rel.Name))
		return q
	}
	if s := peekState(r.row, r.rel.From); s != nil && s.shared != nil {
		q = q.Using(s.shared.using)
	}
	if r.rel.Kind == ManyToManyRel {
		return q.Filter(equals(q.q.m.root.Step(r.rel.Inverse.Name), f, key))
	}
	return q.Filter(equals(q.q.m.root, r.rel.Field, key))
}

// ownerKey returns the value by which rows belong to the owner, and its field.
func (r *Related[T]) ownerKey() (any, *Field) {
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
func (r *Related[T]) All(ctx context.Context) ([]*T, error) {
	if rows, ok := r.prefetched(); ok {
		return rows, nil
	}
	return r.Query().All(ctx)
}

// prefetched returns the rows that Prefetch has fetched.
func (r *Related[T]) prefetched() ([]*T, bool) {
	if r.err != nil {
		return nil, false
	}
	s := peekState(r.row, r.rel.From)
	if s == nil {
		return nil, false
	}
	rows, ok := s.related[r.rel.Name]
	out := make([]*T, len(rows))
	for i, row := range rows {
		out[i] = (*T)(row)
	}
	return out, ok
}

// Count returns how many rows are related.
func (r *Related[T]) Count(ctx context.Context) (int64, error) {
	if rows, ok := r.prefetched(); ok {
		return int64(len(rows)), nil
	}
	return r.Query().Count(ctx)
}

// forget drops prefetched rows, which a change has made wrong.
func (r *Related[T]) forget() {
	if s := peekState(r.row, r.rel.From); s != nil && s.related != nil {
		delete(s.related, r.rel.Name)
	}
}

// One returns the row of a reverse one-to-one relation; without one the error is
// [ErrNotFound].
func (r *Related[T]) One(ctx context.Context) (*T, error) {
	if rows, ok := r.prefetched(); ok {
		if len(rows) == 0 {
			return nil, fmt.Errorf("%w: %s has no %s", ErrNotFound, r.rel.From.Label(), r.rel.Name)
		}
		return rows[0], nil
	}
	if r.err == nil {
		if s := peekState(r.row, r.rel.From); s != nil && s.shared != nil && fetchMode(ctx, s.shared.mode) == FetchRaise {
			return nil, fmt.Errorf("%w: %s.%s", ErrFetchBlocked, r.rel.From.Label(), r.rel.Name)
		}
	}
	row, err := r.Query().Get(ctx)
	if err == nil {
		stateOf(r.row, r.rel.From).keep(r.rel.Name, []unsafe.Pointer{unsafe.Pointer(row)})
	}
	return row, err
}
