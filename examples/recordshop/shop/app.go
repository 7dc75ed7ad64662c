// Package shop is the record shop's own app: its records, pages, API and live stock.
//
//	records := shop.NewStore(shop.Catalogue())
//	views := shop.Views{Records: records, Suppliers: suppliers.New(), Chat: new(shop.Chat)}
//	routes := views.PageRoutes()
package shop

import (
	"github.com/nuages-web/nuages"
)

// App describes the shop to the project. While the program serves, its stock moves.
func App(records *Store) nuages.App {
	return nuages.App{
		Name:        "shop",
		VerboseName: "Record shop",
		Run:         records.Trade,
	}
}
