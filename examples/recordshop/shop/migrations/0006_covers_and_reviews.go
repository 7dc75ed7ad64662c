package migrations

import (
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// m0006CoversAndReviews is initial, as 0007_orders is: the shop made its tables without
// migrations for a while, and --fake-initial takes what it made then as applied.
var m0006CoversAndReviews = &migrations.Migration{
	App:          "shop",
	Name:         "0006_covers_and_reviews",
	Initial:      true,
	Dependencies: []string{"shop.0005_rename_quantity_record_stock"},
	Operations: []migrations.Operation{
		migrations.AddField{
			Model: "Record",
			Field: migrations.Field{Name: "cover", Type: "CharField", MaxLength: 100},
			Fill:  "",
		},
		migrations.AddIndex{
			Model: "Record",
			Index: migrations.Index{Name: "shop_record_categor_b2b857_idx", Fields: []string{"category", "year"}},
		},
		migrations.CreateModel{
			Name: "Picture",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "image", Type: "BinaryField"},
				{Name: "record", Type: "OneToOneField", To: "shop.Record", OnDelete: orm.Cascade, RelatedName: "picture"},
			},
		},
		migrations.CreateModel{
			Name: "Review",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "author", Type: "CharField", MaxLength: 50},
				{Name: "stars", Type: "PositiveSmallIntegerField"},
				{Name: "text", Type: "TextField"},
				{Name: "written", Type: "DateTimeField", AutoNowAdd: true},
				{Name: "record", Type: "ForeignKey", To: "shop.Record", OnDelete: orm.Cascade, RelatedName: "reviews"},
			},
			Ordering: []string{"-written", "-id"},
			Constraints: []migrations.Constraint{
				{Kind: orm.CheckConstraint, Name: "shop_review_stars", Check: orm.F("stars").Between(1, 5)},
			},
		},
	},
}
