package migrations

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/nuages-web/nuages/orm"
)

// Executor applies migrations to one database. It is used by one goroutine.
type Executor struct {
	db         *orm.DB
	using      string
	migrations []*Migration
	opts       Options
	recorder   *recorder
	dialect    *orm.Dialect
	graph      *Graph
	applied    map[string]bool
}

// Options are what an [Executor] tells of its work, and how it does it. The zero value
// is the usual.
type Options struct {
	// Using is the alias of the database. Default "default".
	Using string
	// Fake notes migrations without applying them; FakeInitial does so for initial
	// ones whose tables exist.
	Fake, FakeInitial bool
	// Progress is told when a migration begins and ends, or is nil.
	Progress func(e Event)
	// Rows is told how far a long operation has come: what it does, and how many rows
	// of how many are done. At its end done is -1. Or it is nil.
	Rows func(what string, done, total int64)
}

// EventKind is what an [Event] tells.
type EventKind uint8

// Kinds of events.
const (
	ApplyStart EventKind = iota
	ApplyDone
	UnapplyStart
	UnapplyDone
)

// Event is the beginning or end of a migration.
type Event struct {
	Kind      EventKind
	Migration *Migration
	Faked     bool
	// Resumed: it was interrupted before, and goes on.
	Resumed bool
}

// Step is a migration that is to be applied, or undone.
type Step struct {
	Migration *Migration
	Backwards bool
}

// Target is where to migrate to: a migration of an app, or the app's beginning where
// Migration is nil.
type Target struct {
	App       string
	Migration *Migration
}

// NewExecutor looks at a database and at the migrations of the program. ctx holds the
// database: see [orm.NewContext].
func NewExecutor(ctx context.Context, migrations []*Migration, opts *Options) (*Executor, error) {
	if opts == nil {
		opts = &Options{}
	}
	db, ok := orm.FromContext(ctx)
	if !ok {
		return nil, orm.ErrNoDatabase
	}
	x := &Executor{db: db, migrations: migrations, opts: *opts, using: opts.Using}
	if x.using == "" {
		x.using = orm.DefaultAlias
	}
	x.recorder = newRecorder(x.using)
	c, err := orm.ConnectionOf(ctx, x.using)
	if err != nil {
		return nil, err
	}
	x.dialect = c.Dialect()
	return x, x.reload(ctx)
}

// Apply applies all migrations that the database has not had, as the command migrate
// does: for programs that migrate when they start, and for tests. Two processes wait for
// each other.
func Apply(ctx context.Context, migrations []*Migration, opts *Options) error {
	if opts == nil {
		opts = &Options{}
	}
	return Lock(ctx, opts.Using, nil, func() error {
		x, err := NewExecutor(ctx, migrations, opts)
		if err != nil {
			return err
		}
		if err := x.CheckHistory(); err != nil {
			return err
		}
		for app, leaves := range x.graph.Conflicts() {
			return fmt.Errorf("several migrations of %s come last, %s and %s: makemigrations --merge puts them together", app, leaves[0].Name, leaves[1].Name)
		}
		return x.Migrate(ctx, x.Plan(x.Leaves("")))
	})
}

// reload reads again what is applied.
func (x *Executor) reload(ctx context.Context) error {
	noted, err := x.recorder.appliedIDs(ctx)
	if err != nil {
		return err
	}
	if x.graph, err = NewGraph(x.migrations, noted); err != nil {
		return err
	}
	x.applied = map[string]bool{}
	for id, m := range x.graph.nodes {
		x.applied[id] = noted[id] || len(m.Replaces) > 0 && !slices.ContainsFunc(m.Replaces, func(r string) bool { return !noted[r] })
	}
	return nil
}

// Graph returns the history as this database has it.
func (x *Executor) Graph() *Graph { return x.graph }

// IsApplied tells whether a migration is applied.
func (x *Executor) IsApplied(m *Migration) bool { return x.applied[m.ID()] }

