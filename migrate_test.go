package nuages_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/migrations"
)

// TestMigrate runs the commands of migrations in a project.
func TestMigrate(t *testing.T) {
	t.Parallel()
	history := []*migrations.Migration{
		{App: "visits", Name: "0001_initial", Initial: true, Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Visit", Fields: []migrations.Field{
				{Name: "id", Type: "BigAutoField", PrimaryKey: true}, {Name: "page", Type: "CharField", MaxLength: 90},
			}},
		}},
		{App: "visits", Name: "0002_remove_page", Dependencies: []string{"visits.0001_initial"}, Operations: []migrations.Operation{
			migrations.RemoveField{Model: "Visit", Name: "page"},
		}},
	}
	var sent []string
	databases := sqliteAt(t, nuages.Database{})
	app := nuages.App{Name: "visits", Migrations: history, Ready: func(p *nuages.Project) error {
		p.Signals.PreMigrate.Connect(func(_ context.Context, e *migrations.MigrateEvent) error {
			sent = append(sent, "before "+e.Plan[0].Migration.Name)
			return nil
		}, nil)
		p.Signals.PostMigrate.Connect(func(context.Context, *migrations.MigrateEvent) error {
			sent = append(sent, "after")
			return nil
		}, nil)
		return nil
	}}
	load := shop(func(s *nuages.Settings) { s.Databases = databases }, app)
	stops := shop(func(s *nuages.Settings) { s.Databases, s.AllowedHosts = databases, []string{"*"} },
		nuages.App{Name: "visits", Migrations: history, Start: func(context.Context) error { return errors.New("no more") }})
	run(t, stops, "serve", "127.0.0.1:0").expect(t, 1, "You have 2 unapplied migration(s)", "for app(s): visits", "no more")
	silent := shop(func(s *nuages.Settings) {
		s.Databases, s.AllowedHosts, s.SilencedChecks = databases, []string{"*"}, []string{"migrations.W003"}
	},
		nuages.App{Name: "visits", Migrations: history, Start: func(context.Context) error { return errors.New("no more") }})
	if r := run(t, silent, "serve", "127.0.0.1:0"); strings.Contains(r.stderr, "unapplied") {
		t.Errorf("a silenced warning: %s", r.stderr)
	}
	run(t, load, "check", "--database", "default").expect(t, 0)
	run(t, load, "migrate", "visits", "0001").expect(t, 0, "Applying visits.0001_initial... OK")
	run(t, load, "check", "--database", "default").expect(t, 0, "migrations.W001", "The running version still reads the column of Visit.page", "0002_remove_page, operation 1")
	run(t, load, "migrate").expect(t, 0, "Applying visits.0002_remove_page... OK")
	run(t, load, "check", "--database", "default").expect(t, 0)
	if got := strings.Join(sent, ", "); got != "before 0001_initial, after, before 0002_remove_page, after" {
		t.Errorf("signals: %s", got)
	}
}
