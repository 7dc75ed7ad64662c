package sqldb_test

import (
	"context"
	"database/sql"
	"fmt"
	"log"

	"github.com/nuages-web/nuages/orm/sqldb"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	ctx := context.Background()
	pool, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		log.Fatal(err)
	}
	pool.SetMaxOpenConns(1) // each connection has a database of its own in memory
	db := sqldb.New(pool, sqlite.Dialect(), nil)
	defer db.Close()

	rows, err := db.Query(ctx, "SELECT 'answer', 6 * ?", []any{int64(7)})
	if err != nil {
		log.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		fmt.Println(rows.Text(0), rows.Int64(1))
	}
	if err := rows.Err(); err != nil {
		log.Fatal(err)
	}
	// Output: answer 42
}
