package mysql

import (
	"context"
	"database/sql/driver"
	"errors"
	"strings"

	mysql "github.com/go-sql-driver/mysql"
)

// connector makes the pool's connections.
type connector struct {
	inner      driver.Connector
	config     *mysql.Config
	isolation  string
	statements int
}

// Driver is part of [driver.Connector].
func (c *connector) Driver() driver.Driver { return c.inner.Driver() }

// Connect is part of [driver.Connector].
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	dc := &conn{native: inner.(native), limit: c.statements}
	if err := dc.setUp(ctx, c.isolation); err != nil {
		inner.Close()
		return nil, err
	}
	return dc, nil
}

// setUp does what the driver's parameters cannot: no variable of isolation is
// called the same by MySQL and MariaDB, and kill needs the number.
func (c *conn) setUp(ctx context.Context, isolation string) error {
	if _, err := c.native.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL "+isolation, nil); err != nil {
		return err
	}
	rows, err := c.native.QueryContext(ctx, "SELECT CAST(CONNECTION_ID() AS SIGNED)", nil)
	if err != nil {
		return err
	}
	value := make([]driver.Value, 1)
	err = rows.Next(value)
	c.id, _ = value[0].(int64)
	return errors.Join(err, rows.Close())
}

// native is what we need of the driver's connection.
type native interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// conn is a connection with its prepared statements. One goroutine uses it at a
// time: who holds it from the pool.
type conn struct {
	native
	id         int64 // the server's number of it
	limit      int   // of statements; negative for none
	statements map[string]*statement
	clock      uint64 // ticks with each use of a statement
	reading    bool   // rows are open
	abandoned  bool   // closed beneath a statement, since a context ended
}

// statement is a prepared statement.
type statement struct {
	native nativeStmt
	used   uint64
}

// nativeStmt is what we need of the driver's statements.
type nativeStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// maxPrepared is the number of arguments from which a statement is not prepared:
// inserts and deletes of many rows and IN lists have as many texts as numbers of
// rows, and writing the arguments into the text is faster for them.
const maxPrepared = 100

// prepared tells whether a statement with n arguments is to be prepared. That
// depends on the text alone, so it behaves alike each time.
func (c *conn) prepared(n int) bool { return c.limit >= 0 && n > 0 && n < maxPrepared }

// errNeedsPrepare is ER_NEED_REPREPARE: a table has changed beneath a statement
// once too often. Nothing has been done.
const errNeedsPrepare = 1615

// query runs a statement that returns rows.
func (c *conn) query(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	if !c.prepared(len(args)) {
		rows, err := c.native.QueryContext(ctx, text, args)
		if !errors.Is(err, driver.ErrSkip) {
			return rows, err
		}
		return c.queryOnce(ctx, text, args)
	}
	for retry := true; ; retry = false {
		s, err := c.prepare(ctx, text)
		if err != nil {
			return nil, err
		}
		rows, err := s.QueryContext(ctx, args)
		if !retry || !isNumber(err, errNeedsPrepare) {
			return rows, err
		}
		c.forget(text)
	}
}

// exec runs a statement and drops its rows, if it has any.
func (c *conn) exec(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	if !c.prepared(len(args)) || returnsRows(text) {
		result, err := c.native.ExecContext(ctx, text, args)
		if !errors.Is(err, driver.ErrSkip) {
			return result, err
		}
		return c.execOnce(ctx, text, args)
	}
	for retry := true; ; retry = false {
		s, err := c.prepare(ctx, text)
		if err != nil {
			return nil, err
		}
		result, err := s.ExecContext(ctx, args)
		if !retry || !isNumber(err, errNeedsPrepare) {
			return result, err
		}
		c.forget(text)
	}
}

// returnsRows tells whether a statement might have rows. The driver's Exec would
// wait for ever when it runs such a prepared statement for the second time: it
// takes no account of MariaDB sending the names of columns only once (v1.10.1).
func returnsRows(text string) bool {
	verb, rest, _ := strings.Cut(strings.TrimSpace(text), " ")
	switch strings.ToUpper(verb) {
	case "INSERT", "UPDATE", "DELETE", "REPLACE":
		// MariaDB's RETURNING is the last clause, but finding it takes no parser.
		return strings.Contains(rest, "RETURNING") || strings.Contains(strings.ToUpper(rest), "RETURNING")
	}
	return true
}

// queryOnce prepares a statement that is too large as text: the driver then sends
// large arguments in parts. The statement is closed with the rows.
func (c *conn) queryOnce(ctx context.Context, text string, args []driver.NamedValue) (driver.Rows, error) {
	s, err := c.native.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	rows, err := s.(nativeStmt).QueryContext(ctx, args)
	if err != nil {
		s.Close()
		return nil, err
	}
	return &ownRows{rows, s}, nil
}

// ownRows are rows that own their statement.
type ownRows struct {
	driver.Rows
	stmt driver.Stmt
}

// Close closes the rows and the statement.
func (r *ownRows) Close() error { return errors.Join(r.Rows.Close(), r.stmt.Close()) }

func (c *conn) execOnce(ctx context.Context, text string, args []driver.NamedValue) (driver.Result, error) {
	s, err := c.native.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	return s.(nativeStmt).ExecContext(ctx, args)
}

// prepare returns the prepared statement of text, prepared now or before.
func (c *conn) prepare(ctx context.Context, text string) (nativeStmt, error) {
	c.clock++
	if s, ok := c.statements[text]; ok {
		s.used = c.clock
		return s.native, nil
	}
	inner, err := c.native.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s := &statement{inner.(nativeStmt), c.clock}
	if c.statements == nil {
		c.statements = make(map[string]*statement)
	}
	if len(c.statements) >= c.limit {
		c.forget(c.oldest())
	}
	c.statements[text] = s
	return s.native, nil
}

// oldest returns the text of the statement that was not used for longest. Looking
// at all of them costs less than the round trip that has just been made.
func (c *conn) oldest() string {
	var text string
	least := c.clock
	for t, s := range c.statements {
		if s.used < least {
			text, least = t, s.used
		}
	}
	return text
}

func (c *conn) forget(text string) {
	if s, ok := c.statements[text]; ok {
		delete(c.statements, text)
		// The server does not answer; a broken connection shows soon enough.
		_ = s.native.Close()
	}
}

func isNumber(err error, number uint16) bool {
	var e *mysql.MySQLError
	return errors.As(err, &e) && e.Number == number
}
