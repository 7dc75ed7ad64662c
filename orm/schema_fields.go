package orm

import (
	"fmt"
	"slices"
	"strings"
)

// AddField writes what adds a field to the table of a model, which has it already. A
// many-to-many field gets its table, unless that is a model of its own. fill is the
// value of the rows that exist: one of the field's type, an expression, or nil for
// null or what the database knows as default; it is not a default of the column.
func (s *Schema) AddField(m *Meta, f *Field, fill any) {
	switch {
	case !s.alters(m):
	case f.Kind == KindM2M:
		if t := f.Relation.Through; t != nil && t.AutoCreated {
			s.CreateModel(t)
		}
	case s.sqlite():
		s.addSQLite(m, f, fill)
	default:
		s.addColumn(m, f, fill)
	}
}

// filling writes the value for rows that exist; "" is none.
func (s *Schema) filling(f *Field, fill any) string {
	if fill == nil || f.Generated != nil {
		return ""
	}
	if e, ok := fill.(AnyExpr); ok {
		return s.expression(bound(f.Model, e))
	}
	v, err := f.Convert(fill)
	if err != nil {
		s.fail(fmt.Errorf("orm: a value of %s for the rows that exist: %w", f, err))
		return ""
	}
	return s.expression(&valNode{v: v, f: f})
}

func (s *Schema) addColumn(m *Meta, f *Field, fill any) {
	value := s.filling(f, fill)
	_, computed := fill.(AnyExpr)
	first, is := f, s.shape(m, f)
	if value != "" {
		// The value stands in for the default until the column is there, or, where it
		// depends on the row, for as long as the column may be null.
		bare := *f
		bare.DBDefault, bare.Null = nil, f.Null || computed
		first = &bare
	}
	column := "ADD COLUMN " + s.d.Ident(f.Column) + " " + s.column(m, first) + s.columnTail(m, f)
	if value != "" && !computed {
		column = "ADD COLUMN " + s.d.Ident(f.Column) + " " + s.withDefault(m, first, value)
	}
	var keys []string
	if rest := without(m.PKs, f); f.PrimaryKey && len(rest) > 0 {
		keys = append(s.dropPrimary(m, rest), s.primaryPart(m.Table, m.PKs))
		if s.keyLike(f, rest) != "" && !rest[0].Index {
			s.dropIndexes(s.likeNames(m, rest[0]))
		}
	}
	s.addWithKey(m, f, is.key, append([]string{column}, keys...))
	if computed {
		s.execute("UPDATE %s SET %s = %s", s.d.Ident(m.Table), s.d.Ident(f.Column), value)
		s.checkNow()
	}
	if value != "" {
		s.alterTable(m.Table, s.settled(m, f, computed)...)
	}
	if is.comment != "" && s.postgres() {
		s.commentOn(m, f)
	}
	for _, statement := range s.fieldIndexes(m, f) {
		s.later = append(s.later, laterStep{table: m.Table, sql: statement})
	}
	s.touched[m.Table] = true
}

// withDefault writes a column that has the value for a default, which is to go.
func (s *Schema) withDefault(m *Meta, f *Field, value string) string {
	if s.mysqlText(f) {
		value = "(" + value + ")"
	}
	body := s.columnBody(f)
	return body + " DEFAULT " + value + strings.TrimPrefix(s.column(m, f), body) + s.columnTail(m, f)
}

// settled is what makes a column that was added with a value as it is to be.
func (s *Schema) settled(m *Meta, f *Field, computed bool) []string {
	column := s.d.Ident(f.Column)
	switch {
	case s.mysql() && (computed || s.mysqlText(f)):
		return []string{"MODIFY COLUMN " + s.fullColumn(m, f)}
	case computed && s.postgres():
		parts := []string{}
		if !f.Null {
			parts = append(parts, "ALTER COLUMN "+column+" SET NOT NULL")
		}
		if f.DBDefault != nil {
			parts = append(parts, "ALTER COLUMN "+column+" SET DEFAULT "+s.dbDefault(f))
		}
		return parts
	case f.DBDefault != nil:
		return []string{"ALTER COLUMN " + column + " SET DEFAULT " + s.dbDefault(f)}
	case f.Null && s.mysql():
		// Without a default at all MySQL takes no row that leaves the column out.
		return []string{"ALTER COLUMN " + column + " SET DEFAULT NULL"}
	}
	return []string{"ALTER COLUMN " + column + " DROP DEFAULT"}
}

