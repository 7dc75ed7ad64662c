package postgres

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/nuages-web/nuages/orm"
)

// drainRows is how many rows that nobody wants are read before a connection is
// given up instead.
const drainRows = 1000

// rows is the result of a query. Values are read from the message as it arrived;
// codes tells how for each column.
type rows struct {
	ctx    context.Context
	conn   *pgx.Conn
	r      pgx.Rows
	raw    [][]byte
	fields []pgconn.FieldDescription
	codes  []code
	err    error
	first  bool // Next has been called ahead
	more   bool // and this is what it returned
	closed bool
	db     *DB           // nil in a transaction
	held   *pgxpool.Conn // given back by Close; nil in a transaction

	space [24]code
}

// code is how a column is read: what its bytes are.
type code uint8

const (
	asOther code = iota // by pgx, where Options.Connect has told it of a type
	asText              // text in either format, and other types in text format
	asBool
	asInt2
	asInt4
	asInt8
	asFloat4
	asFloat8
	asNumeric
	asTimestamp // with a time zone and without
	asDate
	asTime
	asInterval
	asUUID
	asBytes
	asHex // bytea in text format
	asJSONB
	asInet
)

// binaryCode returns the code of a type in binary format.
func binaryCode(oid uint32) code {
	switch oid {
	case pgtype.TextOID, pgtype.VarcharOID, pgtype.BPCharOID, pgtype.NameOID, pgtype.JSONOID, pgtype.UnknownOID, pgtype.XMLOID:
		return asText
	case pgtype.BoolOID:
		return asBool
	case pgtype.Int2OID:
		return asInt2
	case pgtype.Int4OID:
		return asInt4
	case pgtype.Int8OID:
		return asInt8
	case pgtype.Float4OID:
		return asFloat4
	case pgtype.Float8OID:
		return asFloat8
	case pgtype.NumericOID:
		return asNumeric
	case pgtype.TimestamptzOID, pgtype.TimestampOID:
		return asTimestamp
	case pgtype.DateOID:
		return asDate
	case pgtype.TimeOID:
		return asTime
	case pgtype.IntervalOID:
		return asInterval
	case pgtype.UUIDOID:
		return asUUID
	case pgtype.ByteaOID:
		return asBytes
	case pgtype.JSONBOID:
		return asJSONB
	case pgtype.InetOID, pgtype.CIDROID:
		return asInet
	}
	return asOther
}

func codeOf(f *pgconn.FieldDescription) code {
	if f.Format == pgtype.BinaryFormatCode {
		return binaryCode(f.DataTypeOID)
	}
	if f.DataTypeOID == pgtype.ByteaOID {
		return asHex
	}
	return asText
}

// runQuery sends a query. It waits for the first row, so that what the server has
// against the query is the error of Query, and can be tried again.
func runQuery(ctx context.Context, c *pgx.Conn, query string, values []any) (*rows, error) {
	r, err := c.Query(ctx, query, values...)
	return newRows(ctx, c, r, err)
}

func newRows(ctx context.Context, c *pgx.Conn, r pgx.Rows, err error) (*rows, error) {
	if err != nil {
		return nil, err
	}
	rs := &rows{ctx: ctx, conn: c, r: r, first: true, more: r.Next()}
	if !rs.more {
		if err := r.Err(); err != nil {
			return nil, err
		}
	}
	rs.fields = r.FieldDescriptions()
	rs.codes = rs.space[:0]
	for i := range rs.fields {
		rs.codes = append(rs.codes, codeOf(&rs.fields[i]))
	}
	return rs, nil
}

// settle gives the connection back already when the query has no rows.
func (r *rows) settle() {
	if !r.more {
		r.free()
	}
}

func (r *rows) free() {
	if r.held != nil {
		r.db.release(r.held)
		r.held = nil
	}
}

func (r *rows) Next() bool {
	if r.err != nil || r.closed {
		return false
	}
	if r.first {
		r.first = false
	} else {
		r.more = r.r.Next()
	}
	if !r.more {
		r.end()
		return false
	}
	r.raw = r.r.RawValues()
	return true
}

// end notes why the rows have ended; pgx has closed its own.
func (r *rows) end() {
	if r.err == nil {
		r.err = convertError(r.ctx, r.r.Err())
	}
	r.raw = nil
	r.free()
}

func (r *rows) Err() error { return r.err }

// Close reads what is left of the result, or closes the connection where that is
// much. A transaction needs its connection, so there all is read.
func (r *rows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	if r.more && r.held != nil {
		for n := 0; r.more && n < drainRows; n++ {
			r.more = r.r.Next()
		}
		if r.more {
			ended, cancel := context.WithCancel(context.Background())
			cancel()
			_ = r.conn.Close(ended) // the pool opens another
		}
	}
	left := r.more
	r.r.Close()
	if left {
		r.raw = nil // what is left has been thrown away; its errors, too
		r.free()
		return
	}
	r.end()
}

func (r *rows) Columns() []string {
	names := make([]string, len(r.fields))
	for i := range r.fields {
		names[i] = r.fields[i].Name
	}
	return names
}

