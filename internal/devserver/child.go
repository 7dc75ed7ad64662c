package devserver

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
)

// Names of the environment variable that marks a child, and of the headers in which the supervisor
// tells whose request it passes on, and that it came over TLS.
const (
	childEnv     = "NUAGES_RUNSERVER_CHILD"
	clientHeader = "X-Nuages-Client"
	secureHeader = "X-Nuages-Secure"
)

// A Child is a process that the supervisor started.
type Child struct {
	// Listener is the socket that the supervisor passes requests to. Nobody else can reach it.
	Listener net.Listener
	// URL is where the clients find the program.
	URL string
	// First tells that this is the first start, not one after a change.
	First bool
	ready *os.File
}

// FromEnvironment returns the child that this process is, nil when no supervisor started it.
func FromEnvironment() (*Child, error) {
	value := os.Getenv(childEnv)
	if value == "" {
		return nil, nil
	}
	run, url, _ := strings.Cut(value, " ")
	os.Unsetenv(childEnv)
	closeOnExec(4) // 3 is closed below
	f := os.NewFile(3, "supervisor")
	defer f.Close()
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("take over the supervisor's socket: %w", err)
	}
	return &Child{Listener: ln, URL: url, First: run == "1", ready: os.NewFile(4, "ready")}, nil
}

// Ready tells the supervisor that the program is about to accept.
func (c *Child) Ready() error {
	_, err := c.ready.Write([]byte("ready\n"))
	if cerr := c.ready.Close(); err == nil {
		err = cerr
	}
	return err
}

// Handler gives each request the address of its client, and whether it came over TLS, as the
// supervisor tells.
func (c *Child) Handler(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if addr := r.Header.Get(clientHeader); addr != "" {
			r.RemoteAddr = addr
			r.Header.Del(clientHeader)
		}
		if r.Header.Get(secureHeader) != "" {
			r.TLS = &tls.ConnectionState{HandshakeComplete: true}
			r.Header.Del(secureHeader)
		}
		h.ServeHTTP(w, r)
	})
}
