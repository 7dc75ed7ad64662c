package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"unsafe"
)

// ThroughDefaults returns the relation with values for the pairs that its Add, Set,
// Create, GetOrCreate and UpdateOrCreate make, where the pairs have a model of their
// own (Django's through_defaults):
//
//	err := book.Authors.ThroughDefaults(shop.AuthorshipF.Role.Set("editor")).Add(ctx, author)
func (r *RelatedOf[P]) ThroughDefaults(defaults ...Assignment) *RelatedOf[P] {
	return &RelatedOf[P]{r.r.throughDefaults(defaults)}
}

// ThroughDefaults returns the relation with values for new pairs; see
// [RelatedOf.ThroughDefaults].
//
//go:noinline
func (m *ManyOf[P]) ThroughDefaults(defaults ...Assignment) *RelatedOf[P] {
	return m.related().ThroughDefaults(defaults...)
}

func (r related) throughDefaults(defaults []Assignment) related {
	if r.err == nil && r.rel.Kind != ManyToManyRel {
		r.err = fmt.Errorf("orm: ThroughDefaults: %s.%s is not many-to-many", r.rel.From.Label(), r.rel.Name)
	}
	r.defaults = defaults
	return r
}

// Create inserts a row and relates it: it sets the row's key to the owner, or adds the
// pair.
//
//go:noinline
func (r *RelatedOf[P]) Create(ctx context.Context, row P) error {
	return r.r.create(ctx, addressOf(row))
}

func (r *related) create(ctx context.Context, row unsafe.Pointer) error {
	return r.change(ctx, func(ctx context.Context, s *session) error {
		if row == nil {
			return r.rel.To.errNilRow("create")
		}
		switch r.rel.Kind {
		case ManyToManyRel:
		case GenericMany:
			if err := r.pointGeneric(ctx, s, row); err != nil {
				return err
			}
		default:
			owner, _ := r.ownerKey()
			if err := setKey(r.rel.To, r.rel.Field, row, owner, r.row); err != nil {
				return err
			}
		}
		if err := r.rel.To.save(ctx, row, &SaveOptions{ForceInsert: true, Using: s.alias}); err != nil {
			return err
		}
		if r.rel.Kind != ManyToManyRel {
			return nil
		}
		return r.add(ctx, []unsafe.Pointer{row})
	})
}

// setKey writes a key into a row, with the row that it points to.
func setKey(m *Meta, f *Field, row unsafe.Pointer, key any, obj unsafe.Pointer) error {
	at := unsafe.Add(row, m.fieldOffset(f))
	key, err := keyFor(f, key)
	if err != nil {
		return err
	}
	reflect.NewAt(kindType(f), at).Elem().Set(reflect.ValueOf(key))
	if f.Null {
		*(*bool)(unsafe.Add(at, f.nullOff)) = true
	}
	if f.typed {
		*(*unsafe.Pointer)(unsafe.Add(at, f.objOff)) = obj
	}
	return nil
}

// GetOrCreate returns the only related row that fits the conditions; where there is
// none it creates row, which should fit them, and relates it as Create does. A row that
// fits them and belongs to another owner is not looked for. See [QueryOf.GetOrCreate].
//
//	line, created, err := order.Lines().GetOrCreate(ctx, &shop.Line{Product: orm.To(p), N: 1}, shop.LineF.ProductID.Eq(p.ID))
//
//go:noinline
func (r *RelatedOf[P]) GetOrCreate(ctx context.Context, row P, preds ...Pred) (_ P, created bool, err error) {
	at, created, err := r.r.getOrCreate(ctx, addressOf(row), nil, preds)
	return rowAt[P](at), created, err
}

// GetOrCreate returns the only related row that fits the conditions, or creates and
// relates row; see [RelatedOf.GetOrCreate].
//
//go:noinline
func (m *ManyOf[P]) GetOrCreate(ctx context.Context, row P, preds ...Pred) (_ P, created bool, err error) {
	return m.related().GetOrCreate(ctx, row, preds...)
}

func (r *related) getOrCreate(ctx context.Context, row unsafe.Pointer, lock *LockOptions, preds []Pred) (_ unsafe.Pointer, created bool, err error) {
	if r.err != nil {
		return nil, false, r.err
	}
	q, err := r.query().writing(ctx)
	if err != nil {
		return nil, false, err
	}
	q.lock = lock
	found, err := q.get(ctx, preds)
	if !errors.Is(err, ErrNotFound) {
		return found, false, err
	}
	err = r.create(ctx, row)
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

// UpdateOrCreate changes and saves the only related row that fits the conditions,
// locked meanwhile; where there is none it creates the row that create returns, changed
// too, and relates it. See [QueryOf.UpdateOrCreate].
//
//go:noinline
func (r *RelatedOf[P]) UpdateOrCreate(ctx context.Context, create func() P, change func(row P), preds ...Pred) (row P, created bool, err error) {
	at, created, err := r.r.updateOrCreate(ctx, func() unsafe.Pointer { return addressOf(create()) },
		func(at unsafe.Pointer) { change(rowAt[P](at)) }, preds)
	return rowAt[P](at), created, err
}

// UpdateOrCreate changes the only related row that fits the conditions, or creates and
// relates one; see [RelatedOf.UpdateOrCreate].
//
//go:noinline
func (m *ManyOf[P]) UpdateOrCreate(ctx context.Context, create func() P, change func(row P), preds ...Pred) (row P, created bool, err error) {
	return m.related().UpdateOrCreate(ctx, create, change, preds...)
}

func (r *related) updateOrCreate(ctx context.Context, create func() unsafe.Pointer, change func(unsafe.Pointer), preds []Pred) (row unsafe.Pointer, created bool, err error) {
	err = r.change(ctx, func(ctx context.Context, s *session) error {
		fresh := create()
		if fresh == nil {
			return r.rel.To.errNilRow("create")
		}
		change(fresh)
		row, created, err = r.getOrCreate(ctx, fresh, &LockOptions{}, preds)
		if err != nil || created {
			return err
		}
		change(row)
		return r.rel.To.save(ctx, row, &SaveOptions{Using: s.alias})
	})
	if err != nil {
		return nil, false, err
	}
	return row, created, nil
}
