package commands_test

import (
	"context"
	"os"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/migrations/commands"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		panic(err)
	}
	defer backend.Close()
	ctx := orm.NewContext(context.Background(), orm.NewDB(backend))
	shop := migrations.App{Label: "shop", Migrations: []*migrations.Migration{
		{App: "shop", Name: "0001_initial", Initial: true, Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Record", Fields: []migrations.Field{{Name: "id", Type: "BigAutoField", PrimaryKey: true}}},
		}},
	}}
	project := &commands.Project{Apps: []migrations.App{shop}}
	app, err := cli.New(&cli.Options{Name: "shop", Commands: commands.All(&commands.Program{
		Load: func() (*commands.Project, error) { return project, nil },
	})})
	if err != nil {
		panic(err)
	}
	for _, line := range []string{"migrate", "showmigrations", "migrate shop zero"} {
		app.Run(ctx, strings.Fields(line), strings.NewReader(""), os.Stdout, os.Stderr)
	}
	// Output:
	// Operations to perform:
	//   Apply all migrations: shop
	// Running migrations:
	//   Applying shop.0001_initial... OK
	// shop
	//  [X] 0001_initial
	// Operations to perform:
	//   Unapply all migrations: shop
	// Running migrations:
	//   Unapplying shop.0001_initial... OK
}
