// Package commands has the commands that move rows between databases and files:
// dumpdata, loaddata, flush, sqlflush and sqlsequencereset.
//
//	list := commands.All(func() (*commands.Site, error) {
//		return &commands.Site{Apps: []commands.App{{Name: "shop", Models: shop.Models, Fixtures: fixtures}}}, nil
//	})
//
// The root package gives them to every program. They work with the databases of their
// context (orm.NewContext).
package commands

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/serializers"
)

// Site is what the commands need to know of a project.
type Site struct {
	Apps []App
	// FixtureDirs are folders with fixtures, beside those of the apps (FIXTURE_DIRS).
	FixtureDirs []string
	// Formats are the forms of fixtures. Default [serializers.DefaultFormats].
	Formats serializers.Formats
}

// App is one app of a project.
type App struct {
	Name   string
	Models []*orm.Meta
	// Fixtures are the app's fixtures, or nil.
	Fixtures fs.FS
}

// group is the heading in the list of commands.
const group = "Database"

// All returns the commands. load is called when one of them runs.
func All(load func() (*Site, error)) []*cli.Command {
	p := &program{load}
	return []*cli.Command{p.dumpdata(), p.loaddata(), p.flush(), p.sqlflush(), p.sqlsequencereset()}
}

type program struct {
	load func() (*Site, error)
}

// open returns the site and the connection to a database.
func (p *program) open(ctx context.Context, alias string) (*Site, orm.Connection, error) {
	site, err := p.load()
	if err != nil {
		return nil, orm.Connection{}, err
	}
	if site.Formats == nil {
		site.Formats = serializers.DefaultFormats()
	}
	db, ok := orm.FromContext(ctx)
	switch {
	case !ok:
		err = cli.Hint(cli.Errorf("the project has no database"), "Name one in Databases of the settings.")
	case !slices.Contains(db.Aliases(), alias):
		err = cli.Hint(cli.Errorf("there is no database %q", alias), "There are: "+strings.Join(db.Aliases(), ", ")+".")
	}
	if err != nil {
		return nil, orm.Connection{}, err
	}
	c, err := orm.ConnectionOf(ctx, alias)
	return site, c, err
}

// app finds an app by its name.
func (s *Site) app(name string) (App, error) {
	var names []string
	for _, a := range s.Apps {
		if a.Name == name {
			return a, nil
		}
		names = append(names, a.Name)
	}
	return App{}, cli.Hint(cli.Errorf("there is no app %q", name), "There are: "+strings.Join(names, ", ")+".")
}

// model finds a model by its label, "shop.Book" or "shop.book".
func (s *Site) model(label string) (*orm.Meta, error) {
	name, model, _ := strings.Cut(label, ".")
	a, err := s.app(name)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range a.Models {
		if strings.EqualFold(m.Name, model) {
			return m, nil
		}
		names = append(names, m.Name)
	}
	return nil, cli.Hint(cli.Errorf("the app %s has no model %q", name, model), "It has: "+strings.Join(names, ", ")+".")
}

// models returns the models of all apps.
func (s *Site) models() []*orm.Meta {
	var models []*orm.Meta
	for _, a := range s.Apps {
		models = append(models, a.Models...)
	}
	return models
}

// excluded reads --exclude: apps and models to leave out.
func (s *Site) excluded(labels []string) (func(m *orm.Meta) bool, error) {
	apps, models := map[string]bool{}, map[*orm.Meta]bool{}
	for _, label := range labels {
		if !strings.Contains(label, ".") {
			if _, err := s.app(label); err != nil {
				return nil, err
			}
			apps[label] = true
			continue
		}
		m, err := s.model(label)
		if err != nil {
			return nil, err
		}
		models[m] = true
	}
	return func(m *orm.Meta) bool { return apps[m.App] || models[m] }, nil
}

// here keeps the models whose tables are in the database.
func here(ctx context.Context, alias string, models []*orm.Meta) []*orm.Meta {
	db, _ := orm.FromContext(ctx) // open has found it
	return slices.DeleteFunc(slices.Clone(models), func(m *orm.Meta) bool { return !db.AllowMigrate(alias, m.App, m, nil) })
}

// statements prints SQL as Django does, in a transaction where the database can roll
// such statements back.
func statements(call *cli.Call, c orm.Connection, list []string, asJSON bool, none string) error {
	if asJSON {
		return call.WriteJSON(append([]string{}, list...))
	}
	if len(list) == 0 {
		if call.Verbosity > 0 {
			fmt.Fprintln(call.Stderr, none)
		}
		return nil
	}
	if c.Dialect().Features.TransactionalDDL {
		list = append(append([]string{"BEGIN;"}, list...), "COMMIT;")
	}
	call.Println(strings.Join(list, "\n"))
	return nil
}
