package middleware_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := site(hello, middleware.RateLimit(middleware.Rate{Requests: 60, Per: time.Minute, Burst: 3}, nil))
		steps := []struct {
			wait          time.Duration
			status        int
			limit, policy string
			retry         string
		}{
			{0, 200, `"default";r=2;t=1`, `"default";q=60;w=60`, ""},
			{0, 200, `"default";r=1;t=2`, `"default";q=60;w=60`, ""},
			{0, 200, `"default";r=0;t=3`, `"default";q=60;w=60`, ""},
			{0, 429, `"default";r=0;t=3`, `"default";q=60;w=60`, "1"},
			{999 * time.Millisecond, 429, `"default";r=0;t=3`, `"default";q=60;w=60`, "1"},
			{time.Millisecond, 200, `"default";r=0;t=3`, `"default";q=60;w=60`, ""},
			{0, 429, `"default";r=0;t=3`, `"default";q=60;w=60`, "1"},
			{time.Hour, 200, `"default";r=2;t=1`, `"default";q=60;w=60`, ""},
		}
		for i, step := range steps {
			time.Sleep(step.wait)
			w := ask(h, "GET", "/")
			if w.Code != step.status || w.Header().Get("RateLimit") != step.limit || w.Header().Get("RateLimit-Policy") != step.policy || w.Header().Get("Retry-After") != step.retry {
				t.Errorf("step %d: got %d, %v, want %+v", i, w.Code, w.Header(), step)
			}
		}
	})
}

func TestRateLimitKeys(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		a, b   string // peers
		shared bool
	}{
		{"one address", "192.0.2.1:1", "192.0.2.1:2", true},
		{"two addresses", "192.0.2.1:1", "192.0.2.2:1", false},
		{"one /64", "[2001:db8::1]:1", "[2001:db8::ffff:2]:1", true},
		{"two /64", "[2001:db8::1]:1", "[2001:db8:0:1::1]:1", false},
		{"mapped IPv4", "192.0.2.1:1", "[::ffff:192.0.2.1]:1", true},
		{"no address", "@", "@", false},
	}
	for _, test := range tests {
		h := site(hello, middleware.RateLimit(middleware.Rate{Requests: 1, Per: time.Hour}, nil))
		first, second := ask(h, "GET", "/", "Peer", test.a).Code, ask(h, "GET", "/", "Peer", test.b).Code
		if first != 200 || (second == 429) != test.shared {
			t.Errorf("%s: got %d and %d, want the second refused: %v", test.name, first, second, test.shared)
		}
	}
}

// TestRateLimitCantBeForged: another address in a header is no other client.
func TestRateLimitCantBeForged(t *testing.T) {
	t.Parallel()
	h := site(hello, middleware.TrustedProxies(networks("10.0.0.0/8"), nil), middleware.RateLimit(middleware.Rate{Requests: 1, Per: time.Hour}, nil))
	wantStatus(t, ask(h, "GET", "/", "X-Forwarded-For", "198.51.100.1"), 200)
	wantStatus(t, ask(h, "GET", "/", "X-Forwarded-For", "198.51.100.2"), 429)
	wantStatus(t, ask(h, "GET", "/", "Peer", "10.0.0.1:1", "X-Forwarded-For", "198.51.100.3"), 200)
}

type brokenStore struct{}

func (brokenStore) Take(context.Context, string, middleware.Rate) (middleware.RateResult, error) {
	return middleware.RateResult{}, errors.New("no store")
}

func TestRateLimitWithoutItsStore(t *testing.T) {
	t.Parallel()
	for closed, want := range map[bool]int{false: 200, true: 503} {
		h := site(hello, middleware.RateLimit(middleware.Rate{Requests: 1, Per: time.Hour},
			&middleware.RateLimitOptions{Store: brokenStore{}, FailClosed: closed, Logger: slog.New(slog.DiscardHandler)}))
		wantStatus(t, ask(h, "GET", "/"), want)
	}
}

func TestTwoRateLimits(t *testing.T) {
	t.Parallel()
	store := middleware.NewMemoryRates(nil)
	byPath := func(r *web.Request) string { return r.Path() }
	h := site(hello, middleware.RateLimit(middleware.Rate{Requests: 10, Per: time.Hour}, &middleware.RateLimitOptions{Store: store}),
		middleware.RateLimit(middleware.Rate{Requests: 1, Per: time.Hour}, &middleware.RateLimitOptions{Name: "path", Key: byPath, Store: store}))
	w := ask(h, "GET", "/a")
	wantStatus(t, w, 200)
	if got := w.Header().Values("RateLimit"); len(got) != 2 {
		t.Errorf("got RateLimit %q, want two", got)
	}
	wantStatus(t, ask(h, "GET", "/a"), 429)
	wantStatus(t, ask(h, "GET", "/b"), 200)
}

func TestRateLimitPanicsOnNoRate(t *testing.T) {
	t.Parallel()
	for _, rate := range []middleware.Rate{{}, {Requests: 1}, {Requests: -1, Per: time.Second}, {Requests: 10, Per: 5}, {Requests: 1, Per: time.Second, Burst: -1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v: no panic", rate)
				}
			}()
			middleware.RateLimit(rate, nil)
		}()
	}
}

func TestMemoryRatesIsBounded(t *testing.T) {
	t.Parallel()
	m := middleware.NewMemoryRates(&middleware.MemoryRatesOptions{MaxKeys: 640})
	for i := range 50_000 {
		if _, err := m.Take(t.Context(), fmt.Sprint("key", i), middleware.Rate{Requests: 1, Per: time.Hour}); err != nil {
			t.Fatal(err)
		}
	}
	if n := m.Len(); n > 640 || n < 320 {
		t.Errorf("got %d keys, want at most 640 and not many fewer", n)
	}
}

func TestMemoryRatesCountsExactly(t *testing.T) {
	t.Parallel()
	m := middleware.NewMemoryRates(nil)
	var allowed atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				if r, _ := m.Take(t.Context(), "one", middleware.Rate{Requests: 50, Per: time.Hour}); r.Allowed {
					allowed.Add(1)
				}
			}
		})
	}
	wg.Wait()
	if n := allowed.Load(); n != 50 {
		t.Errorf("got %d allowed of 800, want 50", n)
	}
}

func BenchmarkMemoryRates(b *testing.B) {
	m := middleware.NewMemoryRates(nil)
	rate := middleware.Rate{Requests: 1_000_000, Per: time.Second}
	b.ReportAllocs()
	for b.Loop() {
		_, _ = m.Take(b.Context(), "a key", rate)
	}
}
