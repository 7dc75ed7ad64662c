package orm

import (
	"context"
	"fmt"
	"slices"
	"unsafe"
)

// BulkUpdate writes these columns of rows that are in the database, each row its
// own values, with few statements, and returns how many rows matched. It runs no
// hooks and sets no auto_now field.
//
//go:noinline
func (q *QueryOf[P]) BulkUpdate(ctx context.Context, rows []P, columns ...AnyExpr) (int64, error) {
	return q.q.bulkUpdate(ctx, addressesOf(rows), columns)
}

func (q *query) bulkUpdate(ctx context.Context, rows []unsafe.Pointer, columns []AnyExpr) (n int64, err error) {
	m := q.m
	if err := m.link(); err != nil {
		return 0, err
	}
	if q.err != nil {
		return 0, q.err
	}
	if i := slices.Index(rows, nil); i >= 0 {
		return 0, fmt.Errorf("orm: BulkUpdate: row %d is nil", i)
	}
	if err := m.oneKey("BulkUpdate"); err != nil {
		return 0, err
	}
	b := &bulk{m: m, opts: &BulkOptions{}}
	fields, err := b.fields(columns)
	if err != nil {
		return 0, err
	}
	for _, f := range fields {
		if f.PrimaryKey || f.Generated != nil {
			return 0, fmt.Errorf("orm: BulkUpdate can't set %s", f)
		}
	}
	if len(fields) == 0 {
		return 0, fmt.Errorf("orm: BulkUpdate of %s: name the columns to write", m.Label())
	}
	for i, row := range rows {
		if isZero(m.keyAt(row)) && m.PK.Auto {
			return 0, fmt.Errorf("orm: BulkUpdate: row %d has no key: create it first", i)
		}
	}
	if len(rows) == 0 {
		return 0, nil
	}
	err = AtomicWith(ctx, &AtomicOptions{Using: q.using}, func(ctx context.Context) error {
		if b.s, err = sessionFor(ctx, q.using, m, true); err != nil {
			return err
		}
		n, err = b.update(ctx, rows, fields)
		return err
	})
	return n, err
}

// caseRows is how many rows one UPDATE with CASE changes: its text grows with
// rows times columns.
const caseRows = 100

func (b *bulk) update(ctx context.Context, rows []unsafe.Pointer, fields []*Field) (total int64, err error) {
	columns := append([]*Field{b.m.PK}, fields...)
	types := b.arrayTypes(columns)
	size := len(rows)
	if types == nil || !b.s.Dialect().Features.UpdateFrom {
		types, size = nil, caseRows
		if limit := b.s.Dialect().MaxParams; limit > 0 {
			size = min(size, max(1, limit/(2*len(fields)+1)))
		}
	}
	for len(rows) > 0 {
		k := min(size, len(rows))
		cells, err := b.cells(rows[:k], columns)
		if err != nil {
			return total, err
		}
		c := newCompiler(b.s.Dialect(), b.s.zone())
		if types != nil {
			c.updateFrom(b.m, columns, types, cells)
		} else {
			c.updateCase(b.m, columns, cells)
		}
		st, err := c.statement()
		if err != nil {
			return total, err
		}
		r, err := b.s.Exec(ctx, st.SQL, st.Args)
		if err != nil {
			return total, err
		}
		total += r.RowsAffected
		rows = rows[k:]
	}
	return total, nil
}

// updateFrom writes UPDATE … FROM arrays of columns, the key first.
func (c *Compiler) updateFrom(m *Meta, columns []*Field, types []string, cells []any) {
	c.SQL("UPDATE ")
	c.Ident(m.Table)
	c.SQL(" SET ")
	for i, f := range columns[1:] {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
		c.SQL(" = ")
		c.Ident("new")
		c.SQL(".")
		c.Ident(f.Column)
	}
	c.SQL(" FROM (")
	c.unnest(columnArrays(len(columns), cells), types)
	c.SQL(") AS ")
	c.columnsAs("new", columns)
	c.SQL(" WHERE ")
	c.Ident(m.Table)
	c.SQL(".")
	c.Ident(columns[0].Column)
	c.SQL(" = ")
	c.Ident("new")
	c.SQL(".")
	c.Ident(columns[0].Column)
}

func (c *Compiler) columnsAs(alias string, columns []*Field) {
	c.Ident(alias)
	c.SQL(" (")
	for i, f := range columns {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
	}
	c.SQL(")")
}

// updateCase writes UPDATE … SET column = CASE key WHEN … THEN … END.
func (c *Compiler) updateCase(m *Meta, columns []*Field, cells []any) {
	n := len(columns)
	c.SQL("UPDATE ")
	c.Ident(m.Table)
	c.SQL(" SET ")
	for i, f := range columns[1:] {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
		c.SQL(" = CASE ")
		c.Ident(columns[0].Column)
		for k := 0; k < len(cells); k += n {
			c.SQL(" WHEN ")
			c.rawArg(cells[k])
			c.SQL(" THEN ")
			c.rawArg(cells[k+1+i])
		}
		c.SQL(" END")
	}
	c.SQL(" WHERE ")
	c.Ident(columns[0].Column)
	c.SQL(" IN (")
	for k := 0; k < len(cells); k += n {
		if k > 0 {
			c.SQL(", ")
		}
		c.rawArg(cells[k])
	}
	c.SQL(")")
}
