// Package shop is the record shop's own app: its records, pages, API and live stock.
//
//	stock := new(shop.Feed)
//	views := shop.Views{Stock: stock, Suppliers: suppliers.New(), Chat: new(shop.Chat)}
//	routes := views.PageRoutes()
package shop

import (
	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/examples/recordshop/shop/migrations"
)

// App describes the shop to the project. While the program serves, its stock moves.
func App(stock *Feed) nuages.App {
	return nuages.App{
		Name:          "shop",
		VerboseName:   "Record shop",
		Models:        Models,
		Migrations:    migrations.All,
		TemplateTypes: []any{DetailPage{}},
		Commands:      []*cli.Command{demoData()},
		Start:         Prepare,
		Run:           stock.Trade,
	}
}
