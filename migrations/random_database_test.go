package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/internal/random"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// changesPerDatabase is how many random changes are made in each database;
// NUAGES_TEST_CHANGES says another number.
const changesPerDatabase = 60

// TestRandomDatabases makes random changes of models in databases with rows: applied,
// reversed, and applied again. The tables are those of a new database, rows keep their
// values, and nothing more is found.
func TestRandomDatabases(t *testing.T) {
	t.Parallel()
	n := changesPerDatabase
	if text := os.Getenv("NUAGES_TEST_CHANGES"); text != "" {
		var err error
		if n, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		changed := 0
		for seed := uint64(0); changed < n; seed++ {
			rng := rand.New(rand.NewPCG(seed, 2))
			w := &world{t: t, ctx: ctx, rng: rng, seed: seed}
			w.begin()
			for range 5 {
				if w.change() {
					changed++
				}
				if t.Failed() {
					return
				}
			}
			w.end()
		}
	})
}

// world is one history in a database.
type world struct {
	t       *testing.T
	ctx     context.Context
	rng     *rand.Rand
	seed    uint64
	state   *migrations.State
	history []*migrations.Migration
	what    string
}

func (w *world) fatal(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatalf("seed %d: %s: %v\n%s", w.seed, w.what, err, describe(w.history))
	}
}

// begin makes the tables of a random state, and puts rows into them.
func (w *world) begin() {
	w.t.Helper()
	w.what = "the first models"
	w.state = managed(random.State(w.rng))
	for w.state.Models().Check() != nil { // a child may have a field that its parent has
		w.state = managed(random.State(w.rng))
	}
	w.history = w.detect(w.state)
	w.migrate()
	w.fill()
}

// end removes all tables.
func (w *world) end() {
	w.t.Helper()
	w.what = "the end"
	w.empty()
	x := executor(w.t, w.ctx, w.history, nil)
	for _, app := range x.Graph().Apps() {
		w.fatal(x.Migrate(w.ctx, x.Plan([]migrations.Target{{App: app}})))
	}
	list, err := introspection.Tables(w.ctx, "")
	w.fatal(err)
	for _, info := range list {
		if info.Name != "django_migrations" && info.Name != "nuages_migration_progress" {
			w.t.Errorf("seed %d: the table %s is left\n%s", w.seed, info.Name, describe(w.history))
		}
	}
}

// renames answers that what looks renamed is.
type renames struct{}

func (renames) RenamedModel(context.Context, *orm.ModelState, *orm.ModelState) (bool, error) {
	return true, nil
}

func (renames) RenamedField(context.Context, *orm.ModelState, *migrations.Field, *migrations.Field) (bool, error) {
	return true, nil
}

func (renames) Fill(_ context.Context, _ *orm.ModelState, f *migrations.Field, _ bool) (any, error) {
	v := random.Value(f)
	if s, ok := v.(string); ok && f.MaxLength > 0 {
		v = s[:min(len(s), f.MaxLength)]
	}
	return v, nil
}

// detect returns the migrations from the end of the history to a state; none where no
// operation can do it.
func (w *world) detect(to *migrations.State) []*migrations.Migration {
	w.t.Helper()
	graph, err := migrations.NewGraph(w.history, nil)
	w.fatal(err)
	from, err := graph.State()
	w.fatal(err)
	added, err := migrations.Autodetect(w.ctx, from, to, &migrations.AutodetectOptions{Questioner: renames{}, Graph: graph})
	if err != nil && strings.Contains(err.Error(), "which no operation can do") {
		return nil
	}
	w.fatal(err)
	return added
}

// managed makes the tables of all models ours, so that keys lead to tables that are there.
func managed(s *migrations.State) *migrations.State {
	var models []*orm.ModelState
	for _, m := range s.All() {
		c := *m
		c.Unmanaged = false
		models = append(models, &c)
	}
	return migrations.NewState(models...)
}

func (w *world) migrate() {
	w.t.Helper()
	x := executor(w.t, w.ctx, w.history, nil)
	w.fatal(x.Migrate(w.ctx, x.Plan(x.Leaves(""))))
}

