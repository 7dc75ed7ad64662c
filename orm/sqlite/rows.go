package sqlite

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"time"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/nuages-web/nuages/orm"
)

// rows reads the result of a statement. It ends in one of three ways: after the
// last row, with an error, or by Close; then the connection goes back.
type rows struct {
	// ctx belongs to the query, which goes on while the rows are read.
	ctx  context.Context
	c    *conn
	s    *stmt // nil once the rows have ended
	pool *pool // where the connection goes; nil within a transaction
	tx   *Tx   // the transaction, or nil

	cleanup runtime.Cleanup // where there is a pool

	columns int
	names   []string
	row     uintptr // the values of the row in SQLite's memory, or 0
	ahead   bool    // the first row has been read already
	on      bool    // there is a row to read
	err     error

	// kept holds the values of all rows where they were read at once.
	kept  []cell
	index int
	types []string // what the table declares, where the rows are kept
}

// start steps to the first row, so that most errors show before there are rows.
func (r *rows) start() error {
	r.columns = r.s.columns
	r.step()
	if r.err != nil {
		r.end()
		return r.err
	}
	r.ahead = true
	// A changed schema prepares the statement anew: SELECT * may have other columns.
	r.columns = int(sqlite3.Xsqlite3_column_count(r.c.tls, r.s.p))
	if r.columns != r.s.columns {
		r.s.columns = r.columns
	}
	return nil
}

// step moves to the next row.
func (r *rows) step() {
	c := r.c
	r.on = false
	if done := r.ctx.Done(); done != nil {
		c.done = done
		if c.cancelled() {
			c.done = nil
			r.err = fmt.Errorf("sqlite: the rows were cancelled: %w", r.ctx.Err())
			return
		}
	}
	rc := sqlite3.Xsqlite3_step(c.tls, r.s.p)
	c.done = nil
	switch rc {
	case sqlite3.SQLITE_ROW:
		r.on = true
		r.row = (*sqlite3.TVdbe)(at(r.s.p)).FpResultRow
	case sqlite3.SQLITE_DONE:
	default:
		r.err = ended(r.ctx, c.fail(rc))
	}
}

// Next moves to the next row, where there is one.
func (r *rows) Next() bool {
	switch {
	case r.ahead:
		r.ahead = false
	case r.kept != nil:
		r.index++
		r.on = r.index*r.columns < len(r.kept)
	case r.s == nil || !r.on || r.err != nil:
		r.on = false
	default:
		r.step()
	}
	if r.err != nil {
		r.on = false
	}
	if !r.on {
		r.end()
	}
	return r.on
}

// Err returns why the rows ended early, or nil.
func (r *rows) Err() error { return r.err }

// Close gives the connection back. It may be called again.
func (r *rows) Close() {
	r.end()
	r.on, r.ahead, r.kept = false, false, nil
}

// end finishes the statement and gives the connection back.
func (r *rows) end() {
	if r.s == nil {
		return
	}
	l := loan{c: r.c, s: r.s, pool: r.pool}
	r.s, r.c, r.row = nil, nil, 0
	if r.tx != nil {
		r.tx.rows = slices.DeleteFunc(r.tx.rows, func(other *rows) bool { return other == r })
	} else {
		r.cleanup.Stop()
	}
	if err := l.end(r.err == nil); r.err == nil {
		r.err = err
	}
}

// loan is a statement that runs on a connection of the pool, which is nil within
// a transaction.
type loan struct {
	c    *conn
	s    *stmt
	pool *pool
}

// end finishes the statement and gives the connection back.
func (l loan) end(whole bool) (err error) {
	if whole && !l.s.readOnly {
		// What RETURNING has not given yet is written all the same, and a
		// violation that shows only now is an error.
		err = l.c.finish(l.s)
	}
	if again := l.c.release(l.s); err == nil && whole {
		err = again
	}
	if l.pool != nil {
		if l.c.cleanUp() && err == nil {
			err = errOwnTransaction
		}
		l.pool.put(l.c)
	}
	return err
}

