// Package alter_test compares what package orm makes of tables that exist with what
// Django makes of them, and with tables that are made anew.
package alter_test

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

//go:embed testdata/cases.py
var casesPy string

// alterCase is an alteration of cases.py: the tables have been made in two databases,
// and changed in the first.
type alterCase struct {
	Name, App string
	Changes   []operation
	Error     string // Django's
}

type operation struct {
	Op, Model, OldModel, Old, New string
	Fill                          any
	Before, After                 []modelJSON
}

type modelJSON struct {
	App, Name, Table, OrderWithRespectTo string
	Fields                               []orm.FieldState
	Bases                                []string
	UniqueTogether                       [][]string
	Indexes                              []struct {
		Name   string
		Fields []string
		Where  [][]any
	}
	Constraints []struct {
		Name         string
		Check, Where [][]any
		Fields       []string
		Deferred     bool
	}
}

// models makes models of what Python has told.
func models(t *testing.T, list []modelJSON) *orm.ModelSet {
	t.Helper()
	var states []*orm.ModelState
	for _, m := range list {
		s := &orm.ModelState{App: m.App, Name: m.Name, Table: m.Table, Fields: m.Fields, Bases: m.Bases, UniqueTogether: m.UniqueTogether,
			OrderWithRespectTo: m.OrderWithRespectTo}
		for _, i := range m.Indexes {
			s.Indexes = append(s.Indexes, orm.IndexState{Name: i.Name, Fields: i.Fields, Where: condition(i.Where)})
		}
		for _, c := range m.Constraints {
			k := orm.ConstraintState{Kind: orm.UniqueConstraint, Name: c.Name, Fields: c.Fields, Where: condition(c.Where)}
			if c.Check != nil {
				k.Kind, k.Check = orm.CheckConstraint, condition(c.Check)
			}
			if c.Deferred {
				k.Deferrable = orm.DeferredInitially
			}
			s.Constraints = append(s.Constraints, k)
		}
		states = append(states, s)
	}
	made := orm.NewModels(states)
	if err := made.Check(); err != nil {
		t.Fatal(err)
	}
	return made
}

func condition(list [][]any) orm.Pred {
	var preds []orm.Pred
	for _, c := range list {
		name, lookup, _ := strings.Cut(c[0].(string), "__")
		value := c[1]
		if n, ok := value.(float64); ok {
			value = int64(n)
		}
		switch lookup {
		case "gte":
			preds = append(preds, orm.F(name).Gte(value))
		case "lt":
			preds = append(preds, orm.F(name).Lt(value))
		default:
			preds = append(preds, orm.F(name).Eq(value))
		}
	}
	return orm.And(preds...)
}

// newSchema returns a Schema that asks the database of ctx.
func newSchema(ctx context.Context, d *orm.Dialect) *orm.Schema {
	s := orm.NewSchema(d)
	s.Constraints = func(table string) ([]orm.TableConstraint, error) { return introspection.Constraints(ctx, "", table) }
	s.Objects = func(table string) (triggers, indexes []string, err error) {
		d, err := introspection.Table(ctx, "", table)
		if err != nil {
			return nil, nil, err
		}
		for _, trigger := range d.Triggers {
			triggers = append(triggers, trigger.SQL)
		}
		for _, index := range d.Indexes {
			indexes = append(indexes, index.SQL)
		}
		return triggers, indexes, nil
	}
	return s
}

// apply writes the change of an operation.
func (op *operation) apply(t *testing.T, s *orm.Schema) {
	t.Helper()
	before, after := models(t, op.Before), models(t, op.After)
	model := func(models *orm.ModelSet, name string) *orm.Meta {
		m, ok := models.Get(op.Before[0].App, name)
		if !ok {
			t.Fatalf("%s: no model %s", op.Op, name)
		}
		return m
	}
	field := func(m *orm.Meta, name string) *orm.Field {
		f, ok := m.Field(name)
		if !ok {
			t.Fatalf("%s: no field %s of %s", op.Op, name, m.Name)
		}
		return f
	}
	var was, is *orm.Meta
	switch op.Op {
	case "RenameModel":
		s.RenameTable(model(before, op.OldModel), model(after, op.Model))
		return
	case "DeleteModel":
		s.DeleteModel(model(before, op.Model))
		return
	default:
		was, is = model(before, op.Model), model(after, op.Model)
	}
	switch op.Op {
	case "AddField":
		f := field(is, op.New)
		s.AddField(is, f, op.Fill)
	case "RemoveField":
		s.RemoveField(was, field(was, op.Old))
	case "AlterField", "RenameField":
		f := field(is, op.New)
		s.AlterField(was, is, field(was, op.Old), f, op.Fill)
	case "AlterModelTable":
		s.RenameTable(was, is)
	case "AlterUniqueTogether":
		s.AlterUniqueTogether(is, was.UniqueTogether, is.UniqueTogether)
	case "AddIndex":
		s.AddIndex(is, is.Indexes[slices.IndexFunc(is.Indexes, func(i *orm.Index) bool { return i.Name == op.New })])
	case "RemoveIndex":
		s.RemoveIndex(is, was.Indexes[slices.IndexFunc(was.Indexes, func(i *orm.Index) bool { return i.Name == op.Old })])
	case "AddConstraint":
		s.AddConstraint(is, is.Constraints[slices.IndexFunc(is.Constraints, func(c *orm.Constraint) bool { return c.Name == op.New })])
	case "RemoveConstraint":
		s.RemoveConstraint(is, was.Constraints[slices.IndexFunc(was.Constraints, func(c *orm.Constraint) bool { return c.Name == op.Old })])
	case "AlterOrderWithRespectTo":
		if f, ok := is.Field("_order"); ok {
			s.AddField(is, f, int64(0))
		} else {
			s.RemoveField(was, field(was, "_order"))
		}
	default:
		t.Fatalf("no operation %q", op.Op)
	}
}

