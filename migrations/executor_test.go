package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/ormtest"
)

var id = migrations.Field{Name: "id", Type: "BigAutoField", PrimaryKey: true}

// shop is a history of two apps.
func shop() []*migrations.Migration {
	return []*migrations.Migration{
		{App: "shop", Name: "0001_initial", Initial: true, Dependencies: []string{"people.0001_initial"}, Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Label", Fields: []migrations.Field{id, {Name: "name", Type: "CharField", MaxLength: 50, Unique: true}}},
			migrations.CreateModel{Name: "Record", Fields: []migrations.Field{
				id,
				{Name: "title", Type: "CharField", MaxLength: 100},
				{Name: "label", Type: "ForeignKey", To: "shop.Label", OnDelete: orm.Protect, RelatedName: "records"},
				{Name: "artists", Type: "ManyToManyField", To: "people.Person"},
			}, Ordering: []string{"title"}},
		}},
		{App: "shop", Name: "0002_record_stock", Dependencies: []string{"shop.0001_initial"}, Operations: []migrations.Operation{
			migrations.AddField{Model: "Record", Field: migrations.Field{Name: "stock", Type: "PositiveIntegerField"}, Fill: int32(7)},
			migrations.AddConstraint{Model: "Record", Constraint: migrations.Constraint{Kind: orm.CheckConstraint, Name: "stock_lt_1000", Check: orm.F("stock").Lt(1000)}},
			migrations.AddIndex{Model: "Record", Index: migrations.Index{Name: "record_title_idx", Fields: []string{"title", "-stock"}}},
			migrations.AlterUniqueTogether{Model: "Record", UniqueTogether: [][]string{{"title", "label"}}},
		}},
		{App: "shop", Name: "0003_names", Dependencies: []string{"shop.0002_record_stock"}, Operations: []migrations.Operation{
			migrations.RenameField{Model: "Record", From: "stock", To: "copies"},
			migrations.RenameModel{From: "Record", To: "Disc"},
			migrations.AlterField{Model: "Disc", Field: migrations.Field{Name: "title", Type: "CharField", MaxLength: 200, Null: true}},
			migrations.RunGo{Forward: func(ctx context.Context, apps *migrations.Apps) error {
				_, err := apps.Records("shop.Disc").Update(ctx, map[string]any{"title": nil})
				return err
			}, Backward: func(ctx context.Context, apps *migrations.Apps) error {
				_, err := apps.Records("shop.Disc").Update(ctx, map[string]any{"title": "again"})
				return err
			}},
		}},
		{App: "shop", Name: "0004_delete_label", Dependencies: []string{"shop.0003_names"}, Operations: []migrations.Operation{
			migrations.RemoveConstraint{Model: "Disc", Name: "stock_lt_1000"},
			migrations.RemoveIndex{Model: "Disc", Name: "record_title_idx"},
			migrations.AlterUniqueTogether{Model: "Disc"},
			migrations.RemoveField{Model: "Disc", Name: "label", Fill: int64(1)},
			migrations.RunSQL{Forward: []string{"UPDATE shop_disc SET copies = copies + 1"}, Backward: migrations.Noop},
			migrations.AlterModelTable{Model: "Disc", Table: "discs"},
		}},
		{App: "people", Name: "0001_initial", Initial: true, Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Person", Fields: []migrations.Field{id, {Name: "name", Type: "TextField"}}},
		}},
	}
}

