package postgres

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/nuages-web/nuages/orm"
)

// copyBuffer is how much of a COPY is sent at once.
const copyBuffer = 64 << 10

// CopyFrom inserts n rows with COPY, which is the fastest way for many. It is all
// or nothing.
func (db *DB) CopyFrom(ctx context.Context, table string, columns []string, n int, value func(row, column int) any) (int64, error) {
	c, err := db.acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer db.release(c)
	return runCopy(ctx, c.Conn(), table, columns, n, value)
}

func runCopy(ctx context.Context, c *pgx.Conn, table string, columns []string, n int, value func(row, column int) any) (int64, error) {
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = pgx.Identifier{column}.Sanitize()
	}
	query := "COPY " + pgx.Identifier{table}.Sanitize() + " (" + strings.Join(quoted, ", ") + ") FROM STDIN"
	src := &copySource{n: n, columns: len(columns), value: value}
	tag, err := c.PgConn().CopyFrom(ctx, src, query)
	if src.err != nil {
		return 0, src.err
	}
	if err != nil {
		return 0, convertError(ctx, err)
	}
	return tag.RowsAffected(), nil
}

// copySource writes rows in COPY's text format
// (https://www.postgresql.org/docs/current/sql-copy.html).
type copySource struct {
	row, n, columns int
	value           func(row, column int) any
	buf, cell       []byte
	sent            int
	err             error
}

// Read gives the server the next piece. pgx tells it of an error, so that nothing
// is inserted.
func (s *copySource) Read(p []byte) (int, error) {
	if s.sent == len(s.buf) {
		s.buf, s.sent = s.buf[:0], 0
		for s.row < s.n && len(s.buf) < copyBuffer {
			if err := s.appendRow(); err != nil {
				s.err = err
				return 0, err
			}
		}
		if len(s.buf) == 0 {
			return 0, io.EOF
		}
	}
	n := copy(p, s.buf[s.sent:])
	s.sent += n
	return n, nil
}

func (s *copySource) appendRow() (err error) {
	for column := range s.columns {
		if column > 0 {
			s.buf = append(s.buf, '\t')
		}
		switch v := s.value(s.row, column).(type) {
		case nil:
			s.buf = append(s.buf, `\N`...)
		case int64, float64, bool:
			s.buf, err = appendArg(s.buf, v)
		case []byte:
			s.buf = hex.AppendEncode(append(s.buf, `\\x`...), v)
		default:
			s.cell, err = appendArg(s.cell[:0], v)
			s.buf = appendCopyText(s.buf, s.cell)
		}
		if err != nil {
			return fmt.Errorf("postgres: row %d, column %d: %w", s.row, column, err)
		}
	}
	s.buf = append(s.buf, '\n')
	s.row++
	return nil
}

// appendCopyText escapes what COPY gives a meaning.
func appendCopyText(b, text []byte) []byte {
	for _, c := range text {
		switch c {
		case '\\':
			b = append(b, '\\', '\\')
		case '\t':
			b = append(b, '\\', 't')
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		default:
			b = append(b, c)
		}
	}
	return b
}

var _ orm.BulkInserter = (*DB)(nil)
