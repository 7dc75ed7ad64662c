package migrations

import (
	"context"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
)

// exists tells whether the tables and columns that an initial migration makes are
// there (Django's --fake-initial).
func (x *Executor) exists(ctx context.Context, m *Migration, states []*State) (bool, error) {
	initial := m.Initial || !slices.ContainsFunc(m.Dependencies, func(id string) bool { return strings.HasPrefix(id, m.App+".") })
	if !initial {
		return false, nil
	}
	tables, err := introspection.Tables(ctx, x.using)
	if err != nil {
		return false, err
	}
	has := func(name string) bool {
		return slices.ContainsFunc(tables, func(t introspection.TableInfo) bool { return strings.EqualFold(t.Name, name) })
	}
	found := false
	models := states[len(states)-1].Models()
	for _, op := range m.Operations {
		switch op := op.(type) {
		case CreateModel:
			meta, ok := models.Get(m.App, op.Name)
			if !ok || op.ProxyOf != "" || op.Unmanaged || !x.db.AllowMigrate(x.using, m.App, meta, nil) {
				continue
			}
			if !has(meta.Table) {
				return false, nil
			}
			found = true
		case AddField:
			ok, err := x.hasColumn(ctx, models, m.App, op)
			if !ok || err != nil {
				return false, err
			}
			found = true
		}
	}
	return found, nil
}

func (x *Executor) hasColumn(ctx context.Context, models *orm.ModelSet, app string, op AddField) (bool, error) {
	meta, ok := models.Get(app, op.Model)
	if !ok {
		return true, nil
	}
	f, ok := meta.Field(op.Field.Name)
	if !ok {
		return true, nil
	}
	if f.Column == "" {
		tables, err := introspection.Tables(ctx, x.using)
		return err != nil || slices.ContainsFunc(tables, func(t introspection.TableInfo) bool { return t.Name == f.Relation.Through.Table }), err
	}
	table, err := introspection.Table(ctx, x.using, meta.Table)
	if err != nil {
		return false, nil // there is no such table
	}
	return slices.ContainsFunc(table.Columns, func(c introspection.Column) bool { return strings.EqualFold(c.Name, f.Column) }), nil
}
