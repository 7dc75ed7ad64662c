package commands

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
)

// makeFlags are the flags of makemigrations.
type makeFlags struct {
	check, dryRun, merge, empty, update, noHeader, scriptable, json bool
	name                                                            string
	renames, fills                                                  []string
}

// MakeMigrations writes migrations for what changed in the models.
func MakeMigrations(p *Program) *cli.Command {
	var f makeFlags
	return &cli.Command{
		Name: "makemigrations", Group: group, Short: "write migrations for what changed in the models",
		Long: "Compares the models with what the migrations make, and writes migrations for the difference: of all apps, or of those named " +
			"and what they depend on.\n\nA field or model that is gone while an equal one is new may have been renamed: it asks. A new field that " +
			"cannot be null needs a value for existing rows: it asks. Flags give the answers where nobody can.",
		Example: "makemigrations\nmakemigrations shop --name remarks --rename shop.Record.notes:remarks\n" +
			"makemigrations --fill shop.Record.stock=0\nmakemigrations --check --dry-run",
		Args: cli.Args{{Name: "app", Help: "the app", Optional: true, Variadic: true}},
		Flags: func(flags *cli.Flags) {
			flags.Bool(&f.check, "check", "write nothing; exit with 1 where migrations are missing")
			flags.Bool(&f.dryRun, "dry-run", "show what would be written; with -v 3 the files")
			flags.Bool(&f.merge, "merge", "put branches together, where several migrations come last")
			flags.Bool(&f.empty, "empty", "write migrations without operations, for data migrations")
			flags.Bool(&f.update, "update", "put the changes into the last migration, which is not applied yet")
			flags.String(&f.name, "name", "the end of the names, after the number")
			flags.Strings(&f.renames, "rename", "what was renamed: shop.Record:Disc, shop.Record.notes:remarks")
			flags.Strings(&f.fills, "fill", "the value of existing rows in a field: shop.Record.stock=0")
			flags.Bool(&f.noHeader, "no-header", "no comment above the migrations")
			flags.Bool(&f.scriptable, "scriptable", "print the paths of the files only, and the rest to standard error")
			flags.Bool(&f.json, "json", "print JSON")
		},
		SkipChecks: true,
		Run: func(ctx context.Context, call *cli.Call) error {
			project, err := p.Load()
			if err != nil {
				return err
			}
			return f.run(ctx, call, project)
		},
	}
}

var goodName = func(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

func (f *makeFlags) run(ctx context.Context, call *cli.Call, project *Project) error {
	apps := call.ArgList("app")
	for _, app := range apps {
		if _, err := project.appOf(app); err != nil {
			return err
		}
	}
	if !goodName(f.name) {
		return cli.Errorf("--name %s: a name is letters, digits and underscores", f.name)
	}
	graph, err := migrations.NewGraph(project.migrations(), nil)
	if err != nil {
		return err
	}
	m := &maker{makeFlags: f, call: call, project: project, graph: graph}
	if call.Command != nil && (f.scriptable || f.json) {
		m.notes = call.Stderr
	} else {
		m.notes = call.Stdout
	}
	conflicts := graph.Conflicts()
	switch {
	case f.merge && len(conflicts) == 0:
		m.notef("No conflicts detected to merge.\n")
		return nil
	case f.merge:
		return m.mergeAll(ctx, conflicts)
	case len(conflicts) > 0:
		return conflictError(conflicts)
	case f.empty && len(apps) == 0:
		return cli.Errorf("--empty needs the app that the migration is for")
	}
	found, err := m.changes(ctx, apps)
	if err != nil {
		return err
	}
	return m.finish(ctx, apps, found)
}

// finish writes what was found, or tells of it.
func (m *maker) finish(ctx context.Context, apps []string, found []*migrations.Migration) error {
	if len(found) == 0 {
		switch {
		case m.json:
			return m.call.WriteJSON([]madeMigration{})
		case len(apps) == 1:
			m.notef("No changes detected in app '%s'\n", apps[0])
		case len(apps) > 1:
			m.notef("No changes detected in apps '%s'\n", strings.Join(apps, "', '"))
		default:
			m.notef("No changes detected\n")
		}
		return nil
	}
	if m.update {
		return m.updateLast(ctx, found)
	}
	if err := m.write(found); err != nil {
		return err
	}
	if m.check {
		return cli.Errorf("the models have changes that no migration makes: %d would be written", len(found))
	}
	return nil
}

// changes finds what changed, or makes empty migrations.
func (m *maker) changes(ctx context.Context, apps []string) ([]*migrations.Migration, error) {
	if m.empty {
		return m.empties(apps), nil
	}
	mod, err := findModule()
	if err != nil && !m.check && !m.dryRun {
		return nil, err
	}
	from, to, err := m.states(mod, apps)
	if err != nil {
		return nil, err
	}
	a, err := newAnswers(m.call, to, m.renames, m.fills)
	if err != nil {
		return nil, err
	}
	found, err := migrations.Autodetect(ctx, from, to, &migrations.AutodetectOptions{Questioner: a, Graph: m.graph, Apps: apps, Name: m.name, Now: time.Now()})
	if err != nil {
		return nil, err
	}
	return found, a.unused()
}

// states returns the models of the migrations and of the program. Those of apps from
// elsewhere that have no migrations are what they are.
func (m *maker) states(mod *module, apps []string) (from, to *migrations.State, err error) {
	begun, err := m.graph.State()
	if err != nil {
		return nil, nil, err
	}
	var all, foreign []*orm.Meta
	for i := range m.project.Apps {
		app := &m.project.Apps[i]
		all = append(all, app.Models...)
		if mod == nil || len(app.Models) == 0 {
			continue
		}
		folder, err := mod.folder(app)
		switch {
		case err == nil:
			if err := upToDate(app, folder); err != nil {
				return nil, nil, err
			}
		case errors.Is(err, errOtherModule) && len(app.Migrations) == 0 && !slices.Contains(apps, app.Label):
			foreign = append(foreign, app.Models...)
		}
	}
	if to, err = migrations.StateOf(all); err != nil {
		return nil, nil, err
	}
	given, err := migrations.StateOf(foreign)
	if err != nil {
		return nil, nil, err
	}
	return migrations.NewState(slices.Concat(begun.All(), given.All())...), to, nil
}

// empties makes a migration without operations for each app.
func (m *maker) empties(apps []string) []*migrations.Migration {
	var out []*migrations.Migration
	for _, app := range apps {
		e := &migrations.Migration{App: app}
		number := 1
		if leaves := m.graph.Leaves(app); len(leaves) > 0 {
			e.Dependencies = []string{leaves[0].ID()}
			number = migrations.Number(leaves[0].Name) + 1
		}
		name := m.name
		if name == "" {
			name = migrations.SuggestName(e, time.Now())
		}
		e.Name = fmt.Sprintf("%04d_%s", number, name)
		out = append(out, e)
	}
	return out
}

// header is the comment above a migration.
func (m *maker) header(mig *migrations.Migration) string {
	if m.noHeader {
		return ""
	}
	return fmt.Sprintf("%s of the app %s was written by makemigrations. It is yours to change until it is applied elsewhere.", migrations.Variable(mig.Name), mig.App)
}

// file is where a migration is written.
func file(folder string, m *migrations.Migration) string { return filepath.Join(folder, m.Name+".go") }
