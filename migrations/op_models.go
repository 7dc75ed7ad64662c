package migrations

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// CreateModel makes the table of a model, with its indexes, constraints and the tables
// of its many-to-many fields. App may be left out: it is the migration's.
type CreateModel orm.ModelState

// Describe says what it does.
func (op CreateModel) Describe() string {
	if op.ProxyOf != "" {
		return "Create proxy model " + op.Name
	}
	return "Create model " + op.Name
}

// NameFragment returns "record".
func (op CreateModel) NameFragment() string { return strings.ToLower(op.Name) }

// Mutate adds the model.
func (op CreateModel) Mutate(app string, s *State) error {
	if _, ok := s.Model(app, op.Name); ok {
		return fmt.Errorf("there is a model %s.%s already", app, op.Name)
	}
	m := orm.ModelState(op)
	c := cloneModel(&m)
	c.App = app
	for i := range c.Bases {
		c.Bases[i] = labelIn(app, c.Bases[i])
	}
	c.ProxyOf = labelIn(app, c.ProxyOf)
	for i := range c.Fields {
		f := &c.Fields[i]
		f.To, f.Through = labelIn(app, f.To), labelIn(app, f.Through)
	}
	s.put(c)
	return nil
}

// Apply makes the table.
func (op CreateModel) Apply(ctx context.Context, e *Editor) error {
	return e.withAfter(ctx, op.Name, func(s *orm.Schema, m *orm.Meta) { s.CreateModel(m) })
}

// Unapply drops the table.
func (op CreateModel) Unapply(ctx context.Context, e *Editor) error {
	return e.withAfter(ctx, op.Name, func(s *orm.Schema, m *orm.Meta) { s.DeleteModel(m) })
}

// DeleteModel drops the table of a model, with its rows.
type DeleteModel struct{ Name string }

// Describe says what it does.
func (op DeleteModel) Describe() string { return "Delete model " + op.Name }

// NameFragment returns "delete_record".
func (op DeleteModel) NameFragment() string { return "delete_" + strings.ToLower(op.Name) }

// Mutate removes the model.
func (op DeleteModel) Mutate(app string, s *State) error {
	if _, ok := s.Model(app, op.Name); !ok {
		return fmt.Errorf("there is no model %s.%s at this point of the history", app, op.Name)
	}
	s.remove(key(app, op.Name))
	return nil
}

// Apply drops the table.
func (op DeleteModel) Apply(ctx context.Context, e *Editor) error {
	return e.withBefore(ctx, op.Name, func(s *orm.Schema, m *orm.Meta) { s.DeleteModel(m) })
}

// Unapply makes the table again, without its rows.
func (op DeleteModel) Unapply(ctx context.Context, e *Editor) error {
	return e.withBefore(ctx, op.Name, func(s *orm.Schema, m *orm.Meta) { s.CreateModel(m) })
}

// RenameModel renames a model, its table, and what refers to it.
type RenameModel struct{ From, To string }

// Describe says what it does.
func (op RenameModel) Describe() string { return "Rename model " + op.From + " to " + op.To }

// NameFragment returns "rename_record_disc".
func (op RenameModel) NameFragment() string {
	return "rename_" + strings.ToLower(op.From) + "_" + strings.ToLower(op.To)
}

// Mutate renames the model in the state.
func (op RenameModel) Mutate(app string, s *State) error {
	from, to := app+"."+op.From, app+"."+op.To
	m, ok := s.Model(app, op.From)
	if !ok {
		return fmt.Errorf("there is no model %s at this point of the history", from)
	}
	if _, taken := s.Model(app, op.To); taken && key(app, op.From) != key(app, op.To) {
		return fmt.Errorf("there is a model %s already", to)
	}
	c := cloneModel(m)
	c.Name = op.To
	i := slices.Index(s.order, key(app, op.From))
	delete(s.models, key(app, op.From))
	s.order[i] = key(app, op.To)
	s.models[key(app, op.To)] = c
	s.changeAll(func(m *orm.ModelState) { relabel(m, from, to) })
	return nil
}

