package orm

import (
	"fmt"
	"strings"
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
func (c *Compiler) unnest(columns []*Field, types []string, cells []any) {
	c.SQL("SELECT * FROM unnest(")
	for i := range columns {
		if i > 0 {
			c.SQL(", ")
		}
		column := make([]any, 0, len(cells)/len(columns))
		for k := i; k < len(cells); k += len(columns) {
			column = append(column, cells[k])
		}
		c.rawArg(typedSlice(column))
		c.SQL("::" + types[i] + "[]")
	}
	c.SQL(")")
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
