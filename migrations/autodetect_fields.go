package migrations

import (
	"context"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// appOperation is an operation with its app.
type appOperation struct {
	app string
	op  Operation
}

// renamedFields asks of each new field whether it was one that is gone. A field that
// keeps its column is altered to say so, and then renamed.
func (d *detector) renamedFields(ctx context.Context) ([]appOperation, error) {
	var ops []appOperation
	err := d.kept(func(_, now *orm.ModelState) error {
		for _, f := range sortedFields(now) {
			found, err := d.renamedField(ctx, now, f)
			if err != nil {
				return err
			}
			for _, op := range found {
				if err := op.Mutate(now.App, d.old); err != nil {
					return err
				}
				ops = append(ops, appOperation{now.App, op})
			}
		}
		return d.renamedOrder(now, &ops)
	})
	return ops, err
}

func (d *detector) renamedField(ctx context.Context, now *orm.ModelState, f *Field) ([]Operation, error) {
	was, _ := d.old.Model(now.App, now.Name)
	if _, ok := fieldOf(was, f.Name); ok || f.ParentLink {
		return nil, nil
	}
	def, err := defineField(now, f)
	if err != nil {
		return nil, err
	}
	for _, gone := range sortedFields(was) {
		if _, still := fieldOf(now, gone.Name); still {
			continue
		}
		old, err := defineField(was, gone)
		if err != nil {
			return nil, err
		}
		kept := old
		if kept.Column == "" {
			kept.Column = columnOf(gone)
		}
		if old != def && (kept != def || isMany(gone)) {
			continue
		}
		renamed, err := d.asks.RenamedField(ctx, now, gone, f)
		if err != nil {
			return nil, err
		}
		if !renamed {
			continue
		}
		rename := RenameField{Model: now.Name, From: gone.Name, To: f.Name}
		if old == def {
			return []Operation{rename}, nil
		}
		altered := *f
		altered.Name = gone.Name
		return []Operation{AlterField{Model: now.Name, Field: altered}, rename}, nil
	}
	return nil, nil
}

// columnOf is the column of a field that does not name it.
func columnOf(f *Field) string {
	if isRelation(f) {
		return f.Name + "_id"
	}
	return f.Name
}

// renamedOrder renames the field of order_with_respect_to, which keeps its column.
func (d *detector) renamedOrder(now *orm.ModelState, ops *[]appOperation) error {
	was, _ := d.old.Model(now.App, now.Name)
	from, to := orderField(was), orderField(now)
	if from == "" || to == "" || from == to {
		return nil
	}
	op := RenameField{Model: now.Name, From: from, To: to}
	*ops = append(*ops, appOperation{now.App, op})
	return op.Mutate(now.App, d.old)
}

func orderField(m *orm.ModelState) string {
	for i := range m.Fields {
		if m.Fields[i].Type == orderType {
			return m.Fields[i].Name
		}
	}
	return ""
}

// removal is what the removal of a field waits for: what names it in the model.
func (d *detector) removal(m *orm.ModelState, f *Field) []dependency {
	deps := []dependency{dependsOn(m.Label(), f.Name, orderUnset), dependsOn(m.Label(), f.Name, togetherChanged)}
	for _, g := range sortedFields(m) {
		if g.Generated != nil && slices.Contains(orm.FieldNames(g.Generated), f.Name) {
			deps = append(deps, dependsOn(m.Label(), g.Name, removed))
		}
	}
	return deps
}

// addition is what a new field waits for.
func (d *detector) addition(m *orm.ModelState, f *Field) []dependency {
	deps := related(m, f)
	for _, name := range orm.FieldNames(f.Generated) {
		deps = append(deps, dependsOn(m.Label(), name, created))
	}
	return deps
}

func (d *detector) removedFields() {
	d.keptAll(func(old, now *orm.ModelState) {
		for _, f := range sortedFields(old) {
			if _, still := fieldOf(now, f.Name); !still {
				d.add(now.App, RemoveField{Model: now.Name, Name: f.Name}, d.removal(old, f)...)
			}
		}
	})
}

func (d *detector) addedFields(ctx context.Context) error {
	return d.kept(func(old, now *orm.ModelState) error {
		for _, f := range sortedFields(now) {
			if _, had := fieldOf(old, f.Name); had {
				continue
			}
			if err := d.addedField(ctx, now, f); err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *detector) addedField(ctx context.Context, m *orm.ModelState, f *Field, deps ...dependency) error {
	op := AddField{Model: m.Name, Field: *f}
	switch {
	case f.Null || f.DBDefault != nil || f.Generated != nil || isMany(f):
	case f.AutoNow || f.AutoNowAdd:
		op.Fill = now(f)
	default:
		fill, err := d.asks.Fill(ctx, m, f, false)
		if err != nil {
			return err
		}
		op.Fill = fill
	}
	d.add(m.App, op, append(deps, d.addition(m, f)...)...)
	return nil
}

// now is the moment of the migration as the field's type has it.
func now(f *Field) any {
	switch f.Type {
	case "DateField":
		return orm.Now().Date()
	case "TimeField":
		return orm.Now().TimeOfDay()
	}
	return orm.Now()
}

// alteredFields finds fields that differ. One between a column and a many-to-many
// relation, and what the database computes, is removed and added.
func (d *detector) alteredFields(ctx context.Context) error {
	return d.kept(func(old, now *orm.ModelState) error {
		for _, f := range sortedFields(now) {
			was, had := fieldOf(old, f.Name)
			if !had {
				continue
			}
			a, err := defineField(old, was)
			if err != nil {
				return err
			}
			b, err := defineField(now, f)
			if err != nil {
				return err
			}
			switch {
			case a == b:
			case a.otherKind(b):
				d.add(now.App, RemoveField{Model: now.Name, Name: f.Name}, d.removal(old, was)...)
				err = d.addedField(ctx, now, f, dependsOn(now.Label(), f.Name, removed))
			default:
				err = d.alteredField(ctx, now, was, f)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func (d *detector) alteredField(ctx context.Context, m *orm.ModelState, was, f *Field) error {
	op := AlterField{Model: m.Name, Field: *f}
	if was.Null && !f.Null && f.DBDefault == nil && f.Generated == nil && !isMany(f) {
		fill, err := d.asks.Fill(ctx, m, f, true)
		if err != nil {
			return err
		}
		op.Fill = fill
	}
	d.add(m.App, op, related(m, f)...)
	return nil
}

// alteredOrder finds changes of order_with_respect_to.
func (d *detector) alteredOrder() {
	d.keptAll(func(old, now *orm.ModelState) {
		if old.OrderWithRespectTo == now.OrderWithRespectTo {
			return
		}
		var deps []dependency
		if to := now.OrderWithRespectTo; to != "" {
			deps = append(deps, dependsOn(now.Label(), to, created))
		}
		d.add(now.App, AlterOrderWithRespectTo{Model: now.Name, To: now.OrderWithRespectTo, Name: orderName(now)}, deps...)
	})
}

// alteredTogether finds changes of unique_together.
func (d *detector) alteredTogether() {
	d.keptAll(func(old, now *orm.ModelState) {
		if slices.Equal(togetherSet(old), togetherSet(now)) {
			return
		}
		d.add(now.App, AlterUniqueTogether{Model: now.Name, UniqueTogether: now.UniqueTogether}, d.newFields(now)...)
	})
}

func togetherSet(m *orm.ModelState) []string {
	var sets []string
	for _, names := range m.UniqueTogether {
		sets = append(sets, strings.Join(names, " "))
	}
	slices.Sort(sets)
	return sets
}

// newFields is what waits for every new field of a model.
func (d *detector) newFields(m *orm.ModelState) []dependency {
	was, _ := d.old.Model(m.App, m.Name)
	var deps []dependency
	for _, f := range sortedFields(m) {
		if _, had := fieldOf(was, f.Name); !had {
			deps = append(deps, dependsOn(m.Label(), f.Name, created))
			deps = append(deps, related(m, f)...)
		}
	}
	return deps
}
