package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// GetOrCreate returns the only row of the query that fits the conditions; where
// there is none it creates row, which should fit them. Two programs that do the
// same at once get the same row, if a unique constraint forbids a second one.
//
//	tag, created, err := shop.Tags.GetOrCreate(ctx, &shop.Tag{Name: "new"}, shop.TagF.Name.Eq("new"))
func (q *QueryOf[P]) GetOrCreate(ctx context.Context, row P, preds ...Pred) (_ P, created bool, err error) {
	at, created, err := q.q.getOrCreate(ctx, addressOf(row), preds)
	return rowAt[P](at), created, err
}

// writing returns the query on the database that writes of its model go to: what a
// program will change it should not read from a replica.
func (q *query) writing(ctx context.Context) (*query, error) {
	s, err := sessionFor(ctx, q.using, q.m, true)
	if err != nil {
		return nil, err
	}
	return q.with(func(q *query) { q.using = s.alias }), nil
}

func (q *query) getOrCreate(ctx context.Context, row unsafe.Pointer, preds []Pred) (_ unsafe.Pointer, created bool, err error) {
	q, err = q.writing(ctx)
	if err != nil {
		return nil, false, err
	}
	found, err := q.get(ctx, preds)
	if !errors.Is(err, ErrNotFound) {
		return found, false, err
	}
	err = AtomicWith(ctx, &AtomicOptions{Using: q.using}, func(ctx context.Context) error {
		return q.create(ctx, row)
	})
	if err == nil {
		return row, true, nil
	}
	if errors.Is(err, ErrIntegrity) {
		if found, again := q.get(ctx, preds); again == nil {
			return found, false, nil
		}
	}
	return nil, false, err
}

// UpdateOrCreate changes and saves the only row of the query that fits the
// conditions, locked meanwhile; where there is none it creates the row that create
// returns, changed too.
//
//go:noinline
func (q *QueryOf[P]) UpdateOrCreate(ctx context.Context, create func() P, change func(row P), preds ...Pred) (row P, created bool, err error) {
	at, created, err := q.q.updateOrCreate(ctx, func() unsafe.Pointer { return addressOf(create()) },
		func(at unsafe.Pointer) { change(rowAt[P](at)) }, preds)
	return rowAt[P](at), created, err
}

func (q *query) updateOrCreate(ctx context.Context, create func() unsafe.Pointer, change func(unsafe.Pointer), preds []Pred) (row unsafe.Pointer, created bool, err error) {
	q, err = q.writing(ctx)
	if err != nil {
		return nil, false, err
	}
	locked := q.with(func(q *query) { q.lock = &LockOptions{} })
	err = AtomicWith(ctx, &AtomicOptions{Using: q.using}, func(ctx context.Context) error {
		fresh := create()
		change(fresh)
		row, created, err = locked.getOrCreate(ctx, fresh, preds)
		if err != nil || created {
			return err
		}
		change(row)
		return q.m.save(ctx, row, &SaveOptions{Using: q.using})
	})
	return row, created, err
}

// Refresh reads a row again from its database, all columns or only these. What was
// fetched with it (relations, annotations) is forgotten.
func Refresh(ctx context.Context, row Row, columns ...AnyExpr) error {
	m, at, err := rowOf(row)
	if err != nil {
		return err
	}
	return m.refresh(ctx, at, nil, columns)
}

// RefreshFrom is [Refresh] by a query of the row's model (Django's from_queryset): it
// may lock the row, see only some rows (ErrNotFound for others), and what it annotates,
// joins and prefetches is the row's afterwards, unless columns are given.
//
//	err := orm.RefreshFrom(ctx, account, Accounts.SelectForUpdate(nil))
func RefreshFrom(ctx context.Context, row Row, q AnyQuery, columns ...AnyExpr) error {
	m, at, err := rowOf(row)
	if err != nil {
		return err
	}
	from := q.core()
	switch {
	case from.m != m:
		return fmt.Errorf("orm: refresh a %s from a query of %s", m.Label(), from.m.Label())
	case from.values != nil || from.combined != nil || from.sliced():
		return fmt.Errorf("orm: refresh a %s from values, a union, or a query with Limit or Offset", m.Label())
	}
	return m.refresh(ctx, at, from, columns)
}

func (m *Meta) refresh(ctx context.Context, base unsafe.Pointer, from *query, columns []AnyExpr) error {
	if base == nil {
		return m.errNilRow("refresh")
	}
	key := m.keyAt(base)
	if isZero(key) && m.PK.Auto {
		return fmt.Errorf("orm: refresh %s: %w: the row has no key", m.Label(), ErrNotFound)
	}
	if from == nil {
		from = &query{m: m, limit: -1}
	}
	q := from.filter([]Pred{m.isRow(base)}, false)
	if s := peekState(base, m); s != nil && s.shared != nil && q.using == "" {
		q.using = s.shared.using
	}
	if len(columns) > 0 {
		q.only = q.columns("Only", columns)
	}
	fresh, err := q.get(ctx, nil)
	if err != nil {
		return err
	}
	if len(columns) == 0 {
		reflect.NewAt(m.Type, base).Elem().Set(reflect.NewAt(m.Type, fresh).Elem())
		return nil
	}
	for _, e := range columns {
		f, err := e.node().(*colNode).field()
		if err != nil {
			return err
		}
		m.copyField(f, base, fresh)
	}
	return nil
}

// copyField copies one field from a row to another.
func (m *Meta) copyField(f *Field, to, from unsafe.Pointer) {
	offset := m.fieldOffset(f)
	reflect.NewAt(f.valueType, unsafe.Add(to, offset)).Elem().Set(reflect.NewAt(f.valueType, unsafe.Add(from, offset)).Elem())
	if f.Null {
		*(*bool)(unsafe.Add(to, offset+f.nullOff)) = *(*bool)(unsafe.Add(from, offset+f.nullOff))
	}
	if f.typed {
		*(*unsafe.Pointer)(unsafe.Add(to, offset+f.objOff)) = *(*unsafe.Pointer)(unsafe.Add(from, offset+f.objOff))
	}
}
