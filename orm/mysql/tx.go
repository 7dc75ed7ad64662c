package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/nuages-web/nuages/orm"
)

// tx is a transaction.
type tx struct {
	held
	done bool
}

// rollbackTimeout bounds a ROLLBACK whose context has ended; then the connection
// is closed, which rolls back as well.
const rollbackTimeout = 5 * time.Second

// Begin is part of [orm.Backend]. MySQL has all levels of isolation but snapshot
// and linearizable; without one the backend's own counts.
func (db *DB) Begin(ctx context.Context, opts sql.TxOptions) (orm.Tx, error) {
	if opts.Isolation != sql.LevelDefault {
		if _, err := isolationName(opts.Isolation); err != nil {
			return nil, err
		}
	}
	for try := 1; ; try++ {
		h, err := db.acquire(ctx)
		if err != nil {
			return nil, db.err(ctx, err)
		}
		_, err = h.conn.BeginTx(ctx, driver.TxOptions{Isolation: driver.IsolationLevel(opts.Isolation), ReadOnly: opts.ReadOnly})
		if err == nil {
			return &tx{held: h}, nil
		}
		h.release(err)
		if !errors.Is(err, driver.ErrBadConn) || try == maxTries {
			return nil, db.err(ctx, err)
		}
	}
}

// Query is part of [orm.Conn].
func (t *tx) Query(ctx context.Context, query string, args []any) (orm.Rows, error) {
	if t.done {
		return nil, orm.ErrTxDone
	}
	rows, err := t.query(ctx, query, args)
	if err != nil {
		return nil, t.db.err(ctx, err)
	}
	return rows, nil
}

// Exec is part of [orm.Conn].
func (t *tx) Exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	if t.done {
		return orm.Result{}, orm.ErrTxDone
	}
	result, err := t.exec(ctx, query, args)
	return result, t.db.err(ctx, err)
}

// Commit is part of [orm.Tx]. After an error other than the database's own, it is
// not known whether the transaction has been committed.
func (t *tx) Commit(ctx context.Context) error {
	if t.done {
		return orm.ErrTxDone
	}
	if t.conn.reading {
		return orm.ErrTxBusy
	}
	_, err := t.conn.ExecContext(ctx, "COMMIT", nil)
	if err == nil {
		t.end(nil)
		return nil
	}
	// The transaction may be open still.
	t.end(driver.ErrBadConn)
	return t.db.err(ctx, err)
}

// Rollback is part of [orm.Tx]. Rows that are open are lost.
func (t *tx) Rollback(ctx context.Context) error {
	if t.done {
		return orm.ErrTxDone
	}
	if t.conn.reading || !t.conn.IsValid() {
		t.end(driver.ErrBadConn)
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), rollbackTimeout)
	defer cancel()
	if _, err := t.conn.ExecContext(ctx, "ROLLBACK", nil); err != nil {
		// The server rolls back what a connection leaves behind.
		t.end(driver.ErrBadConn)
		if broken(err) {
			return nil
		}
		return t.db.err(ctx, err)
	}
	t.end(nil)
	return nil
}

func (t *tx) end(err error) {
	t.done = true
	t.release(err)
}
