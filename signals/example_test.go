package signals_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/nuages-web/nuages/signals"
)

func Example() {
	type OrderPaid struct {
		Shop string
		ID   int64
	}
	var paid signals.Signal[OrderPaid]

	disconnect := paid.Connect(func(_ context.Context, e OrderPaid) error {
		fmt.Println("send the receipt of order", e.ID)
		return nil
	}, nil)
	paid.Connect(func(_ context.Context, e OrderPaid) error {
		return errors.New("the printer is off")
	}, &signals.Options[OrderPaid]{
		ID:     "label",
		Filter: func(e OrderPaid) bool { return e.Shop == "Lyon" },
	})

	ctx := context.Background()
	fmt.Println(paid.Send(ctx, OrderPaid{Shop: "Paris", ID: 7}))
	disconnect()
	for _, result := range paid.SendRobust(ctx, OrderPaid{Shop: "Lyon", ID: 8}) {
		fmt.Println(result.ID, result.Err)
	}
	// Output:
	// send the receipt of order 7
	// <nil>
	// label the printer is off
}
