package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/dbvalue"
	"github.com/nuages-web/nuages/orm"
)

// cell takes a value as the driver gives it. Text and bytes belong to the driver
// until the next row.
type cell struct{ v driver.Value }

// Scan is part of [sql.Scanner].
func (c *cell) Scan(v any) error {
	c.v = v
	return nil
}

// rows reads rows into cells.
type rows struct {
	ctx    context.Context
	conn   *conn
	native *sql.Rows
	names  []string
	types  []string // the database's names of the columns' types, when asked for
	cells  []cell
	dest   []any // pointers to the cells
	err    error
}

var _ orm.Rows = (*rows)(nil)

func newRows(ctx context.Context, c *conn, native *sql.Rows) (*rows, error) {
	names, err := native.Columns()
	if err != nil {
		return nil, err
	}
	r := &rows{ctx: ctx, conn: c, native: native, names: names, cells: make([]cell, len(names)), dest: make([]any, len(names))}
	for i := range r.cells {
		r.dest[i] = &r.cells[i]
	}
	return r, nil
}

func (r *rows) Columns() []string { return r.names }

func (r *rows) Next() bool {
	if r.err == nil && r.native.Next() {
		if r.err = r.native.Scan(r.dest...); r.err == nil {
			return true
		}
	}
	if err := r.native.Err(); err != nil && r.err == nil {
		r.err = r.conn.err(r.ctx, err)
	}
	r.Close()
	return false
}

func (r *rows) Err() error { return r.err }

func (r *rows) Close() {
	if err := r.native.Close(); err != nil && r.err == nil {
		r.err = r.conn.err(r.ctx, err)
	}
}

func (r *rows) IsNull(i int) bool { return r.cells[i].v == nil }

// read reads a cell, and ends the rows where that is not possible.
func read[T any](r *rows, i int, f func(driver.Value) (T, error)) T {
	v, err := f(r.cells[i].v)
	if err != nil {
		r.fail(i, err)
	}
	return v
}

func (r *rows) fail(i int, err error) {
	if r.err == nil {
		r.err = fmt.Errorf("sqldb: column %q: %w (%w)", r.names[i], err, orm.ErrData)
	}
}

func (r *rows) Bool(i int) bool       { return read(r, i, dbvalue.Bool) }
func (r *rows) Int64(i int) int64     { return read(r, i, dbvalue.Int64) }
func (r *rows) Float64(i int) float64 { return read(r, i, dbvalue.Float64) }
func (r *rows) Text(i int) string     { return read(r, i, dbvalue.Text) }
func (r *rows) Bytes(i int) []byte    { return read(r, i, dbvalue.Bytes) }
func (r *rows) Time(i int) time.Time  { return read(r, i, dbvalue.Time) }

// Scan reads what has no method of its own, and *any; see natural.
func (r *rows) Scan(i int, dest any) error {
	switch dest := dest.(type) {
	case *any:
		*dest = r.natural(i)
	case *bool:
		*dest = r.Bool(i)
	case *int64:
		*dest = r.Int64(i)
	case *float64:
		*dest = r.Float64(i)
	case *string:
		*dest = r.Text(i)
	case *[]byte:
		*dest = r.Bytes(i)
	case *orm.JSONText:
		*dest = r.Bytes(i)
	case *time.Time:
		*dest = r.Time(i)
	case *time.Duration:
		*dest = time.Duration(r.Int64(i)) * time.Microsecond
	case *civil.Date:
		*dest = read(r, i, dbvalue.Date)
	case *civil.Time:
		*dest = read(r, i, dbvalue.Clock)
	case *uuid.UUID:
		*dest = read(r, i, dbvalue.UUID)
	case *decimal.Decimal:
		*dest = read(r, i, dbvalue.Decimal)
	case *netip.Addr:
		*dest = read(r, i, func(v driver.Value) (netip.Addr, error) {
			s, err := dbvalue.Text(v)
			if err != nil {
				return netip.Addr{}, err
			}
			return netip.ParseAddr(s)
		})
	default:
		r.fail(i, fmt.Errorf("columns are not read as %T: %w", dest, orm.ErrNotSupported))
	}
	return r.err
}

// natural returns the value as the driver gives it, but: days as civil.Date,
// decimals as decimal.Decimal, other text as string, and nothing that the driver
// may overwrite.
func (r *rows) natural(i int) any {
	v := r.cells[i].v
	switch v := v.(type) {
	case nil, bool, int64, float64:
		return v
	case time.Time:
		if r.typeName(i) == "DATE" {
			return civil.DateOf(v)
		}
		return v.UTC()
	case []byte, string:
		switch name := r.typeName(i); {
		case name == "DECIMAL" || name == "NUMERIC":
			return read(r, i, dbvalue.Decimal)
		case name == "BIT" || name == "BYTEA" || strings.HasSuffix(name, "BLOB") || strings.HasSuffix(name, "BINARY"):
			return r.Bytes(i)
		}
	}
	return r.Text(i)
}

func (r *rows) typeName(i int) string {
	if r.types == nil {
		r.types = make([]string, len(r.names))
		if types, err := r.native.ColumnTypes(); err == nil {
			for i, t := range types {
				r.types[i] = strings.ToUpper(t.DatabaseTypeName())
			}
		}
	}
	return r.types[i]
}
