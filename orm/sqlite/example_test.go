package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	err = db.ExecScript(ctx, `
		CREATE TABLE city (id integer PRIMARY KEY, name text NOT NULL UNIQUE, founded date);
		INSERT INTO city (name, founded) VALUES ('Rome', '0753-04-21'), ('Bonn', '0989-05-01');`)
	if err != nil {
		log.Fatal(err)
	}
	rows, err := db.Query(ctx, "SELECT name, django_date_extract('year', founded) FROM city ORDER BY name", nil)
	if err != nil {
		log.Fatal(err)
	}
	for rows.Next() {
		fmt.Println(rows.Text(0), rows.Int64(1))
	}
	rows.Close()

	_, err = db.Exec(ctx, "INSERT INTO city (name) VALUES (?)", []any{"Rome"})
	var e *orm.DBError
	if errors.As(err, &e) && errors.Is(err, orm.ErrUnique) {
		fmt.Println("there is one already:", e.Table, e.Columns)
	}
	// Output:
	// Bonn 989
	// Rome 753
	// there is one already: city [name]
}

func ExampleDB_Begin() {
	ctx := context.Background()
	db, err := sqlite.Open(":memory:", nil)
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	tx, err := db.Begin(ctx, sql.TxOptions{})
	if err != nil {
		log.Fatal(err)
	}
	tx.Exec(ctx, "CREATE TABLE t (v int)", nil)
	tx.Rollback(ctx)
	_, err = db.Query(ctx, "SELECT v FROM t", nil)
	fmt.Println(errors.Is(err, orm.ErrProgramming))
	// Output: true
}
