//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"context"
	"errors"
	"reflect"

	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

type run = func(ctx context.Context) (Rows, error)

// ids answers with the keys, in their order.
func ids[T any](q *orm.Query[T]) run { return keys(q.Order("pk")) }

// keys answers with the keys, in the order of the query.
func keys[T any](q *orm.Query[T]) run {
	return func(ctx context.Context) (Rows, error) {
		objects, err := q.All(ctx)
		if err != nil {
			return nil, err
		}
		var out Rows
		for _, o := range objects {
			out = append(out, []any{pk(o)})
		}
		return out.encoded()
	}
}

// pk returns the key of a row of any of the models.
func pk(object any) any {
	v := reflect.ValueOf(object).Elem()
	if id := v.FieldByName("ID"); id.IsValid() {
		return id.Interface()
	}
	return v.FieldByName("Code").Interface()
}

func key[T any](f orm.NullFK[T]) any {
	if !f.Valid {
		return nil
	}
	return f.ID
}

func lists(q *orm.ValuesQuery) run {
	return func(ctx context.Context) (Rows, error) {
		rows, err := q.Lists(ctx)
		if err != nil {
			return nil, err
		}
		return Rows(rows).encoded()
	}
}

func names[T any](q *orm.Query[T], names ...string) run { return lists(q.Values(names...)) }

func count[T any](q *orm.Query[T]) run {
	return func(ctx context.Context) (Rows, error) {
		n, err := q.Count(ctx)
		return rows1(n, err)
	}
}

func countOf(q *orm.ValuesQuery) run {
	return func(ctx context.Context) (Rows, error) {
		n, err := q.Count(ctx)
		return rows1(n, err)
	}
}

func exists[T any](q *orm.Query[T]) run {
	return func(ctx context.Context) (Rows, error) {
		found, err := q.Exists(ctx)
		return rows1(found, err)
	}
}

func rows1(v any, err error) (Rows, error) {
	if err != nil {
		return nil, err
	}
	return Rows{{v}}.encoded()
}

func get[T any](q *orm.Query[T]) run {
	return one(func(ctx context.Context) (*T, error) { return q.Get(ctx) })
}

func one[T any](f func(ctx context.Context) (*T, error)) run {
	return func(ctx context.Context) (Rows, error) {
		o, err := f(ctx)
		if err != nil {
			return nil, err
		}
		return rows1(pk(o), nil)
	}
}

// oneOrNil answers with null where there is no row, as Django's first.
func oneOrNil[T any](f func(ctx context.Context) (*T, error)) run {
	return func(ctx context.Context) (Rows, error) {
		rows, err := one(f)(ctx)
		if errors.Is(err, orm.ErrNotFound) {
			return Rows{{nil}}, nil
		}
		return rows, err
	}
}

func latest[T any](q *orm.Query[T], by ...orm.Order) run {
	return one(func(ctx context.Context) (*T, error) { return orm.Latest(ctx, q, by...) })
}

func earliest[T any](q *orm.Query[T], by ...orm.Order) run {
	return one(func(ctx context.Context) (*T, error) { return orm.Earliest(ctx, q, by...) })
}

// rowsFrom answers with what f makes of each row.
func rowsFrom[T any](q *orm.Query[T], f func(ctx context.Context, row *T) []any) run {
	return flat(q, func(ctx context.Context, row *T) Rows { return Rows{f(ctx, row)} })
}

// flat answers with the rows that f makes of each row.
func flat[T any](q *orm.Query[T], f func(ctx context.Context, row *T) Rows) run {
	return func(ctx context.Context) (out Rows, err error) {
		defer caught(&err)
		for _, row := range must(q.All(ctx)) {
			out = append(out, must(f(ctx, row).encoded())...)
		}
		return out, nil
	}
}

// of answers with what a question made of the only row answers.
func of[T any](q *orm.Query[T], f func(row *T) run) run {
	return func(ctx context.Context) (Rows, error) {
		row, err := q.Get(ctx)
		if err != nil {
			return nil, err
		}
		return f(row)(ctx)
	}
}

// nothing answers with no rows.
func nothing(context.Context) (Rows, error) { return nil, nil }

// after answers with what first tells, and what is then.
func after(first, then run) run {
	return func(ctx context.Context) (Rows, error) {
		rows, err := first(ctx)
		if err != nil {
			return nil, err
		}
		more, err := then(ctx)
		return append(rows, more...), err
	}
}

var both = after

func update[T any](q *orm.Query[T], assignments ...orm.Assignment) run {
	return func(ctx context.Context) (Rows, error) {
		n, err := q.Update(ctx, assignments...)
		return rows1(n, err)
	}
}

func deleteOf[T any](q *orm.Query[T], then run) run {
	return after(func(ctx context.Context) (Rows, error) {
		d, err := q.Delete(ctx)
		if err != nil {
			return nil, err
		}
		return Rows{{d.Total, d}}.encoded()
	}, then)
}

func deleteRoot(id int64) run {
	return after(func(ctx context.Context) (Rows, error) {
		root, err := Roots.Get(ctx, RootF.ID.Eq(id))
		if err != nil {
			return nil, err
		}
		d, err := root.Delete(ctx)
		if err != nil {
			return nil, err
		}
		return Rows{{d.Total, d}}.encoded()
	}, rules)
}

// rules answers with what is left in the tables of the rules of on_delete.
func rules(ctx context.Context) (out Rows, err error) {
	defer caught(&err)
	for _, table := range []struct {
		name string
		rows run
	}{
		{"Root", names(Roots.Order("pk"), "pk")}, {"ChildCascade", names(ChildCascades.Order("pk"), "pk", "root_id")},
		{"ChildGrand", names(ChildGrands.Order("pk"), "pk", "child_id")}, {"ChildSetNull", names(ChildSetNulls.Order("pk"), "pk", "root_id")},
		{"ChildSetDefault", names(ChildSetDefaults.Order("pk"), "pk", "root_id")}, {"ChildProtect", names(ChildProtects.Order("pk"), "pk", "root_id")},
		{"ChildRestrict", names(ChildRestricts.Order("pk"), "pk", "root_id", "via_id")}, {"ChildNothing", names(ChildNothings.Order("pk"), "pk", "root_id")},
	} {
		for _, row := range must(table.rows(ctx)) {
			out = append(out, append([]any{"s:" + table.name}, row...))
		}
	}
	return out, nil
}
