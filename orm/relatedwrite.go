package orm

import (
	"context"
	"fmt"
	"reflect"
	"unsafe"
)

// Add relates rows that have been saved. By a key (one-to-many) it points their
// key to the owner with one UPDATE; by a many-to-many relation it inserts the pairs
// that there are not yet.
//
//go:noinline
func (r *RelatedOf[P]) Add(ctx context.Context, rows ...P) error {
	return r.r.add(ctx, nil, addressesOf(rows))
}

// AddWith is Add, and gives the pairs of a many-to-many relation with a model of its
// own (through) the values of these assignments (Django's through_defaults).
//
//go:noinline
func (r *RelatedOf[P]) AddWith(ctx context.Context, defaults []Assignment, rows ...P) error {
	return r.r.add(ctx, defaults, addressesOf(rows))
}

func (r *related) add(ctx context.Context, defaults []Assignment, rows []unsafe.Pointer) error {
	return r.change(ctx, func(ctx context.Context, s *session) error {
		keys, err := r.keys(rows)
		if err != nil {
			return err
		}
		if r.rel.Kind == ManyToManyRel {
			return r.pairs().add(ctx, s, keys, defaults)
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
		return r.add(ctx, nil, fresh)
	})
}

// Create inserts a row and relates it.
//
//go:noinline
func (r *RelatedOf[P]) Create(ctx context.Context, row P) error {
	return r.r.create(ctx, addressOf(row))
}

func (r *related) create(ctx context.Context, row unsafe.Pointer) error {
	return r.change(ctx, func(ctx context.Context, s *session) error {
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
		return r.pairs().add(ctx, s, []any{r.rel.To.keyAt(row)}, nil)
	})
}

// setKey writes a key into a row, with the row that it points to.
func setKey(m *Meta, f *Field, row unsafe.Pointer, key any, obj unsafe.Pointer) error {
	at := unsafe.Add(row, m.fieldOffset(f))
	v := reflect.NewAt(kindType(f), at).Elem()
	if !reflect.TypeOf(key).ConvertibleTo(v.Type()) {
		return fmt.Errorf("orm: a key of type %T does not go into %s", key, f)
	}
	v.Set(reflect.ValueOf(key).Convert(v.Type()))
	if f.Null {
		*(*bool)(unsafe.Add(at, f.nullOff)) = true
	}
	if f.typed {
		*(*unsafe.Pointer)(unsafe.Add(at, f.objOff)) = obj
	}
	return nil
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

// pairTable writes the pairs of a many-to-many relation, seen from one owner.
type pairTable struct {
	rel   *Relation
	owner any
	row   unsafe.Pointer
}

func (r *related) pairs() *pairTable {
	owner, _ := r.ownerKey()
	return &pairTable{r.rel, owner, r.row}
}

// existing returns which of the keys are related already.
func (p *pairTable) existing(ctx context.Context, s *session, keys []any) (map[any]bool, error) {
	have := map[any]bool{}
	for len(keys) > 0 {
		n := min(len(keys), keyChunk)
		q := (&query{m: p.rel.Through, limit: -1, using: s.alias, ordered: true}).filter([]Pred{
			equals(p.rel.Through.root, p.rel.ThroughFrom, p.owner), oneOf(p.rel.Through.root, p.rel.ThroughTo, keys[:n])}, false)
		q = q.with(func(q *query) {
			q.values = &valuesOf{items: []valueItem{{"to", &colNode{path: p.rel.Through.root, name: p.rel.ThroughTo.Name}, p.rel.ThroughTo}},
				anns: map[string]bool{}, at: len(q.steps)}
		})
		for row, err := range (&ValuesQuery{q}).Each(ctx) {
			if err != nil {
				return nil, err
			}
			have[row[0]] = true
		}
		keys = keys[n:]
	}
	return have, nil
}

func (p *pairTable) add(ctx context.Context, s *session, keys []any, defaults []Assignment) error {
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
	if err := p.insert(ctx, s, fresh, defaults); err != nil {
		return err
	}
	return m2mChanged(ctx, event, false)
}

// insert writes the pairs, both ways round for a symmetrical relation.
func (p *pairTable) insert(ctx context.Context, s *session, keys []any, defaults []Assignment) error {
	var pairs [][2]any
	for _, k := range keys {
		pairs = append(pairs, [2]any{p.owner, k})
		if p.rel.Symmetrical && k != p.owner {
			pairs = append(pairs, [2]any{k, p.owner})
		}
	}
	columns := []*Field{p.rel.ThroughFrom, p.rel.ThroughTo}
	for _, a := range defaults {
		f, err := a.col.field()
		if err != nil {
			return err
		}
		if f.Model != p.rel.Through {
			return fmt.Errorf("orm: %s is no field of %s", f, p.rel.Through.Label())
		}
		columns = append(columns, f)
	}
	const chunk = 200
	for len(pairs) > 0 {
		n := min(len(pairs), chunk)
		c := newCompiler(s.Dialect(), s.zone())
		if !c.d.Features.OnConflict {
			c.SQL("INSERT IGNORE INTO ")
		} else {
			c.SQL("INSERT INTO ")
		}
		c.columnsOf(p.rel.Through, columns)
		c.SQL(" VALUES ")
		for i, pair := range pairs[:n] {
			if i > 0 {
				c.SQL(", ")
			}
			c.SQL("(")
			c.columnValue(p.rel.ThroughFrom, pair[0])
			c.SQL(", ")
			c.columnValue(p.rel.ThroughTo, pair[1])
			for k, a := range defaults {
				c.SQL(", ")
				c.assigned(columns[2+k], a.n)
			}
			c.SQL(")")
		}
		if c.d.Features.OnConflict {
			c.SQL(" ON CONFLICT DO NOTHING")
		}
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
