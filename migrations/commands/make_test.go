package commands_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/commands"
	"github.com/nuages-web/nuages/orm"
)

// record is the model of these tests, with more fields.
func record(fields ...migrations.Field) *orm.ModelState {
	return &orm.ModelState{App: "shop", Name: "Record", Fields: append([]migrations.Field{id, {Name: "title", Type: "CharField", MaxLength: 50},
		{Name: "stock", Type: "IntegerField"}}, fields...)}
}

func with(app migrations.App, dir string, states ...*orm.ModelState) *commands.Project {
	app.Dir, app.Models = dir, orm.NewModels(states).All()
	return &commands.Project{Apps: []migrations.App{app}}
}

// exists puts the list of the migrations of shop into a folder.
func exists(t *testing.T, dir string) {
	t.Helper()
	src, err := migrations.ListSource("shop", nil, "m0001Initial", "m0002Stock")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "migrations", "migrations.go"), string(src))
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestMakeMigrations(t *testing.T) {
	t.Parallel()
	notes := migrations.Field{Name: "notes", Type: "TextField"}
	for _, test := range []struct {
		name, line string
		project    func(dir string) *commands.Project
		code       int
		want       []string // in what it prints
		files      map[string][]string
	}{
		{"nothing", "makemigrations", func(dir string) *commands.Project { return with(shop(), dir, record()) }, 0, []string{"No changes detected\n"}, nil},
		{"first", "makemigrations shop", func(dir string) *commands.Project { return with(migrations.App{Label: "shop"}, dir, record()) }, 0,
			[]string{"Migrations for 'shop':\n", "0001_initial.go\n    + Create model Record\n", "Migrations: migrations.All"},
			map[string][]string{"0001_initial.go": {"// m0001Initial of the app shop", "Initial: true", `{Name: "stock", Type: "IntegerField"}`}, "migrations.go": {"\tm0001Initial,\n"}}},
		{"fill", "makemigrations --fill shop.Record.notes=a=b", func(dir string) *commands.Project { return with(shop(), dir, record(notes)) }, 0,
			[]string{"0002_record_notes.go"[4:], "+ Add field notes to Record"},
			map[string][]string{"0003_record_notes.go": {`migrations.AddField{Model: "Record", Field: migrations.Field{Name: "notes", Type: "TextField"}, Fill: "a=b"}`},
				"migrations.go": {"\tm0002Stock,\n\tm0003RecordNotes,\n"}}},
		{"no fill", "makemigrations", func(dir string) *commands.Project { return with(shop(), dir, record(notes)) }, 1, []string{"--fill shop.Record.notes=VALUE"}, nil},
		{"no fill and no input", "makemigrations --no-input", func(dir string) *commands.Project { return with(shop(), dir, record(notes)) }, 1,
			[]string{"shop.Record.notes is new and cannot be null", "--fill shop.Record.notes=VALUE"}, nil},
		{"bad fill", "makemigrations --fill shop.Record.n=x", func(dir string) *commands.Project {
			return with(shop(), dir, record(migrations.Field{Name: "n", Type: "IntegerField"}))
		}, 1, []string{`"x" is no value of shop.Record.n`}, nil},
		{"unused fill", "makemigrations --fill shop.Record.title=x", func(dir string) *commands.Project { return with(shop(), dir, record()) }, 1, []string{"no change needs a value"}, nil},
		{"rename", "makemigrations --rename shop.Record.stock:left --name less", func(dir string) *commands.Project {
			r := record(migrations.Field{Name: "left", Type: "IntegerField"})
			r.Fields = append(r.Fields[:2], r.Fields[3])
			return with(shop(), dir, r)
		}, 0, []string{"~ Rename field stock on Record to left"}, map[string][]string{"0003_less.go": {`migrations.RenameField{Model: "Record", From: "stock", To: "left"}`}}},
		{"rename unasked", "makemigrations", func(dir string) *commands.Project {
			r := record(migrations.Field{Name: "left", Type: "IntegerField"})
			r.Fields = append(r.Fields[:2], r.Fields[3])
			return with(shop(), dir, r)
		}, 1, []string{"--rename shop.Record.stock:left"}, nil},
		{"no rename", "makemigrations --no-input --fill shop.Record.left=7", func(dir string) *commands.Project {
			r := record(migrations.Field{Name: "left", Type: "IntegerField"})
			r.Fields = append(r.Fields[:2], r.Fields[3])
			return with(shop(), dir, r)
		}, 0, []string{"- Remove field stock from Record", "+ Add field left to Record"}, map[string][]string{"0003_remove_record_stock_record_left.go": {"Fill: 7"}}},
		{"check", "makemigrations --check --no-input", func(dir string) *commands.Project {
			return with(shop(), dir, record(migrations.Field{Name: "notes", Type: "TextField", Null: true}))
		}, 1, []string{"+ Add field notes to Record", "changes that no migration makes"}, nil},
		{"dry run", "makemigrations --dry-run -v 3", func(dir string) *commands.Project {
			return with(shop(), dir, record(migrations.Field{Name: "notes", Type: "TextField", Null: true}))
		}, 0, []string{"var m0003RecordNotes = &migrations.Migration{"}, nil},
		{"empty", "makemigrations shop --empty --name move", func(dir string) *commands.Project { return with(shop(), dir, record()) }, 0, []string{"0003_move.go"},
			map[string][]string{"0003_move.go": {`[]string{"shop.0002_stock"}`, "[]migrations.Operation{}"}}},
		{"empty of all", "makemigrations --empty", func(dir string) *commands.Project { return with(shop(), dir, record()) }, 1, []string{"--empty needs the app"}, nil},
		{"JSON", "makemigrations --json --dry-run", func(dir string) *commands.Project {
			return with(shop(), dir, record(migrations.Field{Name: "notes", Type: "TextField", Null: true}))
		}, 0, []string{`"name": "0003_record_notes"`, `"Add field notes to Record"`}, nil},
		{"scriptable", "makemigrations --scriptable", func(dir string) *commands.Project {
			return with(shop(), dir, record(migrations.Field{Name: "notes", Type: "TextField", Null: true}))
		}, 0, []string{"migrations/0003_record_notes.go\n"}, map[string][]string{"0003_record_notes.go": nil}},
		{"older program", "makemigrations", func(dir string) *commands.Project {
			app := shop()
			app.Migrations = app.Migrations[:1]
			return with(app, dir, record(migrations.Field{Name: "notes", Type: "TextField", Null: true}))
		}, 1, []string{"lists m0002Stock, which the program does not have"}, nil},
		{"bad name", "makemigrations --name a/b", func(dir string) *commands.Project { return with(shop(), dir, record()) }, 1, []string{"letters, digits"}, nil},
		{"bad rename", "makemigrations --rename notes", func(dir string) *commands.Project { return with(shop(), dir, record()) }, 1, []string{"--rename notes: write"}, nil},
		{"unknown app", "makemigrations shoe", func(dir string) *commands.Project { return with(shop(), dir, record()) }, 1, []string{`no app "shoe"`}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if test.name != "first" {
				exists(t, dir)
			}
			before, _ := os.ReadDir(filepath.Join(dir, "migrations"))
			code, out, errs := run(t, t.Context(), test.project(dir), test.line)
			if code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			for _, want := range test.want {
				if !strings.Contains(out+errs, want) {
					t.Errorf("no %q in\n%s%s", want, out, errs)
				}
			}
			for name, parts := range test.files {
				text := read(t, filepath.Join(dir, "migrations", name))
				for _, want := range parts {
					if !strings.Contains(text, want) {
						t.Errorf("no %q in %s:\n%s", want, name, text)
					}
				}
			}
			if after, _ := os.ReadDir(filepath.Join(dir, "migrations")); test.files == nil && len(after) != len(before) {
				t.Errorf("files were written: %v", after)
			}
		})
	}
}

