package testdb_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
)

// Two tests have two databases, both empty, and they are gone afterwards.
func TestPostgres(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var name string
	t.Run("own", func(t *testing.T) {
		c, err := pgx.Connect(ctx, testdb.Postgres(t))
		if err != nil {
			t.Fatal(err)
		}
		// It stays open: dropping the database closes it.
		t.Cleanup(func() {
			if c.Close(context.Background()); !c.IsClosed() {
				t.Error("the connection is not closed")
			}
		})
		if _, err := c.Exec(ctx, `CREATE TABLE t (id bigint)`); err != nil {
			t.Fatal(err)
		}
		if err := c.QueryRow(ctx, `SELECT current_database()`).Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	c, err := pgx.Connect(ctx, testdb.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	var left, tables int
	err = c.QueryRow(ctx, `SELECT (SELECT count(*) FROM pg_database WHERE datname = $1),
		(SELECT count(*) FROM pg_tables WHERE schemaname = 'public')`, name).Scan(&left, &tables)
	if err != nil || left != 0 || tables != 0 {
		t.Errorf("%d databases are left, %d tables in the new one; error %v", left, tables, err)
	}
}

func TestMySQL(t *testing.T) {
	t.Parallel()
	connector := func(t *testing.T) *sql.DB {
		config, err := mysql.ParseDSN(testdb.MySQL(t))
		if err != nil {
			t.Fatal(err)
		}
		c, err := mysql.NewConnector(config)
		if err != nil {
			t.Fatal(err)
		}
		db := sql.OpenDB(c)
		t.Cleanup(func() { db.Close() })
		return db
	}
	var name string
	t.Run("own", func(t *testing.T) {
		if err := connector(t).QueryRow(`SELECT database()`).Scan(&name); err != nil {
			t.Fatal(err)
		}
	})
	var left int
	var zone, set string
	err := connector(t).QueryRow(`SELECT (SELECT count(*) FROM information_schema.schemata WHERE schema_name = ?),
		convert_tz('2024-07-01 12:00:00', 'UTC', 'Europe/Berlin'), @@character_set_database`, name).Scan(&left, &zone, &set)
	if err != nil || left != 0 || zone != "2024-07-01 14:00:00" || set != "utf8mb4" {
		t.Errorf("%d databases are left, noon is %q in Berlin, characters are %s; error %v", left, zone, set, err)
	}
}

// Django reaches the databases, too.
func TestDjango(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{"postgresql": testdb.Postgres(t), "mysql": testdb.MySQL(t)} {
		entry, err := json.Marshal(testdb.Django(t, address))
		if err != nil {
			t.Fatal(err)
		}
		out := realdjango.Run(t, `
import json, sys
from django.conf import settings
settings.configure(SECRET_KEY='k', DATABASES={'default': json.load(sys.stdin)})
from django.db import connection
with connection.cursor() as c:
    c.execute('SELECT 6 * 7')
    sys.stdout.write('%s %s' % (connection.vendor, c.fetchone()[0]))
`, entry)
		if string(out) != name+" 42" {
			t.Errorf("Django at %s says %q", name, out)
		}
	}
}

// Without the variables plain "go test" needs no server. It changes variables of
// the process, so it is not parallel.
func TestMissing(t *testing.T) {
	t.Setenv(testdb.PostgresEnv, "")
	t.Setenv(testdb.MySQLEnv, "")
	if _, _, err := testdb.CreatePostgres(); !errors.Is(err, testdb.ErrMissing) {
		t.Errorf("CreatePostgres: error %v", err)
	}
	if _, _, err := testdb.CreateMySQL(); !errors.Is(err, testdb.ErrMissing) {
		t.Errorf("CreateMySQL: error %v", err)
	}
	t.Setenv(testdb.PostgresEnv, "postgres://nobody@127.0.0.1:1/x?sslmode=disable")
	if _, _, err := testdb.CreatePostgres(); err == nil || !strings.HasPrefix(err.Error(), "create a database for a test: ") {
		t.Errorf("CreatePostgres without a listener: error %v", err)
	}
}
