package written

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/shopspring/decimal"
)

// m0002Fills is written by TestSource.
var m0002Fills = &migrations.Migration{
	App:          "shop",
	Name:         "0002_fills",
	Dependencies: []string{"auth.0001_initial", "shop.0001_initial"},
	Operations: []migrations.Operation{
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: ""},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: `it's "x" \`},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: 7},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: -7},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: 1.5},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: true},
		migrations.AddField{
			Model: "Record",
			Field: migrations.Field{Name: "a", Type: "TextField"},
			Fill:  decimal.RequireFromString("9.99"),
		},
		migrations.AddField{
			Model: "Record",
			Field: migrations.Field{Name: "a", Type: "TextField"},
			Fill:  time.Date(2026, 3, 14, 9, 15, 0, 0, time.UTC),
		},
		migrations.AddField{
			Model: "Record",
			Field: migrations.Field{Name: "a", Type: "TextField"},
			Fill:  civil.Date{Year: 2026, Month: 3, Day: 14},
		},
		migrations.AddField{
			Model: "Record",
			Field: migrations.Field{Name: "a", Type: "TextField"},
			Fill:  civil.Time{Hour: 9, Minute: 0, Second: 0, Nanosecond: 0},
		},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: 90 * time.Minute},
		migrations.AddField{
			Model: "Record",
			Field: migrations.Field{Name: "a", Type: "TextField"},
			Fill:  uuid.MustParse("0e5c1b5a-6b0a-4a52-9d4b-0a4c5a6b7c8d"),
		},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: []byte("x\x00")},
		migrations.AddField{
			Model: "Record",
			Field: migrations.Field{Name: "a", Type: "TextField"},
			Fill:  json.RawMessage(`{"a": 1}`),
		},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: orm.Now()},
		migrations.AddField{Model: "Record", Field: migrations.Field{Name: "a", Type: "TextField"}, Fill: orm.F("id").Mul(2)},
	},
}
