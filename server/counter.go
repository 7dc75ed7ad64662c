package server

import (
	"context"
	"sync/atomic"
)

// A counter counts what is under way, and lets one goroutine wait for the end of all of it while
// more begins.
type counter struct {
	n    atomic.Int64
	zero chan struct{} // told when n became 0; capacity 1
}

func (c *counter) add() { c.n.Add(1) }

func (c *counter) done() {
	if c.n.Add(-1) == 0 {
		select {
		case c.zero <- struct{}{}:
		default:
		}
	}
}

// wait returns when nothing is under way, or with the context's error.
func (c *counter) wait(ctx context.Context) error {
	for c.n.Load() != 0 {
		select {
		case <-c.zero:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
