package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/nuages-web/nuages/orm"
)

// QueryBatch sends all statements at once and reads their rows in order.
func (db *DB) QueryBatch(ctx context.Context, statements []orm.Statement, read func(i int, rows orm.Rows) error) error {
	for again := true; ; again = false {
		c, err := db.acquire(ctx)
		if err != nil {
			return err
		}
		begun, err := runBatch(ctx, c.Conn(), statements, read)
		db.release(c)
		if err == nil || begun || !again || !mayRetry(ctx, err) {
			return err
		}
	}
}

// runBatch tells besides its error whether read was called.
func runBatch(ctx context.Context, c *pgx.Conn, statements []orm.Statement, read func(i int, rows orm.Rows) error) (begun bool, err error) {
	var batch pgx.Batch
	for _, s := range statements {
		values, err := encodeArgs(s.Args)
		if err != nil {
			return false, err
		}
		batch.Queue(s.SQL, values...)
	}
	results := c.SendBatch(ctx, &batch)
	defer func() {
		if closeErr := results.Close(); err == nil {
			err = convertError(ctx, closeErr)
		}
	}()
	for i := range statements {
		rows, err := results.Query()
		r, err := newRows(ctx, c, rows, err)
		if err != nil {
			return begun, convertError(ctx, err)
		}
		begun = true
		err = read(i, r)
		r.Close()
		if err == nil {
			err = r.Err()
		}
		if err != nil {
			return begun, err
		}
	}
	return begun, nil
}

var _ orm.Batcher = (*DB)(nil)
