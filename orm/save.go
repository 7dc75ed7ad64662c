package orm

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"
	"unsafe"

	"github.com/nuages-web/nuages/civil"
)

// SaveOptions refine [SaveWith].
type SaveOptions struct {
	// ForceInsert and ForceUpdate say what to do where Save would find out: an
	// insert of a key that there is fails with ErrUnique, an update of one that
	// there is not with ErrNotFound.
	ForceInsert, ForceUpdate bool
	// Fields are the columns to update; nil is all. An update of fields never
	// inserts.
	Fields []AnyExpr
	// Using is the alias of the database; "" is the one that the row came from,
	// or the router's choice.
	Using string
	// Raw writes the row as it is, for fixtures: without auto_now, hooks and the tables
	// of parents. Signals tell of it by SaveEvent.Raw.
	Raw bool
}

// Save writes a row: an UPDATE where it came from the database or has a key, an
// INSERT otherwise, and where the UPDATE found no row. It writes all columns as
// the struct holds them, but for those that were deferred; auto_now fields are set
// first, and keys and columns that the database makes are read back.
//
// The row is a pointer to a model.
func Save(ctx context.Context, row Row) error { return SaveWith(ctx, row, nil) }

// SaveFields writes only these columns of a row that is in the database.
func SaveFields(ctx context.Context, row Row, fields ...AnyExpr) error {
	return SaveWith(ctx, row, &SaveOptions{Fields: append([]AnyExpr{}, fields...)})
}

// SaveWith is [Save] with options.
func SaveWith(ctx context.Context, row Row, opts *SaveOptions) error {
	m, at, err := rowOf(row)
	if err != nil {
		return err
	}
	return m.save(ctx, at, opts)
}

func (m *Meta) save(ctx context.Context, row unsafe.Pointer, opts *SaveOptions) error {
	if opts == nil {
		opts = &SaveOptions{}
	}
	if err := m.link(); err != nil {
		return err
	}
	if row == nil {
		return m.errNilRow("save")
	}
	w := &writer{m: m, base: row, opts: opts}
	return w.save(ctx)
}

// Create inserts a row and reads back the key that the database made.
//
//go:noinline
func (q *QueryOf[P]) Create(ctx context.Context, row P) error {
	return q.q.create(ctx, addressOf(row))
}

func (q *query) create(ctx context.Context, row unsafe.Pointer) error {
	if q.err != nil {
		return q.err
	}
	return q.m.save(ctx, row, &SaveOptions{ForceInsert: true, Using: q.using})
}

// writer writes one row.
type writer struct {
	m    *Meta
	base unsafe.Pointer
	opts *SaveOptions
	only map[*Field]bool // fields to write; nil: all
}

func (w *writer) save(ctx context.Context) error {
	if w.opts.ForceInsert && (w.opts.ForceUpdate || w.opts.Fields != nil) {
		return errors.New("orm: Save: ForceInsert together with an update")
	}
	if err := w.chooseFields(); err != nil {
		return err
	}
	if w.opts.Fields != nil && len(w.only) == 0 {
		return nil
	}
	using := w.opts.Using
	if s := peekState(w.base, w.m); using == "" && s != nil && s.shared != nil {
		using = s.shared.using
	}
	s, err := sessionFor(ctx, using, w.m, true)
	if err != nil {
		return err
	}
	event := &SaveEvent{Row: w.m.pointer(w.base), Model: w.m, Using: s.alias, Created: w.adding(), Raw: w.opts.Raw}
	if err := beforeSave(ctx, event); err != nil {
		return err
	}
	if len(w.m.Parents) == 0 || w.opts.Raw {
		event.Created, err = w.write(ctx, s, w.m)
	} else {
		err = AtomicWith(ctx, &AtomicOptions{Using: s.alias}, func(ctx context.Context) error {
			s, err := sessionFor(ctx, using, w.m, true)
			if err != nil {
				return err
			}
			event.Created, err = w.writeWithParents(ctx, s, w.m, w.base)
			return err
		})
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", w.m.Label(), err)
	}
	w.written(s)
	return afterSave(ctx, event)
}

// adding tells whether the row is new, as far as it is known.
func (w *writer) adding() bool {
	s := peekState(w.base, w.m)
	return s == nil || s.shared == nil || s.shared.using == ""
}

