package shop_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/nuages-web/nuages/examples/recordshop/shop"
)

func Example() {
	records := shop.NewStore(shop.Catalogue())
	for _, r := range records.Search("soul") {
		fmt.Println(r.Artist, r.Price())
	}
	// Output:
	// Nina Simone € 22.90
	// Stevie Wonder € 23.90
}

func TestTradeMovesTheStock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		records := shop.NewStore([]shop.Record{{Slug: "nuages", Title: "Nuages", Stock: 1}})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- records.Trade(ctx) }()
		stock := []int{}
		for last := 0; last < 3; {
			changes, err := records.Since(ctx, last)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				stock, last = append(stock, c.Stock), c.Number
			}
		}
		stop()
		if err := <-ended; err != nil || fmt.Sprint(stock) != "[0 10 9]" {
			t.Errorf("got %v and %v, want a sale, a delivery and a sale", stock, err)
		}
	})
}

func TestEverybodyWhoWaitsIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		records := shop.NewStore(shop.Catalogue())
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if changes, err := records.Since(t.Context(), 0); err != nil || len(changes) != 1 {
					t.Errorf("got %v, %v, want one change", changes, err)
				}
			})
		}
		synctest.Wait()
		if err := records.Move("nuages", 1); err != nil {
			t.Error(err)
		}
		wg.Wait()
	})
}

func TestStoreRemembersTheLastChanges(t *testing.T) {
	t.Parallel()
	records := shop.NewStore(shop.Catalogue())
	for range 250 {
		if err := records.Move("nuages", 1); err != nil {
			t.Fatal(err)
		}
	}
	changes, err := records.Since(t.Context(), 3)
	if err != nil || len(changes) != 100 || changes[0].Number != 151 {
		t.Errorf("got %d changes, %v, want the last 100", len(changes), err)
	}
}

func TestStoreErrors(t *testing.T) {
	t.Parallel()
	records := shop.NewStore(shop.Catalogue())
	if err := records.Move("unknown", 1); !errors.Is(err, shop.ErrMissing) {
		t.Errorf("got %v, want ErrMissing", err)
	}
	if err := records.Add(shop.Record{Slug: "nuages"}); !errors.Is(err, shop.ErrExists) {
		t.Errorf("got %v, want ErrExists", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := records.Since(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}
