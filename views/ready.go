package views

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/web"
)

// Health answers 200 "ok", or {"status": "ok"} where JSON is preferred, as long as the program answers
// at all (liveness). It asks nothing else: a database that is away is no reason to start the program
// anew. See [Ready] for that, and [Probes] for where it belongs.
func Health(r *web.Request) (web.Response, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return web.Response{}, web.MethodNotAllowed(http.MethodGet, http.MethodHead)
	}
	resp := web.Text("ok\n")
	if r.PreferredType("text/plain", "application/json") == "application/json" {
		resp = web.JSON(readyAnswer{Status: "ok"})
	}
	web.AddVary(resp.Header(), "Accept")
	return resp.WithHeader("Cache-Control", "no-store"), nil
}

// A ReadyCheck is one thing that the program needs to do its work.
type ReadyCheck struct {
	// Name tells it from others: "database".
	Name string
	// Check returns an error while the thing is not there. Its context ends after Timeout, carries
	// the program's databases and belongs to no request.
	Check func(context.Context) error
	// Timeout is how long Check may take. Default 2 s.
	Timeout time.Duration
}

// ReadyOptions configures [Ready].
type ReadyOptions struct {
	// Logger gets an entry when a check begins to fail, with its error, and when it is well again.
	// Default slog.Default().
	Logger *slog.Logger
}

// Ready answers 200 while the program can take requests, and 503 while one of the checks fails or the
// server stops ([web.Server].Drain), so that a balancer sends its requests elsewhere (readiness):
//
//	{"status": "unavailable", "checks": [{"name": "database", "ok": true}, {"name": "cache", "ok": false}]}
//
// Status is "ok", "unavailable" or, without checks, "draining". The texts of errors may hold addresses
// and names of users, so only clients that may see debug pages get them, as "error"; the log has them.
//
// The checks run beside one another. Each runs once at a time, however many ask: they get the result
// of the same run. One that doesn't heed its context counts as failed until it returns.
func Ready(checks []ReadyCheck, opts *ReadyOptions) web.Handler {
	logger := slog.Default()
	if opts != nil && opts.Logger != nil {
		logger = opts.Logger
	}
	all := make([]*readyCheck, len(checks))
	for i, c := range checks {
		if c.Timeout <= 0 {
			c.Timeout = 2 * time.Second
		}
		all[i] = &readyCheck{ReadyCheck: c, logger: logger}
	}
	return func(r *web.Request) (web.Response, error) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			return web.Response{}, web.MethodNotAllowed(http.MethodGet, http.MethodHead)
		}
		answer := ready(r, all)
		resp := web.JSON(answer).WithHeader("Cache-Control", "no-store")
		if answer.Status != "ok" {
			resp.Status = http.StatusServiceUnavailable
		}
		return resp, nil
	}
}

type readyAnswer struct {
	Status string        `json:"status"`
	Checks []readyResult `json:"checks,omitempty"`
}

type readyResult struct {
	Name  string `json:"name"`
	OK    bool   `json:"ok"`
	Error string `json:"error,omitempty"`
}

func ready(r *web.Request, checks []*readyCheck) readyAnswer {
	if drain := web.ServerFromContext(r.Context()).Drain; drain != nil && drain.Err() != nil {
		return readyAnswer{Status: "draining"}
	}
	runs := make([]*readyRun, len(checks))
	for i, c := range checks {
		runs[i] = c.start(r.Context())
	}
	answer := readyAnswer{Status: "ok"}
	for i, run := range runs {
		<-run.done // each is bounded by its timeout
		result := readyResult{Name: checks[i].Name, OK: run.err == nil}
		if run.err != nil {
			answer.Status = "unavailable"
			if r.Debug() {
				result.Error = run.err.Error()
			}
		}
		answer.Checks = append(answer.Checks, result)
	}
	return answer
}

// readyCheck is a check with what is known of it.
type readyCheck struct {
	ReadyCheck
	logger *slog.Logger

	mu      sync.Mutex
	running *readyRun // nil for none
	failing bool
}

// readyRun is one call of a check, that all who ask meanwhile share.
type readyRun struct {
	done chan struct{} // closed when err is known
	err  error
}

// heedTime is how long a check may take to return when its context has ended.
const heedTime = 200 * time.Millisecond

var errUnheeding = errors.New("the check has not returned, although its time is over")

// start returns the run that is under way, or a new one. Of the request it takes the databases alone.
func (c *readyCheck) start(request context.Context) *readyRun {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running != nil {
		return c.running
	}
	run := &readyRun{done: make(chan struct{})}
	c.running = run
	ctx, cancel := context.WithTimeout(orm.Detach(orm.Inherit(context.Background(), request)), c.Timeout)
	late := time.AfterFunc(c.Timeout+heedTime, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.settle(run, errUnheeding)
	})
	// Nobody waits longer for this goroutine than the timeout, lest a probe hang; there is never
	// more than one for a check.
	go func() {
		err := errors.New("the check ended its goroutine")
		defer func() {
			if v := recover(); v != nil {
				err = fmt.Errorf("panic: %v", v)
			}
			cancel()
			late.Stop()
			c.mu.Lock()
			defer c.mu.Unlock()
			c.running = nil
			c.settle(run, err)
		}()
		err = c.Check(ctx)
	}()
	return run
}

// settle says how a run ended, unless that has been said, and logs what has changed. c.mu is held.
func (c *readyCheck) settle(run *readyRun, err error) {
	select {
	case <-run.done:
		return
	default:
	}
	if failing := err != nil; failing != c.failing {
		c.failing = failing
		if failing {
			c.logger.Error("a readiness check fails", "check", c.Name, "error", err)
		} else {
			c.logger.Info("a readiness check is well again", "check", c.Name)
		}
	}
	run.err = err
	close(run.done)
}
