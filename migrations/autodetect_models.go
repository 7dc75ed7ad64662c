package migrations

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// renamedModels asks of each new model whether it was one that is gone.
func (d *detector) renamedModels(ctx context.Context) error {
	for _, label := range sortedLabels(d.newModels, d.oldModels, false) {
		now := d.new.models[label]
		for _, gone := range sortedLabels(d.oldModels, d.newModels, false) {
			was := d.old.models[gone]
			if was.App != now.App {
				continue
			}
			same, err := sameFields(was, now)
			if err != nil {
				return err
			}
			if !same {
				continue
			}
			renamed, err := d.asks.RenamedModel(ctx, was, now)
			if err != nil {
				return err
			}
			if !renamed {
				continue
			}
			var deps []dependency
			for i := range now.Fields {
				deps = append(deps, related(now, &now.Fields[i])...)
			}
			op := RenameModel{From: was.Name, To: now.Name}
			if err := op.Mutate(was.App, d.old); err != nil {
				return err
			}
			d.add(was.App, op, deps...)
			d.oldModels, d.oldProxies = labels(d.old)
			break
		}
	}
	return nil
}

// findThroughUsers notes which many-to-many relations have a model of their own.
func (d *detector) findThroughUsers() {
	d.throughUsers = map[string]dependency{}
	for _, m := range d.old.All() {
		for i := range m.Fields {
			if f := &m.Fields[i]; f.Through != "" {
				d.throughUsers[strings.ToLower(labelIn(m.App, f.Through))] = dependsOn(m.Label(), f.Name, removed)
			}
		}
	}
}

// deferred are the fields that are added when all models are there: relations, and what
// the database computes of them. The key to a parent is part of the model.
func deferred(m *orm.ModelState) []*Field {
	var out []*Field
	names := map[string]bool{}
	for _, f := range sortedFields(m) {
		if isRelation(f) && !f.ParentLink && !f.PrimaryKey {
			out = append(out, f)
			names[f.Name] = true
		}
	}
	for _, f := range sortedFields(m) {
		if f.Generated == nil {
			continue
		}
		for _, name := range orm.FieldNames(f.Generated) {
			if names[name] {
				out = append(out, f)
				break
			}
		}
	}
	return out
}

// managedFirst sorts labels as they are created and deleted: models that are managed,
// then others.
func managedFirst(s *State, labels []string, backwards bool) []string {
	var managed, unmanaged []string
	for _, label := range labels {
		if s.models[label].Unmanaged {
			unmanaged = append(unmanaged, label)
		} else {
			managed = append(managed, label)
		}
	}
	if backwards {
		slices.Reverse(managed)
		slices.Reverse(unmanaged)
	}
	return append(managed, unmanaged...)
}

// deletedModels removes the relations of models before them, since models may refer to
// each other. What is not needed is optimized away.
func (d *detector) deletedModels() {
	for _, label := range managedFirst(d.old, sortedLabels(d.oldModels, d.newModels, false), false) {
		m := d.old.models[label]
		if len(m.UniqueTogether) > 0 {
			d.add(m.App, AlterUniqueTogether{Model: m.Name})
		}
		var deps []dependency
		for _, f := range deferred(m) {
			d.add(m.App, RemoveField{Model: m.Name, Name: f.Name}, d.removal(m, f)...)
			deps = append(deps, dependsOn(label, f.Name, removed))
		}
		for _, other := range d.old.All() {
			for i := range other.Fields {
				f := &other.Fields[i]
				switch {
				case !strings.EqualFold(labelIn(other.App, f.To), label):
				case f.ParentLink, f.PrimaryKey:
					deps = append(deps, dependsOn(other.Label(), "", removed))
				default:
					deps = append(deps, dependsOn(other.Label(), f.Name, removed), dependsOn(other.Label(), f.Name, altered))
				}
			}
			if strings.EqualFold(labelIn(other.App, other.ProxyOf), label) {
				deps = append(deps, dependsOn(other.Label(), "", removed))
			}
		}
		if user, ok := d.throughUsers[label]; ok {
			deps = append(deps, user)
		}
		d.add(m.App, DeleteModel{Name: m.Name}, deps...)
	}
}

