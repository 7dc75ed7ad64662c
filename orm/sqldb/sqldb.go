// Package sqldb is a backend of package orm for drivers of database/sql that have
// no backend of their own:
//
//	pool, err := sql.Open("pgx", url)
//	if err != nil {
//		return err
//	}
//	db := orm.NewDB(sqldb.New(pool, postgresDialect, &sqldb.Options{Kind: kind}))
//
// The dialect tells how SQL is written for the database; it can be that of
// orm/sqlite, orm/postgres or orm/mysql, or one made for another database.
// SQLite, PostgreSQL and MySQL themselves are served better by these packages:
// they read rows without database/sql, in a third to two thirds of the time, and
// know their errors.
//
// Rows are read into cells that are used again for each row, not into a pointer
// for each value, so that database/sql converts nothing.
package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/nuages-web/nuages/orm"
)

// Options are the choices of [New]. The zero value is the default.
type Options struct {
	// Arg turns an argument of a statement (one of the types that [orm.Conn]
	// names) into one that the driver takes. The default is [Arg] for the
	// dialect's name.
	Arg func(arg any) (driver.Value, error)
	// Kind returns which of package orm's kinds an error of the driver is, such
	// as [orm.ErrUnique], or nil where it does not know. The default knows the
	// SQLSTATE of errors with a method SQLState() string, as those of pgx and
	// lib/pq have.
	Kind func(err error) error
}

// DB makes a [sql.DB] an [orm.Backend]. Its methods may be called concurrently.
type DB struct {
	pool    *sql.DB
	dialect *orm.Dialect
	conn
}

var _ orm.Backend = (*DB)(nil)

// New returns a backend over pool, which it owns: Close closes it. How many
// connections there are, and how long they live, is set with pool's methods. Nil
// options are the defaults.
func New(pool *sql.DB, dialect *orm.Dialect, opts *Options) *DB {
	c := conn{runner: pool, name: dialect.Name, kind: sqlState}
	c.arg = func(v any) (driver.Value, error) { return Arg(dialect.Name, v) }
	if opts != nil && opts.Arg != nil {
		c.arg = opts.Arg
	}
	if opts != nil && opts.Kind != nil {
		c.kind = opts.Kind
	}
	return &DB{pool: pool, dialect: dialect, conn: c}
}

// Dialect tells how SQL is written.
func (db *DB) Dialect() *orm.Dialect { return db.dialect }

// Close closes the pool.
func (db *DB) Close() error { return db.pool.Close() }

// Begin is part of [orm.Backend]. Options that the driver does not know are its
// error.
func (db *DB) Begin(ctx context.Context, opts sql.TxOptions) (orm.Tx, error) {
	held, err := db.pool.Conn(ctx)
	if err != nil {
		return nil, db.err(ctx, err)
	}
	// database/sql would roll back when this context ends, and some drivers
	// would do so with the ended context: that is left to Rollback.
	native, err := held.BeginTx(context.WithoutCancel(ctx), &opts)
	if err != nil {
		held.Close()
		return nil, db.err(ctx, err)
	}
	c := db.conn
	c.runner = native
	return &tx{conn: c, native: native, held: held}, nil
}

// tx is a transaction.
type tx struct {
	conn
	native *sql.Tx
	held   *sql.Conn
	done   bool
}

// Commit is part of [orm.Tx]. With a context that has ended it rolls back.
func (t *tx) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil && !t.done {
		return errors.Join(err, t.Rollback(ctx))
	}
	return t.end(t.native.Commit)
}

// Rollback is part of [orm.Tx].
func (t *tx) Rollback(context.Context) error { return t.end(t.native.Rollback) }

func (t *tx) end(f func() error) error {
	if t.done {
		return orm.ErrTxDone
	}
	t.done = true
	err := f()
	// The connection is back in the pool already if it was found broken.
	_ = t.held.Close()
	return t.err(context.Background(), err)
}

// conn runs statements on the pool or in a transaction.
type conn struct {
	runner interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	}
	name string // of the dialect
	arg  func(any) (driver.Value, error)
	kind func(error) error
}

// Query is part of [orm.Conn].
func (c *conn) Query(ctx context.Context, query string, args []any) (orm.Rows, error) {
	values, err := c.args(args)
	if err != nil {
		return nil, err
	}
	native, err := c.runner.QueryContext(ctx, query, values...)
	if err != nil {
		return nil, c.err(ctx, err)
	}
	r, err := newRows(ctx, c, native)
	if err != nil {
		native.Close()
		return nil, c.err(ctx, err)
	}
	return r, nil
}

// Exec is part of [orm.Conn].
func (c *conn) Exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	values, err := c.args(args)
	if err != nil {
		return orm.Result{}, err
	}
	native, err := c.runner.ExecContext(ctx, query, values...)
	if err != nil {
		return orm.Result{}, c.err(ctx, err)
	}
	// Drivers that cannot tell return errors here.
	var result orm.Result
	if n, err := native.RowsAffected(); err == nil {
		result.RowsAffected = n
	}
	if id, err := native.LastInsertId(); err == nil {
		result.LastInsertID = id
	}
	return result, nil
}
