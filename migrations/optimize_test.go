package migrations_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/internal/random"
	"github.com/nuages-web/nuages/orm"
)

func TestOptimize(t *testing.T) {
	t.Parallel()
	key := migrations.Field{Name: "id", Type: "BigAutoField", PrimaryKey: true}
	text := migrations.Field{Name: "a", Type: "TextField"}
	fk := migrations.Field{Name: "b", Type: "ForeignKey", To: "shop.B"}
	create := func(name string) migrations.CreateModel {
		return migrations.CreateModel{Name: name, Fields: []migrations.Field{key}}
	}
	index := migrations.Index{Name: "i", Fields: []string{"a"}}
	code := migrations.RunGo{Forward: migrations.NoopGo}
	elided := migrations.RunSQL{Elide: true}
	type ops = []migrations.Operation
	for _, test := range []struct {
		name string
		ops  ops
		want string
	}{
		{"a field of a new model", ops{create("A"), migrations.AddField{Model: "A", Field: text}}, "Create model A"},
		{"behind another model", ops{create("A"), create("B"), migrations.AddField{Model: "A", Field: fk}}, "Create model B, Create model A"},
		{"models that refer to each other", ops{create("A"), migrations.CreateModel{Name: "B", Fields: []migrations.Field{key, {Name: "a", Type: "ForeignKey", To: "shop.A"}}},
			migrations.AddField{Model: "A", Field: fk}}, "Create model A, Create model B, Add field b to A"},
		{"created and deleted", ops{create("A"), create("B"), migrations.DeleteModel{Name: "A"}}, "Create model B"},
		{"created and renamed", ops{create("A"), migrations.RenameModel{From: "A", To: "C"}, migrations.RenameModel{From: "C", To: "D"}}, "Create model D"},
		{"renamed twice", ops{migrations.RenameModel{From: "A", To: "C"}, migrations.RenameModel{From: "C", To: "D"}}, "Rename model A to D"},
		{"added, altered, renamed", ops{migrations.AddField{Model: "A", Field: text}, migrations.AlterField{Model: "a", Field: text}, migrations.RenameField{Model: "A", From: "a", To: "z"}}, "Add field z to A"},
		{"added and removed", ops{migrations.AddField{Model: "A", Field: text}, migrations.RemoveField{Model: "A", Name: "a"}}, ""},
		{"altered and removed", ops{migrations.AlterField{Model: "A", Field: text}, migrations.RemoveField{Model: "A", Name: "a"}}, "Remove field a from A"},
		{"altered twice", ops{migrations.AlterField{Model: "A", Field: text}, migrations.AlterField{Model: "A", Field: text}}, "Alter field a on A"},
		{"fields renamed in a chain", ops{migrations.RenameField{Model: "A", From: "a", To: "b"}, migrations.RenameField{Model: "A", From: "b", To: "c"}}, "Rename field a on A to c"},
		{"removed with the model", ops{migrations.RemoveField{Model: "A", Name: "a"}, migrations.DeleteModel{Name: "A"}}, "Delete model A"},
		{"code between", ops{create("A"), code, migrations.AddField{Model: "A", Field: text}}, "Create model A, Raw Go operation, Add field a to A"},
		{"elided", ops{elided, create("A"), elided, migrations.AddField{Model: "A", Field: text}}, "Create model A"},
		{"an index", ops{migrations.AddIndex{Model: "A", Index: index}, migrations.RenameIndex{Model: "A", From: "i", To: "k"}}, "Create index k on A"},
		{"an index added and removed", ops{migrations.AddIndex{Model: "A", Index: index}, migrations.RemoveIndex{Model: "A", Name: "i"}}, ""},
		{"an index of a new model", ops{create("A"), migrations.AddField{Model: "A", Field: text}, migrations.AddIndex{Model: "A", Index: index}}, "Create model A"},
		{"indexes renamed in a chain", ops{migrations.RenameIndex{Model: "A", From: "i", To: "k"}, migrations.RenameIndex{Model: "A", From: "k", To: "l"}}, "Rename index i on A to l"},
		{"a constraint", ops{migrations.AddConstraint{Model: "A", Constraint: migrations.Constraint{Name: "c", Check: orm.F("a").Gt(1)}}, migrations.RemoveConstraint{Model: "A", Name: "c"}}, ""},
		{"options", ops{migrations.AlterModelOptions{Model: "A"}, migrations.AlterModelOptions{Model: "A", Ordering: []string{"a"}}, migrations.AlterModelTable{Model: "A", Table: "x"}, migrations.AlterModelTable{Model: "A"}},
			"Change Meta options on A, Rename table for A to the default"},
		{"options of a new model", ops{create("A"), migrations.AlterModelTableComment{Model: "A", Comment: "x"}, migrations.AlterUniqueTogether{Model: "A", UniqueTogether: [][]string{{"id"}}}}, "Create model A"},
	} {
		var got []string
		for _, op := range migrations.Optimize("shop", test.ops) {
			got = append(got, op.Describe())
		}
		if strings.Join(got, ", ") != test.want {
			t.Errorf("%s: %v, want %s", test.name, got, test.want)
		}
	}
}

// TestOptimizeRandom puts the histories of random apps together: fewer steps make the
// same models.
func TestOptimizeRandom(t *testing.T) {
	t.Parallel()
	histories := 0
	for seed := uint64(0); histories < 30; seed++ {
		rng := rand.New(rand.NewPCG(seed, 3))
		var history []*migrations.Migration
		state := random.State(rng)
		what := []string{}
		for range 8 {
			if !oneApp(state) {
				break
			}
			history = found(t, fmt.Sprintf("seed %d", seed), rng, history, state)
			next, did := random.Change(rng, state)
			state, what = next, append(what, did)
		}
		if len(history) < 3 {
			continue
		}
		histories++
		var ops []migrations.Operation
		for _, m := range history {
			ops = append(ops, m.Operations...)
		}
		app := history[0].App
		want, got := migrations.NewState(), migrations.NewState()
		if err := (&migrations.Migration{App: app, Operations: ops}).Mutate(want); err != nil {
			t.Fatal(err)
		}
		short := &migrations.Migration{App: app, Operations: migrations.Optimize(app, ops)}
		if err := short.Mutate(got); err != nil {
			t.Fatalf("seed %d: %s: %v\n%s", seed, strings.Join(what, ", "), err, describe([]*migrations.Migration{short}))
		}
		if diff := cmp.Diff(models(t, want), models(t, got)); diff != "" {
			t.Fatalf("seed %d: %s (-all +fewer):\n%s\n%s", seed, strings.Join(what, ", "), diff, describe([]*migrations.Migration{short}))
		}
	}
}

func oneApp(s *migrations.State) bool {
	all := s.All()
	for _, m := range all {
		if m.App != all[0].App {
			return false
		}
	}
	return true
}
