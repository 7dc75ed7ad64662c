package commands

import (
	"context"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
)

// ShowMigrations lists migrations and which of them are applied.
func ShowMigrations(p *Program) *cli.Command {
	var database string
	var plan, json bool
	return &cli.Command{
		Name: "showmigrations", Group: group, Short: "list the migrations and which of them are applied",
		Long:    "Lists the migrations of all apps or of those named, with [X] for those that are applied to the database.",
		Example: "showmigrations\nshowmigrations shop\nshowmigrations --plan -v 2",
		Args:    cli.Args{{Name: "app", Help: "the app", Optional: true, Variadic: true}},
		Flags: func(f *cli.Flags) {
			f.String(&database, "database", "the alias of the database")
			f.Bool(&plan, "plan", "in the order in which they are applied; with -v 2 what each depends on")
			f.Bool(&json, "json", "print JSON")
		},
		SkipChecks: true,
		Run: func(ctx context.Context, call *cli.Call) error {
			project, err := p.Load()
			if err != nil {
				return err
			}
			x, err := project.executor(ctx, &migrations.Options{Using: database})
			if err != nil {
				return err
			}
			apps := call.ArgList("app")
			for _, app := range apps {
				if _, err := project.appOf(app); err != nil {
					return err
				}
			}
			if len(apps) == 0 {
				for _, app := range project.Apps {
					apps = append(apps, app.Label)
				}
			}
			times, err := appliedAt(ctx, database)
			if err != nil {
				return err
			}
			list := listed(x, apps, plan, times)
			switch {
			case json:
				return call.WriteJSON(list)
			case plan:
				showPlan(call, list)
			default:
				showList(call, apps, list)
			}
			return nil
		},
	}
}

// appliedAt returns when migrations were applied.
func appliedAt(ctx context.Context, database string) (map[string]time.Time, error) {
	records, err := migrations.Applied(ctx, database)
	times := map[string]time.Time{}
	for _, r := range records {
		times[r.App+"."+r.Name] = r.Applied
	}
	return times, err
}

// listedMigration is a line of showmigrations.
type listedMigration struct {
	App          string     `json:"app"`
	Name         string     `json:"name"`
	Applied      bool       `json:"applied"`
	AppliedAt    *time.Time `json:"applied_at"`
	Squashed     int        `json:"squashed,omitempty"` // how many it replaces
	Dependencies []string   `json:"dependencies"`
}

// listed returns the migrations of apps: app by app, or in the order of the plan, with
// what they need of other apps.
func listed(x *migrations.Executor, apps []string, plan bool, times map[string]time.Time) []listedMigration {
	wanted := map[string]bool{}
	for _, app := range apps {
		wanted[app] = true
	}
	list := []listedMigration{}
	add := func(m *migrations.Migration) {
		l := listedMigration{App: m.App, Name: m.Name, Applied: x.IsApplied(m), Squashed: len(m.Replaces), Dependencies: append([]string{}, m.Dependencies...)}
		if at, ok := times[m.ID()]; ok {
			l.AppliedAt = &at
		}
		list = append(list, l)
	}
	if plan {
		for _, m := range x.Graph().All() {
			if wanted[m.App] {
				add(m)
			}
		}
		return list
	}
	for _, app := range apps {
		for _, m := range x.Graph().All() {
			if m.App == app {
				add(m)
			}
		}
	}
	return list
}

func showList(call *cli.Call, apps []string, list []listedMigration) {
	for _, app := range apps {
		call.Println(call.Heading(app))
		none := true
		for _, m := range list {
			if m.App != app {
				continue
			}
			none = false
			title := m.Name
			if m.Squashed > 0 {
				title += fmt.Sprintf(" (%d squashed migrations)", m.Squashed)
			}
			switch {
			case m.Applied && m.AppliedAt == nil:
				call.Printf(" [-] %s: run migrate to note it\n", title)
			case m.Applied && call.Verbosity > 1:
				call.Printf(" [X] %s (applied at %s)\n", title, m.AppliedAt.Local().Format(time.DateTime))
			case m.Applied:
				call.Printf(" [X] %s\n", title)
			default:
				call.Printf(" [ ] %s\n", title)
			}
		}
		if none {
			call.Println(call.Notice(" (no migrations)"))
		}
	}
}

func showPlan(call *cli.Call, list []listedMigration) {
	for _, m := range list {
		mark := "[ ]"
		if m.Applied {
			mark = "[X]"
		}
		deps := ""
		if call.Verbosity > 1 && len(m.Dependencies) > 0 {
			deps = fmt.Sprintf(" ... %v", m.Dependencies)
		}
		call.Printf("%s  %s.%s%s\n", mark, m.App, m.Name, deps)
	}
	if len(list) == 0 {
		call.Println(call.Notice("(no migrations)"))
	}
}
