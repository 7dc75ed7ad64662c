package commands

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
)

// migrateFlags are the flags of migrate.
type migrateFlags struct {
	database                                    string
	fake, fakeInitial, plan, check, prune, json bool
}

// Migrate applies migrations, or takes them back.
func Migrate(p *Program) *cli.Command {
	var f migrateFlags
	return &cli.Command{
		Name: "migrate", Group: group, Short: "bring the tables of the database to what the models are",
		Long: "Applies the migrations that the database has not had: of all apps, of one, or of one up to a migration, " +
			"whose name may be shortened to what makes it unique. A migration that is applied already takes back those " +
			"after it; \"zero\" takes back all of the app.\n\n" +
			"Each migration is a transaction, where the database can, so that one that fails leaves nothing behind. Two processes that " +
			"migrate one database wait for each other.",
		Example: "migrate\nmigrate shop 0003\nmigrate shop zero\nmigrate --plan",
		Args: cli.Args{
			{Name: "app", Help: "the app", Optional: true},
			{Name: "migration", Help: "where to stop: a name, its beginning, or zero", Optional: true},
		},
		SkipChecks: true,
		Flags: func(flags *cli.Flags) {
			flags.String(&f.database, "database", "the alias of the database")
			flags.Bool(&f.plan, "plan", "show what would be done, and do nothing")
			flags.Bool(&f.check, "check", "do nothing; exit with 1 where there is something to apply")
			flags.Bool(&f.fake, "fake", "note the migrations without applying them")
			flags.Bool(&f.fakeInitial, "fake-initial", "note initial migrations without applying them, where their tables exist")
			flags.Bool(&f.prune, "prune", "forget the app's migrations that do not exist any more")
			flags.Bool(&f.json, "json", "print the plan as JSON (with --plan)")
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			project, err := p.Load()
			if err != nil {
				return err
			}
			return f.run(ctx, call, project)
		},
	}
}

func (f *migrateFlags) run(ctx context.Context, call *cli.Call, project *Project) error {
	x, err := project.executor(ctx, f.options(call))
	if err != nil {
		return err
	}
	app, name := call.Arg("app"), call.Arg("migration")
	if f.plan || f.check {
		plan, err := f.planned(x, project, app, name)
		if err != nil {
			return err
		}
		hazards, err := x.Hazards(plan)
		if err != nil {
			return err
		}
		return f.show(call, plan, hazards)
	}
	waiting := func() { call.Println(call.Warning("Another process migrates the database: waiting for it.")) }
	return migrations.Lock(ctx, f.database, waiting, func() error {
		if x, err = project.executor(ctx, f.options(call)); err != nil { // as the other process left it
			return err
		}
		if f.prune {
			return f.pruneApp(ctx, call, project, x, app)
		}
		plan, err := f.planned(x, project, app, name)
		if err != nil {
			return err
		}
		call.Println(call.Heading("Operations to perform:"))
		call.Println("  " + target(x, app, name))
		return f.apply(ctx, call, project, x, plan)
	})
}

// planned returns the steps that the arguments name.
func (f *migrateFlags) planned(x *migrations.Executor, project *Project, app, name string) ([]migrations.Step, error) {
	if err := x.CheckHistory(); err != nil {
		return nil, err
	}
	if conflicts := x.Graph().Conflicts(); len(conflicts) > 0 {
		return nil, conflictError(conflicts)
	}
	if app == "" {
		return x.Plan(x.Leaves("")), nil
	}
	if _, err := project.appWithMigrations(app); err != nil {
		return nil, err
	}
	switch name {
	case "":
		return x.Plan(x.Leaves(app)), nil
	case "zero":
		return x.Plan([]migrations.Target{{App: app}}), nil
	}
	m, err := x.Graph().Find(app, name)
	if err != nil {
		return nil, cli.Hint(err, "showmigrations "+app+" lists them.")
	}
	return x.Plan([]migrations.Target{{App: app, Migration: m}}), nil
}

// target says what the arguments ask for.
func target(x *migrations.Executor, app, name string) string {
	switch {
	case app == "":
		return "Apply all migrations: " + strings.Join(x.Graph().Apps(), ", ")
	case name == "":
		return "Apply all migrations: " + app
	case name == "zero":
		return "Unapply all migrations: " + app
	}
	if m, err := x.Graph().Find(app, name); err == nil {
		name = m.Name
	}
	return "Target specific migration: " + name + ", from " + app
}

// conflictError names the branches that must be merged.
func conflictError(conflicts map[string][]*migrations.Migration) error {
	var parts []string
	for app, leaves := range conflicts {
		var names []string
		for _, m := range leaves {
			names = append(names, m.Name)
		}
		parts = append(parts, fmt.Sprintf("%s in %s", strings.Join(names, ", "), app))
	}
	slices.Sort(parts)
	return cli.Hint(fmt.Errorf("several migrations come last: %s", strings.Join(parts, "; ")), "makemigrations --merge puts them together.")
}

// options are those of the executor, which tells of its work on the terminal.
func (f *migrateFlags) options(call *cli.Call) *migrations.Options {
	r := &reporter{call: call}
	return &migrations.Options{Using: f.database, Fake: f.fake, FakeInitial: f.fakeInitial, Progress: r.event, Rows: r.rows}
}