func executor(t *testing.T, ctx context.Context, history []*migrations.Migration, opts *migrations.Options) *migrations.Executor {
	t.Helper()
	x, err := migrations.NewExecutor(ctx, history, opts)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// to migrates to a migration; "" is the last of all apps, and zero the beginning of shop.
func to(t *testing.T, ctx context.Context, x *migrations.Executor, name string) {
	t.Helper()
	targets := x.Leaves("")
	if name == "zero" {
		targets = []migrations.Target{{App: "shop"}}
	} else if name != "" {
		m, err := x.Graph().Find("shop", name)
		if err != nil {
			t.Fatal(err)
		}
		targets = []migrations.Target{{App: "shop", Migration: m}}
	}
	if err := x.Migrate(ctx, x.Plan(targets)); err != nil {
		t.Fatal(err)
	}
}

func records(t *testing.T, x *migrations.Executor, label string) *orm.RecordQuery {
	t.Helper()
	state, err := x.State()
	if err != nil {
		t.Fatal(err)
	}
	app, name, _ := strings.Cut(label, ".")
	m, ok := state.Models().Get(app, name)
	if !ok {
		t.Fatalf("no model %s", label)
	}
	return orm.Records(m)
}

func value(t *testing.T, ctx context.Context, q *orm.RecordQuery, name string) any {
	t.Helper()
	row, err := q.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	v, err := row.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// tables describes all tables but those of migrations themselves.
func tables(t *testing.T, ctx context.Context) string {
	t.Helper()
	list, err := introspection.Tables(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, info := range list {
		if strings.HasSuffix(info.Name, "migrations") || strings.HasSuffix(info.Name, "_progress") {
			continue
		}
		d, err := introspection.Table(ctx, "", info.Name)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", d.Name)
		var lines []string // without an order: columns that come back come last
		for _, c := range d.Columns {
			lines = append(lines, fmt.Sprintf("\t%s %s null=%v\n", c.Name, c.Type, c.Null))
		}
		for _, c := range d.Constraints { // names stay when a table is renamed
			lines = append(lines, fmt.Sprintf("\t%v unique=%v %v\n", c.Columns, c.Unique, c.References))
		}
		slices.Sort(lines)
		b.WriteString(strings.Join(lines, ""))
	}
	return b.String()
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		x := executor(t, ctx, shop(), nil)
		to(t, ctx, x, "0001")
		first := tables(t, ctx)
		label, err := records(t, x, "shop.Label").Create(ctx, map[string]any{"name": "ECM"})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := records(t, x, "shop.Record").Create(ctx, map[string]any{"title": "Facing You", "label": label.Key()}); err != nil {
			t.Fatal(err)
		}
		to(t, ctx, x, "0002")
		if got := value(t, ctx, records(t, x, "shop.Record"), "stock"); got != int32(7) {
			t.Errorf("stock of the row that was there: %v, want 7", got)
		}
		second := tables(t, ctx)
		to(t, ctx, x, "")
		disc := records(t, x, "shop.Disc")
		if title, copies := value(t, ctx, disc, "title"), value(t, ctx, disc, "copies"); title != nil || copies != int32(8) {
			t.Errorf("after all migrations: title %v, copies %v, want null and 8", title, copies)
		}
		if n := len(x.Plan(x.Leaves(""))); n != 0 {
			t.Errorf("%d steps after all were applied", n)
		}
		x = executor(t, ctx, shop(), nil)
		if err := x.CheckHistory(); err != nil {
			t.Error(err)
		}
		to(t, ctx, x, "0002")
		if got := tables(t, ctx); got != second {
			t.Errorf("back to 0002:\n%s\nwant\n%s", got, second)
		}
		if title := value(t, ctx, records(t, x, "shop.Record"), "title"); title != "again" {
			t.Errorf("title: %v", title)
		}
		to(t, ctx, x, "0001")
		if got := tables(t, ctx); got != first {
			t.Errorf("back to 0001:\n%s\nwant\n%s", got, first)
		}
		to(t, ctx, x, "zero")
		if got := tables(t, ctx); !strings.HasPrefix(got, "people_person\n") || strings.Contains(got, "shop_") {
			t.Errorf("back to the beginning:\n%s", got)
		}
		noted, err := migrations.Applied(ctx, "")
		if err != nil || len(noted) != 1 || noted[0].App != "people" {
			t.Errorf("noted: %v, %v", noted, err)
		}
	})
}

// TestFailure leaves nothing of a migration that fails, where the database can, and goes
// on where it stopped, where it can't.
func TestFailure(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		broken := errors.New("broken")
		fail := true
		history := append(shop(), &migrations.Migration{App: "shop", Name: "0005_more", Dependencies: []string{"shop.0004_delete_label"}, Operations: []migrations.Operation{
			migrations.AddField{Model: "Disc", Field: migrations.Field{Name: "notes", Type: "TextField", Null: true}},
			migrations.RunGo{Forward: func(ctx context.Context, apps *migrations.Apps) error {
				if fail {
					return broken
				}
				return nil
			}},
			migrations.AddField{Model: "Disc", Field: migrations.Field{Name: "more", Type: "TextField", Null: true}},
		}})
		x := executor(t, ctx, history, nil)
		err := x.Migrate(ctx, x.Plan(x.Leaves("")))
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "shop.0005_more: operation 2 (Raw Go operation)") {
			t.Errorf("Migrate: %v", err)
		}
		c, err := orm.ConnectionOf(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		d, err := introspection.Table(ctx, "", "discs")
		if err != nil {
			t.Fatal(err)
		}
		if _, has := d.Column("notes"); has == c.Dialect().Features.TransactionalDDL {
			t.Errorf("the first operation is there: %v", has)
		}
		fail = false
		to(t, ctx, executor(t, ctx, history, nil), "")
		if d, err = introspection.Table(ctx, "", "discs"); err != nil {
			t.Fatal(err)
		}
		if _, has := d.Column("more"); !has {
			t.Error("the migration was not finished")
		}
		x = executor(t, ctx, history, nil)
		m, _ := x.Graph().Find("shop", "0004")
		err = x.Migrate(ctx, x.Plan([]migrations.Target{{App: "shop", Migration: m}}))
		if !errors.Is(err, migrations.ErrIrreversible) {
			t.Errorf("back: %v, want ErrIrreversible", err)
		}
	})
}

