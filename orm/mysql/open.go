package mysql

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	driver "github.com/go-sql-driver/mysql"

	"github.com/nuages-web/nuages/orm"
)

// Options are the choices of [Open]. The zero value is the default.
type Options struct {
	// MaxConns is how many connections are open at most; further statements
	// wait. 0 is 16, and a negative number is no limit.
	MaxConns int
	// MaxLifetime is how long a connection is used before it is replaced, so
	// that those that a proxy or the server would end are not met. 0 is 5
	// minutes, and a negative number is for ever.
	MaxLifetime time.Duration
	// Statements is how many prepared statements a connection keeps; the server
	// allows 16,382 in all (max_prepared_stmt_count). 0 is 100. With a negative
	// number none are prepared: arguments are written into the statements, as
	// proxies such as ProxySQL may want.
	Statements int
	// Isolation is the isolation of transactions that ask for none. The default
	// is sql.LevelReadCommitted, as in Django; MySQL's own is
	// sql.LevelRepeatableRead.
	Isolation sql.IsolationLevel
}

func (o *Options) withDefaults() Options {
	var d Options
	if o != nil {
		d = *o
	}
	if d.MaxConns == 0 {
		d.MaxConns = 16
	}
	if d.MaxLifetime == 0 {
		d.MaxLifetime = 5 * time.Minute
	}
	if d.Statements == 0 {
		d.Statements = 100
	}
	if d.Isolation == sql.LevelDefault {
		d.Isolation = sql.LevelReadCommitted
	}
	return d
}

// DB is a pool of connections to a MySQL or MariaDB server: an [orm.Backend]. Its
// methods may be called concurrently.
type DB struct {
	pool    *sql.DB
	dialect *orm.Dialect
	server  Server
	users   users
}

var _ orm.Backend = (*DB)(nil)

// ErrClosed: the backend was used after Close.
var ErrClosed = errors.New("mysql: the database is closed")

// Open connects to the server that dsn names, as
// user:password@tcp(host:3306)/database?param=value or user@unix(/path)/database
// (github.com/go-sql-driver/mysql's form), and asks what it is. Nil options are
// the defaults.
//
// These parameters are not for choice: times are UTC (loc, parseTime), one call
// runs one statement (multiStatements), files of this machine are not sent
// (allowAllFiles), updates count the rows that match, not those that change
// (clientFoundRows). The session's time zone is +00:00, and STRICT_TRANS_TABLES is
// added to its sql_mode, unless dsn sets time_zone or sql_mode itself.
func Open(ctx context.Context, dsn string, opts *Options) (*DB, error) {
	o := opts.withDefaults()
	c, err := newConnector(dsn, o)
	if err != nil {
		return nil, err
	}
	db := &DB{pool: sql.OpenDB(c)}
	db.pool.SetMaxOpenConns(max(o.MaxConns, 0))
	db.pool.SetMaxIdleConns(max(o.MaxConns, 16))
	db.pool.SetConnMaxLifetime(max(o.MaxLifetime, 0))
	if db.server, err = askServer(ctx, db.pool); err != nil {
		db.pool.Close()
		return nil, fmt.Errorf("mysql: connect to %s: %w", c.config.Addr, convertError("mysql", err))
	}
	if err := db.server.supported(); err != nil {
		db.pool.Close()
		return nil, err
	}
	db.dialect = NewDialect(db.server)
	return db, nil
}

// newConnector reads dsn and sets what is not for choice.
func newConnector(dsn string, o Options) (*connector, error) {
	config, err := driver.ParseDSN(dsn)
	if err != nil {
		// The driver's error can quote the source name, with its password.
		return nil, errors.New("mysql: the source name is not of the form user:password@tcp(host:port)/database?parameters, " +
			"or it has a parameter that the driver does not know")
	}
	level, err := isolationName(o.Isolation)
	if err != nil {
		return nil, err
	}
	config.Loc, config.ParseTime = time.UTC, true
	config.MultiStatements, config.AllowAllFiles = false, false
	config.ClientFoundRows, config.ColumnsWithAlias = true, false
	config.InterpolateParams = true // for statements that are not prepared
	config.Logger = &driver.NopLogger{}
	if config.Params == nil {
		config.Params = make(map[string]string)
	}
	for name, value := range map[string]string{
		"time_zone":        "'+00:00'",
		"sql_mode":         "CONCAT_WS(',', NULLIF(@@sql_mode, ''), 'STRICT_TRANS_TABLES')",
		"sql_auto_is_null": "0",
	} {
		if config.Params[name] == "" {
			config.Params[name] = value
		}
	}
	inner, err := driver.NewConnector(config)
	if err != nil {
		return nil, fmt.Errorf("mysql: %w", err)
	}
	return &connector{inner: inner, config: config, isolation: level, statements: o.Statements}, nil
}

func isolationName(level sql.IsolationLevel) (string, error) {
	switch level {
	case sql.LevelReadUncommitted:
		return "READ UNCOMMITTED", nil
	case sql.LevelReadCommitted:
		return "READ COMMITTED", nil
	case sql.LevelRepeatableRead:
		return "REPEATABLE READ", nil
	case sql.LevelSerializable:
		return "SERIALIZABLE", nil
	}
	return "", fmt.Errorf("mysql: isolation level %s: %w", level, orm.ErrNotSupported)
}

// Dialect tells how SQL is written for this server. It is called "mysql" or
// "mariadb".
func (db *DB) Dialect() *orm.Dialect { return db.dialect }

// Server tells what answered when the database was opened.
func (db *DB) Server() Server { return db.server }

// Stats returns how many connections are in use and what was waited for.
func (db *DB) Stats() sql.DBStats { return db.pool.Stats() }

// Close waits until all rows are closed and all transactions have ended, then
// closes the connections. Statements that begin later get ErrClosed.
func (db *DB) Close() error {
	db.users.close()
	return db.pool.Close()
}
