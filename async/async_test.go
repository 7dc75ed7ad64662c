package async_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/async"
)

// The tests run in synctest bubbles: time is fake, and a goroutine that is
// blocked for ever when the test's function has returned fails the test. That
// none is left behind for a while is shown by TestNobodyLeftBehind.

var errBroken = errors.New("broken")

// after returns value when d has passed, or the error of its context.
func after[T any](d time.Duration, value T) async.Func[T] {
	return func(ctx context.Context) (T, error) {
		select {
		case <-time.After(d):
			return value, nil
		case <-ctx.Done():
			return *new(T), ctx.Err()
		}
	}
}

// failAfter returns err when d has passed, whatever its context does.
func failAfter[T any](d time.Duration, err error) async.Func[T] {
	return func(context.Context) (T, error) {
		time.Sleep(d)
		return *new(T), err
	}
}

// took checks the time since start.
func took(t *testing.T, start time.Time, want time.Duration) {
	t.Helper()
	if got := time.Since(start); got != want {
		t.Errorf("took %v, want %v", got, want)
	}
}

// recovered calls f and returns the panic it ends with.
func recovered(f func()) (p *async.PanicError) {
	defer func() { p, _ = recover().(*async.PanicError) }()
	f()
	return nil
}

func TestGather(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := async.Gather(t.Context(), after(3*time.Second, "a"), after(time.Second, "b"), after(2*time.Second, "c"))
		if diff := cmp.Diff([]string{"a", "b", "c"}, got); diff != "" || err != nil {
			t.Errorf("Gather: error %v, results (-want +got):\n%s", err, diff)
		}
		took(t, start, 3*time.Second)

		none, err := async.Gather[int](t.Context())
		if len(none) != 0 || err != nil {
			t.Errorf("Gather of nothing = %v, %v", none, err)
		}
	})
}

func TestGatherTyped(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		a, b, err := async.Gather2(t.Context(), after(time.Second, 1), after(2*time.Second, "two"))
		if a != 1 || b != "two" || err != nil {
			t.Errorf("Gather2 = %v, %v, %v", a, b, err)
		}
		took(t, start, 2*time.Second)
		a, b, c, err := async.Gather3(t.Context(), after(time.Second, 1), after(time.Second, "two"), after(0, 3.5))
		if a != 1 || b != "two" || c != 3.5 || err != nil {
			t.Errorf("Gather3 = %v, %v, %v, %v", a, b, c, err)
		}
		a, b, c, d, err := async.Gather4(t.Context(), after(0, 1), after(0, "two"), after(0, 3.5), after(0, true))
		if a != 1 || b != "two" || c != 3.5 || !d || err != nil {
			t.Errorf("Gather4 = %v, %v, %v, %v, %v", a, b, c, d, err)
		}
		// With an error there are no results, not even those that came.
		a, b, c, d, err = async.Gather4(t.Context(), after(0, 1), after(0, "two"), after(0, 3.5), failAfter[bool](time.Second, errBroken))
		if a != 0 || b != "" || c != 0 || d || err != errBroken {
			t.Errorf("Gather4 with an error = %v, %v, %v, %v, %v", a, b, c, d, err)
		}
		a, b, c, err = async.Gather3(t.Context(), after(0, 1), after(0, "two"), failAfter[float64](0, errBroken))
		if a != 0 || b != "" || c != 0 || err != errBroken {
			t.Errorf("Gather3 with an error = %v, %v, %v, %v", a, b, c, err)
		}
	})
}

// The first error cancels the others, with itself as the cause, and all are
// waited for, also one that takes its time.
func TestGatherFirstError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var cause error
		slow := func(ctx context.Context) (int, error) {
			<-ctx.Done()
			cause = context.Cause(ctx)
			time.Sleep(5 * time.Second)
			return 0, errors.New("a later error")
		}
		got, err := async.Gather(t.Context(), slow, failAfter[int](time.Second, errBroken), after(time.Hour, 1))
		if got != nil || err != errBroken || cause != errBroken {
			t.Errorf("Gather = %v, %v; cause %v; want the first error for both", got, err, cause)
		}
		took(t, start, 6*time.Second)
	})
}

func TestGatherContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := async.Gather(ctx, after(time.Hour, 1), after(time.Hour, 2)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Gather = %v, want DeadlineExceeded", err)
		}
		called := false
		call := func(context.Context) error { called = true; return nil }
		if err := async.Run(ctx, call); !errors.Is(err, context.DeadlineExceeded) || called {
			t.Errorf("Run with an ended context = %v, called: %v", err, called)
		}
	})
}

