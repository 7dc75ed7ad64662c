package migrations

import (
	"context"
	"fmt"

	"github.com/nuages-web/nuages/orm"
)

// Editor is what an operation changes the database with. Before and After are the
// models before the operation and after it, in both directions.
type Editor struct {
	// App is the app of the migration, and Using the alias of the database.
	App, Using    string
	Before, After *State

	atomic  bool // in one transaction with the other operations
	dialect *orm.Dialect
	db      *orm.DB
	runner  runner
}

// runner executes what operations write, or collects it.
type runner interface {
	// schema returns a writer of statements for the database.
	schema(ctx context.Context) *orm.Schema
	// run executes what was written, in steps that are counted for a database
	// without transactions of definitions.
	run(ctx context.Context, s *orm.Schema) error
	// exec runs a statement of RunSQL.
	exec(ctx context.Context, statement string) error
	// call runs the code of a data migration.
	call(ctx context.Context, what string, f func(ctx context.Context) error) error
	// position and setPosition keep how far a data migration has come.
	position(ctx context.Context) (string, error)
	setPosition(ctx context.Context, position string) error
	// begin tells how many rows there are to go, added that some are done.
	begin(label string, total int64)
	added(n int64)
	done()
}

// Dialect tells which kind of database it is.
func (e *Editor) Dialect() *orm.Dialect { return e.dialect }

// Exec runs a statement, or collects it for sqlmigrate.
func (e *Editor) Exec(ctx context.Context, statement string) error {
	return e.runner.exec(ctx, statement)
}

// Schema runs what f writes, or collects it for sqlmigrate.
func (e *Editor) Schema(ctx context.Context, f func(s *orm.Schema)) error {
	s := e.runner.schema(ctx)
	f(s)
	return e.runner.run(ctx, s)
}

// allowed tells whether the routers want the model in this database.
func (e *Editor) allowed(m *orm.Meta) bool {
	return e.db == nil || e.db.AllowMigrate(e.Using, m.App, m, nil)
}

func (e *Editor) model(s *State, name string) (*orm.Meta, error) {
	m, ok := s.Models().Get(e.App, name)
	if !ok {
		return nil, fmt.Errorf("there is no model %s.%s at this point of the history", e.App, name)
	}
	_, err := m.State() // tells of its mistakes
	return m, err
}

func (e *Editor) with(ctx context.Context, state *State, name string, f func(s *orm.Schema, m *orm.Meta)) error {
	m, err := e.model(state, name)
	if err != nil || !e.allowed(m) {
		return err
	}
	return e.Schema(ctx, func(s *orm.Schema) { f(s, m) })
}

// withBefore writes with the model as it was before the operation.
func (e *Editor) withBefore(ctx context.Context, name string, f func(s *orm.Schema, m *orm.Meta)) error {
	return e.with(ctx, e.Before, name, f)
}

// withAfter writes with the model as it is after the operation.
func (e *Editor) withAfter(ctx context.Context, name string, f func(s *orm.Schema, m *orm.Meta)) error {
	return e.with(ctx, e.After, name, f)
}

// withBoth writes with the model before and after the operation.
func (e *Editor) withBoth(ctx context.Context, from, to string, f func(s *orm.Schema, before, after *orm.Meta)) error {
	before, err := e.model(e.Before, from)
	if err != nil {
		return err
	}
	return e.withAfter(ctx, to, func(s *orm.Schema, after *orm.Meta) { f(s, before, after) })
}

// field returns the field that Mutate has seen in the state.
func (e *Editor) field(m *orm.Meta, name string) (*orm.Field, bool) {
	for _, fields := range [][]*orm.Field{m.Fields, m.ManyToMany} {
		for _, f := range fields {
			if f.Name == name {
				return f, true
			}
		}
	}
	return nil, false
}

// alter changes a field, perhaps its name.
func (e *Editor) alter(s *orm.Schema, before, after *orm.Meta, from, to string, fill any) {
	old, ok1 := e.field(before, from)
	now, ok2 := e.field(after, to)
	if ok1 && ok2 {
		s.AlterField(before, after, old, now, fill)
	}
}

// index calls f with the index of that name.
func (e *Editor) index(m *orm.Meta, name string, f func(m *orm.Meta, i *orm.Index)) {
	for _, i := range m.Indexes {
		if i.Name == name {
			f(m, i)
		}
	}
}

// constraint calls f with the constraint of that name.
func (e *Editor) constraint(m *orm.Meta, name string, f func(m *orm.Meta, c *orm.Constraint)) {
	for _, c := range m.Constraints {
		if c.Name == name {
			f(m, c)
		}
	}
}
