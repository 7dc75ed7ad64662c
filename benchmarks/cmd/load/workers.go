package main

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// errStopped is what work returns when it was to stop.
var errStopped = errors.New("stopped")

// A crew is goroutines that do the same until one fails or the time is over.
type crew struct {
	done   atomic.Int64  // operations
	stop   chan struct{} // closed when the time is over
	failed chan error
	wg     sync.WaitGroup
}

// newCrew starts n goroutines.
func newCrew(n int, work func(i int, c *crew) error) *crew {
	c := &crew{stop: make(chan struct{}), failed: make(chan error, n)}
	for i := range n {
		c.wg.Go(func() {
			if err := work(i, c); err != nil && !errors.Is(err, errStopped) {
				c.failed <- err
			}
		})
	}
	return c
}

// stopped tells whether the time is over.
func (c *crew) stopped() bool {
	select {
	case <-c.stop:
		return true
	default:
		return false
	}
}

// count returns the operations within d, and stops the crew.
func (c *crew) count(d time.Duration) (result, error) {
	before, start := c.done.Load(), time.Now()
	var err error
	select {
	case err = <-c.failed:
	case <-time.After(d):
	}
	r := result{Operations: c.done.Load() - before, Seconds: time.Since(start).Seconds()}
	close(c.stop)
	return r, err
}

// inParallel calls f for 0 to n-1, a few at once, and returns the first error.
func inParallel(n int, f func(i int) error) error {
	const atOnce = 32
	var next atomic.Int64
	var failed atomic.Bool
	errs := make([]error, atOnce)
	var wg sync.WaitGroup
	for k := range atOnce {
		wg.Go(func() {
			for !failed.Load() {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if errs[k] = f(i); errs[k] != nil {
					failed.Store(true)
					return
				}
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
