package inspectdb

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/internal/goname"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// generator makes models of tables.
type generator struct {
	vendor   string
	app, pkg string
	strip    string // what is taken off the names of tables
	managed  bool

	models []*model
	names  scope // of the package
}

// model is one struct.
type model struct {
	table   *introspection.Description
	name    string
	manager string // where it cannot have its usual name
	usual   bool   // its key is that of orm.Model
	parent  *model // which it embeds (multi-table inheritance)
	// joins is set for the table of a many-to-many relation that no struct is written for.
	joins   *link
	managed bool
	fields  []*field
	notes   []string // what the struct cannot say
	meta    []string // lines of the method Meta

	rows, columns scope // names of the struct and of its columns
}

// field is one field of a model.
type field struct {
	name   string
	column *introspection.Column // nil for a many-to-many relation
	typ    goType
	tags   []string
	note   string
	// target and kind are those of a relation.
	target *model
	kind   relationKind
	key    string // the Go type of the key
	pk     bool
	ofView bool // which tells of defaults, but takes no rows
	// defaulted: the database has a default that the model tells.
	defaulted bool
}

// relationKind is what a field with a target is.
type relationKind uint8

const (
	manyToOne relationKind = iota
	oneToOne
	manyToMany
)

// read makes the models of an inspection, in passes: each needs all models of the one
// before.
func (g *generator) read(tables []*introspection.Description) {
	g.names = scope{"Models": true}
	for _, table := range tables {
		if len(table.Columns) > 0 {
			g.models = append(g.models, &model{table: table, managed: g.managed && table.Kind == introspection.BaseTable})
		}
	}
	for _, m := range g.models {
		g.nameModel(m)
	}
	for _, m := range g.models {
		if plural := goname.Plural(m.name); !g.names.claim(plural) {
			m.manager = numbered(m.name+"Rows", func(name string) bool { return g.names.claim(name) })
		}
	}
	for _, m := range g.models {
		g.findParent(m)
	}
	joined := g.joinTables()
	for _, m := range g.parentsFirst() {
		g.addColumns(m)
	}
	for _, l := range joined {
		g.addManyToMany(l)
	}
	for _, m := range g.models {
		if m.joins == nil {
			g.nameOtherSides(m)
			g.addMeta(m)
		}
	}
}

func (g *generator) nameModel(m *model) {
	table := strings.TrimPrefix(m.table.Name, g.strip)
	names := structNames(table)
	take := func(name string) bool { return g.names.claim(derived(name)...) }
	for _, name := range names {
		if take(name) {
			m.name = name
			return
		}
	}
	m.name = numbered(names[0], take)
}

// parentsFirst are the models, children after what they embed.
func (g *generator) parentsFirst() []*model {
	list := slices.Clone(g.models)
	slices.SortStableFunc(list, func(a, b *model) int { return cmp.Compare(a.depth(), b.depth()) })
	return list
}

func (m *model) depth() int {
	if m.parent == nil {
		return 0
	}
	return 1 + m.parent.depth()
}

// model returns that of a table, as long as it is among those inspected.
func (g *generator) model(table string) *model {
	for _, m := range g.models {
		if m.table.Name == table {
			return m
		}
	}
	return nil
}

// references returns the foreign key of a column alone, where its target is among the
// models and has a key that a relation can have.
func (g *generator) references(m *model, column string) (c *orm.TableConstraint, target *model) {
	for i := range m.table.Constraints {
		c := &m.table.Constraints[i]
		if c.References == nil || len(c.Columns) != 1 || c.Columns[0] != column {
			continue
		}
		if target := g.model(c.References.Table); target != nil && g.keyType(m, column, 0) != "" {
			return c, target
		}
	}
	return nil, nil
}

