package pythontest

import (
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
)

// startCases are about how applications are found and called.
var startCases = []testCase{
	{"start/function", serves(App{Name: "starts:plain"}, "plain  /x")},
	{"start/instance", serves(App{Name: "starts:instance"}, "plain  /x")},
	{"start/bound-method", serves(App{Name: "starts:instance.method"}, "plain  /x")},
	{"start/static-method", serves(App{Name: "starts:Single.static"}, "plain  /x")},
	{"start/partial", serves(App{Name: "starts:partial"}, "plain  /x")},
	{"start/asgi-2-class", serves(App{Name: "starts:Double"}, "double")},
	{"start/asgi-2-function", serves(App{Name: "starts:double_function"}, "double function")},
	{"start/factory", serves(App{Name: "starts:factory", Factory: true}, "plain  /x")},
	{"start/root-path", serves(App{Name: "starts:plain", RootPath: "/mounted"}, "plain /mounted /mounted/x")},
	{"start/no-such-module", refusesToStart(App{Name: "nowhere:app"}, "nowhere")},
	{"start/no-such-attribute", refusesToStart(App{Name: "starts:nothing"}, "nothing")},
	{"start/module-raises", refusesToStart(App{Name: "raises:app"}, "this module does not load")},
	{"start/factory-raises", refusesToStart(App{Name: "starts:factory_raises", Factory: true}, "no application today")},
}

// stateCases are about the state that start-up leaves for requests.
var stateCases = []testCase{{"lifespan/state", func(c *check) {
	c.get("state_copy?1")
	c.notes("dict 1 None", "shared")
	c.get("state_copy?2")
	c.notes("dict 1 None", "shared")
}}}

// lifespanCases each have a server of their own.
var lifespanCases = []testCase{
	{"lifespan/complete", lives("complete", "lifespan.startup", "lifespan.shutdown", "returned")},
	{"lifespan/scope", lives("scope_types", "lifespan True 3.0 dict []", "lifespan.startup", "lifespan.shutdown")},
	{"lifespan/raises-at-once", lives("raises_at_once")},
	{"lifespan/returns-at-once", lives("returns_at_once")},
	{"lifespan/raises-in-startup", lives("raises_in_startup")},
	{"lifespan/returns-after-startup", lives("returns_after_startup", "lifespan.startup")},
	{"lifespan/raises-late", lives("raises_late", "lifespan.startup")},
	{"lifespan/returns-in-shutdown", lives("returns_in_shutdown", "lifespan.startup", "lifespan.shutdown")},
	{"lifespan/task-of-startup", lives("task_of_startup", "lifespan.startup", "ticked", "lifespan.shutdown")},
	{"lifespan/wrong-messages", lives("wrong_messages", "refused", "refused", "refused", "refused", "lifespan.shutdown")},
	{"lifespan/startup-failed", lifespanFails("startup_failed", "no database")},
	{"lifespan/startup-failed-plainly", lifespanFails("startup_failed_plainly", "")},
	{"lifespan/shutdown-failed", shutdownFails},
	{"lifespan/raises-in-shutdown", raisesInShutdown},
}

// A served is a server of a case.
type served struct {
	*check
	running *asgitest.Running
	notes   string
	stopped bool
}

// start starts the server with an application of this package. A nil served is one that did not start.
func (c *check) start(app App) (*served, error) {
	s := &served{check: c, notes: filepath.Join(c.t.TempDir(), "notes")}
	app.Dir = Files(c.t)
	app.Env = append(app.Env, "SUITE_NOTES="+s.notes)
	running, err := c.suite.server.Start(c.t, app)
	if err != nil {
		return nil, err
	}
	s.running = running
	c.cleanup(func() { _ = s.stop() })
	return s, nil
}

func (s *served) stop() error {
	if s.stopped {
		return nil
	}
	s.stopped = true
	s.http.CloseIdleConnections()
	return s.running.Stop()
}

// answers checks the answer to a request.
func (s *served) answers(want string) {
	scheme := "http://"
	if s.suite.server.TLS != nil {
		scheme = "https://"
	}
	r, err := http.NewRequestWithContext(s.ctx, "GET", scheme+s.running.Addr+"/x", nil)
	s.must(err)
	resp, err := s.http.Do(r)
	s.must(err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	s.must(err)
	equal(s.check, "answer", string(text), want)
}

func serves(app App, want string) func(*check) {
	return func(c *check) {
		s, err := c.start(app)
		if err != nil {
			c.fatalf("start the server: %v", err)
		}
		s.answers(want)
		if err := s.stop(); err != nil {
			c.errorf("stop the server: %v", err)
		}
	}
}

// refusesToStart: the error tells what Python said.
func refusesToStart(app App, text string) func(*check) {
	return func(c *check) {
		if _, err := c.start(app); err == nil || !strings.Contains(err.Error(), text) {
			c.errorf("start the server: %v, want an error that tells of %q", err, text)
		}
	}
}

// lives serves an application and compares what its lifespan has noted.
func lives(name string, want ...string) func(*check) {
	return func(c *check) {
		s, err := c.start(App{Name: "starts:" + name})
		if err != nil {
			c.fatalf("start the server: %v", err)
		}
		s.answers(name)
		if err := s.stop(); err != nil {
			c.errorf("stop the server: %v", err)
		}
		text, err := os.ReadFile(s.notes)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			c.fatalf("read the notes: %v", err)
		}
		equal(c, "notes of the lifespan", strings.Fields(strings.ReplaceAll(string(text), " ", "_")), strings.Fields(strings.ReplaceAll(strings.Join(want, "\n"), " ", "_")))
	}
}

func lifespanFails(name, message string) func(*check) {
	return func(c *check) {
		_, err := c.start(App{Name: "starts:" + name})
		c.failed(err, "lifespan.startup.failed", message)
	}
}

func (c *check) failed(err error, event, message string) {
	if failed := (*asgi.LifespanError)(nil); !errors.As(err, &failed) || failed.Event != event || failed.Message != message {
		c.errorf("%v, want an *asgi.LifespanError of %s with the message %q", err, event, message)
	}
}

func shutdownFails(c *check) {
	s, err := c.start(App{Name: "starts:shutdown_failed"})
	if err != nil {
		c.fatalf("start the server: %v", err)
	}
	c.failed(s.stop(), "lifespan.shutdown.failed", "could not save")
}

// raisesInShutdown: the server ends all the same; whether it tells is its own affair.
func raisesInShutdown(c *check) {
	s, err := c.start(App{Name: "starts:raises_in_shutdown"})
	if err != nil {
		c.fatalf("start the server: %v", err)
	}
	s.answers("raises_in_shutdown")
	_ = s.stop()
}
