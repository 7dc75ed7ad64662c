//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// total answers with aggregates over all rows.
func total(q orm.AnyQuery, aggregates ...orm.Annotation) run {
	return func(ctx context.Context) (Rows, error) {
		row, err := orm.Aggregate(ctx, q, aggregates...)
		if err != nil {
			return nil, err
		}
		var values []any
		for _, a := range aggregates {
			values = append(values, valueOf(a, row))
		}
		return Rows{values}.encoded()
	}
}

// valueOf is the annotation's Lookup, whatever its type.
func valueOf(a orm.Annotation, row orm.Row) any {
	out := reflect.ValueOf(a).MethodByName("Lookup").Call([]reflect.Value{reflect.ValueOf(row)})
	if !out[1].Bool() {
		return nil
	}
	return out[0].Interface()
}

// annotated answers with the keys of the rows and the value of an annotation.
func annotated[T any](q *orm.Query[T], a orm.Annotation) run {
	return rowsFrom(q, func(_ context.Context, row *T) []any { return []any{pk(row), valueOf(a, any(row).(orm.Row))} })
}

func ofAnnotations(ctx context.Context) (Rows, error) {
	return total(Publishers.Annotate(nBooks), orm.Max(nBooks).As("a"), orm.Avg(nBooks).As("b"))(ctx)
}

func relatedAndCount(ctx context.Context) (Rows, error) {
	n := orm.Count(BookF.Tags()).As("n")
	return rowsFrom(Books.SelectRelated(BookF.Publisher()).Annotate(n).Order("id"), func(_ context.Context, b *Book) []any {
		return []any{b.ID, b.Publisher.Obj().Name, n.Of(b)}
	})(ctx)
}

func typedRows(ctx context.Context) (Rows, error) {
	type row struct {
		Language string
		N        int64
		Price    decimal.Decimal
	}
	rows, err := orm.Select[row](ctx, Books.Order("language"), BookF.Language.As("language"), orm.Count(BookF.ID).As("n"), orm.Sum(BookF.Price).As("price"))
	if err != nil {
		return nil, err
	}
	var out Rows
	for _, r := range rows {
		out = append(out, []any{r.Language, r.N, r.Price})
	}
	return out.encoded()
}

// selected answers with two columns in a struct.
func selected(ctx context.Context) (Rows, error) {
	type row struct{ Title, Publisher string }
	rows, err := orm.Select[row](ctx, Books.Order("id"), BookF.Title.As("title"), BookF.Publisher().Name.As("publisher"))
	if err != nil {
		return nil, err
	}
	var out Rows
	for _, r := range rows {
		out = append(out, []any{r.Title, r.Publisher})
	}
	return out.encoded()
}

func inBulk(ids ...int64) run {
	return func(ctx context.Context) (Rows, error) {
		books, err := orm.InBulk(ctx, Books, ids...)
		if err != nil {
			return nil, err
		}
		var out Rows
		for _, id := range slices.Sorted(maps.Keys(books)) {
			out = append(out, []any{id, books[id].ID})
		}
		return out.encoded()
	}
}

func raw(query string, v any) run {
	return func(ctx context.Context) (Rows, error) {
		books, err := orm.Raw[Book](ctx, query, orm.Params{"v": v})
		if err != nil {
			return nil, err
		}
		var out Rows
		for _, b := range books {
			out = append(out, []any{b.ID})
		}
		return out.encoded()
	}
}

func rawTitles(query string, v any) run {
	return func(ctx context.Context) (Rows, error) {
		books, err := orm.Raw[Book](ctx, query, orm.Params{"v": v})
		if err != nil {
			return nil, err
		}
		var out Rows
		for _, b := range books {
			out = append(out, []any{b.ID, b.Title})
		}
		return out.encoded()
	}
}

func authorRows(ctx context.Context) (Rows, error) {
	return rowsFrom(Authors.Order("id"), func(_ context.Context, a *Author) []any { return []any{a.ID, a.Name, a.PenName, a.Email, a.Born} })(ctx)
}

func novelistRows(ctx context.Context) (Rows, error) {
	return rowsFrom(Novelists.Order("id"), func(_ context.Context, n *Novelist) []any { return []any{n.ID, n.Name, n.PenName, n.Genre} })(ctx)
}