// TestMerge puts two branches together.
func TestMerge(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	app := shop()
	branch := func(name, field string) *migrations.Migration {
		return &migrations.Migration{App: "shop", Name: name, Dependencies: []string{"shop.0002_stock"}, Operations: []migrations.Operation{
			migrations.AddField{Model: "Record", Field: migrations.Field{Name: field, Type: "TextField", Null: true}}}}
	}
	app.Migrations = append(app.Migrations, branch("0003_a", "a"), branch("0003_b", "b"))
	project := with(app, dir, record())
	code, _, errs := run(t, t.Context(), project, "makemigrations")
	if code != 1 || !strings.Contains(errs, "several migrations come last: 0003_a, 0003_b in shop") {
		t.Errorf("%d %s", code, errs)
	}
	code, out, errs := run(t, t.Context(), project, "makemigrations --merge --no-input")
	for _, want := range []string{"Merging shop\n", "  Branch 0003_a\n    + Add field a to Record\n", "More than one branch changes record", "0004_merge_0003_a_0003_b.go"} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("%d: no %q in\n%s%s", code, want, out, errs)
		}
	}
	text := read(t, filepath.Join(dir, "migrations", "0004_merge_0003_a_0003_b.go"))
	if !strings.Contains(text, `Dependencies: []string{"shop.0003_a", "shop.0003_b"}`) {
		t.Error(text)
	}
	if code, out, _ := run(t, t.Context(), with(shop(), dir, record()), "makemigrations --merge"); code != 0 || !strings.Contains(out, "No conflicts") {
		t.Errorf("%d %s", code, out)
	}
}

const moved = `package migrations

import (
	"context"

	mig "github.com/nuages-web/nuages/migrations"
)

var m0003Move = &mig.Migration{
	App: "shop", Name: "0003_move", Dependencies: []string{"shop.0002_stock"},
	Operations: []mig.Operation{
		// It doubles the stock.
		mig.RunGo{Forward: double, Backward: func(ctx context.Context, apps *mig.Apps) error { return nil }},
		mig.RunSQL{Forward: []string{"DELETE FROM x"}, Elide: true},
		mig.RemoveField{Model: "Record", Name: "stock"},
	},
}

func double(context.Context, *mig.Apps) error { return nil }
`

