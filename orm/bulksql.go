package orm

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unsafe"
)

// valuesOf writes VALUES (…), (…).
func (c *Compiler) valuesOf(columns int, cells []any) {
	c.SQL(" VALUES ")
	for i := 0; i < len(cells); i += columns {
		if i > 0 {
			c.SQL(", ")
		}
		c.SQL("(")
		for k, cell := range cells[i : i+columns] {
			if k > 0 {
				c.SQL(", ")
			}
			c.rawArg(cell)
		}
		c.SQL(")")
	}
}

// arrayTypes returns the types of columns where the rows can be sent as one array
// for each column: the text of the statement is the same for any number of rows
// then. A column whose type has its own arrays can't be sent in one.
func (b *bulk) arrayTypes(columns []*Field) []string {
	if !b.s.Dialect().Features.Arrays {
		return nil
	}
	types := make([]string, len(columns))
	for i, f := range columns {
		t := b.s.Dialect().arrayType(f)
		if t == "" {
			return nil
		}
		types[i] = t
	}
	return types
}

// arrayType returns the type of the elements of an array of a column's values.
func (d *Dialect) arrayType(f *Field) string {
	if f.Kind == KindCustom {
		return ""
	}
	for f.Relation != nil && f.Relation.ToField != nil {
		f = f.Relation.ToField
	}
	t := d.Types[f.Type]
	switch f.Type {
	case "AutoField", "BigAutoField", "SmallAutoField":
		t = map[string]string{"AutoField": "integer", "BigAutoField": "bigint", "SmallAutoField": "smallint"}[f.Type]
	}
	t, _, _ = strings.Cut(t, "(")
	return t
}

// unnest writes SELECT * FROM unnest(one array for each column).
func (c *Compiler) unnest(arrays []any, types []string) {
	c.SQL("SELECT * FROM unnest(")
	for i, array := range arrays {
		if i > 0 {
			c.SQL(", ")
		}
		c.rawArg(array)
		c.SQL("::" + types[i] + "[]")
	}
	c.SQL(")")
}

// columnArrays turns cells, row by row, into one array for each column.
func columnArrays(columns int, cells []any) []any {
	arrays := make([]any, columns)
	for i := range columns {
		column := make([]any, 0, len(cells)/columns)
		for k := i; k < len(cells); k += columns {
			column = append(column, cells[k])
		}
		arrays[i] = typedSlice(column)
	}
	return arrays
}

// insertArrays inserts rows from one array for each column.
func (b *bulk) insertArrays(ctx context.Context, rows []unsafe.Pointer, columns []*Field, types []string, fresh bool) error {
	size := len(rows)
	if b.opts.BatchSize > 0 {
		size = min(size, b.opts.BatchSize)
	}
	for len(rows) > 0 {
		n := min(size, len(rows))
		arrays := make([]any, len(columns))
		for i, f := range columns {
			var err error
			if arrays[i], err = b.array(rows[:n], f); err != nil {
				return err
			}
		}
		err := b.run(ctx, rows[:n], columns, fresh, func(c *Compiler) {
			c.SQL(" ")
			c.unnest(arrays, types)
		})
		if err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// array returns the values of a column: as a slice of their own type for common
// kinds, which boxes none of them.
func (b *bulk) array(rows []unsafe.Pointer, f *Field) (any, error) {
	if f.Null || f.DBDefault != nil || f.typed || f.UnpackIPv4 {
		return b.boxedArray(rows, f)
	}
	offset := b.m.fieldOffset(f)
	_, bounded := intRanges[f.Type]
	switch {
	case f.Kind == KindInt64 && !bounded:
		return gather(rows, offset, func(int64) error { return nil })
	case f.Kind == KindInt32 && f.Type == "IntegerField":
		return gatherInt32(rows, offset), nil
	case f.Kind == KindFloat64:
		return gather(rows, offset, checkFloat)
	case f.Kind == KindBool:
		return gather(rows, offset, func(bool) error { return nil })
	case f.Kind == KindTime:
		return gather(rows, offset, func(time.Time) error { return nil })
	case f.Kind == KindString:
		return gather(rows, offset, func(s string) error {
			if f.MaxLength > 0 && len(s) > f.MaxLength {
				return checkRange(f, s)
			}
			return checkText(s)
		})
	}
	return b.boxedArray(rows, f)
}

func (b *bulk) boxedArray(rows []unsafe.Pointer, f *Field) (any, error) {
	cells, err := b.cells(rows, []*Field{f})
	return typedSlice(cells), err
}

// gather returns the values at an offset of the rows.
func gather[V any](rows []unsafe.Pointer, offset uintptr, check func(V) error) ([]V, error) {
	out := make([]V, len(rows))
	for i, row := range rows {
		out[i] = *(*V)(unsafe.Add(row, offset))
		if err := check(out[i]); err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
	}
	return out, nil
}

func gatherInt32(rows []unsafe.Pointer, offset uintptr) []int64 {
	out := make([]int64, len(rows))
	for i, row := range rows {
		out[i] = int64(*(*int32)(unsafe.Add(row, offset)))
	}
	return out
}

// conflict writes what happens to rows that a unique constraint forbids.
func (b *bulk) conflict() error {
	c := newCompiler(b.s.Dialect(), b.s.zone())
	switch {
	case b.opts.IgnoreConflicts && c.d.Features.OnConflict:
		c.SQL(" ON CONFLICT DO NOTHING")
	case b.opts.IgnoreConflicts, len(b.opts.Update) == 0:
		return nil
	default:
		update, err := b.fields(b.opts.Update)
		if err != nil {
			return err
		}
		unique, err := b.fields(b.opts.Unique)
		if err != nil {
			return err
		}
		if !c.d.Features.OnConflict {
			c.onDuplicateKey(update)
			break
		}
		if len(unique) == 0 {
			return fmt.Errorf("orm: BulkCreate: %s needs Unique beside Update: the columns of the constraint", c.d.Name)
		}
		c.onConflict(update, unique)
	}
	b.onClash = fragment{c.buf.String(), c.args}
	return c.err
}

func (c *Compiler) onConflict(update, unique []*Field) {
	c.SQL(" ON CONFLICT (")
	for i, f := range unique {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
	}
	c.SQL(") DO UPDATE SET ")
	for i, f := range update {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
		c.SQL(" = EXCLUDED.")
		c.Ident(f.Column)
	}
}

func (c *Compiler) onDuplicateKey(update []*Field) {
	c.SQL(" ON DUPLICATE KEY UPDATE ")
	for i, f := range update {
		if i > 0 {
			c.SQL(", ")
		}
		c.Ident(f.Column)
		c.SQL(" = VALUES(")
		c.Ident(f.Column)
		c.SQL(")")
	}
}

func (b *bulk) fields(exprs []AnyExpr) ([]*Field, error) {
	var fields []*Field
	for _, e := range exprs {
		col, ok := e.node().(*colNode)
		if !ok || col.path != b.m.root {
			return nil, fmt.Errorf("orm: BulkCreate: Update and Unique take columns of %s", b.m.Label())
		}
		f, err := col.field()
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}
