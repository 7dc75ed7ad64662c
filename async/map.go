package async

import (
	"context"
	"sync/atomic"
)

// DefaultLimit is how many functions Map runs at a time when its limit is 0.
const DefaultLimit = 16

// Map calls f for each of items and returns the results in the order of items.
// At most limit calls run at a time; 0 means DefaultLimit, a negative number
// that all run at once. The first error cancels the context of the running calls, keeps
// the rest from starting, and is returned, without results, when the running
// ones have returned. When ctx ends, its error is returned likewise.
//
// To have every outcome, let f return a Result and no error.
func Map[T, R any](ctx context.Context, items []T, limit int, f func(ctx context.Context, item T) (R, error)) ([]R, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = DefaultLimit
	}
	if limit < 0 || limit > len(items) {
		limit = len(items)
	}
	ctx, g := newGroup(ctx)
	results := make([]R, len(items))
	var next atomic.Int64
	worker := func(ctx context.Context) error {
		for {
			i := int(next.Add(1)) - 1
			if i >= len(items) {
				return nil
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			var err error
			if results[i], err = f(ctx, items[i]); err != nil {
				return err
			}
		}
	}
	for range limit {
		g.start(ctx, worker)
	}
	if err := g.wait(); err != nil {
		return nil, err
	}
	return results, nil
}
