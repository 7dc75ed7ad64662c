package history_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/nuages-web/nuages/docs/examples/history"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// Example tells what a migration would do to the version of a program that runs.
func Example() {
	before, err := migrations.StateAfter(history.All[:1])
	if err != nil {
		panic(err)
	}
	next := &migrations.Migration{App: "shop", Name: "0002_careless", Operations: []migrations.Operation{
		migrations.AddIndex{Model: "Record", Index: migrations.Index{Name: "record_title", Fields: []string{"title"}}},
		migrations.RemoveField{Model: "Record", Name: "notes"},
	}}
	hazards, err := migrations.Hazards(next, before, "postgresql")
	if err != nil {
		panic(err)
	}
	for _, h := range hazards {
		fmt.Printf("%s\n    ! %s\n", next.Operations[h.Operation].Describe(), h.Text)
	}
	// Output:
	// Create index record_title on Record
	//     ! Nobody can write to the table of Record while the index record_title is made.
	// Remove field notes from Record
	//     ! The running version still reads the column of Record.notes.
}

// TestHistory goes forwards and backwards with rows in the table.
func TestHistory(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		if err := migrations.Apply(ctx, history.All[:1], nil); err != nil {
			t.Fatal(err)
		}
		if _, err := orm.Exec(ctx, "INSERT INTO shop_record (title, stock, notes) VALUES ('  Nuages', 0, 'n')"); err != nil {
			t.Fatal(err)
		}
		if err := migrations.Apply(ctx, history.All, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := orm.Exec(ctx, "INSERT INTO shop_record (title, stock) VALUES ('Bad', -1)"); err == nil {
			t.Error("a stock below 0 was taken")
		}
		titles, err := orm.RawSelect[struct{ Title string }](ctx, "SELECT title FROM shop_sold_out", nil)
		if err != nil || len(titles) != 1 || titles[0].Title != "Nuages" {
			t.Errorf("sold out: %v, %v", titles, err)
		}

		x, err := migrations.NewExecutor(ctx, history.All, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Migrate(ctx, x.Plan([]migrations.Target{{App: "shop"}})); err != nil {
			t.Fatal(err)
		}
		if _, err := introspection.Table(ctx, "", "shop_record"); err == nil {
			t.Error("the table is still there")
		}
	})
}
