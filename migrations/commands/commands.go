// Package commands holds the commands of migrations: migrate, showmigrations,
// sqlmigrate, makemigrations, squashmigrations, optimizemigration. A project's program
// has them by nuages.Main; others list them by hand:
//
//	app, err := cli.New(&cli.Options{Name: "shop", Commands: commands.All(&commands.Program{Load: load})})
package commands

import (
	"context"
	"errors"
	"fmt"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// group is the heading of the commands in the program's help.
const group = "Database"

// A Program is what the commands belong to.
type Program struct {
	// Load returns the project, or the error that keeps it from being put together.
	Load func() (*Project, error)
}

// A Project is what the commands work on.
type Project struct {
	// Apps are those installed, with models, migrations or both.
	Apps []migrations.App
	// BeforeMigrate and AfterMigrate are called around a migrate, also one that has
	// nothing to do; nil for nothing.
	BeforeMigrate, AfterMigrate func(ctx context.Context, e *migrations.MigrateEvent) error
}

// All returns the commands.
func All(p *Program) []*cli.Command {
	return []*cli.Command{Migrate(p), MakeMigrations(p), ShowMigrations(p), SQLMigrate(p), SquashMigrations(p), OptimizeMigration(p)}
}

// migrations returns the migrations of all apps.
func (p *Project) migrations() []*migrations.Migration {
	var all []*migrations.Migration
	for _, app := range p.Apps {
		all = append(all, app.Migrations...)
	}
	return all
}

// executor returns an executor for a database.
func (p *Project) executor(ctx context.Context, opts *migrations.Options) (*migrations.Executor, error) {
	x, err := migrations.NewExecutor(ctx, p.migrations(), opts)
	if errors.Is(err, orm.ErrNoDatabase) {
		return nil, cli.Hint(err, "Databases of the settings names them.")
	}
	return x, err
}

// appOf returns the app of a label.
func (p *Project) appOf(label string) (*migrations.App, error) {
	for i := range p.Apps {
		if p.Apps[i].Label == label {
			return &p.Apps[i], nil
		}
	}
	var labels []string
	for _, a := range p.Apps {
		labels = append(labels, a.Label)
	}
	return nil, cli.Hint(fmt.Errorf("there is no app %q", label), fmt.Sprintf("The apps with models or migrations are %v.", labels))
}

// appWithMigrations is appOf for what needs migrations.
func (p *Project) appWithMigrations(label string) (*migrations.App, error) {
	app, err := p.appOf(label)
	if err != nil {
		return nil, err
	}
	if len(app.Migrations) == 0 {
		return nil, cli.Hint(fmt.Errorf("the app %s has no migrations", label),
			"makemigrations "+label+" writes them; the field Migrations of the app lists them.")
	}
	return app, nil
}
