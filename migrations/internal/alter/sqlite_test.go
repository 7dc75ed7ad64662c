package alter_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

var (
	autoKey = orm.FieldState{Name: "id", Type: "BigAutoField", PrimaryKey: true}
	nameOf  = orm.FieldState{Name: "name", Type: "TextField"}
)

// things is the state of one model.
func things(fields ...orm.FieldState) *orm.ModelState {
	return &orm.ModelState{App: "a000", Name: "Thing", Fields: append([]orm.FieldState{autoKey, nameOf}, fields...)}
}

// modelOf returns the model a000.Thing of states.
func modelOf(t testing.TB, states ...*orm.ModelState) *orm.Meta {
	t.Helper()
	made := orm.NewModels(states)
	if err := made.Check(); err != nil {
		t.Fatal(err)
	}
	m, ok := made.Get("a000", "Thing")
	if !ok {
		t.Fatal("no model")
	}
	return m
}

func fieldOf(t testing.TB, m *orm.Meta, name string) *orm.Field {
	t.Helper()
	f, ok := m.Field(name)
	if !ok {
		t.Fatalf("no field %q", name)
	}
	return f
}

func sqliteContext(t testing.TB, path string) context.Context {
	t.Helper()
	b, err := sqlite.Open(path, &sqlite.Options{Synchronous: "OFF"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return orm.NewContext(t.Context(), orm.NewDB(b))
}

func mustExec(t testing.TB, ctx context.Context, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := orm.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// change runs what write writes, in one transaction where the database can.
func change(ctx context.Context, write func(s *orm.Schema), progress func(orm.CopyProgress)) error {
	return orm.AtomicSchema(ctx, "", func(ctx context.Context) error {
		c, err := orm.ConnectionOf(ctx, "")
		if err != nil {
			return err
		}
		s := newSchema(ctx, c.Dialect())
		write(s)
		return s.Finish(ctx, "", progress)
	})
}

// around is what a database has around a table that is built anew.
var around = []string{
	`CREATE TABLE child (id integer PRIMARY KEY, thing integer NOT NULL REFERENCES a000_thing (id) ON DELETE CASCADE)`,
	`CREATE TABLE log (what text)`,
	`CREATE TRIGGER "on thing" AFTER INSERT ON a000_thing BEGIN INSERT INTO log VALUES ('thing ' || new.name); END`,
	`CREATE TRIGGER on_child AFTER INSERT ON child BEGIN UPDATE a000_thing SET name = name || '!' WHERE id = new.thing; END`,
	`CREATE VIEW names AS SELECT name FROM a000_thing`,
	`CREATE INDEX partly ON a000_thing (name) WHERE x IS NOT NULL`,
	`CREATE INDEX "lower ON" ON a000_thing (lower(name), x)`,
	`INSERT INTO a000_thing (id, name, x) VALUES (1, 'one', 'a'), (2, 'two', NULL), (90, 'last', 'c')`,
	`INSERT INTO child VALUES (1, 1), (2, 2)`,
	`DELETE FROM a000_thing WHERE id = 90`,
	`DELETE FROM log`,
}

// TestRebuild builds a table anew among others that have to do with it.
func TestRebuild(t *testing.T) {
	t.Parallel()
	self := orm.FieldState{Name: "parent", Type: "ForeignKey", To: "a000.Thing", Null: true}
	before := modelOf(t, things(orm.FieldState{Name: "x", Type: "CharField", MaxLength: 10, Null: true}, self))
	after := modelOf(t, things(orm.FieldState{Name: "y", Type: "CharField", MaxLength: 20, Index: true}, self))
	ctx := sqliteContext(t, filepath.Join(t.TempDir(), "a.db"))
	if err := orm.CreateTables(ctx, before); err != nil {
		t.Fatal(err)
	}
	mustExec(t, ctx, around...)
	mustExec(t, ctx, "UPDATE a000_thing SET parent_id = 2 WHERE id = 1")
	err := change(ctx, func(s *orm.Schema) {
		s.AlterField(before, after, fieldOf(t, before, "x"), fieldOf(t, after, "y"), "it's")
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, ctx, "INSERT INTO a000_thing (name, y) VALUES ('new', 'z')", "INSERT INTO child VALUES (3, 2)")
	for query, want := range map[string][]string{
		"SELECT id || ' ' || name || ' ' || y || ' ' || coalesce(parent_id, '-') FROM a000_thing": {"1 one! a 2", "2 two!! it's -", "91 new z -"},
		"SELECT name FROM names":    {"one!", "two!!", "new"},
		"SELECT what FROM log":      {"thing new"},
		"SELECT thing FROM child":   {"1", "2", "2"},
		"PRAGMA foreign_keys":       {"1"},
		"PRAGMA legacy_alter_table": {"0"},
		"PRAGMA integrity_check":    {"ok"},
		"SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1": {"on thing", "on_child"},
		"SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY 1": {
			`CREATE INDEX "a000_thing_parent_id_42dee86a" ON "a000_thing" ("parent_id")`,
			`CREATE INDEX "a000_thing_y_cdd22328" ON "a000_thing" ("y")`,
			`CREATE INDEX "lower ON" ON a000_thing (lower(name), "y")`,
			`CREATE INDEX partly ON a000_thing (name) WHERE "y" IS NOT NULL`,
		},
		"SELECT sql FROM sqlite_master WHERE name = 'child'": {
			`CREATE TABLE child (id integer PRIMARY KEY, thing integer NOT NULL REFERENCES a000_thing (id) ON DELETE CASCADE)`},
	} {
		if diff := cmp.Diff(want, texts(t, ctx, query)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
	mustExec(t, ctx, "DELETE FROM a000_thing WHERE id = 2 OR parent_id = 2")
	if left := texts(t, ctx, "SELECT id FROM child"); len(left) > 0 {
		t.Errorf("children that outlived what they refer to: %v", left)
	}
}

// TestInPlace changes tables without building them anew, where SQLite can.
func TestInPlace(t *testing.T) {
	t.Parallel()
	x := orm.FieldState{Name: "x", Type: "IntegerField"}
	null, unique, def, renamed := x, x, x, x
	null.Null, unique.Unique, def.DBDefault, renamed.Name = true, true, orm.Val(7), "y"
	indexed := x
	indexed.Index = true
	none, plain := modelOf(t, things()), modelOf(t, things(x))
	alter := func(to orm.FieldState) func(s *orm.Schema) {
		after := modelOf(t, things(to))
		return func(s *orm.Schema) {
			s.AlterField(plain, after, fieldOf(t, plain, "x"), fieldOf(t, after, to.Name), nil)
		}
	}
	add := func(f orm.FieldState) func(s *orm.Schema) {
		m := modelOf(t, things(f))
		return func(s *orm.Schema) { s.AddField(m, fieldOf(t, m, "x"), nil) }
	}
	remove := func(f orm.FieldState) func(s *orm.Schema) {
		m := modelOf(t, things(f))
		return func(s *orm.Schema) { s.RemoveField(m, fieldOf(t, m, "x")) }
	}
	for _, test := range []struct {
		name    string
		write   func(s *orm.Schema)
		inPlace bool
	}{
		{"add null", add(null), true},
		{"add with a default of the database", add(def), true},
		{"add not null", add(x), false},
		{"add unique", add(unique), false},
		{"remove", remove(x), true},
		{"remove unique", remove(unique), false},
		{"rename", alter(renamed), true},
		{"index", alter(indexed), true},
		{"unique", alter(unique), false},
		{"null", alter(null), false},
		{"table", func(s *orm.Schema) {
			other := things()
			other.Table = "other"
			s.RenameTable(none, modelOf(t, other))
		}, true},
	} {
		s := orm.NewSchema(sqlite.Dialect())
		test.write(s)
		statements, err := s.Statements()
		if err != nil {
			t.Fatal(err)
		}
		if got := !slices.ContainsFunc(statements, func(s string) bool { return strings.Contains(s, "new__") }); got != test.inPlace {
			t.Errorf("%s: in place: %v\n%s", test.name, got, strings.Join(statements, "\n"))
		}
	}
}

// TestRefusals are changes that must leave all as it was.
func TestRefusals(t *testing.T) {
	t.Parallel()
	x := orm.FieldState{Name: "x", Type: "CharField", MaxLength: 10, Null: true}
	before := modelOf(t, things(x))
	open := func(t *testing.T) context.Context {
		ctx := sqliteContext(t, filepath.Join(t.TempDir(), "a.db"))
		if err := orm.CreateTables(ctx, before); err != nil {
			t.Fatal(err)
		}
		mustExec(t, ctx, around...)
		return ctx
	}
	keyed := modelOf(t, things(x, orm.FieldState{Name: "parent", Type: "ForeignKey", To: "a000.Thing"}))
	longer := x
	longer.MaxLength = 20
	after := modelOf(t, things(longer))
	for _, test := range []struct {
		name, want string
		kind       error
		run        func(ctx context.Context) error
	}{
		{"a trigger needs the column that goes", "no such column: new.x", orm.ErrProgramming, func(ctx context.Context) error {
			mustExec(t, ctx, "CREATE TRIGGER needs AFTER UPDATE ON a000_thing BEGIN INSERT INTO log VALUES (new.x); END")
			return change(ctx, func(s *orm.Schema) { s.RemoveField(before, fieldOf(t, before, "x")) }, nil)
		}},
		{"rows refer to none", `row 1 of "a000_thing" refers to a row that "a000_thing" does not have`, orm.ErrForeignKey, func(ctx context.Context) error {
			return change(ctx, func(s *orm.Schema) { s.AddField(keyed, fieldOf(t, keyed, "parent"), 77) }, nil)
		}},
		{"no transaction", "call AtomicSchema", nil, func(ctx context.Context) error {
			s := newSchema(ctx, sqlite.Dialect())
			s.AlterField(before, after, fieldOf(t, before, "x"), fieldOf(t, after, "x"), nil)
			return s.Run(ctx, "", nil)
		}},
		{"another transaction", "inside of an Atomic", nil, func(ctx context.Context) error {
			return orm.Atomic(ctx, func(ctx context.Context) error { return change(ctx, func(*orm.Schema) {}, nil) })
		}},
		{"a value of another type", "a value of a000.Thing.parent", nil, func(ctx context.Context) error {
			return change(ctx, func(s *orm.Schema) { s.AddField(keyed, fieldOf(t, keyed, "parent"), "it") }, nil)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ctx := open(t)
			err := test.run(ctx)
			if err == nil || !strings.Contains(err.Error(), test.want) || test.kind != nil && !errors.Is(err, test.kind) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
			if got := texts(t, ctx, "SELECT group_concat(name) FROM pragma_table_info('a000_thing')"); got[0] != "id,name,x" {
				t.Errorf("columns: %s", got)
			}
			if got := texts(t, ctx, "SELECT count(*) FROM a000_thing, child"); got[0] != "4" {
				t.Errorf("rows: %s", got)
			}
		})
	}
}

// TestKilled kills a process at every statement of a change: the database has the old
// table or the new one, and all rows.
func TestKilled(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("a killed process looks like one that failed")
	}
	x := orm.FieldState{Name: "x", Type: "CharField", MaxLength: 10, Null: true}
	longer := x
	longer.MaxLength = 20
	before, after := modelOf(t, things(x)), modelOf(t, things(longer))
	alter := func(ctx context.Context) error {
		return change(ctx, func(s *orm.Schema) { s.AlterField(before, after, fieldOf(t, before, "x"), fieldOf(t, after, "x"), nil) }, nil)
	}
	if path := os.Getenv("ALTER_KILL_PATH"); path != "" {
		at, _ := strconv.Atoi(os.Getenv("ALTER_KILL_AT"))
		n := 0
		ctx := orm.Wrap(sqliteContext(t, path), func(ctx context.Context, call *orm.Call, next func(context.Context) error) error {
			err := next(ctx)
			if n++; n == at {
				self, err := os.FindProcess(os.Getpid())
				if err == nil {
					err = self.Kill()
				}
				if err != nil {
					return err
				}
				select {} // until it arrives
			}
			return err
		})
		if err := alter(ctx); err != nil {
			t.Fatal(err)
		}
		return
	}
	folder := t.TempDir()
	start := filepath.Join(folder, "start.db")
	b, err := sqlite.Open(start, &sqlite.Options{JournalMode: "DELETE"})
	if err != nil {
		t.Fatal(err)
	}
	ctx := orm.NewContext(t.Context(), orm.NewDB(b))
	if err := orm.CreateTables(ctx, before); err != nil {
		t.Fatal(err)
	}
	mustExec(t, ctx, around...)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(start)
	if err != nil {
		t.Fatal(err)
	}
	for at := 1; ; at++ {
		path := filepath.Join(folder, fmt.Sprintf("%d.db", at))
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilled$")
		command.Env = append(os.Environ(), "ALTER_KILL_PATH="+path, "ALTER_KILL_AT="+strconv.Itoa(at))
		out, err := command.CombinedOutput()
		ctx := sqliteContext(t, path)
		table := texts(t, ctx, "SELECT group_concat(type, ' ') FROM pragma_table_info('a000_thing')")[0]
		want := "integer TEXT varchar(10)"
		if err == nil {
			want = "integer TEXT varchar(20)"
		}
		if !strings.EqualFold(table, want) {
			t.Errorf("killed after statement %d: the table has %q, want %q\n%s", at, table, want, out)
		}
		for query, want := range map[string]string{
			"SELECT group_concat(id || name || coalesce(x, '-')) FROM a000_thing":             "1one!a,2two!-",
			"SELECT count(*) FROM child":                                                      "2",
			"SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name <> 'log'": "2",
			"PRAGMA integrity_check":                                                          "ok",
		} {
			if got := texts(t, ctx, query); len(got) != 1 || got[0] != want {
				t.Errorf("killed after statement %d: %s: got %q, want %q", at, query, got, want)
			}
		}
		if err == nil {
			if at < 10 {
				t.Errorf("only %d statements were run", at-1)
			}
			t.Logf("killed at %d statements", at-1)
			return
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != -1 {
			t.Fatalf("statement %d: %v\n%s", at, err, out)
		}
	}
}

// TestManyRows builds a big table anew: memory stays flat, and progress goes on.
func TestManyRows(t *testing.T) { // alone, as it measures memory
	rows := 1_000_000
	if testing.Short() {
		rows = 50_000
	}
	x := orm.FieldState{Name: "x", Type: "IntegerField", Null: true}
	unique := x
	unique.Null = false
	before, after := modelOf(t, things(x)), modelOf(t, things(unique))
	ctx := sqliteContext(t, filepath.Join(t.TempDir(), "a.db"))
	if err := orm.CreateTables(ctx, before); err != nil {
		t.Fatal(err)
	}
	// Rowids with gaps, also below zero.
	mustExec(t, ctx, fmt.Sprintf(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d - 1)
INSERT INTO a000_thing (id, name, x) SELECT i * i - 1000, 'row ' || i, nullif(i %% 3, 0) FROM n`, rows))
	var at orm.CopyProgress
	var start, peak runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&start)
	calls := 0
	err := change(ctx, func(s *orm.Schema) {
		s.AlterField(before, after, fieldOf(t, before, "x"), fieldOf(t, after, "x"), 0)
	}, func(p orm.CopyProgress) {
		if p.Table != "a000_thing" || p.Total != int64(rows) || p.Done <= at.Done || p.Done > p.Total {
			t.Errorf("progress %+v after %+v", p, at)
		}
		at = p
		calls++
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak.HeapInuse = max(peak.HeapInuse, m.HeapInuse)
	})
	if err != nil {
		t.Fatal(err)
	}
	if at.Done != int64(rows) || calls < rows/10_000 {
		t.Errorf("after %d calls: %+v", calls, at)
	}
	if grown := int64(peak.HeapInuse) - int64(start.HeapInuse); grown > 16<<20 {
		t.Errorf("memory grew by %d bytes", grown)
	}
	sum := 0
	for i := range rows {
		sum += i % 3
	}
	want := fmt.Sprintf("%d %d -1000", rows, sum)
	if got := texts(t, ctx, "SELECT count(*) || ' ' || sum(x) || ' ' || min(id) FROM a000_thing"); got[0] != want {
		t.Errorf("rows, sum and first key: got %q, want %q", got[0], want)
	}
}