// createdModels creates models without relations, which are added when all models are
// there, and then what needs these fields.
func (d *detector) createdModels() error {
	for _, label := range managedFirst(d.new, sortedLabels(d.newModels, d.oldModels, false), true) {
		m := d.new.models[label]
		if _, err := defineModel(m); err != nil {
			return err
		}
		later := deferred(m)
		d.addFirst(m.App, d.creation(m, later), d.creationNeeds(m)...)
		own := dependsOn(label, "", created)
		var all []dependency
		for _, f := range later {
			d.add(m.App, AddField{Model: m.Name, Field: *f}, append(d.addition(m, f), own)...)
			all = append(all, dependsOn(label, f.Name, created))
		}
		all = append(all, own)
		if to := m.OrderWithRespectTo; to != "" {
			d.add(m.App, AlterOrderWithRespectTo{Model: m.Name, To: to, Name: orderName(m)}, dependsOn(label, to, created), own)
		}
		for _, i := range m.Indexes {
			d.add(m.App, AddIndex{Model: m.Name, Index: i}, all...)
		}
		for _, c := range m.Constraints {
			d.add(m.App, AddConstraint{Model: m.Name, Constraint: c}, all...)
		}
		if len(m.UniqueTogether) > 0 {
			d.add(m.App, AlterUniqueTogether{Model: m.Name, UniqueTogether: m.UniqueTogether}, all...)
		}
		if d.oldProxies[label] {
			d.retarget(label)
		}
	}
	return nil
}

// defineModel finds expressions that cannot be written, before they are needed.
func defineModel(m *orm.ModelState) (defs []fieldDef, err error) {
	for i := range m.Fields {
		def, err := defineField(m, &m.Fields[i])
		if err != nil {
			return nil, err
		}
		defs = append(defs, def)
	}
	for i := range m.Indexes {
		if _, err := defineIndex(m, &m.Indexes[i]); err != nil {
			return nil, err
		}
	}
	for i := range m.Constraints {
		if _, err := defineConstraint(m, &m.Constraints[i]); err != nil {
			return nil, err
		}
	}
	return defs, nil
}

func (d *detector) creation(m *orm.ModelState, later []*Field) CreateModel {
	op := CreateModel(*m)
	op.App, op.Fields, op.Indexes, op.Constraints, op.UniqueTogether, op.OrderWithRespectTo = "", nil, nil, nil, nil, ""
	for i := range m.Fields {
		f := &m.Fields[i]
		if !slices.Contains(later, f) && (f.Type != orderType || m.OrderWithRespectTo == "") {
			op.Fields = append(op.Fields, *f)
		}
	}
	return op
}

// creationNeeds: no proxy of that name, the models that it extends without fields that
// are its own now, and those that its key is one to.
func (d *detector) creationNeeds(m *orm.ModelState) []dependency {
	deps := []dependency{dependsOn(m.Label(), "", removed)}
	for _, base := range m.Bases {
		base = labelIn(m.App, base)
		deps = append(deps, dependsOn(base, "", created))
		was, ok1 := d.old.ModelByLabel(base)
		is, ok2 := d.new.ModelByLabel(base)
		if !ok1 || !ok2 {
			continue
		}
		for _, f := range sortedFields(was) {
			if _, still := fieldOf(is, f.Name); still {
				continue
			}
			if _, own := fieldOf(m, f.Name); own {
				deps = append(deps, dependsOn(base, f.Name, removed))
			}
		}
	}
	for _, f := range sortedFields(m) {
		if isRelation(f) && (f.PrimaryKey || f.ParentLink) {
			deps = append(deps, related(m, f)...)
		}
	}
	return deps
}

