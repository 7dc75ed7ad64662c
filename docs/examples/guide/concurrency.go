package guide

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/web"
)

// fetch asks a service for JSON. The request ends when ctx does.
func fetch[T any](ctx context.Context, client *http.Client, url string) (T, error) {
	var v T
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return v, fmt.Errorf("fetch: %w", err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return v, fmt.Errorf("fetch: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return v, fmt.Errorf("fetch %s: %s", url, resp.Status)
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, 1<<20)).Decode(&v); err != nil {
		return v, fmt.Errorf("fetch %s: %w", url, err)
	}
	return v, nil
}

// Services is where the views of the guide about concurrency ask.
type Services struct {
	Client *http.Client
	URL    string
	Pool   *async.Pool
}

// Dashboard asks two services at the same time.
func (s Services) Dashboard(r *web.Request) (web.Response, error) {
	stock, price, err := async.Gather2(r.Context(),
		func(ctx context.Context) (int, error) { return fetch[int](ctx, s.Client, s.URL+"/stock") },
		func(ctx context.Context) (string, error) { return fetch[string](ctx, s.Client, s.URL+"/price") },
	)
	if err != nil {
		return web.Response{}, web.NewError(http.StatusBadGateway, "A service does not answer.", err)
	}
	return web.JSON(map[string]any{"stock": stock, "price": price}), nil
}

// Covers asks for many things, four at a time.
func (s Services) Covers(ctx context.Context, slugs []string) ([]string, error) {
	return async.Map(ctx, slugs, 4, func(ctx context.Context, slug string) (string, error) {
		return fetch[string](ctx, s.Client, s.URL+"/covers/"+slug)
	})
}

// Patient tries three times, a second each at most.
func (s Services) Patient(ctx context.Context) (int, error) {
	return async.Retry(ctx, &async.RetryOptions{Attempts: 3, Base: time.Millisecond}, func(ctx context.Context) (int, error) {
		return async.Timeout(ctx, time.Second, func(ctx context.Context) (int, error) {
			return fetch[int](ctx, s.Client, s.URL+"/flaky")
		})
	})
}

// Thumbnail does heavy work: as much of it at a time as there are processors, and no long queue.
func (s Services) Thumbnail(r *web.Request) (web.Response, error) {
	image, err := async.Do(r.Context(), s.Pool, func(context.Context) ([]byte, error) {
		return []byte("a small picture"), nil
	})
	if errors.Is(err, async.ErrFull) {
		return web.Response{}, web.NewError(http.StatusServiceUnavailable, "Come back in a minute.", err)
	}
	if err != nil {
		return web.Response{}, err
	}
	return web.Bytes("image/png", image), nil
}
