package orm

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Schema writes the statements that make and change the tables of models in one
// kind of database, as Django's schema editor writes them. [Schema.Run] runs them;
// statements that need other tables, such as foreign keys, wait for
// [Schema.Finish]. Models given to it say how a table was, or is to be: names of
// tables, columns and constraints come from them. It is used by one goroutine.
//
// To change several tables call Run after each change, so that Constraints and
// Objects tell what the last one has left.
type Schema struct {
	// Constraints returns the constraints and indexes of a table, whose names may be
	// others than this program would give: package orm/introspection reads them.
	// Default (nil): names are those that tables have which this program has made.
	Constraints func(table string) ([]TableConstraint, error)
	// Objects returns the CREATE statements of the triggers and indexes of a table
	// of SQLite, but for the indexes that SQLite makes itself: where a table is built
	// anew it gets them back. Default (nil): it gets the indexes of the model, and no
	// triggers. Databases of other kinds need none.
	Objects func(table string) (triggers, indexes []string, err error)
	// Ignore tells whether [Schema.Run] goes on after the error of a statement: what
	// was interrupted on MySQL is begun again, and finds some of it done. Default: never.
	Ignore func(err error) bool

	d       *Dialect
	steps   []Step
	later   []laterStep
	touched map[string]bool // tables changed by steps that have not run
	err     error
}

// NewSchema returns a Schema for a dialect.
func NewSchema(d *Dialect) *Schema { return &Schema{d: d, touched: map[string]bool{}} }

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
	return m.Proxy == nil && !m.Unmanaged && m.fits(s.d)
}

// fits tells whether the database is one that the model is meant for.
func (m *Meta) fits(d *Dialect) bool {
	if v := m.RequiredVendor; v != "" && v != d.Name && (v != "mysql" || d.Name != "mariadb") {
		return false
	}
	for _, name := range m.RequiredFeatures {
		if has := reflect.ValueOf(d.Features).FieldByName(name); !has.IsValid() || !has.Bool() {
			return false
		}
	}
	return true
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
	definitions, after := s.tableParts(m, change{})
	s.execute("CREATE TABLE %s (%s)%s", s.d.Ident(m.Table), strings.Join(definitions, ", "), s.tablespace(m.Tablespace, false))
	s.comments(m)
	s.later = append(s.later, after...)
	s.touched[m.Table] = true
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
	s.later = slices.DeleteFunc(s.later, func(l laterStep) bool { return l.table == m.Table })
}

// change is what a table is to have other than its model says.
type change struct {
	without     *Field      // this column has gone
	withoutName string      // this constraint has gone
	with        *Constraint // this one is there, too
}

// tableParts returns what stands in CREATE TABLE, and the statements that follow.
func (s *Schema) tableParts(m *Meta, ch change) (definitions []string, after []laterStep) {
	later := func(statements ...string) {
		for _, statement := range statements {
			if statement != "" && !ch.concerns(statement) {
				after = append(after, laterStep{table: m.Table, sql: statement})
			}
		}
	}
	for _, together := range m.UniqueTogether {
		if ch.without == nil || !slices.ContainsFunc(together, ch.removes) {
			later(s.uniqueTogether(m, together))
		}
	}
	fields := slices.DeleteFunc(slices.Clone(m.Fields), ch.removes)
	for _, f := range fields {
		definition := s.d.Ident(f.Column) + " " + s.column(m, f) + s.columnTail(m, f)
		if key := s.key(f); key != "" {
			if s.sqlite() {
				definition += " " + key
			} else {
				after = append(after, laterStep{table: m.Table, refers: f.Relation.ToField.Model.Table, sql: s.foreignKey(m, f)})
			}
		}
		definitions = append(definitions, definition)
	}
	if keys := slices.DeleteFunc(slices.Clone(m.PKs), ch.removes); len(m.PKs) > 1 && len(keys) > 0 {
		definitions = append(definitions, "PRIMARY KEY ("+s.columnNames(keys)+")")
	}
	for _, c := range ch.constraints(m) {
		inline, after := s.constraint(m, c)
		if inline != "" && !ch.concerns(inline) {
			definitions = append(definitions, "CONSTRAINT "+s.d.Ident(c.Name)+" "+inline)
		}
		later(after)
	}
	for _, f := range fields {
		later(s.fieldIndexes(m, f)...)
	}
	for _, i := range m.Indexes {
		later(s.index(m, i))
	}
	return definitions, after
}