// peer is a kind of database to compare on.
type peer struct {
	name   string
	open   func(t *testing.T) (backend orm.Backend, django map[string]string)
	schema func(t *testing.T, ctx context.Context, django map[string]string) map[string][]string // by app
	quote  string                                                                                // SQL of a value as text
}

var peers = []peer{
	{"sqlite", func(t *testing.T) (orm.Backend, map[string]string) {
		path := filepath.Join(t.TempDir(), "a.db")
		b, err := sqlite.Open(path, &sqlite.Options{Synchronous: "OFF"})
		return opened(t, b, err), map[string]string{"ENGINE": "django.db.backends.sqlite3", "NAME": path}
	}, sqliteSchema, "quote(%s)"},
	{"postgresql", func(t *testing.T) (orm.Backend, map[string]string) {
		url := testdb.Postgres(t)
		b, err := postgres.Open(t.Context(), url, nil)
		return opened(t, b, err), testdb.Django(t, url)
	}, postgresSchema, "quote_nullable(%s::text)"},
	{"mysql", func(t *testing.T) (orm.Backend, map[string]string) {
		dsn := testdb.MySQL(t)
		b, err := mysql.Open(t.Context(), dsn, nil)
		return opened(t, b, err), testdb.Django(t, dsn)
	}, mysqlSchema, "quote(%s)"},
}

func opened(t *testing.T, b orm.Backend, err error) orm.Backend {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.Close() })
	return b
}

// TestDjango changes tables that Django has made, as it does itself.
func TestDjango(t *testing.T) {
	t.Parallel()
	for _, p := range peers {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			p.compare(t)
		})
	}
}

func (p *peer) compare(t *testing.T) {
	contexts := map[string]context.Context{}
	settings := map[string]map[string]string{}
	for _, alias := range []string{"default", "ours", "fresh"} {
		b, django := p.open(t)
		contexts[alias], settings[alias] = orm.NewContext(t.Context(), orm.NewDB(b)), django
	}
	cases := byDjango(t, settings)
	ours, fresh := contexts["ours"], contexts["fresh"]
	for _, c := range cases {
		if err := c.change(t, ours); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
		last := c.Changes[len(c.Changes)-1]
		if err := orm.CreateTables(fresh, models(t, last.After).All()...); err != nil {
			t.Errorf("%s: make the tables anew: %v", c.Name, err)
		}
	}
	schemas, data := map[string]map[string][]string{}, map[string]map[string][]string{}
	for alias, ctx := range contexts {
		if p.name == "postgresql" {
			identities(t, ctx)
		}
		schemas[alias], data[alias] = p.schema(t, ctx, settings[alias]), p.rows(t, ctx)
	}
	equal := 0
	for _, c := range cases {
		if p.report(t, &c, schemas, data) {
			equal++
		}
	}
	t.Logf("%d of %d alterations equal Django's", equal, len(cases))
}

// byDjango has Django make the tables, and change those of the first database.
func byDjango(t *testing.T, settings map[string]map[string]string) []alterCase {
	t.Helper()
	databases, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	step := 1
	if testing.Short() {
		step = 8
	}
	out := realdjango.Run(t, fmt.Sprintf(`
import django
from django.conf import settings
settings.configure(DATABASES=%s, USE_TZ=True, DEFAULT_AUTO_FIELD='django.db.models.BigAutoField')
django.setup()
STEP = %d
`, databases, step)+casesPy, nil)
	var cases []alterCase
	if err := json.Unmarshal(out, &cases); err != nil {
		t.Fatal(err)
	}
	return cases
}

// change applies the operations of a case, one after the other.
func (c *alterCase) change(t *testing.T, ctx context.Context) error {
	t.Helper()
	return orm.AtomicSchema(ctx, "", func(ctx context.Context) error {
		connection, err := orm.ConnectionOf(ctx, "")
		if err != nil {
			return err
		}
		s := newSchema(ctx, connection.Dialect())
		for _, op := range c.Changes {
			op.apply(t, s)
			if err := s.Run(ctx, "", nil); err != nil {
				return err
			}
		}
		return s.Finish(ctx, "", nil)
	})
}

// report tells what is not equal but for what is known, and whether all is. Names of
// indexes and constraints are not compared with tables made anew: in both programs they
// depend on the way.
func (p *peer) report(t *testing.T, c *alterCase, schemas, data map[string]map[string][]string) bool {
	t.Helper()
	ours := schemas["ours"][c.App]
	if diff := cmp.Diff(nameless(schemas["fresh"][c.App]), nameless(ours)); diff != "" && !known(c.Name, p.name, "fresh") {
		t.Errorf("%s: schema (-fresh +ours):\n%s", c.Name, diff)
	}
	if c.Error != "" {
		if !known(c.Name, p.name, "error") {
			t.Errorf("%s: Django: %s", c.Name, c.Error)
		}
		return false
	}
	theirs := schemas["default"][c.App]
	diff := cmp.Diff(theirs, ours)
	equal := diff == ""
	if known(c.Name, p.name, "names") {
		diff = cmp.Diff(nameless(theirs), nameless(ours))
	}
	if diff != "" && !known(c.Name, p.name, "schema") {
		t.Errorf("%s: schema (-Django +ours):\n%s", c.Name, diff)
	}
	if diff := cmp.Diff(data["default"][c.App], data["ours"][c.App]); diff != "" && !known(c.Name, p.name, "rows") {
		t.Errorf("%s: rows (-Django +ours):\n%s", c.Name, diff)
	}
	return equal
}