// relabel puts one label of a model in the place of another.
func relabel(m *orm.ModelState, from, to string) {
	change := func(label *string) {
		if strings.EqualFold(*label, from) {
			*label = to
		}
	}
	change(&m.ProxyOf)
	for i := range m.Bases {
		change(&m.Bases[i])
	}
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.ParentLink && strings.EqualFold(f.To, from) {
			_, name, _ := strings.Cut(to, ".")
			f.Name = strings.ToLower(name) + "_ptr"
		}
		change(&f.To)
		change(&f.Through)
	}
}

// Apply renames the table.
func (op RenameModel) Apply(ctx context.Context, e *Editor) error {
	err := e.withBoth(ctx, op.From, op.To, func(s *orm.Schema, before, after *orm.Meta) { s.RenameTable(before, after) })
	if err != nil {
		return err
	}
	return e.renameLinks(ctx, e.Before, e.After, op.To)
}

// Unapply renames it back.
func (op RenameModel) Unapply(ctx context.Context, e *Editor) error {
	err := e.withBoth(ctx, op.From, op.To, func(s *orm.Schema, before, after *orm.Meta) { s.RenameTable(after, before) })
	if err != nil {
		return err
	}
	return e.renameLinks(ctx, e.After, e.Before, op.From)
}

// renameLinks renames the columns by which children of a model lead to it, which are called
// after it.
func (e *Editor) renameLinks(ctx context.Context, from, to *State, parent string) error {
	for _, m := range to.All() {
		now, ok1 := to.Models().Get(m.App, m.Name)
		old, ok2 := from.Models().Get(m.App, m.Name)
		if !ok1 || !ok2 || !e.allowed(now) {
			continue
		}
		for i, link := range now.Parents {
			if link.Relation.To.Label() != e.App+"."+parent || i >= len(old.Parents) || old.Parents[i].Column == link.Column {
				continue
			}
			if err := e.Schema(ctx, func(s *orm.Schema) { s.AlterField(old, now, old.Parents[i], link, nil) }); err != nil {
				return err
			}
		}
	}
	return nil
}

// AlterModelTable renames the table of a model; "" is the usual name.
type AlterModelTable struct{ Model, Table string }

// Describe says what it does.
func (op AlterModelTable) Describe() string {
	if op.Table == "" {
		return "Rename table for " + op.Model + " to the default"
	}
	return "Rename table for " + op.Model + " to " + op.Table
}

// NameFragment returns "alter_record_table".
func (op AlterModelTable) NameFragment() string {
	return "alter_" + strings.ToLower(op.Model) + "_table"
}

// Mutate notes the name.
func (op AlterModelTable) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error { m.Table = op.Table; return nil })
}

// Apply renames the table.
func (op AlterModelTable) Apply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) { s.RenameTable(before, after) })
}

// Unapply renames it back.
func (op AlterModelTable) Unapply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) { s.RenameTable(after, before) })
}

// AlterModelTableComment changes the comment of a table.
type AlterModelTableComment struct{ Model, Comment string }

// Describe says what it does.
func (op AlterModelTableComment) Describe() string { return "Alter " + op.Model + " table comment" }

// NameFragment returns "alter_record_table_comment".
func (op AlterModelTableComment) NameFragment() string {
	return "alter_" + strings.ToLower(op.Model) + "_table_comment"
}

// Mutate notes the comment.
func (op AlterModelTableComment) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error { m.Comment = op.Comment; return nil })
}

// Apply changes the comment.
func (op AlterModelTableComment) Apply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) { s.AlterTableComment(after, before.Comment) })
}

// Unapply changes it back.
func (op AlterModelTableComment) Unapply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) { s.AlterTableComment(before, after.Comment) })
}

// AlterUniqueTogether changes which fields are unique together.
type AlterUniqueTogether struct {
	Model          string
	UniqueTogether [][]string
}

