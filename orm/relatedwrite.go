package orm

import (
	"context"
	"fmt"
	"unsafe"
)

// Add relates rows that have been saved. By a key (one-to-many) it points their
// key to the owner with one UPDATE; by a many-to-many relation it inserts the pairs
// that there are not yet.
//
//go:noinline
func (r *RelatedOf[P]) Add(ctx context.Context, rows ...P) error {
	return r.r.add(ctx, addressesOf(rows))
}

func (r *related) add(ctx context.Context, rows []unsafe.Pointer) error {
	return r.change(ctx, func(ctx context.Context, s *session) error {
		keys, err := r.keys(rows)
		if err != nil {
			return err
		}
		if r.rel.Kind == ManyToManyRel {
			return r.pairs().add(ctx, s, keys)
		}
		set, err := r.pointers(ctx, s)
		if err != nil {
			return err
		}
		return r.point(ctx, s, keys, set)
	})
}

// Remove ends the relation to rows. A key that can't be null can't end: delete the
// rows or Add them elsewhere. Rows of a generic relation are deleted, as in Django.
//
//go:noinline
func (r *RelatedOf[P]) Remove(ctx context.Context, rows ...P) error {
	return r.r.remove(ctx, addressesOf(rows))
}

func (r *related) remove(ctx context.Context, rows []unsafe.Pointer) error {
	return r.change(ctx, func(ctx context.Context, s *session) error {
		keys, err := r.keys(rows)
		if err != nil {
			return err
		}
		if r.rel.Kind == ManyToManyRel {
			return r.pairs().remove(ctx, s, keys)
		}
		if r.rel.Kind == GenericMany {
			_, err := r.query().filter([]Pred{oneOf(r.rel.To.root, r.rel.To.PK, keys)}, false).delete(ctx)
			return err
		}
		if err := r.removable(); err != nil {
			return err
		}
		q := r.query().filter([]Pred{oneOf(r.rel.To.root, r.rel.To.PK, keys)}, false)
		_, err = q.update(ctx, []Assignment{r.assign(nil)})
		return err
	})
}

// Clear ends the relation to all rows; see [RelatedOf.Remove].
//
//go:noinline
func (r *RelatedOf[P]) Clear(ctx context.Context) error { return r.r.clear(ctx) }

func (r *related) clear(ctx context.Context) error {
	return r.change(ctx, func(ctx context.Context, s *session) error {
		if r.rel.Kind == ManyToManyRel {
			return r.pairs().clear(ctx, s)
		}
		if r.rel.Kind == GenericMany {
			_, err := r.query().delete(ctx)
			return err
		}
		if err := r.removable(); err != nil {
			return err
		}
		_, err := r.query().update(ctx, []Assignment{r.assign(nil)})
		return err
	})
}

// Set relates these rows and no others: it removes and adds the difference.
//
//go:noinline
func (r *RelatedOf[P]) Set(ctx context.Context, rows ...P) error {
	return r.r.set(ctx, addressesOf(rows))
}

func (r *related) set(ctx context.Context, rows []unsafe.Pointer) error {
	return r.change(ctx, func(ctx context.Context, s *session) error {
		now, err := r.query().all(ctx)
		if err != nil {
			return err
		}
		wanted := map[any]bool{}
		for _, row := range rows {
			wanted[r.rel.To.keyAt(row)] = true
		}
		have := map[any]bool{}
		var gone, fresh []unsafe.Pointer
		for _, row := range now {
			k := r.rel.To.keyAt(row)
			if have[k] = true; !wanted[k] {
				gone = append(gone, row)
			}
		}
		for _, row := range rows {
			if !have[r.rel.To.keyAt(row)] {
				fresh = append(fresh, row)
			}
		}
		if len(gone) > 0 {
			if err := r.remove(ctx, gone); err != nil {
				return err
			}
		}
		if len(fresh) == 0 {
			return nil
		}
		return r.add(ctx, fresh)
	})
}

// change runs f in a transaction of the owner's database, and forgets what was
// prefetched.
func (r *related) change(ctx context.Context, f func(ctx context.Context, s *session) error) error {
	if r.err != nil {
		return r.err
	}
	if key, _ := r.ownerKey(); key == nil {
		return fmt.Errorf("orm: %s.%s of a row without a key: save it first", r.rel.From.Label(), r.rel.Name)
	}
	using := ""
	if s := peekState(r.row, r.rel.From); s != nil && s.shared != nil {
		using = s.shared.using
	}
	if r.rel.Kind == GenericMany { // before the transaction, so that its key is remembered
		if _, err := contentTypeKey(ctx, using, r.rel.ContentType.Relation.To, r.rel.From); err != nil {
			return err
		}
	}
	return AtomicWith(ctx, &AtomicOptions{Using: using}, func(ctx context.Context) error {
		s, err := sessionFor(ctx, using, r.rel.To, true)
		if err != nil {
			return err
		}
		r.forget()
		return f(ctx, s)
	})
}

// keys returns the keys of rows that have been saved, each once.
func (r *related) keys(rows []unsafe.Pointer) ([]any, error) {
	f := r.rel.To.PK
	if r.rel.Kind == ManyToManyRel {
		f = r.rel.ThroughTo.Relation.ToField
	}
	seen := map[any]bool{}
	var keys []any
	for _, row := range rows {
		if row == nil {
			return nil, fmt.Errorf("orm: %s.%s: a nil row", r.rel.From.Label(), r.rel.Name)
		}
		k := r.rel.To.memoryValue(f, row)
		if isZero(k) {
			return nil, fmt.Errorf("orm: %s.%s: a row without a key: save it first", r.rel.From.Label(), r.rel.Name)
		}
		if !seen[k] {
			seen[k] = true
			keys = append(keys, k)
		}
	}
	return keys, nil
}

func (r *related) removable() error {
	if r.rel.Field.Null {
		return nil
	}
	return fmt.Errorf("orm: %s can't be null, so rows can't be taken from %s.%s: delete them, or add them elsewhere", r.rel.Field, r.rel.From.Label(), r.rel.Name)
}

func (r *related) assign(v any) Assignment {
	return Assignment{&colNode{path: r.rel.To.root, name: r.rel.Field.Name}, &valNode{v: v, f: r.rel.Field}}
}

// pointers are what point a row to the owner.
func (r *related) pointers(ctx context.Context, s *session) ([]Assignment, error) {
	owner, _ := r.ownerKey()
	if r.rel.Kind == GenericMany {
		return r.genericPointers(ctx, s, owner)
	}
	return []Assignment{r.assign(owner)}, nil
}

// point makes rows point to the owner.
func (r *related) point(ctx context.Context, s *session, keys []any, set []Assignment) error {
	for len(keys) > 0 {
		n := min(len(keys), keyChunk)
		q := (&query{m: r.rel.To, limit: -1, using: s.alias}).filter([]Pred{oneOf(r.rel.To.root, r.rel.To.PK, keys[:n])}, false)
		if _, err := q.update(ctx, set); err != nil {
			return err
		}
		keys = keys[n:]
	}
	return nil
}
