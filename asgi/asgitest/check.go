package asgitest

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

// How long a case waits for what must happen. A known deviation mostly shows
// in something that never happens, and patience makes none of them pass.
const (
	patience         = 60 * time.Second
	deviatesPatience = 500 * time.Millisecond
)

// stalled is how long nothing may move until a transfer counts as held up. On
// a machine so slow that something would have moved later a case passes that
// should not, but none fails that should pass.
const stalled = 300 * time.Millisecond

// check is what a case works with: a client's end of connections to the
// server, and the application's end of the calls that they lead to. It notes
// failures instead of reporting them, so that known deviations may fail.
type check struct {
	t        testing.TB
	suite    *suite
	hub      *hub
	addr     string
	id       string // the value of the header that leads a request here
	patience time.Duration
	over     chan struct{}

	mu       sync.Mutex
	failures []string
	ended    string // why the case ended early, without failure
	cleanups []func()
}

var lastID atomic.Int64

func (s *suite) newCheck(t testing.TB, deviates bool) *check {
	c := &check{
		t: t, suite: s, hub: s.hub, addr: s.addr,
		id:       fmt.Sprint("case-", lastID.Add(1)),
		patience: patience, over: make(chan struct{}),
	}
	if deviates {
		c.patience = deviatesPatience
	}
	c.hub.join(c.id)
	return c
}

// end lets go of what the case has left.
func (c *check) end() {
	close(c.over)
	for i := len(c.cleanups) - 1; i >= 0; i-- {
		c.cleanups[i]()
	}
	c.hub.leave(c.id)
}

func (c *check) cleanup(f func()) { c.cleanups = append(c.cleanups, f) }

func (c *check) note(text string) {
	where := ""
	for skip := 2; ; skip++ {
		_, file, line, ok := runtime.Caller(skip)
		if !ok {
			break
		}
		// The line of the case, not of the helper that it called.
		if base := filepath.Base(file); base != "check.go" && base != "client.go" && base != "frames.go" {
			where = fmt.Sprintf("%s:%d: ", base, line)
			break
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failures = append(c.failures, where+text)
}

func (c *check) errorf(format string, args ...any) { c.note(fmt.Sprintf(format, args...)) }

// fatalf ends the case. Only its own goroutine may call it.
func (c *check) fatalf(format string, args ...any) {
	c.note(fmt.Sprintf(format, args...))
	runtime.Goexit()
}

// endf ends a case whose further steps do not apply to the server.
func (c *check) endf(format string, args ...any) {
	c.ended = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// equal compares one value with what it must be.
func equal[T comparable](c *check, what string, got, want T) {
	if got != want {
		c.errorf("%s is %#v, want %#v", what, got, want)
	}
}

// await returns what comes out of ch, in time.
func await[T any](c *check, what string, ch <-chan T) T {
	timer := time.NewTimer(c.patience)
	defer timer.Stop()
	select {
	case v := <-ch:
		return v
	case <-timer.C:
	}
	c.fatalf("waited in vain for %s", what)
	panic("unreachable")
}

// hub is the application that the server runs. It hands each connection to the
// case that made it.
type hub struct {
	life   func(ctx context.Context, scope *asgi.LifespanScope, receive asgi.Receive, send asgi.Send) error
	closed chan struct{}

	mu    sync.Mutex
	cases map[string]chan *call
}

// newHub returns a hub whose lifespan is life; nil completes everything.
func newHub(life func(context.Context, *asgi.LifespanScope, asgi.Receive, asgi.Send) error) *hub {
	if life == nil {
		life = func(ctx context.Context, scope *asgi.LifespanScope, receive asgi.Receive, send asgi.Send) error {
			return asgi.ProtocolRouter{}.ServeASGI(ctx, scope, receive, send)
		}
	}
	return &hub{life: life, closed: make(chan struct{}), cases: map[string]chan *call{}}
}

func (h *hub) join(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.cases[id] = make(chan *call, 64)
}

func (h *hub) leave(id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.cases, id)
}

func (h *hub) calls(id string) chan *call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cases[id]
}

func (h *hub) close() { close(h.closed) }

// ServeASGI passes the connection to its case and returns what that says.
func (h *hub) ServeASGI(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	var headers asgi.Headers
	switch s := scope.(type) {
	case *asgi.LifespanScope:
		return h.life(ctx, s, receive, send)
	case *asgi.HTTPScope:
		headers = s.Headers
	case *asgi.WebSocketScope:
		headers = s.Headers
	}
	calls := h.calls(headers.Value("x-case"))
	if calls == nil {
		return fmt.Errorf("asgitest: no case is called %q", headers.Value("x-case"))
	}
	c := &call{ctx: ctx, scope: scope, receiver: receive, sender: send, returns: make(chan error, 1), left: make(chan struct{})}
	defer close(c.left)
	calls <- c
	select {
	case err := <-c.returns:
		return err
	case <-h.closed:
		return nil
	}
}