// forgotten ends the statement of rows that nobody closed: their connection would
// be lost to all others. It runs when the collector has found them.
func (l loan) forgotten() { l.end(true) }

var errOwnTransaction = programming("BEGIN outside of Begin: the transaction was rolled back")

// Columns returns the names of the columns.
func (r *rows) Columns() []string {
	if r.names == nil && r.s != nil {
		r.names = make([]string, r.columns)
		for i := range r.names {
			r.names[i] = libc.GoString(sqlite3.Xsqlite3_column_name(r.c.tls, r.s.p, int32(i)))
		}
	}
	return r.names
}

// keep reads all rows and gives the connection back, for a database whose only
// connection others wait for.
func (r *rows) keep() error {
	r.Columns()
	r.types = make([]string, r.columns)
	for i := range r.types {
		r.types[i] = r.declared(i)
	}
	r.kept = []cell{}
	for ; r.on; r.step() {
		for i := range r.columns {
			v := r.cell(i)
			v.text = slices.Clone(v.text)
			r.kept = append(r.kept, v)
		}
	}
	r.end()
	r.index, r.on, r.ahead = 0, len(r.kept) > 0, true
	return r.err
}

// fail remembers why the rows end here.
func (r *rows) fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// unreadable is the error of a value that is not what was asked for.
func (r *rows) unreadable(i int, as string) {
	if !r.on || i < 0 || i >= r.columns {
		r.fail(programming("there is no column %d to read: rows are read after Next returned true", i))
		return
	}
	v := r.cell(i)
	r.fail(&orm.DBError{Kind: orm.ErrData, Database: name,
		Err: fmt.Errorf("column %d (%s) holds %s, no %s", i, strings.Join(r.Columns()[i:i+1], ""), v.describe(), as)})
}

func (r *rows) at(i int) bool { return r.on && uint(i) < uint(r.columns) }

// cell returns the value of a column. Its text lies in SQLite's memory until the
// next step.
func (r *rows) cell(i int) cell {
	if r.kept != nil && r.s == nil {
		return r.kept[r.index*r.columns+i]
	}
	c, p := r.c, r.s.p
	switch kind := sqlite3.Xsqlite3_column_type(c.tls, p, int32(i)); kind {
	case sqlite3.SQLITE_INTEGER:
		return cell{kind: kind, integer: sqlite3.Xsqlite3_column_int64(c.tls, p, int32(i))}
	case sqlite3.SQLITE_FLOAT:
		return cell{kind: kind, real: sqlite3.Xsqlite3_column_double(c.tls, p, int32(i))}
	case sqlite3.SQLITE_TEXT:
		text := sqlite3.Xsqlite3_column_text(c.tls, p, int32(i))
		return cell{kind: kind, text: bytesAt(text, sqlite3.Xsqlite3_column_bytes(c.tls, p, int32(i)))}
	case sqlite3.SQLITE_BLOB:
		blob := sqlite3.Xsqlite3_column_blob(c.tls, p, int32(i))
		return cell{kind: kind, text: bytesAt(blob, sqlite3.Xsqlite3_column_bytes(c.tls, p, int32(i)))}
	}
	return cell{kind: sqlite3.SQLITE_NULL}
}

// value returns a column as SQLite keeps it, or nil where there is none. Reading
// it there takes half of the time of the functions of SQLite's interface, which
// check the statement, lock and copy for each value. Only what is of exactly one
// type is read so, the rest by cell.
func (r *rows) value(i int) *sqlite3.TMem {
	if r.row == 0 || !r.on || uint(i) >= uint(r.columns) {
		return nil
	}
	return (*sqlite3.TMem)(at(r.row + uintptr(i)*unsafe.Sizeof(sqlite3.TMem{})))
}

// typeMask are the flags of a value that tell its type.
const typeMask = sqlite3.MEM_Null | sqlite3.MEM_Str | sqlite3.MEM_Int | sqlite3.MEM_Real | sqlite3.MEM_Blob | sqlite3.MEM_IntReal

