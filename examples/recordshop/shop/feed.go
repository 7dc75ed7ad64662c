package shop

import (
	"context"
	"slices"
	"sync"
)

// A StockChange is one sale or delivery.
type StockChange struct {
	Number int    `json:"number"` // counts up from 1
	Slug   string `json:"slug"`
	Title  string `json:"title"`
	Stock  int32  `json:"stock"`
}

// A Feed tells everybody who waits of the changes of the stock. It may be used by many goroutines;
// the zero Feed is empty.
type Feed struct {
	mu      sync.Mutex
	changes []StockChange // the last ones, oldest first
	count   int
	wake    chan struct{} // closed at the next change
}

// kept is how many changes are remembered, for clients that come back.
const kept = 100

// publish tells of a change.
func (f *Feed) publish(r *Record) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.count++
	f.changes = append(slices.Clone(f.changes[max(0, len(f.changes)-kept+1):]), StockChange{f.count, r.Slug, r.Title, r.Stock})
	if f.wake != nil {
		close(f.wake)
		f.wake = nil
	}
}

// Since returns the stock changes after the one of a number, waiting for the next one if there is
// none yet. A number that was never given out, as by the program before its restart, counts as 0.
func (f *Feed) Since(ctx context.Context, number int) ([]StockChange, error) {
	for {
		f.mu.Lock()
		if number > f.count {
			number = 0
		}
		i := slices.IndexFunc(f.changes, func(c StockChange) bool { return c.Number > number })
		news := f.changes[max(i, 0):]
		if f.wake == nil {
			f.wake = make(chan struct{})
		}
		wake := f.wake
		f.mu.Unlock()
		if i >= 0 {
			return news, nil
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}
