package migrations_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/examples/recordshop/shop"
	history "github.com/nuages-web/nuages/examples/recordshop/shop/migrations"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		panic(err)
	}
	defer backend.Close()
	ctx := orm.NewContext(context.Background(), orm.NewDB(backend))
	err = migrations.Apply(ctx, history.All, &migrations.Options{Progress: func(e migrations.Event) {
		if e.Kind == migrations.ApplyDone {
			fmt.Println(e.Migration.ID())
		}
	}})
	if err != nil {
		panic(err)
	}
	// Output:
	// shop.0001_squashed_0005_rename_quantity_record_stock
	// shop.0006_covers_and_reviews
	// shop.0007_orders
}

// unsquashed is the history as databases have it that were there before the squash.
func unsquashed() []*migrations.Migration {
	return slices.DeleteFunc(slices.Clone(history.All), func(m *migrations.Migration) bool { return len(m.Replaces) > 0 })
}

// TestModels has the history end with today's models: makemigrations would find nothing.
func TestModels(t *testing.T) {
	t.Parallel()
	now, err := migrations.StateOf(shop.Models)
	if err != nil {
		t.Fatal(err)
	}
	for name, all := range map[string][]*migrations.Migration{"squashed": history.All, "unsquashed": unsquashed()} {
		graph, err := migrations.NewGraph(all, nil)
		if err != nil {
			t.Fatal(err)
		}
		end, err := graph.State()
		if err != nil {
			t.Fatal(err)
		}
		changes, err := migrations.Autodetect(t.Context(), end, now, &migrations.AutodetectOptions{Questioner: migrations.Unattended{}, Graph: graph})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range changes {
			for _, op := range m.Operations {
				t.Errorf("%s: the models have a change that no migration makes: %s", name, op.Describe())
			}
		}
	}
}

// tables describes the shop's tables, whatever the order of their columns: one that was
// added later comes last.
func tables(t *testing.T, ctx context.Context) []string {
	t.Helper()
	list, err := introspection.Tables(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, info := range list {
		if !strings.HasPrefix(info.Name, "shop_") {
			continue
		}
		d, err := introspection.Table(ctx, "", info.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range d.Columns {
			lines = append(lines, fmt.Sprintf("%s: %+v", d.Name, c))
		}
		for _, c := range d.Constraints {
			refers := ""
			if c.References != nil {
				refers = fmt.Sprintf(" refers to %+v", *c.References)
				c.References = nil
			}
			if c.Check { // PostgreSQL names that of a positive column by its first name
				c.Name = ""
			}
			lines = append(lines, fmt.Sprintf("%s: %+v%s", d.Name, c, refers))
		}
	}
	slices.Sort(lines)
	return lines
}

// to migrates the shop to a migration; "zero" is the beginning and "" the end.
func to(t *testing.T, ctx context.Context, all []*migrations.Migration, name string) *migrations.Executor {
	t.Helper()
	x, err := migrations.NewExecutor(ctx, all, nil)
	if err != nil {
		t.Fatal(err)
	}
	targets := x.Leaves("shop")
	switch name {
	case "":
	case "zero":
		targets = []migrations.Target{{App: "shop"}}
	default:
		m, err := x.Graph().Find("shop", name)
		if err != nil {
			t.Fatal(err)
		}
		targets = []migrations.Target{{App: "shop", Migration: m}}
	}
	if err := x.Migrate(ctx, x.Plan(targets)); err != nil {
		t.Fatal(err)
	}
	return x
}

// TestTables has both ways through the history make the tables of the models, and take
// them back.
func TestTables(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		made := map[string][]string{}
		for name, all := range map[string][]*migrations.Migration{"squashed": history.All, "unsquashed": unsquashed()} {
			to(t, ctx, all, "")
			made[name] = tables(t, ctx)
			to(t, ctx, all, "zero")
			if left := tables(t, ctx); left != nil {
				t.Errorf("%s: back at the beginning there are %s", name, left)
			}
		}
		if err := orm.CreateTables(ctx, shop.Models...); err != nil {
			t.Fatal(err)
		}
		want := tables(t, ctx)
		for name, got := range made {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-models +migrations):\n%s", name, diff)
			}
		}
	})
}

// TestTablesWithoutHistory takes over tables that were made without migrations.
func TestTablesWithoutHistory(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, shop.Models, func(t *testing.T, ctx context.Context) {
		if err := shop.Fill(ctx); err != nil {
			t.Fatal(err)
		}
		if err := shop.Prepare(ctx); err != nil {
			t.Fatal(err)
		}
		noted, err := migrations.Applied(ctx, "")
		if err != nil || len(noted) != len(history.All) {
			t.Errorf("noted: %v, %v", noted, err)
		}
		if n, err := shop.Records.Count(ctx); n != 9 || err != nil {
			t.Errorf("%d records, %v", n, err)
		}
	})
}

// TestGenres runs the data migration over rows, forwards and backwards.
func TestGenres(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		x := to(t, ctx, history.All[:1], "0001")
		state, err := x.State()
		if err != nil {
			t.Fatal(err)
		}
		record, _ := state.Models().Get("shop", "Record")
		genres := []string{"Jazz", "Soul", "Drum and bass", "jazz", ""}
		for i, genre := range genres {
			values := map[string]any{"slug": fmt.Sprint("r", i), "title": "T", "artist": "A", "genre": genre, "year": 1960, "price": "9.90", "quantity": 10 + i}
			if _, err := orm.Records(record).Create(ctx, values); err != nil {
				t.Fatal(err)
			}
		}
		to(t, ctx, history.All, "") // goes on with the parts of the squashed migration
		var got []string
		for r, err := range shop.Records.SelectRelated(shop.RecordF.Category()).Order("slug").Each(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%s %s %d", r.Category.Obj().Name, r.Category.Obj().Slug, r.Stock))
		}
		if diff := cmp.Diff([]string{"Jazz jazz 10", "Soul soul 11", "Drum and bass drum-and-bass 12", "Jazz jazz 13", "Other other 14"}, got); diff != "" {
			t.Errorf("forwards (-want +got):\n%s", diff)
		}
		noted, err := migrations.Applied(ctx, "")
		if err != nil || len(noted) != len(history.All) {
			t.Errorf("noted, with the squashed migration: %v, %v", noted, err)
		}

		to(t, ctx, unsquashed(), "0001")
		got = nil
		for r, err := range orm.Records(record).Order("slug").Each(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			genre, _ := r.Get("genre")
			quantity, _ := r.Get("quantity")
			got = append(got, fmt.Sprint(genre, " ", quantity))
		}
		if diff := cmp.Diff([]string{"Jazz 10", "Soul 11", "Drum and bass 12", "Jazz 13", "Other 14"}, got); diff != "" {
			t.Errorf("backwards (-want +got):\n%s", diff)
		}
	})
}
