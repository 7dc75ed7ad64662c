package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/civil"
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

func ExampleRange() {
	holidays := postgres.NewRange(civil.Date{Year: 2026, Month: time.July, Day: 1}, civil.Date{Year: 2026, Month: time.August, Day: 1})
	fmt.Println(holidays, postgres.AtLeast[int64](18), postgres.EmptyRange[int32]())
	var read postgres.Range[int64]
	if err := read.UnmarshalText([]byte("(1,5]")); err != nil {
		fmt.Println(err)
	}
	fmt.Println(read.Lower.V, read.Upper.V, read.Bounds)
	// Output:
	// [2026-07-01,2026-08-01) [18,) empty
	// 1 5 (]
}

func ExampleLexeme() {
	typed := "cat' | dog" // from outside
	query := postgres.NewLexemePrefix(typed).Weight("AB").And(postgres.NewLexeme("mouse").Not())
	fmt.Println(query)
	// Output: ('cat'' | dog':*AB & (!'mouse'))
}

func ExampleArray() {
	text, err := postgres.Array[string]{"red", "light blue"}.MarshalText()
	fmt.Printf("%s %v\n", text, err)
	// Output: {"red","light blue"} <nil>
}
