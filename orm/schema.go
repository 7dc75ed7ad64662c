package orm

import (
	"fmt"
	"slices"
	"strings"
)

// Schema writes the statements that make the tables of models in one kind of
// database, as Django's schema editor writes them. Statements that need other
// tables, such as foreign keys, come last. It is used by one goroutine.
type Schema struct {
	d          *Dialect
	statements []string
	deferred   []string
	err        error
}

// NewSchema returns a Schema for a dialect.
func NewSchema(d *Dialect) *Schema { return &Schema{d: d} }

// Statements returns what was written, or the first error.
func (s *Schema) Statements() ([]string, error) {
	return slices.Concat(s.statements, s.deferred), s.err
}

func (s *Schema) execute(format string, args ...any) {
	s.statements = append(s.statements, fmt.Sprintf(format, args...))
}

func (s *Schema) later(statement string) {
	if statement != "" {
		s.deferred = append(s.deferred, statement)
	}
}

func (s *Schema) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

func (s *Schema) sqlite() bool   { return s.d.Name == "sqlite" }
func (s *Schema) postgres() bool { return s.d.Name == "postgresql" }
func (s *Schema) mysql() bool    { return s.d.Name == "mysql" || s.d.Name == "mariadb" }

// makes tells whether the model has a table here that is ours to make.
func (s *Schema) makes(m *Meta) bool {
	return m.Proxy == nil && !m.Unmanaged && (m.RequiredVendor == "" || m.RequiredVendor == s.d.Name)
}

// CreateModel writes the table of a model with its indexes and constraints, and the
// tables of its many-to-many relations that have no model of their own. Proxies and
// models that are not managed have none.
func (s *Schema) CreateModel(m *Meta) {
	if err := m.link(); err != nil {
		s.fail(err)
		return
	}
	if !s.makes(m) {
		return
	}
	for _, together := range m.UniqueTogether {
		s.later(s.uniqueTogether(m, together))
	}
	definitions := s.columns(m)
	if len(m.PKs) > 1 {
		definitions = append(definitions, "PRIMARY KEY ("+s.columnNames(m.PKs)+")")
	}
	for _, c := range m.Constraints {
		inline, after := s.constraint(m, c)
		if inline != "" {
			definitions = append(definitions, "CONSTRAINT "+s.d.Ident(c.Name)+" "+inline)
		}
		s.later(after)
	}
	s.execute("CREATE TABLE %s (%s)%s", s.d.Ident(m.Table), strings.Join(definitions, ", "), s.tablespace(m.Tablespace, false))
	s.comments(m)
	for _, f := range m.Fields {
		s.fieldIndexes(m, f)
	}
	for _, i := range m.Indexes {
		s.later(s.index(m, i))
	}
	for _, f := range m.ManyToMany {
		if t := f.Relation.Through; t.AutoCreated {
			s.CreateModel(t)
		}
	}
}

// DeleteModel writes what drops the table of a model, and the tables of its
// many-to-many relations that have no model of their own.
func (s *Schema) DeleteModel(m *Meta) {
	if err := m.link(); err != nil {
		s.fail(err)
		return
	}
	if !s.makes(m) {
		return
	}
	for _, f := range m.ManyToMany {
		if t := f.Relation.Through; t.AutoCreated {
			s.DeleteModel(t)
		}
	}
	cascade := ""
	if s.postgres() {
		cascade = " CASCADE"
	}
	s.execute("DROP TABLE %s%s", s.d.Ident(m.Table), cascade)
}

// columns writes the columns of a table, and notes their foreign keys.
func (s *Schema) columns(m *Meta) []string {
	var definitions []string
	for _, f := range m.Fields {
		definition := s.d.Ident(f.Column) + " " + s.column(m, f)
		if check := s.d.TypeChecks[f.internalType()]; check != "" && f.Relation == nil {
			definition += " CHECK (" + strings.ReplaceAll(check, "{column}", s.d.Ident(f.Column)) + ")"
		}
		if suffix := s.d.TypeSuffixes[f.Type]; suffix != "" {
			definition += " " + suffix
		}
		if f.Relation != nil && !f.Relation.NoConstraint {
			if s.sqlite() {
				definition += " " + s.references(f) + " DEFERRABLE INITIALLY DEFERRED"
			} else {
				s.later(s.foreignKey(m, f))
			}
		}
		definitions = append(definitions, definition)
	}
	return definitions
}

