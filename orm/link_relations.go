package orm

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// relate resolves the relations of all models, and finds the ways back.
func (r *registry) relate() {
	given := slices.Clone(r.models)
	for _, m := range given {
		for _, f := range m.Fields {
			if f.Relation != nil && m.Proxy == nil {
				r.resolve(f)
			}
		}
	}
	for _, m := range given {
		for _, f := range m.ManyToMany {
			if m.Proxy == nil && r.resolve(f) {
				r.resolveThrough(f)
			}
		}
	}
	for _, m := range r.models {
		if m.Proxy != nil {
			continue // it has those of its model
		}
		for _, f := range slices.Concat(m.Fields, m.ManyToMany) {
			if f.Relation != nil && f.Relation.To != nil {
				m.forward(f)
			}
		}
	}
	for _, m := range given {
		for _, f := range m.Generic {
			if m.Proxy == nil && r.resolve(f) {
				m.relateGeneric(f)
			}
		}
	}
	done := map[*Meta]bool{}
	for _, m := range r.models {
		m.inheritRelations(done)
	}
}

// resolve finds the target of a relation.
func (r *registry) resolve(f *Field) bool {
	rel := f.Relation
	if rel.To == nil {
		rel.To = r.target(f.Model, f.target)
	}
	if rel.To == nil {
		name := f.target.label
		if f.target.typ != nil {
			name = f.target.typ.String()
		}
		f.errorf("fields.E300", "Its package must be imported, and have code of nuages generate.",
			"Field defines a relation with model %q, which is either not installed, or is abstract.", name)
		return false
	}
	if f.Kind == KindM2M {
		return true
	}
	rel.ToField = rel.To.PK
	if name := f.target.toName; name != "" {
		rel.ToField = rel.To.byName[name]
		if rel.ToField == nil || rel.ToField.Model != rel.To {
			f.errorf("fields.E312", "", "The to_field %q doesn't exist on the related model %q.", name, rel.To.Label())
			rel.To = nil
			return false
		}
	}
	if rel.ToField == nil {
		rel.To = nil // told of the target
		return false
	}
	if from, to := f.valueType, rel.ToField.valueType; from != nil && to != nil && kindGroup(from.Kind()) != kindGroup(to.Kind()) {
		f.errorf("fields.N006", fmt.Sprintf("Use orm.FKey[%s, %s] or one like it.", rel.To.Name, to),
			"The key is of type %s, and %s, which it refers to, of type %s.", from, rel.ToField, to)
	}
	return true
}

func (r *registry) target(from *Meta, ref targetRef) *Meta {
	if ref.typ != nil {
		return r.byType[ref.typ]
	}
	app, name, ok := strings.Cut(ref.label, ".")
	if !ok {
		app, name = from.App, ref.label
	}
	return r.byLabel[app+"."+strings.ToLower(name)]
}

// forward enters a relation into both models.
func (m *Meta) forward(f *Field) {
	rel := f.Relation
	if f.Kind != KindM2M {
		rel.hops = []hop{{to: rel.To, from: f, into: rel.ToField, forward: true, nullable: f.Null}}
		target := rel.To.concrete()
		target.incoming = append(target.incoming, f)
	} else if rel.ThroughFrom != nil {
		rel.hops = manyHops(rel)
	} else {
		return
	}
	m.relations[f.Name] = rel
	if back := m.reverse(f); back != nil {
		rel.Inverse = back
		m.enterReverse(back)
	}
}

// manyHops goes to the table between, and from there to the other side.
func manyHops(r *Relation) []hop {
	return []hop{
		{to: r.Through, from: r.ThroughFrom.Relation.ToField, into: r.ThroughFrom, many: true, nullable: true},
		{to: r.ThroughTo.Relation.To, from: r.ThroughTo, into: r.ThroughTo.Relation.ToField, forward: true, nullable: r.ThroughTo.Null},
	}
}