// TestBatches interrupts a data migration and goes on with it.
func TestBatches(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		stop := errors.New("stop")
		batches, seen := 0, 0
		history := append(shop(), &migrations.Migration{App: "people", Name: "0002_names", NonAtomic: true, Dependencies: []string{"people.0001_initial"},
			Operations: []migrations.Operation{
				migrations.AddField{Model: "Person", Field: migrations.Field{Name: "short", Type: "CharField", MaxLength: 9}, Fill: ""},
				migrations.RunBatches{Model: "Person", Size: 10, Only: orm.F("name").Ne("p3"), Forward: func(ctx context.Context, apps *migrations.Apps, rows []orm.Record) error {
					if batches++; batches == 3 {
						return stop
					}
					for _, row := range rows {
						seen++
						name, _ := row.Get("name")
						short, _ := row.Get("short")
						if short != "" {
							return fmt.Errorf("%v was handled before", name)
						}
						if err := row.Set("short", "s"+name.(string)); err != nil {
							return err
						}
						if err := row.Save(ctx, nil); err != nil {
							return err
						}
					}
					return nil
				}},
			}})
		var bar []string
		opts := &migrations.Options{Rows: func(what string, done, total int64) { bar = append(bar, fmt.Sprintf("%d/%d", done, total)) }}
		x := executor(t, ctx, history, opts)
		first, _ := x.Graph().Find("people", "0001")
		if err := x.Migrate(ctx, x.Plan([]migrations.Target{{App: "people", Migration: first}})); err != nil {
			t.Fatal(err)
		}
		for i := range 36 {
			if _, err := records(t, x, "people.Person").Create(ctx, map[string]any{"name": fmt.Sprintf("p%d", i)}); err != nil {
				t.Fatal(err)
			}
		}
		err := x.Migrate(ctx, x.Plan(x.Leaves("people")))
		if !errors.Is(err, stop) || !strings.Contains(err.Error(), "1 of 2 operations are done") {
			t.Errorf("Migrate: %v", err)
		}
		resumed := false
		opts.Progress = func(e migrations.Event) { resumed = resumed || e.Resumed }
		bar = nil
		x = executor(t, ctx, history, opts)
		if err := x.Migrate(ctx, x.Plan(x.Leaves("people"))); err != nil {
			t.Fatal(err)
		}
		if seen != 35 || !resumed || fmt.Sprint(bar) != "[0/15 10/15 15/15 -1/15]" {
			t.Errorf("%d rows, resumed %v, bar %v", seen, resumed, bar)
		}
		if n, err := records(t, x, "people.Person").Lookup("short__startswith", "sp").Count(ctx); n != 35 || err != nil {
			t.Errorf("%d rows have the new value, %v", n, err)
		}
	})
}

