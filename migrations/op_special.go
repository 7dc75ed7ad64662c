package migrations

import (
	"context"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// RunSQL runs statements of your own. They are code: nothing from outside belongs into
// them.
type RunSQL struct {
	Forward []string
	// Backward undoes them; nil cannot be undone, and [Noop] needs no undoing.
	Backward []string
	// Vendors restricts it to kinds of databases by [orm.Dialect] Name; nil is all.
	Vendors []string
	// State are operations that say how the models change by it.
	State []Operation
	// Elide lets a squash leave it out.
	Elide bool
}

// Noop are no statements, as the way back of [RunSQL].
var Noop = []string{}

// Describe says what it does.
func (op RunSQL) Describe() string { return "Raw SQL operation" }

// Reversible tells whether it has a way back.
func (op RunSQL) Reversible() bool { return op.Backward != nil }

// Elidable tells whether a squash may leave it out.
func (op RunSQL) Elidable() bool { return op.Elide }

// Mutate applies State.
func (op RunSQL) Mutate(app string, s *State) error { return mutateAll(app, s, op.State) }

func mutateAll(app string, s *State, ops []Operation) error {
	for _, op := range ops {
		if err := op.Mutate(app, s); err != nil {
			return err
		}
	}
	return nil
}

// Apply runs the statements.
func (op RunSQL) Apply(ctx context.Context, e *Editor) error { return op.run(ctx, e, op.Forward) }

// Unapply runs those of the way back.
func (op RunSQL) Unapply(ctx context.Context, e *Editor) error {
	if op.Backward == nil {
		return ErrIrreversible
	}
	return op.run(ctx, e, op.Backward)
}

func (op RunSQL) run(ctx context.Context, e *Editor, statements []string) error {
	if !forVendor(e, op.Vendors) || e.db != nil && !e.db.AllowMigrate(e.Using, e.App, nil, nil) {
		return nil
	}
	for _, statement := range statements {
		if err := e.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}

func forVendor(e *Editor, vendors []string) bool {
	if len(vendors) == 0 {
		return true
	}
	for _, v := range vendors {
		if v == e.dialect.Name {
			return true
		}
	}
	return false
}

// Apps are the models as they are at the point of the history at which a data
// migration runs: those before it, in both directions.
type Apps struct {
	state *State
	using string
}

// Model returns the model of a label ("shop.Record"), and an error where there is none.
func (a *Apps) Model(label string) (*orm.Meta, error) {
	app, name, _ := strings.Cut(label, ".")
	m, ok := a.state.Models().Get(app, name)
	if !ok {
		return nil, fmt.Errorf("there is no model %s at this point of the history", label)
	}
	return m, nil
}

// Records returns the query of all rows of the model of a label; an unknown label is
// an error of what the query is used for.
func (a *Apps) Records(label string) *orm.RecordQuery {
	m, err := a.Model(label)
	if err != nil {
		return orm.FailedRecords(err)
	}
	return orm.Records(m).Using(a.using)
}

// RunGo runs code (Django's RunPython). Rows are records of the models as they are at
// this point of the history, without methods, hooks and defaults of the structs. It
// has its own transaction, or the migration's.
type RunGo struct {
	Forward func(ctx context.Context, apps *Apps) error
	// Backward undoes it; nil cannot be undone, and [NoopGo] needs no undoing.
	Backward func(ctx context.Context, apps *Apps) error
	// Elide lets a squash leave it out.
	Elide bool
}

// NoopGo does nothing, as the way back of [RunGo].
func NoopGo(context.Context, *Apps) error { return nil }

// Describe says what it does.
func (op RunGo) Describe() string { return "Raw Go operation" }

// Reversible tells whether it has a way back.
func (op RunGo) Reversible() bool { return op.Backward != nil }

// Elidable tells whether a squash may leave it out.
func (op RunGo) Elidable() bool { return op.Elide }

// Mutate changes nothing.
func (op RunGo) Mutate(string, *State) error { return nil }

// Apply runs the code.
func (op RunGo) Apply(ctx context.Context, e *Editor) error { return op.run(ctx, e, op.Forward) }

// Unapply runs the code of the way back.
func (op RunGo) Unapply(ctx context.Context, e *Editor) error {
	if op.Backward == nil {
		return ErrIrreversible
	}
	return op.run(ctx, e, op.Backward)
}

func (op RunGo) run(ctx context.Context, e *Editor, f func(ctx context.Context, apps *Apps) error) error {
	if e.db != nil && !e.db.AllowMigrate(e.Using, e.App, nil, nil) {
		return nil
	}
	return e.runner.call(ctx, op.Describe(), func(ctx context.Context) error {
		return orm.AtomicWith(ctx, &orm.AtomicOptions{Using: e.Using}, func(ctx context.Context) error {
			return f(ctx, &Apps{e.Before, e.Using})
		})
	})
}

// RunBatches runs code over all rows of a model, in the order of the key, some at a
// time: with progress, and with memory for one batch. In a migration that is NonAtomic
// each batch is a transaction of its own, and after an interruption the next migrate
// goes on behind the last one.
type RunBatches struct {
	Model string // of the migration's app
	// Size is how many rows are in a batch. Default 1000.
	Size int
	// Only restricts the rows, by names: orm.F("notes").IsNull().
	Only orm.Pred
	// Forward is called with each batch.
	Forward func(ctx context.Context, apps *Apps, rows []orm.Record) error
	// Backward undoes it; nil cannot be undone, and [NoopBatch] needs no undoing.
	Backward func(ctx context.Context, apps *Apps, rows []orm.Record) error
	// Elide lets a squash leave it out.
	Elide bool
}

// NoopBatch does nothing, as the way back of [RunBatches].
func NoopBatch(context.Context, *Apps, []orm.Record) error { return nil }

// Describe says what it does.
func (op RunBatches) Describe() string { return "Change rows of " + op.Model + " in batches" }

// NameFragment returns "change_record_rows".
func (op RunBatches) NameFragment() string { return "change_" + strings.ToLower(op.Model) + "_rows" }

// Reversible tells whether it has a way back.
func (op RunBatches) Reversible() bool { return op.Backward != nil }

// Elidable tells whether a squash may leave it out.
func (op RunBatches) Elidable() bool { return op.Elide }

// Mutate changes nothing.
func (op RunBatches) Mutate(string, *State) error { return nil }

// Apply runs the code over the rows.
func (op RunBatches) Apply(ctx context.Context, e *Editor) error { return op.run(ctx, e, op.Forward) }

// Unapply runs the code of the way back.
func (op RunBatches) Unapply(ctx context.Context, e *Editor) error {
	if op.Backward == nil {
		return ErrIrreversible
	}
	return op.run(ctx, e, op.Backward)
}

func (op RunBatches) run(ctx context.Context, e *Editor, f func(ctx context.Context, apps *Apps, rows []orm.Record) error) error {
	m, err := e.model(e.Before, op.Model)
	if err != nil || !e.allowed(m) {
		return err
	}
	return e.runner.call(ctx, op.Describe(), func(ctx context.Context) error {
		position, err := e.runner.position(ctx)
		if err != nil {
			return err
		}
		total, err := op.rows(e, m, position).Count(ctx)
		if err != nil {
			return err
		}
		e.runner.begin(op.Describe(), total)
		defer e.runner.done()
		for more := true; more; {
			if position, more, err = op.batch(ctx, e, m, position, f); err != nil {
				return err
			}
		}
		return nil
	})
}

// rows returns the rows behind a position.
func (op RunBatches) rows(e *Editor, m *orm.Meta, position string) *orm.RecordQuery {
	q := orm.Records(m).Using(e.Using).Filter(op.Only)
	if position != "" {
		q = q.Lookup("pk__gt", position)
	}
	return q
}

// batch handles the rows behind a position, and returns the next position and whether
// there may be more.
func (op RunBatches) batch(ctx context.Context, e *Editor, m *orm.Meta, position string, f func(ctx context.Context, apps *Apps, rows []orm.Record) error) (string, bool, error) {
	size := op.Size
	if size <= 0 {
		size = 1000
	}
	n := 0
	err := orm.AtomicWith(ctx, &orm.AtomicOptions{Using: e.Using}, func(ctx context.Context) error {
		rows, err := op.rows(e, m, position).Order("pk").Limit(size).All(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		if n = len(rows); n > 0 {
			position = fmt.Sprint(rows[n-1].Key())
		}
		if err := f(ctx, &Apps{e.Before, e.Using}, rows); err != nil {
			return err
		}
		return e.runner.setPosition(ctx, position)
	})
	e.runner.added(int64(n))
	return position, n == size, err
}

// SeparateDatabaseAndState changes the database by some operations and the models by
// others: for what the models call one thing and the database another.
type SeparateDatabaseAndState struct{ Database, State []Operation }

// Describe says what it does.
func (op SeparateDatabaseAndState) Describe() string {
	return "Custom state/database change combination"
}

// Reversible tells whether all operations of the database are.
func (op SeparateDatabaseAndState) Reversible() bool {
	for _, o := range op.Database {
		if !reversible(o) {
			return false
		}
	}
	return true
}

// Mutate applies State.
func (op SeparateDatabaseAndState) Mutate(app string, s *State) error {
	return mutateAll(app, s, op.State)
}

// Apply applies Database, whose operations see the models that they make of Before.
func (op SeparateDatabaseAndState) Apply(ctx context.Context, e *Editor) error {
	states, err := op.states(e)
	if err != nil {
		return err
	}
	for i, o := range op.Database {
		if err := o.Apply(ctx, e.between(states[i], states[i+1])); err != nil {
			return err
		}
	}
	return nil
}

// Unapply undoes Database in the opposite order.
func (op SeparateDatabaseAndState) Unapply(ctx context.Context, e *Editor) error {
	states, err := op.states(e)
	if err != nil {
		return err
	}
	for i := len(op.Database) - 1; i >= 0; i-- {
		if err := op.Database[i].Unapply(ctx, e.between(states[i], states[i+1])); err != nil {
			return err
		}
	}
	return nil
}

// states are the models around each operation of the database.
func (op SeparateDatabaseAndState) states(e *Editor) ([]*State, error) {
	states := []*State{e.Before}
	for i, o := range op.Database {
		next := states[i].Clone()
		if err := o.Mutate(e.App, next); err != nil {
			return nil, err
		}
		states = append(states, next)
	}
	return states, nil
}

// between returns an editor for an operation between two states.
func (e *Editor) between(before, after *State) *Editor {
	n := *e
	n.Before, n.After = before, after
	return &n
}