func (ch change) removes(f *Field) bool { return ch.without != nil && f.Column == ch.without.Column }

// concerns tells whether an index or a constraint is about the column that has gone.
func (ch change) concerns(sql string) bool {
	return ch.without != nil && mentions(sql, ch.without.Column)
}

// constraints are those of the model after the change.
func (ch change) constraints(m *Meta) []*Constraint {
	var out []*Constraint
	for _, c := range m.Constraints {
		if c.Name != ch.withoutName && (ch.with == nil || c.Name != ch.with.Name) {
			out = append(out, c)
		}
	}
	if ch.with != nil {
		out = append(out, ch.with)
	}
	return out
}

// column writes what follows the name of a column, but for columnTail.
func (s *Schema) column(m *Meta, f *Field) string {
	sql := s.columnBody(f)
	switch {
	case f.PrimaryKey && len(m.PKs) == 1:
		sql += " PRIMARY KEY"
	case f.Unique:
		sql += " UNIQUE"
	}
	if f.Unique {
		tablespace := f.Tablespace
		if tablespace == "" {
			tablespace = m.Tablespace
		}
		sql += s.tablespace(tablespace, true)
	}
	return sql
}

// columnTail writes the check and the suffix of the type of a column.
func (s *Schema) columnTail(m *Meta, f *Field) string {
	sql := ""
	if check := s.typeCheck(f); check != "" {
		sql += " CHECK (" + s.check(check, f.Column) + ")"
	}
	if suffix := s.suffix(m, f); suffix != "" {
		sql += " " + suffix
	}
	return sql
}

// suffix is what makes the database number the rows. SQLite numbers by a key of one
// column only.
func (s *Schema) suffix(m *Meta, f *Field) string {
	if s.sqlite() && len(m.PKs) != 1 {
		return ""
	}
	return s.d.TypeSuffixes[f.Type]
}

// typeCheck returns the check of the type of a column, with {column} for its name.
func (s *Schema) typeCheck(f *Field) string {
	if f.Relation != nil {
		return ""
	}
	return s.d.TypeChecks[f.internalType()]
}

func (s *Schema) check(check, column string) string {
	return strings.ReplaceAll(check, "{column}", s.d.Ident(column))
}

// columnBody writes the type of a column with its attributes, but no key.
func (s *Schema) columnBody(f *Field) string {
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
	return b.String()
}

func (s *Schema) dbDefault(f *Field) string {
	sql := s.expression(f.DBDefault)
	if constant(f.DBDefault) && !s.mysqlText(f) {
		return sql
	}
	return "(" + sql + ")"
}

// constant tells whether a default is a value, not an expression.
func constant(n Node) bool {
	switch n.(type) {
	case *valNode, *literalNode:
		return true
	}
	return false
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

// key writes what a foreign key refers to, and how; it is empty where a field is
// none, or one without a constraint.
func (s *Schema) key(f *Field) string {
	if f.Relation == nil || f.Relation.ToField == nil {
		return ""
	}
	return s.keyTo(f, f.Relation.ToField.Column)
}

// keyTo is key where the column that f refers to has this name.
func (s *Schema) keyTo(f *Field, column string) string {
	if f.Relation.NoConstraint {
		return ""
	}
	rule := map[OnDelete]string{DBCascade: " ON DELETE CASCADE", DBSetNull: " ON DELETE SET NULL", DBSetDefault: " ON DELETE SET DEFAULT"}
	deferrable := ""
	if s.d.Features.DeferredChecks {
		deferrable = " DEFERRABLE INITIALLY DEFERRED"
	}
	to := s.d.Ident(f.Relation.ToField.Model.Table)
	return "REFERENCES " + to + " (" + s.d.Ident(column) + ")" + rule[f.Relation.OnDelete] + deferrable
}

func (s *Schema) foreignKey(m *Meta, f *Field) string {
	return fmt.Sprintf("ALTER TABLE %s ADD %s", s.d.Ident(m.Table), s.keyConstraint(m, f))
}

func (s *Schema) keyConstraint(m *Meta, f *Field) string {
	return fmt.Sprintf("CONSTRAINT %s FOREIGN KEY (%s) %s", s.d.Ident(s.foreignKeyName(m, f)), s.d.Ident(f.Column), s.key(f))
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
