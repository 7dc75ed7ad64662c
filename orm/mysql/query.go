package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"strconv"
	"time"

	"github.com/nuages-web/nuages/orm"
)

// held is a connection that one user holds.
type held struct {
	db   *DB
	pool *sql.Conn
	conn *conn
}

// acquire takes a connection from the pool.
//
// database/sql wants driver connections to be used only within Raw. Rows outlive
// any function call, so we keep what Raw shows for as long as we hold the
// [sql.Conn], which is as long as the pool leaves it alone.
func (db *DB) acquire(ctx context.Context) (held, error) {
	if !db.users.enter() {
		return held{}, ErrClosed
	}
	pool, err := db.pool.Conn(ctx)
	if err != nil {
		db.users.leave()
		return held{}, err
	}
	h := held{db: db, pool: pool}
	err = pool.Raw(func(dc any) error {
		h.conn = dc.(*conn)
		return nil
	})
	if err != nil {
		h.release(err)
		return held{}, err
	}
	return h, nil
}

// release gives the connection back, or closes it where err says that it is
// broken.
func (h held) release(err error) {
	if h.conn != nil && (broken(err) || !h.conn.IsValid()) {
		// Raw closes the connection on this error.
		_ = h.pool.Raw(func(any) error { return driver.ErrBadConn })
	}
	_ = h.pool.Close() // tells only that it was closed already
	if h.conn != nil && h.conn.abandoned {
		h.db.kill(h.conn.id)
	}
	h.db.users.leave()
}

// killTimeout bounds kill, which waits for a connection of the pool.
const killTimeout = 2 * time.Second

// kill ends what the server still does for a connection that was closed when a
// context ended. A server notices by itself only when it sends rows, and would
// keep locks until then.
func (db *DB) kill(id int64) {
	ctx, cancel := context.WithTimeout(context.Background(), killTimeout)
	defer cancel()
	// It may have ended by itself, which is an error, too.
	_, _ = db.pool.ExecContext(ctx, "KILL "+strconv.FormatInt(id, 10))
}

// note remembers whether err left a statement running on the server.
func (h held) note(err error) {
	if (errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)) && !h.conn.IsValid() {
		h.conn.abandoned = true
	}
}

// maxTries is how often a statement is tried that could not be sent, because the
// server had closed a connection that waited in the pool.
const maxTries = 3

// Query is part of [orm.Conn].
func (db *DB) Query(ctx context.Context, query string, args []any) (orm.Rows, error) {
	for try := 1; ; try++ {
		h, err := db.acquire(ctx)
		if err != nil {
			return nil, db.err(ctx, err)
		}
		rows, err := h.query(ctx, query, args)
		if err == nil {
			rows.release = h.release
			return rows, nil
		}
		h.release(err)
		if !errors.Is(err, driver.ErrBadConn) || try == maxTries {
			return nil, db.err(ctx, err)
		}
	}
}

// Exec is part of [orm.Conn].
func (db *DB) Exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	for try := 1; ; try++ {
		h, err := db.acquire(ctx)
		if err != nil {
			return orm.Result{}, db.err(ctx, err)
		}
		result, err := h.exec(ctx, query, args)
		h.release(err)
		if !errors.Is(err, driver.ErrBadConn) || try == maxTries {
			return result, db.err(ctx, err)
		}
	}
}

func (h held) query(ctx context.Context, query string, args []any) (*rows, error) {
	if h.conn.reading {
		return nil, orm.ErrTxBusy
	}
	query, values, err := convertArgs(query, args)
	if err != nil {
		return nil, err
	}
	native, err := h.conn.query(ctx, query, values)
	if err != nil {
		h.note(err)
		return nil, err
	}
	h.conn.reading = true
	return newRows(ctx, h, native), nil
}

func (h held) exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	if h.conn.reading {
		return orm.Result{}, orm.ErrTxBusy
	}
	query, values, err := convertArgs(query, args)
	if err != nil {
		return orm.Result{}, err
	}
	native, err := h.conn.exec(ctx, query, values)
	if err != nil {
		h.note(err)
		return orm.Result{}, err
	}
	n, err := native.RowsAffected()
	if err != nil {
		return orm.Result{}, err
	}
	id, err := native.LastInsertId()
	return orm.Result{RowsAffected: n, LastInsertID: id}, err
}

// err turns the driver's errors into package orm's.
func (db *DB) err(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctxErr := ctx.Err(); ctxErr != nil && broken(err) {
		return ctxErr
	}
	return convertError(db.dialect.Name, err)
}
