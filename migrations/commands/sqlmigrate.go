package commands

import (
	"context"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
)

// SQLMigrate prints the statements of a migration.
func SQLMigrate(p *Program) *cli.Command {
	var database string
	var backwards bool
	return &cli.Command{
		Name: "sqlmigrate", Group: group, Short: "print the SQL of a migration",
		Long: "Prints the statements by which a migration changes the database, for the kind of database that the alias names. The names " +
			"of constraints come from the database, where it has the tables.",
		Example: "sqlmigrate shop 0002\nsqlmigrate shop 0002 --backwards",
		Args:    cli.Args{{Name: "app", Help: "the app"}, {Name: "migration", Help: "the migration's name, or its beginning"}},
		Flags: func(f *cli.Flags) {
			f.String(&database, "database", "the alias of the database")
			f.Bool(&backwards, "backwards", "the statements that undo it")
		},
		SkipChecks: true,
		Run: func(ctx context.Context, call *cli.Call) error {
			project, err := p.Load()
			if err != nil {
				return err
			}
			app, err := project.appWithMigrations(call.Arg("app"))
			if err != nil {
				return err
			}
			x, err := project.executor(ctx, &migrations.Options{Using: database})
			if err != nil {
				return err
			}
			m, err := x.FindAny(app.Label, call.Arg("migration"))
			if err != nil {
				return cli.Hint(err, "showmigrations "+app.Label+" lists them.")
			}
			lines, err := x.SQL(ctx, m, backwards)
			if err != nil {
				return err
			}
			for _, line := range lines {
				call.Println(line)
			}
			return nil
		},
	}
}
