package nuages

import (
	"context"

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
