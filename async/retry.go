package async

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// RetryOptions say how Retry repeats.
type RetryOptions struct {
	// Attempts is how often the function is called at most. Default (0): 3.
	// A negative number means until ctx ends.
	Attempts int

	// Base is the longest wait before the second attempt; it doubles from
	// attempt to attempt. Default (0 or less): 100 ms.
	Base time.Duration

	// Max bounds every wait. Default (0 or less): 10 s.
	Max time.Duration

	// Retryable tells whether another attempt may help. Default: yes, for
	// every error. Errors marked by Permanent are never asked about.
	Retryable func(error) bool

	// Jitter returns how long to wait, from 0 to limit, which is above 0. Default: a random
	// length, each equally likely ("full jitter"), so that the clients of a
	// server that comes back do not all return at the same moment.
	Jitter func(limit time.Duration) time.Duration
}

func (o RetryOptions) withDefaults() RetryOptions {
	if o.Attempts == 0 {
		o.Attempts = 3
	}
	if o.Base <= 0 {
		o.Base = 100 * time.Millisecond
	}
	if o.Max <= 0 {
		o.Max = 10 * time.Second
	}
	if o.Retryable == nil {
		o.Retryable = func(error) bool { return true }
	}
	if o.Jitter == nil {
		o.Jitter = func(limit time.Duration) time.Duration { return rand.N(limit) }
	}
	return o
}

// Retry calls f until it returns without an error, at most o.Attempts times,
// and waits longer from time to time; nil options mean the defaults.
//
// It gives up early, with the error of f, when that is not retryable, when ctx
// has ended, or would end during the wait. An error with a method
// RetryAfter() time.Duration (such as one made from a Retry-After header) makes
// the wait at least that long; when it asks for more than o.Max, Retry gives
// up.
func Retry[T any](ctx context.Context, o *RetryOptions, f Func[T]) (T, error) {
	if o == nil {
		o = &RetryOptions{}
	}
	options := o.withDefaults()
	var zero T
	for attempt := 1; ; attempt++ {
		if err := ctx.Err(); err != nil {
			return zero, err
		}
		value, err := f(ctx)
		if err == nil {
			return value, nil
		}
		var permanent *permanentError
		if errors.As(err, &permanent) {
			if err == error(permanent) {
				return zero, permanent.err
			}
			return zero, err
		}
		wait, again := options.next(ctx, attempt, err)
		if !again {
			return zero, fmt.Errorf("attempt %d, giving up: %w", attempt, err)
		}
		if ctxErr := Sleep(ctx, wait); ctxErr != nil {
			return zero, fmt.Errorf("after attempt %d: %w: %w", attempt, ctxErr, err)
		}
	}
}

// next tells how long to wait for the attempt after this one, which ended with
// err, or that there is to be none.
func (o *RetryOptions) next(ctx context.Context, attempt int, err error) (wait time.Duration, again bool) {
	if attempt == o.Attempts || ctx.Err() != nil || !o.Retryable(err) {
		return 0, false
	}
	limit := min(o.Base, o.Max)
	for range attempt - 1 {
		if limit > o.Max/2 {
			limit = o.Max
			break
		}
		limit *= 2
	}
	wait = min(max(o.Jitter(limit), 0), limit)
	var told interface{ RetryAfter() time.Duration }
	if errors.As(err, &told) {
		wait = max(wait, told.RetryAfter())
	}
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) <= wait {
		return 0, false
	}
	return wait, wait <= o.Max
}

// Permanent marks err so that Retry gives up at once and returns err. The mark
// of nil is nil.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

type permanentError struct{ err error }

func (p *permanentError) Error() string { return p.err.Error() }
func (p *permanentError) Unwrap() error { return p.err }
