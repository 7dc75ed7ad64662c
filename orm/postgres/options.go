package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nuages-web/nuages/orm"
)

// Options say how a [DB] connects. Nil and zero values are the defaults. What the
// URL says is overruled by an option that is not zero.
type Options struct {
	// MaxConns is the most connections that are open at once; 0 is the greater
	// of 4 and the number of CPUs (or pool_max_conns of the URL).
	MaxConns int
	// MinConns is how many connections are kept open; 0 is none.
	MinConns int
	// MaxLifetime is the age at which a connection is closed when it is free;
	// 0 is an hour. A tenth of it is added at random, so that not all end at once.
	MaxLifetime time.Duration
	// MaxIdleTime is how long a connection may be unused; 0 is 30 minutes.
	MaxIdleTime time.Duration
	// HealthCheck is the time between looks at idle connections; 0 is a minute.
	// A connection that was idle for a second is tried before it is used.
	HealthCheck time.Duration
	// AcquireTimeout bounds the wait for a free connection; 0 is 30 seconds,
	// negative waits as long as the context.
	AcquireTimeout time.Duration
	// ConnectTimeout bounds one attempt to connect; 0 is 10 seconds (or
	// connect_timeout of the URL).
	ConnectTimeout time.Duration

	// Prepared says how statements are sent; the default prepares them once on
	// each connection. Behind PgBouncer in transaction mode see [PreparedDescribe].
	Prepared Prepared
	// StatementCache is how many statements (or descriptions) a connection
	// remembers; 0 is 512.
	StatementCache int

	// ApplicationName is what pg_stat_activity shows; "" is what the URL says, or
	// nothing.
	ApplicationName string
	// Isolation is the level of transactions that do not say one; the default is
	// the server's, which is read committed. (Django's isolation_level)
	Isolation sql.IsolationLevel
	// Role is assumed after connecting, as SET ROLE does (Django's assume_role).
	Role string
	// StatementTimeout ends statements that take longer; 0 is the server's
	// setting, which usually is never.
	StatementTimeout time.Duration

	// Connect is called with each new connection, before it is used. An error
	// closes the connection and goes to who wanted it.
	Connect func(ctx context.Context, conn *pgx.Conn) error
}

// Prepared says how statements are sent to the server.
type Prepared uint8

// Ways of sending statements.
const (
	// PreparedCache prepares each statement once on each connection and
	// remembers it.
	PreparedCache Prepared = iota
	// PreparedDescribe remembers only the types of arguments and results, and
	// has no named statements on the server: for PgBouncer in transaction mode.
	PreparedDescribe
	// PreparedExec asks for no types at all: one round trip for every statement,
	// with arguments and results as text.
	PreparedExec
	// PreparedSimple writes the arguments into the statement (the simple
	// protocol), for proxies that know nothing else.
	PreparedSimple
)

const (
	defaultAcquireTimeout = 30 * time.Second
	defaultConnectTimeout = 10 * time.Second
	// cancelTimeout is how long the server may take to stop a statement whose
	// context has ended; then the connection is closed.
	cancelTimeout = 2 * time.Second
)

// config turns url and the options into pgx's configuration.
func (o *Options) config(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	if err := o.pool(cfg); err != nil {
		return nil, err
	}
	conn := cfg.ConnConfig
	if o.ConnectTimeout != 0 {
		conn.ConnectTimeout = o.ConnectTimeout
	} else if conn.ConnectTimeout == 0 {
		conn.ConnectTimeout = defaultConnectTimeout
	}
	if conn.DefaultQueryExecMode, err = o.Prepared.mode(); err != nil {
		return nil, err
	}
	if o.StatementCache < 0 {
		return nil, fmt.Errorf("postgres: Options.StatementCache is %d", o.StatementCache)
	}
	if o.StatementCache != 0 {
		conn.StatementCacheCapacity, conn.DescriptionCacheCapacity = o.StatementCache, o.StatementCache
	}
	// The server is asked to stop, so that the connection stays usable: a
	// transaction must be rolled back on it.
	conn.BuildContextWatcherHandler = func(c *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: c, DeadlineDelay: cancelTimeout}
	}
	types := textTypes()
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		c.TypeMap().RegisterTypes(types)
		if o.Connect != nil {
			return o.Connect(ctx, c)
		}
		return nil
	}
	return cfg, o.session(conn.RuntimeParams)
}

