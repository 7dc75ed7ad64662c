package inspectdb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/internal/goname"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// addKey makes a field a relation.
func (g *generator) addKey(m *model, f *field, c *orm.TableConstraint) {
	f.key = g.keyType(m, f.column.Name, 0)
	alone := f.pk && len(m.table.PrimaryKey()) == 1
	if alone || g.uniqueAlone(m, f.column.Name) {
		f.kind = oneToOne
	}
	f.defaulted = g.defaultOf(f) != ""
	f.tags = append(f.tags, "on_delete="+onDelete(c.References.OnDelete, f))
	if to := c.References.Column; !slices.Equal(f.target.table.PrimaryKey(), []string{to}) {
		f.tags = append(f.tags, "to_field="+to) // nameOtherSides knows the field
	}
}

// onDelete is what the database does itself, or do_nothing, as Django's inspectdb has
// it: the database refuses then, and the rule is the program's to choose.
func onDelete(rule string, f *field) string {
	switch {
	case rule == "CASCADE":
		return "db_cascade"
	case rule == "SET NULL" && f.column.Null:
		return "db_set_null"
	case rule == "SET DEFAULT" && f.defaulted:
		return "db_set_default"
	}
	return "do_nothing"
}

// noteReferences tells of keys that are no relation here: of several columns, and to
// tables that are not inspected.
func (m *model) noteReferences(f *field) {
	for _, c := range m.table.Constraints {
		switch {
		case c.References == nil || c.Columns[0] != f.column.Name:
		case len(c.Columns) > 1:
			m.notes = append(m.notes, "Not in the model: "+c.Definition)
		case f.target == nil:
			f.typ.note = fmt.Sprintf("refers to %s.%s", c.References.Table, c.References.Column)
		}
	}
}

// link is the table of a many-to-many relation between two models.
type link struct {
	table    *model
	from, to *model
	columns  [2]string // that refer to from and to
	field    string    // the name of the relation in lower case
	auto     bool      // the relation can do without a struct for the table
}

// joinTables finds the tables that Django makes for many-to-many relations: an
// automatic key and two keys that are unique together.
func (g *generator) joinTables() []*link {
	var links []*link
	for _, m := range g.models {
		l := g.joinTable(m)
		if l == nil {
			continue
		}
		if l.auto {
			m.joins = l
		}
		links = append(links, l)
	}
	return links
}

func (g *generator) joinTable(m *model) *link {
	key := m.table.PrimaryKey()
	if len(m.table.Columns) != 3 || len(key) != 1 || m.table.Kind != introspection.BaseTable {
		return nil
	}
	var ends []*model
	var columns []string
	for _, c := range m.table.Columns {
		if c.Name == key[0] {
			if !c.Auto {
				return nil
			}
			continue
		}
		_, target := g.references(m, c.Name)
		if target == nil || c.Null {
			return nil
		}
		ends, columns = append(ends, target), append(columns, c.Name)
	}
	if len(ends) != 2 || !slices.ContainsFunc(m.table.Constraints, func(c orm.TableConstraint) bool {
		return c.Unique && !c.Partial && len(c.Columns) == 2 && slices.Contains(c.Columns, columns[0]) && slices.Contains(c.Columns, columns[1])
	}) {
		return nil
	}
	l := &link{table: m, from: ends[0], to: ends[1], columns: [2]string{columns[0], columns[1]}}
	rest, first := strings.CutPrefix(m.table.Name, ends[0].table.Name+"_")
	if second, ok := strings.CutPrefix(m.table.Name, ends[1].table.Name+"_"); ok && (!first || len(second) < len(rest)) && ends[0] != ends[1] {
		l.from, l.to, l.columns = ends[1], ends[0], [2]string{columns[1], columns[0]}
		rest, first = second, true
	}
	l.field = goname.Snake(goname.Plural(l.to.name))
	if first && rest != "" {
		l.field = strings.Join(words(rest), "_")
	}
	l.auto = l.columns == l.automatic() && key[0] == "id" && l.keysArePrimary(g)
	return l
}

