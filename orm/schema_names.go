package orm

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// named returns the names of the constraints of a table that are about these
// columns alone and fit. Where the database cannot tell, since it is not asked, or
// the table is not there or not yet as it will be, it is the computed name.
func (s *Schema) named(table string, columns []string, fits func(c *TableConstraint) bool, computed string) []string {
	if s.Constraints == nil {
		return []string{computed}
	}
	constraints, err := s.Constraints(table)
	if err != nil && !s.touched[table] { // else it may not be there yet
		s.fail(err)
		return nil
	}
	var names []string
	for i := range constraints {
		if c := &constraints[i]; c.Name != "" && slices.Equal(c.Columns, columns) && fits(c) {
			names = append(names, c.Name)
		}
	}
	if len(names) == 0 && (s.touched[table] || len(constraints) == 0) {
		return []string{computed}
	}
	return names
}

// fromOptions tells whether the constraint or index has a name that the model gave
// in its Meta, so that it is not one of a field.
func (m *Meta) fromOptions(name string) bool {
	return slices.ContainsFunc(m.Indexes, func(i *Index) bool { return i.Name == name }) ||
		slices.ContainsFunc(m.Constraints, func(c *Constraint) bool { return c.Name == name })
}

// keyNames are the names of the foreign key of a column.
func (s *Schema) keyNames(m *Meta, f *Field) []string {
	return s.named(m.Table, []string{f.Column}, func(c *TableConstraint) bool { return c.References != nil }, s.foreignKeyName(m, f))
}

// primaryNames is the name of the primary key, if it has these columns.
func (s *Schema) primaryNames(m *Meta, keys []*Field) []string {
	return s.named(m.Table, columnsOf(keys), func(c *TableConstraint) bool { return c.PrimaryKey }, s.serverName(m.Table, "", "pkey"))
}

// uniqueNames are the names of the unique constraints of columns.
func (s *Schema) uniqueNames(m *Meta, columns []string, computed string) []string {
	return s.named(m.Table, columns, func(c *TableConstraint) bool {
		return c.Unique && !c.PrimaryKey && !c.Partial && !m.fromOptions(c.Name)
	}, computed)
}

// uniqueName is the name that the database gives a unique column in CREATE TABLE.
func (s *Schema) uniqueName(m *Meta, f *Field) string {
	if s.postgres() {
		return s.serverName(m.Table, f.Column, "key")
	}
	return f.Column
}

// indexNames are the names of the plain indexes of a column, without that for LIKE.
func (s *Schema) indexNames(m *Meta, f *Field) []string {
	return s.named(m.Table, []string{f.Column}, func(c *TableConstraint) bool { return s.plainIndex(m, c) && !forLike(c) },
		indexName(m.Table, []string{f.Column}, "", s.d.MaxName))
}

func (s *Schema) likeNames(m *Meta, f *Field) []string {
	return s.named(m.Table, []string{f.Column}, func(c *TableConstraint) bool { return s.plainIndex(m, c) && forLike(c) },
		indexName(m.Table, []string{f.Column}, "_like", s.d.MaxName))
}

// plainIndex tells whether it is an index as those of fields are. MySQL tells of
// the index of a foreign key as of a part of the key.
func (s *Schema) plainIndex(m *Meta, c *TableConstraint) bool {
	return c.Index && !c.Unique && !c.PrimaryKey && !c.Partial && (c.Method == "" || c.Method == "btree") && !m.fromOptions(c.Name)
}

func forLike(c *TableConstraint) bool {
	return strings.HasSuffix(c.Name, "_like") || strings.Contains(c.Definition, "_pattern_ops")
}

func (s *Schema) checkNames(m *Meta, f *Field) []string {
	computed := f.Column
	if s.postgres() {
		computed = s.serverName(m.Table, f.Column, "check")
	}
	return s.named(m.Table, []string{f.Column}, func(c *TableConstraint) bool { return c.Check && !m.fromOptions(c.Name) }, computed)
}

// serverName is the name that PostgreSQL gives what has none of its own
// (makeObjectName of its source): both parts are cut until it fits.
func (s *Schema) serverName(table, column, label string) string {
	room := 63 - len(label) - 1
	if column != "" {
		room--
	}
	for len(table)+len(column) > room {
		if len(table) > len(column) {
			table = table[:len(table)-1]
		} else {
			column = column[:len(column)-1]
		}
	}
	name := whole(table) + "_"
	if column != "" {
		name += whole(column) + "_"
	}
	return name + label
}

// whole cuts off a character that is not whole.
func whole(text string) string {
	for len(text) > 0 {
		if r, n := utf8.DecodeLastRuneInString(text); r != utf8.RuneError || n > 1 {
			break
		}
		text = text[:len(text)-1]
	}
	return text
}