// history is shop with a migration of code.
func history(t *testing.T, dir string) migrations.App {
	t.Helper()
	app := shop()
	app.Migrations = append(app.Migrations, &migrations.Migration{App: "shop", Name: "0003_move", Dependencies: []string{"shop.0002_stock"}, Operations: []migrations.Operation{
		migrations.RunGo{Forward: migrations.NoopGo, Backward: migrations.NoopGo}, migrations.RunSQL{Forward: []string{"DELETE FROM x"}, Elide: true},
		migrations.RemoveField{Model: "Record", Name: "stock"}}})
	src, err := migrations.ListSource("shop", nil, "m0001Initial", "m0002Stock", "m0003Move")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "migrations", "migrations.go"), string(src))
	write(t, filepath.Join(dir, "migrations", "0003_move.go"), moved)
	return app
}

// TestSquash squashes migrations with code, which is copied.
func TestSquash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	app := history(t, dir)
	r := record()
	r.Fields = r.Fields[:2]
	code, out, errs := run(t, t.Context(), with(app, dir, r), "squashmigrations shop 0003 --no-input")
	for _, want := range []string{" - 0001_initial\n - 0002_stock\n - 0003_move\n", "Optimized from 4 operations to 3 operations.", "0001_squashed_0003_move.go",
		"Manual porting required", "  double of "} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("%d: no %q in\n%s%s", code, want, out, errs)
		}
	}
	text := read(t, filepath.Join(dir, "migrations", "0001_squashed_0003_move.go"))
	for _, want := range []string{"\t\"context\"\n", "\tmig \"github.com/nuages-web/nuages/migrations\"\n", "mig.RunGo{Forward: double, Backward: func(", "Initial:  true",
		`Replaces: []string{"shop.0001_initial", "shop.0002_stock", "shop.0003_move"}`, `RemoveField{Model: "Record", Name: "stock"}`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "DELETE") {
		t.Errorf("what may be left out is in\n%s", text)
	}
	if list := read(t, filepath.Join(dir, "migrations", "migrations.go")); !strings.Contains(list, "m0001Initial,\n\tm0001Squashed0003Move,\n\tm0002Stock") {
		t.Error(list)
	}
	for line, want := range map[string]string{"squashmigrations shop 0001": "nothing to squash", "squashmigrations shop 0003 0002": "does not come before",
		"squashmigrations shop 0007": "begins with", "squashmigrations shop 0001 0002": "nobody can answer"} {
		if code, _, errs := run(t, t.Context(), with(app, t.TempDir(), r), line); code != 1 || !strings.Contains(errs, want) {
			t.Errorf("%s: %d, %s", line, code, errs)
		}
	}
}

// TestOptimizeMigration writes a migration in fewer steps.
func TestOptimizeMigration(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	app := shop()
	app.Migrations[1].Operations = append(app.Migrations[1].Operations, migrations.RenameField{Model: "Record", From: "stock", To: "left"})
	project := with(app, dir, record())
	exists(t, dir)
	if code, out, _ := run(t, t.Context(), project, "optimizemigration shop 0002 --check"); code != 1 || !strings.Contains(out, "from 2 operations to 1") {
		t.Errorf("%d %s", code, out)
	}
	if code, out, errs := run(t, t.Context(), project, "optimizemigration shop 0002"); code != 0 || !strings.Contains(out, "Optimized migration") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if text := read(t, filepath.Join(dir, "migrations", "0002_stock.go")); !strings.Contains(text, `Field: migrations.Field{Name: "left"`) {
		t.Error(text)
	}
	if code, out, _ := run(t, t.Context(), project, "optimizemigration shop 0001"); code != 0 || out != "No optimizations possible.\n" {
		t.Errorf("%d %s", code, out)
	}
}

// TestUpdate puts a change into the last migration.
func TestUpdate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	exists(t, dir)
	app := shop()
	src, err := migrations.Source(app.Migrations[1], nil)
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "migrations", "0002_stock.go"), string(src))
	project := with(app, dir, record(migrations.Field{Name: "notes", Type: "TextField", Null: true}))
	code, out, errs := run(t, t.Context(), project, "makemigrations --update")
	if code != 0 || !strings.Contains(out, "0002_record_stock_record_notes.go\n    + Add field stock to Record\n    + Add field notes to Record\n") {
		t.Errorf("%d %s%s", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "migrations", "0002_stock.go")); !os.IsNotExist(err) {
		t.Errorf("the former file: %v", err)
	}
	if list := read(t, filepath.Join(dir, "migrations", "migrations.go")); !strings.Contains(list, "\tm0001Initial,\n\tm0002RecordStockRecordNotes,\n}") {
		t.Error(list)
	}
}
