package async_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/async"
)

func TestSleep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		short, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		for _, test := range []struct {
			name string
			ctx  context.Context
			d    time.Duration
			took time.Duration
			err  error
		}{
			{"an hour", t.Context(), time.Hour, time.Hour, nil},
			{"nothing", t.Context(), 0, 0, nil},
			{"less than nothing", t.Context(), -time.Hour, 0, nil},
			{"in a context whose deadline has passed", short, time.Hour, 0, context.DeadlineExceeded}, // an hour ago
			{"in a context that has ended", ended, 0, 0, context.Canceled},
		} {
			began := time.Now()
			if err := async.Sleep(test.ctx, test.d); !errors.Is(err, test.err) || time.Since(began) != test.took {
				t.Errorf("%s: got %v after %s, want %v after %s", test.name, err, time.Since(began), test.err, test.took)
			}
		}
		half, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		began := time.Now()
		if err := async.Sleep(half, time.Hour); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Minute {
			t.Errorf("got %v after %s, want the context's end after a minute", err, time.Since(began))
		}
	})
}
