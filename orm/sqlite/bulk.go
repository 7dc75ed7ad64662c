package sqlite

import (
	"context"
	"runtime"
	"strings"

	sqlite3 "modernc.org/sqlite/lib"
)

// CopyFrom inserts n rows in one transaction and returns how many. It steps one
// prepared statement for each row, which is faster than VALUES with many rows:
// there is no text to write and parse, and SQLite has no round trips to save.
func (db *DB) CopyFrom(ctx context.Context, table string, columns []string, n int, value func(row, column int) any) (int64, error) {
	t, err := db.begin(ctx, false, true)
	if err != nil {
		return 0, err
	}
	defer t.end()
	done, err := t.CopyFrom(ctx, table, columns, n, value)
	if err != nil {
		return 0, err
	}
	return done, t.Commit(ctx)
}

// CopyFrom inserts n rows and returns how many. Where it fails, the rows before
// stay until the transaction or savepoint is rolled back.
func (t *Tx) CopyFrom(ctx context.Context, table string, columns []string, n int, value func(row, column int) any) (int64, error) {
	return t.insertRows(ctx, table, columns, n, value, func(int) {})
}

// InsertKeys is CopyFrom that tells the key (rowid) of each row.
func (t *Tx) InsertKeys(ctx context.Context, table string, columns []string, n int, value func(row, column int) any, key func(row int, key int64)) error {
	_, err := t.insertRows(ctx, table, columns, n, value, func(row int) {
		key(row, sqlite3.Xsqlite3_last_insert_rowid(t.c.tls, t.c.db))
	})
	return err
}

func (t *Tx) insertRows(ctx context.Context, table string, columns []string, n int, value func(row, column int) any, inserted func(row int)) (int64, error) {
	if err := t.check(ctx); err != nil || n == 0 {
		return 0, err
	}
	defer runtime.KeepAlive(t) // or it would count as forgotten
	c := t.c
	s, err := c.prepare(insertStatement(table, columns))
	if err != nil {
		return 0, err
	}
	defer c.release(s)
	c.done = ctx.Done()
	defer func() { c.done = nil }()
	args := make([]any, len(columns))
	for row := range n {
		if c.cancelled() {
			return int64(row), ctx.Err()
		}
		for column := range args {
			args[column] = value(row, column)
		}
		if err := c.bind(s, args); err != nil {
			return int64(row), err
		}
		if err := c.finish(s); err != nil {
			return int64(row), ended(ctx, err)
		}
		inserted(row)
		sqlite3.Xsqlite3_reset(c.tls, s.p)
		if s.params > 0 {
			sqlite3.Xsqlite3_clear_bindings(c.tls, s.p)
		}
	}
	return int64(n), nil
}

func insertStatement(table string, columns []string) string {
	var b strings.Builder
	b.WriteString("INSERT INTO " + quote(table))
	if len(columns) == 0 {
		return b.String() + " DEFAULT VALUES"
	}
	for i, column := range columns {
		if i == 0 {
			b.WriteString(" (")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(quote(column))
	}
	b.WriteString(") VALUES (" + strings.Repeat("?, ", len(columns)-1) + "?)")
	return b.String()
}

// quote returns a name in quotation marks.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }
