package migrations

import (
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/shopspring/decimal"
)

// m0001Squashed0005RenameQuantityRecordStock stands for 0001 to 0005. A new database gets
// the tables at once by it. One that has had some of those goes on with them, and takes
// this one as applied when it has had all: so they stay until no such database is left.
// Then they and Replaces go, and migrate --prune forgets them.
var m0001Squashed0005RenameQuantityRecordStock = &migrations.Migration{
	App:     "shop",
	Name:    "0001_squashed_0005_rename_quantity_record_stock",
	Initial: true,
	Replaces: []string{
		"shop.0001_initial", "shop.0002_category", "shop.0003_fill_category",
		"shop.0004_remove_record_genre", "shop.0005_rename_quantity_record_stock",
	},
	// Category comes first and the key is not null from the start: the squash has put the
	// operations together, and left out the data migration, which may be.
	Operations: []migrations.Operation{
		migrations.CreateModel{
			Name: "Category",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "name", Type: "CharField", Unique: true, MaxLength: 50},
				{Name: "slug", Type: "SlugField", Unique: true, Index: true, MaxLength: 50},
			},
			Ordering: []string{"name"},
		},
		migrations.CreateModel{
			Name: "Record",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "slug", Type: "SlugField", Unique: true, Index: true, MaxLength: 50},
				{Name: "title", Type: "CharField", MaxLength: 200},
				{Name: "artist", Type: "CharField", MaxLength: 200},
				{Name: "year", Type: "SmallIntegerField"},
				{Name: "price", Type: "DecimalField", MaxDigits: 8, DecimalPlaces: 2},
				{Name: "stock", Type: "PositiveIntegerField"},
				{Name: "added", Type: "DateTimeField", AutoNowAdd: true},
				{Name: "category", Type: "ForeignKey", To: "shop.Category", OnDelete: orm.Protect, RelatedName: "records"},
			},
			Ordering: []string{"artist", "title"},
			Constraints: []migrations.Constraint{
				{Kind: orm.CheckConstraint, Name: "shop_record_price_gte_0", Check: orm.F("price").Gte(decimal.RequireFromString("0"))},
			},
		},
	},
}
