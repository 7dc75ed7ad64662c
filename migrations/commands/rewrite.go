package commands

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// OptimizeMigration writes a migration again, in fewer steps.
func OptimizeMigration(p *Program) *cli.Command {
	var check, noHeader bool
	return &cli.Command{
		Name: "optimizemigration", Group: group, Short: "write a migration again, in fewer steps",
		Long: "Merges the operations of a migration, as squashmigrations does, and writes its file again. Comments inside of operations are " +
			"lost. A database that has applied it need not do so again: what it makes stays the same.",
		Example: "optimizemigration shop 0004\noptimizemigration shop 0004 --check",
		Args:    cli.Args{{Name: "app", Help: "the app"}, {Name: "migration", Help: "the migration's name, or its beginning"}},
		Flags: func(flags *cli.Flags) {
			flags.Bool(&check, "check", "write nothing; exit with 1 where there is something to optimize")
			flags.Bool(&noHeader, "no-header", "no comment above the migration")
		},
		SkipChecks: true,
		Run: func(_ context.Context, call *cli.Call) error {
			project, err := p.Load()
			if err != nil {
				return err
			}
			app, err := project.appWithMigrations(call.Arg("app"))
			if err != nil {
				return err
			}
			graph, err := migrations.NewGraph(project.migrations(), nil)
			if err != nil {
				return err
			}
			m, err := graph.Find(app.Label, call.Arg("migration"))
			if err != nil {
				return cli.Hint(err, "showmigrations "+app.Label+" lists them.")
			}
			return optimize(call, app, m, check, noHeader)
		},
	}
}

func optimize(call *cli.Call, app *migrations.App, m *migrations.Migration, check, noHeader bool) error {
	mod, err := findModule()
	if err != nil {
		return err
	}
	folder, err := mod.folder(app)
	if err != nil {
		return err
	}
	ops, err := withSource(folder, m)
	if err != nil {
		return err
	}
	shorter := migrations.Optimize(app.Label, ops)
	if len(shorter) == len(ops) {
		call.Println("No optimizations possible.")
		return nil
	}
	call.Printf("Optimizing from %d operations to %d operations.\n", len(ops), len(shorter))
	if check {
		return cli.Errorf("%s can be optimized", m.ID())
	}
	c := *m
	var opts *migrations.SourceOptions
	var copies []*copied
	c.Operations, opts, copies = split(shorter)
	if moved := byHand(copies); moved != "" {
		return cli.Hint(fmt.Errorf("%s declares what its operations use, which writing it again would lose:\n%s", shown(file(folder, m)), moved),
			"Move it to another file of the package.")
	}
	opts.Package = packageName(folder)
	if !noHeader {
		opts.Header = fmt.Sprintf("%s of the app %s was optimized by optimizemigration.", migrations.Variable(m.Name), app.Label)
	}
	src, err := migrations.Source(&c, opts)
	if err != nil {
		return err
	}
	if err := replace(file(folder, m), src); err != nil {
		return err
	}
	call.Printf("%s %s\n", call.Success("Optimized migration"), shown(file(folder, m)))
	return nil
}

// updateLast puts changes into the last migration of each app, under a new name.
func (m *maker) updateLast(ctx context.Context, found []*migrations.Migration) error {
	mod, err := findModule()
	if err != nil {
		return err
	}
	for _, change := range found {
		app, err := m.project.appOf(change.App)
		if err != nil {
			return err
		}
		leaves := m.graph.Leaves(change.App)
		if len(leaves) == 0 {
			return cli.Errorf("the app %s has no migration yet that could be updated", change.App)
		}
		if err := m.updatable(ctx, leaves[0]); err != nil {
			return err
		}
		if err := m.updateOne(mod, app, leaves[0], change); err != nil {
			return err
		}
	}
	return nil
}

// updatable refuses migrations that others or databases know.
func (m *maker) updatable(ctx context.Context, last *migrations.Migration) error {
	if len(last.Replaces) > 0 {
		return cli.Errorf("cannot update %s: it is squashed", last.ID())
	}
	if after := slices.DeleteFunc(m.graph.After(last), func(o *migrations.Migration) bool { return o == last }); len(after) > 0 {
		return cli.Errorf("cannot update %s: %s depends on it", last.ID(), after[0].ID())
	}
	x, err := migrations.NewExecutor(ctx, m.project.migrations(), nil)
	if errors.Is(err, orm.ErrNoDatabase) {
		return nil
	} else if err != nil {
		return err
	}
	if x.IsApplied(last) {
		return cli.Hint(fmt.Errorf("cannot update %s: it is applied", last.ID()), "migrate "+last.App+" takes it back.")
	}
	return nil
}

func (m *maker) updateOne(mod *module, app *migrations.App, last, change *migrations.Migration) error {
	folder, err := mod.folder(app)
	if err != nil {
		return err
	}
	ops, err := withSource(folder, last)
	if err != nil {
		return err
	}
	c := *last
	c.Operations = migrations.Optimize(app.Label, slices.Concat(ops, change.Operations))
	for _, id := range change.Dependencies {
		if id != last.ID() && !slices.Contains(c.Dependencies, id) {
			c.Dependencies = append(slices.Clone(c.Dependencies), id)
		}
	}
	var opts *migrations.SourceOptions
	var copies []*copied
	c.Operations, opts, copies = split(c.Operations)
	if moved := byHand(copies); moved != "" {
		return cli.Hint(fmt.Errorf("%s declares what its operations use, which writing it again would lose:\n%s", shown(file(folder, last)), moved),
			"Move it to another file of the package.")
	}
	name := m.name
	if name == "" {
		name = migrations.SuggestName(&c, time.Now())
	}
	if c.Name = fmt.Sprintf("%04d_%s", migrations.Number(last.Name), name); c.Name == last.Name {
		c.Name += "_updated"
	}
	opts.Package, opts.Header = packageName(folder), m.header(&c)
	src, err := migrations.Source(&c, opts)
	if err != nil {
		return err
	}
	m.tell(&c, file(folder, &c), true)
	if m.dryRun || m.check {
		return nil
	}
	if err := writeNew(file(folder, &c), src); err != nil {
		return err
	}
	listFile := filepath.Join(folder, "migrations.go")
	old, err := os.ReadFile(listFile)
	if err != nil {
		return fmt.Errorf("read the list of migrations: %w", err)
	}
	list, err := migrations.ReplaceVariable(old, migrations.Variable(last.Name), migrations.Variable(c.Name))
	if err != nil {
		return fmt.Errorf("%s: %w", shown(listFile), err)
	}
	if err := replace(listFile, list); err != nil {
		return err
	}
	return os.Remove(file(folder, last))
}
