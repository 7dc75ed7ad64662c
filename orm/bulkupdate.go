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
	keys := len(b.m.PKs)
	columns := slices.Concat(b.m.PKs, fields)
	types := b.arrayTypes(columns)
	size := len(rows)
	if types == nil || !b.s.Dialect().Features.UpdateFrom {
		types, size = nil, caseRows
		if limit := b.s.Dialect().MaxParams; limit > 0 {
			size = min(size, max(1, limit/((keys+1)*len(fields)+keys)))
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
			c.updateFrom(b.m, columns, keys, types, cells)
		} else {
			c.updateCase(b.m, columns, keys, cells)
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

// updateFrom writes UPDATE … FROM arrays of columns, those of the key first.
func (c *Compiler) updateFrom(m *Meta, columns []*Field, keys int, types []string, cells []any) {
	c.SQL("UPDATE ")
	c.Ident(m.Table)
	c.SQL(" SET ")
	for i, f := range columns[keys:] {
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
	for i, f := range columns[:keys] {
		if i == 0 {
			c.SQL(" WHERE ")
		} else {
			c.SQL(" AND ")
		}
		c.Ident(m.Table)
		c.SQL(".")
		c.Ident(f.Column)
		c.SQL(" = ")
		c.Ident("new")
		c.SQL(".")
		c.Ident(f.Column)
	}
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
func (c *Compiler) updateCase(m *Meta, columns []*Field, keys int, cells []any) {
	n := len(columns)
	c.SQL("UPDATE ")
	c.Ident(m.Table)
	c.SQL(" SET ")
	for i, f := range columns[keys:] {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
		c.SQL(" = CASE")
		if keys == 1 {
			c.SQL(" ")
			c.Ident(columns[0].Column)
		}
		for k := 0; k < len(cells); k += n {
			c.SQL(" WHEN ")
			if keys == 1 {
				c.rawArg(cells[k])
			} else {
				c.keyIs(columns[:keys], cells[k:])
			}
			c.SQL(" THEN ")
			c.rawArg(cells[k+keys+i])
		}
		c.SQL(" END")
	}
	c.SQL(" WHERE ")
	if keys == 1 {
		c.Ident(columns[0].Column)
		c.SQL(" IN (")
	}
	for k := 0; k < len(cells); k += n {
		switch {
		case keys == 1 && k > 0:
			c.SQL(", ")
		case k > 0:
			c.SQL(" OR ")
		}
		if keys == 1 {
			c.rawArg(cells[k])
		} else {
			c.keyIs(columns[:keys], cells[k:])
		}
	}
	if keys == 1 {
		c.SQL(")")
	}
}

// keyIs writes the condition that the columns of a key have these values.
func (c *Compiler) keyIs(key []*Field, values []any) {
	for i, f := range key {
		if i > 0 {
			c.SQL(" AND ")
		}
		c.Ident(f.Column)
		c.SQL(" = ")
		c.rawArg(values[i])
	}
}
