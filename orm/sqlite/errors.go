package sqlite

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/nuages-web/nuages/orm"
)

// Error is what SQLite itself said. It is the cause inside of an [orm.DBError].
type Error struct {
	// Code is the extended result code (https://sqlite.org/rescode.html); its
	// low byte is the primary code.
	Code int
	// Message is SQLite's text, which may contain values.
	Message string
}

// Error returns the message with the code.
func (e *Error) Error() string { return e.Message + " (" + strconv.Itoa(e.Code) + ")" }

// fail makes an error of a result code, with the message of the connection.
func (c *conn) fail(rc int32) error {
	message := libc.GoString(sqlite3.Xsqlite3_errstr(c.tls, rc))
	if c.db != 0 && sqlite3.Xsqlite3_extended_errcode(c.tls, c.db) == rc {
		message = libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db))
	}
	e := &orm.DBError{Kind: kind(rc, message), Database: name, Code: strconv.Itoa(int(rc)), Err: &Error{int(rc), message}}
	switch rc {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_BUSY_TIMEOUT, sqlite3.SQLITE_BUSY_RECOVERY:
		e.Err = fmt.Errorf("another process holds the lock of the database for longer than the busy time-out of %v: %w", c.busyTimeout, e.Err)
	}
	violation(e, message)
	return e
}

// failAt is fail for a statement that could not be prepared.
func (c *conn) failAt(rc int32, query string) error {
	err := c.fail(rc)
	if e, ok := err.(*orm.DBError); ok && rc == sqlite3.SQLITE_ERROR {
		e.Kind = orm.ErrProgramming
		e.Err = fmt.Errorf("%w, in %q", e.Err, shorten(query))
	}
	return err
}

// kind sorts the result codes into Django's exceptions.
func kind(rc int32, message string) error {
	switch rc {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
		return orm.ErrUnique
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return orm.ErrForeignKey
	case sqlite3.SQLITE_CONSTRAINT_NOTNULL:
		return orm.ErrNotNull
	case sqlite3.SQLITE_CONSTRAINT_CHECK:
		return orm.ErrCheck
	case sqlite3.SQLITE_CONSTRAINT_DATATYPE:
		return orm.ErrData
	case sqlite3.SQLITE_BUSY_SNAPSHOT:
		return orm.ErrSerialization
	}
	switch rc & 0xff {
	case sqlite3.SQLITE_CONSTRAINT:
		return orm.ErrIntegrity
	case sqlite3.SQLITE_READONLY:
		return orm.ErrReadOnly
	case sqlite3.SQLITE_TOOBIG, sqlite3.SQLITE_MISMATCH:
		return orm.ErrData
	case sqlite3.SQLITE_RANGE, sqlite3.SQLITE_MISUSE:
		return orm.ErrProgramming
	case sqlite3.SQLITE_ERROR:
		for _, data := range []string{"integer overflow", "malformed JSON", "bad JSON path", "ESCAPE expression", "too complex"} {
			if strings.Contains(message, data) {
				return orm.ErrData
			}
		}
		return orm.ErrProgramming
	}
	return orm.ErrOperational
}

// violation reads the table and the columns, or the constraint, out of "UNIQUE
// constraint failed: t.a, t.b" and "CHECK constraint failed: price_gte_cost".
func violation(e *orm.DBError, message string) {
	_, list, ok := strings.Cut(message, " constraint failed: ")
	if !ok {
		return
	}
	if index, ok := strings.CutPrefix(list, "index '"); ok {
		e.Constraint = strings.TrimSuffix(index, "'")
		return
	}
	if e.Kind == orm.ErrCheck {
		e.Constraint = list
		return
	}
	var columns []string
	for item := range strings.SplitSeq(list, ", ") {
		dot := strings.LastIndexByte(item, '.')
		if dot < 0 || e.Table != "" && item[:dot] != e.Table {
			e.Table = ""
			return // a name with a dot or comma in it
		}
		e.Table = item[:dot]
		columns = append(columns, item[dot+1:])
	}
	e.Columns = columns
}

// ended returns the error of the context instead where it is the cause of err:
// the statement was interrupted, or stopped waiting for a lock.
func ended(ctx context.Context, err error) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	var e *Error
	if errors.As(err, &e) && (e.Code&0xff == sqlite3.SQLITE_INTERRUPT || e.Code&0xff == sqlite3.SQLITE_BUSY) {
		return fmt.Errorf("sqlite: the statement was cancelled: %w", ctx.Err())
	}
	return err
}

func operational(format string, args ...any) error {
	return &orm.DBError{Kind: orm.ErrOperational, Database: name, Err: fmt.Errorf(format, args...)}
}

func programming(format string, args ...any) error {
	return &orm.DBError{Kind: orm.ErrProgramming, Database: name, Err: fmt.Errorf(format, args...)}
}
