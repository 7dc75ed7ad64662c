package orm

import (
	"maps"
	"slices"
)

// Field returns the field of a name ("category", "category_id", "pk"), also of a
// parent model, and whether there is one.
func (m *Meta) Field(name string) (*Field, bool) {
	m.link() // its error is told by queries and checks
	f, ok := m.byName[name]
	return f, ok
}

// AllFields returns the fields with a column and the many-to-many fields, those of
// parent models first.
func (m *Meta) AllFields() []*Field {
	m.link()
	var fields []*Field
	for f := range m.columns() {
		fields = append(fields, f)
	}
	return append(fields, m.allManyToMany()...)
}

func (m *Meta) allManyToMany() []*Field {
	var fields []*Field
	for _, link := range m.Parents {
		fields = append(fields, link.Relation.To.allManyToMany()...)
	}
	return append(fields, m.ManyToMany...)
}

// Relations returns the relations that lookups can go along, forward and reverse,
// those of parent models too, in the order of their names.
func (m *Meta) Relations() []*Relation {
	m.link()
	var relations []*Relation
	for _, name := range slices.Sorted(maps.Keys(m.relations)) {
		if name[0] != '+' { // hidden
			relations = append(relations, m.relations[name])
		}
	}
	return relations
}

// Relation returns the relation that lookups call name, and whether there is one.
func (m *Meta) Relation(name string) (*Relation, bool) {
	m.link()
	r, ok := m.relations[name]
	return r, ok
}

// RelatedObjects returns the reverse relations: of other models that point to this one
// by a key. Generic relations are not among them.
func (m *Meta) RelatedObjects() []*Relation {
	return slices.DeleteFunc(m.Relations(), func(r *Relation) bool { return !r.Reverse || r.Kind == GenericBack })
}

// ParentList returns the models that m is a child of (multi-table inheritance),
// nearest first.
func (m *Meta) ParentList() []*Meta {
	m.link()
	var parents []*Meta
	for _, link := range m.Parents {
		parents = append(parents, link.Relation.To)
	}
	for _, p := range slices.Clone(parents) {
		parents = append(parents, p.ParentList()...)
	}
	return parents
}
