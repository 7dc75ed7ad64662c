// Package written holds migrations that a test of package migrations writes, so that
// they are compiled.
package written

import "github.com/nuages-web/nuages/migrations"

// All are the migrations, in order.
var All = []*migrations.Migration{
	m0001Initial,
	m0002Fills,
	m0003All,
	m0004Empty,
}
