package nuages_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func waits(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, apps := range map[string][]nuages.App{
		"no work":            {{Name: "shop"}},
		"work":               {{Name: "shop", Run: waits}, {Name: "blog", Run: waits}},
		"work that is done":  {{Name: "shop", Run: func(context.Context) error { return nil }}},
		"some work, no work": {{Name: "shop"}, {Name: "blog", Run: waits}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, nil, nil, apps...)
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- p.Run(ctx) }()
				synctest.Wait()
				select {
				case err := <-ended:
					t.Fatalf("ended before its context, with %v", err)
				default:
				}
				stop()
				if err := <-ended; err != nil {
					t.Errorf("got %v, want nil", err)
				}
			})
		})
	}
}

func TestRunFails(t *testing.T) {
	t.Parallel()
	gone, late := errors.New("the queue is gone"), errors.New("mails were not sent")
	p := newProject(t, nil, nil,
		nuages.App{Name: "queue", Run: func(context.Context) error { return gone }},
		nuages.App{Name: "shop", Run: waits},
		nuages.App{Name: "mail", Run: func(ctx context.Context) error { <-ctx.Done(); return late }},
	)
	synctest.Test(t, func(t *testing.T) {
		err := p.Run(t.Context())
		if !errors.Is(err, gone) || !errors.Is(err, late) || errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want the errors of queue and mail", err)
		}
	})
}

func TestSignals(t *testing.T) {
	t.Parallel()
	var events []string
	p := newProject(t, nil, []urls.Route{urls.Path("", text("")), urls.Path("away/", func(*web.Request) (web.Response, error) {
		return web.Response{}, web.NotFound("away")
	})})
	p.Signals.RequestStarted.Connect(func(_ context.Context, r *web.Request) error {
		events = append(events, "started "+r.PathInfo())
		if r.PathInfo() == "/refused/" {
			return web.Forbidden("no")
		}
		return nil
	}, nil)
	finished := make(chan int, 1)
	p.Signals.RequestFinished.Connect(func(ctx context.Context, f nuages.Finished) error {
		if ctx.Err() != nil {
			t.Errorf("the receiver's context has ended: %v", ctx.Err())
		}
		finished <- f.Outcome.Status
		return nil
	}, nil)
	c := client(t, p, nil)
	for path, status := range map[string]int{"/": 200, "/away/": 404, "/refused/": 403} {
		c.Get(path).AssertStatus(status)
		if got := <-finished; got != status {
			t.Errorf("%s: the signal tells of %d, want %d", path, got, status)
		}
	}
	if len(events) != 3 {
		t.Errorf("got %q, want three requests", events)
	}
}
