package commands_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/commands"
	"github.com/nuages-web/nuages/orm/ormtest"
)

var id = migrations.Field{Name: "id", Type: "BigAutoField", PrimaryKey: true}

// shop has two migrations, the second of which breaks the running version.
func shop() migrations.App {
	return migrations.App{Label: "shop", Migrations: []*migrations.Migration{
		{App: "shop", Name: "0001_initial", Initial: true, Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Record", Fields: []migrations.Field{id, {Name: "title", Type: "CharField", MaxLength: 50}}},
		}},
		{App: "shop", Name: "0002_stock", Dependencies: []string{"shop.0001_initial"}, Operations: []migrations.Operation{
			migrations.AddField{Model: "Record", Field: migrations.Field{Name: "stock", Type: "IntegerField"}, Fill: int32(0)},
		}},
	}}
}

// run runs a command line, and returns the exit code and what it printed.
func run(t *testing.T, ctx context.Context, project *commands.Project, line string) (int, string, string) {
	t.Helper()
	app, err := cli.New(&cli.Options{Name: "shop", Commands: commands.All(&commands.Program{
		Load: func() (*commands.Project, error) { return project, nil },
	})})
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code := app.Run(ctx, strings.Fields(line), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestCommands(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t)
	events := 0
	note := func(context.Context, *migrations.MigrateEvent) error { events++; return nil }
	project := &commands.Project{Apps: []migrations.App{shop(), {Label: "empty"}}, BeforeMigrate: note, AfterMigrate: note}
	for _, test := range []struct {
		line string
		code int
		want []string // in the output, or in the errors where the code is not 0
	}{
		{"showmigrations", 0, []string{"shop\n [ ] 0001_initial\n [ ] 0002_stock\n", "empty\n (no migrations)\n"}},
		{"migrate --check", 1, []string{"2 migrations are not applied"}},
		{"migrate shop 0001", 0, []string{"Target specific migration: 0001_initial, from shop", "  Applying shop.0001_initial... OK\n"}},
		{"migrate --plan", 0, []string{"shop.0002_stock\n    Add field stock to Record\n      ! The running version inserts rows into Record without a value for stock", "DBDefault"}},
		{"sqlmigrate shop 0002", 0, []string{"BEGIN;\n--\n-- Add field stock to Record\n--\n", "COMMIT;\n"}},
		{"migrate", 0, []string{"Apply all migrations: shop", "  Applying shop.0002_stock... OK\n"}},
		{"migrate", 0, []string{"  No migrations to apply.\n"}},
		{"migrate --check", 0, nil},
		{"showmigrations shop --plan -v 2", 0, []string{"[X]  shop.0001_initial\n[X]  shop.0002_stock ... [shop.0001_initial]\n"}},
		{"migrate shop zero", 0, []string{"Unapply all migrations: shop", "Unapplying shop.0002_stock... OK\n  Unapplying shop.0001_initial... OK\n"}},
		{"migrate --fake", 0, []string{"Applying shop.0001_initial... FAKED\n"}},
		{"migrate nowhere", 1, []string{`there is no app "nowhere"`, "[shop empty]"}},
		{"migrate empty", 1, []string{"the app empty has no migrations", "makemigrations empty"}},
		{"migrate shop 0009", 1, []string{`no migration whose name begins with "0009"`, "showmigrations shop"}},
		{"migrate --prune", 1, []string{"--prune needs an app"}},
		{"migrate --database other", 1, []string{"other"}},
		{"migrate shop --prune", 0, []string{"No migrations to prune."}},
	} {
		code, out, errs := run(t, ctx, project, test.line)
		text := out
		if code != 0 {
			text = errs
		}
		if code != test.code {
			t.Errorf("%s: exit code %d, want %d\n%s%s", test.line, code, test.code, out, errs)
		}
		for _, want := range test.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", test.line, want, text)
			}
		}
	}
	if events != 2*5 {
		t.Errorf("%d signals, want one before and one after each of 5 migrates", events)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t)
	project := &commands.Project{Apps: []migrations.App{shop()}}
	if code, _, errs := run(t, ctx, project, "migrate shop 0001"); code != 0 {
		t.Fatal(errs)
	}
	var plan []struct {
		Name       string
		Operations []string
		Hazards    []struct{ Breaks bool }
	}
	_, out, _ := run(t, ctx, project, "migrate --plan --json")
	if err := json.Unmarshal([]byte(out), &plan); err != nil || len(plan) != 1 || len(plan[0].Hazards) != 1 || !plan[0].Hazards[0].Breaks {
		t.Errorf("--plan --json: %v\n%s", err, out)
	}
	var list []struct {
		Name    string
		Applied bool
	}
	_, out, _ = run(t, ctx, project, "showmigrations --json")
	if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 2 || !list[0].Applied || list[1].Applied {
		t.Errorf("showmigrations --json: %v\n%s", err, out)
	}
}

// TestConflict refuses to choose between two ends of a history.
func TestConflict(t *testing.T) {
	t.Parallel()
	app := shop()
	app.Migrations = append(app.Migrations, &migrations.Migration{App: "shop", Name: "0002_other", Dependencies: []string{"shop.0001_initial"}})
	code, _, errs := run(t, ormtest.SQLite(t), &commands.Project{Apps: []migrations.App{app}}, "migrate")
	if code != 1 || !strings.Contains(errs, "0002_other, 0002_stock in shop") || !strings.Contains(errs, "makemigrations --merge") {
		t.Errorf("exit code %d\n%s", code, errs)
	}
}
