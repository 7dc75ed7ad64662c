// Package suppliers stands for the other companies' services that a shop talks to: two HTTP servers
// on the loopback interface which take their time, and the client for them.
//
//	partners := suppliers.New()
//	go partners.Run(ctx)
//	delivery, err := partners.Delivery(ctx, "blue-train")
package suppliers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/async"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// Delivery is what the warehouse says.
type Delivery struct {
	Days int    `json:"days"`
	From string `json:"from"`
}

// Pressing is what the label says.
type Pressing struct {
	Planned  bool `json:"planned"`
	Quantity int  `json:"quantity"`
}

// Suppliers is the client, and the services while Run runs.
type Suppliers struct {
	// Delay is how long each service thinks about an answer. Default 200 ms.
	Delay time.Duration

	client http.Client
	base   *url.URL
	ready  chan struct{} // closed when base is known
}

// New returns suppliers that answer once Run runs.
func New() *Suppliers {
	return &Suppliers{Delay: 200 * time.Millisecond, client: http.Client{Timeout: 5 * time.Second}, ready: make(chan struct{})}
}

// App describes the suppliers to the project, which runs them while it serves.
func App(s *Suppliers) nuages.App {
	return nuages.App{Name: "suppliers", Run: s.Run}
}

// Run serves both services on a free port until ctx ends.
func (s *Suppliers) Run(ctx context.Context) error {
	router, err := urls.New([]urls.Route{
		urls.Path("warehouse/<slug:slug>/", s.warehouse),
		urls.Path("label/<slug:slug>/", s.label),
	}, nil)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the suppliers: %w", err)
	}
	s.base = &url.URL{Scheme: "http", Host: ln.Addr().String()}
	close(s.ready)
	return server.Serve(ctx, ln, web.ToHTTP(router.Handle, nil), nil)
}

func (s *Suppliers) warehouse(r *web.Request) (web.Response, error) {
	return s.think(r, Delivery{Days: 1 + len(urls.Str(r, "slug"))%4, From: "Rotterdam"})
}

func (s *Suppliers) label(r *web.Request) (web.Response, error) {
	return s.think(r, Pressing{Planned: true, Quantity: 50 * len(urls.Str(r, "slug"))})
}

func (s *Suppliers) think(r *web.Request, answer any) (web.Response, error) {
	select {
	case <-time.After(s.Delay):
		return web.JSON(answer), nil
	case <-r.Context().Done():
		return web.Response{}, r.Context().Err()
	}
}

// Delivery asks the warehouse how soon a record can be here.
func (s *Suppliers) Delivery(ctx context.Context, slug string) (d Delivery, err error) {
	return d, s.ask(ctx, &d, "warehouse", slug)
}

// Pressing asks the label whether more of a record will be made.
func (s *Suppliers) Pressing(ctx context.Context, slug string) (p Pressing, err error) {
	return p, s.ask(ctx, &p, "label", slug)
}

// ask fetches one answer, trying again when a service is not well.
func (s *Suppliers) ask(ctx context.Context, answer any, service, slug string) error {
	select {
	case <-s.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	target := s.base.JoinPath(service, slug, "/").String()
	_, err := async.Retry(ctx, &async.RetryOptions{Attempts: 3}, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, s.fetch(ctx, target, answer)
	})
	if err != nil {
		return fmt.Errorf("ask the %s: %w", service, err)
	}
	return nil
}

func (s *Suppliers) fetch(ctx context.Context, target string, answer any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return async.Permanent(err)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	switch {
	case resp.StatusCode >= 500:
		return errors.New(resp.Status)
	case resp.StatusCode != http.StatusOK:
		return async.Permanent(errors.New(resp.Status))
	}
	return json.NewDecoder(resp.Body).Decode(answer)
}
