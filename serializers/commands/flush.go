package commands

import (
	"context"
	"fmt"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm"
)

// flush empties the tables of a database.
func (p *program) flush() *cli.Command {
	database := orm.DefaultAlias
	return &cli.Command{
		Name: "flush", Group: group,
		Short: "delete all rows of the project's models",
		Long: "Deletes all rows of the models and lets keys begin at 1 again. The tables, and the record of applied " +
			"migrations, stay. It asks before, unless --no-input is given.",
		Example: "flush\nflush --database other --no-input",
		Flags: func(f *cli.Flags) {
			f.String(&database, "database", "the alias of the database")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			site, c, err := p.open(ctx, database)
			if err != nil {
				return err
			}
			list := orm.FlushSQL(c.Dialect(), here(ctx, database, site.models())...)
			yes, err := call.Confirm(ctx, fmt.Sprintf("This will IRREVERSIBLY DESTROY all rows of %d tables in the database %q. Are you sure?", tables(site), database))
			if err != nil {
				return err
			}
			if !yes {
				call.Println("Flush cancelled.")
				return nil
			}
			// No savepoint: TRUNCATE ends MySQL's transactions.
			err = orm.DeferConstraints(ctx, database, func(ctx context.Context) error { return execAll(ctx, database, list) })
			if err != nil {
				return cli.Hint(fmt.Errorf("flush the database %q: %w", database, err),
					"Do all tables exist? sqlflush prints the statements.")
			}
			return nil
		},
	}
}

func tables(site *Site) int {
	n := 0
	for _, m := range site.models() {
		if m.Proxy == nil && !m.Unmanaged {
			n++
		}
	}
	return n
}

func execAll(ctx context.Context, database string, list []string) error {
	c, err := orm.ConnectionOf(ctx, database)
	if err != nil {
		return err
	}
	for _, statement := range list {
		if _, err := c.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// sqlflush prints what flush would run.
func (p *program) sqlflush() *cli.Command {
	database, asJSON := orm.DefaultAlias, false
	return &cli.Command{
		Name: "sqlflush", Group: group,
		Short: "print the SQL that flush would run",
		Flags: func(f *cli.Flags) {
			f.String(&database, "database", "the alias of the database")
			f.Bool(&asJSON, "json", "print JSON")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			site, c, err := p.open(ctx, database)
			if err != nil {
				return err
			}
			return statements(call, c, orm.FlushSQL(c.Dialect(), here(ctx, database, site.models())...), asJSON, "No tables found.")
		},
	}
}

// sqlsequencereset prints what lets a database count on behind the highest keys.
func (p *program) sqlsequencereset() *cli.Command {
	database, asJSON := orm.DefaultAlias, false
	return &cli.Command{
		Name: "sqlsequencereset", Group: group,
		Short: "print the SQL that resets the sequences of apps",
		Long: "Prints the statements after which PostgreSQL gives new rows the keys behind the highest there are: of use " +
			"after rows have been inserted with their keys. Other databases need none.",
		Example: "sqlsequencereset shop | dbshell",
		Args:    cli.Args{{Name: "app", Help: "the name of an app", Variadic: true}},
		Flags: func(f *cli.Flags) {
			f.String(&database, "database", "the alias of the database")
			f.Bool(&asJSON, "json", "print JSON")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			site, c, err := p.open(ctx, database)
			if err != nil {
				return err
			}
			var models []*orm.Meta
			for _, name := range call.ArgList("app") {
				a, err := site.app(name)
				if err != nil {
					return err
				}
				models = append(models, a.Models...)
			}
			return statements(call, c, orm.SequenceResetSQL(c.Dialect(), models...), asJSON, "No sequences found.")
		},
	}
}
