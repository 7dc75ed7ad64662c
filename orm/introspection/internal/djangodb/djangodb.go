// Package djangodb makes a database by real Django, for tests of introspection: the
// tables of auth, contenttypes and sessions, and those of the app library of
// models.py.
//
//	django := djangodb.SQLite(t)
//	django.Migrate(t)
//	answer := django.Run(t, `print(connection.introspection.table_names())`)
//
// The tables have a few rows.
package djangodb

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

//go:embed models.py
var models string

// Database is a database that Django and package orm both reach.
type Database struct {
	settings string // DATABASES["default"] as JSON
	address  string
	backend  func(ctx context.Context) (orm.Backend, error)
}

// SQLite returns a file without tables.
func SQLite(t testing.TB) *Database {
	t.Helper()
	path := filepath.Join(t.TempDir(), "django.sqlite3")
	return database(t, path, map[string]string{"ENGINE": "django.db.backends.sqlite3", "NAME": path},
		func(context.Context) (orm.Backend, error) { return sqlite.Open(path, nil) })
}

// Postgres returns an empty database of PostgreSQL.
func Postgres(t testing.TB) *Database {
	t.Helper()
	url := testdb.Postgres(t)
	return database(t, url, testdb.Django(t, url), func(ctx context.Context) (orm.Backend, error) { return postgres.Open(ctx, url, nil) })
}

// MySQL returns an empty database of MariaDB or MySQL.
func MySQL(t testing.TB) *Database {
	t.Helper()
	dsn := testdb.MySQL(t)
	return database(t, dsn, testdb.Django(t, dsn), func(ctx context.Context) (orm.Backend, error) { return mysql.Open(ctx, dsn, nil) })
}

// Each runs f with a database of each kind that Django has made its tables in, and an
// empty one, as subtests "sqlite", "postgresql" and "mysql".
func Each(t *testing.T, f func(t *testing.T, django, empty *Database)) {
	t.Helper()
	for _, kind := range []struct {
		name string
		make func(testing.TB) *Database
	}{{"sqlite", SQLite}, {"postgresql", Postgres}, {"mysql", MySQL}} {
		t.Run(kind.name, func(t *testing.T) {
			t.Parallel()
			d := kind.make(t)
			d.Migrate(t)
			f(t, d, kind.make(t))
		})
	}
}

func database(t testing.TB, address string, settings map[string]string, backend func(context.Context) (orm.Backend, error)) *Database {
	t.Helper()
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	return &Database{string(text), address, backend}
}

// Migrate makes Django's tables.
func (d *Database) Migrate(t testing.TB) {
	t.Helper()
	d.Run(t, models+`
from django.core.management import call_command
call_command('migrate', verbosity=0)
with connection.schema_editor() as editor:
    for model in MODELS:
        editor.create_model(model)
fill()
`)
}

// Address is that of the database, for the Open of the package of its kind.
func (d *Database) Address() string { return d.address }

// Run runs a script of Python that finds Django set up, with its connection, and
// returns what it prints.
func (d *Database) Run(t testing.TB, script string) []byte {
	t.Helper()
	return realdjango.Run(t, fmt.Sprintf(`
import django, json
from django.conf import settings
settings.configure(DATABASES={'default': %s}, USE_TZ=True, DEFAULT_AUTO_FIELD='django.db.models.BigAutoField',
    INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth', 'django.contrib.sessions'])
django.setup()
from django.db import connection
`, d.settings)+script, nil)
}

// Context returns a context with the database.
func (d *Database) Context(t testing.TB) context.Context {
	t.Helper()
	backend, err := d.backend(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	db := orm.NewDB(backend)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return orm.NewContext(t.Context(), db)
}
