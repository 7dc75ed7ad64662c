package migrations

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// AddIndex makes an index.
type AddIndex struct {
	Model string
	Index Index
}

// Describe says what it does.
func (op AddIndex) Describe() string { return "Create index " + op.Index.Name + " on " + op.Model }

// NameFragment returns "record_shop_record_title_1a2b3c_idx".
func (op AddIndex) NameFragment() string {
	return strings.ToLower(op.Model) + "_" + strings.ToLower(op.Index.Name)
}

// Mutate adds the index.
func (op AddIndex) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		if op.Index.Name == "" {
			return fmt.Errorf("an index of %s has no name", m.Label())
		}
		m.Indexes = append(m.Indexes, op.Index)
		return nil
	})
}

// Apply makes the index.
func (op AddIndex) Apply(ctx context.Context, e *Editor) error {
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.index(m, op.Index.Name, s.AddIndex) })
}

// Unapply drops it.
func (op AddIndex) Unapply(ctx context.Context, e *Editor) error {
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.index(m, op.Index.Name, s.RemoveIndex) })
}

// RemoveIndex drops an index.
type RemoveIndex struct{ Model, Name string }

// Describe says what it does.
func (op RemoveIndex) Describe() string { return "Remove index " + op.Name + " from " + op.Model }

// NameFragment returns "remove_record_" and the index.
func (op RemoveIndex) NameFragment() string {
	return "remove_" + strings.ToLower(op.Model) + "_" + strings.ToLower(op.Name)
}

// Mutate removes the index.
func (op RemoveIndex) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		n := len(m.Indexes)
		m.Indexes = slices.DeleteFunc(m.Indexes, func(i Index) bool { return i.Name == op.Name })
		if len(m.Indexes) == n {
			return fmt.Errorf("%s has no index %q at this point of the history", m.Label(), op.Name)
		}
		return nil
	})
}

// Apply drops the index.
func (op RemoveIndex) Apply(ctx context.Context, e *Editor) error {
	return e.withBefore(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.index(m, op.Name, s.RemoveIndex) })
}

// Unapply makes it again.
func (op RemoveIndex) Unapply(ctx context.Context, e *Editor) error {
	return e.withBefore(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.index(m, op.Name, s.AddIndex) })
}

// RenameIndex renames an index.
type RenameIndex struct{ Model, From, To string }

// Describe says what it does.
func (op RenameIndex) Describe() string {
	return "Rename index " + op.From + " on " + op.Model + " to " + op.To
}

// NameFragment returns "rename_" and both names.
func (op RenameIndex) NameFragment() string {
	return "rename_" + strings.ToLower(op.From) + "_" + strings.ToLower(op.To)
}

// Mutate renames the index in the state.
func (op RenameIndex) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		i := slices.IndexFunc(m.Indexes, func(i Index) bool { return i.Name == op.From })
		if i < 0 {
			return fmt.Errorf("%s has no index %q at this point of the history", m.Label(), op.From)
		}
		m.Indexes[i].Name = op.To
		return nil
	})
}

// Apply renames the index.
func (op RenameIndex) Apply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) {
		e.index(before, op.From, func(m *orm.Meta, old *orm.Index) {
			e.index(after, op.To, func(m *orm.Meta, now *orm.Index) { s.RenameIndex(m, old, now) })
		})
	})
}

// Unapply renames it back.
func (op RenameIndex) Unapply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) {
		e.index(after, op.To, func(m *orm.Meta, old *orm.Index) {
			e.index(before, op.From, func(m *orm.Meta, now *orm.Index) { s.RenameIndex(m, old, now) })
		})
	})
}

// AddConstraint adds a constraint.
type AddConstraint struct {
	Model      string
	Constraint Constraint
}

// Describe says what it does.
func (op AddConstraint) Describe() string {
	return "Create constraint " + op.Constraint.Name + " on model " + op.Model
}

// NameFragment returns "record_" and the constraint.
func (op AddConstraint) NameFragment() string {
	return strings.ToLower(op.Model) + "_" + strings.ToLower(op.Constraint.Name)
}

// Mutate adds the constraint.
func (op AddConstraint) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		m.Constraints = append(m.Constraints, op.Constraint)
		return nil
	})
}

// Apply adds the constraint.
func (op AddConstraint) Apply(ctx context.Context, e *Editor) error {
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.constraint(m, op.Constraint.Name, s.AddConstraint) })
}

// Unapply drops it.
func (op AddConstraint) Unapply(ctx context.Context, e *Editor) error {
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.constraint(m, op.Constraint.Name, s.RemoveConstraint) })
}

// RemoveConstraint drops a constraint.
type RemoveConstraint struct{ Model, Name string }

// Describe says what it does.
func (op RemoveConstraint) Describe() string {
	return "Remove constraint " + op.Name + " from model " + op.Model
}

// NameFragment returns "remove_record_" and the constraint.
func (op RemoveConstraint) NameFragment() string {
	return "remove_" + strings.ToLower(op.Model) + "_" + strings.ToLower(op.Name)
}

// Mutate removes the constraint.
func (op RemoveConstraint) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		n := len(m.Constraints)
		m.Constraints = slices.DeleteFunc(m.Constraints, func(c Constraint) bool { return c.Name == op.Name })
		if len(m.Constraints) == n {
			return fmt.Errorf("%s has no constraint %q at this point of the history", m.Label(), op.Name)
		}
		return nil
	})
}

// Apply drops the constraint.
func (op RemoveConstraint) Apply(ctx context.Context, e *Editor) error {
	return e.withBefore(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.constraint(m, op.Name, s.RemoveConstraint) })
}

// Unapply adds it again.
func (op RemoveConstraint) Unapply(ctx context.Context, e *Editor) error {
	return e.withBefore(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) { e.constraint(m, op.Name, s.AddConstraint) })
}
