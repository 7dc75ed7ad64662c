package asgitest

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"

	"github.com/nuages-web/nuages/asgi"
)

// The lifespan protocol 2.0. Every case has a server of its own.
var lifespanCases = []testCase{
	{"lifespan/startup-before-requests", lifespanStartup},
	{"lifespan/startup-failed", lifespanStartupFailed},
	{"lifespan/unsupported", lifespanUnsupported},
	{"lifespan/state", lifespanState},
	{"lifespan/shutdown-after-drain", lifespanShutdown},
	{"lifespan/shutdown-failed", lifespanShutdownFailed},
	{"lifespan/fails-while-running", lifespanFails},
	{"lifespan/errors", lifespanErrors},
}

// lifespan is the application's end of a lifespan, as a case sees it.
type lifespan struct {
	*check
	running *Running
	stopped bool
}

// start starts a server whose application has this lifespan and leads the case
// to it. It returns the error of the start.
func (c *check) start(life func(ctx context.Context, scope *asgi.LifespanScope, receive asgi.Receive, send asgi.Send) error) (*lifespan, error) {
	c.hub = newHub(life)
	c.hub.join(c.id)
	hub := c.hub
	running, err := c.suite.server.Start(c.t, hub)
	if err != nil {
		return nil, err
	}
	c.addr = running.Addr
	l := &lifespan{check: c, running: running}
	c.cleanup(func() {
		hub.close()
		if !l.stopped {
			_ = running.Stop()
		}
	})
	return l, nil
}

// stop stops the server and returns a channel for its error.
func (l *lifespan) stop() <-chan error {
	l.stopped = true
	ended := make(chan error, 1)
	go func() { ended <- l.running.Stop() }()
	return ended
}

// started starts a server that must come up.
func (c *check) started(life func(ctx context.Context, scope *asgi.LifespanScope, receive asgi.Receive, send asgi.Send) error) *lifespan {
	l, err := c.start(life)
	if err != nil {
		c.fatalf("start the server: %v", err)
	}
	return l
}

// serves checks that the server answers.
func (c *check) serves() {
	cl := c.get("/")
	call := c.call()
	call.respond(200, "ok")
	cl.gets(200, "ok")
	call.end(nil)
}

// phases is an application's lifespan made of what it does at both events.
func phases(startup, shutdown func(scope *asgi.LifespanScope) asgi.Event) func(context.Context, *asgi.LifespanScope, asgi.Receive, asgi.Send) error {
	return func(ctx context.Context, scope *asgi.LifespanScope, receive asgi.Receive, send asgi.Send) error {
		for {
			event, err := receive(ctx)
			if err != nil {
				return err
			}
			switch event.(type) {
			case *asgi.LifespanStartup:
				err = send(ctx, startup(scope))
			case *asgi.LifespanShutdown:
				return send(ctx, shutdown(scope))
			}
			if err != nil {
				return err
			}
		}
	}
}

func startupComplete(*asgi.LifespanScope) asgi.Event  { return &asgi.LifespanStartupComplete{} }
func shutdownComplete(*asgi.LifespanScope) asgi.Event { return &asgi.LifespanShutdownComplete{} }

func lifespanStartup(c *check) {
	var ready atomic.Bool
	c.started(phases(func(scope *asgi.LifespanScope) asgi.Event {
		equal(c, "type", scope.Type(), "lifespan")
		equal(c, "asgi version", scope.ASGI.Version, "3.0")
		ready.Store(true)
		return &asgi.LifespanStartupComplete{}
	}, shutdownComplete))
	equal(c, "start-up complete when the server has started", ready.Load(), true)
	c.serves()
}

func lifespanStartupFailed(c *check) {
	_, err := c.start(phases(func(*asgi.LifespanScope) asgi.Event {
		return &asgi.LifespanStartupFailed{Message: "no database"}
	}, shutdownComplete))
	failed := (*asgi.LifespanError)(nil)
	if !errors.As(err, &failed) || failed.Event != "lifespan.startup.failed" || failed.Message != "no database" {
		c.errorf("start of the server: %v, want an *asgi.LifespanError with the message", err)
	}
}

// lifespanUnsupported: an application that fails for the scope is served all
// the same, and gets no shutdown.
func lifespanUnsupported(c *check) {
	l := c.started(func(context.Context, *asgi.LifespanScope, asgi.Receive, asgi.Send) error {
		return asgi.ErrUnsupportedScope
	})
	c.serves()
	if err := await(c, "the server's end", l.stop()); err != nil {
		c.errorf("stop: %v", err)
	}
}