// pool sets the limits of the pool.
func (o *Options) pool(cfg *pgxpool.Config) error {
	if o.MaxConns < 0 || o.MinConns < 0 || o.MaxLifetime < 0 || o.MaxIdleTime < 0 || o.HealthCheck < 0 || o.ConnectTimeout < 0 {
		return fmt.Errorf("postgres: a limit of Options is negative: %+v", *o)
	}
	if o.MaxConns != 0 {
		cfg.MaxConns = int32(min(o.MaxConns, 1<<20))
	}
	if o.MinConns != 0 {
		cfg.MinConns = int32(min(o.MinConns, 1<<20))
	}
	if cfg.MinConns > cfg.MaxConns {
		return fmt.Errorf("postgres: MinConns is %d, but MaxConns only %d", cfg.MinConns, cfg.MaxConns)
	}
	if o.MaxLifetime != 0 {
		cfg.MaxConnLifetime = o.MaxLifetime
	}
	if cfg.MaxConnLifetimeJitter == 0 {
		cfg.MaxConnLifetimeJitter = cfg.MaxConnLifetime / 10
	}
	if o.MaxIdleTime != 0 {
		cfg.MaxConnIdleTime = o.MaxIdleTime
	}
	if o.HealthCheck != 0 {
		cfg.HealthCheckPeriod = o.HealthCheck
	}
	return nil
}

// session sets what each connection starts with. Times without a zone are UTC,
// and text results are written as this package reads them.
func (o *Options) session(params map[string]string) error {
	for name := range params {
		if n := strings.ToLower(name); n == "timezone" || n == "datestyle" {
			delete(params, name)
		}
	}
	params["timezone"] = "UTC"
	params["datestyle"] = "ISO, MDY"
	if o.ApplicationName != "" {
		params["application_name"] = o.ApplicationName
	}
	if o.Role != "" {
		params["role"] = o.Role
	}
	switch {
	case o.StatementTimeout < 0:
		return fmt.Errorf("postgres: Options.StatementTimeout is %v", o.StatementTimeout)
	case o.StatementTimeout > 0:
		ms := max(1, o.StatementTimeout.Milliseconds())
		params["statement_timeout"] = strconv.FormatInt(ms, 10)
	}
	if o.Isolation != sql.LevelDefault {
		level, err := isolation(o.Isolation)
		if err != nil {
			return err
		}
		params["default_transaction_isolation"] = string(level)
	}
	return nil
}

func (p Prepared) mode() (pgx.QueryExecMode, error) {
	switch p {
	case PreparedCache:
		return pgx.QueryExecModeCacheStatement, nil
	case PreparedDescribe:
		return pgx.QueryExecModeCacheDescribe, nil
	case PreparedExec:
		return pgx.QueryExecModeExec, nil
	case PreparedSimple:
		return pgx.QueryExecModeSimpleProtocol, nil
	}
	return 0, fmt.Errorf("postgres: Options.Prepared is %d, which is none of its constants", p)
}

// isolation returns PostgreSQL's level. It has no level between repeatable read
// and snapshot isolation.
func isolation(level sql.IsolationLevel) (pgx.TxIsoLevel, error) {
	switch level {
	case sql.LevelDefault:
		return "", nil
	case sql.LevelReadUncommitted:
		return pgx.ReadUncommitted, nil
	case sql.LevelReadCommitted:
		return pgx.ReadCommitted, nil
	case sql.LevelRepeatableRead, sql.LevelSnapshot:
		return pgx.RepeatableRead, nil
	case sql.LevelSerializable:
		return pgx.Serializable, nil
	}
	return "", fmt.Errorf("postgres: isolation level %v: %w", level, orm.ErrNotSupported)
}