// change changes the models at random, and the database with them.
func (w *world) change() bool {
	w.t.Helper()
	next, what := random.Change(w.rng, w.state)
	next = managed(next)
	w.what = what
	before := w.history
	added := w.detect(next)
	if len(added) == 0 {
		return false
	}
	w.history = slices.Concat(before, added)
	if again := w.detect(next); len(again) > 0 {
		w.t.Errorf("seed %d: %s: found again:\n%s", w.seed, what, describe(again))
	}
	tablesBefore, rowsBefore := w.tables(), w.rows(w.state)
	x := executor(w.t, w.ctx, w.history, nil)
	if err := x.Migrate(w.ctx, x.Plan(x.Leaves(""))); errors.Is(err, orm.ErrIntegrity) { // the rows violate a new constraint
		w.empty()
		rowsBefore = nil
		w.migrate()
	} else {
		w.fatal(err)
	}
	w.compare("applied", w.fresh(next), w.tables())
	if removes(added) { // what comes back has no values, and may need some
		w.empty()
	}
	x = executor(w.t, w.ctx, w.history, nil)
	for i := len(added) - 1; i >= 0; i-- {
		if !x.IsApplied(added[i]) {
			continue
		}
		w.fatal(x.Migrate(w.ctx, undo(x, added[i])))
	}
	w.compare("reversed", tablesBefore, w.tables())
	if !removes(added) {
		w.compareRows(rowsBefore, w.rows(w.state))
	}
	w.migrate()
	w.state = next
	w.fill()
	return true
}

// undo is the plan that takes one migration back, and what comes after it.
func undo(x *migrations.Executor, m *migrations.Migration) []migrations.Step {
	var plan []migrations.Step
	for _, after := range x.Graph().After(m) {
		if x.IsApplied(after) {
			plan = append(plan, migrations.Step{Migration: after, Backwards: true})
		}
	}
	return plan
}

func (w *world) compare(what, want, got string) {
	w.t.Helper()
	if want == got {
		return
	}
	have := map[string]bool{}
	for _, line := range strings.Split(want, "\n") {
		have[line] = true
	}
	var diff strings.Builder
	for _, line := range strings.Split(got, "\n") {
		if !have[line] {
			fmt.Fprintf(&diff, "+ %s\n", line)
		}
		delete(have, line)
	}
	for line := range have {
		fmt.Fprintf(&diff, "- %s\n", line)
	}
	w.t.Errorf("seed %d: %s: %s: the tables differ (-wanted +made):\n%s\n%s", w.seed, w.what, what, diff.String(), describe(w.history[max(0, len(w.history)-3):]))
}