// A panic is raised again in the caller when all have returned, with the stack
// of its goroutine.
func TestPanic(t *testing.T) {
	t.Parallel()
	explode := func(context.Context) (int, error) {
		time.Sleep(time.Second)
		panic(fmt.Errorf("exploded: %w", errBroken))
	}
	for _, test := range []struct {
		name string
		call func(context.Context, async.Func[int], async.Func[int])
	}{
		{"Gather", func(ctx context.Context, f, g async.Func[int]) { _, _ = async.Gather(ctx, f, g) }},
		{"Gather2", func(ctx context.Context, f, g async.Func[int]) { _, _, _ = async.Gather2(ctx, f, g) }},
		{"Settle", func(ctx context.Context, f, g async.Func[int]) { async.Settle(ctx, f, g) }},
		{"Race", func(ctx context.Context, f, g async.Func[int]) { _, _ = async.Race(ctx, f, g) }},
		{"Map", func(ctx context.Context, f, g async.Func[int]) {
			_, _ = async.Map(ctx, []async.Func[int]{f, g}, 2, func(ctx context.Context, f async.Func[int]) (int, error) { return f(ctx) })
		}},
		{"nested", func(ctx context.Context, f, g async.Func[int]) {
			_, _ = async.Gather(ctx, f, func(ctx context.Context) (int, error) {
				_, err := async.Gather(ctx, g)
				return 0, err
			})
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				others := 0
				slow := func(ctx context.Context) (int, error) {
					<-ctx.Done()
					time.Sleep(time.Second)
					others++
					return 0, ctx.Err()
				}
				p := recovered(func() { test.call(t.Context(), slow, explode) })
				if p == nil || !errors.Is(p, errBroken) || others != 1 {
					t.Fatalf("panic %v, %d other functions returned before", p, others)
				}
				if !strings.Contains(string(p.Stack), "TestPanic.func1") || !strings.Contains(p.Error(), "exploded: broken") {
					t.Errorf("panic does not tell what and where: %v", p)
				}
				took(t, start, 2*time.Second)
			})
		})
	}
}

// Whatever the outcome, every function has returned before the call does, also
// one that takes no notice of its context.
func TestNobodyLeftBehind(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		first async.Func[int] // ends before the others do
		call  func(ctx context.Context, fs []async.Func[int])
	}{
		{"Gather", after(0, 1), func(ctx context.Context, fs []async.Func[int]) { _, _ = async.Gather(ctx, fs...) }},
		{"Gather with an error", failAfter[int](0, errBroken), func(ctx context.Context, fs []async.Func[int]) { _, _ = async.Gather(ctx, fs...) }},
		{"Gather3 with an error", failAfter[int](0, errBroken), func(ctx context.Context, fs []async.Func[int]) {
			_, _, _, _ = async.Gather3(ctx, fs[0], fs[1], fs[2])
		}},
		{"Gather with a panic", func(context.Context) (int, error) { panic("x") }, func(ctx context.Context, fs []async.Func[int]) {
			recovered(func() { _, _ = async.Gather(ctx, fs...) })
		}},
		{"Map with an error", failAfter[int](0, errBroken), func(ctx context.Context, fs []async.Func[int]) {
			_, _ = async.Map(ctx, fs, 3, func(ctx context.Context, f async.Func[int]) (int, error) { return f(ctx) })
		}},
		{"Settle", failAfter[int](0, errBroken), func(ctx context.Context, fs []async.Func[int]) { async.Settle(ctx, fs...) }},
		{"Race", after(0, 1), func(ctx context.Context, fs []async.Func[int]) { _, _ = async.Race(ctx, fs...) }},
		{"Timeout", after(0, 1), func(ctx context.Context, fs []async.Func[int]) {
			_, _ = async.Timeout(ctx, time.Second, func(ctx context.Context) ([]int, error) { return async.Gather(ctx, fs...) })
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var begun, running atomic.Int64
				fs := []async.Func[int]{test.first}
				for range 5 {
					fs = append(fs, func(context.Context) (int, error) {
						begun.Add(1)
						running.Add(1)
						defer running.Add(-1)
						time.Sleep(time.Minute)
						return 0, nil
					})
				}
				// The first waits until the others have begun.
				first := fs[0]
				fs[0] = func(ctx context.Context) (int, error) {
					time.Sleep(time.Second)
					return first(ctx)
				}
				test.call(t.Context(), fs)
				if begun.Load() < 2 || running.Load() != 0 {
					t.Errorf("%d functions began, %d still run", begun.Load(), running.Load())
				}
			})
		})
	}
}

func TestGoexit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := recovered(func() {
			_ = async.Run(t.Context(), func(context.Context) error { runtime.Goexit(); return nil })
		})
		if p == nil || !strings.Contains(p.Error(), "runtime.Goexit") {
			t.Errorf("a function that ends its goroutine: panic %v", p)
		}
	})
}

