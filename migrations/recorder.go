package migrations

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// recorder keeps what was applied: in Django's table django_migrations, and, for a
// migration that was interrupted between two transactions, in a table of ours.
type recorder struct {
	using    string
	applied  *orm.Meta
	progress *orm.Meta
}

var recorderModels = orm.NewModels([]*orm.ModelState{
	{App: "migrations", Name: "Migration", Table: "django_migrations", Fields: []Field{
		{Name: "id", Type: "BigAutoField", PrimaryKey: true}, {Name: "app", Type: "CharField", MaxLength: 255},
		{Name: "name", Type: "CharField", MaxLength: 255}, {Name: "applied", Type: "DateTimeField"},
	}},
	{App: "migrations", Name: "Progress", Table: "nuages_migration_progress", UniqueTogether: [][]string{{"app", "name"}}, Fields: []Field{
		{Name: "id", Type: "BigAutoField", PrimaryKey: true}, {Name: "app", Type: "CharField", MaxLength: 100},
		{Name: "name", Type: "CharField", MaxLength: 150}, {Name: "backwards", Type: "BooleanField"},
		{Name: "operation", Type: "IntegerField"}, {Name: "position", Type: "TextField"},
	}},
})

func newRecorder(using string) *recorder {
	r := &recorder{using: using}
	r.applied, _ = recorderModels.Get("migrations", "Migration")
	r.progress, _ = recorderModels.Get("migrations", "Progress")
	return r
}

// Record is one line of django_migrations.
type Record struct {
	App, Name string
	Applied   time.Time
}

// Applied returns what a database has noted as applied, in the order in which it was.
// A database without the table has none.
func Applied(ctx context.Context, using string) ([]Record, error) {
	return newRecorder(using).records(ctx)
}

func (r *recorder) records(ctx context.Context) ([]Record, error) {
	if has, err := r.hasTable(ctx, r.applied.Table); !has || err != nil {
		return nil, err
	}
	var out []Record
	for row, err := range orm.Records(r.applied).Using(r.using).Order("id").Each(ctx) {
		if err != nil {
			return nil, fmt.Errorf("read the table django_migrations: %w", err)
		}
		app, _ := row.Get("app")
		name, _ := row.Get("name")
		applied, _ := row.Get("applied")
		out = append(out, Record{app.(string), name.(string), applied.(time.Time)})
	}
	return out, nil
}

// appliedIDs returns the records by ID.
func (r *recorder) appliedIDs(ctx context.Context) (map[string]bool, error) {
	records, err := r.records(ctx)
	ids := map[string]bool{}
	for _, rec := range records {
		ids[rec.App+"."+rec.Name] = true
	}
	return ids, err
}

func (r *recorder) hasTable(ctx context.Context, name string) (bool, error) {
	tables, err := introspection.Tables(ctx, r.using)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(tables, func(t introspection.TableInfo) bool { return t.Name == name }), nil
}

// ensure makes the table of a model where there is none.
func (r *recorder) ensure(ctx context.Context, m *orm.Meta) error {
	if has, err := r.hasTable(ctx, m.Table); has || err != nil {
		return err
	}
	c, err := orm.ConnectionOf(ctx, r.using)
	if err != nil {
		return err
	}
	s := orm.NewSchema(c.Dialect())
	s.CreateModel(m)
	statements, err := s.Statements()
	if err != nil {
		return err
	}
	for _, statement := range statements {
		if _, err := c.Exec(ctx, statement); err != nil {
			if has, _ := r.hasTable(ctx, m.Table); has {
				return nil // another process made it meanwhile
			}
			return fmt.Errorf("make the table %s: %w", m.Table, err)
		}
	}
	return nil
}

// record notes that migrations are applied; those that are noted already stay so.
func (r *recorder) record(ctx context.Context, ids ...string) error {
	applied, err := r.appliedIDs(ctx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		app, name, err := splitID(id)
		if err != nil {
			return err
		}
		if applied[id] {
			continue
		}
		if _, err := orm.Records(r.applied).Using(r.using).Create(ctx, map[string]any{"app": app, "name": name, "applied": time.Now().UTC()}); err != nil {
			return fmt.Errorf("note %s in django_migrations: %w", id, err)
		}
	}
	return nil
}

// forget notes that migrations are not applied.
func (r *recorder) forget(ctx context.Context, ids ...string) error {
	for _, id := range ids {
		app, name, _ := strings.Cut(id, ".")
		if _, err := r.of(r.applied, app, name).Delete(ctx); err != nil {
			return fmt.Errorf("take %s out of django_migrations: %w", id, err)
		}
	}
	return nil
}

func (r *recorder) of(m *orm.Meta, app, name string) *orm.RecordQuery {
	return orm.Records(m).Using(r.using).Filter(orm.F("app").Eq(app), orm.F("name").Eq(name))
}

// progress is how far a migration came that was interrupted.
type progress struct {
	begun     bool
	backwards bool
	operation int    // how many were completed
	position  string // within a data migration
}

// interrupted returns how far a migration came; the zero progress where it has not begun.
func (r *recorder) interrupted(ctx context.Context, m *Migration) (progress, error) {
	if has, err := r.hasTable(ctx, r.progress.Table); !has || err != nil {
		return progress{}, err
	}
	row, err := r.of(r.progress, m.App, m.Name).Get(ctx)
	if errors.Is(err, orm.ErrNotFound) {
		return progress{}, nil
	}
	if err != nil {
		return progress{}, err
	}
	get := func(name string) any { v, _ := row.Get(name); return v }
	return progress{true, get("backwards").(bool), int(get("operation").(int32)), get("position").(string)}, nil
}

// keep notes how far a migration has come.
func (r *recorder) keep(ctx context.Context, m *Migration, p progress) error {
	values := map[string]any{"backwards": p.backwards, "operation": p.operation, "position": p.position}
	n, err := r.of(r.progress, m.App, m.Name).Update(ctx, values)
	if err != nil || n > 0 {
		return err
	}
	if ok, err := r.of(r.progress, m.App, m.Name).Exists(ctx); ok || err != nil {
		return err // MySQL counts rows that changed
	}
	values["app"], values["name"] = m.App, m.Name
	_, err = orm.Records(r.progress).Using(r.using).Create(ctx, values)
	return err
}

// complete forgets how far a migration came.
func (r *recorder) complete(ctx context.Context, m *Migration) error {
	_, err := r.of(r.progress, m.App, m.Name).Delete(ctx)
	return err
}
