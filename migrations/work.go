package migrations

import (
	"context"
	"errors"
	"fmt"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// work is one migration while it is applied or undone. It is the runner of its
// operations.
type work struct {
	x        *Executor
	m        *Migration
	states   []*State
	progress progress
	resumed  bool // the operation under way was interrupted before
	writer   *orm.Schema
	what     string // the data migration under way
	total    int64
	rows     int64
}

// ownTransactions is implemented by operations that begin transactions themselves, or
// that none allows.
type ownTransactions interface{ ownTransactions() bool }

func (op RunSQL) ownTransactions() bool     { return true }
func (op RunBatches) ownTransactions() bool { return true }

func (op SeparateDatabaseAndState) ownTransactions() bool {
	for _, o := range op.Database {
		if beginsOwn(o) {
			return true
		}
	}
	return false
}

func beginsOwn(op Operation) bool {
	o, ok := op.(ownTransactions)
	return ok && o.ownTransactions()
}

// run runs a migration: in one transaction, or operation by operation, each of which is
// noted so that an interrupted migration can go on.
func (x *Executor) run(ctx context.Context, w *work) error {
	if w.atomic() {
		return orm.AtomicSchema(ctx, x.using, func(ctx context.Context) error {
			if done, err := w.doneMeanwhile(ctx); done || err != nil {
				return err
			}
			w.writer = nil
			for i := range w.m.Operations {
				if err := w.operation(ctx, w.at(i)); err != nil {
					return err
				}
			}
			if err := w.finish(ctx); err != nil {
				return err
			}
			return w.note(ctx)
		})
	}
	if err := x.recorder.ensure(ctx, x.recorder.progress); err != nil {
		return err
	}
	if w.resumed = w.progress.begun; !w.resumed { // so that the next migrate knows that the first operation may be done
		w.progress.begun = true
		if err := x.recorder.keep(ctx, w.m, w.progress); err != nil {
			return err
		}
	}
	for i := w.progress.operation; i < len(w.m.Operations); i++ {
		if err := w.alone(ctx, i); err != nil {
			if applied := i; applied > 0 {
				err = fmt.Errorf("%w (%d of %d operations are done; the next migrate goes on there)", err, applied, len(w.m.Operations))
			}
			return err
		}
		w.resumed = false
	}
	return orm.AtomicWith(ctx, &orm.AtomicOptions{Using: x.using}, func(ctx context.Context) error {
		if err := w.note(ctx); err != nil {
			return err
		}
		return x.recorder.complete(ctx, w.m)
	})
}

// atomic tells whether the migration is one transaction.
func (w *work) atomic() bool { return w.x.dialect.Features.TransactionalDDL && !w.m.NonAtomic }

// at returns the operation that is the i-th to run.
func (w *work) at(i int) int {
	if w.progress.backwards {
		return len(w.m.Operations) - 1 - i
	}
	return i
}

// alone runs the i-th operation of a migration without a transaction around all, and
// notes that it is done: in its transaction, where it has one.
func (w *work) alone(ctx context.Context, i int) error {
	n := w.at(i)
	w.progress.operation = i
	done := func(ctx context.Context) error {
		w.progress.operation, w.progress.position = i+1, ""
		return w.x.recorder.keep(ctx, w.m, w.progress)
	}
	if beginsOwn(w.m.Operations[n]) {
		if err := w.operation(ctx, n); err != nil {
			return err
		}
		return done(ctx)
	}
	atomic := orm.AtomicSchema
	if _, rows := w.m.Operations[n].(RunGo); rows { // a transaction on MySQL, too, so that its rows are not changed twice
		atomic = func(ctx context.Context, using string, f func(ctx context.Context) error) error {
			return orm.AtomicWith(ctx, &orm.AtomicOptions{Using: using}, f)
		}
	}
	return atomic(ctx, w.x.using, func(ctx context.Context) error {
		w.writer = nil
		if err := w.operation(ctx, n); err != nil {
			return err
		}
		if err := w.finish(ctx); err != nil {
			return err
		}
		return done(ctx)
	})
}

// doneMeanwhile tells whether another process has done the work while this one waited
// for its transaction.
func (w *work) doneMeanwhile(ctx context.Context) (bool, error) {
	noted, err := w.x.recorder.appliedIDs(ctx)
	return noted[w.m.ID()] != w.progress.backwards, err
}

// note writes django_migrations.
func (w *work) note(ctx context.Context) error {
	if w.progress.backwards {
		return w.x.recorder.forget(ctx, w.m.noted()...)
	}
	return w.x.recorder.record(ctx, w.m.noted()...)
}

func (w *work) operation(ctx context.Context, i int) error {
	op := w.m.Operations[i]
	e := &Editor{App: w.m.App, Using: w.x.using, Before: w.states[i], After: w.states[i+1], atomic: w.atomic(), dialect: w.x.dialect, db: w.x.db, runner: w}
	run := op.Apply
	if w.progress.backwards {
		run = op.Unapply
	}
	if err := run(ctx, e); err != nil {
		return fmt.Errorf("operation %d (%s): %w", i+1, op.Describe(), err)
	}
	return nil
}

func (w *work) schema(ctx context.Context) *orm.Schema {
	if w.writer == nil {
		w.writer = orm.NewSchema(w.x.dialect)
	}
	introspect(ctx, w.x.using, w.writer)
	w.writer.Ignore = func(err error) bool { return w.resumed && alreadyDone(err) }
	return w.writer
}

// introspect lets a writer ask the database what tables have.
func introspect(ctx context.Context, using string, s *orm.Schema) {
	s.Constraints = func(table string) ([]orm.TableConstraint, error) {
		return introspection.Constraints(ctx, using, table)
	}
	s.Objects = func(table string) (triggers, indexes []string, err error) {
		t, err := introspection.Table(ctx, using, table)
		if err != nil {
			return nil, nil, err
		}
		return statements(t.Triggers), statements(t.Indexes), nil
	}
}

func statements(list []introspection.Statement) []string {
	var out []string
	for _, s := range list {
		out = append(out, s.SQL)
	}
	return out
}

func (w *work) run(ctx context.Context, s *orm.Schema) error {
	return s.Run(ctx, w.x.using, w.copied)
}

// copied tells how far the copying of a table is.
func (w *work) copied(p orm.CopyProgress) {
	if w.x.opts.Rows == nil {
		return
	}
	done := p.Done
	if done >= p.Total {
		done = -1
	}
	w.x.opts.Rows("Rebuild table "+p.Table, done, p.Total)
}

func (w *work) finish(ctx context.Context) error {
	if w.writer == nil {
		return nil
	}
	return w.writer.Finish(ctx, w.x.using, w.copied)
}

func (w *work) exec(ctx context.Context, statement string) error {
	c, err := orm.ConnectionOf(ctx, w.x.using)
	if err != nil {
		return err
	}
	if _, err := c.Exec(ctx, statement); err != nil && !(w.resumed && alreadyDone(err)) {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return c.ForgetStatements(ctx) // nobody knows what the statement has changed
}

// call runs code, which may have statements in a transaction of its own.
func (w *work) call(ctx context.Context, what string, f func(ctx context.Context) error) error {
	return f(ctx)
}

func (w *work) position(ctx context.Context) (string, error) { return w.progress.position, nil }

// setPosition notes how far a data migration is, in its transaction. In the transaction
// of a whole migration there is nothing to note.
func (w *work) setPosition(ctx context.Context, position string) error {
	if w.atomic() {
		return nil
	}
	w.progress.position = position
	return w.x.recorder.keep(ctx, w.m, w.progress)
}

func (w *work) begin(label string, total int64) {
	w.what, w.total, w.rows = label, total, 0
	w.added(0)
}

func (w *work) added(n int64) {
	w.rows += n
	if w.x.opts.Rows != nil {
		w.x.opts.Rows(w.what, w.rows, w.total)
	}
}

func (w *work) done() {
	if w.x.opts.Rows != nil {
		w.x.opts.Rows(w.what, -1, w.total)
	}
}

// alreadyDone tells whether a statement failed because what it does was done before:
// MySQL keeps what an interrupted operation has done.
func alreadyDone(err error) bool {
	var e *orm.DBError
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case "1050", // table exists
		"1051", "1146", // unknown table
		"1054",         // unknown column, of a rename
		"1060",         // duplicate column
		"1061",         // duplicate name of a key
		"1091",         // can't drop: it is not there
		"1826",         // duplicate foreign key
		"3822", "3821": // duplicate check, no such check
		return true
	}
	return false
}
