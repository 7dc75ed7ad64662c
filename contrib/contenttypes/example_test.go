package contenttypes_test

import (
	"context"
	"fmt"

	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	db := orm.NewDB(backend)
	defer db.Close()
	ctx := orm.NewContext(context.Background(), db)
	if err := orm.CreateTables(ctx, tables...); err != nil {
		fmt.Println(err)
		return
	}

	shop := &Shop{Name: "North"}
	fmt.Println(Shops.Create(ctx, shop))
	tag := &Tag{Label: "new"}
	fmt.Println(contenttypes.Point(ctx, &tag.ContentType, &tag.ObjectID, shop))
	fmt.Println(Tags.Create(ctx, tag))

	obj, err := contenttypes.Target(ctx, &tag.ContentType, tag.ObjectID)
	fmt.Println(obj.(*Shop).Name, err)
	kind, err := contenttypes.ForObject(ctx, shop)
	fmt.Println(kind, kind.ID == tag.ContentType.ID, err)
	// Output:
	// <nil>
	// <nil>
	// <nil>
	// North <nil>
	// shop | shop true <nil>
}
