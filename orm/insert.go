package orm

import (
	"context"
	"reflect"
	"slices"
	"unsafe"
)

// writePlan is an INSERT or UPDATE of whole rows of a model, which is always the
// same but for the values.
type writePlan struct {
	sql       string
	columns   []*Field // whose values are the arguments
	returning []scanStep
	fields    []*Field // of returning
}

// planKey tells the plans of a model apart.
type planKey struct {
	d      *Dialect
	update bool
	fresh  bool // the database makes the key
}

// planOf returns a plan from the model's cache, or makes it.
func (m *Meta) planOf(key planKey, build func() (*writePlan, error)) (*writePlan, error) {
	if p, ok := m.writes.load(key); ok {
		return p.(*writePlan), nil
	}
	p, err := build()
	if err == nil {
		m.writes.loadOrStore(key, p)
	}
	return p, err
}

func (w *writer) insert(ctx context.Context, s *session, m *Meta) error {
	fresh := w.keyIsZero()
	build := func() (*writePlan, error) { return w.planInsert(s, m, fresh) }
	var p *writePlan
	var err error
	if m.hasDBDefaults() { // which columns are written depends on the row
		p, err = build()
	} else {
		p, err = m.planOf(planKey{d: s.Dialect(), fresh: fresh}, build)
	}
	if err != nil {
		return err
	}
	args, err := w.arguments(m, p.columns, nil)
	if err != nil {
		return err
	}
	return w.runInsert(ctx, s, m, p, args)
}

func (m *Meta) hasDBDefaults() bool {
	return slices.ContainsFunc(m.Fields, func(f *Field) bool { return f.DBDefault != nil })
}

// arguments returns the values of fields, with those of more behind them.
func (w *writer) arguments(m *Meta, fields, more []*Field) ([]any, error) {
	args := make([]any, 0, len(fields)+len(more))
	for _, list := range [][]*Field{fields, more} {
		for _, f := range list {
			arg, err := w.argumentOf(m, f)
			if err != nil {
				return nil, err
			}
			args = append(args, arg)
		}
	}
	return args, nil
}

func (w *writer) planInsert(s *session, m *Meta, fresh bool) (*writePlan, error) {
	p := &writePlan{}
	for _, f := range m.Fields {
		switch {
		case f.Generated != nil, f.Auto && fresh, f.DBDefault != nil && w.isZero(m, f):
			p.fields = append(p.fields, f)
			p.returning = append(p.returning, scanStep{kind: f.Kind, null: f.Null, offset: m.fieldOffset(f), nullOff: f.nullOff, field: f})
		default:
			p.columns = append(p.columns, f)
		}
	}
	c := newCompiler(s.Dialect(), s.zone())
	c.insertInto(m, p.columns)
	if len(p.columns) > 0 {
		c.SQL(" VALUES (")
		for i := range p.columns {
			if i > 0 {
				c.SQL(", ")
			}
			c.rawArg(nil)
		}
		c.SQL(")")
	}
	if len(p.fields) > 0 && s.Dialect().Features.Returning {
		c.SQL(" RETURNING ")
		c.columnList(p.fields)
	}
	st, err := c.statement()
	p.sql = st.SQL
	return p, err
}

// columnList writes columns with commas between them.
func (c *Compiler) columnList(fields []*Field) {
	for i, f := range fields {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
	}
}

// insertInto writes INSERT INTO table (columns).
func (c *Compiler) insertInto(m *Meta, columns []*Field) {
	c.SQL("INSERT INTO ")
	c.Ident(m.Table)
	if len(columns) == 0 {
		if c.d.Name == "mysql" || c.d.Name == "mariadb" {
			c.SQL(" () VALUES ()")
		} else {
			c.SQL(" DEFAULT VALUES")
		}
		return
	}
	c.SQL(" (")
	for i, f := range columns {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
	}
	c.SQL(")")
}

// runInsert runs the INSERT and reads back what the database made.
func (w *writer) runInsert(ctx context.Context, s *session, m *Meta, p *writePlan, args []any) error {
	if len(p.fields) == 0 || !s.Dialect().Features.Returning {
		r, err := s.Exec(ctx, p.sql, args)
		if err != nil || len(p.fields) == 0 {
			return err
		}
		return w.readBack(ctx, s, m, p.fields, r.LastInsertID)
	}
	rows, err := s.Query(ctx, p.sql, args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		if err := w.read(rows, p.returning); err != nil {
			return err
		}
	}
	return rows.Err()
}

// read reads columns into the row.
func (w *writer) read(rows Rows, steps []scanStep) (err error) {
	defer recoverScan(&err)
	pt := part{steps: steps}
	readSteps(rows, &pt, w.base)
	return nil
}

// readBack asks for what the database made, where INSERT can't return it.
func (w *writer) readBack(ctx context.Context, s *session, m *Meta, fields []*Field, id int64) error {
	var rest []*Field
	var steps []scanStep
	for _, f := range fields {
		if f.Auto {
			setInt(f, unsafe.Add(w.base, m.fieldOffset(f)), id)
			continue
		}
		rest = append(rest, f)
		steps = append(steps, scanStep{kind: f.Kind, null: f.Null, offset: m.fieldOffset(f), nullOff: f.nullOff, field: f})
	}
	if len(rest) == 0 {
		return nil
	}
	c := newCompiler(s.Dialect(), s.zone())
	c.SQL("SELECT ")
	for i, f := range rest {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
	}
	c.SQL(" FROM ")
	c.Ident(m.Table)
	c.SQL(" WHERE ")
	if err := w.whereKey(c, m); err != nil {
		return err
	}
	st, err := c.statement()
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		if err := w.read(rows, steps); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (w *writer) isZero(m *Meta, f *Field) bool {
	at := unsafe.Add(w.base, m.fieldOffset(f))
	if f.Null {
		return !*(*bool)(unsafe.Add(at, f.nullOff))
	}
	return reflect.NewAt(kindType(f), at).Elem().IsZero()
}

func setInt(f *Field, at unsafe.Pointer, v int64) {
	r := reflect.NewAt(kindType(f), at).Elem()
	switch {
	case r.CanInt():
		r.SetInt(v)
	case r.CanUint():
		r.SetUint(uint64(v))
	}
}
