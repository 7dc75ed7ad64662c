package migrations

import (
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// m0002Category gives categories a table. The key of a record may be null until
// 0003_fill_category has filled it, so that the version of the program that runs meanwhile
// goes on adding records without one.
var m0002Category = &migrations.Migration{
	App:          "shop",
	Name:         "0002_category",
	Dependencies: []string{"shop.0001_initial"},
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
		migrations.AddField{
			Model: "Record",
			Field: migrations.Field{Name: "category", Type: "ForeignKey", Null: true, To: "shop.Category", OnDelete: orm.Protect, RelatedName: "records"},
		},
	},
}
