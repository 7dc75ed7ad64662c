package suppliers_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nuages-web/nuages/examples/recordshop/suppliers"
)

func Example() {
	partners := suppliers.New()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- partners.Run(ctx) }()

	delivery, err := partners.Delivery(ctx, "nuages")
	fmt.Println(delivery, err)
	stop()
	fmt.Println(<-ended)
	// Output:
	// {3 Rotterdam} <nil>
	// <nil>
}

func TestWhoLeavesIsNotKept(t *testing.T) {
	t.Parallel()
	partners := suppliers.New()
	partners.Delay = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := partners.Pressing(ctx, "nuages"); !errors.Is(err, context.Canceled) {
		t.Errorf("before the services run: got %v, want context.Canceled", err)
	}
}