// plainText returns a text that lies ready in UTF-8.
func plainText(m *sqlite3.TMem) ([]byte, bool) {
	if m == nil || m.Fflags&typeMask != sqlite3.MEM_Str || m.Fenc != sqlite3.SQLITE_UTF8 {
		return nil, false
	}
	return bytesAt(m.Fz, m.Fn), true
}

// IsNull tells whether the column is null.
func (r *rows) IsNull(i int) bool {
	if m := r.value(i); m != nil {
		return m.Fflags&sqlite3.MEM_Null != 0
	}
	if !r.at(i) {
		r.unreadable(i, "value")
		return true
	}
	return r.cell(i).kind == sqlite3.SQLITE_NULL
}

// Bool returns whether the number is not 0.
func (r *rows) Bool(i int) bool { return r.Int64(i) != 0 }

// Int64 returns a whole number.
func (r *rows) Int64(i int) int64 {
	if m := r.value(i); m != nil && m.Fflags&typeMask == sqlite3.MEM_Int {
		return *(*int64)(unsafe.Pointer(&m.Fu))
	}
	if r.at(i) {
		if n, ok := r.cell(i).toInt(); ok {
			return n
		}
	}
	r.unreadable(i, "integer")
	return 0
}

// Float64 returns a number.
func (r *rows) Float64(i int) float64 {
	if m := r.value(i); m != nil && m.Fflags&typeMask == sqlite3.MEM_Real {
		return m.Fu.Fr
	}
	if r.at(i) {
		if f, ok := r.cell(i).toFloat(); ok {
			return f
		}
	}
	r.unreadable(i, "number")
	return 0
}

// Text returns text, and numbers as SQLite writes them.
func (r *rows) Text(i int) string {
	if b, ok := plainText(r.value(i)); ok {
		s := string(b)
		runtime.KeepAlive(r) // b ends with it
		return s
	}
	if r.at(i) {
		s, ok := r.cell(i).toText()
		runtime.KeepAlive(r)
		if ok {
			return s
		}
	}
	r.unreadable(i, "text")
	return ""
}

// Bytes returns a blob, or the bytes of a text.
func (r *rows) Bytes(i int) []byte {
	if r.at(i) {
		if v := r.cell(i); v.kind == sqlite3.SQLITE_BLOB || v.kind == sqlite3.SQLITE_TEXT {
			b := append([]byte{}, v.text...)
			runtime.KeepAlive(r)
			return b
		}
	}
	r.unreadable(i, "blob")
	return nil
}

// Time returns a moment in UTC.
func (r *rows) Time(i int) time.Time {
	b, ok := plainText(r.value(i))
	if !ok && r.at(i) {
		v := r.cell(i)
		b, ok = v.text, v.kind == sqlite3.SQLITE_TEXT
	}
	if ok {
		t, ok := parseTime(b)
		runtime.KeepAlive(r)
		if ok {
			return t
		}
	}
	r.unreadable(i, "date and time")
	return time.Time{}
}

// Scan reads a *civil.Date, *civil.Time, *time.Duration, *uuid.UUID,
// *decimal.Decimal or *any.
func (r *rows) Scan(i int, dest any) error {
	if !r.at(i) {
		r.unreadable(i, "value")
		return r.err
	}
	defer runtime.KeepAlive(r)
	v := r.cell(i)
	if dest, ok := dest.(*any); ok {
		*dest = v.natural(r.declared(i))
		return nil
	}
	as, ok := v.scan(dest)
	if as == "" {
		r.fail(programming("rows cannot be read into a %T", dest))
		return r.err
	}
	if !ok {
		r.unreadable(i, as)
		return r.err
	}
	return nil
}

// declared returns the type that the table gives the column, or nothing.
func (r *rows) declared(i int) string {
	if r.s == nil {
		return r.types[i]
	}
	p := sqlite3.Xsqlite3_column_decltype(r.c.tls, r.s.p, int32(i))
	if p == 0 {
		return ""
	}
	return strings.ToLower(libc.GoString(p))
}
