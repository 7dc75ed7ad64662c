package migrations

import "github.com/nuages-web/nuages/migrations"

// m0001Nuages makes the table as Django's two migrations leave it. In a database that has
// had these it counts as applied.
var m0001Nuages = &migrations.Migration{
	App:      "contenttypes",
	Name:     "0001_nuages",
	Initial:  true,
	Replaces: []string{"contenttypes.0001_initial", "contenttypes.0002_remove_content_type_name"},
	Operations: []migrations.Operation{
		migrations.CreateModel{
			Name: "ContentType",
			Fields: []migrations.Field{
				{Name: "id", Type: "AutoField", PrimaryKey: true},
				{Name: "app_label", Type: "CharField", MaxLength: 100},
				{Name: "model", Type: "CharField", MaxLength: 100},
			},
			Table:          "django_content_type",
			UniqueTogether: [][]string{{"app_label", "model"}},
		},
	},
}
