package mysql_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
)

// A server that cannot be reached is an operational error.
func Example() {
	ctx := context.Background()
	backend, err := mysql.Open(ctx, "shop:secret@tcp(127.0.0.1:1)/shop", nil)
	if errors.Is(err, orm.ErrOperational) {
		fmt.Println("is the server running?")
		return
	}
	if err != nil {
		log.Fatal(err)
	}
	defer backend.Close()
	// Output: is the server running?
}

func ExampleParseVersion() {
	s, err := mysql.ParseVersion("10.11.6-MariaDB-0+deb12u1")
	if err != nil {
		log.Fatal(err)
	}
	d := mysql.NewDialect(s)
	fmt.Println(s)
	fmt.Println(d.Name, d.Ident("user"), d.Types["DateTimeField"])
	fmt.Println("INSERT … RETURNING:", d.Features.Returning)
	// Output:
	// MariaDB 10.11.6
	// mariadb `user` datetime(6)
	// INSERT … RETURNING: true
}
