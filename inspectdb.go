package nuages

import (
	"context"
	"fmt"
	"os"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm/introspection/inspectdb"
)

// inspectdb writes models for a database that exists.
func (m *program) inspectdb() *cli.Command {
	opts := inspectdb.Options{Database: "default"}
	var output string
	var asJSON bool
	return &cli.Command{
		Name: "inspectdb", Group: "Database",
		Short: "write models for the tables of a database",
		Long: "Reads the tables of a database and writes a Go file with models for them, to be read and edited before " +
			"nuages generate. The tables are left alone by migrations unless --managed is given.",
		Example:    "inspectdb --app shop --output shop/models.go\ninspectdb auth_user auth_group\ninspectdb --json shop_product",
		Args:       cli.Args{{Name: "table", Help: "a table or view; all tables without any", Optional: true, Variadic: true}},
		SkipChecks: true,
		Flags: func(f *cli.Flags) {
			f.String(&opts.Database, "database", "the alias of the database")
			f.Bool(&opts.Views, "include-views", "write models for views, too")
			f.Bool(&opts.Partitions, "include-partitions", "write models for partitions of tables, too")
			f.String(&opts.App, "app", "the label of the app, which is taken off the names of its tables")
			f.String(&opts.Package, "package", "the name of the Go package (default the app, or models)")
			f.Bool(&opts.Managed, "managed", "let migrations change the tables")
			f.String(&output, "output", "write to this file instead of the standard output; it must not be there yet")
			f.Bool(&asJSON, "json", "print what was found as JSON, without models")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			if m.err != nil {
				return m.err
			}
			opts.Tables = call.ArgList("table")
			found, err := inspectdb.Inspect(ctx, &opts)
			if err != nil {
				return err
			}
			if asJSON {
				return call.WriteJSON(found)
			}
			source, err := found.Models(&opts)
			if err != nil {
				return err
			}
			if output == "" {
				call.Printf("%s", source)
				return nil
			}
			if err := writeNew(output, source); err != nil {
				return cli.Hint(fmt.Errorf("write models: %w", err), "Name a file that is not there, in a folder that is.")
			}
			call.Printf("wrote %s; read it, and run: go tool nuages generate\n", output)
			return nil
		},
	}
}

// writeNew writes a file that must not be there, so that no edited models are lost.
func writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
