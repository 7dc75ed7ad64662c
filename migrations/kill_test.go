//go:build unix

package migrations_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// victims are migrations that are killed: a change of tables with a rebuild, and a
// data migration in batches.
func victims() []*migrations.Migration {
	return []*migrations.Migration{
		{App: "shop", Name: "0001_initial", Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Label", Fields: []migrations.Field{id, {Name: "name", Type: "CharField", MaxLength: 20}}},
			migrations.CreateModel{Name: "Record", Fields: []migrations.Field{
				id, {Name: "title", Type: "CharField", MaxLength: 20, Null: true}, {Name: "n", Type: "IntegerField"},
				{Name: "label", Type: "ForeignKey", To: "shop.Label", OnDelete: orm.Cascade},
			}},
		}},
		{App: "shop", Name: "0002_tables", Dependencies: []string{"shop.0001_initial"}, Operations: []migrations.Operation{
			migrations.AlterField{Model: "Record", Field: migrations.Field{Name: "title", Type: "CharField", MaxLength: 30}, Fill: "untitled"},
			migrations.AddField{Model: "Record", Field: migrations.Field{Name: "code", Type: "CharField", MaxLength: 5, Unique: true, Null: true}},
			migrations.RenameField{Model: "Record", From: "n", To: "copies"},
			migrations.AddConstraint{Model: "Record", Constraint: migrations.Constraint{Kind: orm.CheckConstraint, Name: "copies_gte_0", Check: orm.F("copies").Gte(0)}},
			migrations.AddIndex{Model: "Record", Index: migrations.Index{Name: "record_copies", Fields: []string{"copies"}}},
			migrations.RenameModel{From: "Label", To: "House"},
			migrations.RemoveIndex{Model: "Record", Name: "record_copies"},
		}},
		{App: "shop", Name: "0003_rows", NonAtomic: true, Dependencies: []string{"shop.0002_tables"}, Operations: []migrations.Operation{
			migrations.AddField{Model: "Record", Field: migrations.Field{Name: "twice", Type: "IntegerField"}, Fill: int32(0)},
			migrations.RunBatches{Model: "Record", Size: 3, Forward: func(ctx context.Context, apps *migrations.Apps, rows []orm.Record) error {
				for _, row := range rows {
					copies, _ := row.Get("copies")
					twice, _ := row.Get("twice")
					if err := row.Set("twice", twice.(int32)+2*copies.(int32)); err != nil { // shows a row that is handled twice
						return err
					}
					if err := row.Save(ctx, nil); err != nil {
						return err
					}
				}
				return nil
			}},
			migrations.RunGo{Forward: func(ctx context.Context, apps *migrations.Apps) error {
				_, err := apps.Records("shop.House").Update(ctx, map[string]any{"name": orm.Concat(orm.F("name"), orm.Val("!"))})
				return err
			}},
			migrations.AddField{Model: "House", Field: migrations.Field{Name: "city", Type: "TextField", Null: true}},
		}},
	}
}

// openAt opens a database by the address that tests have of it.
func openAt(ctx context.Context, address string) (orm.Backend, error) {
	if path, ok := strings.CutPrefix(address, "sqlite:"); ok {
		return sqlite.Open(path, nil)
	}
	if strings.HasPrefix(address, "postgres") {
		return postgres.Open(ctx, address, nil)
	}
	return mysql.Open(ctx, address, nil)
}