// column writes what follows the name of a column.
func (s *Schema) column(m *Meta, f *Field) string {
	var b strings.Builder
	typ, err := s.d.columnType(f)
	if err != nil {
		s.fail(err)
		return ""
	}
	b.WriteString(typ)
	if c := f.collation(); c != "" {
		b.WriteString(" COLLATE " + s.d.Ident(c))
	}
	if f.Comment != "" && s.mysql() {
		b.WriteString(" COMMENT " + s.literal(f.Comment))
	}
	if f.DBDefault != nil {
		b.WriteString(" DEFAULT " + s.dbDefault(f))
	}
	if f.Generated != nil {
		b.WriteString(s.generated(f))
	} else if f.Null {
		b.WriteString(" NULL")
	} else {
		b.WriteString(" NOT NULL")
	}
	switch {
	case f.PrimaryKey && len(m.PKs) == 1:
		b.WriteString(" PRIMARY KEY")
	case f.Unique:
		b.WriteString(" UNIQUE")
	}
	if f.Unique {
		tablespace := f.Tablespace
		if tablespace == "" {
			tablespace = m.Tablespace
		}
		b.WriteString(s.tablespace(tablespace, true))
	}
	return b.String()
}

func (s *Schema) dbDefault(f *Field) string {
	sql := s.expression(f.DBDefault)
	if _, value := f.DBDefault.(*valNode); value && !s.mysqlText(f) {
		return sql
	}
	return "(" + sql + ")"
}

func (s *Schema) generated(f *Field) string {
	kept := "STORED"
	if f.Virtual {
		kept = "VIRTUAL"
	}
	if f.Virtual && !s.d.Features.VirtualGenerated || !f.Virtual && !s.d.Features.StoredGenerated {
		s.fail(fmt.Errorf("orm: %s has no generated columns of the kind %s, as %s: %w", s.d.Name, kept, f, ErrNotSupported))
	}
	return " GENERATED ALWAYS AS (" + s.expression(f.Generated) + ") " + kept
}

// references writes what a foreign key refers to, and the rule of the database.
func (s *Schema) references(f *Field) string {
	to := f.Relation.ToField
	rule := map[OnDelete]string{DBCascade: " ON DELETE CASCADE", DBSetNull: " ON DELETE SET NULL", DBSetDefault: " ON DELETE SET DEFAULT"}
	return "REFERENCES " + s.d.Ident(to.Model.Table) + " (" + s.d.Ident(to.Column) + ")" + rule[f.Relation.OnDelete]
}

func (s *Schema) foreignKey(m *Meta, f *Field) string {
	deferrable := ""
	if s.d.Features.DeferredChecks {
		deferrable = " DEFERRABLE INITIALLY DEFERRED"
	}
	return fmt.Sprintf("ALTER TABLE %s ADD CONSTRAINT %s FOREIGN KEY (%s) %s%s", s.d.Ident(m.Table), s.d.Ident(s.foreignKeyName(m, f)),
		s.d.Ident(f.Column), s.references(f), deferrable)
}

func (s *Schema) foreignKeyName(m *Meta, f *Field) string {
	to := f.Relation.ToField
	return indexName(m.Table, []string{f.Column}, "_fk_"+to.Model.Table+"_"+to.Column, s.d.MaxName)
}

// comments writes those that do not stand in CREATE TABLE.
func (s *Schema) comments(m *Meta) {
	if !s.d.Features.Comments {
		return
	}
	if s.mysql() {
		if m.Comment != "" {
			s.execute("ALTER TABLE %s COMMENT = %s", s.d.Ident(m.Table), s.literal(m.Comment))
		}
		return
	}
	if m.Comment != "" {
		s.execute("COMMENT ON TABLE %s IS %s", s.d.Ident(m.Table), s.literal(m.Comment))
	}
	for _, f := range m.Fields {
		if f.Comment != "" {
			s.execute("COMMENT ON COLUMN %s.%s IS %s", s.d.Ident(m.Table), s.d.Ident(f.Column), s.literal(f.Comment))
		}
	}
}

// tablespace is of PostgreSQL alone.
func (s *Schema) tablespace(name string, inline bool) string {
	switch {
	case name == "" || !s.postgres():
		return ""
	case inline:
		return " USING INDEX TABLESPACE " + s.d.Ident(name)
	}
	return " TABLESPACE " + s.d.Ident(name)
}
