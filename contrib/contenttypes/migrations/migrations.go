// Package migrations holds the history of the app contenttypes, for the project's list of
// apps:
//
//	nuages.App{Name: "contenttypes", Models: contenttypes.Models, Migrations: migrations.All}
//
// A database that Django has migrated counts as migrated, and the other way round:
// Django's names are noted beside ours.
package migrations

import "github.com/nuages-web/nuages/migrations"

// All are the migrations, in order.
var All = []*migrations.Migration{
	m0001Nuages,
}
