package orm

import (
	"fmt"
	"slices"
	"strings"
)

// RenameTable writes what gives the table of a model another name: that of the model
// after. The tables of many-to-many relations without a model of their own, of the
// model and of others that point to it, follow with their names and columns. Indexes
// and constraints keep the names that they have, as in Django.
func (s *Schema) RenameTable(before, after *Meta) {
	if !s.alters(before, after) {
		return
	}
	s.renameTable(before.Table, after.Table)
	for _, f := range after.ManyToMany {
		for _, old := range before.ManyToMany {
			if old.Name == f.Name {
				s.alterThrough(old, f)
			}
		}
	}
	for _, key := range after.pointing() {
		if m := key.Model; m.AutoCreated && m.Proxy == nil {
			s.renameBetween(before, m)
		}
	}
}

// renameBetween gives the table of a relation of another model its names.
func (s *Schema) renameBetween(before, between *Meta) {
	for _, key := range before.pointing() {
		old := key.Model
		if old.AutoCreated && len(old.Fields) == len(between.Fields) && strings.EqualFold(old.Label(), between.Label()) {
			s.renameColumns(old, between)
			return
		}
	}
}

func (s *Schema) renameTable(before, after string) {
	switch {
	case before == after || s.sqlite() && strings.EqualFold(before, after):
		return // SQLite does not tell the two apart
	case s.mysql():
		s.execute("RENAME TABLE %s TO %s", s.d.Ident(before), s.d.Ident(after))
	default:
		s.execute("ALTER TABLE %s RENAME TO %s", s.d.Ident(before), s.d.Ident(after))
	}
	s.touched[before], s.touched[after] = true, true
}

// alterThrough changes the table of a many-to-many relation, if it has no model of
// its own.
func (s *Schema) alterThrough(old, new *Field) {
	was, is := old.Relation.Through, new.Relation.Through
	if was.AutoCreated && is.AutoCreated && s.alters(was, is) {
		s.renameTable(was.Table, is.Table)
		s.renameColumns(was, is)
	}
}

// renameColumns gives the columns of a table between two others their names: columns
// alone, so that the database sees to the rest.
func (s *Schema) renameColumns(was, is *Meta) {
	for i, f := range is.Fields {
		if old := was.Fields[i]; old.Column != f.Column {
			s.alterTable(is.Table, "RENAME COLUMN "+s.d.Ident(old.Column)+" TO "+s.d.Ident(f.Column))
			s.touched[is.Table] = true
		}
	}
}

// alterManyToMany changes the table of a many-to-many relation: its name, and what
// its keys refer to.
func (s *Schema) alterManyToMany(old, new *Field) {
	if old.Kind != new.Kind {
		s.fail(fmt.Errorf("orm: alter %s: a many-to-many field cannot become one with a column, nor the other way round; remove the field and add another", new))
		return
	}
	was, is := old.Relation.Through, new.Relation.Through
	if was.AutoCreated != is.AutoCreated {
		s.fail(fmt.Errorf("orm: alter %s: its table cannot get or lose a model of its own; remove the field and add another", new))
		return
	}
	if !was.AutoCreated || !s.alters(was, is) {
		return
	}
	s.renameTable(was.Table, is.Table)
	// One key after the other: the table has the old column of the second one meanwhile.
	had := renamedTable(was, is.Table, nil, nil)
	between := renamedTable(is, is.Table, new.Relation.ThroughFrom, old.Relation.ThroughFrom)
	s.AlterField(had, between, old.Relation.ThroughTo, new.Relation.ThroughTo, nil)
	s.AlterField(between, is, old.Relation.ThroughFrom, new.Relation.ThroughFrom, nil)
}

// renamedTable is a model whose table has got another name, and that has the field with
// in the place of f.
func renamedTable(m *Meta, table string, f, with *Field) *Meta {
	replaced := func(fields []*Field) []*Field {
		out := slices.Clone(fields)
		if i := slices.Index(out, f); i >= 0 {
			out[i] = with
		}
		return out
	}
	together := make([][]*Field, len(m.UniqueTogether))
	for i, set := range m.UniqueTogether {
		together[i] = replaced(set)
	}
	return &Meta{App: m.App, Name: m.Name, Table: table, Fields: replaced(m.Fields), PK: m.PK, PKs: m.PKs, UniqueTogether: together,
		AutoCreated: m.AutoCreated, Tablespace: m.Tablespace}
}
