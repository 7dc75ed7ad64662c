package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// open connects to a new database of the test.
func open(t testing.TB, opts *postgres.Options) *postgres.DB {
	t.Helper()
	return openURL(t, testdb.Postgres(t), opts)
}

func openURL(t testing.TB, url string, opts *postgres.Options) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(deadline(t), url, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// deadline bounds a test, so that a lost answer is an error.
func deadline(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func exec(t testing.TB, c orm.Conn, query string, args ...any) orm.Result {
	t.Helper()
	r, err := c.Exec(deadline(t), query, args)
	if err != nil {
		t.Fatalf("%s\n%v: %v", query, args, err)
	}
	return r
}

// query calls read for each row.
func query(t testing.TB, c orm.Conn, read func(rows orm.Rows), sql string, args ...any) {
	t.Helper()
	rows, err := c.Query(deadline(t), sql, args)
	if err != nil {
		t.Fatalf("%s\n%v: %v", sql, args, err)
	}
	defer rows.Close()
	for rows.Next() {
		read(rows)
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s\n%v: %v", sql, args, err)
	}
}

// value returns the only value of a query.
func value[V any](t testing.TB, c orm.Conn, sql string, args ...any) (v V) {
	t.Helper()
	n := 0
	query(t, c, func(rows orm.Rows) {
		n++
		if err := rows.Scan(0, &v); err != nil {
			t.Fatalf("%s\n%v: %v", sql, args, err)
		}
	}, sql, args...)
	if n != 1 {
		t.Fatalf("%s: %d rows", sql, n)
	}
	return v
}

// modes are all ways of sending statements.
func modes() map[string]postgres.Prepared {
	return map[string]postgres.Prepared{
		"cache": postgres.PreparedCache, "describe": postgres.PreparedDescribe,
		"exec": postgres.PreparedExec, "simple": postgres.PreparedSimple,
	}
}
