package orm

import (
	"context"
	"errors"
	"fmt"
	"unsafe"
)

// NextBy returns the row after row in the order of a column of the model, rows with
// equal values in the order of their keys: Django's get_next_by_FOO. Conditions leave
// other rows out. Without one it is ErrNotFound.
func NextBy[T any](ctx context.Context, row *T, column AnyExpr, preds ...Pred) (*T, error) {
	return neighbour(ctx, row, column, true, preds)
}

// PreviousBy is [NextBy] backwards.
func PreviousBy[T any](ctx context.Context, row *T, column AnyExpr, preds ...Pred) (*T, error) {
	return neighbour(ctx, row, column, false, preds)
}

func neighbour[T any](ctx context.Context, row *T, by AnyExpr, next bool, preds []Pred) (*T, error) {
	m := MetaOf[T]()
	n, ok := by.node().(*colNode)
	if m == nil || !ok || n.path != m.root {
		return nil, errors.New("orm: NextBy and PreviousBy take a column of the row's own model")
	}
	f, err := n.field()
	if err != nil {
		return nil, err
	}
	base := unsafe.Pointer(row)
	value, key := m.memoryValue(f, base), m.keyAt(base)
	if value == nil || key == nil {
		return nil, fmt.Errorf("%w: a row with null has no neighbours", ErrNotFound)
	}
	op := "<"
	if next {
		op = ">"
	}
	pk := column(m.root, m.PK.Name)
	beyond := Or(compare(op, n, value), And(compare("=", n, value), compare(op, pk, key)))
	return Objects[*T](m).Filter(preds...).Filter(beyond).
		OrderBy(Order{n: n, desc: !next}, Order{n: pk, desc: !next}).Limit(1).Get(ctx)
}

// NextInOrder returns the row after row among those of the same parent, in a model
// with OrderWithRespectTo. Without one it is ErrNotFound.
func NextInOrder[T any](ctx context.Context, row *T) (*T, error) { return inOrderOf(ctx, row, true) }

// PreviousInOrder is [NextInOrder] backwards.
func PreviousInOrder[T any](ctx context.Context, row *T) (*T, error) {
	return inOrderOf(ctx, row, false)
}

func inOrderOf[T any](ctx context.Context, row *T, next bool) (*T, error) {
	m := MetaOf[T]()
	order, err := m.orderField()
	if err != nil {
		return nil, err
	}
	parent := column(m.root, m.OrderWithRespectTo.Name)
	value := m.memoryValue(m.OrderWithRespectTo, unsafe.Pointer(row))
	return neighbour(ctx, row, Int64Expr{column(m.root, order.Name)}, next, []Pred{compare("=", parent, value)})
}

// orderField returns the field that OrderWithRespectTo keeps the order in.
func (m *Meta) orderField() (*Field, error) {
	if m != nil && m.OrderWithRespectTo != nil {
		for _, f := range m.Fields {
			if f.Type == "OrderWrt" {
				return f, nil
			}
		}
	}
	return nil, errors.New("orm: the model has no OrderWithRespectTo")
}

// SetOrder gives rows of one parent the order in which they are given, in a model with
// OrderWithRespectTo: Django's set_RELATED_order. Rows that are not given keep theirs.
func SetOrder[T any](ctx context.Context, rows ...*T) error {
	m := MetaOf[T]()
	order, err := m.orderField()
	if err != nil {
		return err
	}
	return Atomic(ctx, func(ctx context.Context) error {
		for i, row := range rows {
			order.setValue(unsafe.Add(unsafe.Pointer(row), m.fieldOffset(order)), int64(i))
			opts := &SaveOptions{Fields: []AnyExpr{Int64Expr{column(m.root, order.Name)}}}
			if err := m.save(ctx, unsafe.Pointer(row), opts); err != nil {
				return err
			}
		}
		return nil
	})
}

// setOrder puts a new row behind those of the same parent.
func (w *writer) setOrder(ctx context.Context, s *session, m *Meta) error {
	if m.OrderWithRespectTo == nil || m != w.m && w.m.Proxy == nil {
		return nil
	}
	order, err := m.orderField()
	if err != nil {
		return err
	}
	parent, err := w.argumentOf(m, m.OrderWithRespectTo)
	if err != nil {
		return err
	}
	c := newCompiler(s.Dialect(), s.zone())
	c.SQL("SELECT COALESCE(MAX(")
	c.Ident(order.Column)
	c.SQL(") + 1, 0) FROM ")
	c.Ident(m.Table)
	c.SQL(" WHERE ")
	c.Ident(m.OrderWithRespectTo.Column)
	c.SQL(" = ")
	c.rawArg(parent)
	st, err := c.statement()
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, st.SQL, st.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		order.setValue(unsafe.Add(w.base, w.m.fieldOffset(order)), rows.Int64(0))
	}
	return rows.Err()
}
