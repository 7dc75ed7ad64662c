package async

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
)

// ErrFull says that a pool had no place left, neither to run nor to wait.
var ErrFull = errors.New("the pool is full")

// ErrClosed says that a pool has been closed.
var ErrClosed = errors.New("the pool is closed")

// PoolOptions refine a Pool.
type PoolOptions struct {
	// Workers is how many functions run at a time. Default (0 or less):
	// runtime.GOMAXPROCS(0), which is right for work that keeps a processor
	// busy.
	Workers int

	// Queue is how many functions may wait for a worker. Default (0): ten for
	// each worker. A negative number means that none waits.
	Queue int
}

// Pool bounds work that is better not done by all requests at once: hashing
// passwords, scaling images, calls to a slow device. It is where Django uses
// sync_to_async and its threads.
//
// A function runs in the goroutine of its caller, which would have nothing to do
// but wait. So a pool has no goroutines, none can be left behind, and a panic
// rises where it belongs.
//
// A function must not use the pool that it runs in: it could wait for itself.
//
// A Pool is safe for concurrent use.
type Pool struct {
	places  chan struct{} // holds one for each function that waits or runs
	workers chan struct{} // holds one for each function that runs

	mu     sync.Mutex
	closed bool
	inside sync.WaitGroup // calls of Do and DoWait
}

// NewPool returns a pool; nil options mean the defaults.
func NewPool(o *PoolOptions) *Pool {
	if o == nil {
		o = &PoolOptions{}
	}
	workers, queue := o.Workers, o.Queue
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	if queue == 0 {
		queue = 10 * workers
	}
	return &Pool{
		places:  make(chan struct{}, workers+max(queue, 0)),
		workers: make(chan struct{}, workers),
	}
}

// Do calls f when a worker of the pool is free, and returns what f returns. It
// fails with ErrFull at once when the queue is full, with ErrClosed when the
// pool is closed, and with the error of ctx when that ends before f has
// begun. Once begun, f is waited for; its context is ctx.
func Do[T any](ctx context.Context, p *Pool, f Func[T]) (T, error) {
	return runIn(ctx, p, func() error {
		select {
		case p.places <- struct{}{}:
			return nil
		default:
			return ErrFull
		}
	}, f)
}

// DoWait is Do which waits for a place when the queue is full, until ctx ends.
// How many wait so is not limited.
func DoWait[T any](ctx context.Context, p *Pool, f Func[T]) (T, error) {
	return runIn(ctx, p, func() error { return take(ctx, p.places) }, f)
}

// Close lets no more functions in, and returns when those that are in, waiting
// or running, have returned.
func (p *Pool) Close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.inside.Wait()
}

func runIn[T any](ctx context.Context, p *Pool, takePlace func() error, f Func[T]) (T, error) {
	var zero T
	if err := ctx.Err(); err != nil {
		return zero, err
	}
	if err := p.enter(); err != nil {
		return zero, err
	}
	defer p.inside.Done()
	if err := takePlace(); err != nil {
		return zero, err
	}
	defer func() { <-p.places }()
	if err := take(ctx, p.workers); err != nil {
		return zero, err
	}
	defer func() { <-p.workers }()
	return f(ctx)
}

func (p *Pool) enter() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrClosed
	}
	p.inside.Add(1)
	return nil
}

// take puts its mark into places when there is room.
func take(ctx context.Context, places chan struct{}) error {
	select {
	case places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the pool: %w", ctx.Err())
	}
}
