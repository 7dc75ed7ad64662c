package mysql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"time"

	"github.com/nuages-web/nuages/internal/dbvalue"
	"github.com/nuages-web/nuages/orm"
)

// rows reads the driver's rows. The driver's values are int64, uint64, float32,
// float64, time.Time, and []byte for all else, which it overwrites with the next
// row.
type rows struct {
	ctx     context.Context
	held    held
	native  driver.Rows
	names   []string
	values  []driver.Value
	err     error
	closed  bool
	release func(error) // of the connection, for rows that hold their own
}

var _ orm.Rows = (*rows)(nil)

func newRows(ctx context.Context, h held, native driver.Rows) *rows {
	names := native.Columns()
	return &rows{ctx: ctx, held: h, native: native, names: names, values: make([]driver.Value, len(names))}
}

func (r *rows) Columns() []string { return r.names }

func (r *rows) Next() bool {
	if r.err != nil || r.closed {
		r.Close()
		return false
	}
	err := r.native.Next(r.values)
	if err == nil {
		return true
	}
	if err != io.EOF {
		r.held.note(err)
		r.err = r.held.db.err(r.ctx, err)
	}
	r.Close()
	return false
}

func (r *rows) Err() error { return r.err }

// Close reads to the end what was not read: the protocol has no other way to
// reach the next statement.
func (r *rows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	err := r.native.Close()
	r.held.note(err)
	if err != nil && r.err == nil {
		r.err = r.held.db.err(r.ctx, err)
	}
	r.held.conn.reading = false
	if r.release != nil {
		r.release(err)
	}
}

// fail ends the rows because a value could not be read.
func (r *rows) fail(i int, what string, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("mysql: column %q as %s: %w (%w)", r.names[i], what, err, orm.ErrData)
	}
}

func (r *rows) IsNull(i int) bool { return r.values[i] == nil }

func (r *rows) Int64(i int) int64 {
	if n, ok := r.values[i].(int64); ok {
		return n
	}
	return slow(r, i, "an integer", dbvalue.Int64)
}

// slow reads a value that is not of the type that columns have for it.
func slow[T any](r *rows, i int, what string, read func(driver.Value) (T, error)) T {
	v, err := read(r.values[i])
	if err != nil {
		r.fail(i, what, err)
	}
	return v
}

func (r *rows) Bool(i int) bool {
	if n, ok := r.values[i].(int64); ok {
		return n != 0
	}
	return slow(r, i, "a boolean", dbvalue.Bool)
}

func (r *rows) Float64(i int) float64 {
	if f, ok := r.values[i].(float64); ok {
		return f
	}
	return slow(r, i, "a number", dbvalue.Float64)
}

func (r *rows) Text(i int) string {
	switch v := r.values[i].(type) {
	case []byte:
		return string(v)
	case time.Time:
		if r.typeName(i) == "DATE" {
			return v.Format(time.DateOnly)
		}
	}
	return slow(r, i, "text", dbvalue.Text)
}

func (r *rows) Bytes(i int) []byte { return slow(r, i, "bytes", dbvalue.Bytes) }

func (r *rows) Time(i int) time.Time {
	if t, ok := r.values[i].(time.Time); ok {
		return t
	}
	return slow(r, i, "a time", dbvalue.Time)
}

// typeName returns MySQL's name of the column's type, such as "DATETIME".
func (r *rows) typeName(i int) string {
	native := r.native
	if own, ok := native.(*ownRows); ok {
		native = own.Rows
	}
	if t, ok := native.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return t.ColumnTypeDatabaseTypeName(i)
	}
	return ""
}
