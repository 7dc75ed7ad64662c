package migrations

import (
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/shopspring/decimal"
)

// m0001Initial is the shop's first version: the genre of a record was a text.
var m0001Initial = &migrations.Migration{
	App:     "shop",
	Name:    "0001_initial",
	Initial: true,
	Operations: []migrations.Operation{
		migrations.CreateModel{
			Name: "Record",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "slug", Type: "SlugField", Unique: true, Index: true, MaxLength: 50},
				{Name: "title", Type: "CharField", MaxLength: 200},
				{Name: "artist", Type: "CharField", MaxLength: 200},
				{Name: "genre", Type: "CharField", MaxLength: 50},
				{Name: "year", Type: "SmallIntegerField"},
				{Name: "price", Type: "DecimalField", MaxDigits: 8, DecimalPlaces: 2},
				{Name: "quantity", Type: "PositiveIntegerField"},
				{Name: "added", Type: "DateTimeField", AutoNowAdd: true},
			},
			Ordering: []string{"artist", "title"},
			Constraints: []migrations.Constraint{
				{Kind: orm.CheckConstraint, Name: "shop_record_price_gte_0", Check: orm.F("price").Gte(decimal.RequireFromString("0"))},
			},
		},
	},
}
