// Package history holds the migrations of the guide: changes in steps during which the
// running version of a program goes on, code over rows, and an operation of one's own.
//
//	err := migrations.Apply(ctx, history.All, nil)
package history

import (
	"context"
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// All are the migrations, in order.
var All = []*migrations.Migration{
	m0001Initial,
	m0002NotesUnused,
	m0003DropNotes,
	m0004TitleIndex,
	m0005StockCheck,
	m0006StockChecked,
	m0007Titles,
	m0008SoldOut,
}

var m0001Initial = &migrations.Migration{
	App: "shop", Name: "0001_initial", Initial: true,
	Operations: []migrations.Operation{
		migrations.CreateModel{Name: "Record", Fields: []migrations.Field{
			{Name: "id", Type: "BigAutoField", PrimaryKey: true},
			{Name: "title", Type: "CharField", MaxLength: 100},
			{Name: "stock", Type: "IntegerField"},
			{Name: "notes", Type: "TextField"},
		}},
	},
}

// doc:remove-first

// With the release whose model has no notes any more. The column stays, and may be null, so
// that the new version inserts rows without it while the old one still reads it.
var m0002NotesUnused = &migrations.Migration{
	App: "shop", Name: "0002_notes_unused", Dependencies: []string{"shop.0001_initial"},
	Operations: []migrations.Operation{
		migrations.AlterField{Model: "Record", Field: migrations.Field{Name: "notes", Type: "TextField", Null: true}, Fill: ""},
		migrations.SeparateDatabaseAndState{State: []migrations.Operation{
			migrations.RemoveField{Model: "Record", Name: "notes"},
		}},
	},
}

// doc:end

// doc:remove-second

// With the release after it: the models know nothing of the column, so it takes SQL.
var m0003DropNotes = &migrations.Migration{
	App: "shop", Name: "0003_drop_notes", Dependencies: []string{"shop.0002_notes_unused"},
	Operations: []migrations.Operation{
		migrations.RunSQL{
			Forward:  []string{"ALTER TABLE shop_record DROP COLUMN notes"},
			Backward: []string{"ALTER TABLE shop_record ADD COLUMN notes text NULL"},
		},
	},
}

// doc:end

// doc:concurrently

var m0004TitleIndex = &migrations.Migration{
	App: "shop", Name: "0004_title_index", Dependencies: []string{"shop.0003_drop_notes"},
	NonAtomic: true,
	Operations: []migrations.Operation{
		migrations.AddIndexConcurrently{Model: "Record", Index: migrations.Index{Name: "record_title", Fields: []string{"title"}}},
	},
}

// doc:end

// doc:not-valid

var m0005StockCheck = &migrations.Migration{
	App: "shop", Name: "0005_stock_check", Dependencies: []string{"shop.0004_title_index"},
	Operations: []migrations.Operation{
		migrations.AddConstraintNotValid{Model: "Record", Constraint: migrations.Constraint{
			Kind: orm.CheckConstraint, Name: "record_stock_gte_0", Check: orm.F("stock").Gte(0),
		}},
	},
}

var m0006StockChecked = &migrations.Migration{
	App: "shop", Name: "0006_stock_checked", Dependencies: []string{"shop.0005_stock_check"},
	Operations: []migrations.Operation{
		migrations.ValidateConstraint{Model: "Record", Name: "record_stock_gte_0"},
	},
}

// doc:end

// doc:run-go

var m0007Titles = &migrations.Migration{
	App: "shop", Name: "0007_titles", Dependencies: []string{"shop.0006_stock_checked"},
	Operations: []migrations.Operation{
		migrations.RunGo{Forward: trimTitles, Backward: migrations.NoopGo},
	},
}

func trimTitles(ctx context.Context, apps *migrations.Apps) error {
	records, err := apps.Records("shop.Record").Lookup("title__startswith", " ").All(ctx)
	if err != nil {
		return err
	}
	for _, record := range records {
		title, err := record.Get("title")
		if err != nil {
			return err
		}
		if err := record.Set("title", strings.TrimSpace(title.(string))); err != nil {
			return err
		}
		if err := record.Save(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// doc:end

// doc:operation

// CreateView makes a view of the database.
type CreateView struct{ Name, Query string }

// Describe says what it does.
func (op CreateView) Describe() string { return "Create view " + op.Name }

// Mutate changes nothing: no model reads the view.
func (op CreateView) Mutate(string, *migrations.State) error { return nil }

// Apply makes the view.
func (op CreateView) Apply(ctx context.Context, e *migrations.Editor) error {
	return e.Exec(ctx, fmt.Sprintf("CREATE VIEW %s AS %s", e.Dialect().Ident(op.Name), op.Query))
}

// Unapply drops it.
func (op CreateView) Unapply(ctx context.Context, e *migrations.Editor) error {
	return e.Exec(ctx, "DROP VIEW "+e.Dialect().Ident(op.Name))
}

var m0008SoldOut = &migrations.Migration{
	App: "shop", Name: "0008_sold_out", Dependencies: []string{"shop.0007_titles"},
	Operations: []migrations.Operation{
		CreateView{Name: "shop_sold_out", Query: "SELECT title FROM shop_record WHERE stock = 0"},
	},
}

// doc:end
