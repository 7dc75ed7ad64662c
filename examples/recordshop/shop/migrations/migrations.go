// Package migrations is the history of the record shop's models: an example to read, from
// the first version of the shop to today's. It holds a data migration, a rename, and a
// squashed migration beside those that it replaces.
//
//	err := migrations.Apply(ctx, history.All, nil)
package migrations

import "github.com/nuages-web/nuages/migrations"

// All are the migrations, in order.
var All = []*migrations.Migration{
	m0001Initial,
	m0001Squashed0005RenameQuantityRecordStock,
	m0002Category,
	m0003FillCategory,
	m0004RemoveRecordGenre,
	m0005RenameQuantityRecordStock,
	m0006CoversAndReviews,
	m0007Orders,
}