// written notes that the row is in the database.
func (w *writer) written(s *session) {
	if w.m.stateless {
		return
	}
	st := stateOf(w.base, w.m)
	if st.shared.using != s.alias {
		shared := *st.shared
		shared.using = s.alias
		st.shared = &shared
	}
	w.m.rowSteps()
	w.m.setMany(w.base)
}

// chooseFields finds which columns are written.
func (w *writer) chooseFields() error {
	if w.opts.Fields != nil {
		w.only = map[*Field]bool{}
		for _, e := range w.opts.Fields {
			col, ok := e.node().(*colNode)
			if !ok {
				return errors.New("orm: Save: Fields takes columns")
			}
			f, err := col.field()
			if err != nil {
				return err
			}
			if f.PrimaryKey {
				return fmt.Errorf("orm: Save: %s is the key", f)
			}
			w.only[f] = true
		}
		return nil
	}
	if s := peekState(w.base, w.m); s != nil && s.loaded != nil && !w.opts.ForceInsert {
		w.only = map[*Field]bool{}
		for at := range s.loaded {
			w.only[at.f] = true
		}
	}
	return nil
}

func (w *writer) writes(f *Field) bool { return w.only == nil || w.only[f] }

// writeWithParents writes the tables of parents, then the row's own.
func (w *writer) writeWithParents(ctx context.Context, s *session, m *Meta, base unsafe.Pointer) (bool, error) {
	inserted := false
	for _, link := range m.Parents {
		parent := link.Relation.To
		created, err := w.writeWithParents(ctx, s, parent, unsafe.Add(base, link.parentOff))
		if err != nil {
			return false, err
		}
		inserted = inserted || created
	}
	pw := &writer{m: m, base: base, opts: w.opts, only: w.only}
	if inserted && len(m.Parents) > 0 {
		pw.opts = &SaveOptions{ForceInsert: true}
	}
	return pw.write(ctx, s, m)
}

// write writes the columns of m's own table, and tells whether it inserted them.
func (w *writer) write(ctx context.Context, s *session, m *Meta) (inserted bool, err error) {
	if !w.opts.Raw {
		w.setAutomatic(m, s)
	}
	hasKey := !w.keyIsZero()
	update := w.opts.ForceUpdate || w.opts.Fields != nil
	if update && !hasKey {
		return false, fmt.Errorf("%w: the row has no key yet", ErrNotFound)
	}
	if hasKey && !w.opts.ForceInsert {
		found, err := w.updateRow(ctx, s, m)
		if err != nil || found {
			return false, err
		}
		if update {
			return false, fmt.Errorf("%w: an update with key %v", ErrNotFound, w.m.keyAt(w.base))
		}
	}
	if err := w.setOrder(ctx, s, m); err != nil {
		return false, err
	}
	return true, w.insert(ctx, s, m)
}

// updateRow updates the columns, and tells whether the row is there.
func (w *writer) updateRow(ctx context.Context, s *session, m *Meta) (found bool, err error) {
	if !m.SelectOnSave {
		return w.update(ctx, s, m)
	}
	if found, err = w.exists(ctx, s, m); found && err == nil {
		_, err = w.update(ctx, s, m)
	}
	return found, err
}

// keyIsZero tells whether the key is still to be made by the database.
func (w *writer) keyIsZero() bool {
	for _, f := range w.m.PKs {
		at := unsafe.Add(w.base, w.m.fieldOffset(f))
		if !reflect.NewAt(kindType(f), at).Elem().IsZero() {
			return false
		}
	}
	return true
}

// setAutomatic sets auto_now and auto_now_add fields.
func (w *writer) setAutomatic(m *Meta, s *session) {
	adding := w.adding()
	for _, f := range m.Fields {
		if !f.AutoNow && !(f.AutoNowAdd && adding) || !w.writes(f) {
			continue
		}
		at := unsafe.Add(w.base, m.fieldOffset(f))
		now := time.Now().UTC().Truncate(time.Microsecond)
		switch f.Kind {
		case KindTime:
			*(*time.Time)(at) = now
		case KindDate:
			*(*civil.Date)(at) = civil.DateOf(now.In(s.zone()))
		case KindTimeOfDay:
			*(*civil.Time)(at) = civil.TimeOf(now.In(s.zone()))
		default:
			continue
		}
		if f.Null {
			*(*bool)(unsafe.Add(at, f.nullOff)) = true
		}
	}
}

