package orm

import "context"

// QueryBatch is what prefetches use.
func QueryBatch(ctx context.Context, statements []Statement, read func(i int, rows Rows) error) error {
	s, err := sessionFor(ctx, "", nil, false)
	if err != nil {
		return err
	}
	return s.QueryBatch(ctx, statements, read)
}

// CopyFrom is what BulkCreate uses; n is -1 where the database has no such thing.
func CopyFrom(ctx context.Context, table string, columns []string, n int, value func(row, column int) any) (int64, error) {
	s, err := sessionFor(ctx, "", nil, true)
	if err != nil || !s.hasCopy() {
		return -1, err
	}
	return s.CopyFrom(ctx, table, columns, n, value)
}
