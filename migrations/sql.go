package migrations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// Prune forgets the migrations of an app that are applied and do not exist any more, and
// returns their IDs. Those that a squashed migration replaces are needed until all of
// them are applied; the error tells.
func (x *Executor) Prune(ctx context.Context, app string) ([]string, error) {
	records, err := x.recorder.records(ctx)
	if err != nil {
		return nil, err
	}
	var gone []string
	for _, r := range records {
		id := r.App + "." + r.Name
		if r.App == app && !slices.ContainsFunc(x.migrations, func(m *Migration) bool { return m.ID() == id }) {
			gone = append(gone, id)
		}
	}
	for _, m := range x.migrations {
		for _, id := range m.Replaces {
			if slices.Contains(gone, id) {
				return nil, fmt.Errorf("migration %s still says that it replaces %s: take the list Replaces out of it first", m.ID(), id)
			}
		}
	}
	return gone, x.recorder.forget(ctx, gone...)
}

// FindAny is [Graph.Find] among all migrations, also those that were replaced.
func (x *Executor) FindAny(app, prefix string) (*Migration, error) {
	for _, m := range x.migrations {
		if m.App == app && m.Name == prefix {
			return m, nil
		}
	}
	return x.graph.Find(app, prefix)
}

// SQL returns the statements of a migration, with comments, as it would be applied or
// undone. What cannot be said in SQL is a comment.
func (x *Executor) SQL(ctx context.Context, m *Migration, backwards bool) ([]string, error) {
	before, err := x.before(m)
	if err != nil {
		return nil, err
	}
	states, err := statesOf(m, before)
	if err != nil {
		return nil, err
	}
	c := &collector{x: x}
	for i := range m.Operations {
		n := i
		if backwards {
			n = len(m.Operations) - 1 - i
		}
		op := m.Operations[n]
		c.lines = append(c.lines, "--", "-- "+op.Describe(), "--")
		e := &Editor{App: m.App, Using: x.using, Before: states[n], After: states[n+1], dialect: x.dialect, db: x.db, runner: c}
		run := op.Apply
		if backwards {
			run = op.Unapply
		}
		at := len(c.lines)
		if err := run(ctx, e); errors.Is(err, ErrIrreversible) {
			c.lines = append(c.lines, "-- IT CANNOT BE REVERSED")
		} else if err != nil {
			return nil, fmt.Errorf("operation %d (%s): %w", n+1, op.Describe(), err)
		}
		if len(c.lines) == at {
			c.lines = append(c.lines, "-- (no-op)")
		}
	}
	if err := c.finish(); err != nil {
		return nil, err
	}
	if x.dialect.Features.TransactionalDDL && !m.NonAtomic {
		return slices.Concat([]string{"BEGIN;"}, c.lines, []string{"COMMIT;"}), nil
	}
	return c.lines, nil
}

// before returns the models before a migration, which may be one that was replaced.
func (x *Executor) before(m *Migration) (*State, error) {
	g := x.graph
	if g.nodes[m.ID()] == nil {
		var plain []*Migration
		for _, other := range x.migrations {
			if len(other.Replaces) == 0 || other == m {
				plain = append(plain, other)
			}
		}
		var err error
		if g, err = NewGraph(plain, nil); err != nil {
			return nil, err
		}
	}
	all := g.Before(m)
	return StateAfter(all[:len(all)-1])
}

// collector is a runner that keeps statements as text.
type collector struct {
	x      *Executor
	writer *orm.Schema
	lines  []string
}

func (c *collector) schema(ctx context.Context) *orm.Schema {
	if c.writer == nil {
		c.writer = orm.NewSchema(c.x.dialect)
		introspect(ctx, c.x.using, c.writer)
		constraints, objects := c.writer.Constraints, c.writer.Objects
		c.writer.Constraints = func(table string) ([]orm.TableConstraint, error) {
			found, err := constraints(table)
			return found, unlessMissing(err)
		}
		c.writer.Objects = func(table string) (triggers, indexes []string, err error) {
			triggers, indexes, err = objects(table)
			return triggers, indexes, unlessMissing(err)
		}
	}
	return c.writer
}

// unlessMissing forgives that a table is not there: earlier migrations are not applied yet.
func unlessMissing(err error) error {
	if errors.Is(err, introspection.ErrTableNotFound) {
		return nil
	}
	return err
}

func (c *collector) run(_ context.Context, s *orm.Schema) error {
	steps, err := s.Take()
	for _, step := range steps {
		c.add(step.SQL)
	}
	return err
}

// finish adds what waited for the last operation.
func (c *collector) finish() error {
	if c.writer == nil {
		return nil
	}
	rest, err := c.writer.Statements()
	for _, statement := range rest {
		c.add(statement)
	}
	return err
}

func (c *collector) add(statement string) {
	c.lines = append(c.lines, strings.TrimRight(statement, "; \n")+";")
}

func (c *collector) exec(_ context.Context, statement string) error {
	c.add(statement)
	return nil
}

func (c *collector) call(_ context.Context, what string, _ func(context.Context) error) error {
	c.lines = append(c.lines, "-- "+what+" cannot be written as SQL")
	return nil
}

func (c *collector) position(context.Context) (string, error)  { return "", nil }
func (c *collector) setPosition(context.Context, string) error { return nil }
func (c *collector) begin(string, int64)                       {}
func (c *collector) added(int64)                               {}
func (c *collector) done()                                     {}