// CheckHistory returns an error where a migration is applied before one that it
// depends on.
func (x *Executor) CheckHistory() error {
	for _, id := range x.graph.ids() {
		if !x.applied[id] {
			continue
		}
		for _, parent := range x.graph.parents[id] {
			if x.applied[parent] {
				continue
			}
			return fmt.Errorf("migration %s is applied before its dependency %s on database %q; apply that one with --fake if the database has what it makes", id, parent, x.using)
		}
	}
	return nil
}

// Leaves are the targets of a migrate without arguments, or of one app.
func (x *Executor) Leaves(app string) []Target {
	var out []Target
	for _, a := range x.graph.Apps() {
		if app != "" && a != app {
			continue
		}
		for _, leaf := range x.graph.Leaves(a) {
			out = append(out, Target{a, leaf})
		}
	}
	return out
}

// Plan returns the steps to the targets. A target that is applied takes back what
// comes after it in its app, and what depends on that.
func (x *Executor) Plan(targets []Target) []Step {
	var plan []Step
	applied := map[string]bool{}
	for id, ok := range x.applied {
		applied[id] = ok
	}
	undo := func(m *Migration) {
		for _, a := range x.graph.After(m) {
			if applied[a.ID()] {
				plan = append(plan, Step{a, true})
				applied[a.ID()] = false
			}
		}
	}
	for _, t := range targets {
		switch {
		case t.Migration == nil:
			for _, root := range x.graph.roots(t.App) {
				undo(x.graph.nodes[root])
			}
		case applied[t.Migration.ID()]:
			for _, child := range x.graph.children[t.Migration.ID()] {
				if m := x.graph.nodes[child]; m.App == t.Migration.App {
					undo(m)
				}
			}
		default:
			for _, m := range x.graph.Before(t.Migration) {
				if !applied[m.ID()] {
					plan = append(plan, Step{m, false})
					applied[m.ID()] = true
				}
			}
		}
	}
	return plan
}

// State returns the models after the migrations that are applied.
func (x *Executor) State() (*State, error) {
	return StateAfter(slices.DeleteFunc(x.graph.All(), func(m *Migration) bool { return !x.applied[m.ID()] }))
}

// Migrate runs a plan of [Executor.Plan]: each migration in a transaction of its own
// where the database can. Where one fails, the ones before it stay applied. Who calls
// it holds the lock: see [Lock].
func (x *Executor) Migrate(ctx context.Context, plan []Step) error {
	if err := x.recorder.ensure(ctx, x.recorder.applied); err != nil {
		return err
	}
	forward := slices.ContainsFunc(plan, func(s Step) bool { return !s.Backwards })
	if forward && slices.ContainsFunc(plan, func(s Step) bool { return s.Backwards }) {
		return errors.New("the plan has migrations to apply and to undo: migrate one after the other")
	}
	var err error
	if forward || len(plan) == 0 {
		err = x.forward(ctx, plan)
	} else {
		err = x.backward(ctx, plan)
	}
	if err != nil {
		return err
	}
	return x.noteReplaced(ctx)
}

func (x *Executor) forward(ctx context.Context, plan []Step) error {
	state, err := x.State()
	if err != nil {
		return err
	}
	for _, step := range plan {
		if state, err = x.apply(ctx, step.Migration, state); err != nil {
			return fmt.Errorf("migration %s: %w", step.Migration.ID(), err)
		}
	}
	return nil
}

// backward undoes migrations: the models before each are those of all that is applied
// before it.
func (x *Executor) backward(ctx context.Context, plan []Step) error {
	order := slices.DeleteFunc(x.graph.All(), func(m *Migration) bool { return !x.applied[m.ID()] })
	for _, step := range plan {
		i := slices.IndexFunc(order, func(m *Migration) bool { return m.ID() == step.Migration.ID() })
		before, err := StateAfter(slices.Concat(order[:i], order[i+1:]))
		if err != nil {
			if before, err = StateAfter(order[:i]); err != nil {
				return err
			}
		}
		if err := x.unapply(ctx, step.Migration, before); err != nil {
			return fmt.Errorf("migration %s: %w", step.Migration.ID(), err)
		}
		order = slices.Delete(order, i, i+1)
	}
	return nil
}

