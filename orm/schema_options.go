package orm

import (
	"fmt"
	"slices"
	"strings"
)

// AlterUniqueTogether writes what makes the sets of columns that are unique together
// the new ones instead of the old ones. m is the model with the names of columns that
// the table has.
func (s *Schema) AlterUniqueTogether(m *Meta, old, new [][]*Field) {
	if !s.alters(m) {
		return
	}
	lacks := func(sets [][]*Field, fields []*Field) bool {
		return !slices.ContainsFunc(sets, func(set []*Field) bool { return slices.Equal(columnsOf(set), columnsOf(fields)) })
	}
	for _, fields := range old {
		if lacks(new, fields) {
			s.dropUniqueTogether(m, fields)
		}
	}
	for _, fields := range new {
		if lacks(old, fields) {
			s.emit(s.uniqueTogether(m, fields))
		}
	}
	s.touched[m.Table] = true
}

func (s *Schema) dropUniqueTogether(m *Meta, fields []*Field) {
	columns := columnsOf(fields)
	for _, name := range s.uniqueNames(m, columns, indexName(m.Table, columns, "_uniq", s.d.MaxName)) {
		switch {
		case s.sqlite():
			s.execute("DROP INDEX %s", s.d.Ident(name))
		case s.postgres():
			s.alterTable(m.Table, "DROP CONSTRAINT "+s.d.Ident(name))
		default:
			s.dropIndexMySQL(m, name, fields[0])
		}
	}
}

// dropIndexMySQL drops an index. Where the foreign key of its first column has no
// other, it gets one in the same statement, since MySQL wants it (error 1553).
func (s *Schema) dropIndexMySQL(m *Meta, name string, first *Field) {
	parts := []string{"DROP INDEX " + s.d.Ident(name)}
	if first != nil && s.key(first) != "" && s.needed(m, name, first) {
		index := indexName(m.Table, []string{first.Column}, "", s.d.MaxName)
		parts = append([]string{fmt.Sprintf("ADD INDEX %s (%s)", s.d.Ident(index), s.d.Ident(first.Column))}, parts...)
	}
	s.alterTable(m.Table, parts...)
}

// needed tells whether no other index begins with the column.
func (s *Schema) needed(m *Meta, name string, first *Field) bool {
	if s.Constraints == nil || s.touched[m.Table] {
		return true
	}
	constraints, err := s.Constraints(m.Table)
	if err != nil {
		s.fail(err)
	}
	return !slices.ContainsFunc(constraints, func(c TableConstraint) bool {
		return (c.Index || c.PrimaryKey) && c.Name != name && len(c.Columns) > 0 && c.Columns[0] == first.Column
	})
}

// AlterTableComment writes what gives the table the comment of the model instead of
// old. SQLite has none.
func (s *Schema) AlterTableComment(m *Meta, old string) {
	if m.Comment == old || !s.d.Features.Comments || !s.alters(m) {
		return
	}
	switch {
	case s.mysql():
		s.alterTable(m.Table, "COMMENT = "+s.literal(m.Comment))
	case m.Comment == "":
		s.execute("COMMENT ON TABLE %s IS NULL", s.d.Ident(m.Table))
	default:
		s.execute("COMMENT ON TABLE %s IS %s", s.d.Ident(m.Table), s.literal(m.Comment))
	}
}

// AddIndex writes an index of a model.
func (s *Schema) AddIndex(m *Meta, i *Index) {
	if s.alters(m) {
		s.emit(s.index(m, i))
		s.touched[m.Table] = true
	}
}

// RemoveIndex writes what drops an index of a model.
func (s *Schema) RemoveIndex(m *Meta, i *Index) {
	if !s.alters(m) || s.index(m, i) == "" {
		return
	}
	s.dropIndex(m, i.Name, i.Fields)
	s.touched[m.Table] = true
}

func (s *Schema) dropIndex(m *Meta, name string, keys []IndexField) {
	switch {
	case s.sqlite():
		s.execute("DROP INDEX %s", s.d.Ident(name))
	case s.postgres():
		s.dropIndexes([]string{name})
	default:
		s.dropIndexMySQL(m, name, keys[0].Field)
	}
}

