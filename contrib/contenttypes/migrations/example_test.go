package migrations_test

import (
	"context"
	"fmt"

	"github.com/nuages-web/nuages/contrib/contenttypes"
	history "github.com/nuages-web/nuages/contrib/contenttypes/migrations"
	"github.com/nuages-web/nuages/migrations"
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

	fmt.Println(migrations.Apply(ctx, history.All, nil))
	fmt.Println(contenttypes.AfterMigrate(ctx, &migrations.MigrateEvent{}, contenttypes.Models))
	kinds, err := contenttypes.ContentTypes.All(ctx)
	fmt.Println(kinds, err)
	applied, err := migrations.Applied(ctx, "")
	for _, m := range applied {
		fmt.Println(m.Name)
	}
	fmt.Println(err)
	// Output:
	// <nil>
	// <nil>
	// [contenttypes | contenttype] <nil>
	// 0001_nuages
	// 0001_initial
	// 0002_remove_content_type_name
	// <nil>
}