// automatic are the columns that a relation without a struct for its table has.
func (l *link) automatic() [2]string {
	from, to := strings.ToLower(l.from.name), strings.ToLower(l.to.name)
	if l.from == l.to {
		from, to = "from_"+from, "to_"+to
	}
	return [2]string{from + "_id", to + "_id"}
}

// keysArePrimary tells whether both keys refer to primary keys, and have no rules.
func (l *link) keysArePrimary(g *generator) bool {
	for i, end := range []*model{l.from, l.to} {
		c, _ := g.references(l.table, l.columns[i])
		if c == nil || c.References.OnDelete != "" || !slices.Equal(end.table.PrimaryKey(), []string{c.References.Column}) {
			return false
		}
	}
	return true
}

// addManyToMany adds the relation of a table to the model that it begins from.
func (g *generator) addManyToMany(l *link) {
	f := &field{target: l.to, kind: manyToMany}
	f.name = l.from.nameField(f, exported(words(l.field), "Field"))
	if l.auto {
		if l.from.table.Name+"_"+goname.Snake(f.name) != l.table.table.Name {
			if !expressible(l.table.table.Name) {
				l.table.joins, l.auto = nil, false
				g.addColumns(l.table)
			} else {
				f.tags = append(f.tags, "db_table="+l.table.table.Name)
			}
		}
	}
	if !l.auto {
		f.tags = append(f.tags, "through="+l.table.name)
	}
	if l.from == l.to {
		f.tags = append(f.tags, "symmetrical=false")
		f.note = "symmetrical, if Django's is: no column tells"
		if !l.auto {
			f.tags = append(f.tags, "through_fields="+l.fieldNames())
		}
	}
	l.from.fields = append(l.from.fields, f)
}

// fieldNames are the names of the two keys, for through_fields.
func (l *link) fieldNames() string {
	var names [2]string
	for _, f := range l.table.fields {
		for i, column := range l.columns {
			if f.column != nil && f.column.Name == column {
				names[i] = goname.Snake(f.name)
			}
		}
	}
	return names[0] + ":" + names[1]
}

// nameOtherSides gives relations a related_name where the usual name of the other side
// would be taken, and where several point from one model to another.
func (g *generator) nameOtherSides(m *model) {
	if m.parent != nil {
		m.parent.columns.claim(m.name)
		m.parent.rows.claim(m.name)
	}
	for _, f := range m.fields {
		if f.target == nil {
			continue
		}
		for i, tag := range f.tags {
			if column, ok := strings.CutPrefix(tag, "to_field="); ok {
				f.tags[i] = "to_field=" + f.target.djangoName(column)
			}
		}
		several := 0
		for _, other := range m.fields {
			if other.target == f.target {
				several++
			}
		}
		accessor := m.name + "Set"
		if f.kind == oneToOne {
			accessor = m.name
		}
		if several > 1 || !f.target.claimOtherSide(m.name, accessor) {
			f.tags = append(f.tags, "related_name="+m.relatedName(f))
		}
	}
}

// claimOtherSide takes the names of a relation on its target.
func (m *model) claimOtherSide(query, accessor string) bool {
	if m.columns[query] || m.rows[accessor] {
		return false
	}
	return m.columns.claim(query) && m.rows.claim(accessor)
}

// relatedName is a name for the other side of a relation: "printer_books".
func (m *model) relatedName(f *field) string {
	many := goname.Snake(goname.Plural(m.name))
	if f.kind == oneToOne {
		many = goname.Snake(m.name)
	}
	base := goname.Snake(f.name) + "_" + many
	return numbered(base, func(name string) bool {
		return f.target.claimOtherSide(goname.Camel(name), goname.Camel(name))
	})
}

// djangoName is the name of a column's field as lookups have it.
func (m *model) djangoName(column string) string {
	for _, f := range m.fields {
		if f.column != nil && f.column.Name == column {
			return goname.Snake(f.name)
		}
	}
	return column
}
