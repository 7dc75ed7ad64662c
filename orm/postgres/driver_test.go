package postgres_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

func TestDriverShell(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]orm.Shell{
		"postgres://ann:p%40ss@db:5433/shop?sslmode=require&pool_max_conns=3": {
			Name: "psql", Args: []string{"postgres://ann@db:5433/shop?sslmode=require"}, Env: []string{"PGPASSWORD=p@ss"},
		},
		"postgresql:///shop?password=x": {Name: "psql", Args: []string{"postgresql:///shop"}, Env: []string{"PGPASSWORD=x"}},
		"postgres://db/shop":            {Name: "psql", Args: []string{"postgres://db/shop"}},
	} {
		got, err := postgres.Driver(nil).Shell(address)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: error %v, shell (-want +got):\n%s", address, err, diff)
		}
	}
	if _, err := postgres.Driver(nil).Shell("postgres://%zz"); err == nil {
		t.Error("a URL that can't be read: no error")
	}
}

func TestDriverOpens(t *testing.T) {
	t.Parallel()
	backend, err := postgres.Driver(nil).Open(t.Context(), testdb.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := backend.Close(); err != nil {
		t.Error(err)
	}
}