// Describe says what it does.
func (op AlterUniqueTogether) Describe() string {
	return fmt.Sprintf("Alter unique_together for %s (%d constraint(s))", op.Model, len(op.UniqueTogether))
}

// NameFragment returns "alter_record_unique_together".
func (op AlterUniqueTogether) NameFragment() string {
	return "alter_" + strings.ToLower(op.Model) + "_unique_together"
}

// Mutate notes the fields.
func (op AlterUniqueTogether) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error { m.UniqueTogether = op.UniqueTogether; return nil })
}

// Apply changes the constraints.
func (op AlterUniqueTogether) Apply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) {
		s.AlterUniqueTogether(after, before.UniqueTogether, after.UniqueTogether)
	})
}

// Unapply changes them back.
func (op AlterUniqueTogether) Unapply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) {
		s.AlterUniqueTogether(before, after.UniqueTogether, before.UniqueTogether)
	})
}

// AlterModelOptions changes options that the database does not know.
type AlterModelOptions struct {
	Model       string
	Ordering    []string
	GetLatestBy []string
	Unmanaged   bool
}

// Describe says what it does.
func (op AlterModelOptions) Describe() string { return "Change Meta options on " + op.Model }

// NameFragment returns "alter_record_options".
func (op AlterModelOptions) NameFragment() string {
	return "alter_" + strings.ToLower(op.Model) + "_options"
}

// Mutate notes the options.
func (op AlterModelOptions) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		m.Ordering, m.GetLatestBy, m.Unmanaged = op.Ordering, op.GetLatestBy, op.Unmanaged
		return nil
	})
}

// Apply does nothing.
func (op AlterModelOptions) Apply(context.Context, *Editor) error { return nil }

// Unapply does nothing.
func (op AlterModelOptions) Unapply(context.Context, *Editor) error { return nil }

// AlterOrderWithRespectTo makes the rows of a model keep an order among those of one
// other row, in the column _order; "" ends that.
type AlterOrderWithRespectTo struct {
	Model, To string
	// Name is what the field of the order is called; default "order".
	Name string
}

func (op AlterOrderWithRespectTo) field() Field {
	name := op.Name
	if name == "" {
		name = "order"
	}
	return Field{Name: name, Type: "OrderWrt", Column: "_order"}
}

// Describe says what it does.
func (op AlterOrderWithRespectTo) Describe() string {
	return fmt.Sprintf("Set order_with_respect_to on %s to %q", op.Model, op.To)
}

// NameFragment returns "alter_record_order_with_respect_to".
func (op AlterOrderWithRespectTo) NameFragment() string {
	return "alter_" + strings.ToLower(op.Model) + "_order_with_respect_to"
}

// Mutate adds or removes the field.
func (op AlterOrderWithRespectTo) Mutate(app string, s *State) error {
	return s.change(app, op.Model, func(m *orm.ModelState) error {
		had := m.OrderWithRespectTo != ""
		m.OrderWithRespectTo = op.To
		switch {
		case op.To == "":
			m.Fields = slices.DeleteFunc(m.Fields, func(f Field) bool { return f.Type == "OrderWrt" })
		case !had:
			m.Fields = append(m.Fields, op.field())
		}
		return nil
	})
}

// Apply adds or removes the column.
func (op AlterOrderWithRespectTo) Apply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) { orderColumn(s, before, after) })
}

// Unapply removes or adds it.
func (op AlterOrderWithRespectTo) Unapply(ctx context.Context, e *Editor) error {
	return e.withBoth(ctx, op.Model, op.Model, func(s *orm.Schema, before, after *orm.Meta) { orderColumn(s, after, before) })
}

func orderColumn(s *orm.Schema, before, after *orm.Meta) {
	order := func(m *orm.Meta) *orm.Field {
		for _, f := range m.Fields {
			if f.Type == "OrderWrt" {
				return f
			}
		}
		return nil
	}
	old, now := order(before), order(after)
	switch {
	case old == nil && now != nil:
		s.AddField(after, now, int32(0))
	case old != nil && now == nil:
		s.RemoveField(before, old)
	}
}
