package migrations

import "github.com/nuages-web/nuages/migrations"

// m0005RenameQuantityRecordStock calls the stock what everybody calls it:
// makemigrations --rename shop.Record.quantity:stock.
var m0005RenameQuantityRecordStock = &migrations.Migration{
	App:          "shop",
	Name:         "0005_rename_quantity_record_stock",
	Dependencies: []string{"shop.0004_remove_record_genre"},
	Operations: []migrations.Operation{
		migrations.RenameField{Model: "Record", From: "quantity", To: "stock"},
	},
}
