package schema_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// statesOf returns models as data.
func statesOf(t *testing.T, models []*orm.Meta) []*orm.ModelState {
	t.Helper()
	var states []*orm.ModelState
	for _, m := range models {
		s, err := m.State()
		if err != nil {
			t.Fatal(err)
		}
		states = append(states, s)
	}
	return states
}

// TestStates makes models of the data of models: their tables are the same.
func TestStates(t *testing.T) {
	t.Parallel()
	groups := map[string][]*orm.Meta{"schema": models, "newer": {author, book, stock}}
	for name, group := range groups {
		made := orm.NewModels(statesOf(t, group))
		if err := made.Check(); err != nil {
			t.Fatal(err)
		}
		ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
			c, err := orm.ConnectionOf(ctx, "")
			if err != nil {
				t.Fatal(err)
			}
			s := orm.NewSchema(c.Dialect())
			again := orm.NewSchema(c.Dialect())
			for _, m := range group {
				s.CreateModel(m)
				copied, ok := made.Get(m.App, m.Name)
				if !ok {
					t.Fatalf("no model %s", m.Label())
				}
				again.CreateModel(copied)
			}
			want, err := s.Statements()
			got, errAgain := again.Statements()
			if fmt.Sprint(err) != fmt.Sprint(errAgain) { // a database may not have a field: then for both
				t.Fatalf("%s: the models give %v, their states %v", name, err, errAgain)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-models +states):\n%s", name, diff)
			}
		})
		states := orm.NewModels(statesOf(t, made.All()))
		if err := states.Check(); err != nil {
			t.Errorf("%s: the states of models made of states: %v", name, err)
		}
	}
}

