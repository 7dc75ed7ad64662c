package async

import (
	"context"
	"errors"
	"sync"
)

// Result is the outcome of one function: a value, or an error.
type Result[T any] struct {
	Value T
	Err   error
}

// Settle calls the functions concurrently and returns the outcome of each, in
// the order of the functions. An error of one does not disturb the others. It
// is asyncio.gather with return_exceptions, or JavaScript's
// Promise.allSettled.
func Settle[T any](ctx context.Context, fs ...Func[T]) []Result[T] {
	ctx, g := newGroup(ctx)
	results := make([]Result[T], len(fs))
	for i, f := range fs {
		g.start(ctx, func(ctx context.Context) error {
			results[i].Value, results[i].Err = f(ctx)
			return nil
		})
	}
	_ = g.wait() // no function fails
	return results
}

// errNoFunctions is the answer of a race that nobody can win.
var errNoFunctions = errors.New("race: no functions")

// Race calls the functions concurrently and returns the first result that came
// without an error; the context of the others is cancelled and they are waited
// for. When all fail, their errors are returned together, in the order of the
// functions (errors.Join).
func Race[T any](ctx context.Context, fs ...Func[T]) (T, error) {
	var zero T
	if len(fs) == 0 {
		return zero, errNoFunctions
	}
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	ctx, g := newGroup(ctx)
	errs := make([]error, len(fs))
	var first sync.Once
	var winner *T
	for i, f := range fs {
		g.start(ctx, func(ctx context.Context) error {
			value, err := f(ctx)
			if err != nil {
				errs[i] = err
				return nil
			}
			first.Do(func() {
				winner = &value
				g.cancel(nil)
			})
			return nil
		})
	}
	_ = g.wait() // no function fails
	if winner == nil {
		return zero, errors.Join(errs...)
	}
	return *winner, nil
}
