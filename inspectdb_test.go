package nuages_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection/inspectdb"
	"github.com/nuages-web/nuages/settings"
)

func TestInspectdb(t *testing.T) {
	t.Parallel()
	databases := sqliteAt(t, nuages.Database{})
	databases["other"] = sqliteAt(t, nuages.Database{})["default"]
	app := nuages.App{Name: "old", Commands: []*cli.Command{{Name: "fill", Short: "make tables", Run: func(ctx context.Context, _ *cli.Call) error {
		for _, statement := range []string{
			"CREATE TABLE shop_product (id integer PRIMARY KEY, name varchar(20) NOT NULL)",
			"CREATE TABLE depot (id integer PRIMARY KEY)",
			"CREATE VIEW shop_names AS SELECT name FROM shop_product",
			"CREATE TABLE gone (id integer)", "CREATE VIEW broken AS SELECT id FROM gone", "DROP TABLE gone",
		} {
			if _, err := orm.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	}}}}
	load := shop(func(s *nuages.Settings) { s.Databases = databases }, app)
	run(t, load, "fill").expect(t, 0)

	all := run(t, load, "inspectdb", "--app", "shop")
	all.expect(t, 0, "package shop", "type Product struct {", "type Depot struct {", `m.Table("depot")`, "m.Managed(false)")
	if strings.Contains(all.stdout, "shop_names") {
		t.Errorf("a view is among the tables:\n%s", all.stdout)
	}
	run(t, load, "inspectdb", "--include-views").expect(t, 0, "package models", "type ShopProduct struct {", "type ShopName struct {", "the view shop_names", "// Not inspected: broken: ")
	run(t, load, "inspectdb", "broken").expect(t, 1, "no such table")
	one := run(t, load, "inspectdb", "--package", "old", "--managed", "shop_product")
	one.expect(t, 0, "package old", "type ShopProduct struct {")
	if strings.Contains(one.stdout, "Managed(false)\n}") || strings.Contains(one.stdout, "Depot") {
		t.Errorf("--managed of one table:\n%s", one.stdout)
	}
	run(t, load, "inspectdb", "shop_product", "nonesuch").expect(t, 1, `"nonesuch"`, "no such table")
	run(t, load, "inspectdb", "--database", "nonesuch").expect(t, 1, `"nonesuch"`)
	run(t, load, "inspectdb", "--package", "a b").expect(t, 1, `"a b" is no name of a package`)
	empty := run(t, load, "inspectdb", "--database", "other")
	empty.expect(t, 0, "package models")

	var found inspectdb.Inspection
	if err := json.Unmarshal([]byte(run(t, load, "inspectdb", "--json", "depot").stdout), &found); err != nil {
		t.Fatal(err)
	}
	if found.Vendor != "sqlite" || len(found.Tables) != 1 || found.Tables[0].Columns[0].Name != "id" {
		t.Errorf("--json: %+v", found)
	}

	file := filepath.Join(t.TempDir(), "models.go")
	run(t, load, "inspectdb", "--app", "shop", "--output", file).expect(t, 0, "wrote "+file, "nuages generate")
	text, err := os.ReadFile(file)
	if err != nil || string(text) != all.stdout {
		t.Errorf("--output: %v\n%s", err, text)
	}
	run(t, load, "inspectdb", "--output", file).expect(t, 1, "models.go", "that is not there")

	broken := func(*settings.Env) (*nuages.Project, error) { return nil, errors.New("no project") }
	run(t, broken, "inspectdb").expect(t, 1, "no project")
	run(t, shop(nil), "inspectdb").expect(t, 1, "no database")
}
