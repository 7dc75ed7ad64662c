package migrations

import (
	"context"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// AddField adds a field: a column, or the table of a many-to-many relation.
type AddField struct {
	Model string
	Field Field
	// Fill is the value for the rows that exist: a value of the field's Go type, or an
	// expression. A field that cannot be null needs it, unless the database gives a
	// default. It is not kept as a default.
	Fill any
}

// Describe says what it does.
func (op AddField) Describe() string { return "Add field " + op.Field.Name + " to " + op.Model }

// NameFragment returns "record_notes".
func (op AddField) NameFragment() string {
	return strings.ToLower(op.Model) + "_" + strings.ToLower(op.Field.Name)
}

// Mutate adds the field.
func (op AddField) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		if _, ok := fieldOf(m, op.Field.Name); ok {
			return fmt.Errorf("%s has a field %q already", m.Label(), op.Field.Name)
		}
		m.Fields = append(m.Fields, fullField(app, op.Field))
		return nil
	})
}

// fullField gives the labels of a field their app.
func fullField(app string, f Field) Field {
	f.To, f.Through = labelIn(app, f.To), labelIn(app, f.Through)
	return f
}

// Apply adds the column.
func (op AddField) Apply(ctx context.Context, e *Editor) error {
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) {
		if f, ok := e.field(m, op.Field.Name); ok {
			s.AddField(m, f, op.Fill)
		}
	})
}

// Unapply removes the column.
func (op AddField) Unapply(ctx context.Context, e *Editor) error {
	return e.withAfter(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) {
		if f, ok := e.field(m, op.Field.Name); ok {
			s.RemoveField(m, f)
		}
	})
}

// RemoveField removes a field, with its values.
type RemoveField struct {
	Model, Name string
	// Fill is the value for the rows that exist when the removal is reversed.
	Fill any
}

// Describe says what it does.
func (op RemoveField) Describe() string { return "Remove field " + op.Name + " from " + op.Model }

// NameFragment returns "remove_record_notes".
func (op RemoveField) NameFragment() string {
	return "remove_" + strings.ToLower(op.Model) + "_" + strings.ToLower(op.Name)
}

// Mutate removes the field.
func (op RemoveField) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		i, err := fieldIndex(m, op.Name)
		if err == nil {
			m.Fields = append(m.Fields[:i], m.Fields[i+1:]...)
		}
		return err
	})
}

// Apply removes the column.
func (op RemoveField) Apply(ctx context.Context, e *Editor) error {
	return e.withBefore(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) {
		if f, ok := e.field(m, op.Name); ok {
			s.RemoveField(m, f)
		}
	})
}

// Unapply adds the column again, empty.
func (op RemoveField) Unapply(ctx context.Context, e *Editor) error {
	return e.withBefore(ctx, op.Model, func(s *orm.Schema, m *orm.Meta) {
		if f, ok := e.field(m, op.Name); ok {
			s.AddField(m, f, op.Fill)
		}
	})
}

// AlterField changes a field of that name to what Field says.
type AlterField struct {
	Model string
	Field Field
	// Fill takes the place of nulls where the field cannot be null any more.
	Fill any
}

// Describe says what it does.
func (op AlterField) Describe() string { return "Alter field " + op.Field.Name + " on " + op.Model }

// NameFragment returns "alter_record_notes".
func (op AlterField) NameFragment() string {
	return "alter_" + strings.ToLower(op.Model) + "_" + strings.ToLower(op.Field.Name)
}

// Mutate replaces the field.
func (op AlterField) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		i, err := fieldIndex(m, op.Field.Name)
		if err == nil {
			m.Fields[i] = fullField(app, op.Field)
		}
		return err
	})
}

// Apply changes the column.
func (op AlterField) Apply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) {
		e.alter(s, before, after, op.Field.Name, op.Field.Name, op.Fill)
	})
}

// Unapply changes it back.
func (op AlterField) Unapply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) {
		e.alter(s, after, before, op.Field.Name, op.Field.Name, op.Fill)
	})
}

// RenameField renames a field, its column, and what names it in the model.
type RenameField struct{ Model, From, To string }

// Describe says what it does.
func (op RenameField) Describe() string {
	return "Rename field " + op.From + " on " + op.Model + " to " + op.To
}

// NameFragment returns "rename_notes_record_remarks".
func (op RenameField) NameFragment() string {
	return "rename_" + strings.ToLower(op.From) + "_" + strings.ToLower(op.Model) + "_" + strings.ToLower(op.To)
}

// Mutate renames the field in the state.
func (op RenameField) Mutate(app string, s *State) error {
	var label string
	err := s.change(app, op.Model, func(m *orm.ModelState) error {
		i, err := fieldIndex(m, op.From)
		if err != nil {
			return err
		}
		if _, taken := fieldOf(m, op.To); taken {
			return fmt.Errorf("%s has a field %q already", m.Label(), op.To)
		}
		m.Fields[i].Name = op.To
		label = m.Label()
		renameIn(m, op.From, op.To)
		return nil
	})
	if err != nil {
		return err
	}
	s.changeAll(func(m *orm.ModelState) {
		for i := range m.Fields {
			f := &m.Fields[i]
			if f.ToField == op.From && strings.EqualFold(f.To, label) {
				f.ToField = op.To
			}
			for k := range f.ThroughFields {
				if f.ThroughFields[k] == op.From && strings.EqualFold(f.Through, label) {
					f.ThroughFields[k] = op.To
				}
			}
		}
	})
	return nil
}

// renameIn changes the name of a field where options of its model name it.
func renameIn(m *orm.ModelState, from, to string) {
	names := func(list []string) []string {
		out := make([]string, len(list))
		for i, name := range list {
			switch name {
			case from:
				name = to
			case "-" + from:
				name = "-" + to
			}
			out[i] = name
		}
		if list == nil {
			return nil
		}
		return out
	}
	keys := func(list []Key) []Key {
		var out []Key
		for _, k := range list {
			if k.Field == from {
				k.Field = to
			}
			k.Expr = orm.RenameIn(k.Expr, from, to)
			out = append(out, k)
		}
		return out
	}
	m.Ordering, m.GetLatestBy = names(m.Ordering), names(m.GetLatestBy)
	if m.OrderWithRespectTo == from {
		m.OrderWithRespectTo = to
	}
	for i := range m.UniqueTogether {
		m.UniqueTogether[i] = names(m.UniqueTogether[i])
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		f.Generated, f.DBDefault = orm.RenameIn(f.Generated, from, to), orm.RenameIn(f.DBDefault, from, to)
	}
	for i := range m.Indexes {
		x := &m.Indexes[i]
		x.Fields, x.Keys, x.Include = names(x.Fields), keys(x.Keys), names(x.Include)
		x.Where = orm.RenameInPred(x.Where, from, to)
	}
	for i := range m.Constraints {
		c := &m.Constraints[i]
		c.Fields, c.Keys, c.Include = names(c.Fields), keys(c.Keys), names(c.Include)
		c.Where, c.Check = orm.RenameInPred(c.Where, from, to), orm.RenameInPred(c.Check, from, to)
	}
}

// Apply renames the column.
func (op RenameField) Apply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) {
		e.alter(s, before, after, op.From, op.To, nil)
	})
}

// Unapply renames it back.
func (op RenameField) Unapply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) {
		e.alter(s, after, before, op.To, op.From, nil)
	})
}
