package orm

import (
	"context"
	"fmt"
)

// Connection runs SQL of the program's own on one database, in the transaction of
// its context where there is one (Django's connections[alias].cursor). It is of
// use with the context that it was made for.
type Connection struct{ s *session }

// ConnectionOf returns the connection of ctx to the database using; "" is the
// default one. Reads of a replicated database go to the primary.
func ConnectionOf(ctx context.Context, using string) (Connection, error) {
	if using == "" {
		using = DefaultAlias
	}
	s, err := sessionFor(ctx, using, nil, false)
	if err != nil {
		return Connection{}, err
	}
	return Connection{s}, nil
}

// Alias returns the alias of the database.
func (c Connection) Alias() string { return c.s.alias }

// Dialect tells how SQL is written for the database.
func (c Connection) Dialect() *Dialect { return c.s.Dialect() }

// Exec runs a statement without rows. Its placeholders are those of the database,
// ? or $1; arguments have any type that a field can have.
func (c Connection) Exec(ctx context.Context, query string, args ...any) (Result, error) {
	args, err := rawArguments(args)
	if err != nil {
		return Result{}, err
	}
	c.s.state.written.add(c.s.db.top())
	return c.s.Exec(ctx, query, args)
}

// Query runs a statement with rows, which must be closed.
func (c Connection) Query(ctx context.Context, query string, args ...any) (Rows, error) {
	args, err := rawArguments(args)
	if err != nil {
		return nil, err
	}
	rows, err := c.s.Query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// ForgetStatements lets go the statements that the database has prepared, where it keeps
// any. It is for those who change tables and go on to use them; [Schema.Run] and
// migrations do it themselves.
func (c Connection) ForgetStatements(ctx context.Context) error {
	if f, ok := c.s.conn().(StatementForgetter); ok {
		return f.ForgetStatements(ctx)
	}
	return nil
}

func rawArguments(args []any) ([]any, error) {
	out := make([]any, len(args))
	for i, a := range args {
		v, err := argument(a)
		if err != nil {
			return nil, fmt.Errorf("orm: argument %d: %w", i+1, err)
		}
		out[i] = v
	}
	return out, nil
}

// Exec runs a statement without rows on the default database; see
// [Connection.Exec].
func Exec(ctx context.Context, query string, args ...any) (Result, error) {
	c, err := ConnectionOf(ctx, "")
	if err != nil {
		return Result{}, err
	}
	return c.Exec(ctx, query, args...)
}