// keyKinds are Go types that keys may have.
var keyKinds = []string{"int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "string", "uuid.UUID", "civil.Date", "decimal.Decimal"}

// keyType returns the Go type of a column's value: for a key, that of the column in
// the end of all keys. It is "" for those that cannot be keys.
func (g *generator) keyType(m *model, column string, depth int) string {
	for _, c := range m.table.Constraints {
		if c.References == nil || len(c.Columns) != 1 || c.Columns[0] != column {
			continue
		}
		if target := g.model(c.References.Table); target != nil && depth < len(g.models) && !(target == m && c.References.Column == column) {
			return g.keyType(target, c.References.Column, depth+1)
		}
	}
	c, ok := m.table.Column(column)
	if !ok {
		return ""
	}
	name := g.typeOf(c, g.unsigned(m, column)).name
	if !slices.Contains(keyKinds, name) {
		return ""
	}
	return name
}

// unsigned tells whether a check says that a column is not below zero, as that of
// Django's positive fields does on PostgreSQL.
func (g *generator) unsigned(m *model, column string) bool {
	return slices.ContainsFunc(m.table.Constraints, func(c orm.TableConstraint) bool {
		return g.notNegative(c) == column
	})
}

// findParent finds a parent: Django's link to one is a primary key <parent>_ptr_id.
func (g *generator) findParent(m *model) {
	key := m.table.PrimaryKey()
	if len(key) != 1 {
		return
	}
	_, parent := g.references(m, key[0])
	if parent == nil || parent == m || key[0] != strings.ToLower(parent.name)+"_ptr_id" {
		return
	}
	for p := parent; p != nil; p = p.parent {
		if p == m || slices.ContainsFunc(p.table.Columns, func(c introspection.Column) bool {
			_, both := m.table.Column(c.Name)
			return both
		}) {
			return
		}
	}
	m.parent = parent
}

// addColumns makes the fields of a model's columns.
func (g *generator) addColumns(m *model) {
	m.rows, m.columns = scope{}, scope{"Rel": true}
	for _, name := range []string{"Meta", "Save", "Delete", "Refresh", "Clean", "BeforeSave", "AfterSave", "BeforeDelete", "AfterDelete"} {
		m.rows[name] = true
	}
	key := g.keyOf(m)
	switch {
	case m.parent != nil:
		for _, taken := range []struct{ to, from scope }{{m.rows, m.parent.rows}, {m.columns, m.parent.columns}} {
			for name := range taken.from {
				taken.to[name] = true
			}
		}
		m.rows[m.parent.name] = true
		m.columns.claim(m.parent.name+"Ptr", m.parent.name+"PtrID")
		m.columns.claim(m.parent.name + "Fields")
	case len(key) == 1 && key[0] == "id" && g.usualKey(m):
		m.usual = true
		m.rows.claim("Model", "ID")
		m.columns.claim("ID")
	default:
		m.rows["State"] = true
	}
	for i := range m.table.Columns {
		c := &m.table.Columns[i]
		isKey := slices.Contains(key, c.Name)
		if isKey && (m.usual || m.parent != nil) {
			continue
		}
		if m.joins == nil {
			g.addColumn(m, c, isKey)
		}
	}
}

// usualKey tells whether the column id is that of orm.Model.
func (g *generator) usualKey(m *model) bool {
	c, _ := m.table.Column("id")
	return c.Auto && c.Identity != "ALWAYS" && g.keyType(m, "id", 0) == "int64" && c.Comment == ""
}

// keyOf returns the columns of the primary key. A table or view without one gets a
// key that the database does not know, since a model needs one.
func (g *generator) keyOf(m *model) []string {
	if key := m.table.PrimaryKey(); len(key) > 0 {
		return key
	}
	m.managed = false
	column := m.table.Columns[0].Name
	why := "its first column stands in for it; name the one that tells rows apart"
	notNull := slices.IndexFunc(m.table.Columns, func(c introspection.Column) bool { return !c.Null })
	if notNull >= 0 {
		column = m.table.Columns[notNull].Name
		why = "its first column that is not null stands in for it; name the one that tells rows apart"
	}
	if _, ok := m.table.Column("id"); ok {
		column, why = "id", "id stands in for it"
	}
	for _, c := range m.table.Constraints {
		if !c.Unique || c.Partial || len(c.Columns) != 1 {
			continue
		}
		if unique, ok := m.table.Column(c.Columns[0]); ok && !unique.Null {
			column, why = c.Columns[0], "a unique column stands in for it"
			break
		}
	}
	m.notes = append(m.notes, fmt.Sprintf("The %s has no primary key: %s.", m.table.Kind, why))
	return []string{column}
}
