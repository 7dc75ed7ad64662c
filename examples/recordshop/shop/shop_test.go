package shop_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func Example() {
	backend, err := sqlite.Open(":memory:", nil)
	if err != nil {
		panic(err)
	}
	defer backend.Close()
	ctx := orm.NewContext(context.Background(), orm.NewDB(backend))
	if err := shop.Prepare(ctx); err != nil {
		panic(err)
	}
	for r, err := range shop.Search("soul").Each(ctx) {
		if err != nil {
			panic(err)
		}
		fmt.Println(r.Artist, r.Label())
	}
	// Output:
	// Nina Simone € 22.90
	// Stevie Wonder € 23.90
}

// filled returns a context with a shop that has the catalogue.
func filled(t *testing.T) context.Context {
	t.Helper()
	ctx := ormtest.SQLite(t, shop.Models...)
	if err := shop.Fill(ctx); err != nil {
		t.Fatal(err)
	}
	return ctx
}

func TestSearch(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, shop.Models, func(t *testing.T, ctx context.Context) {
		if err := shop.Fill(ctx); err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]int64{"": 9, "JAZZ": 3, "reinhardt": 1, "blue": 3, "%": 0, "nothing": 0} {
			if n, err := shop.Search(text).Count(ctx); err != nil || n != want {
				t.Errorf("%q: got %d, %v, want %d", text, n, err, want)
			}
		}
	})
}

func TestMove(t *testing.T) {
	t.Parallel()
	ctx := filled(t)
	feed := new(shop.Feed)
	for _, by := range []int32{-1, -100, 5} {
		if err := feed.Move(ctx, "nuages", by); err != nil {
			t.Fatal(err)
		}
	}
	changes, err := feed.Since(ctx, 0)
	if err != nil || fmt.Sprint(changes) != "[{1 nuages Nuages 11} {2 nuages Nuages 0} {3 nuages Nuages 5}]" {
		t.Errorf("got %v, %v", changes, err)
	}
	if err := feed.Move(ctx, "unknown", 1); !errors.Is(err, orm.ErrNotFound) {
		t.Errorf("got %v, want ErrNotFound", err)
	}
	err = orm.Atomic(ctx, func(ctx context.Context) error {
		if err := feed.Move(ctx, "nuages", 1); err != nil {
			return err
		}
		return errors.New("changed my mind")
	})
	if changes, _ := feed.Since(ctx, 0); err == nil || len(changes) != 3 {
		t.Errorf("got %d changes after %v, want 3: the last one was rolled back", len(changes), err)
	}
}

func TestEverybodyWhoWaitsIsTold(t *testing.T) {
	t.Parallel()
	ctx := filled(t)
	synctest.Test(t, func(t *testing.T) {
		feed := new(shop.Feed)
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				if changes, err := feed.Since(t.Context(), 0); err != nil || len(changes) != 1 {
					t.Errorf("got %v, %v, want one change", changes, err)
				}
			})
		}
		synctest.Wait()
		if err := feed.Move(orm.Inherit(t.Context(), ctx), "nuages", 1); err != nil {
			t.Error(err)
		}
		wg.Wait()
	})
}

func TestFeedRemembersTheLastChanges(t *testing.T) {
	t.Parallel()
	ctx := filled(t)
	feed := new(shop.Feed)
	for range 150 {
		if err := feed.Move(ctx, "nuages", 1); err != nil {
			t.Fatal(err)
		}
	}
	changes, err := feed.Since(ctx, 3)
	if err != nil || len(changes) != 100 || changes[0].Number != 51 {
		t.Errorf("got %d changes, %v, want the last 100", len(changes), err)
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := feed.Since(ended, 150); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// TestTrade has the shop sell by itself.
func TestTrade(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(filled(t))
	feed := new(shop.Feed)
	ended := make(chan error, 1)
	go func() { ended <- feed.Trade(ctx) }()
	changes, err := feed.Since(ctx, 0)
	if err != nil || len(changes) != 1 {
		t.Errorf("got %v, %v, want a change", changes, err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