func (r *rows) IsNull(i int) bool { return r.raw[i] == nil }

// fail notes that a value could not be read. The rows end.
func (r *rows) fail(i int, want string, err error) {
	if r.err != nil {
		return
	}
	switch {
	case r.raw[i] == nil:
		err = fmt.Errorf("null")
	case err == nil:
		err = fmt.Errorf("the column is of type %s", r.typeName(i))
	}
	r.err = fmt.Errorf("postgres: read column %s as %s: %w", r.fields[i].Name, want, err)
}

func (r *rows) typeName(i int) string {
	if t, ok := r.conn.TypeMap().TypeForOID(r.fields[i].DataTypeOID); ok {
		return t.Name
	}
	return fmt.Sprintf("with OID %d", r.fields[i].DataTypeOID)
}

func (r *rows) Bool(i int) bool {
	b := r.raw[i]
	switch r.codes[i] {
	case asBool:
		if len(b) == 1 {
			return b[0] != 0
		}
	case asText:
		switch string(b) {
		case "t", "true":
			return true
		case "f", "false":
			return false
		}
	}
	r.fail(i, "bool", nil)
	return false
}

func (r *rows) Int64(i int) int64 {
	b := r.raw[i]
	switch r.codes[i] {
	case asInt8:
		if len(b) == 8 {
			return int64(binary.BigEndian.Uint64(b))
		}
	case asInt4:
		if len(b) == 4 {
			return int64(int32(binary.BigEndian.Uint32(b)))
		}
	case asInt2:
		if len(b) == 2 {
			return int64(int16(binary.BigEndian.Uint16(b)))
		}
	}
	return r.otherInt64(i)
}

// otherInt64 reads whole numbers of other types: sum() of bigint and extract()
// are numeric.
func (r *rows) otherInt64(i int) int64 {
	b := r.raw[i]
	var n int64
	var err error
	switch r.codes[i] {
	case asText:
		n, err = strconv.ParseInt(string(b), 10, 64)
	case asNumeric:
		n, err = numericInt64(b)
	case asFloat8, asFloat4:
		f := r.Float64(i)
		if n = int64(f); float64(n) == f {
			return n
		}
		err = fmt.Errorf("%v is not a whole number", f)
	default:
		err = fmt.Errorf("the column is of type %s", r.typeName(i))
	}
	if err != nil || b == nil {
		r.fail(i, "int64", err)
		return 0
	}
	return n
}

func (r *rows) Float64(i int) float64 {
	b := r.raw[i]
	switch r.codes[i] {
	case asFloat8:
		if len(b) == 8 {
			return math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	case asFloat4:
		if len(b) == 4 {
			return float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
		}
	}
	return r.otherFloat64(i)
}

func (r *rows) otherFloat64(i int) float64 {
	b := r.raw[i]
	switch r.codes[i] {
	case asInt2, asInt4, asInt8:
		return float64(r.Int64(i))
	case asText, asNumeric:
		text := string(b)
		if r.codes[i] == asNumeric && b != nil {
			var err error
			if text, err = numericText(b); err != nil {
				r.fail(i, "float64", err)
				return 0
			}
		}
		f, err := strconv.ParseFloat(text, 64)
		if err == nil {
			return f
		}
		r.fail(i, "float64", err)
		return 0
	}
	r.fail(i, "float64", nil)
	return 0
}

// Time reads timestamps, and dates as their midnight in UTC.
func (r *rows) Time(i int) time.Time {
	b := r.raw[i]
	switch r.codes[i] {
	case asTimestamp:
		if len(b) == 8 {
			if us := int64(binary.BigEndian.Uint64(b)); us != math.MaxInt64 && us != math.MinInt64 {
				return microTime(us)
			}
		}
	case asDate:
		if d, err := decodeDate(b); err == nil {
			return d.In(time.UTC)
		}
	case asText:
		if t, err := parseTime(string(b)); err == nil {
			return t
		}
	}
	r.failTime(i)
	return time.Time{}
}

func (r *rows) failTime(i int) {
	if c := r.codes[i]; c == asTimestamp || c == asDate {
		r.fail(i, "time", fmt.Errorf("infinity has no time in Go"))
		return
	}
	r.fail(i, "time", nil)
}

func (r *rows) Text(i int) string {
	if r.codes[i] == asText && r.raw[i] != nil {
		return string(r.raw[i])
	}
	return r.otherText(i)
}

func (r *rows) Bytes(i int) []byte {
	b := r.raw[i]
	switch r.codes[i] {
	case asBytes, asText:
		if b != nil {
			return append(make([]byte, 0, len(b)), b...)
		}
	case asJSONB:
		if len(b) > 0 && b[0] == 1 {
			return append(make([]byte, 0, len(b)-1), b[1:]...)
		}
	case asHex:
		if out, err := decodeHex(b); err == nil {
			return out
		}
	}
	r.fail(i, "bytes", nil)
	return nil
}

var _ orm.Rows = (*rows)(nil)
