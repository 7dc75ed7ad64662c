package migrations

import (
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// m0007Orders lets the shop sell.
var m0007Orders = &migrations.Migration{
	App:          "shop",
	Name:         "0007_orders",
	Initial:      true,
	Dependencies: []string{"shop.0006_covers_and_reviews"},
	Operations: []migrations.Operation{
		migrations.CreateModel{
			Name: "Order",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "customer", Type: "CharField", MaxLength: 100},
				{Name: "placed", Type: "DateTimeField", AutoNowAdd: true},
			},
			Ordering: []string{"-placed", "-id"},
			Indexes: []migrations.Index{
				{Name: "shop_order_placed_723dbe_idx", Fields: []string{"placed"}},
			},
		},
		migrations.CreateModel{
			Name: "OrderLine",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "quantity", Type: "PositiveIntegerField"},
				{Name: "price", Type: "DecimalField", MaxDigits: 8, DecimalPlaces: 2},
				{Name: "order", Type: "ForeignKey", To: "shop.Order", OnDelete: orm.Cascade, RelatedName: "lines"},
				{Name: "record", Type: "ForeignKey", To: "shop.Record", OnDelete: orm.Protect, RelatedName: "sales"},
			},
			Constraints: []migrations.Constraint{
				{Kind: orm.UniqueConstraint, Name: "shop_orderline_once", Fields: []string{"order", "record"}},
				{Kind: orm.CheckConstraint, Name: "shop_orderline_quantity", Check: orm.F("quantity").Gte(1)},
			},
		},
	},
}