// tables describes the tables without what may differ: the order of columns, and names of
// indexes and constraints, which stay when tables and columns are renamed.
func (w *world) tables() string {
	w.t.Helper()
	list, err := introspection.Tables(w.ctx, "")
	w.fatal(err)
	var lines []string
	for _, info := range list {
		if info.Name == "django_migrations" || info.Name == "nuages_migration_progress" || strings.HasPrefix(info.Name, "fresh_") {
			continue
		}
		lines = append(lines, w.table(info.Name)...)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

func (w *world) table(name string) []string {
	w.t.Helper()
	d, err := introspection.Table(w.ctx, "", name)
	w.fatal(err)
	lines := []string{name + " " + d.Comment}
	for _, c := range d.Columns {
		lines = append(lines, fmt.Sprintf("%s.%s %s null=%v default=%v auto=%v generated=%s %s", name, c.Name, c.Type, c.Null, c.Default.V, c.Auto, c.Generated, c.Comment))
	}
	for _, c := range d.Constraints {
		if c.Check {
			c.Columns = nil // databases rename columns in their text in their own ways
		}
		to := ""
		if c.References != nil {
			to = c.References.Table + "." + c.References.Column + c.References.OnDelete
		}
		lines = append(lines, fmt.Sprintf("%s(%s) pk=%v unique=%v check=%v partial=%v desc=%v -> %s", name, strings.Join(c.Columns, ","), c.PrimaryKey, c.Unique, c.Check, c.Partial, slices.Contains(c.Desc, true), to))
	}
	return lines
}

// fresh describes the tables of a state that are made anew, in a transaction's place: a
// database of its own.
func (w *world) fresh(state *migrations.State) string {
	w.t.Helper()
	c, err := orm.ConnectionOf(w.ctx, "")
	w.fatal(err)
	var out string
	w.t.Run("fresh", func(t *testing.T) { // which closes the database at once
		var ctx context.Context
		switch c.Dialect().Name {
		case "sqlite":
			ctx = ormtest.SQLite(t)
		case "postgresql":
			ctx = ormtest.Postgres(t)
		default:
			ctx = ormtest.MySQL(t)
		}
		w := &world{t: t, ctx: ctx, seed: w.seed, what: w.what, history: w.history}
		w.fatal(orm.CreateTables(ctx, state.Models().All()...))
		out = w.tables()
	})
	return out
}

// fill puts a row into each table that can take one.
func (w *world) fill() {
	w.t.Helper()
	for _, m := range w.state.Models().All() {
		if m.Proxy != nil || m.Unmanaged {
			continue
		}
		q := orm.Records(m)
		if ok, err := q.Exists(w.ctx); ok || err != nil {
			w.fatal(err)
			continue
		}
		w.insert(m)
	}
}

// insert tries to put a row into a table; one that a constraint forbids is left out.
func (w *world) insert(m *orm.Meta) {
	w.t.Helper()
	row, err := m.NewRecord()
	w.fatal(err)
	for _, f := range m.AllFields() {
		if f.Column == "" || f.Auto || f.Generated != nil || f.Relation != nil && f.Relation.ParentLink {
			continue
		}
		if f.Relation != nil {
			target, err := orm.Records(f.Relation.To).Limit(1).All(w.ctx)
			w.fatal(err)
			if len(target) == 0 {
				if !f.Null {
					return
				}
				continue
			}
			w.fatal(row.SetValue(f, target[0].Value(f.Relation.ToField)))
			continue
		}
		v, err := renames{}.Fill(w.ctx, nil, &orm.FieldState{Type: f.Type, MaxLength: f.MaxLength}, false)
		w.fatal(err)
		w.fatal(row.SetValue(f, v))
	}
	err = orm.Atomic(w.ctx, func(ctx context.Context) error { return row.Save(ctx, nil) })
	if !errors.Is(err, orm.ErrIntegrity) { // a check may forbid the row
		w.fatal(err)
	}
}

// rows returns the values of all rows, by table, key and field.
func (w *world) rows(state *migrations.State) map[string]string {
	w.t.Helper()
	out := map[string]string{}
	for _, m := range state.Models().All() {
		if m.Proxy != nil || m.Unmanaged {
			continue
		}
		for row, err := range orm.Records(m).Order("pk").Each(w.ctx) {
			w.fatal(err)
			for _, f := range m.Fields {
				if f.Generated == nil {
					out[fmt.Sprintf("%s %v %s", m.Label(), row.Key(), f.Name)] = fmt.Sprint(row.Value(f))
				}
			}
		}
	}
	return out
}

// removes tells whether migrations remove fields, models or nulls.
func removes(list []*migrations.Migration) bool {
	for _, m := range list {
		for _, op := range m.Operations {
			switch op := op.(type) {
			case migrations.RemoveField, migrations.DeleteModel:
				return true
			case migrations.AlterField:
				if op.Fill != nil { // nulls were filled
					return true
				}
			case migrations.AlterOrderWithRespectTo:
				if op.To == "" {
					return true
				}
			}
		}
	}
	return false
}

// empty deletes all rows, also those that refer to each other in a circle.
func (w *world) empty() {
	w.t.Helper()
	list, err := introspection.Tables(w.ctx, "")
	w.fatal(err)
	w.fatal(orm.Atomic(w.ctx, func(ctx context.Context) error {
		c, err := orm.ConnectionOf(ctx, "")
		if err != nil {
			return err
		}
		var statements []string
		for _, info := range list {
			if info.Name != "django_migrations" && info.Name != "nuages_migration_progress" {
				statements = append(statements, "DELETE FROM "+c.Dialect().Ident(info.Name))
			}
		}
		if !c.Dialect().Features.DeferredChecks {
			statements = slices.Concat([]string{"SET foreign_key_checks = 0"}, statements, []string{"SET foreign_key_checks = 1"})
		}
		for _, statement := range statements {
			if _, err := c.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}))
}

// compareRows: all values are as they were.
func (w *world) compareRows(before, after map[string]string) {
	w.t.Helper()
	for key, want := range before {
		if got, ok := after[key]; !ok || got != want {
			w.t.Errorf("seed %d: %s: %s is %q after the change and back, and was %q", w.seed, w.what, key, got, want)
		}
	}
}
