package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
)

// squashFlags are the flags of squashmigrations.
type squashFlags struct {
	noOptimize, noHeader bool
	name                 string
}

// SquashMigrations writes one migration in the place of several.
func SquashMigrations(p *Program) *cli.Command {
	var f squashFlags
	return &cli.Command{
		Name: "squashmigrations", Group: group, Short: "write one migration in the place of several",
		Long: "Writes a migration that does what those of an app up to one do, from the first or from another one, in fewer steps, and replaces " +
			"them: a database that has them all takes it as applied, a new one applies it alone. When all databases have it, delete the others and " +
			"its Replaces.\n\nOperations marked Elide are left out. Those with functions are copied from their files.",
		Example: "squashmigrations shop 0004\nsquashmigrations shop 0002 0004 --squashed-name orders",
		Args: cli.Args{{Name: "app", Help: "the app"}, {Name: "migration", Help: "the last migration, or the first one where a last one follows"},
			{Name: "last", Help: "the last migration", Optional: true}},
		Flags: func(flags *cli.Flags) {
			flags.Bool(&f.noOptimize, "no-optimize", "leave the operations as they are")
			flags.String(&f.name, "squashed-name", "the end of the name, after the number")
			flags.Bool(&f.noHeader, "no-header", "no comment above the migration")
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

func (f *squashFlags) run(ctx context.Context, call *cli.Call, project *Project) error {
	app, err := project.appWithMigrations(call.Arg("app"))
	if err != nil {
		return err
	}
	if !goodName(f.name) {
		return cli.Errorf("--squashed-name %s: a name is letters, digits and underscores", f.name)
	}
	graph, err := migrations.NewGraph(project.migrations(), nil)
	if err != nil {
		return err
	}
	list, err := f.list(call, graph, app.Label)
	if err != nil {
		return err
	}
	call.Println(call.Heading("Will squash the following migrations:"))
	for _, m := range list {
		call.Println(" - " + m.Name)
	}
	if !call.NoInput {
		yes, err := call.Confirm(ctx, "Squash them?")
		if err != nil {
			return cli.Hint(err, "--no-input says yes.")
		}
		if !yes {
			return nil
		}
	}
	return f.write(call, app, list)
}

// list returns the migrations that are to be squashed, in order.
func (f *squashFlags) list(call *cli.Call, graph *migrations.Graph, app string) ([]*migrations.Migration, error) {
	find := func(name string) (*migrations.Migration, error) {
		m, err := graph.Find(app, name)
		return m, cli.Hint(err, "showmigrations "+app+" lists them.")
	}
	first, last := call.Arg("migration"), call.Arg("last")
	if last == "" {
		first, last = "", first
	}
	end, err := find(last)
	if err != nil {
		return nil, err
	}
	list := graph.Before(end)
	if !slices.Contains(list, end) {
		list = append(list, end)
	}
	list = slices.DeleteFunc(list, func(m *migrations.Migration) bool { return m.App != app })
	if first != "" {
		start, err := find(first)
		if err != nil {
			return nil, err
		}
		at := slices.Index(list, start)
		if at < 0 {
			return nil, cli.Errorf("the migration %s does not come before %s", start.Name, end.Name)
		}
		list = list[at:]
	}
	if len(list) < 2 {
		return nil, cli.Errorf("there is only the migration %s, and nothing to squash", end.Name)
	}
	return list, nil
}

func (f *squashFlags) write(call *cli.Call, app *migrations.App, list []*migrations.Migration) error {
	mod, err := findModule()
	if err != nil {
		return err
	}
	folder, err := mod.folder(app)
	if err != nil {
		return err
	}
	if err := upToDate(app, folder); err != nil {
		return err
	}
	squashed, err := f.squash(folder, list)
	if err != nil {
		return err
	}
	before := len(squashed.Operations)
	if !f.noOptimize {
		call.Println(call.Heading("Optimizing..."))
		squashed.Operations = migrations.Optimize(app.Label, squashed.Operations)
		if after := len(squashed.Operations); after < before {
			call.Printf("  Optimized from %d operations to %d operations.\n", before, after)
		} else {
			call.Println("  No optimizations possible.")
		}
	}
	var opts *migrations.SourceOptions
	var copies []*copied
	squashed.Operations, opts, copies = split(squashed.Operations)
	opts.Package = packageName(folder)
	if !f.noHeader {
		opts.Header = fmt.Sprintf("%s of the app %s was squashed from %s to %s.", migrations.Variable(squashed.Name), app.Label, list[0].Name, list[len(list)-1].Name)
	}
	src, err := migrations.Source(squashed, opts)
	if err != nil {
		return err
	}
	if err := writeNew(file(folder, squashed), src); err != nil {
		return err
	}
	if err := enlist(app.Label, folder, squashed); err != nil {
		return err
	}
	call.Printf("%s %s\n", call.Success("Created new squashed migration"), shown(file(folder, squashed)))
	call.Println("  You should commit this migration but leave the old ones in place;\n  the new migration will be used for new installs. Once you are sure\n" +
		"  all instances of the codebase have applied the migrations you squashed,\n  you can delete them.")
	if moved := byHand(copies); moved != "" {
		call.Println(call.Warning("Manual porting required"))
		call.Printf("  The squashed migration uses what the old files declare. Move it before you delete them:\n%s", moved)
	}
	return nil
}

// squash puts migrations into one.
func (f *squashFlags) squash(folder string, list []*migrations.Migration) (*migrations.Migration, error) {
	first, last := list[0], list[len(list)-1]
	s := &migrations.Migration{App: first.App, Initial: first.Initial}
	inside := map[string]bool{}
	for _, m := range list {
		inside[m.ID()] = true
		s.Replaces = append(s.Replaces, m.ID())
	}
	for _, m := range list {
		for _, id := range m.Dependencies {
			if !inside[id] && !slices.Contains(s.Dependencies, id) {
				s.Dependencies = append(s.Dependencies, id)
			}
		}
		for _, id := range m.RunBefore {
			if !slices.Contains(s.RunBefore, id) {
				s.RunBefore = append(s.RunBefore, id)
			}
		}
		ops, err := withSource(folder, m)
		if err != nil {
			return nil, err
		}
		for i, op := range m.Operations {
			if e, ok := op.(migrations.Elidable); ok && e.Elidable() {
				continue
			}
			s.NonAtomic = s.NonAtomic || m.NonAtomic
			s.Operations = append(s.Operations, ops[i])
		}
	}
	number, _, _ := strings.Cut(first.Name, "_")
	switch {
	case f.name != "":
		s.Name = number + "_" + f.name
	case first.Initial:
		s.Name = number + "_squashed_" + last.Name
	default:
		s.Name = first.Name + "_squashed_" + last.Name
	}
	return s, nil
}
