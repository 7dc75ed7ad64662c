package orm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"unsafe"
)

// All returns all rows.
//
//go:noinline
func (q *QueryOf[P]) All(ctx context.Context) ([]P, error) {
	rows, err := q.q.all(ctx)
	return rowsAt[P](rows), err
}

func (q *query) all(ctx context.Context) ([]unsafe.Pointer, error) {
	var out []unsafe.Pointer
	if n := q.limit; n > 0 {
		out = make([]unsafe.Pointer, 0, min(n, 4096))
	}
	err := q.each(ctx, func(row unsafe.Pointer) bool {
		out = append(out, row)
		return true
	})
	if err == nil {
		err = q.prefetchAll(ctx, out)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (q *query) prefetchAll(ctx context.Context, rows []unsafe.Pointer) error {
	if len(q.prefetch) == 0 || len(rows) == 0 {
		return nil
	}
	return q.prefetchRows(ctx, rows)
}

// Each goes through the rows without holding them all. They arrive as the
// database sends them, so the connection is in use until the loop ends; inside a
// transaction no other statement can run meanwhile. Prefetched relations are
// fetched for 2,000 rows at a time, which are held meanwhile. After an error, which
// comes with a nil row, there are no more rows.
//
//go:noinline
func (q *QueryOf[P]) Each(ctx context.Context) iter.Seq2[P, error] {
	return func(yield func(P, error) bool) {
		q.q.eachRow(ctx, func(row unsafe.Pointer, err error) bool { return yield(rowAt[P](row), err) })
	}
}

func (q *query) eachRow(ctx context.Context, yield func(unsafe.Pointer, error) bool) {
	if len(q.prefetch) > 0 {
		q.eachPrefetched(ctx, yield)
		return
	}
	stopped := false
	err := q.each(ctx, func(row unsafe.Pointer) bool {
		stopped = !yield(row, nil)
		return !stopped
	})
	if err != nil && !stopped {
		yield(nil, err)
	}
}

// eachRows is how many rows Each holds to fetch their relations (Django's
// chunk_size).
const eachRows = 2000

func (q *query) eachPrefetched(ctx context.Context, yield func(unsafe.Pointer, error) bool) {
	var chunk []unsafe.Pointer
	flush := func() (goOn bool, err error) {
		if err := q.prefetchAll(ctx, chunk); err != nil {
			return false, err
		}
		for _, row := range chunk {
			if !yield(row, nil) {
				return false, nil
			}
		}
		chunk = nil
		return true, nil
	}
	goOn := true
	var inner error
	err := q.each(ctx, func(row unsafe.Pointer) bool {
		if chunk = append(chunk, row); len(chunk) == eachRows {
			goOn, inner = flush()
		}
		return goOn
	})
	if err == nil && inner == nil && goOn {
		_, inner = flush()
	}
	if err := errors.Join(err, inner); err != nil {
		yield(nil, err)
	}
}

// Get returns the only row. Without rows the error is [ErrNotFound], with several
// [ErrMultiple]. Conditions are added to those of the query.
//
//go:noinline
func (q *QueryOf[P]) Get(ctx context.Context, preds ...Pred) (P, error) {
	row, err := q.q.get(ctx, preds)
	return rowAt[P](row), err
}

func (q *query) get(ctx context.Context, preds []Pred) (unsafe.Pointer, error) {
	one := q.filter(preds, false)
	if !one.sliced() && one.combined == nil {
		one = one.with(func(q *query) {
			q.limit = 2
			if !q.distinct {
				q.order, q.ordered = nil, true
			}
		})
	}
	rows, err := one.all(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(rows) == 0:
		return nil, fmt.Errorf("%w: %s", ErrNotFound, q.m.Label())
	case len(rows) > 1:
		return nil, fmt.Errorf("%w: %s", ErrMultiple, q.m.Label())
	}
	return rows[0], nil
}

// First returns the first row in the query's order, or by key where it has none;
// without rows the error is [ErrNotFound].
//
//go:noinline
func (q *QueryOf[P]) First(ctx context.Context) (P, error) {
	row, err := q.q.byKeyUnlessOrdered().at(ctx)
	return rowAt[P](row), err
}

// Last returns the last row: First of the reversed query.
//
//go:noinline
func (q *QueryOf[P]) Last(ctx context.Context) (P, error) {
	row, err := q.q.last(ctx)
	return rowAt[P](row), err
}

func (q *query) last(ctx context.Context) (unsafe.Pointer, error) {
	if q.sliced() {
		return nil, errors.New("orm: Last after Limit or Offset: reverse the order and take First")
	}
	return q.byKeyUnlessOrdered().with(func(q *query) { q.reversed = !q.reversed }).at(ctx)
}

// at returns the first row.
func (q *query) at(ctx context.Context) (unsafe.Pointer, error) {
	one := q.with(func(q *query) {
		if q.limit < 0 || q.limit > 1 {
			q.limit = 1
		}
	})
	rows, err := one.all(ctx)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, q.m.Label())
	}
	return rows[0], nil
}