func TestMap(t *testing.T) {
	t.Parallel()
	items := make([]int, 50)
	want := make([]int, 50)
	for i := range items {
		items[i], want[i] = i, i*i
	}
	for _, test := range []struct {
		limit, most int
	}{{1, 1}, {3, 3}, {0, async.DefaultLimit}, {-1, 50}, {1000, 50}} {
		t.Run(fmt.Sprint("limit ", test.limit), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var running, most atomic.Int64
				got, err := async.Map(t.Context(), items, test.limit, func(ctx context.Context, i int) (int, error) {
					if now := running.Add(1); now > most.Load() {
						most.Store(now)
					}
					defer running.Add(-1)
					return after(time.Second, i*i)(ctx)
				})
				if !slices.Equal(got, want) || err != nil {
					t.Errorf("Map = %v, %v", got, err)
				}
				if most.Load() > int64(test.most) {
					t.Errorf("%d calls at a time, want at most %d", most.Load(), test.most)
				}
				rounds := (len(items) + test.most - 1) / test.most
				took(t, start, time.Duration(rounds)*time.Second)
			})
		})
	}
}

// After an error no further item is begun.
func TestMapError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var calls atomic.Int64
		got, err := async.Map(t.Context(), make([]int, 1000), 2, func(ctx context.Context, _ int) (int, error) {
			if calls.Add(1) == 4 {
				return 0, errBroken
			}
			return after(time.Second, 1)(ctx)
		})
		if got != nil || err != errBroken || calls.Load() > 5 {
			t.Errorf("Map = %v, %v after %d calls", got, err, calls.Load())
		}
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		_, err = async.Map(ctx, make([]int, 1000), 2, func(context.Context, int) (int, error) {
			time.Sleep(time.Second)
			return 0, nil
		})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Map with a context that ends = %v, want DeadlineExceeded", err)
		}
	})
}

func TestSettle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got := async.Settle(t.Context(), after(2*time.Second, "a"), failAfter[string](time.Second, errBroken), after(3*time.Second, "c"))
		want := []async.Result[string]{{Value: "a"}, {Err: errBroken}, {Value: "c"}}
		if !slices.Equal(got, want) {
			t.Errorf("Settle = %v, want %v", got, want)
		}
		took(t, start, 3*time.Second)
	})
}

func TestRace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := async.Race(t.Context(), failAfter[string](time.Second, errBroken), after(time.Hour, "slow"), after(2*time.Second, "fast"))
		if got != "fast" || err != nil {
			t.Errorf("Race = %q, %v", got, err)
		}
		took(t, start, 2*time.Second)

		other := errors.New("another")
		_, err = async.Race(t.Context(), failAfter[string](2*time.Second, errBroken), failAfter[string](time.Second, other))
		if !errors.Is(err, errBroken) || !errors.Is(err, other) || err.Error() != "broken\nanother" {
			t.Errorf("Race that nobody wins: %v", err)
		}
		if _, err := async.Race[int](t.Context()); err == nil {
			t.Error("Race of nothing has no error")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := async.Race(ctx, after(0, 1)); err != context.Canceled {
			t.Errorf("Race with an ended context: %v", err)
		}
	})
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		if got, err := async.Timeout(t.Context(), 2*time.Second, after(time.Second, 1)); got != 1 || err != nil {
			t.Errorf("in time: %v, %v", got, err)
		}
		start := time.Now()
		_, err := async.Timeout(t.Context(), time.Second, after(time.Hour, 1))
		if !errors.Is(err, async.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) || !strings.HasPrefix(err.Error(), "timed out after 1s") {
			t.Errorf("too late: %v, want ErrTimeout", err)
		}
		took(t, start, time.Second)
		if _, err := async.Timeout(t.Context(), 0, after(0, 1)); !errors.Is(err, async.ErrTimeout) {
			t.Errorf("no time: %v, want ErrTimeout", err)
		}
		if _, err := async.Timeout(t.Context(), time.Second, failAfter[int](0, errBroken)); err != errBroken {
			t.Errorf("error of the function: %v", err)
		}
		// A result that comes late all the same is a result.
		if got, err := async.Timeout(t.Context(), time.Second, func(context.Context) (int, error) {
			time.Sleep(2 * time.Second)
			return 1, nil
		}); got != 1 || err != nil {
			t.Errorf("late result: %v, %v", got, err)
		}
		// The end of the caller's context is no timeout of ours.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := async.Timeout(ctx, time.Hour, after(time.Hour, 1)); err != context.DeadlineExceeded {
			t.Errorf("caller's deadline: %v", err)
		}
		// Of two limits the one that passed is named.
		_, err = async.Timeout(t.Context(), time.Second, func(ctx context.Context) (int, error) {
			return async.Timeout(ctx, time.Minute, after(time.Hour, 1))
		})
		if !errors.Is(err, async.ErrTimeout) || strings.Contains(err.Error(), "1m0s") {
			t.Errorf("two limits: %v", err)
		}
	})
}