// TestVictim is the process that is killed at a statement that changes something: before
// it, or right after.
func TestVictim(t *testing.T) {
	url := os.Getenv("NUAGES_TEST_VICTIM")
	if url == "" {
		return // it runs in the child of TestKill
	}
	kill, err := strconv.Atoi(os.Getenv("NUAGES_TEST_KILL"))
	if err != nil {
		t.Fatal(err)
	}
	backend, err := openAt(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	die := func() {
		if n++; n == kill {
			syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
	}
	ctx := orm.Wrap(orm.NewContext(t.Context(), orm.NewDB(backend)), func(ctx context.Context, call *orm.Call, next func(ctx context.Context) error) error {
		verb, _, _ := strings.Cut(call.SQL, " ")
		if verb == "SELECT" || verb == "PRAGMA" || verb == "SHOW" {
			return next(ctx)
		}
		die()
		err := next(ctx)
		die()
		return err
	})
	if err := migrations.Apply(ctx, victims(), nil); err != nil {
		t.Fatal(err)
	}
}

// TestKill kills a migrate at each of its statements. The next one goes on, and ends with
// what an undisturbed one makes.
func TestKill(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":     func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "db.sqlite3") },
		"postgresql": func(t *testing.T) string { return testdb.Postgres(t) },
		"mysql":      func(t *testing.T) string { return testdb.MySQL(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want, deaths := "", 0
			for kill := 0; ; kill++ {
				tables, killed := survive(t, url(t), kill)
				if kill == 0 {
					want = tables
					continue
				}
				if tables != want {
					t.Errorf("killed at %d:\n%s\nwant\n%s", kill, tables, want)
				}
				if !killed {
					break
				}
				deaths++
			}
			if deaths < 30 {
				t.Errorf("%d deaths; want one before and after each statement", deaths)
			}
		})
	}
}

// survive prepares a database, lets a child migrate until it is killed, migrates again,
// and describes what is there then.
func survive(t *testing.T, url string, kill int) (tables string, killed bool) {
	t.Helper()
	backend, err := openAt(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	ctx := orm.NewContext(t.Context(), orm.NewDB(backend))
	if err := migrations.Apply(ctx, victims()[:1], nil); err != nil {
		t.Fatal(err)
	}
	x := executor(t, ctx, victims(), nil)
	house, err := records(t, x, "shop.Label").Create(ctx, map[string]any{"name": "ECM"})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 8 {
		if _, err := records(t, x, "shop.Record").Create(ctx, map[string]any{"n": i, "label": house.Key()}); err != nil {
			t.Fatal(err)
		}
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$")
	child.Env = append(os.Environ(), "NUAGES_TEST_VICTIM="+url, "NUAGES_TEST_KILL="+strconv.Itoa(kill))
	out, err := child.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status, ok := exit.Sys().(syscall.WaitStatus)
		killed = ok && status.Signaled() && status.Signal() == syscall.SIGKILL
	}
	if err != nil && !killed {
		t.Fatalf("the child failed by itself: %v\n%s", err, out)
	}
	if err := migrations.Apply(ctx, victims(), nil); err != nil {
		t.Fatalf("killed at %d: the next migrate: %v", kill, err)
	}
	return aftermath(t, ctx), killed
}

// aftermath returns the tables, and the rows as they must be.
func aftermath(t *testing.T, ctx context.Context) string {
	t.Helper()
	x := executor(t, ctx, victims(), nil)
	var b strings.Builder
	b.WriteString(tables(t, ctx))
	for row, err := range records(t, x, "shop.Record").Order("id").Each(ctx) {
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"title", "copies", "twice", "code"} {
			v, err := row.Get(name)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprint(&b, v, " ")
		}
		b.WriteByte('\n')
	}
	fmt.Fprintln(&b, value(t, ctx, records(t, x, "shop.House"), "name"))
	return b.String()
}

// TestTwo lets two processes migrate at once: one waits for the other.
func TestTwo(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]string{
		"sqlite": "sqlite:" + filepath.Join(t.TempDir(), "db.sqlite3"), "postgresql": testdb.Postgres(t), "mysql": testdb.MySQL(t),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var children []*exec.Cmd
			for range 3 {
				child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestVictim$")
				child.Env = append(os.Environ(), "NUAGES_TEST_VICTIM="+url, "NUAGES_TEST_KILL=0")
				var out strings.Builder
				child.Stdout, child.Stderr = &out, &out
				if err := child.Start(); err != nil {
					t.Fatal(err)
				}
				children = append(children, child)
			}
			for _, child := range children {
				if err := child.Wait(); err != nil {
					t.Errorf("%v\n%s", err, child.Stdout)
				}
			}
			backend, err := openAt(t.Context(), url)
			if err != nil {
				t.Fatal(err)
			}
			defer backend.Close()
			ctx := orm.NewContext(t.Context(), orm.NewDB(backend))
			if noted, err := migrations.Applied(ctx, ""); err != nil || len(noted) != 3 {
				t.Errorf("noted: %v, %v", noted, err)
			}
		})
	}
}
