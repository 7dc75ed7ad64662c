package migrations_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/internal/random"
	"github.com/nuages-web/nuages/orm"
)

// chance answers by chance, which must not matter for what the models become.
type chance struct{ rng *rand.Rand }

func (c chance) RenamedModel(context.Context, *orm.ModelState, *orm.ModelState) (bool, error) {
	return c.rng.IntN(2) == 0, nil
}

func (c chance) RenamedField(context.Context, *orm.ModelState, *migrations.Field, *migrations.Field) (bool, error) {
	return c.rng.IntN(2) == 0, nil
}

func (c chance) Fill(_ context.Context, _ *orm.ModelState, f *migrations.Field, altered bool) (any, error) {
	if altered && c.rng.IntN(2) == 0 {
		return nil, nil
	}
	return random.Value(f), nil
}

// TestRandomChanges makes histories of random changes: what is found and applied, also
// to a new database from its beginning, makes the models that were wanted, and nothing
// more is found.
func TestRandomChanges(t *testing.T) {
	t.Parallel()
	for seed := range uint64(50) {
		rng := rand.New(rand.NewPCG(seed, 1))
		state := random.State(rng)
		history := found(t, fmt.Sprintf("seed %d: new", seed), rng, nil, state)
		for range 3 {
			var what []string
			for range 1 + rng.IntN(5) {
				next, did := random.Change(rng, state)
				state, what = next, append(what, did)
			}
			history = found(t, fmt.Sprintf("seed %d: %s", seed, strings.Join(what, ", ")), rng, history, state)
			if t.Failed() {
				return
			}
		}
		found(t, fmt.Sprintf("seed %d: all others", seed), rng, history, random.State(rng))
	}
}

// found adds to a history what leads to a state, and looks at what it leads to.
func found(t *testing.T, what string, rng *rand.Rand, history []*migrations.Migration, to *migrations.State) []*migrations.Migration {
	t.Helper()
	graph, err := migrations.NewGraph(history, nil)
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, describe(history))
	}
	from, err := graph.State()
	if err != nil {
		t.Fatalf("%s: %v\n%s", what, err, describe(history))
	}
	opts := &migrations.AutodetectOptions{Questioner: chance{rng}, Graph: graph}
	list, err := migrations.Autodetect(t.Context(), from, to, opts)
	if err != nil && strings.Contains(err.Error(), "which no operation can do") {
		return history
	}
	if err != nil {
		t.Errorf("%s: %v\n%s", what, err, describe(history))
		return history
	}
	history = slices.Concat(history, list)
	if graph, err = migrations.NewGraph(history, nil); err != nil {
		t.Errorf("%s: %v\n%s", what, err, describe(history))
		return history
	}
	state, err := graph.State()
	if err != nil {
		t.Errorf("%s: %v\n%s", what, err, describe(history))
		return history
	}
	if diff := cmp.Diff(models(t, to), models(t, state)); diff != "" {
		t.Errorf("%s (-wanted +made):\n%s\n%s", what, diff, describe(list))
	}
	opts.Graph = graph
	again, err := migrations.Autodetect(t.Context(), state, to, opts)
	if err != nil || len(again) > 0 {
		t.Errorf("%s: found again (%v):\n%s\nafter\n%s", what, err, describe(again), describe(list))
	}
	return history
}

// models writes the models of a state, with nothing said of orders that do not matter.
func models(t *testing.T, s *migrations.State) string {
	t.Helper()
	var all []string
	for _, m := range s.All() {
		c := *m
		c.Fields, c.Indexes, c.Constraints, c.UniqueTogether = slices.Clone(m.Fields), slices.Clone(m.Indexes), slices.Clone(m.Constraints), slices.Clone(m.UniqueTogether)
		slices.SortFunc(c.Fields, func(a, b migrations.Field) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(c.Indexes, func(a, b migrations.Index) int { return strings.Compare(a.Name, b.Name) })
		slices.SortFunc(c.Constraints, func(a, b migrations.Constraint) int { return strings.Compare(a.Name, b.Name) })
		if len(c.Constraints) == 0 {
			c.Constraints = nil
		}
		if len(c.Indexes) == 0 {
			c.Indexes = nil
		}
		if len(c.UniqueTogether) == 0 {
			c.UniqueTogether = nil
		}
		src, err := migrations.Source(&migrations.Migration{App: m.App, Name: m.Label(), Operations: []migrations.Operation{migrations.CreateModel(c)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(src))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

func describe(list []*migrations.Migration) string {
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "%s after %v\n", m.ID(), m.Dependencies)
		for _, op := range m.Operations {
			fmt.Fprintf(&b, "    %s\n", op.Describe())
		}
	}
	return b.String()
}

func ExampleAutodetect() {
	key := migrations.Field{Name: "id", Type: "BigAutoField", PrimaryKey: true}
	from := migrations.NewState(&orm.ModelState{App: "shop", Name: "Record", Fields: []migrations.Field{key}})
	to := migrations.NewState(&orm.ModelState{App: "shop", Name: "Record", Fields: []migrations.Field{key, {Name: "notes", Type: "TextField", Null: true}}})
	found, err := migrations.Autodetect(context.Background(), from, to, nil)
	for _, m := range found {
		for _, op := range m.Operations {
			fmt.Println(m.App+":", op.Describe())
		}
	}
	fmt.Println(err)
	// Output:
	// shop: Add field notes to Record
	// <nil>
}
