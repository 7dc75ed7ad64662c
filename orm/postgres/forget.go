package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/nuages-web/nuages/orm"
)

// generationKey is where a connection notes the tables that its statements know.
const generationKey = "nuages: generation"

// ForgetStatements makes all connections prepare their statements anew, each when it is
// used next. See [orm.StatementForgetter].
func (db *DB) ForgetStatements(context.Context) error {
	if db.caches {
		db.generation.Add(1)
	}
	return nil
}

// forget lets go what a connection has prepared before tables changed. After an error
// the connection is closed, which the next statement tells.
func (db *DB) forget(ctx context.Context, c *pgx.Conn) {
	data, generation := c.PgConn().CustomData(), db.generation.Load()
	if data[generationKey] != generation {
		data[generationKey] = generation
		c.DeallocateAll(ctx)
	}
}

// ForgetStatements is that of the connection at once, and of the others when the
// transaction has ended.
func (t *tx) ForgetStatements(ctx context.Context) error {
	if t.held == nil {
		return orm.ErrTxDone
	}
	if !t.db.caches {
		return nil
	}
	t.changed = true
	return convertError(ctx, t.held.Conn().DeallocateAll(ctx))
}

var (
	_ orm.StatementForgetter = (*DB)(nil)
	_ orm.StatementForgetter = (*tx)(nil)
)