// TestStateRows reads and writes rows of models that are data alone, with a parent,
// keys, nulls and a many-to-many relation.
func TestStateRows(t *testing.T) {
	t.Parallel()
	id := orm.FieldState{Name: "id", Type: "BigAutoField", PrimaryKey: true}
	models := orm.NewModels([]*orm.ModelState{
		{App: "past", Name: "Cafe", Bases: []string{"past.Place"}, Fields: []orm.FieldState{
			{Name: "place_ptr", Type: "OneToOneField", To: "past.Place", ParentLink: true},
			{Name: "seats", Type: "PositiveIntegerField"}, {Name: "opened", Type: "DateField", Null: true},
			{Name: "drinks", Type: "ManyToManyField", To: "past.Drink", RelatedName: "cafes"},
		}},
		{App: "past", Name: "Place", Fields: []orm.FieldState{id, {Name: "name", Type: "CharField", MaxLength: 20}}},
		{App: "past", Name: "Drink", Fields: []orm.FieldState{{Name: "code", Type: "CharField", MaxLength: 4, PrimaryKey: true}},
			Constraints: []orm.ConstraintState{{Kind: orm.CheckConstraint, Name: "lower", Check: orm.F("code").Ne("none")}}},
		{App: "past", Name: "Spot", ProxyOf: "past.Place", Ordering: []string{"-name"}},
	})
	if err := models.Check(); err != nil {
		t.Fatal(err)
	}
	get := func(name string) *orm.Meta {
		m, ok := models.Get("past", name)
		if !ok {
			t.Fatalf("no model %s", name)
		}
		return m
	}
	ormtest.Each(t, models.All(), func(t *testing.T, ctx context.Context) {
		for _, code := range []string{"tea", "wine"} {
			if _, err := orm.Records(get("Drink")).Create(ctx, map[string]any{"code": code}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := orm.Records(get("Drink")).Create(ctx, map[string]any{"code": "none"}); !errors.Is(err, orm.ErrCheck) {
			t.Errorf("a row that the check forbids: %v", err)
		}
		cafe, err := orm.Records(get("Cafe")).Create(ctx, map[string]any{"name": "Central", "seats": 12, "opened": "2026-03-14"})
		if err != nil {
			t.Fatal(err)
		}
		drinks, _ := get("Cafe").Field("drinks")
		if err := cafe.SetRelatedKeys(ctx, drinks, []any{"wine"}); err != nil {
			t.Fatal(err)
		}
		if _, err := orm.Records(get("Place")).Create(ctx, map[string]any{"name": "Park"}); err != nil {
			t.Fatal(err)
		}
		found, err := orm.Records(get("Cafe")).Get(ctx, orm.F("drinks__code").Eq("wine"), orm.F("name").Eq("Central"))
		if err != nil {
			t.Fatal(err)
		}
		if opened, _ := found.Get("opened"); opened != (civil.Date{Year: 2026, Month: 3, Day: 14}) {
			t.Errorf("opened: %v", opened)
		}
		if err := found.Set("opened", nil); err != nil {
			t.Fatal(err)
		}
		if err := found.Save(ctx, nil); err != nil {
			t.Fatal(err)
		}
		if n, err := orm.Records(get("Cafe")).Lookup("opened__isnull", true).Count(ctx); n != 1 || err != nil {
			t.Errorf("after null was saved: %d, %v", n, err)
		}
		var names []string
		for spot, err := range orm.Records(get("Spot")).Each(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			name, _ := spot.Get("name")
			names = append(names, name.(string))
		}
		if !slices.Equal(names, []string{"Park", "Central"}) {
			t.Errorf("rows of the proxy: %v", names)
		}
		if d, err := found.Delete(ctx); err != nil || d.Total != 3 {
			t.Errorf("Delete: %v, %v, want the café, its place and its drink", d, err)
		}
	})
}

// TestStateMistakes makes models of states that do not fit together.
func TestStateMistakes(t *testing.T) {
	t.Parallel()
	id := orm.FieldState{Name: "id", Type: "BigAutoField", PrimaryKey: true}
	for want, s := range map[string]*orm.ModelState{
		`relation with model "past.Gone"`: {App: "past", Name: "A", Fields: []orm.FieldState{id, {Name: "x", Type: "ForeignKey", To: "past.Gone"}}},
		`extends "past.Gone"`:             {App: "past", Name: "A", Bases: []string{"past.Gone"}},
		`extends "past.A"`:                {App: "past", Name: "A", Bases: []string{"past.A"}},
		`nonexistent field "y"`:           {App: "past", Name: "A", Fields: []orm.FieldState{id}, UniqueTogether: [][]string{{"id", "y"}}},
		"no primary key":                  {App: "past", Name: "A", Fields: []orm.FieldState{{Name: "x", Type: "TextField"}}},
		`it must be "a_ptr"`:              {App: "past", Name: "B", Bases: []string{"past.A"}, Fields: []orm.FieldState{{Name: "up", Type: "OneToOneField", To: "past.A", ParentLink: true}}},
	} {
		states := []*orm.ModelState{s}
		if s.Name == "B" {
			states = append(states, &orm.ModelState{App: "past", Name: "A", Fields: []orm.FieldState{id}})
		}
		if err := orm.NewModels(states).Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestStateSources writes every expression of the models as Go source.
func TestStateSources(t *testing.T) {
	t.Parallel()
	n := 0
	source := func(of string, e orm.AnyExpr) {
		if e == nil || e == (orm.Pred{}) {
			return
		}
		n++
		if src, _, err := orm.GoSource(e); err != nil || src == "nil" {
			t.Errorf("%s: %s, %v", of, src, err)
		}
	}
	for _, s := range statesOf(t, slices.Concat(models, []*orm.Meta{author, book, stock})) {
		for _, f := range s.Fields {
			source(s.Name+"."+f.Name, f.DBDefault)
			source(s.Name+"."+f.Name, f.Generated)
		}
		for _, i := range s.Indexes {
			source(i.Name, i.Where)
			for _, k := range i.Keys {
				source(i.Name, k.Expr)
			}
		}
		for _, c := range s.Constraints {
			source(c.Name, c.Check)
			source(c.Name, c.Where)
			for _, k := range c.Keys {
				source(c.Name, k.Expr)
			}
		}
	}
	if n < 14 {
		t.Errorf("%d expressions were found", n)
	}
}
