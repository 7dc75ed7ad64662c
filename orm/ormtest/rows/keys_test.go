package rows_test

import (
	"context"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// Depot has a number of its own beside its key, which keys of other models refer to.
type Depot struct {
	orm.Model
	Number int64 `orm:"unique"`
}

// Parcel has keys of the same type and of a smaller one.
type Parcel struct {
	orm.Model
	Depot orm.FK[Depot]             `orm:"on_delete=cascade,to_field=number"`
	Next  orm.NullFKey[Depot, int8] `orm:"on_delete=set_null,related_name=+"`
}

// Letter has a key of a type that no key of a depot has.
type Letter struct {
	orm.Model
	Depot orm.FKey[Depot, string] `orm:"on_delete=cascade,related_name=+"`
}

var (
	depotMeta  = orm.Define((*Depot)(nil), "post", "keys_test.go")
	parcelMeta = orm.Define((*Parcel)(nil), "post", "keys_test.go")
	letterMeta = orm.Define((*Letter)(nil), "post", "keys_test.go")
	depots     = orm.Objects[*Depot](depotMeta)
	parcels    = orm.Objects[*Parcel](parcelMeta)
)

func TestSetKeys(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{depotMeta, parcelMeta}, func(t *testing.T, ctx context.Context) {
		one, two := &Depot{id(1), 2}, &Depot{id(2), 1} // each has the other's key for a number
		for _, d := range []*Depot{one, two} {
			if err := depots.Create(ctx, d); err != nil {
				t.Fatal(err)
			}
		}
		p := &Parcel{Depot: orm.To(one)}
		p.Next.Set(two)
		if err := parcels.Create(ctx, p); err != nil {
			t.Fatal(err)
		}
		if p.Depot.ID != one.Number || p.Next.ID != 2 {
			t.Errorf("the keys are %d and %d, want %d and 2", p.Depot.ID, p.Next.ID, one.Number)
		}
		depotOf := func(p *Parcel, want *Depot, queries int) {
			t.Helper()
			ormtest.AssertNumQueries(t, ctx, queries, func(ctx context.Context) {
				if got, err := p.Depot.Get(ctx); err != nil || !orm.Same(got, want) {
					t.Errorf("the depot is %v, %v, want %v", got, err, want)
				}
			})
		}
		depotOf(p, one, 0)
		p.Depot.ID = two.Number // which forgets the row
		depotOf(p, two, 1)

		p = must[*Parcel](t)(parcels.Get(ctx))
		depotOf(p, one, 1)
		p.Depot.Set(two)
		depotOf(p, two, 0)
		if err := orm.Save(ctx, p); err != nil {
			t.Fatal(err)
		}
		depotOf(must[*Parcel](t)(parcels.Get(ctx)), two, 1)

		big := &Depot{id(1000), 1000}
		if err := depots.Create(ctx, big); err != nil {
			t.Fatal(err)
		}
		p.Next.Set(big)
		if err := orm.Save(ctx, p); err == nil || !strings.Contains(err.Error(), "1000 is no key for post.Parcel.next") {
			t.Errorf("a key that does not fit: %v", err)
		}
		p.Next.Set(&Depot{Number: 5})
		if err := orm.Save(ctx, p); err == nil || !strings.Contains(err.Error(), "not saved yet") {
			t.Errorf("a row that was not saved: %v", err)
		}
		p.Next.Set(nil)
		if err := orm.Save(ctx, p); err != nil || p.Next.Valid {
			t.Errorf("null: %v", err)
		}
	})
}

// id returns the part of a model with that key.
func id(key int64) orm.Model { return orm.Model{ID: key} }

// A key that can't hold those of its model is an error of every use, and of the checks.
func TestKeyTypes(t *testing.T) {
	t.Parallel()
	ctx := databases.SQLite(t)
	const want = "The key is of type string, and post.Depot.id, which it refers to, of type int64."
	if err := orm.Save(ctx, &Letter{Depot: orm.FKey[Depot, string]{ID: "x"}}); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Save: %v", err)
	}
	if _, err := orm.Objects[*Letter](letterMeta).All(ctx); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("All: %v", err)
	}
	if found := orm.Check([]*orm.Meta{letterMeta}); len(found) != 1 || found[0].ID != "fields.N006" {
		t.Errorf("Check: %v", found)
	}
}
