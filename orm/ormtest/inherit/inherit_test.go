// Package inherit_test runs what models inherit, and the order of children, on a real
// database.
package inherit_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

type Town struct {
	orm.Model
	Name string `orm:"max_length=20"`
}

type Place struct {
	orm.Model
	Name string       `orm:"max_length=20"`
	Town orm.FK[Town] `orm:"on_delete=cascade,related_name=places"`
}

type Restaurant struct {
	Place
	Pizza bool
}

type Pizzeria struct {
	Restaurant
	Ovens int16
}

type Corner struct{ Place }

func (c *Corner) Meta(m *orm.Options) {
	m.ProxyOf(Place{})
	m.Ordering("-name")
}

type Step struct {
	orm.Model
	Place orm.FK[Place] `orm:"on_delete=cascade,related_name=steps"`
	Name  string        `orm:"max_length=20"`
	Made  time.Time
	Order int32
}

func (s *Step) Meta(m *orm.Options) {
	m.OrderWithRespectTo(&s.Place, &s.Order)
	m.Field(&s.Name).Default("step")
}

var (
	town       = orm.Define((*Town)(nil), "city", "")
	place      = orm.Define((*Place)(nil), "city", "")
	restaurant = orm.Define((*Restaurant)(nil), "city", "")
	pizzeria   = orm.Define((*Pizzeria)(nil), "city", "")
	corner     = orm.Define((*Corner)(nil), "city", "")
	step       = orm.Define((*Step)(nil), "city", "")
)

func database(t *testing.T) context.Context {
	t.Helper()
	backend, err := sqlite.Open(filepath.Join(t.TempDir(), "a.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	db := orm.NewDB(backend)
	t.Cleanup(func() { db.Close() })
	ctx := orm.NewContext(t.Context(), db)
	if err := orm.CreateTables(ctx, step, corner, pizzeria, restaurant, place, town); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func save[P orm.Row](t *testing.T, ctx context.Context, row P) P {
	t.Helper()
	if err := orm.Save(ctx, row); err != nil {
		t.Fatal(err)
	}
	return row
}

func TestChildren(t *testing.T) {
	t.Parallel()
	ctx := database(t)
	home := save(t, ctx, &Town{Name: "Home"})
	save(t, ctx, &Place{Name: "Park", Town: orm.FK[Town]{ID: home.ID}})
	p := &Pizzeria{Ovens: 2}
	p.Name, p.Town.ID, p.Pizza = "Roma", home.ID, true
	save(t, ctx, p)
	if p.ID != 2 {
		t.Errorf("the key of the child: %d", p.ID)
	}
	q := orm.Objects[*Pizzeria](pizzeria).Lookup("name", "Roma").Lookup("town__name", "Home").Lookup("restaurant_ptr__pizza", true)
	got, err := q.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if got.Name != "Roma" || got.ID != 2 || !got.Pizza || got.Ovens != 2 || got.Town.ID != home.ID {
		t.Errorf("got %+v", got)
	}
	statement, err := q.SQL(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(statement.SQL, `JOIN "city_place"`); n != 1 {
		t.Errorf("%d joins of the parent's table: %s", n, statement.SQL)
	}
	got.Name, got.Ovens = "Napoli", 3
	save(t, ctx, got)
	names := func() []string {
		var names []string
		places, err := orm.Objects[*Place](place).Order("id").All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range places {
			names = append(names, p.Name)
		}
		return names
	}
	if diff := cmp.Diff([]string{"Park", "Napoli"}, names()); diff != "" {
		t.Error(diff)
	}
	children, err := orm.Objects[*Place](place).Lookup("restaurant__pizzeria__ovens", 3).Count(ctx)
	if err != nil || children != 1 {
		t.Errorf("places that are pizzerias: %d, %v", children, err)
	}
	if _, err := orm.Delete(ctx, got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"Park"}, names()); diff != "" {
		t.Error(diff)
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	ctx := database(t)
	home := save(t, ctx, &Town{Name: "Home"})
	c := &Corner{}
	c.Name, c.Town.ID = "A", home.ID
	save(t, ctx, c)
	save(t, ctx, &Place{Name: "B", Town: orm.FK[Town]{ID: home.ID}})
	corners, err := orm.Objects[*Corner](corner).Lookup("town__name", "Home").All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(corners) != 2 || corners[0].Name != "B" || corners[1].ID != c.ID {
		t.Errorf("got %+v", corners)
	}
}

func TestOrder(t *testing.T) {
	t.Parallel()
	ctx := database(t)
	home := save(t, ctx, &Town{Name: "Home"})
	one := save(t, ctx, &Place{Name: "one", Town: orm.FK[Town]{ID: home.ID}})
	two := save(t, ctx, &Place{Name: "two", Town: orm.FK[Town]{ID: home.ID}})
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var steps []*Step
	for i, name := range []string{"a", "b", "c"} {
		s := orm.New[Step]()
		if s.Name != "step" {
			t.Errorf("the default: %q", s.Name)
		}
		s.Name, s.Place.ID, s.Made = name, one.ID, day.AddDate(0, 0, -i)
		steps = append(steps, save(t, ctx, s))
	}
	other := save(t, ctx, &Step{Name: "x", Place: orm.FK[Place]{ID: two.ID}, Made: day})
	if other.Order != 0 || steps[2].Order != 2 {
		t.Errorf("order of new rows: %d, %d", other.Order, steps[2].Order)
	}
	if err := orm.SetOrder(ctx, steps[2], steps[0], steps[1]); err != nil {
		t.Fatal(err)
	}
	all, err := orm.Objects[*Step](step).Lookup("place", one.ID).All(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var names string
	for _, s := range all {
		names += s.Name
	}
	if names != "cab" {
		t.Errorf("the model's order is %s", names)
	}
	neighbours := []struct {
		name string
		get  func() (*Step, error)
		want string
	}{
		{"next in order", func() (*Step, error) { return orm.NextInOrder(ctx, steps[0]) }, "b"},
		{"previous in order", func() (*Step, error) { return orm.PreviousInOrder(ctx, steps[0]) }, "c"},
		{"first in order", func() (*Step, error) { return orm.PreviousInOrder(ctx, steps[2]) }, ""},
		{"next by day", func() (*Step, error) { return orm.NextBy(ctx, steps[2], orm.NewTimeCol(step.Root(), "made")) }, "b"},
		{"next of the same day", func() (*Step, error) { return orm.NextBy(ctx, steps[0], orm.NewTimeCol(step.Root(), "made")) }, "x"},
		{"previous by day", func() (*Step, error) { return orm.PreviousBy(ctx, other, orm.NewTimeCol(step.Root(), "made")) }, "a"},
		{"previous where", func() (*Step, error) {
			return orm.PreviousBy(ctx, other, orm.NewTimeCol(step.Root(), "made"), orm.NewTextCol(step.Root(), "name").Ne("a"))
		}, "b"},
	}
	for _, test := range neighbours {
		got, err := test.get()
		switch {
		case test.want == "":
			if !errors.Is(err, orm.ErrNotFound) {
				t.Errorf("%s: %v, %v", test.name, got, err)
			}
		case err != nil:
			t.Errorf("%s: %v", test.name, err)
		case got.Name != test.want:
			t.Errorf("%s: got %s, want %s", test.name, got.Name, test.want)
		}
	}
}
