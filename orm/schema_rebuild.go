package orm

import (
	"fmt"
	"slices"
	"strings"
)

// rebuilding describes how SQLite builds a table anew, which is its way of all
// changes for which ALTER TABLE has no words: https://sqlite.org/lang_altertable.html#otheralter.
type rebuilding struct {
	m       *Meta // as the table is to be, but for change
	change  change
	values  map[string]string // of columns that are not copied as they are; "" is none
	dropped []string          // indexes that the table had
	added   []string          // statements of indexes that it had not
}

func (s *Schema) rebuilding(m *Meta) *rebuilding {
	return &rebuilding{m: m, values: map[string]string{}}
}

// objects returns the triggers and indexes of a table, as far as they are known.
func (s *Schema) objects(m *Meta) (triggers, indexes []string) {
	if s.Objects != nil {
		var err error
		if triggers, indexes, err = s.Objects(m.Table); err != nil && !s.touched[m.Table] {
			s.fail(err)
			return nil, nil
		}
	}
	if s.Objects != nil && !s.touched[m.Table] {
		return triggers, indexes
	}
	_, after := s.tableParts(m, change{})
	for _, l := range after {
		if !slices.ContainsFunc(indexes, func(index string) bool { return createdName(index) == createdName(l.sql) }) {
			indexes = append(indexes, l.sql)
		}
	}
	return triggers, indexes
}

// rebuild makes the table under another name, copies the rows, and lets it take
// the place of the old one. Tables that refer to it do not notice, as foreign keys
// are not checked meanwhile; see [AtomicSchema].
func (s *Schema) rebuild(r *rebuilding) {
	m := r.m
	name := "new__" + m.Table
	quoted, table := s.d.Ident(name), s.d.Ident(m.Table)
	triggers, indexes := s.objects(m)
	definitions, _ := s.tableParts(m, r.change)
	s.execute("CREATE TABLE %s (%s)", quoted, strings.Join(definitions, ", "))
	if slices.ContainsFunc(m.Fields, func(f *Field) bool { return s.suffix(m, f) != "" && !r.change.removes(f) }) {
		// The highest key that there ever was.
		s.execute("INSERT INTO sqlite_sequence (name, seq) SELECT %s, seq FROM sqlite_sequence WHERE name = %s", s.quote(name), s.quote(m.Table))
	}
	s.steps = append(s.steps, r.copy(s, quoted))
	s.execute("DROP TABLE %s", table)
	// The new way of renaming reads all views and triggers, of which some may be about
	// the table that is not there for this moment.
	s.execute("PRAGMA legacy_alter_table = ON")
	s.execute("ALTER TABLE %s RENAME TO %s", quoted, table)
	s.execute("PRAGMA legacy_alter_table = OFF")
	made := slices.Clone(r.dropped)
	for _, index := range slices.Concat(r.added, indexes) {
		if name := createdName(index); !r.change.concerns(index) && !slices.Contains(made, name) {
			made = append(made, name)
			s.emit(index)
		}
	}
	s.emit(triggers...)
	s.touched[m.Table] = true
}

// copy is the step that copies the rows.
func (r *rebuilding) copy(s *Schema, name string) Step {
	var into, from []string
	rowid := []string{"rowid", "_rowid_", "oid"}
	for _, f := range r.m.Fields {
		rowid = slices.DeleteFunc(rowid, func(name string) bool { return strings.EqualFold(name, f.Column) })
		value, special := r.values[f.Column]
		if f.Generated != nil || r.change.removes(f) || special && value == "" {
			continue
		}
		column := s.d.Ident(f.Column)
		if !special {
			value = column
		}
		into, from = append(into, column), append(from, value)
	}
	c := &TableCopy{Table: r.m.Table, Insert: fmt.Sprintf("INSERT INTO %s (%s)", name, strings.Join(into, ", ")),
		Select: fmt.Sprintf("SELECT %s FROM %s", strings.Join(from, ", "), s.d.Ident(r.m.Table))}
	if len(rowid) > 0 {
		c.RowID = rowid[0]
	}
	return Step{SQL: c.Insert + " " + c.Select, Copy: c}
}
