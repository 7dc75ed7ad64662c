package migrations

import (
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/shopspring/decimal"
)

// doc:nuages

// m0001Nuages makes the tables as Django's migrations leave them. In a database that has had
// these it counts as applied.
var m0001Nuages = &migrations.Migration{
	App:      "shop",
	Name:     "0001_nuages",
	Initial:  true,
	Replaces: []string{"shop.0001_initial", "shop.0002_product_extra", "shop.0003_product_rules", "shop.0004_detail"},
	// doc:end
	Operations: []migrations.Operation{
		migrations.CreateModel{
			Name: "Category",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "name", Type: "CharField", Unique: true, MaxLength: 50},
				{Name: "parent", Type: "ForeignKey", Null: true, To: "shop.Category", OnDelete: orm.SetNull, RelatedName: "children"},
			},
		},
		migrations.CreateModel{
			Name: "Place",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "name", Type: "CharField", MaxLength: 80},
				{Name: "opened", Type: "DateTimeField", Null: true},
			},
		},
		migrations.CreateModel{
			Name: "Product",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "name", Type: "CharField", MaxLength: 200},
				{Name: "price", Type: "DecimalField", MaxDigits: 8, DecimalPlaces: 2},
				{Name: "status", Type: "CharField", MaxLength: 10},
				{Name: "added", Type: "DateTimeField"},
				{Name: "extra", Type: "JSONField", Null: true},
				{Name: "category", Type: "ForeignKey", To: "shop.Category", OnDelete: orm.Cascade, RelatedName: "products"},
			},
		},
		migrations.CreateModel{
			Name: "Tag",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "label", Type: "CharField", MaxLength: 20},
			},
		},
		migrations.CreateModel{
			Name: "Store",
			Fields: []migrations.Field{
				{Name: "place_ptr", Type: "OneToOneField", To: "shop.Place", OnDelete: orm.Cascade, ParentLink: true},
				{Name: "city", Type: "CharField", Index: true, MaxLength: 40},
			},
			Bases: []string{"shop.Place"},
		},
		migrations.CreateModel{
			Name: "Tagging",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "weight", Type: "PositiveSmallIntegerField"},
				{Name: "product", Type: "ForeignKey", To: "shop.Product", OnDelete: orm.Cascade},
				{Name: "tag", Type: "ForeignKey", To: "shop.Tag", OnDelete: orm.Cascade},
			},
			UniqueTogether: [][]string{{"product", "tag"}},
		},
		migrations.AddField{
			Model: "Product",
			Field: migrations.Field{
				Name:        "tags",
				Type:        "ManyToManyField",
				To:          "shop.Tag",
				RelatedName: "products",
				Through:     "shop.Tagging",
			},
		},
		migrations.CreateModel{
			Name: "Detail",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "text", Type: "TextField"},
				{Name: "product", Type: "OneToOneField", To: "shop.Product", OnDelete: orm.Cascade, RelatedName: "detail"},
			},
		},
		migrations.AddField{
			Model: "Product",
			Field: migrations.Field{Name: "stores", Type: "ManyToManyField", To: "shop.Store", RelatedName: "products"},
		},
		migrations.AddIndex{
			Model: "Product",
			Index: migrations.Index{Name: "shop_product_new", Fields: []string{"name"}, Where: orm.F("status").Eq("new")},
		},
		migrations.AddConstraint{
			Model: "Product",
			Constraint: migrations.Constraint{
				Kind:  orm.CheckConstraint,
				Name:  "shop_product_price",
				Check: orm.F("price").Gte(decimal.RequireFromString("0")),
			},
		},
		migrations.AddConstraint{
			Model:      "Product",
			Constraint: migrations.Constraint{Kind: orm.UniqueConstraint, Name: "shop_product_once", Fields: []string{"name", "category"}},
		},
	},
}
