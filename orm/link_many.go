package orm

import "strings"

// resolveThrough finds or makes the model between of a many-to-many relation.
func (r *registry) resolveThrough(f *Field) {
	rel := f.Relation
	self := rel.To.concrete() == f.Model
	rel.Symmetrical = rel.Symmetrical && self
	if rel.throughRef.label == "" && rel.throughRef.typ == nil {
		r.makeThrough(f)
		return
	}
	rel.Through = r.target(f.Model, rel.throughRef)
	if rel.Through == nil {
		f.errorf("fields.E331", "", "Field specifies a many-to-many relation through model %q, which has not been installed.", rel.throughRef.label)
		return
	}
	r.checkThrough(f)
	rel.ThroughFrom = throughKey(rel.Through, f.Model, rel.throughFields[0], nil)
	if rel.ThroughFrom != nil {
		rel.ThroughTo = throughKey(rel.Through, rel.To, rel.throughFields[1], rel.ThroughFrom)
	}
	if rel.ThroughTo == nil {
		f.errorf("fields.E336", "Name the two keys with through_fields=from:to.",
			"The model is used as an intermediate model by %q, but it does not have a foreign key to %q or %q.", f, f.Model.Name, rel.To.Name)
		rel.ThroughFrom = nil
	}
}

// checkThrough tells of keys between which the relation does not choose.
func (r *registry) checkThrough(f *Field) {
	rel := f.Relation
	if rel.throughFields[0] != "" {
		for i, to := range []*Meta{f.Model, rel.To} {
			name := rel.throughFields[i]
			switch key := rel.Through.byName[name]; {
			case key == nil:
				f.errorf("fields.E338", "", "The intermediary model %q has no field %q.", rel.Through.Label(), name)
			case key.Relation == nil || key.Relation.To == nil || key.Relation.To.concrete() != to.concrete():
				f.errorf("fields.E339", "", "%q is not a foreign key to %q.", rel.Through.Name+"."+name, to.Name)
			}
		}
		return
	}
	from, to := countKeys(rel.Through, f.Model), countKeys(rel.Through, rel.To)
	const hint = "Name the two keys with through_fields=from:to."
	switch {
	case f.Model == rel.To.concrete():
		if from > 2 {
			f.errorf("fields.E333", hint, "The model is used as an intermediate model by %q, but it has more than two foreign keys to %q, which is ambiguous.", f, f.Model.Name)
		}
	case from > 1:
		f.errorf("fields.E334", hint, "The model is used as an intermediate model by %q, but it has more than one foreign key from %q, which is ambiguous.", f, f.Model.Name)
	case to > 1:
		f.errorf("fields.E335", hint, "The model is used as an intermediate model by %q, but it has more than one foreign key to %q, which is ambiguous.", f, rel.To.Name)
	}
}

func countKeys(through, to *Meta) int {
	n := 0
	for _, f := range through.Fields {
		if f.Relation != nil && f.Relation.To != nil && f.Relation.To.concrete() == to.concrete() {
			n++
		}
	}
	return n
}

// throughKey finds the key of through that points to a model: that of the name, or
// the first that is not taken.
func throughKey(through, to *Meta, name string, taken *Field) *Field {
	for _, f := range through.Fields {
		if f == taken || f.Relation == nil || f.Relation.To == nil || name != "" && f.Name != name {
			continue
		}
		if f.Relation.To.concrete() == to.concrete() {
			return f
		}
	}
	return nil
}

// makeThrough makes the model that Django makes for a relation without one.
func (r *registry) makeThrough(f *Field) {
	m, rel := f.Model, f.Relation
	from, to := m.modelName(), rel.To.modelName()
	if from == to {
		from, to = "from_"+from, "to_"+to
	}
	t := &Meta{
		App: m.App, Name: m.Name + "_" + f.Name, Table: rel.throughTable, Source: m.Source, AutoCreated: true,
		Unmanaged: m.Unmanaged && rel.To.Unmanaged, Tablespace: m.Tablespace,
		Verbose: m.Name + "-" + rel.To.Name + " relationship",
	}
	t.VerbosePlural = t.Verbose + "s"
	t.root = &Path{model: t}
	t.linked.registry = r
	if t.Table == "" {
		t.Table = m.Table + "_" + f.Name
	}
	id := &Field{Model: t, Name: "id", Column: "id", Type: "BigAutoField", Kind: KindInt64, Auto: true, AutoCreated: true,
		PrimaryKey: true, Unique: true, Blank: true, Verbose: "ID"}
	rel.ThroughFrom = t.throughField(from, m, rel)
	rel.ThroughTo = t.throughField(to, rel.To, rel)
	rel.Through = t
	t.Fields = []*Field{id, rel.ThroughFrom, rel.ThroughTo}
	t.PK, t.PKs = id, t.Fields[:1]
	t.UniqueTogether = [][]*Field{t.Fields[1:]}
	t.index()
	r.models = append(r.models, t)
	r.byLabel[t.LabelLower()] = t
}

// throughField makes a key of an automatic model.
func (t *Meta) throughField(name string, to *Meta, of *Relation) *Field {
	f := &Field{Model: t, Name: name, Column: name + "_id", Type: "ForeignKey", Index: true, AutoCreated: true,
		Verbose: strings.ReplaceAll(name, "_", " ")}
	f.Relation = &Relation{Kind: ManyToOne, Name: name, Accessor: name, From: t, To: to, Field: f, ToField: to.PK,
		NoConstraint: of.NoConstraint, RelatedName: "+"}
	if to.PK != nil {
		f.Kind, f.valueType = to.PK.Kind, to.PK.valueType
	}
	return f
}
