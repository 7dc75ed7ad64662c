package migrations

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/orm"
)

// AutodetectOptions say how [Autodetect] goes about it.
type AutodetectOptions struct {
	// Questioner answers what states do not tell. Default [Unattended].
	Questioner Questioner
	// Graph is the history that the migrations go on from, whose end is the first state.
	// Default none: all apps are new.
	Graph *Graph
	// Apps restricts the migrations to apps and those that they depend on. Default all.
	Apps []string
	// Name is the end of the migrations' names: "record_notes". Default: what they do.
	Name string
	// Now is for names of migrations that do too much to say. Default [time.Now].
	Now time.Time
}

// Autodetect returns the migrations that make the models of one state those of another,
// by app and in order (Django's MigrationAutodetector). The states are not changed.
//
// What models extend cannot change: a model with other Bases is an error. Changes of a
// model's Tablespace, RequiredVendor and RequiredFeatures are not seen, as in Django, and
// neither is the order of fields.
func Autodetect(ctx context.Context, from, to *State, opts *AutodetectOptions) ([]*Migration, error) {
	o := AutodetectOptions{}
	if opts != nil {
		o = *opts
	}
	if o.Questioner == nil {
		o.Questioner = Unattended{}
	}
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	d := &detector{asks: o.Questioner, old: from.Clone(), new: to, ops: map[string][]*planned{}, migrated: map[string]bool{}}
	for _, m := range from.All() {
		d.migrated[m.App] = true
	}
	if err := d.detect(ctx); err != nil {
		return nil, err
	}
	b := &builder{graph: o.Graph, ops: d.ops, migrated: d.migrated, migrations: map[string][]*Migration{}}
	if err := b.build(); err != nil {
		return nil, err
	}
	for _, list := range b.migrations {
		for _, m := range list {
			m.Operations = Optimize(m.App, m.Operations)
		}
	}
	b.arrange(o.Name, o.Now)
	if len(o.Apps) > 0 {
		b.trim(o.Apps)
	}
	var all []*Migration
	for _, app := range slices.Sorted(maps.Keys(b.migrations)) {
		all = append(all, b.migrations[app]...)
	}
	return all, nil
}

// A detector finds the operations between two states. The names and the order of its
// steps are Django's. Renames are applied to the old state as soon as they are known, so
// that what follows compares models and fields of equal names.
type detector struct {
	asks     Questioner
	old, new *State
	ops      map[string][]*planned // by app
	migrated map[string]bool       // apps that have models in the old state

	oldModels, newModels   map[string]bool // labels in lower case of models with tables
	oldProxies, newProxies map[string]bool
	throughUsers           map[string]dependency // models of many-to-many relations, and the fields that use them
}

// planned is an operation with what it needs to come before it.
type planned struct {
	op   Operation
	deps []dependency
}

// dependency is what an operation waits for; names of models are in lower case.
type dependency struct {
	app, model, field string
	is                dependencyKind
}

type dependencyKind uint8

const (
	created dependencyKind = iota // the model, or with field the field
	removed
	altered         // the field
	orderUnset      // order_with_respect_to is not the field any more
	togetherChanged // unique_together
)

// dependsOn is a dependency on a model or, with field, on one of its fields.
func dependsOn(label, field string, is dependencyKind) dependency {
	app, model, _ := strings.Cut(strings.ToLower(label), ".")
	return dependency{app, model, field, is}
}

func (d *detector) add(app string, op Operation, deps ...dependency) {
	d.ops[app] = append(d.ops[app], &planned{op, deps})
}

func (d *detector) addFirst(app string, op Operation, deps ...dependency) {
	d.ops[app] = append([]*planned{{op, deps}}, d.ops[app]...)
}

// labels returns which models have a table, and which are proxies.
func labels(s *State) (models, proxies map[string]bool) {
	models, proxies = map[string]bool{}, map[string]bool{}
	for _, m := range s.All() {
		if m.ProxyOf != "" {
			proxies[strings.ToLower(m.Label())] = true
		} else {
			models[strings.ToLower(m.Label())] = true
		}
	}
	return models, proxies
}

// sorted returns the labels of a that are in b too, or are not.
func sortedLabels(a, b map[string]bool, inB bool) []string {
	var out []string
	for label := range a {
		if b[label] == inB {
			out = append(out, label)
		}
	}
	slices.Sort(out)
	return out
}

func (d *detector) detect(ctx context.Context) error {
	d.oldModels, d.oldProxies = labels(d.old)
	d.newModels, d.newProxies = labels(d.new)
	if err := d.renamedModels(ctx); err != nil {
		return err
	}
	d.findThroughUsers()
	d.deletedModels()
	if err := d.createdModels(); err != nil {
		return err
	}
	d.deletedProxies()
	d.createdProxies()
	if err := d.sameBases(); err != nil {
		return err
	}
	d.alteredOptions()
	fields, err := d.renamedFields(ctx)
	if err != nil {
		return err
	}
	changes, err := d.keyChanges()
	if err != nil {
		return err
	}
	d.removedKeys(changes)
	for _, op := range fields {
		d.add(op.app, op.op)
	}
	d.renamedIndexes(changes)
	d.removedFields()
	if err := d.addedFields(ctx); err != nil {
		return err
	}
	if err := d.alteredFields(ctx); err != nil {
		return err
	}
	d.alteredOrder()
	d.alteredTogether()
	d.addedKeys(changes)
	d.alteredTables()
	return nil
}

// kept calls f with each model that is in both states, as it was and as it is.
func (d *detector) kept(f func(old, now *orm.ModelState) error) error {
	for _, label := range sortedLabels(d.newModels, d.oldModels, true) {
		if err := f(d.old.models[label], d.new.models[label]); err != nil {
			return err
		}
	}
	return nil
}

// keptAll is kept for changes that cannot fail.
func (d *detector) keptAll(f func(old, now *orm.ModelState)) {
	for _, label := range sortedLabels(d.newModels, d.oldModels, true) {
		f(d.old.models[label], d.new.models[label])
	}
}

// related returns what an operation with a relation waits for.
func related(m *orm.ModelState, f *Field) []dependency {
	if !isRelation(f) {
		return nil
	}
	deps := []dependency{dependsOn(labelIn(m.App, f.To), "", created)}
	if f.Through != "" {
		deps = append(deps, dependsOn(labelIn(m.App, f.Through), "", created))
	}
	return deps
}