// reporter tells of migrations on the terminal.
type reporter struct {
	call *cli.Call
	bar  *cli.Progress
	done int64
}

func (r *reporter) event(e migrations.Event) {
	switch e.Kind {
	case migrations.ApplyStart, migrations.UnapplyStart:
		verb := "Applying"
		if e.Kind == migrations.UnapplyStart {
			verb = "Unapplying"
		}
		if e.Resumed {
			verb += " the rest of"
		}
		r.call.Printf("  %s %s...", verb, e.Migration.ID())
	case migrations.ApplyDone, migrations.UnapplyDone:
		text := " OK"
		if e.Faked {
			text = " FAKED"
		}
		r.call.Println(r.call.Success(text))
	}
}

// rows draws a bar for an operation that is long.
func (r *reporter) rows(what string, done, total int64) {
	if r.bar == nil && done >= 0 {
		r.bar, r.done = r.call.Progress(what, total), 0
	}
	if r.bar == nil {
		return
	}
	if done < 0 {
		r.bar.Done()
		r.bar = nil
		return
	}
	r.bar.Add(done - r.done)
	r.done = done
}

// show prints a plan.
func (f *migrateFlags) show(call *cli.Call, plan []migrations.Step, hazards map[*migrations.Migration][]migrations.Hazard) error {
	if f.json {
		if err := call.WriteJSON(planJSON(plan, hazards)); err != nil {
			return err
		}
	} else {
		printPlan(call, plan, hazards)
	}
	if f.check && len(plan) > 0 {
		return &cli.Error{Code: 1, Err: fmt.Errorf("%d migrations are not applied", len(plan))}
	}
	return nil
}

func printPlan(call *cli.Call, plan []migrations.Step, hazards map[*migrations.Migration][]migrations.Hazard) {
	call.Println(call.Heading("Planned operations:"))
	if len(plan) == 0 {
		call.Println("  No planned migration operations.")
	}
	for _, step := range plan {
		call.Println(call.Heading(step.Migration.ID()))
		for i, op := range step.Migration.Operations {
			text := op.Describe()
			if step.Backwards {
				text = "Undo " + text
			}
			call.Println("    " + text)
			for _, h := range hazards[step.Migration] {
				if h.Operation == i {
					call.Println(call.Warning("      ! " + h.Text))
					if h.Hint != "" {
						call.Println("        " + h.Hint)
					}
				}
			}
		}
	}
}

// stepJSON is a step of --plan --json.
type stepJSON struct {
	App        string       `json:"app"`
	Name       string       `json:"name"`
	Backwards  bool         `json:"backwards"`
	Operations []string     `json:"operations"`
	Hazards    []hazardJSON `json:"hazards"`
}

// hazardJSON is what an operation does to the running version.
type hazardJSON struct {
	Operation int    `json:"operation"` // counts from 0
	Breaks    bool   `json:"breaks"`
	Text      string `json:"text"`
	Hint      string `json:"hint,omitempty"`
}

func planJSON(plan []migrations.Step, hazards map[*migrations.Migration][]migrations.Hazard) []stepJSON {
	out := []stepJSON{}
	for _, step := range plan {
		s := stepJSON{step.Migration.App, step.Migration.Name, step.Backwards, []string{}, []hazardJSON{}}
		for _, h := range hazards[step.Migration] {
			s.Hazards = append(s.Hazards, hazardJSON(h))
		}
		for _, op := range step.Migration.Operations {
			s.Operations = append(s.Operations, op.Describe())
		}
		out = append(out, s)
	}
	return out
}

func (f *migrateFlags) apply(ctx context.Context, call *cli.Call, project *Project, x *migrations.Executor, plan []migrations.Step) error {
	event := &migrations.MigrateEvent{Using: f.database, Plan: plan, Executor: x}
	if project.BeforeMigrate != nil {
		if err := project.BeforeMigrate(ctx, event); err != nil {
			return err
		}
	}
	call.Println(call.Heading("Running migrations:"))
	if len(plan) == 0 {
		call.Println("  No migrations to apply.")
	}
	if err := x.Migrate(ctx, event.Plan); err != nil {
		call.Println(call.Error(" FAILED"))
		return err
	}
	if project.AfterMigrate != nil {
		return project.AfterMigrate(ctx, event)
	}
	return nil
}

// pruneApp forgets what was applied and does not exist any more.
func (f *migrateFlags) pruneApp(ctx context.Context, call *cli.Call, project *Project, x *migrations.Executor, app string) error {
	if app == "" {
		return cli.Hint(fmt.Errorf("--prune needs an app"), "migrate --prune shop")
	}
	a, err := project.appWithMigrations(app)
	if err != nil {
		return err
	}
	gone, err := x.Prune(ctx, a.Label)
	if err != nil {
		return err
	}
	call.Println(call.Heading("Pruning migrations:"))
	if len(gone) == 0 {
		call.Println("  No migrations to prune.")
	}
	for _, id := range gone {
		call.Printf("  Pruning %s %s\n", id, call.Success("OK"))
	}
	return nil
}