// noteReplaced notes squashed migrations whose parts are all applied.
func (x *Executor) noteReplaced(ctx context.Context) error {
	noted, err := x.recorder.appliedIDs(ctx)
	if err != nil {
		return err
	}
	for _, m := range x.migrations {
		if len(m.Replaces) == 0 || noted[m.ID()] || slices.ContainsFunc(m.Replaces, func(id string) bool { return !noted[id] }) {
			continue
		}
		if err := x.recorder.record(ctx, m.ID()); err != nil {
			return err
		}
	}
	return x.reload(ctx)
}

func (x *Executor) tell(e Event) {
	if x.opts.Progress != nil {
		x.opts.Progress(e)
	}
}

// apply applies one migration, and returns the models after it.
func (x *Executor) apply(ctx context.Context, m *Migration, before *State) (*State, error) {
	states, err := statesOf(m, before)
	if err != nil {
		return nil, err
	}
	p, err := x.recorder.interrupted(ctx, m)
	if err != nil {
		return nil, err
	}
	if p.backwards {
		return nil, fmt.Errorf("it was being undone when that was interrupted, at operation %d: finish that first, by migrating back", p.operation+1)
	}
	x.tell(Event{Kind: ApplyStart, Migration: m, Resumed: p.begun})
	faked := x.opts.Fake
	if !faked && x.opts.FakeInitial && !p.begun {
		if faked, err = x.exists(ctx, m, states); err != nil {
			return nil, err
		}
	}
	if faked {
		err = x.recorder.record(ctx, m.noted()...)
	} else {
		err = x.run(ctx, &work{x: x, m: m, states: states, progress: p})
	}
	if err != nil {
		return nil, err
	}
	x.applied[m.ID()] = true
	x.tell(Event{Kind: ApplyDone, Migration: m, Faked: faked})
	return states[len(states)-1], nil
}

// unapply undoes one migration.
func (x *Executor) unapply(ctx context.Context, m *Migration, before *State) error {
	if i := slices.IndexFunc(m.Operations, func(op Operation) bool { return !reversible(op) }); i >= 0 && !x.opts.Fake {
		return fmt.Errorf("operation %d (%s): %w", i+1, m.Operations[i].Describe(), ErrIrreversible)
	}
	states, err := statesOf(m, before)
	if err != nil {
		return err
	}
	p, err := x.recorder.interrupted(ctx, m)
	if err != nil {
		return err
	}
	if p.begun && !p.backwards {
		return fmt.Errorf("it was being applied when that was interrupted, at operation %d: finish that first, by migrating forward", p.operation+1)
	}
	x.tell(Event{Kind: UnapplyStart, Migration: m, Resumed: p.begun})
	if x.opts.Fake {
		err = x.recorder.forget(ctx, m.noted()...)
	} else {
		p.backwards = true
		err = x.run(ctx, &work{x: x, m: m, states: states, progress: p})
	}
	if err != nil {
		return err
	}
	x.applied[m.ID()] = false
	x.tell(Event{Kind: UnapplyDone, Migration: m, Faked: x.opts.Fake})
	return nil
}

// noted are the IDs that stand in django_migrations for a migration.
func (m *Migration) noted() []string {
	return append([]string{m.ID()}, slices.DeleteFunc(slices.Clone(m.Replaces), func(id string) bool { return id == m.ID() })...)
}

// statesOf returns the models before and after each operation.
func statesOf(m *Migration, before *State) ([]*State, error) {
	states := []*State{before}
	for i, op := range m.Operations {
		next := states[i].Clone()
		if err := op.Mutate(m.App, next); err != nil {
			return nil, fmt.Errorf("operation %d (%s): %w", i+1, op.Describe(), err)
		}
		states = append(states, next)
	}
	return states, nil
}
