package written

import "github.com/nuages-web/nuages/migrations"

// m0004Empty is written by TestSource.
var m0004Empty = &migrations.Migration{
	App:          "shop",
	Name:         "0004_empty",
	Dependencies: []string{"shop.0003_all"},
	Operations:   []migrations.Operation{},
}
