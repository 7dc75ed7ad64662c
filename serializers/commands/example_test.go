package commands_test

import (
	"context"
	"os"
	"testing/fstest"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/serializers/commands"
	"github.com/nuages-web/nuages/serializers/internal/shop"
)

// A program loads a fixture of an app, and dumps what is there.
func Example() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		panic(err)
	}
	db := orm.NewDB(backend)
	defer db.Close()
	ctx := orm.NewContext(context.Background(), db)
	if err := orm.CreateTables(ctx, shop.Models...); err != nil {
		panic(err)
	}
	site := &commands.Site{Apps: []commands.App{{Name: "shop", Models: shop.Models, Fixtures: fstest.MapFS{
		"countries.yaml": {Data: []byte("- model: shop.country\n  fields: {name: Germany}\n- model: shop.country\n  fields: {name: France}\n")},
	}}}}
	app, err := cli.New(&cli.Options{Name: "manage", Commands: commands.All(func() (*commands.Site, error) { return site, nil })})
	if err != nil {
		panic(err)
	}
	app.Run(ctx, []string{"loaddata", "countries"}, nil, os.Stdout, os.Stderr)
	app.Run(ctx, []string{"dumpdata", "shop.Country", "--format", "jsonl"}, nil, os.Stdout, os.Stderr)
	// Output:
	// Installed 2 object(s) from 1 fixture(s)
	// {"model": "shop.country","pk": 1,"fields": {"name": "Germany"}}
	// {"model": "shop.country","pk": 2,"fields": {"name": "France"}}
}
