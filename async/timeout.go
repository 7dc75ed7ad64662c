package async

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrTimeout says that a function did not return within the limit given to
// Timeout. It also matches context.DeadlineExceeded.
var ErrTimeout = fmt.Errorf("timed out: %w", context.DeadlineExceeded)

// Timeout calls f with a context that ends after limit. Where f returns an
// error because of that end, Timeout returns one that matches ErrTimeout, so
// that it can be told from the end of ctx itself. A limit of 0 or less times
// out without calling f.
//
// Like asyncio.timeout it does not leave f behind: it returns when f does.
func Timeout[T any](ctx context.Context, limit time.Duration, f Func[T]) (T, error) {
	if err := ctx.Err(); err != nil {
		return *new(T), err
	}
	// The cause is this call's own: a Timeout around this one has another.
	cause := &timeoutError{limit}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, cause)
	defer cancel()
	if ctx.Err() != nil {
		return *new(T), context.Cause(ctx)
	}
	value, err := f(ctx)
	ended := errors.Is(err, context.DeadlineExceeded) && context.Cause(ctx) == error(cause)
	if ended && !errors.Is(err, cause) {
		err = fmt.Errorf("%w: %w", cause, err)
	}
	return value, err
}

type timeoutError struct{ limit time.Duration }

func (e *timeoutError) Error() string { return fmt.Sprintf("timed out after %v", e.limit) }
func (e *timeoutError) Unwrap() error { return ErrTimeout }
