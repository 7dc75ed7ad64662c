package migrations

import (
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// m0004RemoveRecordGenre has each record in a category, and forgets the genre. The way back
// adds it empty, by Fill, and 0003_fill_category fills it.
var m0004RemoveRecordGenre = &migrations.Migration{
	App:          "shop",
	Name:         "0004_remove_record_genre",
	Dependencies: []string{"shop.0003_fill_category"},
	Operations: []migrations.Operation{
		migrations.AlterField{
			Model: "Record",
			Field: migrations.Field{Name: "category", Type: "ForeignKey", To: "shop.Category", OnDelete: orm.Protect, RelatedName: "records"},
		},
		migrations.RemoveField{Model: "Record", Name: "genre", Fill: ""},
	},
}
