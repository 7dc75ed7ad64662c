package serializers_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/serializers"
	"github.com/nuages-web/nuages/serializers/internal/shop"
)

// A fixture is loaded, and the rows are written again in another form.
func Example() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	db := orm.NewDB(backend)
	defer db.Close()
	ctx := orm.NewContext(context.Background(), db)
	if err := orm.CreateTables(ctx, shop.Models...); err != nil {
		fmt.Println(err)
		return
	}
	fixture := `[{"model": "shop.country", "pk": 1, "fields": {"name": "Germany"}},
	{"model": "shop.shelf", "pk": 7, "fields": {"name": "top", "country": ["Germany"]}}]`
	for obj, err := range serializers.Read(ctx, strings.NewReader(fixture), "json", nil) {
		if err == nil {
			err = obj.Save(ctx)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	shelf := orm.MetaOf[shop.Shelf]()
	if err := serializers.Write(ctx, os.Stdout, "yaml", serializers.Rows(ctx, shelf, nil), nil); err != nil {
		fmt.Println(err)
	}
	var out bytes.Buffer
	opts := &serializers.WriteOptions{NaturalForeign: true, NaturalPrimary: true}
	if err := serializers.Write(ctx, &out, "json", serializers.Rows(ctx, shelf, nil), opts); err != nil {
		fmt.Println(err)
	}
	fmt.Println(out.String())
	// Output:
	// - model: shop.shelf
	//   pk: 7
	//   fields:
	//     name: top
	//     country: 1
	// [{"model": "shop.shelf", "fields": {"name": "top", "country": ["Germany"]}}]
}