// RenameIndex writes what gives an index the name of new. SQLite makes it anew.
func (s *Schema) RenameIndex(m *Meta, old, new *Index) {
	if old.Name == new.Name || !s.alters(m) || s.index(m, old) == "" {
		return
	}
	switch {
	case s.sqlite():
		s.execute("DROP INDEX %s", s.d.Ident(old.Name))
		s.emit(s.index(m, new))
	case s.postgres():
		s.execute("ALTER INDEX %s RENAME TO %s", s.d.Ident(old.Name), s.d.Ident(new.Name))
	default:
		s.alterTable(m.Table, "RENAME INDEX "+s.d.Ident(old.Name)+" TO "+s.d.Ident(new.Name))
	}
	s.touched[m.Table] = true
}

// AddIndexConcurrently is [Schema.AddIndex] that lets others write meanwhile. It must
// run outside of a transaction. Databases other than PostgreSQL have no such thing:
// there it is AddIndex.
func (s *Schema) AddIndexConcurrently(m *Meta, i *Index) { s.concurrently(m, i, s.AddIndex) }

// RemoveIndexConcurrently is [Schema.RemoveIndex] as [Schema.AddIndexConcurrently] is
// AddIndex.
func (s *Schema) RemoveIndexConcurrently(m *Meta, i *Index) { s.concurrently(m, i, s.RemoveIndex) }

func (s *Schema) concurrently(m *Meta, i *Index, write func(*Meta, *Index)) {
	from := len(s.steps)
	write(m, i)
	if s.postgres() && len(s.steps) > from {
		last := &s.steps[len(s.steps)-1]
		for _, words := range []string{"CREATE INDEX", "DROP INDEX"} {
			if rest, ok := strings.CutPrefix(last.SQL, words); ok {
				last.SQL = words + " CONCURRENTLY" + rest
			}
		}
	}
}

// AddConstraint writes a constraint of a model whose table exists; m may have it
// already. SQLite builds the table anew, but for constraints that are an index.
func (s *Schema) AddConstraint(m *Meta, c *Constraint) {
	if !s.alters(m) {
		return
	}
	inline, after := s.constraint(m, c)
	switch {
	case after != "":
		s.emit(after)
	case inline != "" && s.sqlite():
		r := s.rebuilding(m)
		r.change.with = c
		s.rebuild(r)
	case inline != "":
		s.alterTable(m.Table, "ADD CONSTRAINT "+s.d.Ident(c.Name)+" "+inline)
	}
	s.touched[m.Table] = true
}

// RemoveConstraint writes what drops a constraint of a model; m may have it still.
func (s *Schema) RemoveConstraint(m *Meta, c *Constraint) {
	if !s.alters(m) {
		return
	}
	inline, after := s.constraint(m, c)
	name := s.d.Ident(c.Name)
	switch {
	case after != "":
		s.dropIndex(m, c.Name, c.Fields)
	case inline == "":
	case s.sqlite():
		r := s.rebuilding(m)
		r.change.withoutName = c.Name
		s.rebuild(r)
	case s.mysql() && c.Kind == UniqueConstraint:
		s.dropIndexMySQL(m, c.Name, c.Fields[0].Field)
	case s.d.Name == "mysql":
		s.alterTable(m.Table, "DROP CHECK "+name)
	default:
		s.alterTable(m.Table, "DROP CONSTRAINT "+name)
	}
	s.touched[m.Table] = true
}

// AddConstraintNotValid writes a check that holds for rows written from now on
// (PostgreSQL). [Schema.ValidateConstraint] looks at the others without a lock that
// keeps writers out.
func (s *Schema) AddConstraintNotValid(m *Meta, c *Constraint) {
	inline, _ := s.constraint(m, c)
	if !s.postgres() || c.Kind != CheckConstraint {
		s.fail(fmt.Errorf("orm: add the constraint %q as NOT VALID: only PostgreSQL can, and only checks: %w", c.Name, ErrNotSupported))
		return
	}
	if s.alters(m) {
		s.alterTable(m.Table, "ADD CONSTRAINT "+s.d.Ident(c.Name)+" "+inline+" NOT VALID")
	}
}

// ValidateConstraint writes what makes the database check the rows that were there
// before a constraint that was added as not valid (PostgreSQL).
func (s *Schema) ValidateConstraint(m *Meta, name string) {
	if !s.postgres() {
		s.fail(fmt.Errorf("orm: validate the constraint %q: only PostgreSQL can: %w", name, ErrNotSupported))
		return
	}
	if s.alters(m) {
		s.alterTable(m.Table, "VALIDATE CONSTRAINT "+s.d.Ident(name))
	}
}
