package introspection_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	folder, err := os.MkdirTemp("", "introspection")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	backend, err := sqlite.Open(filepath.Join(folder, "shop.sqlite3"), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer backend.Close()
	ctx := orm.NewContext(context.Background(), orm.NewDB(backend))
	for _, statement := range []string{
		"CREATE TABLE shop_category (id integer PRIMARY KEY, name varchar(50) NOT NULL UNIQUE)",
		"CREATE TABLE shop_product (id integer PRIMARY KEY, price decimal, category_id bigint NOT NULL REFERENCES shop_category)",
	} {
		if _, err := orm.Exec(ctx, statement); err != nil {
			fmt.Println(err)
			return
		}
	}
	table, err := introspection.Table(ctx, "", "shop_product")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range table.Columns {
		fmt.Println(c.Name, c.Type, c.Null)
	}
	for _, c := range table.Constraints {
		if c.References != nil {
			fmt.Println(c.Columns, "refers to", c.References.Table, c.References.Column)
		}
	}
	// Output:
	// id INTEGER false
	// price decimal true
	// category_id bigint false
	// [category_id] refers to shop_category id
}