func (q *query) byKeyUnlessOrdered() *query {
	if len(q.order) > 0 || !q.ordered && len(q.m.Ordering) > 0 || q.sliced() {
		return q
	}
	return q.with(func(q *query) { q.order, q.ordered = []Order{{n: &colNode{path: q.m.root}}}, true })
}

// Latest returns the last row by these columns, or by the model's GetLatestBy.
func Latest[T any](ctx context.Context, q *Query[T], by ...Order) (*T, error) {
	row, err := q.q.latest(ctx, by, true)
	return (*T)(row), err
}

// Earliest returns the first row by these columns, or by the model's GetLatestBy.
func Earliest[T any](ctx context.Context, q *Query[T], by ...Order) (*T, error) {
	row, err := q.q.latest(ctx, by, false)
	return (*T)(row), err
}

func (q *query) latest(ctx context.Context, by []Order, reversed bool) (unsafe.Pointer, error) {
	if len(by) == 0 {
		for _, name := range q.m.GetLatestBy {
			by = append(by, Order{name: name})
		}
	}
	if len(by) == 0 {
		return nil, fmt.Errorf("orm: %s has no GetLatestBy: name the columns", q.m.Label())
	}
	return q.orderBy(by).with(func(q *query) { q.reversed = reversed }).at(ctx)
}

// Count returns how many rows there are.
//
//go:noinline
func (q *QueryOf[P]) Count(ctx context.Context) (int64, error) { return q.q.count(ctx) }

// Exists tells whether there is a row.
//
//go:noinline
func (q *QueryOf[P]) Exists(ctx context.Context) (bool, error) { return q.q.exists(ctx) }

func (q *query) exists(ctx context.Context) (bool, error) {
	one := q.with(func(q *query) {
		if q.limit < 0 || q.limit > 1 {
			q.limit = 1
		}
		q.related, q.lock = nil, nil
		if q.offset == 0 && !q.distinct {
			q.order, q.ordered, q.on = nil, true, nil
		}
	})
	var n int64
	err := one.scalar(ctx, 'E', func(c *Compiler) {
		if one.plain() {
			c.selectConstant(one)
			return
		}
		c.SQL("SELECT 1 FROM (")
		c.selectRows(one, &plan{})
		c.SQL(") ")
		c.Ident("subquery")
	}, func(rows Rows) { n = rows.Int64(0) })
	return n == 1, err
}

func (q *query) count(ctx context.Context) (int64, error) {
	var n int64
	inner := q.with(func(q *query) {
		q.related, q.lock = nil, nil
		if !q.sliced() && len(q.on) == 0 {
			q.order, q.ordered = nil, true
		}
	})
	err := inner.scalar(ctx, 'C', func(c *Compiler) {
		if inner.plain() && !inner.sliced() && !inner.distinct {
			c.selectCount(inner)
			return
		}
		c.SQL("SELECT COUNT(*) FROM (")
		c.selectRows(inner.countable(), &plan{})
		c.SQL(") ")
		c.Ident("subquery")
	}, func(rows Rows) { n = rows.Int64(0) })
	return n, err
}

// plain tells whether the rows are those of the table and its joins, one by one.
func (q *query) plain() bool { return q.combined == nil && q.values == nil && !q.grouped() }

// countable leaves out what does not change the number of rows: all columns but
// the key, unless equal rows are left out.
func (q *query) countable() *query {
	if q.distinct || q.combined != nil || q.values != nil {
		return q
	}
	return q.with(func(q *query) { q.only, q.deferred = []*colNode{{path: q.m.root}}, nil })
}

// selectConstant writes SELECT 1 of the rows.
func (c *Compiler) selectConstant(q *query) { c.selectOnly(q, "1") }

// selectCount writes SELECT COUNT(*) of the rows.
func (c *Compiler) selectCount(q *query) { c.selectOnly(q, "COUNT(*)") }

func (c *Compiler) selectOnly(q *query, list string) {
	if q.err != nil {
		c.Fail(q.err)
		return
	}
	cl, ok := c.begin(q)
	if !ok {
		return
	}
	cl.list = []fragment{{sql: list}}
	c.finish(q, cl)
}

// scalar runs a statement of one row. The tag is that of cached.
func (q *query) scalar(ctx context.Context, tag byte, write func(c *Compiler), read func(Rows)) error {
	if q.none && q.err == nil {
		return nil
	}
	s, err := sessionFor(ctx, q.using, q.m, false)
	if err != nil {
		return err
	}
	p, err := q.cached(s, tag, nil, func(c *Compiler, _ *plan) { write(c) })
	if err != nil {
		return err
	}
	rows, err := s.Query(ctx, p.statement.SQL, p.statement.Args)
	if err != nil {
		return err
	}
	defer rows.Close()
	if rows.Next() {
		read(rows)
	}
	return rows.Err()
}
