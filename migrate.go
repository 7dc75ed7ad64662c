package nuages

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
	migrate "github.com/nuages-web/nuages/migrations/commands"
)

// migrations returns the project as the commands of migrations see it.
func (m *program) migrations() (*migrate.Project, error) {
	if m.err != nil {
		return nil, m.err
	}
	p := m.project
	out := &migrate.Project{
		BeforeMigrate: func(ctx context.Context, e *migrations.MigrateEvent) error { return p.Signals.PreMigrate.Send(ctx, e) },
		AfterMigrate:  func(ctx context.Context, e *migrations.MigrateEvent) error { return p.Signals.PostMigrate.Send(ctx, e) },
	}
	for _, a := range p.apps {
		if len(a.Models) > 0 || len(a.Migrations) > 0 {
			out.Apps = append(out.Apps, migrations.App{Label: a.Name, Models: a.Models, Migrations: a.Migrations})
		}
	}
	return out, nil
}

// history returns the migrations of all apps.
func (p *Project) history() []*migrations.Migration {
	var all []*migrations.Migration
	for _, a := range p.apps {
		all = append(all, a.Migrations...)
	}
	return all
}

// unapplied returns the steps to the end of the history on a database.
func (p *Project) unapplied(ctx context.Context, alias string) (*migrations.Executor, []migrations.Step, error) {
	x, err := migrations.NewExecutor(ctx, p.history(), &migrations.Options{Using: alias})
	if err != nil {
		return nil, nil, err
	}
	return x, x.Plan(x.Leaves("")), nil
}

// unappliedWarning is the ID under which SilencedChecks of the settings keeps the warning
// away.
const unappliedWarning = "migrations.W003"

// warnOfMigrations tells of migrations that are not applied to the default database, as
// runserver does in Django.
func (p *Project) warnOfMigrations(ctx context.Context, call *cli.Call) {
	if p.db == nil || len(p.history()) == 0 || slices.Contains(p.settings.SilencedChecks, unappliedWarning) {
		return
	}
	_, plan, err := p.unapplied(p.withDB(ctx), "")
	if err != nil || len(plan) == 0 {
		return // the first request tells of the error
	}
	var apps []string
	for _, step := range plan {
		apps = append(apps, step.Migration.App)
	}
	slices.Sort(apps)
	call.Warnf("You have %d unapplied migration(s). Your project may not work properly until you apply the migrations for app(s): %s. Run migrate to apply them. (%s)",
		len(plan), strings.Join(slices.Compact(apps), ", "), unappliedWarning)
}

// checkMigrations tells what the migrations that are not applied will do to a program that
// runs on the database.
func (p *Project) checkMigrations(ctx context.Context, alias string) []checks.Message {
	if len(p.history()) == 0 {
		return nil
	}
	x, plan, err := p.unapplied(ctx, alias)
	if err != nil {
		return []checks.Message{checks.Errorf("migrations.E001", "The migrations can't be read: %v.", err).On(alias)}
	}
	if err := x.CheckHistory(); err != nil {
		return []checks.Message{checks.Errorf("migrations.E002", "%v.", err).On(alias)}
	}
	hazards, err := x.Hazards(plan)
	if err != nil {
		return []checks.Message{checks.Errorf("migrations.E001", "The migrations can't be read: %v.", err).On(alias)}
	}
	var found []checks.Message
	for _, step := range plan {
		for _, h := range hazards[step.Migration] {
			code := "migrations.W002" // a lock
			if h.Breaks {
				code = "migrations.W001"
			}
			found = append(found, checks.Warningf(code, "%s", h.Text).WithHint("%s", h.Hint).
				On(fmt.Sprintf("%s, operation %d", step.Migration.ID(), h.Operation+1)))
		}
	}
	return found
}
