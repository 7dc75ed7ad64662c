package orm

import (
	"context"
	"errors"
	"fmt"
)

// UpdateRow gives columns of a row values that the database computes, and reads these
// columns back. A struct holds values and no expressions, so this is what Django writes as
// an assignment of F and save(update_fields=[…]):
//
//	err := orm.UpdateRow(ctx, product, ProductF.Stock.SetF(ProductF.Stock.Sub(1)))
//
// Like Query.Update it calls no hooks and sends no signals. A row that is not there is
// ErrNotFound.
func UpdateRow(ctx context.Context, row Row, assignments ...Assignment) error {
	m, at, err := rowOf(row)
	if err != nil {
		return err
	}
	if at == nil {
		return m.errNilRow("update")
	}
	if m.keyless(at) {
		return fmt.Errorf("orm: update %s: %w: the row has no key", m.Label(), ErrNotFound)
	}
	columns := make([]AnyExpr, len(assignments))
	for i, a := range assignments {
		if a.col == nil {
			return errors.New("orm: UpdateRow: an assignment of no column")
		}
		columns[i] = Expr[any]{a.col}
	}
	q := (&query{m: m, limit: -1}).filter([]Pred{m.isRow(at)}, false)
	if s := peekState(at, m); s != nil && s.shared != nil {
		q.using = s.shared.using
	}
	n, err := q.update(ctx, assignments)
	if err != nil {
		return err
	}
	if n == 0 {
		return fmt.Errorf("%w: %s", ErrNotFound, m.Label())
	}
	return m.refresh(ctx, at, nil, columns)
}
