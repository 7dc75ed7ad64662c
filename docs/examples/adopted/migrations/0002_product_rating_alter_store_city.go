package migrations

import "github.com/nuages-web/nuages/migrations"

// m0002ProductRatingAlterStoreCity of the app shop was written by makemigrations. It is yours to change until it is applied elsewhere.
var m0002ProductRatingAlterStoreCity = &migrations.Migration{
	App:          "shop",
	Name:         "0002_product_rating_alter_store_city",
	Dependencies: []string{"shop.0001_nuages"},
	Operations: []migrations.Operation{
		migrations.AddField{Model: "Product", Field: migrations.Field{Name: "rating", Type: "SmallIntegerField", Null: true}},
		migrations.AlterField{
			Model: "Store",
			Field: migrations.Field{Name: "city", Type: "CharField", Index: true, MaxLength: 60},
		},
	},
}
