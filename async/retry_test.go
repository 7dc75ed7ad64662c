package async_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/async"
)

// longest is the jitter that waits as long as it may.
func longest(limit time.Duration) time.Duration { return limit }

type busyError struct{ wait time.Duration }

func (e busyError) Error() string             { return "busy" }
func (e busyError) RetryAfter() time.Duration { return e.wait }

func TestRetry(t *testing.T) {
	t.Parallel()
	busy := busyError{5 * time.Second}
	for _, test := range []struct {
		name    string
		options async.RetryOptions
		timeout time.Duration // of the context
		errs    []error       // of the calls in turn; the last for ever
		calls   []time.Duration
		want    error
	}{
		{"at once", async.RetryOptions{}, 0, []error{nil}, []time.Duration{0}, nil},
		{"second time", async.RetryOptions{}, 0, []error{errBroken, nil}, []time.Duration{0, 100 * time.Millisecond}, nil},
		{"defaults", async.RetryOptions{}, 0, []error{errBroken},
			[]time.Duration{0, 100 * time.Millisecond, 300 * time.Millisecond}, errBroken},
		{"doubling to the cap", async.RetryOptions{Attempts: 6, Base: time.Second, Max: 5 * time.Second}, 0, []error{errBroken},
			[]time.Duration{0, 1 * time.Second, 3 * time.Second, 7 * time.Second, 12 * time.Second, 17 * time.Second}, errBroken},
		{"cap below base", async.RetryOptions{Base: time.Minute, Max: time.Second}, 0, []error{errBroken},
			[]time.Duration{0, time.Second, 2 * time.Second}, errBroken},
		{"permanent", async.RetryOptions{}, 0, []error{async.Permanent(errBroken)}, []time.Duration{0}, errBroken},
		{"permanent within", async.RetryOptions{}, 0, []error{fmt.Errorf("load: %w", async.Permanent(errBroken))}, []time.Duration{0}, errBroken},
		{"not retryable", async.RetryOptions{Retryable: func(err error) bool { return err != errBroken }}, 0,
			[]error{errors.New("x"), errBroken}, []time.Duration{0, 100 * time.Millisecond}, errBroken},
		{"told when", async.RetryOptions{}, 0, []error{fmt.Errorf("call: %w", busy), nil}, []time.Duration{0, 5 * time.Second}, nil},
		{"told too late", async.RetryOptions{Max: time.Second}, 0, []error{busy}, []time.Duration{0}, busy},
		{"deadline before the next", async.RetryOptions{Attempts: -1, Base: time.Second}, 2 * time.Second, []error{errBroken},
			[]time.Duration{0, time.Second}, errBroken},
		{"one attempt", async.RetryOptions{Attempts: 1}, 0, []error{errBroken}, []time.Duration{0}, errBroken},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, start := t.Context(), time.Now()
				if test.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.timeout)
					defer cancel()
				}
				test.options.Jitter = longest
				var calls []time.Duration
				got, err := async.Retry(ctx, &test.options, func(context.Context) (string, error) {
					calls = append(calls, time.Since(start))
					return "value", test.errs[min(len(calls), len(test.errs))-1]
				})
				if !errors.Is(err, test.want) || (err == nil) != (got == "value") {
					t.Errorf("Retry = %q, %v, want error %v", got, err, test.want)
				}
				if !slices.Equal(calls, test.calls) {
					t.Errorf("called after %v, want %v", calls, test.calls)
				}
			})
		})
	}
}

func TestRetryContextEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(1500*time.Millisecond, cancel)
		start := time.Now()
		_, err := async.Retry(ctx, &async.RetryOptions{Attempts: -1, Base: time.Second, Jitter: longest}, failAfter[int](0, errBroken))
		if !errors.Is(err, context.Canceled) || !errors.Is(err, errBroken) || !strings.Contains(err.Error(), "after attempt 2") {
			t.Errorf("Retry = %v, want both errors", err)
		}
		took(t, start, 1500*time.Millisecond)
		if _, err := async.Retry(ctx, nil, after(0, 1)); err != context.Canceled {
			t.Errorf("Retry with an ended context = %v", err)
		}
	})
}

// The default waits lie between 0 and the limit, and differ.
func TestRetryJitter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		waits := map[time.Duration]bool{}
		for range 50 {
			start := time.Now()
			_, _ = async.Retry(t.Context(), &async.RetryOptions{Attempts: 2}, failAfter[int](0, errBroken))
			wait := time.Since(start)
			if wait < 0 || wait > 100*time.Millisecond {
				t.Fatalf("waited %v, want 0 to 100ms", wait)
			}
			waits[wait] = true
		}
		if len(waits) < 10 {
			t.Errorf("only %d different waits of 50", len(waits))
		}
		// Extremes neither panic nor overflow: the context ends the wait.
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		o := &async.RetryOptions{Attempts: -1, Base: math.MaxInt64, Max: math.MaxInt64}
		if _, err := async.Retry(ctx, o, failAfter[int](0, errBroken)); !errors.Is(err, errBroken) {
			t.Errorf("Retry = %v", err)
		}
	})
}

func TestPermanent(t *testing.T) {
	t.Parallel()
	if async.Permanent(nil) != nil {
		t.Error("Permanent(nil) is an error")
	}
	if err := async.Permanent(errBroken); !errors.Is(err, errBroken) || err.Error() != "broken" {
		t.Errorf("Permanent(errBroken) = %v", err)
	}
}
