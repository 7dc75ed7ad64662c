package commands

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/migrations"
)

// maker writes migrations.
type maker struct {
	*makeFlags
	call    *cli.Call
	project *Project
	graph   *migrations.Graph
	notes   io.Writer // what is told to people
}

func (m *maker) notef(format string, args ...any) {
	if m.call.Verbosity >= 1 {
		fmt.Fprintf(m.notes, format, args...)
	}
}

// madeMigration is a migration in JSON.
type madeMigration struct {
	App        string   `json:"app"`
	Name       string   `json:"name"`
	Path       string   `json:"path"`
	Operations []string `json:"operations"`
}

// write writes migrations and lists them, unless it is a trial.
func (m *maker) write(found []*migrations.Migration) error {
	trial := m.dryRun || m.check
	mod, err := findModule()
	if err != nil && !trial {
		return err
	}
	made := []madeMigration{}
	last := ""
	for _, mig := range found {
		folder, err := m.folder(mod, mig.App, trial)
		if err != nil {
			return err
		}
		src, err := migrations.Source(mig, &migrations.SourceOptions{Package: packageName(folder), Header: m.header(mig)})
		if err != nil {
			return err
		}
		made = append(made, m.tell(mig, file(folder, mig), mig.App != last))
		last = mig.App
		if trial {
			if m.dryRun && m.call.Verbosity >= 3 {
				m.notef("Full migrations file '%s.go':\n%s\n", mig.Name, src)
			}
			continue
		}
		if err := writeNew(file(folder, mig), src); err != nil {
			return err
		}
		if err := enlist(mig.App, folder, mig); err != nil {
			return err
		}
		m.tellToList(mod, mig.App, folder)
	}
	if m.json {
		return m.call.WriteJSON(made)
	}
	return nil
}

// folder returns where the migrations of an app are; for a trial it need not be known.
func (m *maker) folder(mod *module, label string, trial bool) (string, error) {
	app, err := m.project.appOf(label)
	if err != nil {
		return "", err
	}
	if mod == nil {
		return filepath.Join(label, "migrations"), nil
	}
	folder, err := mod.folder(app)
	if err != nil && trial {
		return filepath.Join(label, "migrations"), nil
	}
	return folder, err
}

// tell says what a migration does, as Django does.
func (m *maker) tell(mig *migrations.Migration, path string, newApp bool) madeMigration {
	path = shown(path)
	if m.scriptable && !m.dryRun && !m.check {
		m.call.Println(path)
	}
	if newApp {
		m.notef("%s\n", m.call.Heading("Migrations for '"+mig.App+"':"))
	}
	m.notef("  %s\n", m.call.Success(path))
	made := madeMigration{App: mig.App, Name: mig.Name, Path: path, Operations: []string{}}
	for _, op := range mig.Operations {
		m.notef("    %s %s\n", sign(op), op.Describe())
		made.Operations = append(made.Operations, op.Describe())
	}
	return made
}

// sign shows what kind of operation it is (Django's OperationCategory).
func sign(op migrations.Operation) string {
	switch op.(type) {
	case migrations.RunGo, migrations.RunBatches:
		return "g"
	case migrations.RunSQL:
		return "s"
	}
	kind, _, _ := strings.Cut(strings.TrimPrefix(fmt.Sprintf("%T", op), "migrations."), "{")
	for prefix, sign := range map[string]string{"Create": "+", "Add": "+", "Delete": "-", "Remove": "-", "Alter": "~", "Rename": "~"} {
		if strings.HasPrefix(kind, prefix) {
			return sign
		}
	}
	return "?"
}

// tellToList says which line lists the migrations of an app that lists none, not even an
// empty All.
func (m *maker) tellToList(mod *module, label, folder string) {
	app, err := m.project.appOf(label)
	if err != nil || app.Migrations != nil {
		return
	}
	m.notef("\nThe App of %s must list them:\n\n\timport \"%s\"\n\n\tnuages.App{Name: %q, …, Migrations: migrations.All}\n\n", label, mod.importPath(folder), label)
	app.Migrations = []*migrations.Migration{{App: label}} // it is told once
}
