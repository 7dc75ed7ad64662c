package contenttypes

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// BeforeMigrate adds to each migration of the plan that renames a model the renaming of
// its content type, in the same transaction and in both directions, so that rows which
// point to rows of the model go on doing so. A project connects it to the signal:
//
//	p.Signals.PreMigrate.Connect(contenttypes.BeforeMigrate)
//
// A content type that has the new name already stays, as the old one does. Without it, a
// renamed model gets a new content type (Django's inject_rename_contenttypes_operations).
func BeforeMigrate(ctx context.Context, e *migrations.MigrateEvent) error {
	db, ok := orm.FromContext(ctx)
	if !ok {
		return orm.ErrNoDatabase
	}
	if types := orm.MetaOf[ContentType](); !db.AllowMigrate(alias(e), types.App, types, nil) {
		return nil
	}
	e.Plan = slices.Clone(e.Plan)
	for i, step := range e.Plan {
		var ops []migrations.Operation
		for _, op := range step.Migration.Operations {
			ops = append(ops, op)
			if rename, ok := op.(migrations.RenameModel); ok {
				ops = append(ops, renaming(step.Migration.App, rename))
			}
		}
		if len(ops) > len(step.Migration.Operations) {
			m := *step.Migration // which is the program's
			m.Operations = ops
			e.Plan[i].Migration = &m
		}
	}
	return nil
}

// renaming is the operation that renames the content type of a model.
func renaming(app string, op migrations.RenameModel) migrations.Operation {
	rename := func(from, to string) func(ctx context.Context, apps *migrations.Apps) error {
		from, to = strings.ToLower(from), strings.ToLower(to)
		return func(ctx context.Context, apps *migrations.Apps) error {
			if _, err := apps.Model(contentTypeMeta.Label()); err != nil || from == to {
				return nil // there is no table of content types at this point of the history
			}
			of := func(model string) *orm.RecordQuery {
				return apps.Records(contentTypeMeta.Label()).Filter(orm.F("app_label").Eq(app), orm.F("model").Eq(model))
			}
			taken, err := of(to).Exists(ctx)
			if err == nil && !taken {
				_, err = of(from).Update(ctx, map[string]any{"model": to})
			}
			if err != nil {
				return fmt.Errorf("rename the content type of %s.%s: %w", app, from, err)
			}
			return orm.ForgetContentTypes(ctx)
		}
	}
	return migrations.RunGo{Forward: rename(op.From, op.To), Backward: rename(op.To, op.From)}
}

// AfterMigrate makes the content types that models have not yet, those of proxies too
// (Django's create_contenttypes). It does nothing in a database without the table. Models
// of apps with migrations are those that the migrate has led to, which may be older ones.
// models are those of all apps of the project, which connects it to the signal:
//
//	p.Signals.PostMigrate.Connect(func(ctx context.Context, e *migrations.MigrateEvent) error {
//		return contenttypes.AfterMigrate(ctx, e, models)
//	})
func AfterMigrate(ctx context.Context, e *migrations.MigrateEvent, models []*orm.Meta) error {
	db, ok := orm.FromContext(ctx)
	if !ok {
		return orm.ErrNoDatabase
	}
	using, types := alias(e), orm.MetaOf[ContentType]()
	if !db.AllowMigrate(using, types.App, types, nil) {
		return nil
	}
	tables, err := introspection.Tables(ctx, using)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(tables, func(t introspection.TableInfo) bool { return t.Name == types.Table }) {
		return nil
	}
	rows, err := ContentTypes.Using(using).All(ctx)
	if err != nil {
		return err
	}
	known := map[ContentType]bool{}
	for _, t := range rows {
		known[ContentType{AppLabel: t.AppLabel, Model: t.Model}] = true
	}
	wanted, err := typesAfter(e, models)
	if err != nil {
		return err
	}
	wanted = slices.DeleteFunc(wanted, func(t *ContentType) bool { return known[ContentType{AppLabel: t.AppLabel, Model: t.Model}] })
	if err := ContentTypes.Using(using).BulkCreate(ctx, wanted, &orm.BulkOptions{IgnoreConflicts: true}); err != nil {
		return fmt.Errorf("make content types: %w", err)
	}
	return nil
}

// typesAfter are the content types of all models there are after a migrate.
func typesAfter(e *migrations.MigrateEvent, models []*orm.Meta) ([]*ContentType, error) {
	var types []*ContentType
	add := func(app, name string) {
		types = append(types, &ContentType{AppLabel: app, Model: strings.ToLower(name)})
	}
	migrated := []string{}
	if e.Executor != nil {
		migrated = e.Executor.Graph().Apps()
		state, err := e.Executor.State()
		if err != nil {
			return nil, err
		}
		for _, m := range state.All() {
			add(m.App, m.Name)
		}
	}
	for _, m := range models {
		if !slices.Contains(migrated, m.App) {
			add(m.App, m.Name)
		}
	}
	return types, nil
}

func alias(e *migrations.MigrateEvent) string {
	if e.Using == "" {
		return orm.DefaultAlias
	}
	return e.Using
}
