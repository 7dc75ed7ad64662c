package mysql

import (
	"context"
	"database/sql/driver"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/shopspring/decimal"

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
		r.err = fmt.Errorf("mysql: read column %q as %s: %w", r.names[i], what, err)
	}
}

func (r *rows) failType(i int, what string) {
	r.fail(i, what, fmt.Errorf("it is a %T: %w", r.values[i], orm.ErrData))
}

func (r *rows) IsNull(i int) bool { return r.values[i] == nil }

func (r *rows) Int64(i int) int64 {
	if n, ok := r.values[i].(int64); ok {
		return n
	}
	return r.slowInt64(i)
}

// slowInt64 reads integers that are of another type, as sums are, which are
// decimals.
func (r *rows) slowInt64(i int) int64 {
	switch v := r.values[i].(type) {
	case []byte:
		n, err := strconv.ParseInt(string(v), 10, 64)
		if err == nil {
			return n
		}
		if d, decErr := decimal.NewFromString(string(v)); decErr == nil && d.IsInteger() && d.BigInt().IsInt64() {
			return d.IntPart()
		}
		r.fail(i, "an integer", err)
	case float64:
		if n := int64(v); float64(n) == v {
			return n
		}
		r.fail(i, "an integer", fmt.Errorf("it is %v: %w", v, orm.ErrData))
	case uint64:
		if v <= 1<<63-1 {
			return int64(v)
		}
		r.fail(i, "an integer", fmt.Errorf("it is %d: %w", v, orm.ErrData))
	default:
		r.failType(i, "an integer")
	}
	return 0
}

func (r *rows) Bool(i int) bool {
	switch v := r.values[i].(type) {
	case int64:
		return v != 0
	case []byte: // BIT(1), or JSON
		switch string(v) {
		case "\x00", "0", "false":
			return false
		case "\x01", "1", "true":
			return true
		}
	}
	return r.Int64(i) != 0
}

func (r *rows) Float64(i int) float64 {
	switch v := r.values[i].(type) {
	case float64:
		return v
	case float32:
		// FLOAT holds the nearest to a short decimal, which is meant.
		f, _ := strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
		return f
	case int64:
		return float64(v)
	case uint64:
		return float64(v)
	case []byte:
		f, err := strconv.ParseFloat(string(v), 64)
		if err != nil {
			r.fail(i, "a number", err)
		}
		return f
	}
	r.failType(i, "a number")
	return 0
}

func (r *rows) Text(i int) string {
	if b, ok := r.values[i].([]byte); ok {
		return string(b)
	}
	return r.slowText(i)
}

func (r *rows) slowText(i int) string {
	switch v := r.values[i].(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32)
	case time.Time:
		if r.typeName(i) == "DATE" {
			return v.Format(time.DateOnly)
		}
		return v.Format("2006-01-02 15:04:05.999999")
	}
	r.failType(i, "text")
	return ""
}

func (r *rows) Bytes(i int) []byte {
	if b, ok := r.values[i].([]byte); ok {
		return append(make([]byte, 0, len(b)), b...)
	}
	return []byte(r.Text(i))
}

func (r *rows) Time(i int) time.Time {
	switch v := r.values[i].(type) {
	case time.Time:
		return v
	case []byte: // an expression that MySQL has no better type for
		t, err := parseTime(string(v))
		if err != nil {
			r.fail(i, "a time", err)
		}
		return t
	}
	r.failType(i, "a time")
	return time.Time{}
}

// parseTime reads the text of a datetime or date.
func parseTime(s string) (time.Time, error) {
	t, err := time.Parse(time.DateTime, s) // takes fractions, too
	if err == nil {
		return t, nil
	}
	if t, dateErr := time.Parse(time.DateOnly, s); dateErr == nil {
		return t, nil
	}
	return time.Time{}, err
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
