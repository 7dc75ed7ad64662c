package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

func ExampleOpen() {
	db, err := postgres.Open(context.Background(), "postgres://shop@127.0.0.1:1/shop", &postgres.Options{
		MaxConns:         20,
		ApplicationName:  "shop",
		StatementTimeout: 30 * time.Second,
		Prepared:         postgres.PreparedDescribe, // there is a PgBouncer between
	})
	if err != nil {
		fmt.Println(errors.Is(err, orm.ErrOperational)) // nobody listens there
		return
	}
	defer db.Close()
	// Output: true
}
