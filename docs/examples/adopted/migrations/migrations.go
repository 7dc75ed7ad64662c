// Package migrations is the history of the models of the app shop.
package migrations

import "github.com/nuages-web/nuages/migrations"

// All are the migrations, in order.
var All = []*migrations.Migration{
	m0001Nuages,
	m0002ProductRatingAlterStoreCity,
}
