package pairs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
	"github.com/nuages-web/nuages/orm/ormtest/internal/pairs"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

var updateAnswers = flag.Bool("update", false, "record the answers of real Django anew")

// unmarshal keeps whole numbers exact.
func unmarshal(b []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	return d.Decode(v)
}

// engine is a database that both sides can open.
type engine struct {
	name string // as in pairs.Recorded
	open func(t *testing.T) (orm.Backend, map[string]string)
}

var engines = []engine{
	{"sqlite", func(t *testing.T) (orm.Backend, map[string]string) {
		path := filepath.Join(t.TempDir(), "pairs.sqlite3")
		return opened(t)(sqlite.Open(path, nil)), map[string]string{"ENGINE": "django.db.backends.sqlite3", "NAME": path}
	}},
	{"postgresql", func(t *testing.T) (orm.Backend, map[string]string) {
		address := testdb.Postgres(t)
		return opened(t)(postgres.Open(context.Background(), address, nil)), testdb.Django(t, address)
	}},
	{"mysql", func(t *testing.T) (orm.Backend, map[string]string) {
		address := testdb.MySQL(t)
		return opened(t)(mysql.Open(context.Background(), address, nil)), testdb.Django(t, address)
	}},
}

// opened closes a backend at the end of the test.
func opened(t *testing.T) func(orm.Backend, error) orm.Backend {
	return func(b orm.Backend, err error) orm.Backend {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
		return b
	}
}

// TestPairs asks real Django and package orm the same about one database, whose
// tables and rows Django made.
func TestPairs(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			backend, address := e.open(t)
			d := startDjango(t, address, true)
			recorded := recordedBy(t, e.name)
			zones := map[string]context.Context{}
			var answers []pairs.Answer
			for _, p := range pairs.All() {
				if !p.For(e.name) {
					continue
				}
				t.Run(p.Name, func(t *testing.T) {
					want := d.ask(t, p)
					if want.Error != p.Error {
						t.Fatalf("Django answered with the error %q (%s), and the pair says %q\n%s", want.Error, want.Text, p.Error, p.Ask)
					}
					want.Text = ""
					answers = append(answers, want)
					if r, ok := recorded[p.Name]; !*updateAnswers {
						if diff := p.Diff(r.Rows, want.Rows); !ok || r.Error != want.Error || diff != "" {
							t.Errorf("the recorded answer is stale, run go test -update ./orm/ormtest/internal/pairs: recorded %t: %s", ok, diff)
						}
					}
					ctx, ok := zones[p.Zone]
					if !ok {
						ctx = inZone(t, backend, p.Zone)
						zones[p.Zone] = ctx
					}
					got, err := p.Answer(ctx)
					if wrong := p.Check(e.name, want, got, err); wrong != "" {
						t.Errorf("%s\n%s", wrong, p.Ask)
					}
				})
			}
			if *updateAnswers {
				record(t, e.name, answers)
			}
		})
	}
}

func recordedBy(t *testing.T, name string) map[string]pairs.Answer {
	t.Helper()
	recorded, err := pairs.Recorded(name)
	if err != nil && !*updateAnswers {
		t.Fatal(err)
	}
	return recorded
}

// inZone returns a context with the backend's database, whose current zone is zone.
func inZone(t testing.TB, backend orm.Backend, zone string) context.Context {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	db, err := orm.NewDatabases(map[string]orm.Backend{orm.DefaultAlias: backend}, &orm.DBOptions{TimeZone: loc})
	if err != nil {
		t.Fatal(err)
	}
	return orm.NewContext(context.Background(), db)
}

func record(t *testing.T, name string, answers []pairs.Answer) {
	t.Helper()
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, a := range answers {
		if err := e.Encode(a); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join("testdata", name+".jsonl"), []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestOurTables makes the tables and rows with package orm, and asks Django about
// them: it reads what was written as if it had written it itself.
func TestOurTables(t *testing.T) {
	t.Parallel()
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			backend, address := e.open(t)
			ctx := inZone(t, backend, "")
			if err := orm.CreateTables(ctx, models.Models...); err != nil {
				t.Fatal(err)
			}
			if err := models.Load(ctx); err != nil {
				t.Fatal(err)
			}
			d := startDjango(t, address, false)
			recorded := recordedBy(t, e.name)
			for _, p := range pairs.All() {
				if !p.For(e.name) {
					continue
				}
				t.Run(p.Name, func(t *testing.T) {
					answer, want := d.ask(t, p), recorded[p.Name]
					if diff := p.Diff(answer.Rows, want.Rows); diff != "" || answer.Error != want.Error {
						t.Errorf("Django reads our rows otherwise than its own: %s (error %q, want %q)\n%s", diff, answer.Error, want.Error, p.Ask)
					}
				})
			}
		})
	}
}
