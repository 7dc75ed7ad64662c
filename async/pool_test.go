package async_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/async"
)

// crowd lets n functions of a second each into the pool, and returns how many
// there were at most at a time, and how many were refused.
func crowd(ctx context.Context, pool *async.Pool, n int, do func(context.Context, *async.Pool, async.Func[int]) (int, error)) (most, refused int64) {
	var running, atMost, full atomic.Int64
	_, _ = async.Map(ctx, make([]int, n), -1, func(ctx context.Context, _ int) (int, error) {
		_, err := do(ctx, pool, func(context.Context) (int, error) {
			if now := running.Add(1); now > atMost.Load() {
				atMost.Store(now)
			}
			defer running.Add(-1)
			time.Sleep(time.Second)
			return 1, nil
		})
		if errors.Is(err, async.ErrFull) {
			full.Add(1)
		}
		return 0, nil
	})
	return atMost.Load(), full.Load()
}

func TestPool(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		options *async.PoolOptions
		do      func(context.Context, *async.Pool, async.Func[int]) (int, error)
		most    int64
		refused int64
		took    time.Duration
	}{
		{"queue holds all", &async.PoolOptions{Workers: 3, Queue: 20}, async.Do[int], 3, 0, 7 * time.Second},
		{"queue holds some", &async.PoolOptions{Workers: 3, Queue: 3}, async.Do[int], 3, 14, 2 * time.Second},
		{"no queue", &async.PoolOptions{Workers: 3, Queue: -1}, async.Do[int], 3, 17, time.Second},
		{"default queue", &async.PoolOptions{Workers: 1}, async.Do[int], 1, 9, 11 * time.Second},
		{"wait for a place", &async.PoolOptions{Workers: 3, Queue: -1}, async.DoWait[int], 3, 0, 7 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				most, refused := crowd(t.Context(), async.NewPool(test.options), 20, test.do)
				if most != test.most || refused != test.refused {
					t.Errorf("%d at a time, %d refused; want %d and %d", most, refused, test.most, test.refused)
				}
				took(t, start, test.took)
			})
		})
	}
	if got, err := async.Do(t.Context(), async.NewPool(nil), func(context.Context) (string, error) { return "x", errBroken }); got != "x" || err != errBroken {
		t.Errorf("Do passes on %q, %v", got, err)
	}
}

func TestPoolContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pool := async.NewPool(&async.PoolOptions{Workers: 1, Queue: 1})
		busy := func(ctx context.Context) error {
			_, err := async.Do(ctx, pool, after(time.Minute, 1))
			return err
		}
		late := func(begin time.Duration, wait func(context.Context, *async.Pool, async.Func[int]) (int, error)) func(context.Context) error {
			return func(ctx context.Context) error {
				time.Sleep(begin)
				ctx, cancel := context.WithTimeout(ctx, time.Second)
				defer cancel()
				start := time.Now()
				_, err := wait(ctx, pool, func(context.Context) (int, error) {
					t.Error("the function ran although its context had ended")
					return 0, nil
				})
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("waiting with a context that ends: %v", err)
				}
				took(t, start, time.Second)
				return nil
			}
		}
		// The first waits for a worker, the second for a place.
		if err := async.Run(t.Context(), busy, late(time.Second, async.Do[int]), late(1500*time.Millisecond, async.DoWait[int])); err != nil {
			t.Error(err)
		}
		// Both have given their places back.
		if _, refused := crowd(t.Context(), pool, 2, async.Do[int]); refused != 0 {
			t.Errorf("%d of 2 refused by a pool with nothing to do", refused)
		}
	})
}

func TestPoolClose(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		pool := async.NewPool(&async.PoolOptions{Workers: 1})
		work := func(ctx context.Context) error {
			_, err := async.Do(ctx, pool, after(10*time.Second, 1))
			return err
		}
		err := async.Run(t.Context(), work, work, func(ctx context.Context) error {
			time.Sleep(time.Second)
			pool.Close()
			took(t, start, 20*time.Second) // what runs and what waits
			if _, err := async.Do(ctx, pool, after(0, 1)); err != async.ErrClosed {
				t.Errorf("Do in a closed pool: %v", err)
			}
			pool.Close() // once more is harmless
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// A panic gives the worker back.
func TestPoolPanic(t *testing.T) {
	t.Parallel()
	pool := async.NewPool(&async.PoolOptions{Workers: 1, Queue: -1})
	func() {
		defer func() {
			if got := recover(); got != "exploded" {
				t.Errorf("recovered %v", got)
			}
		}()
		_, _ = async.Do(t.Context(), pool, func(context.Context) (int, error) { panic("exploded") })
	}()
	if got, err := async.Do(t.Context(), pool, after(0, 7)); got != 7 || err != nil {
		t.Errorf("after a panic: %v, %v", got, err)
	}
	pool.Close()
}
