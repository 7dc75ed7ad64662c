package orm

import (
	"context"
	"reflect"
	"unsafe"
)

func (w *writer) insert(ctx context.Context, s *session, m *Meta) error {
	var columns []*Field
	var returning []*Field
	for _, f := range m.Fields {
		switch {
		case f.Generated != nil:
			returning = append(returning, f)
		case f.Auto && w.keyIsZero():
			returning = append(returning, f)
		case f.DBDefault != nil && w.isZero(m, f):
			returning = append(returning, f)
		default:
			columns = append(columns, f)
		}
	}
	c := newCompiler(s.Dialect(), s.zone())
	c.insertInto(m, columns)
	if len(columns) > 0 {
		c.SQL(" VALUES (")
		for i, f := range columns {
			if i > 0 {
				c.SQL(", ")
			}
			arg, err := w.argumentOf(m, f)
			if err != nil {
				return err
			}
			c.rawArg(arg)
		}
		c.SQL(")")
	}
	return w.runInsert(ctx, s, m, c, returning)
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
func (w *writer) runInsert(ctx context.Context, s *session, m *Meta, c *Compiler, returning []*Field) error {
	if len(returning) > 0 && s.Dialect().Features.Returning {
		c.SQL(" RETURNING ")
		for i, f := range returning {
			if i > 0 {
				c.SQL(", ")
			}
			c.Ident(f.Column)
		}
	}
	st, err := c.statement()
	if err != nil {
		return err
	}
	if len(returning) == 0 || !s.Dialect().Features.Returning {
		r, err := s.Exec(ctx, st.SQL, st.Args)
		if err != nil || len(returning) == 0 {
			return err
		}
		return w.readBack(ctx, s, m, returning, r.LastInsertID)
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		if err := w.read(m, rows, returning); err != nil {
			return err
		}
	}
	return rows.Err()
}

// read reads columns into the row.
func (w *writer) read(m *Meta, rows Rows, fields []*Field) (err error) {
	defer recoverScan(&err)
	pt := part{}
	for _, f := range fields {
		pt.steps = append(pt.steps, scanStep{kind: f.Kind, null: f.Null, offset: m.fieldOffset(f), nullOff: f.nullOff, field: f})
	}
	readSteps(rows, &pt, w.base)
	return nil
}

// readBack asks for what the database made, where INSERT can't return it.
func (w *writer) readBack(ctx context.Context, s *session, m *Meta, fields []*Field, id int64) error {
	var rest []*Field
	for _, f := range fields {
		if f.Auto {
			setInt(f, unsafe.Add(w.base, m.fieldOffset(f)), id)
			continue
		}
		rest = append(rest, f)
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
		if err := w.read(m, rows, rest); err != nil {
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
