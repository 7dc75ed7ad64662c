package sqldb

import (
	"context"
	"database/sql"
	"errors"

	"github.com/nuages-web/nuages/orm"
)

// err turns an error of database/sql or its driver into a [*orm.DBError], and
// lets those of contexts pass.
func (c *conn) err(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case ctx.Err() != nil:
		// What drivers make of a context that has ended.
		return ctx.Err()
	case errors.Is(err, sql.ErrTxDone):
		return orm.ErrTxDone
	}
	out := &orm.DBError{Kind: c.kind(err), Database: c.name, Err: err}
	var state interface{ SQLState() string }
	if errors.As(err, &state) {
		out.Code = state.SQLState()
	}
	if out.Kind == nil {
		// Django's drivers, too, say OperationalError of what they do not know.
		out.Kind = orm.ErrOperational
	}
	return out
}

// sqlState sorts errors by their SQLSTATE: first all of it, then its class.
func sqlState(err error) error {
	var e interface{ SQLState() string }
	if !errors.As(err, &e) {
		return nil
	}
	state := e.SQLState()
	switch state {
	case "23505":
		return orm.ErrUnique
	case "23503":
		return orm.ErrForeignKey
	case "23502":
		return orm.ErrNotNull
	case "23514":
		return orm.ErrCheck
	case "23P01":
		return orm.ErrExclusion
	case "40P01":
		return orm.ErrDeadlock
	case "55P03":
		return orm.ErrLockNotAvailable
	case "25006":
		return orm.ErrReadOnly
	}
	if len(state) != 5 {
		return nil
	}
	switch state[:2] {
	case "23":
		return orm.ErrIntegrity
	case "22", "21":
		return orm.ErrData
	case "40":
		return orm.ErrSerialization
	case "42", "26", "34", "3D", "3F":
		return orm.ErrProgramming
	case "0A":
		return orm.ErrNotSupported
	}
	return nil
}
