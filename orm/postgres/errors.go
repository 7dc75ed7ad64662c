package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/nuages-web/nuages/orm"
)

// name is Django's name of the database.
const name = "postgresql"

const codeCanceled = "57014" // query_canceled

// convertError makes a DBError of an error of pgx, and the context's own error of
// a statement that its context has ended.
func convertError(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	var done *orm.DBError
	if errors.As(err, &done) {
		return err
	}
	var pg *pgconn.PgError
	isServer := errors.As(err, &pg)
	if ctx.Err() != nil && (!isServer || pg.Code == codeCanceled) {
		return fmt.Errorf("postgres: %w", ctx.Err())
	}
	if !isServer {
		return &orm.DBError{Kind: orm.ErrOperational, Database: name, Err: err}
	}
	e := &orm.DBError{
		Kind: kind(pg.Code), Database: name, Code: pg.Code,
		Constraint: pg.ConstraintName, Table: pg.TableName, Err: err,
	}
	if pg.ColumnName != "" {
		e.Columns = []string{pg.ColumnName}
	} else if strings.HasPrefix(pg.Code, "23") {
		e.Columns = detailColumns(pg.Detail)
	}
	return e
}

// kind returns the kind of an SQLSTATE
// (https://www.postgresql.org/docs/current/errcodes-appendix.html), grouped as
// psycopg2 does for Django.
func kind(code string) error {
	switch code {
	case "23505":
		return orm.ErrUnique
	case "23503", "23001":
		return orm.ErrForeignKey
	case "23502":
		return orm.ErrNotNull
	case "23514", "44000":
		return orm.ErrCheck
	case "23P01":
		return orm.ErrExclusion
	case "40P01":
		return orm.ErrDeadlock
	case "55P03":
		return orm.ErrLockNotAvailable
	case "25006":
		return orm.ErrReadOnly
	case "25P02":
		return orm.ErrTxBroken
	}
	if len(code) != 5 {
		return orm.ErrOperational
	}
	switch code[:2] {
	case "22":
		return orm.ErrData
	case "23":
		return orm.ErrIntegrity
	case "40":
		return orm.ErrSerialization
	case "0A":
		return orm.ErrNotSupported
	case "08", "28", "3D", "53", "55", "57", "58", "XX", "F0":
		return orm.ErrOperational
	}
	return orm.ErrProgramming
}

// detailColumns reads the columns of "Key (a, b)=(1, 2) already exists.", in any
// language of the server. Expressions, such as lower(name), are no columns, and
// none are returned where one is among them. The list comes before the values, so
// that a value cannot pass for it.
func detailColumns(detail string) []string {
	_, rest, ok := strings.Cut(detail, "(")
	if !ok {
		return nil
	}
	var columns []string
	for {
		var column string
		if column, rest, ok = cutColumn(rest); !ok {
			return nil
		}
		columns = append(columns, column)
		if next, ok := strings.CutPrefix(rest, ", "); ok {
			rest = next
			continue
		}
		if strings.HasPrefix(rest, ")=(") {
			return columns
		}
		return nil
	}
}

// cutColumn reads one column: in quotation marks where the server had to, or as it
// stands (foreign keys).
func cutColumn(s string) (column, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		end := strings.IndexAny(s, `,() "`)
		if end <= 0 {
			return "", "", false
		}
		return s[:end], s[end:], true
	}
	for i := 1; i < len(s); i++ {
		if s[i] != '"' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '"' {
			i++
			continue
		}
		return strings.ReplaceAll(s[1:i], `""`, `"`), s[i+1:], true
	}
	return "", "", false
}
