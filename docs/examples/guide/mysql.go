package guide

import (
	"context"
	"database/sql"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/sqldb"
	"github.com/nuages-web/nuages/settings"
)

// OpenMySQL connects to the database that the setting names. The caller closes
// the backend when the program ends.
func OpenMySQL(ctx context.Context, dsn settings.Secret) (*orm.DB, *mysql.DB, error) {
	backend, err := mysql.Open(ctx, dsn.Reveal(), &mysql.Options{
		MaxConns:    32,
		MaxLifetime: time.Minute, // less than the proxy's
		Isolation:   sql.LevelReadCommitted,
	})
	if err != nil {
		return nil, nil, err
	}
	return orm.NewDB(backend), backend, nil
}

// Move is tried again where it meets another one in a deadlock.
func Move(ctx context.Context, move func(ctx context.Context) error) error {
	return orm.AtomicWith(ctx, &orm.AtomicOptions{Retry: 3}, move)
}

// OpenOther uses a driver of database/sql that has no backend of its own.
func OpenOther(driverName, dsn string, dialect *orm.Dialect) (*orm.DB, error) {
	pool, err := sql.Open(driverName, dsn)
	if err != nil {
		return nil, err
	}
	return orm.NewDB(sqldb.New(pool, dialect, nil)), nil
}