// addWithKey adds a column, and what else parts say, with its foreign key in one
// statement. The key is there at once: later steps may fill the column, and change the
// table again.
func (s *Schema) addWithKey(m *Meta, f *Field, key string, parts []string) {
	switch {
	case key == "":
		s.alterTable(m.Table, parts...)
	case s.mysql():
		s.alterTable(m.Table, append(parts, "ADD "+s.keyConstraint(m, f))...)
	default:
		name := s.d.Ident(s.foreignKeyName(m, f))
		parts[0] += " CONSTRAINT " + name + " " + key
		s.alterTable(m.Table, parts...)
		s.execute("SET CONSTRAINTS %s IMMEDIATE", name)
	}
}

// checkNow makes PostgreSQL check the foreign keys of rows that a step has changed: it
// alters no table while checks of it are due.
func (s *Schema) checkNow() {
	if s.postgres() {
		s.execute("SET CONSTRAINTS ALL IMMEDIATE")
	}
}

// commentOn writes the comment of a column (PostgreSQL).
func (s *Schema) commentOn(m *Meta, f *Field) {
	comment := "NULL"
	if f.Comment != "" {
		comment = s.literal(f.Comment)
	}
	s.execute("COMMENT ON COLUMN %s.%s IS %s", s.d.Ident(m.Table), s.d.Ident(f.Column), comment)
}

// RemoveField writes what removes a field from the table of a model, which still has
// it, with its indexes and constraints; for a many-to-many field its table, unless
// that is a model of its own.
func (s *Schema) RemoveField(m *Meta, f *Field) {
	switch {
	case !s.alters(m):
	case f.Kind == KindM2M:
		if t := f.Relation.Through; t != nil && t.AutoCreated {
			s.DeleteModel(t)
		}
	case s.sqlite():
		s.removeSQLite(m, f)
	default:
		s.removeColumn(m, f)
	}
}

func (s *Schema) removeColumn(m *Meta, f *Field) {
	drop := "DROP COLUMN " + s.d.Ident(f.Column)
	var parts []string
	if s.postgres() {
		s.dropKeys(m, f)
		drop += " CASCADE"
	} else if s.key(f) != "" {
		parts = s.dropParts("DROP FOREIGN KEY ", s.keyNames(m, f))
	}
	rest := without(m.PKs, f)
	if f.PrimaryKey && len(rest) > 0 {
		parts = append(parts, s.dropPrimary(m, m.PKs)...)
	}
	parts = append(parts, drop)
	if f.PrimaryKey && len(rest) > 0 {
		parts = append(parts, s.primaryPart(m.Table, rest))
	}
	s.alterTable(m.Table, parts...)
	if class := s.keyLike(f, rest); class != "" {
		s.emit(s.likeIndex(m, rest[0], class))
	}
	s.touched[m.Table] = true
}

func without(fields []*Field, f *Field) []*Field {
	return slices.DeleteFunc(slices.Clone(fields), func(o *Field) bool { return o.Column == f.Column })
}

// keyLike is the operator class of the second index of a text that is the whole key
// without f.
func (s *Schema) keyLike(f *Field, rest []*Field) string {
	if !f.PrimaryKey || len(rest) != 1 {
		return ""
	}
	only := *rest[0]
	only.Unique = true
	return s.likeClass(&only)
}

// dropPrimary drops the primary key of a table, if it has one of these columns.
func (s *Schema) dropPrimary(m *Meta, keys []*Field) []string {
	names := s.primaryNames(m, keys)
	if s.mysql() && len(names) > 0 {
		return []string{"DROP PRIMARY KEY"}
	}
	return s.dropParts("DROP CONSTRAINT ", names)
}