// orderName is what the field of the order is called; "" is the usual name.
func orderName(m *orm.ModelState) string {
	for i := range m.Fields {
		if f := &m.Fields[i]; f.Type == orderType && f.Name != "order" {
			return f.Name
		}
	}
	return ""
}

// retarget alters the relations to a model that was a proxy and has a table now.
func (d *detector) retarget(label string) {
	for _, m := range d.new.All() {
		if was, ok := d.old.ModelByLabel(m.Label()); ok {
			for _, f := range sortedFields(m) {
				if _, had := fieldOf(was, f.Name); had && !f.ParentLink && strings.EqualFold(labelIn(m.App, f.To), label) {
					d.add(m.App, AlterField{Model: m.Name, Field: *f}, dependsOn(label, "", created))
				}
			}
		}
	}
}

// otherProxy tells whether a proxy is one of another model now.
func (d *detector) otherProxy(label string) bool {
	was, now := d.old.models[label], d.new.models[label]
	return d.oldProxies[label] && d.newProxies[label] && !strings.EqualFold(labelIn(was.App, was.ProxyOf), labelIn(now.App, now.ProxyOf))
}

func (d *detector) deletedProxies() {
	for _, m := range d.old.All() {
		if label := strings.ToLower(m.Label()); d.oldProxies[label] && (!d.newProxies[label] || d.otherProxy(label)) {
			d.add(m.App, DeleteModel{Name: m.Name})
		}
	}
}

func (d *detector) createdProxies() {
	for _, label := range sortedLabels(d.newProxies, nil, false) {
		if d.oldProxies[label] && !d.otherProxy(label) {
			continue
		}
		m := d.new.models[label]
		op := CreateModel(*m)
		op.App = ""
		d.add(m.App, op, dependsOn(label, "", removed), dependsOn(labelIn(m.App, m.ProxyOf), "", created))
	}
}

// sameBases refuses what no operation can do.
func (d *detector) sameBases() error {
	return d.kept(func(old, now *orm.ModelState) error {
		was, is := fullLabels(old), fullLabels(now)
		if slices.Equal(was, is) {
			return nil
		}
		return fmt.Errorf("%s extended [%s] and extends [%s] now, which no operation can do: make another model, and move the rows with a data migration",
			now.Label(), strings.Join(was, " "), strings.Join(is, " "))
	})
}

func fullLabels(m *orm.ModelState) []string {
	var out []string
	for _, base := range m.Bases {
		out = append(out, strings.ToLower(labelIn(m.App, base)))
	}
	return out
}

// alteredOptions finds changes that the database does not know.
func (d *detector) alteredOptions() {
	for _, label := range slices.Sorted(func(yield func(string) bool) {
		for label, m := range d.new.models {
			if d.old.models[label] != nil && (d.old.models[label].ProxyOf == "") == (m.ProxyOf == "") && !yield(label) {
				return
			}
		}
	}) {
		old, now := d.old.models[label], d.new.models[label]
		if !slices.Equal(old.Ordering, now.Ordering) || !slices.Equal(old.GetLatestBy, now.GetLatestBy) || old.Unmanaged != now.Unmanaged {
			d.add(now.App, AlterModelOptions{Model: now.Name, Ordering: now.Ordering, GetLatestBy: now.GetLatestBy, Unmanaged: now.Unmanaged})
		}
	}
}

// alteredTables finds other names and comments of tables.
func (d *detector) alteredTables() {
	d.keptAll(func(old, now *orm.ModelState) {
		if old.Table != now.Table {
			d.add(now.App, AlterModelTable{Model: now.Name, Table: now.Table})
		}
	})
	d.keptAll(func(old, now *orm.ModelState) {
		if old.Comment != now.Comment {
			d.add(now.App, AlterModelTableComment{Model: now.Name, Comment: now.Comment})
		}
	})
}
