package orm

import (
	"context"
	"database/sql"
	"time"
)

// Backend is one database: a pool of connections and the language that it
// speaks. Packages orm/sqlite, orm/postgres and orm/mysql make them; [NewDB]
// makes a [DB] of one or several. All methods are safe for concurrent use.
//
// A backend may have more: [Batcher], [BulkInserter].
type Backend interface {
	// Dialect tells how SQL is written for this database. It does not change.
	Dialect() *Dialect
	Conn
	// Begin starts a transaction on a connection of its own.
	Begin(ctx context.Context, opts sql.TxOptions) (Tx, error)
	// Close waits for statements under way and closes all connections.
	Close() error
}

// Conn runs statements: on any connection of the pool, or on the one of a
// transaction.
//
// Arguments have one of these types, and a backend turns them into its own:
// nil, bool, int64, float64, string, []byte, time.Time, time.Duration,
// [civil.Date], [civil.Time], [uuid.UUID], [decimal.Decimal], [JSONText], and what
// the backend's own package adds (arrays, ranges). SQL has been written with the
// dialect's placeholders. Errors of the database are a [*DBError].
type Conn interface {
	// Query runs a statement that returns rows. The rows must be closed.
	Query(ctx context.Context, query string, args []any) (Rows, error)
	// Exec runs a statement and returns how many rows it touched, and the key
	// that it made, where the database tells (MySQL).
	Exec(ctx context.Context, query string, args []any) (Result, error)
}

// Result is what a statement without rows did.
type Result struct {
	RowsAffected int64
	LastInsertID int64 // MySQL only
}

// Tx is a transaction: a connection that is held until Commit or Rollback. It is
// used by one goroutine at a time; package orm sees to that. After a failed
// Commit, and after Rollback whatever it returns, the connection is back in the
// pool or closed. Rollback works also when ctx has ended.
type Tx interface {
	Conn
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
}

// Rows is the result of a query, read column by column without boxing. Columns
// count from 0 and are read after Next returned true, each at most once and in
// any order; before the typed methods, IsNull tells whether there is a value. A
// value that cannot be read as asked gives zero and ends the rows: Err tells.
//
// Text and Bytes return copies that the caller may keep.
type Rows interface {
	Next() bool
	Err() error
	Close()
	// Columns returns the names of the columns.
	Columns() []string
	IsNull(i int) bool
	Bool(i int) bool
	Int64(i int) int64
	Float64(i int) float64
	// Text returns text, and other types as text: numbers, decimals, JSON, UUIDs.
	Text(i int) string
	Bytes(i int) []byte
	// Time returns a moment in UTC.
	Time(i int) time.Time
	// Scan reads what has no method of its own: *civil.Date, *civil.Time,
	// *time.Duration, *uuid.UUID, *decimal.Decimal, *any (the natural Go type of
	// the column), and what the backend's own package adds.
	Scan(i int, dest any) error
}

// Statement is a statement with its arguments.
type Statement struct {
	SQL  string
	Args []any
}

// Batcher is a [Conn] that sends several queries in one round trip.
type Batcher interface {
	// QueryBatch calls read with the rows of each statement in order, and stops
	// at the first error. It closes the rows.
	QueryBatch(ctx context.Context, statements []Statement, read func(i int, rows Rows) error) error
}

// BulkInserter is a [Conn] that has a faster way than VALUES for many rows.
type BulkInserter interface {
	// CopyFrom inserts n rows and returns how many; value returns the argument
	// of one cell, as for Query.
	CopyFrom(ctx context.Context, table string, columns []string, n int, value func(row, column int) any) (int64, error)
}

// KeyInserter is a [Tx] that has a faster way than VALUES for many rows, and tells
// the keys that it made for them.
type KeyInserter interface {
	// InsertKeys inserts n rows as CopyFrom does, and calls key after each.
	InsertKeys(ctx context.Context, table string, columns []string, n int, value func(row, column int) any, key func(row int, key int64)) error
}

// StatementForgetter is a [Conn] that keeps prepared statements, which are wrong when a
// table has changed: a transaction cannot go on after the error that tells of it.
type StatementForgetter interface {
	// ForgetStatements makes the database prepare all statements anew.
	ForgetStatements(ctx context.Context) error
}

// JSONText is a JSON document as an argument of a statement.
type JSONText []byte
