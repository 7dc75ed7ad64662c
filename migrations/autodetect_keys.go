package migrations

import (
	"slices"

	"github.com/nuages-web/nuages/orm"
)

// keyChange is what became of the indexes and constraints of a model.
type keyChange struct {
	model              *orm.ModelState
	anew               map[string]bool // fields that are removed and added, with what names them
	added, removed     []Index
	renamed            []RenameIndex
	constraintsAdded   []Constraint
	constraintsRemoved []Constraint
}

// keyChanges compares indexes and constraints after renames of fields.
func (d *detector) keyChanges() ([]*keyChange, error) {
	var changes []*keyChange
	err := d.kept(func(old, now *orm.ModelState) error {
		c := &keyChange{model: now, anew: map[string]bool{}}
		changes = append(changes, c)
		if err := c.fields(old, now); err != nil {
			return err
		}
		if err := c.indexes(old, now); err != nil {
			return err
		}
		return c.constraints(old, now)
	})
	return changes, err
}

func (c *keyChange) fields(old, now *orm.ModelState) error {
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
		if a.otherKind(b) {
			c.anew[f.Name] = true
		}
	}
	return nil
}

// stays tells whether something that names fields can stay.
func (c *keyChange) stays(names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return c.anew[name] })
}

func indexNames(i *Index) []string { return namedIn(i.Fields, i.Keys, i.Include, i.Where) }

func constraintNames(c *Constraint) []string {
	return namedIn(c.Fields, c.Keys, c.Include, c.Where, c.Check)
}

// indexes finds indexes that differ; those that differ in name only are renamed.
func (c *keyChange) indexes(old, now *orm.ModelState) error {
	was, err := definitions(old, old.Indexes, defineIndex)
	if err != nil {
		return err
	}
	is, err := definitions(now, now.Indexes, defineIndex)
	if err != nil {
		return err
	}
	gone := map[int]bool{}
	for k := range old.Indexes {
		gone[k] = true
	}
	var fresh []int
	for k := range now.Indexes {
		same := slices.IndexFunc(old.Indexes, func(i Index) bool { return i.Name == now.Indexes[k].Name })
		if same >= 0 && was[same] == is[k] && c.stays(indexNames(&now.Indexes[k])) {
			delete(gone, same)
		} else {
			fresh = append(fresh, k)
		}
	}
	for _, k := range fresh {
		renamed := -1
		for o := range old.Indexes {
			if gone[o] && was[o] == is[k] && c.stays(indexNames(&now.Indexes[k])) && old.Indexes[o].Name != now.Indexes[k].Name {
				renamed = o
				break
			}
		}
		if renamed < 0 {
			c.added = append(c.added, now.Indexes[k])
			continue
		}
		delete(gone, renamed)
		c.renamed = append(c.renamed, RenameIndex{Model: now.Name, From: old.Indexes[renamed].Name, To: now.Indexes[k].Name})
	}
	for o, i := range old.Indexes {
		if gone[o] {
			c.removed = append(c.removed, i)
		}
	}
	return nil
}

func definitions[T any](m *orm.ModelState, list []T, define func(*orm.ModelState, *T) (string, error)) ([]string, error) {
	out := make([]string, len(list))
	for i := range list {
		var err error
		if out[i], err = define(m, &list[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c *keyChange) constraints(old, now *orm.ModelState) error {
	was, err := definitions(old, old.Constraints, defineConstraint)
	if err != nil {
		return err
	}
	is, err := definitions(now, now.Constraints, defineConstraint)
	if err != nil {
		return err
	}
	for k := range is {
		if !slices.Contains(was, is[k]) || !c.stays(constraintNames(&now.Constraints[k])) {
			c.constraintsAdded = append(c.constraintsAdded, now.Constraints[k])
		}
	}
	for k := range was {
		if !slices.Contains(is, was[k]) || !c.stays(constraintNames(&old.Constraints[k])) {
			c.constraintsRemoved = append(c.constraintsRemoved, old.Constraints[k])
		}
	}
	return nil
}

// removedKeys removes indexes and constraints, before their fields are.
func (d *detector) removedKeys(changes []*keyChange) {
	for _, c := range changes {
		for _, x := range c.constraintsRemoved {
			d.add(c.model.App, RemoveConstraint{Model: c.model.Name, Name: x.Name})
		}
	}
	for _, c := range changes {
		for _, i := range c.removed {
			d.add(c.model.App, RemoveIndex{Model: c.model.Name, Name: i.Name})
		}
	}
}

func (d *detector) renamedIndexes(changes []*keyChange) {
	for _, c := range changes {
		for _, op := range c.renamed {
			d.add(c.model.App, op)
		}
	}
}

// addedKeys adds indexes and constraints, after their fields.
func (d *detector) addedKeys(changes []*keyChange) {
	for _, c := range changes {
		for _, i := range c.added {
			d.add(c.model.App, AddIndex{Model: c.model.Name, Index: i}, d.newFields(c.model)...)
		}
	}
	for _, c := range changes {
		for _, x := range c.constraintsAdded {
			d.add(c.model.App, AddConstraint{Model: c.model.Name, Constraint: x}, d.newFields(c.model)...)
		}
	}
}
