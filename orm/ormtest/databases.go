package ormtest

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// SQLite returns a context with a new SQLite database, a file in a folder of the
// test, that has the tables of the models. It is closed when the test ends.
func SQLite(t testing.TB, models ...*orm.Meta) context.Context {
	t.Helper()
	return open(t, models, func(context.Context) (orm.Backend, error) {
		return openSQLite(filepath.Join(t.TempDir(), "test.sqlite3"))
	})
}

// openSQLite opens a file as a program would, but for the wait for the disk.
func openSQLite(path string) (orm.Backend, error) {
	return sqlite.Open(path, &sqlite.Options{Synchronous: "OFF"})
}

// Postgres is [SQLite] on a new database of the PostgreSQL server that tests use.
// The test is skipped where there is none.
func Postgres(t testing.TB, models ...*orm.Meta) context.Context {
	t.Helper()
	url := testdb.Postgres(t)
	return open(t, models, func(ctx context.Context) (orm.Backend, error) { return postgres.Open(ctx, url, nil) })
}

// MySQL is [SQLite] on a new database of the MariaDB or MySQL server that tests
// use. The test is skipped where there is none.
func MySQL(t testing.TB, models ...*orm.Meta) context.Context {
	t.Helper()
	dsn := testdb.MySQL(t)
	return open(t, models, func(ctx context.Context) (orm.Backend, error) { return mysql.Open(ctx, dsn, nil) })
}

// Each runs f as subtests "sqlite", "postgresql" and "mysql", at the same time,
// each with a new database that has the tables of the models.
func Each(t *testing.T, models []*orm.Meta, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	with := func(kind func(testing.TB, ...*orm.Meta) context.Context) func(testing.TB) context.Context {
		return func(t testing.TB) context.Context { return kind(t, models...) }
	}
	each(t, with(SQLite), with(Postgres), with(MySQL), f)
}

func each(t *testing.T, sqlite, postgres, mysql func(testing.TB) context.Context, f func(*testing.T, context.Context)) {
	t.Helper()
	for _, kind := range []struct {
		name string
		make func(testing.TB) context.Context
	}{{"sqlite", sqlite}, {"postgresql", postgres}, {"mysql", mysql}} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			f(t, kind.make(t))
		})
	}
}

// open returns a context with a DB of the backend that has the tables.
func open(t testing.TB, models []*orm.Meta, backend func(context.Context) (orm.Backend, error)) context.Context {
	t.Helper()
	db, err := newDB(t.Context(), models, backend)
	return contextOf(t, db, err)
}

// contextOf returns a context with db, which is closed when the test ends.
func contextOf(t testing.TB, db *orm.DB, err error) context.Context {
	t.Helper()
	if err != nil {
		t.Fatalf("open a database for a test: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("close the database of a test: %v", err)
		}
	})
	return orm.NewContext(t.Context(), db)
}

// newDB opens an empty database and makes the tables.
func newDB(ctx context.Context, models []*orm.Meta, backend func(context.Context) (orm.Backend, error)) (*orm.DB, error) {
	db, err := openDB(ctx, models, backend)
	if err != nil {
		return nil, err
	}
	if err := orm.CreateTables(orm.NewContext(ctx, db), models...); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func openDB(ctx context.Context, models []*orm.Meta, backend func(context.Context) (orm.Backend, error)) (*orm.DB, error) {
	b, err := backend(ctx)
	if err != nil {
		return nil, err
	}
	return orm.NewDatabases(map[string]orm.Backend{orm.DefaultAlias: b}, &orm.DBOptions{Models: models})
}
