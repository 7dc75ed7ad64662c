package async_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/async"
)

// A page that needs two things which do not need each other.
func ExampleGather2() {
	name := func(context.Context) (string, error) { return "Ada", nil }
	orders := func(context.Context) ([]int, error) { return []int{17, 42}, nil }

	who, what, err := async.Gather2(context.Background(), name, orders)
	fmt.Println(who, what, err)
	// Output: Ada [17 42] <nil>
}

// Many calls, three at a time; the results keep the order of the items.
func ExampleMap() {
	lengths, err := async.Map(context.Background(), []string{"Django", "whole", "in", "Go"}, 3,
		func(_ context.Context, word string) (int, error) { return len(word), nil })
	fmt.Println(lengths, err)
	// Output: [6 5 2 2] <nil>
}

// A page shows what there is, and says what is missing.
func ExampleSettle() {
	results := async.Settle(context.Background(),
		func(context.Context) (string, error) { return "weather: sun", nil },
		func(context.Context) (string, error) { return "", errors.New("news: no answer") },
	)
	for _, r := range results {
		if r.Err != nil {
			fmt.Println("missing:", r.Err)
			continue
		}
		fmt.Println(r.Value)
	}
	// Output:
	// weather: sun
	// missing: news: no answer
}

func ExampleTimeout() {
	_, err := async.Timeout(context.Background(), time.Millisecond, func(ctx context.Context) (string, error) {
		<-ctx.Done() // a call that never answers
		return "", ctx.Err()
	})
	fmt.Println(errors.Is(err, async.ErrTimeout))
	// Output: true
}

// The program makes one pool for work that keeps a processor busy; its views
// share it.
func ExamplePool() {
	pool := async.NewPool(&async.PoolOptions{Workers: 2, Queue: 100})
	defer pool.Close()

	hash, err := async.Do(context.Background(), pool, func(context.Context) (string, error) {
		return "pbkdf2_sha256$…", nil
	})
	switch {
	case errors.Is(err, async.ErrFull):
		fmt.Println("503: come back later")
	case err != nil:
		fmt.Println(err)
	default:
		fmt.Println(hash)
	}
	// Output: pbkdf2_sha256$…
}

func ExampleRetry() {
	calls := 0
	text, err := async.Retry(context.Background(), &async.RetryOptions{Attempts: 5, Base: time.Millisecond},
		func(context.Context) (string, error) {
			if calls++; calls < 3 {
				return "", errors.New("connection refused")
			}
			return "hello", nil
		})
	fmt.Println(text, err, "after", calls, "calls")
	// Output: hello <nil> after 3 calls
}
