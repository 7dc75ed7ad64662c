package asgitest

import (
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/asgi"
)

// Server is an ASGI server that [RunServer] tests: a way to start it, and what
// it can do. What it claims in the extensions of its scopes is read from
// there.
type Server struct {
	// Start serves app on a loopback socket and returns when connections are
	// taken. An application whose start-up failed is an error, see
	// [asgi.LifespanError]. It is called for every case that needs a server of
	// its own, from several goroutines.
	Start func(t testing.TB, app asgi.App) (*Running, error)
	// TLS, when set, makes the suite speak TLS with this configuration; it must
	// trust the server. Certificates in it are offered to the server.
	TLS *tls.Config
	// HTTP2 says that the server speaks HTTP/2: with TLS where ALPN chooses it,
	// otherwise with prior knowledge.
	HTTP2 bool
	// WebSocket says that the server takes WebSockets.
	WebSocket bool
	// Lifespan says that the server drives the lifespan of applications.
	Lifespan bool
	// Deviations holds what the server is known to do otherwise: the name of a
	// case, such as "http/request/continue", and the reason. Such a case is
	// run all the same and must fail: it is an error when it passes.
	Deviations map[string]string
	// Unreliable holds in the same way what the server does right only at
	// times. Such a case is run, and neither outcome counts.
	Unreliable map[string]string
}

// Running is a server that [Server.Start] started.
type Running struct {
	// Addr is the host and port of its socket.
	Addr string
	// Stop tells it to take no more connections and to finish those it has,
	// and returns when it has ended, with what went wrong. It is called once.
	Stop func() error
}

// RunServer runs the conformance suite of ASGI servers: every event in its
// order, errors of applications, clients that leave or do not read, the
// extensions and the lifespan, each as a subtest with a name of its own. It
// talks to the server over real sockets, byte by byte and with the clients of
// net/http and github.com/coder/websocket.
//
// The events are those of the specification's HTTP and WebSocket format 2.5
// and lifespan 2.0, their errors those of [asgi.Send] and [asgi.Receive].
func RunServer(t *testing.T, server *Server) {
	s := &suite{server: server, hub: newHub(nil)}
	if err := s.checkDeviations(); err != nil {
		t.Fatal(err)
	}
	running, err := server.Start(t, s.hub)
	if err != nil {
		t.Fatalf("start the server: %v", err)
	}
	s.addr = running.Addr
	// Cleanup runs after the parallel cases.
	t.Cleanup(func() {
		s.hub.close()
		if err := running.Stop(); err != nil {
			t.Errorf("stop the server: %v", err)
		}
	})
	for _, c := range s.cases() {
		s.run(t, c)
	}
}

// suite is one run of the cases against one server.
type suite struct {
	server *Server
	hub    *hub
	addr   string
}

// testCase is one subtest.
type testCase struct {
	name string
	test func(*check)
}

// cases returns those that apply to the server.
func (s *suite) cases() []testCase {
	all := [][]testCase{scopeCases, requestCases, responseCases, errorCases, disconnectCases, extensionCases}
	if s.server.TLS != nil {
		all = append(all, tlsCases)
	}
	if s.server.HTTP2 {
		all = append(all, http2Cases)
	}
	if s.server.WebSocket {
		all = append(all, handshakeCases, messageCases, closeCases)
	}
	if s.server.Lifespan {
		all = append(all, lifespanCases)
	}
	var cases []testCase
	for _, group := range all {
		cases = append(cases, group...)
	}
	return cases
}

// checkDeviations refuses names of cases that there are not.
func (s *suite) checkDeviations() error {
	var wrong []error
	names := slices.AppendSeq(slices.Collect(maps.Keys(s.server.Deviations)), maps.Keys(s.server.Unreliable))
	for _, name := range names {
		known := false
		for _, c := range s.cases() {
			known = known || c.name == name
		}
		if !known {
			wrong = append(wrong, fmt.Errorf("asgitest: a known deviation names %q, and no case of this server is called that", name))
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
		case c.ended != "":
			t.Log(c.ended)
		}
	})
}
