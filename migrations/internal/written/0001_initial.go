package written

import (
	"reflect"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/shopspring/decimal"
)

// m0001Initial is written by TestSource.
var m0001Initial = &migrations.Migration{
	App:     "shop",
	Name:    "0001_initial",
	Initial: true,
	Operations: []migrations.Operation{
		migrations.CreateModel{
			Name: "Record",
			Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true},
				{Name: "title", Type: "CharField", MaxLength: 50, Collation: "C"},
				{Name: "made", Type: "DateTimeField", AutoNowAdd: true},
				{
					Name:          "price",
					Type:          "DecimalField",
					MaxDigits:     8,
					DecimalPlaces: 2,
					DBDefault:     orm.Val(decimal.RequireFromString("1")),
				},
				{Name: "tags", Type: "CustomField", GoType: reflect.TypeFor[postgres.Array[string]]()},
				{Name: "dates", Type: "CustomField", GoType: reflect.TypeFor[postgres.Range[civil.Date]]()},
				{Name: "category", Type: "ForeignKey", To: "shop.Category", OnDelete: orm.Cascade},
				{Name: "editor", Type: "OneToOneField", Null: true, To: "auth.User", OnDelete: orm.SetNull, RelatedName: "+"},
				{Name: "twice", Type: "IntegerField", Generated: orm.F("stock").Mul(2), Virtual: true},
				{Name: "by", Type: "ManyToManyField", To: "auth.User", Through: "shop.By", ThroughFields: [2]string{"a", "b"}},
			},
			Table:            "records",
			Comment:          "all",
			RequiredFeatures: []string{"Arrays"},
			Ordering:         []string{"-title"},
			GetLatestBy:      []string{"made"},
			UniqueTogether:   [][]string{{"title", "made"}},
			Indexes: []migrations.Index{
				{
					Name:    "i",
					Fields:  []string{"title", "-made"},
					Where:   orm.And(orm.F("stock").Gt(1), orm.F("state").NotIn("a", "b")),
					Include: []string{"price"},
					Using:   "gin",
					With:    map[string]string{"fillfactor": "80"},
				},
			},
			Constraints: []migrations.Constraint{
				{Kind: orm.CheckConstraint, Name: "c", Check: orm.And(orm.F("stock").Gt(1), orm.F("state").NotIn("a", "b"))},
				{
					Kind: orm.UniqueConstraint,
					Name: "u",
					Keys: []migrations.Key{
						{Expr: orm.Lower(orm.FText("title")), Desc: true},
						{Field: "made", OpClass: "x"},
					},
					Deferrable:       orm.DeferredInitially,
					NullsNotDistinct: true,
				},
				{Kind: orm.ExclusionConstraint, Name: "e", Fields: []string{"dates"}, Operators: []string{"&&"}},
			},
		},
		migrations.CreateModel{Name: "Disc", ProxyOf: "shop.Record"},
	},
}