// lifespanState: each request has a shallow copy of what start-up stored.
func lifespanState(c *check) {
	shared := map[string]any{"shared": 1.0}
	c.started(phases(func(scope *asgi.LifespanScope) asgi.Event {
		if scope.State == nil {
			return &asgi.LifespanStartupFailed{Message: "the scope has no state"}
		}
		scope.State["pool"] = shared
		return &asgi.LifespanStartupComplete{}
	}, shutdownComplete))
	first, second := c.get("/"), c.get("/")
	one, two := c.call(), c.call()
	for _, call := range []*call{one, two} {
		pool, _ := call.http().State["pool"].(map[string]any)
		if pool["shared"] != 1.0 {
			c.fatalf("state of a request is %v, want what start-up stored", call.http().State)
		}
	}
	one.http().State["mine"] = true
	if _, ok := two.http().State["mine"]; ok {
		c.errorf("two requests share one state")
	}
	one.http().State["pool"].(map[string]any)["changed"] = true
	if two.http().State["pool"].(map[string]any)["changed"] != true {
		c.errorf("the copy of the state is not shallow")
	}
	one.respond(200, "")
	two.respond(200, "")
	first.gets(200, "")
	second.gets(200, "")
	if c.suite.server.WebSocket {
		c.upgrade("/")
		if state := c.call().websocket().State; state["pool"] == nil || state["mine"] != nil {
			c.errorf("state of a WebSocket is %v, want a copy of what start-up stored", state)
		}
	}
}

// lifespanShutdown: the clean-up begins when the last request is over, and the
// server's end waits for it.
func lifespanShutdown(c *check) {
	var answered, cleaned atomic.Bool
	shuttingDown, cleanUp := make(chan struct{}), make(chan struct{})
	l := c.started(phases(startupComplete, func(*asgi.LifespanScope) asgi.Event {
		close(shuttingDown)
		equal(c, "request answered before shutdown", answered.Load(), true)
		<-cleanUp
		cleaned.Store(true)
		return &asgi.LifespanShutdownComplete{}
	}))
	c.cleanup(func() {
		select {
		case <-cleanUp:
		default:
			close(cleanUp)
		}
	})
	cl := c.get("/")
	call := c.call()
	call.send(&asgi.HTTPResponseStart{Status: 200}, &asgi.HTTPResponseBody{Body: []byte("slow "), MoreBody: true})
	r := cl.head("GET")
	ended := l.stop()
	refused := await(c, "the listener's end", c.listenerEnds())
	equal(c, "listener closed", refused, true)
	answered.Store(true)
	call.send(&asgi.HTTPResponseBody{Body: []byte("answer")})
	call.end(nil)
	text := make([]byte, len("slow answer"))
	if _, err := io.ReadFull(r.Body, text); err != nil || string(text) != "slow answer" {
		c.errorf("client: %q (%v), want the whole answer", text, err)
	}
	await(c, "lifespan.shutdown", shuttingDown)
	select {
	case err := <-ended:
		c.errorf("the server ended (%v) before lifespan.shutdown.complete", err)
		return
	default:
	}
	close(cleanUp)
	if err := await(c, "the server's end", ended); err != nil {
		c.errorf("stop: %v", err)
	}
	equal(c, "cleaned up when the server has ended", cleaned.Load(), true)
}

// listenerEnds waits until connections are refused.
func (c *check) listenerEnds() <-chan bool {
	ended := make(chan bool, 1)
	go func() {
		for {
			conn, err := net.Dial("tcp", c.addr)
			if err != nil {
				ended <- true
				return
			}
			conn.Close()
			select {
			case <-c.over:
				return
			default:
			}
		}
	}()
	return ended
}

func lifespanShutdownFailed(c *check) {
	l := c.started(phases(startupComplete, func(*asgi.LifespanScope) asgi.Event {
		return &asgi.LifespanShutdownFailed{Message: "could not save"}
	}))
	err := await(c, "the server's end", l.stop())
	failed := (*asgi.LifespanError)(nil)
	if !errors.As(err, &failed) || failed.Event != "lifespan.shutdown.failed" || failed.Message != "could not save" {
		c.errorf("stop: %v, want an *asgi.LifespanError with the message", err)
	}
}

// lifespanFails: requests are served although the lifespan has ended.
func lifespanFails(c *check) {
	fail := make(chan struct{})
	failed := make(chan struct{})
	c.started(func(ctx context.Context, _ *asgi.LifespanScope, receive asgi.Receive, send asgi.Send) error {
		defer close(failed)
		if _, err := receive(ctx); err != nil {
			return err
		}
		if err := send(ctx, &asgi.LifespanStartupComplete{}); err != nil {
			return err
		}
		<-fail
		return errPrivate
	})
	close(fail)
	await(c, "the lifespan's end", failed)
	c.serves()
}

// lifespanErrors: events that were not asked for are refused.
func lifespanErrors(c *check) {
	results := make(chan error, 4)
	c.started(func(ctx context.Context, scope *asgi.LifespanScope, receive asgi.Receive, send asgi.Send) error {
		if _, err := receive(ctx); err != nil {
			return err
		}
		results <- send(ctx, &asgi.HTTPResponseStart{Status: 200})
		results <- send(ctx, &asgi.LifespanShutdownComplete{})
		if err := send(ctx, &asgi.LifespanStartupComplete{}); err != nil {
			return err
		}
		results <- send(ctx, &asgi.LifespanStartupComplete{})
		results <- send(ctx, &asgi.LifespanStartupFailed{})
		_, err := receive(ctx)
		return errors.Join(err, send(ctx, &asgi.LifespanShutdownComplete{}))
	})
	for i := range 4 {
		err := await(c, "a send", results)
		if protocol := (*asgi.ProtocolError)(nil); !errors.As(err, &protocol) {
			c.errorf("send %d in the lifespan: %v, want an *asgi.ProtocolError", i, err)
		}
	}
}