func (s *Schema) primaryPart(table string, keys []*Field) string {
	name := ""
	if s.postgres() {
		name = "CONSTRAINT " + s.d.Ident(indexName(table, columnsOf(keys), "_pk", s.d.MaxName)) + " "
	}
	return "ADD " + name + "PRIMARY KEY (" + s.columnNames(keys) + ")"
}

// dropKeys drops the foreign key of a column (PostgreSQL).
func (s *Schema) dropKeys(m *Meta, f *Field) {
	if s.key(f) == "" {
		return
	}
	for _, name := range s.keyNames(m, f) {
		s.execute("SET CONSTRAINTS %s IMMEDIATE", s.d.Ident(name))
		s.alterTable(m.Table, "DROP CONSTRAINT "+s.d.Ident(name))
	}
}

func (s *Schema) dropParts(what string, names []string) []string {
	var parts []string
	for _, name := range names {
		parts = append(parts, what+s.d.Ident(name))
	}
	return parts
}

// addSQLite adds a column in place where SQLite can: it adds none that is unique, or
// that must not be null without a default that is a constant.
func (s *Schema) addSQLite(m *Meta, f *Field, fill any) {
	value := s.filling(f, fill)
	inPlace := !f.PrimaryKey && !f.Unique && (f.DBDefault == nil || constant(f.DBDefault)) && (f.Generated == nil || f.Virtual) &&
		(f.Null || f.DBDefault != nil && value == "" && s.key(f) == "" || f.Generated != nil)
	if !inPlace {
		r := s.rebuilding(m)
		if value == "" && s.d.TypeSuffixes[f.Type] != "" {
			value = "rowid"
		}
		if f.Generated == nil {
			r.values[f.Column] = value
		}
		r.added = s.fieldIndexes(m, f)
		s.rebuild(r)
		return
	}
	definition := s.column(m, f) + s.columnTail(m, f)
	if key := s.key(f); key != "" {
		definition += " " + key
	}
	s.alterTable(m.Table, fmt.Sprintf("ADD COLUMN %s %s", s.d.Ident(f.Column), definition))
	if value != "" {
		s.execute("UPDATE %s SET %s = %s", s.d.Ident(m.Table), s.d.Ident(f.Column), value)
	}
	for _, statement := range s.fieldIndexes(m, f) {
		s.later = append(s.later, laterStep{table: m.Table, sql: statement})
	}
	s.touched[m.Table] = true
}

// removeSQLite drops a column in place where nothing but its own definition is about
// it.
func (s *Schema) removeSQLite(m *Meta, f *Field) {
	triggers, indexes := s.objects(m)
	used := func(definition string) bool { return mentions(definition, f.Column) }
	inPlace := !f.PrimaryKey && !f.Unique && !s.indexed(f) && s.key(f) == "" && len(triggers) == 0 && !slices.ContainsFunc(indexes, used)
	for _, c := range m.Constraints {
		inline, _ := s.constraint(m, c)
		inPlace = inPlace && !used(inline)
	}
	for _, other := range m.Fields {
		inPlace = inPlace && (other.Generated == nil || other == f || !used("("+s.expression(other.Generated)))
	}
	if inPlace {
		s.alterTable(m.Table, "DROP COLUMN "+s.d.Ident(f.Column))
		s.touched[m.Table] = true
		return
	}
	r := s.rebuilding(m)
	r.change.without = f
	s.rebuild(r)
	if len(triggers) > 0 {
		// To rename a column makes SQLite read the triggers, so that one that needs
		// the column that has gone is an error now, not when it fires.
		for _, kept := range m.Fields {
			if kept.Column != f.Column {
				column := s.d.Ident(kept.Column)
				s.alterTable(m.Table, "RENAME COLUMN "+column+" TO "+column)
				return
			}
		}
	}
}
