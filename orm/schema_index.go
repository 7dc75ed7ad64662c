package orm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

func (s *Schema) columnNames(fields []*Field) string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = s.d.Ident(f.Column)
	}
	return strings.Join(names, ", ")
}

func columnsOf(fields []*Field) []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Column
	}
	return names
}

// fieldIndexes writes the indexes of a single column.
func (s *Schema) fieldIndexes(m *Meta, f *Field) []string {
	var statements []string
	if s.indexed(f) {
		statements = append(statements, s.fieldIndex(m, f))
	}
	if class := s.likeClass(f); class != "" {
		statements = append(statements, s.likeIndex(m, f, class))
	}
	return statements
}

func (s *Schema) fieldIndex(m *Meta, f *Field) string {
	tablespace := f.Tablespace
	if tablespace == "" {
		tablespace = m.Tablespace
	}
	return fmt.Sprintf("CREATE INDEX %s ON %s (%s)%s", s.d.Ident(indexName(m.Table, []string{f.Column}, "", s.d.MaxName)),
		s.d.Ident(m.Table), s.d.Ident(f.Column), s.tablespace(tablespace, false))
}

// likeClass is the operator class of the second index of a text: LIKE needs one of
// its own outside of the C locale (PostgreSQL).
func (s *Schema) likeClass(f *Field) string {
	if !s.postgres() || !f.Index && !f.Unique {
		return ""
	}
	switch typ, _ := s.d.columnType(f); {
	case strings.Contains(typ, "["):
		return ""
	case strings.HasPrefix(typ, "varchar"):
		return "varchar_pattern_ops"
	case strings.HasPrefix(typ, "text"):
		return "text_pattern_ops"
	}
	return ""
}

func (s *Schema) likeIndex(m *Meta, f *Field, class string) string {
	return fmt.Sprintf("CREATE INDEX %s ON %s (%s %s)%s", s.d.Ident(indexName(m.Table, []string{f.Column}, "_like", s.d.MaxName)),
		s.d.Ident(m.Table), s.d.Ident(f.Column), class, s.tablespace(m.Tablespace, false))
}

func (s *Schema) indexed(f *Field) bool {
	if !f.Index || f.Unique {
		return false
	}
	if s.mysql() {
		// InnoDB indexes a foreign key itself, and no text.
		return !(f.Type == "ForeignKey" && !f.Relation.NoConstraint) && !s.mysqlText(f)
	}
	return true
}

// index writes CREATE INDEX, or nothing where the database has no such index: it
// would only be slower.
func (s *Schema) index(m *Meta, i *Index) string {
	if hasExpression(i.Fields) && !s.d.Features.ExpressionIndexes {
		return ""
	}
	var b strings.Builder
	b.WriteString("CREATE INDEX " + s.d.Ident(i.Name) + " ON " + s.d.Ident(m.Table))
	if i.Using != "" && s.postgres() {
		b.WriteString(" USING " + i.Using)
	}
	b.WriteString(" (" + s.keys(i.Fields) + ")")
	if len(i.Include) > 0 && s.d.Features.CoveringIndexes {
		b.WriteString(" INCLUDE (" + s.columnNames(i.Include) + ")")
	}
	if len(i.With) > 0 && s.postgres() {
		var params []string
		for _, name := range slices.Sorted(maps.Keys(i.With)) {
			params = append(params, name+" = "+i.With[name])
		}
		b.WriteString(" WITH (" + strings.Join(params, ", ") + ")")
	}
	tablespace := i.Tablespace
	if tablespace == "" {
		tablespace = m.Tablespace
	}
	b.WriteString(s.tablespace(tablespace, false))
	if i.Where.n != nil && s.d.Features.PartialIndexes {
		b.WriteString(" WHERE " + s.expression(i.Where.n))
	}
	return b.String()
}

func hasExpression(parts []IndexField) bool {
	return slices.ContainsFunc(parts, func(p IndexField) bool { return p.Field == nil })
}

func hasOpClass(parts []IndexField) bool {
	return slices.ContainsFunc(parts, func(p IndexField) bool { return p.OpClass != "" || p.Collation != "" || p.Desc })
}

