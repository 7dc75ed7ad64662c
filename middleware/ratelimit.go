package middleware

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"github.com/nuages-web/nuages/web"
)

// A Rate is how many requests are allowed in a time, evenly spread but for a burst.
type Rate struct {
	// Requests is the number of requests in the time Per, both over zero.
	Requests int
	Per      time.Duration
	// Burst is how many may come at once. Default Requests.
	Burst int
}

// A RateResult tells how a request stands to its rate.
type RateResult struct {
	Allowed    bool
	Remaining  int           // requests that are allowed at once from now
	RetryAfter time.Duration // until the next one is allowed; 0 where Allowed
	Reset      time.Duration // until a whole burst is allowed again
}

// A RateStore counts requests by key: [MemoryRates] in this process, or one that several processes
// share. Its methods are called by many goroutines at once.
type RateStore interface {
	// Take counts one request of a key, unless that would break the rate.
	Take(ctx context.Context, key string, rate Rate) (RateResult, error)
}

// RateLimitOptions configures [RateLimit].
type RateLimitOptions struct {
	// Name tells limits that share a store or a response apart. Default "default".
	Name string
	// Key says whom a request is counted for, "" for nobody: then it is not limited. Default
	// [ClientKey].
	Key func(*web.Request) string
	// Store counts. Default a [MemoryRates] of its own.
	Store RateStore
	// FailClosed answers 503 when the store fails. Default: the request goes on.
	FailClosed bool
	// Logger gets the errors of the store. Default slog.Default().
	Logger *slog.Logger
}

// RateLimit answers requests that come too fast with 429 and Retry-After. Every response tells how
// things stand in RateLimit and RateLimit-Policy (draft-ietf-httpapi-ratelimit-headers). It counts by
// GCRA, a token bucket that fills evenly: no one gets a double rate at the turn of a minute. It
// panics when the rate is not over zero.
func RateLimit(rate Rate, opts *RateLimitOptions) web.Middleware {
	l := newRateLimit(rate, opts)
	return web.Middleware{
		Name: "middleware.RateLimit", Settings: rate,
		After: []string{"middleware.TrustedProxies", "middleware.AllowedHosts", "middleware.Security"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) { return l.serve(r, next) }
		},
	}
}

func newRateLimit(rate Rate, opts *RateLimitOptions) *rateLimit {
	if rate.Requests <= 0 || rate.Per < time.Duration(rate.Requests) || rate.Burst < 0 {
		panic(fmt.Sprintf("middleware.RateLimit: %d requests in %v is no rate", rate.Requests, rate.Per))
	}
	if rate.Burst == 0 {
		rate.Burst = rate.Requests
	}
	l := &rateLimit{rate: rate}
	if opts != nil {
		l.RateLimitOptions = *opts
	}
	if l.Name == "" {
		l.Name = "default"
	}
	if l.Key == nil {
		l.Key = ClientKey
	}
	if l.Store == nil {
		l.Store = NewMemoryRates(nil)
	}
	if l.Logger == nil {
		l.Logger = slog.Default()
	}
	l.policy = []string{strconv.Quote(l.Name) + ";q=" + strconv.Itoa(rate.Requests) + ";w=" + seconds(rate.Per)}
	return l
}

// ClientKey counts by the client's address, IPv6 by its /64, which is what one customer gets. Peers
// without an address, as over a Unix socket, are not counted: put [TrustedProxies] around.
func ClientKey(r *web.Request) string {
	addr := r.RemoteAddr()
	switch {
	case addr.Is4():
		b := addr.As4()
		return string(b[:])
	case addr.Is6():
		b := addr.As16()
		return string(b[:8])
	}
	return ""
}

type rateLimit struct {
	RateLimitOptions
	rate   Rate
	policy []string
}

func (l *rateLimit) serve(r *web.Request, next web.Handler) (web.Response, error) {
	key := l.Key(r)
	if key == "" {
		return next(r)
	}
	result, err := l.Store.Take(r.Context(), l.Name+":"+key, l.rate)
	if err != nil {
		if l.FailClosed {
			return web.Response{}, web.NewError(http.StatusServiceUnavailable, "", fmt.Errorf("rate limit: %w", err))
		}
		l.Logger.LogAttrs(r.Context(), slog.LevelError, "rate limit: the store failed, the request goes on", slog.Any("error", err))
		return next(r)
	}
	state := strconv.Quote(l.Name) + ";r=" + strconv.Itoa(result.Remaining) + ";t=" + seconds(result.Reset)
	if !result.Allowed {
		return web.Response{}, &web.Error{
			Status: http.StatusTooManyRequests, Message: "You have asked too often. Please wait a little.",
			Header: http.Header{"Retry-After": {seconds(max(result.RetryAfter, 1))}, "Ratelimit": {state}, "Ratelimit-Policy": l.policy},
		}
	}
	resp, err := next(r)
	if err == nil {
		h := resp.Header()
		h["Ratelimit"] = append(h["Ratelimit"], state)
		h["Ratelimit-Policy"] = append(h["Ratelimit-Policy"], l.policy...)
	}
	return resp, err
}

// seconds rounds up, so that who waits as long is not too early.
func seconds(d time.Duration) string {
	return strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10)
}
