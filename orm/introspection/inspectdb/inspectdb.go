// Package inspectdb writes models for a database that exists (Django's inspectdb):
// structs with their relations, nulls, defaults, indexes and constraints, for
// nuages generate.
//
//	inspection, err := inspectdb.Inspect(ctx, &inspectdb.Options{App: "shop"})
//	if err != nil {
//		return err
//	}
//	source, err := inspection.Models(&inspectdb.Options{App: "shop"})
//
// What a database says is not all that a program knows: names may be better, and types
// of SQLite are looser than those of Go. The source is a beginning, to be read and edited.
package inspectdb

import (
	"context"
	"fmt"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// Options say what is inspected, and what becomes of it. The zero value, like nil, is
// all defaults.
type Options struct {
	// Database is the alias of the database. Default "default".
	Database string
	// Tables are the tables and views that models are written for. Default: all tables.
	Tables []string
	// Views and Partitions are inspected too, where no tables are named
	// (include_views, include_partitions). Default: they are not.
	Views, Partitions bool
	// App is the label of the app, which is taken off the names of its tables: with "shop",
	// shop_product is Product. Default: the name of the package, and nothing is taken off.
	App string
	// Package is the name of the package. Default App, and without that "models".
	Package string
	// Managed lets migrations change the tables. Default: they are left alone
	// (managed = False).
	Managed bool
}

// Inspection is what was read of a database.
type Inspection struct {
	// Vendor is the kind of database: [orm.Dialect.Name].
	Vendor string
	// Tables are in the order of their names, or as [Options] names them.
	Tables []*introspection.Description
	// Failed are those that could not be read, as a view whose table is gone.
	Failed []Failure
}

// Failure is a table or view that could not be read.
type Failure struct{ Table, Reason string }

// Inspect reads the tables of the database of the context. A table that is named and
// not there is an [introspection.ErrTableNotFound]; of all tables, those that cannot be
// read are passed over and told in Failed.
func Inspect(ctx context.Context, opts *Options) (*Inspection, error) {
	if opts == nil {
		opts = &Options{}
	}
	c, err := orm.ConnectionOf(ctx, opts.Database)
	if err != nil {
		return nil, err
	}
	names := opts.Tables
	if len(names) == 0 {
		if names, err = allTables(ctx, opts); err != nil {
			return nil, err
		}
	}
	i := &Inspection{Vendor: c.Dialect().Name}
	seen := map[string]bool{}
	for _, name := range names {
		table, err := introspection.Table(ctx, opts.Database, name)
		if err != nil && (len(opts.Tables) > 0 || ctx.Err() != nil) {
			return nil, fmt.Errorf("inspectdb: %w", err)
		}
		if err != nil {
			i.Failed = append(i.Failed, Failure{name, err.Error()})
			continue
		}
		if !seen[table.Name] {
			i.Tables = append(i.Tables, table)
		}
		seen[table.Name] = true
	}
	return i, nil
}

func allTables(ctx context.Context, opts *Options) ([]string, error) {
	infos, err := introspection.Tables(ctx, opts.Database)
	if err != nil {
		return nil, fmt.Errorf("inspectdb: %w", err)
	}
	var names []string
	for _, info := range infos {
		switch info.Kind {
		case introspection.View:
			if !opts.Views {
				continue
			}
		case introspection.Partition:
			if !opts.Partitions {
				continue
			}
		}
		names = append(names, info.Name)
	}
	return names, nil
}
