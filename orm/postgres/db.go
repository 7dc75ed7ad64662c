package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nuages-web/nuages/orm"
)

// minVersion is the oldest server that is supported, as Django 5.2 has it.
const minVersion = 14

// DB is a PostgreSQL database: an [orm.Backend], [orm.Batcher] and
// [orm.BulkInserter]. [Open] makes it, and who opened it closes it. It is safe
// for concurrent use.
type DB struct {
	pool           *pgxpool.Pool
	dialect        *orm.Dialect
	acquireTimeout time.Duration
	maxConns       int64
	using          atomic.Int64 // connections in use or waited for
	caches         bool         // statements or descriptions of them
	generation     atomic.Int64 // of tables; see ForgetStatements
}

// Open connects to the database that url names: a URL or a keyword string as for
// libpq (https://www.postgresql.org/docs/current/libpq-connect.html), with its
// environment variables, password and service files and sslmode. Nil options are
// the defaults. It makes one connection, so that a wrong URL shows at once, and
// to learn the version of the server.
func Open(ctx context.Context, url string, opts *Options) (*DB, error) {
	if opts == nil {
		opts = &Options{}
	}
	cfg, err := opts.config(url)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	db := &DB{pool: pool, acquireTimeout: opts.AcquireTimeout, maxConns: int64(cfg.MaxConns),
		caches: opts.Prepared == PreparedCache || opts.Prepared == PreparedDescribe}
	if db.acquireTimeout == 0 {
		db.acquireTimeout = defaultAcquireTimeout
	}
	version, err := db.version(ctx)
	if err != nil {
		pool.Close()
		return nil, err
	}
	db.dialect = newDialect(version)
	return db, nil
}

// version returns the major version of the server.
func (db *DB) version(ctx context.Context) (int, error) {
	c, err := db.acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer db.release(c)
	text := c.Conn().PgConn().ParameterStatus("server_version") // "15.6 (Debian 15.6-0+deb12u1)", "18beta1"
	digits := strings.IndexFunc(text, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(text)
	}
	major, err := strconv.Atoi(text[:digits])
	if err != nil {
		return 0, fmt.Errorf("postgres: the server calls its version %q", text)
	}
	if major < minVersion {
		return 0, fmt.Errorf("postgres: the server is PostgreSQL %s, but %d or later is needed: %w", text, minVersion, orm.ErrNotSupported)
	}
	return major, nil
}

// Dialect returns how SQL is written for this server.
func (db *DB) Dialect() *orm.Dialect { return db.dialect }

// Pool returns pgx's pool, for what package orm does not have, such as LISTEN.
// Its settings and connections belong to the DB.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// Close waits for statements under way and closes all connections.
func (db *DB) Close() error {
	db.pool.Close()
	return nil
}

// acquire takes a connection from the pool. Only where all may be taken it pays
// for a timer.
func (db *DB) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	wait := ctx
	if db.using.Add(1) > db.maxConns && db.acquireTimeout > 0 {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, db.acquireTimeout)
		defer cancel()
	}
	c, err := db.pool.Acquire(wait)
	if err == nil {
		if db.generation.Load() > 0 {
			db.forget(ctx, c.Conn())
		}
		return c, nil
	}
	db.using.Add(-1)
	if ctx.Err() == nil && wait.Err() != nil {
		err = fmt.Errorf("none of the %d connections became free within %v (Options.MaxConns and AcquireTimeout)", db.maxConns, db.acquireTimeout)
		return nil, &orm.DBError{Kind: orm.ErrOperational, Database: name, Err: err}
	}
	return nil, convertError(ctx, err)
}

func (db *DB) release(c *pgxpool.Conn) {
	c.Release()
	db.using.Add(-1)
}

// Query runs a statement that returns rows, on any connection. The connection is
// held until the rows are closed.
func (db *DB) Query(ctx context.Context, query string, args []any) (orm.Rows, error) {
	values, err := encodeArgs(args)
	if err != nil {
		return nil, err
	}
	for again := true; ; again = false {
		c, err := db.acquire(ctx)
		if err != nil {
			return nil, err
		}
		rows, err := runQuery(ctx, c.Conn(), query, values)
		if err == nil {
			rows.db, rows.held = db, c
			rows.settle()
			return rows, nil
		}
		db.release(c)
		if !again || !mayRetry(ctx, err) {
			return nil, convertError(ctx, err)
		}
	}
}

// Exec runs a statement, on any connection. Without arguments it may be several
// statements, which then are one transaction.
func (db *DB) Exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	values, err := encodeArgs(args)
	if err != nil {
		return orm.Result{}, err
	}
	for again := true; ; again = false {
		c, err := db.acquire(ctx)
		if err != nil {
			return orm.Result{}, err
		}
		tag, err := c.Exec(ctx, query, values...)
		db.release(c)
		if err == nil {
			return orm.Result{RowsAffected: tag.RowsAffected()}, nil
		}
		if !again || !mayRetry(ctx, err) {
			return orm.Result{}, convertError(ctx, err)
		}
	}
}

// Begin starts a transaction. A level that opts does not say is that of Options,
// then that of the server. To defer a serializable, read-only one until it
// cannot fail, begin it with SET TRANSACTION DEFERRABLE.
func (db *DB) Begin(ctx context.Context, opts sql.TxOptions) (orm.Tx, error) {
	level, err := isolation(opts.Isolation)
	if err != nil {
		return nil, err
	}
	options := pgx.TxOptions{IsoLevel: level}
	if opts.ReadOnly {
		options.AccessMode = pgx.ReadOnly
	}
	for again := true; ; again = false {
		c, err := db.acquire(ctx)
		if err != nil {
			return nil, err
		}
		t, err := c.Conn().BeginTx(ctx, options)
		if err == nil {
			return &tx{db: db, held: c, tx: t}, nil
		}
		// Nothing has happened yet: a connection that has died in the pool is
		// replaced.
		dead := c.Conn().IsClosed()
		db.release(c)
		if !again || !dead || ctx.Err() != nil {
			return nil, convertError(ctx, err)
		}
	}
}

// mayRetry tells whether a statement outside of a transaction can run again: it
// was not sent, or the server refused what it had prepared, because the table has
// changed since or a proxy gave us another server. pgx has forgotten the
// statement then.
func mayRetry(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return pgconn.SafeToRetry(err)
	}
	return stalePlan(pg)
}

func stalePlan(pg *pgconn.PgError) bool {
	switch pg.Code {
	case "0A000": // feature_not_supported: "cached plan must not change result type"
		return pg.Routine == "RevalidateCachedQuery"
	case "26000": // invalid_sql_statement_name
		return true
	}
	return false
}
