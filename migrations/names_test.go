package migrations_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/internal/random"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// createScript makes the tables of states in a database, as Django's migrations do: all
// models of an app at once.
const createScript = `
import django, json, sys
from django.conf import settings
given = json.load(sys.stdin)
settings.configure(DATABASES={'default': given['database']}, USE_TZ=True, DEFAULT_AUTO_FIELD='django.db.models.BigAutoField')
django.setup()
` + stateScript + `
from django.db import connection
apps = state(given['models']).apps
with connection.schema_editor() as editor:
    for m in given['models']:
        model = apps.get_model(m['app'], m['name'])
        if not model._meta.proxy:
            editor.create_model(model)
`

// TestNames compares what tables, columns, indexes and constraints are called with the
// names that Django gives, for more than 200 models made at random.
func TestNames(t *testing.T) {
	t.Parallel()
	var all []*orm.ModelState
	for seed := uint64(0); len(all) < 220; seed++ {
		rng := rand.New(rand.NewPCG(seed, 3))
		s := plain(withTables(random.State(rng)))
		if s.Models().Check() == nil {
			all = append(all, apart(s, fmt.Sprintf("n%d", seed))...)
		}
	}
	state := migrations.NewState(all...)
	described := withKeys(rand.New(rand.NewPCG(1, 4)), state)
	for name, open := range map[string]func(t *testing.T) (theirs, ours string, django map[string]string){
		"sqlite": func(t *testing.T) (string, string, map[string]string) {
			folder := t.TempDir()
			theirs := filepath.Join(folder, "django.db")
			return "sqlite:" + theirs, "sqlite:" + filepath.Join(folder, "ours.db"), map[string]string{"ENGINE": "django.db.backends.sqlite3", "NAME": theirs}
		},
		"postgresql": func(t *testing.T) (string, string, map[string]string) {
			theirs := testdb.Postgres(t)
			return theirs, testdb.Postgres(t), testdb.Django(t, theirs)
		},
		"mysql": func(t *testing.T) (string, string, map[string]string) {
			theirs := testdb.MySQL(t)
			return theirs, testdb.MySQL(t), testdb.Django(t, theirs)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			theirs, ours, django := open(t)
			input, err := json.Marshal(map[string]any{"database": django, "models": described})
			if err != nil {
				t.Fatal(err)
			}
			realdjango.Run(t, createScript, input)
			want := named(t, theirs, nil)
			got := named(t, ours, state.Models().All())
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-Django +ours):\n%s", diff)
			}
			t.Logf("%d models, %d names compared", len(all), len(want))
		})
	}
}

// apart puts models into apps of their own, so that many states fit into one database.
func apart(s *migrations.State, prefix string) []*orm.ModelState {
	relabel := func(label *string) {
		if *label != "" {
			*label = prefix + *label
		}
	}
	var out []*orm.ModelState
	for _, m := range s.All() {
		c := *m
		c.App = prefix + c.App
		if c.Table != "" {
			c.Table = prefix + c.Table
		}
		relabel(&c.ProxyOf)
		c.Bases = slices.Clone(c.Bases)
		for i := range c.Bases {
			relabel(&c.Bases[i])
		}
		c.Fields = slices.Clone(c.Fields)
		for i := range c.Fields {
			relabel(&c.Fields[i].To)
			relabel(&c.Fields[i].Through)
		}
		out = append(out, &c)
	}
	return out
}

// withKeys gives models constraints and sets of unique fields, and describes all to Django.
func withKeys(rng *rand.Rand, state *migrations.State) []map[string]any {
	for i, m := range state.All() {
		var columns []string
		for _, f := range m.Fields {
			if f.Type != "ManyToManyField" && f.Type != "BinaryField" && f.Type != "TextField" && f.Type != "OrderWrt" && !f.ParentLink {
				columns = append(columns, f.Name)
			}
		}
		if len(columns) < 2 {
			continue
		}
		rng.Shuffle(len(columns), func(i, j int) { columns[i], columns[j] = columns[j], columns[i] })
		switch i % 3 {
		case 0:
			m.UniqueTogether = [][]string{columns[:2]}
		case 1:
			m.Constraints = []orm.ConstraintState{{Kind: orm.UniqueConstraint, Name: fmt.Sprintf("c_%d", i), Fields: columns[:2]}}
		default:
			m.Indexes = []orm.IndexState{{Name: fmt.Sprintf("i_%d", i), Fields: []string{columns[0], "-" + columns[1]}}}
		}
	}
	described := forDjango(state)
	for i, m := range state.All() {
		indexes, constraints := []map[string]any{}, []map[string]any{}
		for _, x := range m.Indexes {
			indexes = append(indexes, map[string]any{"name": x.Name, "fields": x.Fields})
		}
		for _, c := range m.Constraints {
			constraints = append(constraints, map[string]any{"name": c.Name, "fields": c.Fields})
		}
		described[i]["indexes"], described[i]["constraints"] = indexes, constraints
	}
	return described
}

// named makes the tables of models, if there are any, and lists the names in a database.
func named(t *testing.T, address string, models []*orm.Meta) []string {
	t.Helper()
	backend, err := openAt(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer backend.Close()
	ctx := orm.NewContext(context.Background(), orm.NewDB(backend))
	if err := orm.CreateTables(ctx, models...); err != nil {
		t.Fatal(err)
	}
	list, err := introspection.Tables(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, info := range list {
		d, err := introspection.Table(ctx, "", info.Name)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, d.Name)
		for _, c := range d.Columns {
			lines = append(lines, fmt.Sprintf("%s.%s %s null=%v", d.Name, c.Name, c.Type, c.Null))
		}
		for _, c := range d.Constraints {
			lines = append(lines, fmt.Sprintf("%s %s(%s) pk=%v unique=%v check=%v desc=%v %v", d.Name, c.Name, strings.Join(c.Columns, ","), c.PrimaryKey, c.Unique, c.Check, c.Desc, c.References))
		}
	}
	slices.Sort(lines)
	return lines
}

// withTables has every model have a table.
func withTables(s *migrations.State) *migrations.State {
	var models []*orm.ModelState
	for _, m := range s.All() {
		c := *m
		c.Unmanaged = false
		models = append(models, &c)
	}
	return migrations.NewState(models...)
}
