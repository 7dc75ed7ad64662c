// Package async runs several things at once in a view and waits for all of
// them: what asyncio.gather, asyncio.timeout and sync_to_async are to an
// asynchronous Django view.
//
//	user, orders, err := async.Gather2(ctx,
//		func(ctx context.Context) (*User, error) { return users.Load(ctx, id) },
//		func(ctx context.Context) ([]Order, error) { return shop.OrdersOf(ctx, id) },
//	)
//
// The concurrency is structured: no function of this package returns before
// every function that it started has. The first error cancels the context of
// the rest, so functions should return soon after their context has ended. A
// panic in one is raised again in the caller, as a [*PanicError], when the rest
// have returned.
//
// [Map] does the same thing to many values, a limited number at a time;
// [Settle] collects all outcomes; [Race] takes the first success; [Timeout],
// [Retry] and [Sleep] bound, repeat and wait; a [Pool] bounds work that keeps a
// processor or a slow device busy over all requests.
package async

import "context"

// Func is what runs concurrently: it returns a value or an error, and returns
// soon when ctx ends.
type Func[T any] func(ctx context.Context) (T, error)

// Run calls the functions concurrently and returns when all have returned, with
// the error that came first, which cancels the context of the others.
func Run(ctx context.Context, fs ...func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, g := newGroup(ctx)
	for _, f := range fs {
		g.start(ctx, f)
	}
	return g.wait()
}

// Gather calls the functions concurrently and returns their results in the
// order of the functions. The first error cancels the context of the others and
// is returned, without results, when all have returned.
//
// All start at once; for a list of unknown length use Map. To have every
// outcome, errors too, use Settle.
func Gather[T any](ctx context.Context, fs ...Func[T]) ([]T, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx, g := newGroup(ctx)
	results := make([]T, len(fs))
	for i, f := range fs {
		g.start(ctx, into(&results[i], f))
	}
	if err := g.wait(); err != nil {
		return nil, err
	}
	return results, nil
}

// Gather2 is Gather for two functions with results of different types.
func Gather2[A, B any](ctx context.Context, fa Func[A], fb Func[B]) (A, B, error) {
	var a A
	var b B
	if err := Run(ctx, into(&a, fa), into(&b, fb)); err != nil {
		return *new(A), *new(B), err
	}
	return a, b, nil
}

// Gather3 is Gather for three functions with results of different types.
func Gather3[A, B, C any](ctx context.Context, fa Func[A], fb Func[B], fc Func[C]) (A, B, C, error) {
	var a A
	var b B
	var c C
	if err := Run(ctx, into(&a, fa), into(&b, fb), into(&c, fc)); err != nil {
		return *new(A), *new(B), *new(C), err
	}
	return a, b, c, nil
}

// Gather4 is Gather for four functions with results of different types.
func Gather4[A, B, C, D any](ctx context.Context, fa Func[A], fb Func[B], fc Func[C], fd Func[D]) (A, B, C, D, error) {
	var a A
	var b B
	var c C
	var d D
	if err := Run(ctx, into(&a, fa), into(&b, fb), into(&c, fc), into(&d, fd)); err != nil {
		return *new(A), *new(B), *new(C), *new(D), err
	}
	return a, b, c, d, nil
}

// into makes of f a function that leaves its result in place.
func into[T any](place *T, f Func[T]) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		*place, err = f(ctx)
		return err
	}
}
