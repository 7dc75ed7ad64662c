package conformance_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/ormtest/conformance"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	// In the tests of a backend: conformance.Run(t, open, nil)
	fmt.Println(conformance.Sections())
	// Output: [pairs values hostile errors transactions bulk]
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	conformance.Run(t, func(t testing.TB) orm.Backend {
		return closed(t)(sqlite.Open(filepath.Join(t.TempDir(), "conformance.sqlite3"), nil))
	}, nil)
}

func TestPostgreSQL(t *testing.T) {
	t.Parallel()
	address := testdb.Postgres(t)
	conformance.Run(t, func(t testing.TB) orm.Backend { return closed(t)(postgres.Open(context.Background(), address, nil)) }, nil)
}

func TestMariaDB(t *testing.T) {
	t.Parallel()
	address := testdb.MySQL(t)
	conformance.Run(t, func(t testing.TB) orm.Backend { return closed(t)(mysql.Open(context.Background(), address, nil)) }, nil)
}

// closed closes a backend at the end of the test.
func closed(t testing.TB) func(orm.Backend, error) orm.Backend {
	return func(b orm.Backend, err error) orm.Backend {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := b.Close(); err != nil {
				t.Error(err)
			}
		})
		return b
	}
}