// keys writes the columns and expressions of an index.
func (s *Schema) keys(parts []IndexField) string {
	out := make([]string, len(parts))
	for i, p := range parts {
		out[i] = s.indexKey(p)
		if p.Desc {
			out[i] += " DESC"
		}
	}
	return strings.Join(out, ", ")
}

func (s *Schema) indexKey(p IndexField) string {
	var sql string
	switch {
	case p.Field != nil:
		sql = s.d.Ident(p.Field.Column)
	default:
		sql = s.expression(p.Expr)
		if _, plain := p.Expr.(*colNode); !plain {
			sql = "(" + sql + ")"
		}
	}
	if p.Collation != "" {
		sql += " COLLATE " + s.d.Ident(p.Collation)
	}
	if p.OpClass != "" && s.postgres() {
		sql += " " + p.OpClass
	}
	return sql
}

func (s *Schema) uniqueTogether(m *Meta, fields []*Field) string {
	name := s.d.Ident(indexName(m.Table, columnsOf(fields), "_uniq", s.d.MaxName))
	if s.sqlite() {
		return fmt.Sprintf("CREATE UNIQUE INDEX %s ON %s (%s)", name, s.d.Ident(m.Table), s.columnNames(fields))
	}
	return fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s UNIQUE (%s)", s.d.Ident(m.Table), name, s.columnNames(fields))
}

// constraint writes a constraint: what stands in CREATE TABLE after its name, or a
// statement that follows. Where the database has no such constraint, both are empty.
func (s *Schema) constraint(m *Meta, c *Constraint) (inline, after string) {
	switch c.Kind {
	case CheckConstraint:
		return "CHECK (" + s.expression(c.Check.n) + ")", ""
	case ExclusionConstraint:
		return s.exclusion(c), ""
	}
	if c.Deferrable != NotDeferrable && !s.postgres() || c.NullsNotDistinct && !s.d.Features.NullsNotDistinct {
		return "", ""
	}
	nulls := ""
	if c.NullsNotDistinct {
		nulls = "NULLS NOT DISTINCT"
	}
	if hasExpression(c.Fields) || hasOpClass(c.Fields) || c.Where.n != nil || len(c.Include) > 0 {
		return "", s.uniqueIndex(m, c, nulls)
	}
	if nulls != "" {
		nulls += " "
	}
	return "UNIQUE " + nulls + "(" + s.keys(c.Fields) + ")" + c.Deferrable.sql(), ""
}

// uniqueIndex is a unique constraint with a condition or expressions, which
// databases have as an index alone.
func (s *Schema) uniqueIndex(m *Meta, c *Constraint, nulls string) string {
	f := s.d.Features
	if hasExpression(c.Fields) && !f.ExpressionIndexes || c.Where.n != nil && !f.PartialIndexes || len(c.Include) > 0 && !f.CoveringIndexes {
		return ""
	}
	sql := "CREATE UNIQUE INDEX " + s.d.Ident(c.Name) + " ON " + s.d.Ident(m.Table) + " (" + s.keys(c.Fields) + ")"
	if len(c.Include) > 0 {
		sql += " INCLUDE (" + s.columnNames(c.Include) + ")"
	}
	if nulls != "" {
		sql += " " + nulls
	}
	if c.Where.n != nil {
		sql += " WHERE " + s.expression(c.Where.n)
	}
	return sql
}

func (s *Schema) exclusion(c *Constraint) string {
	if !s.postgres() {
		return ""
	}
	parts := make([]string, len(c.Fields))
	for i, p := range c.Fields {
		parts[i] = s.indexKey(p) + " WITH " + c.Operators[i]
	}
	sql := "EXCLUDE USING " + c.Using + " (" + strings.Join(parts, ", ") + ")"
	if len(c.Include) > 0 {
		sql += " INCLUDE (" + s.columnNames(c.Include) + ")"
	}
	if c.Where.n != nil {
		sql += " WHERE (" + s.expression(c.Where.n) + ")"
	}
	return sql + c.Deferrable.sql()
}

func (d Deferrable) sql() string {
	switch d {
	case DeferredInitially:
		return " DEFERRABLE INITIALLY DEFERRED"
	case ImmediateInitially:
		return " DEFERRABLE INITIALLY IMMEDIATE"
	}
	return ""
}