func TestFake(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		x := executor(t, ctx, shop(), nil)
		to(t, ctx, x, "0001")
		if _, err := orm.Exec(ctx, "DELETE FROM django_migrations"); err != nil {
			t.Fatal(err)
		}
		var faked []string
		x = executor(t, ctx, shop(), &migrations.Options{FakeInitial: true, Progress: func(e migrations.Event) {
			if e.Faked {
				faked = append(faked, e.Migration.ID())
			}
		}})
		to(t, ctx, x, "")
		if fmt.Sprint(faked) != "[people.0001_initial shop.0001_initial]" {
			t.Errorf("faked: %v", faked)
		}
		x = executor(t, ctx, shop(), &migrations.Options{Fake: true})
		to(t, ctx, x, "zero")
		if got := tables(t, ctx); !strings.Contains(got, "discs\n") {
			t.Errorf("--fake dropped tables:\n%s", got)
		}
	})
}

// TestSquash uses a squashed migration where none or all of its parts are applied.
func TestSquash(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t)
	history := shop()
	x := executor(t, ctx, history, nil)
	to(t, ctx, x, "0002")
	squashed := &migrations.Migration{App: "shop", Name: "0001_squashed_0003", Initial: true, Dependencies: []string{"people.0001_initial"},
		Replaces: []string{"shop.0001_initial", "shop.0002_record_stock", "shop.0003_names"}}
	for _, m := range history[:3] {
		squashed.Operations = append(squashed.Operations, m.Operations...)
	}
	with := append(history, squashed)
	to(t, ctx, executor(t, ctx, with, nil), "")
	noted, err := migrations.Applied(ctx, "")
	if err != nil || !slices.ContainsFunc(noted, func(r migrations.Record) bool { return r.Name == squashed.Name }) {
		t.Errorf("the squashed migration was not noted: %v, %v", noted, err)
	}
	x = executor(t, ctx, append(history[3:5:5], squashed), nil)
	if plan := x.Plan(x.Leaves("")); len(plan) != 0 {
		t.Errorf("without its parts there are %d steps", len(plan))
	}
	if gone, err := x.Prune(ctx, "shop"); err == nil {
		t.Errorf("Prune with Replaces: %v, want an error", gone)
	}
	squashed.Replaces = nil
	history[3].Dependencies = []string{squashed.ID()}
	x = executor(t, ctx, append(history[3:5:5], squashed), nil)
	if gone, err := x.Prune(ctx, "shop"); err != nil || len(gone) != 3 {
		t.Errorf("Prune: %v, %v", gone, err)
	}

	fresh := ormtest.SQLite(t)
	to(t, fresh, executor(t, fresh, append(history[3:5:5], squashed), nil), "")
	if got, want := tables(t, fresh), tables(t, ctx); got != want {
		t.Errorf("the tables by the squashed migration:\n%s\nwant\n%s", got, want)
	}
}

func TestSQL(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t)
	x := executor(t, ctx, shop(), nil)
	for name, wants := range map[string][]string{
		"0001": {"BEGIN;", "-- Create model Record", `CREATE TABLE "shop_record"`, "COMMIT;"},
		"0003": {`ALTER TABLE "shop_record" RENAME COLUMN "stock" TO "copies";`, "-- Raw Go operation cannot be written as SQL"},
	} {
		m, err := x.FindAny("shop", name)
		if err != nil {
			t.Fatal(err)
		}
		lines, err := x.SQL(ctx, m, false)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(lines, "\n")
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %s in\n%s", name, want, text)
			}
		}
	}
	m, _ := x.FindAny("shop", "0001")
	lines, err := x.SQL(ctx, m, true)
	if text := strings.Join(lines, "\n"); err != nil || !strings.Contains(text, `DROP TABLE "shop_label"`) {
		t.Errorf("backwards: %v\n%s", err, text)
	}
	if list, _ := introspection.Tables(ctx, ""); len(list) != 0 {
		t.Errorf("sqlmigrate made tables: %v", list)
	}
}