// reverse makes the way back of a relation, or nil where it is hidden.
func (m *Meta) reverse(f *Field) *Relation {
	rel := f.Relation
	name, query := m.expand(rel.RelatedName), m.expand(rel.QueryName)
	if name == "" {
		name = m.expand(m.DefaultRelatedName)
	}
	if strings.HasSuffix(name, "+") || f.Kind == KindM2M && rel.Symmetrical {
		if f.Kind != KindM2M {
			return nil
		}
		// Prefetch and the rows of one owner go along it, so it is there, under
		// a name that no lookup can have.
		name, query = "+"+f.String(), ""
	}
	back := &Relation{
		Kind: OneToMany, From: rel.To, To: m, Reverse: true, Field: f, Inverse: rel, ToField: rel.ToField,
		OnDelete: rel.OnDelete, OnDeleteTo: rel.OnDeleteTo, NoConstraint: rel.NoConstraint, ParentLink: rel.ParentLink,
		RelatedName: rel.RelatedName, QueryName: rel.QueryName,
	}
	back.Accessor = m.modelName() + "_set"
	switch rel.Kind {
	case OneToOneRel:
		back.Kind, back.Accessor = OneToOneBack, m.modelName()
	case ManyToManyRel:
		back.Kind, back.Through = ManyToManyRel, rel.Through
		back.ThroughFrom, back.ThroughTo = rel.ThroughTo, rel.ThroughFrom
	}
	if name != "" {
		back.Accessor = name
	}
	back.Name = query
	if back.Name == "" {
		back.Name = name
	}
	if back.Name == "" {
		back.Name = m.modelName()
	}
	if back.Kind == ManyToManyRel {
		back.hops = manyHops(back)
	} else {
		back.hops = []hop{{to: m, from: rel.ToField, into: f, many: back.Kind == OneToMany, nullable: true}}
	}
	return back
}

// enterReverse gives the way back to its model, or tells what is in its way.
func (m *Meta) enterReverse(back *Relation) {
	to := back.From.concrete()
	back.From = to
	f := back.Field
	if to.linked.registry != defined {
		// The history may have a model beside the one that takes its place.
		if to.byName[back.Name] == nil && to.relations[back.Name] == nil {
			to.relations[back.Name] = back
		}
		return
	}
	hint := fmt.Sprintf("Add or change related_name in the tag of %q.", f)
	if other := to.byName[back.Accessor]; other != nil && other.Model == to && other.Name == back.Accessor {
		f.errorf("fields.E302", hint, "Reverse accessor %q for %q clashes with field name %q.", to.Name+"."+back.Accessor, f, other)
	}
	if other := to.byName[back.Name]; other != nil && other.Model == to && other.Name == back.Name {
		f.errorf("fields.E303", hint, "Reverse query name for %q clashes with field name %q.", f, other)
		return
	}
	for _, name := range slices.Sorted(maps.Keys(to.relations)) {
		if other := to.relations[name]; other.Reverse && other.Accessor == back.Accessor {
			f.errorf("fields.E304", hint, "Reverse accessor %q for %q clashes with reverse accessor for %q.", to.Name+"."+back.Accessor, f, other.Field)
		}
	}
	if other := to.relations[back.Name]; other != nil && other.Reverse {
		f.errorf("fields.E305", hint, "Reverse query name for %q clashes with reverse query name for %q.", f, other.Field)
		return
	}
	to.relations[back.Name] = back
}

// inheritRelations gives a child the relations of its parents, and a proxy those of
// its model.
func (m *Meta) inheritRelations(done map[*Meta]bool) {
	if done[m] {
		return
	}
	done[m] = true
	if m.Proxy != nil {
		m.Proxy.inheritRelations(done)
		for name, rel := range m.Proxy.relations {
			r := *rel
			r.From = m
			if !r.Reverse && r.parent == nil {
				r.Field = m.byName[r.Field.Name]
				r.Field.Relation = &r
			}
			m.relations[name] = &r
		}
		return
	}
	for _, link := range m.Parents {
		parent := link.Relation.To
		if parent == nil || len(link.Relation.hops) == 0 {
			continue
		}
		parent.inheritRelations(done)
		for name, rel := range parent.relations {
			if m.relations[name] != nil || rel.Reverse && rel.ParentLink {
				continue
			}
			r := *rel
			r.From, r.parent = m, rel
			r.hops = slices.Concat(link.Relation.hops, rel.hops)
			m.relations[name] = &r
		}
	}
}
