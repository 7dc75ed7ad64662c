package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nuages-web/nuages/orm"
)

// rollbackTimeout bounds a Rollback, which does not listen to its context.
const rollbackTimeout = 5 * time.Second

// tx is a transaction. pgx closes connections whose state is not known, and the
// pool does not take back those that are closed or in a transaction.
type tx struct {
	db   *DB
	held *pgxpool.Conn // nil when the transaction has ended
	tx   pgx.Tx
	// changed tells that statements are to be forgotten at the end.
	changed bool
}

func (t *tx) Query(ctx context.Context, query string, args []any) (orm.Rows, error) {
	if t.held == nil {
		return nil, orm.ErrTxDone
	}
	values, err := encodeArgs(args)
	if err != nil {
		return nil, err
	}
	rows, err := runQuery(ctx, t.held.Conn(), query, values)
	if err != nil {
		return nil, convertError(ctx, err)
	}
	rows.settle()
	return rows, nil
}

func (t *tx) Exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	if t.held == nil {
		return orm.Result{}, orm.ErrTxDone
	}
	values, err := encodeArgs(args)
	if err != nil {
		return orm.Result{}, err
	}
	tag, err := t.held.Exec(ctx, query, values...)
	if err != nil {
		return orm.Result{}, convertError(ctx, err)
	}
	return orm.Result{RowsAffected: tag.RowsAffected()}, nil
}

func (t *tx) QueryBatch(ctx context.Context, statements []orm.Statement, read func(i int, rows orm.Rows) error) error {
	if t.held == nil {
		return orm.ErrTxDone
	}
	_, err := runBatch(ctx, t.held.Conn(), statements, read)
	return err
}

func (t *tx) CopyFrom(ctx context.Context, table string, columns []string, n int, value func(row, column int) any) (int64, error) {
	if t.held == nil {
		return 0, orm.ErrTxDone
	}
	return runCopy(ctx, t.held.Conn(), table, columns, n, value)
}

func (t *tx) Commit(ctx context.Context) error {
	if t.held == nil {
		return orm.ErrTxDone
	}
	err := t.tx.Commit(ctx)
	t.done()
	if errors.Is(err, pgx.ErrTxCommitRollback) {
		return &orm.DBError{Kind: orm.ErrTxBroken, Database: name, Code: "25P02", Err: err}
	}
	return convertError(ctx, err)
}

func (t *tx) Rollback(ctx context.Context) error {
	if t.held == nil {
		return orm.ErrTxDone
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	err := t.tx.Rollback(ctx)
	t.done()
	return convertError(ctx, err)
}

func (t *tx) done() {
	if t.changed {
		t.db.generation.Add(1)
	}
	t.db.release(t.held)
	t.held = nil
}