// argumentOf returns what a field is written as.
func (w *writer) argumentOf(m *Meta, f *Field) (any, error) {
	at := unsafe.Add(w.base, m.fieldOffset(f))
	if f.typed {
		if err := w.checkRelated(f, at); err != nil {
			return nil, err
		}
	}
	v := valueOf(f, at)
	switch {
	case f.Kind == KindDecimal:
		return decimalArgument(f, v)
	case f.UnpackIPv4:
		v = unpackIPv4(v)
	}
	arg, err := argument(v)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.Name, err)
	}
	return arg, checkRange(f, arg)
}

// checkRelated gives a key that was set to a row what it holds by its to_field, and
// refuses rows that were not saved yet: it would be written as zero.
func (w *writer) checkRelated(f *Field, at unsafe.Pointer) error {
	obj, to := *(*unsafe.Pointer)(unsafe.Add(at, f.objOff)), f.Relation.ToField
	if to == nil {
		return nil
	}
	m := f.Relation.To
	if l := (**link)(unsafe.Add(at, f.linkOff)); to != m.PK && *l == nil {
		*l = &link{base: at, n: 1, field: f} // so that Get knows of the to_field
	}
	v := reflect.NewAt(kindType(f), at).Elem()
	if obj == nil || !v.IsZero() && (to == m.PK || v.Interface() != keyTo(nil, reflect.PointerTo(m.Type), obj, v.Type())) {
		return nil
	}
	key := m.memoryValue(to, obj)
	if key == nil || reflect.ValueOf(key).IsZero() {
		return fmt.Errorf("orm: %s points to a row that is not saved yet: save it first", f)
	}
	key, err := keyFor(f, key)
	if err == nil {
		v.Set(reflect.ValueOf(key))
	}
	return err
}

func (w *writer) update(ctx context.Context, s *session, m *Meta) (bool, error) {
	build := func() (*writePlan, error) { return w.planUpdate(s, m) }
	var p *writePlan
	var err error
	if w.only != nil {
		p, err = build()
	} else {
		p, err = m.planOf(planKey{d: s.Dialect(), update: true}, build)
	}
	if err != nil {
		return false, err
	}
	if len(p.columns) == 0 {
		return w.exists(ctx, s, m)
	}
	args, err := w.arguments(m, p.columns, m.PKs)
	if err != nil {
		return false, err
	}
	r, err := s.Exec(ctx, p.sql, args)
	return r.RowsAffected > 0, err
}

func (w *writer) planUpdate(s *session, m *Meta) (*writePlan, error) {
	p := &writePlan{}
	c := newCompiler(s.Dialect(), s.zone())
	c.SQL("UPDATE ")
	c.Ident(m.Table)
	c.SQL(" SET ")
	for _, f := range m.Fields {
		if f.PrimaryKey || f.Generated != nil || !w.writes(f) {
			continue
		}
		if len(p.columns) > 0 {
			c.SQL(", ")
		}
		p.columns = append(p.columns, f)
		c.Ident(f.Column)
		c.SQL(" = ")
		c.rawArg(nil)
	}
	c.SQL(" WHERE ")
	for i, f := range m.PKs {
		if i > 0 {
			c.SQL(" AND ")
		}
		c.Ident(f.Column)
		c.SQL(" = ")
		c.rawArg(nil)
	}
	st, err := c.statement()
	p.sql = st.SQL
	return p, err
}

func (w *writer) whereKey(c *Compiler, m *Meta) error {
	for i, f := range m.PKs {
		if i > 0 {
			c.SQL(" AND ")
		}
		arg, err := argument(valueOf(f, unsafe.Add(w.base, m.fieldOffset(f))))
		if err != nil {
			return err
		}
		c.Ident(f.Column)
		c.SQL(" = ")
		c.rawArg(arg)
	}
	return nil
}

// exists tells whether the row of a model that has only a key is there.
func (w *writer) exists(ctx context.Context, s *session, m *Meta) (bool, error) {
	c := newCompiler(s.Dialect(), s.zone())
	c.SQL("SELECT 1 FROM ")
	c.Ident(m.Table)
	c.SQL(" WHERE ")
	if err := w.whereKey(c, m); err != nil {
		return false, err
	}
	st, err := c.statement()
	if err != nil {
		return false, err
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	found := rows.Next()
	return found, rows.Err()
}
