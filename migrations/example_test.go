package migrations_test

import (
	"context"
	"fmt"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		panic(err)
	}
	defer backend.Close()
	ctx := orm.NewContext(context.Background(), orm.NewDB(backend))
	history := []*migrations.Migration{
		{App: "shop", Name: "0001_initial", Initial: true, Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Record", Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "title", Type: "CharField", MaxLength: 100},
			}},
		}},
		{App: "shop", Name: "0002_record_stock", Dependencies: []string{"shop.0001_initial"}, Operations: []migrations.Operation{
			migrations.AddField{Model: "Record", Field: migrations.Field{Name: "stock", Type: "IntegerField"}, Fill: int32(0)},
		}},
	}
	x, err := migrations.NewExecutor(ctx, history, &migrations.Options{Progress: func(e migrations.Event) {
		if e.Kind == migrations.ApplyDone {
			fmt.Println(e.Migration.ID())
		}
	}})
	if err != nil {
		panic(err)
	}
	if err := x.Migrate(ctx, x.Plan(x.Leaves(""))); err != nil {
		panic(err)
	}
	// Output:
	// shop.0001_initial
	// shop.0002_record_stock
}
