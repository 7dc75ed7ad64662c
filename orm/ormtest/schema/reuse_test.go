package schema_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
)

// TestClosedDatabases opens and closes databases of two kinds: statements for one that is
// closed must not be taken for another one that came to lie where it was.
func TestClosedDatabases(t *testing.T) {
	t.Parallel()
	mysqlAt, postgresAt := testdb.MySQL(t), testdb.Postgres(t)
	models := orm.NewModels([]*orm.ModelState{{App: "reuse", Name: "Thing", Fields: []orm.FieldState{{Name: "id", Type: "BigAutoField", PrimaryKey: true}}}})
	thing, _ := models.Get("reuse", "Thing")
	made := map[string]bool{}
	use := func(backend orm.Backend, err error) {
		if err != nil {
			t.Fatal(err)
		}
		defer backend.Close()
		ctx := orm.NewContext(context.Background(), orm.NewDB(backend))
		if !made[backend.Dialect().Name] {
			if err := orm.CreateTables(ctx, thing); err != nil {
				t.Fatal(err)
			}
		}
		made[backend.Dialect().Name] = true
		if _, err := orm.Records(thing).Lookup("id", 1).All(ctx); err != nil {
			t.Fatalf("%s: %v", backend.Dialect().Name, err)
		}
	}
	for range 100 {
		use(postgres.Open(t.Context(), postgresAt, nil))
		runtime.GC()
		use(mysql.Open(t.Context(), mysqlAt, nil))
		runtime.GC()
	}
}
