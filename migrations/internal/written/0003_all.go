package written

import (
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// m0003All is written by TestSource.
var m0003All = &migrations.Migration{
	App:          "shop",
	Name:         "0003_all",
	Dependencies: []string{"shop.0002_fills"},
	RunBefore:    []string{"auth.0002_x"},
	Replaces:     []string{"shop.0003_old"},
	NonAtomic:    true,
	Operations: []migrations.Operation{
		migrations.RenameModel{From: "Disc", To: "CD"},
		migrations.DeleteModel{Name: "CD"},
		migrations.AlterModelTable{Model: "Record"},
		migrations.AlterModelTableComment{Model: "Record", Comment: "x"},
		migrations.AlterUniqueTogether{Model: "Record"},
		migrations.AlterModelOptions{Model: "Record", Unmanaged: true},
		migrations.AlterOrderWithRespectTo{Model: "Record", To: "category"},
		migrations.RemoveField{Model: "Record", Name: "a", Fill: "x"},
		migrations.AlterField{Model: "Record", Field: migrations.Field{Name: "title", Type: "TextField"}},
		migrations.RenameField{Model: "Record", From: "title", To: "name"},
		migrations.AddIndex{Model: "Record", Index: migrations.Index{Name: "x", Fields: []string{"id"}}},
		migrations.RenameIndex{Model: "Record", From: "x", To: "y"},
		migrations.RemoveIndex{Model: "Record", Name: "y"},
		migrations.AddConstraint{
			Model: "Record",
			Constraint: migrations.Constraint{
				Kind:  orm.CheckConstraint,
				Name:  "z",
				Check: orm.And(orm.F("left").Gt(1), orm.F("state").NotIn("a", "b")),
			},
		},
		migrations.RemoveConstraint{Model: "Record", Name: "z"},
		migrations.RunSQL{Forward: []string{"SELECT 1"}, Backward: []string{}, Vendors: []string{"sqlite"}, Elide: true},
		migrations.SeparateDatabaseAndState{
			Database: []migrations.Operation{
				migrations.RunSQL{Forward: []string{"SELECT `a`"}},
			},
			State: []migrations.Operation{
				migrations.DeleteModel{Name: "X"},
			},
		},
		migrations.CreateExtension{Name: "hstore"},
		migrations.AddIndexConcurrently{Model: "Record", Index: migrations.Index{Name: "w", Fields: []string{"id"}}},
	},
}
