package ormtest_test

import (
	"context"
	"fmt"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func ExampleQueries() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	db := orm.NewDB(backend)
	defer db.Close()
	ctx := orm.NewContext(context.Background(), db)
	if err := orm.CreateTables(ctx, noteMeta); err != nil {
		fmt.Println(err)
		return
	}

	queries := ormtest.Queries(ctx, func(ctx context.Context) {
		fmt.Println(notes.Create(ctx, &Note{Text: "milk"}))
		fmt.Println(notes.Count(ctx))
	})
	for _, q := range queries {
		fmt.Println(q.SQL, q.Args)
	}
	// Output:
	// <nil>
	// 1 <nil>
	// INSERT INTO "notes_note" ("text") VALUES (?) RETURNING "id" [milk]
	// SELECT COUNT(*) FROM "notes_note" []
}
