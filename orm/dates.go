package orm

import (
	"context"
	"time"

	"github.com/nuages-web/nuages/civil"
)

// Dates returns the days of a column, cut to the first of their year, month, week or
// the like, each once and in order (Django's dates).
//
//	months, err := orm.Dates(ctx, shop.Orders, shop.OrderF.Placed.Date(), orm.PartMonth)
func Dates(ctx context.Context, q AnyQuery, column DateExpr, part DatePart) ([]civil.Date, error) {
	return truncated[civil.Date](ctx, q, column.Trunc(part).As("truncated"))
}

// Datetimes returns the moments of a column, cut to the beginning of their year, month,
// day, hour or the like in the time zone of the database's settings or of column.In,
// each once and in order (Django's datetimes).
func Datetimes(ctx context.Context, q AnyQuery, column TimeExpr, part DatePart) ([]time.Time, error) {
	return truncated[time.Time](ctx, q, column.Trunc(part).As("truncated"))
}

// truncated returns the values of an annotation that are not null, each once.
func truncated[V any](ctx context.Context, q AnyQuery, ann Annotation) ([]V, error) {
	rows := q.core().filter([]Pred{isNull(ann.annotation().n, false)}, false).with(func(q *query) {
		q.order, q.ordered = []Order{{n: &annNode{ann.annotation()}}}, true
		q.distinct, q.on = true, nil
	})
	type row struct{ Truncated V }
	found, err := Select[row](ctx, &ValuesQuery{rows}, ann)
	if err != nil {
		return nil, err
	}
	out := make([]V, len(found))
	for i, r := range found {
		out[i] = r.Truncated
	}
	return out, nil
}
