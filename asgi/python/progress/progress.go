// Package progress tells how far the move of a Django project to Go has come: which routes of its plan
// are Go's now, which are still Python's, and how much traffic each has served:
//
//	plan, err := django.ParsePlan(migration)
//	…
//	moving := progress.New(plan, nil)
//	s.Middleware = append([]web.Middleware{moving.Middleware()}, s.DefaultMiddleware()...)
//	s.Fallback = legacy
//	p, err := nuages.New(s, routes(), nuages.App{
//		Name: "progress", Run: moving.Run, Stop: moving.Stop, Commands: []*cli.Command{moving.Command(router)},
//	})
//
// nuages adopt writes projects that do so.
package progress

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// Options configure New. Nil means all defaults.
type Options struct {
	// File is where the counts are kept, over restarts and for the command. Default "traffic.json".
	// Programs on one machine may share it; what two of them add in the same millisecond may be lost.
	File string
	// Interval is how often the counts are added to the file. Default 5 s.
	Interval time.Duration
	// PlanFile is where the command's --refresh writes the plan. Default "migration.tsv".
	PlanFile string
	// Dir is the folder of the Django project, for --refresh. Default: there is no --refresh.
	Dir string
	// Django says how --refresh looks at the project.
	Django django.Options
	// Logger gets why the file could not be written. Default slog.Default().
	Logger *slog.Logger
}

// maxRoutes bounds the routes of Go that are counted, each for itself. More can't be in a route table
// that somebody wrote.
const maxRoutes = 10_000

// Progress counts the requests of a project that is being moved. Its methods are for any number of
// goroutines.
type Progress struct {
	opts    Options
	plan    django.Plan
	matcher *matcher

	python    []atomic.Int64 // by the route's place in the plan
	unmatched atomic.Int64   // those that went to Python without a route of the plan
	other     atomic.Int64   // those that Go answered without a route: redirects, refusals
	routes    atomic.Pointer[map[string]*atomic.Int64]

	mu      sync.Mutex // for what follows, and for changing routes
	flushed counts
	failed  bool // the last flush did, and that was logged
}

// New returns the progress of a plan.
func New(plan django.Plan, opts *Options) *Progress {
	p := &Progress{plan: plan, matcher: newMatcher(plan), python: make([]atomic.Int64, len(plan))}
	if opts != nil {
		p.opts = *opts
	}
	if p.opts.File == "" {
		p.opts.File = "traffic.json"
	}
	if p.opts.Interval <= 0 {
		p.opts.Interval = 5 * time.Second
	}
	if p.opts.PlanFile == "" {
		p.opts.PlanFile = "migration.tsv"
	}
	if p.opts.Logger == nil {
		p.opts.Logger = slog.Default()
	}
	p.routes.Store(&map[string]*atomic.Int64{})
	return p
}

// Middleware returns the layer that counts, for Go's routes and for the fallback alike. It belongs
// outside of all others. A request that a route of Go answers costs one addition.
func (p *Progress) Middleware() web.Middleware {
	return web.Middleware{Name: "progress.Traffic", Fallback: true, Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			path := r.PathInfo()
			resp, err := next(r)
			p.count(r.Match(), path)
			return resp, err
		}
	}}
}

func (p *Progress) count(m *web.Match, path string) {
	switch {
	case m == nil || m.View == "" && m.Route == "":
		p.other.Add(1)
	case m.Route == web.FallbackRoute, urls.IsElsewhere(m):
		if i, ok := p.matcher.find(path); ok {
			p.python[i].Add(1)
		} else {
			p.unmatched.Add(1)
		}
	default:
		p.counter(m.Route).Add(1)
	}
}

// counter returns the counter of a route of Go. The map is copied when a route is met for the first
// time, so that all later requests find it without a lock.
func (p *Progress) counter(route string) *atomic.Int64 {
	if c := (*p.routes.Load())[route]; c != nil {
		return c
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	old := *p.routes.Load()
	if c := old[route]; c != nil {
		return c
	}
	if len(old) >= maxRoutes {
		return &p.other
	}
	routes := make(map[string]*atomic.Int64, len(old)+1)
	for k, v := range old {
		routes[k] = v
	}
	c := &atomic.Int64{}
	routes[route] = c
	p.routes.Store(&routes)
	return c
}

// Run adds the counts to the file every few seconds, until ctx ends. What can't be written is tried
// again, and logged once: the counts are no reason to stop serving.
func (p *Progress) Run(ctx context.Context) error {
	ticker := time.NewTicker(p.opts.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			p.flushLogged(ctx)
		}
	}
}

// Stop adds the last counts to the file, after the last request.
func (p *Progress) Stop(context.Context) error { return p.Flush() }

func (p *Progress) flushLogged(ctx context.Context) {
	err := p.Flush()
	p.mu.Lock()
	news := err != nil && !p.failed
	p.failed = err != nil
	p.mu.Unlock()
	if news {
		p.opts.Logger.WarnContext(ctx, "the traffic of the routes can't be kept", "error", err)
	}
}
