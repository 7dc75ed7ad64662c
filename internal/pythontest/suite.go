package pythontest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi/asgitest"
)

// A Server is a server of Python applications that Run tests.
type Server struct {
	// Start starts it.
	Start Start
	// TLS, when set, makes the suite speak TLS with this configuration; it must trust the server.
	TLS *tls.Config
	// HTTP2 and HTTP3 say that it speaks these too; they need TLS.
	HTTP2, HTTP3 bool
	// Lifespan says that it tells applications of start-up and shutdown.
	Lifespan bool
	// NoStarts leaves out the cases that start a server each, to see how applications are found and what comes
	// of their lifespans: another run with the same server has them.
	NoStarts bool
	// Deviations holds what it is known to do otherwise: the name of a case and the reason. Such a case is
	// run all the same and must fail.
	Deviations map[string]string
	// Unreliable holds likewise what it does right only at times: neither outcome counts.
	Unreliable map[string]string
}

// Run runs the suite of ASGI as Python applications see it: the types of everything that reaches them,
// what they may send and what is refused, how they end, and what asyncio promises them. Beside
// asgitest.RunServer, which tests the order of events, this one is about Python.
func Run(t *testing.T, server *Server) {
	s := &suite{server: server}
	if err := s.checkNames(); err != nil {
		t.Fatal(err)
	}
	running, err := server.Start(t, App{Name: "suite:app", Dir: Files(t)})
	if err != nil {
		t.Fatalf("start the server: %v", err)
	}
	s.addr = running.Addr
	// Cleanup runs after the parallel cases.
	t.Cleanup(func() { stop(t, running) })
	for _, c := range s.cases() {
		s.run(t, c)
	}
}

func stop(t testing.TB, running *asgitest.Running) {
	if err := running.Stop(); err != nil {
		t.Errorf("stop the server: %v", err)
	}
}

// suite is one run of the cases against one server.
type suite struct {
	server *Server
	addr   string
}

// A testCase is one subtest.
type testCase struct {
	name string
	test func(*check)
}

func (s *suite) cases() []testCase {
	groups := [][]testCase{exchangeCases("http", "1.1"), bodyCases, leavingCases, taskCases, socketCases()}
	if s.server.HTTP2 {
		groups = append(groups, exchangeCases("http2", "2"))
	}
	if s.server.HTTP3 {
		groups = append(groups, exchangeCases("http3", "3"))
	}
	if s.server.Lifespan {
		groups = append(groups, stateCases)
	}
	if !s.server.NoStarts {
		groups = append(groups, startCases)
		if s.server.Lifespan {
			groups = append(groups, lifespanCases)
		}
	}
	return slices.Concat(groups...)
}

// checkNames refuses names of cases that there are not, and two cases of one name.
func (s *suite) checkNames() error {
	var wrong []error
	known := map[string]bool{}
	for _, c := range s.cases() {
		if known[c.name] {
			wrong = append(wrong, fmt.Errorf("pythontest: two cases are called %q", c.name))
		}
		known[c.name] = true
	}
	for name := range maps.Keys(s.server.Deviations) {
		if !known[name] {
			wrong = append(wrong, fmt.Errorf("pythontest: a known deviation names %q, and no case of this server is called that", name))
		}
	}
	return errors.Join(wrong...)
}

func (s *suite) run(t *testing.T, test testCase) {
	t.Run(test.name, func(t *testing.T) {
		t.Parallel()
		reason, known := s.server.Deviations[test.name]
		maybe, unreliable := s.server.Unreliable[test.name]
		c := s.newCheck(t, known || unreliable)
		done := make(chan struct{})
		go func() {
			defer close(done)
			defer c.end()
			test.test(c)
		}()
		<-done
		switch failures := strings.Join(c.failures, "\n"); {
		case unreliable:
			t.Logf("at times: %s\n%s", maybe, failures)
		case failures == "" && known:
			t.Errorf("passed, although it is a known deviation: %s", reason)
		case known:
			t.Logf("known deviation: %s\n%s", reason, failures)
		case failures != "":
			t.Error(failures)
		}
	})
}
