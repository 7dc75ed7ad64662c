// Package server serves an http.Handler over HTTP/1.1, HTTP/2 and HTTP/3, on TCP and Unix sockets
// and those that systemd or an earlier process hands over, until it is told to stop; then it lets the
// requests under way finish.
//
//	s, err := server.New(handler, &server.Options{Addresses: []string{":8000", "unix:/run/shop.sock"}})
//	if err != nil {
//		return err
//	}
//	return s.Run(ctx)
//
// HTTP/2 is spoken over TLS, and in the clear with clients that begin with it (RFC 9113, section
// 3.3). WebSockets over HTTP/2 (RFC 8441) need the variable GODEBUG=http2xconnect=1 in the
// environment of the process; the commands of a project see to it.
package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/nuages-web/nuages/web"
	"github.com/quic-go/quic-go/http3"
)

// A Server serves one handler on its sockets. [New] makes it, [Server.Run] runs it once.
type Server struct {
	o       Options
	tls     *tls.Config
	sockets []*socket
	altSvc  string // value of the header, "" without HTTP/3
	http    *http.Server
	http3   *http3.Server // nil without
	stats   counters
	dir     string // the working directory, for Restart

	drain      context.Context // ends when the stop begins
	startDrain context.CancelFunc
	handedOver atomic.Bool
	accepting  chan struct{} // closed when Run accepts
	closedDoor chan struct{} // closed when it accepts no more
	restart    chan struct{} // holds a token while no Restart is under way
	release    *os.File      // of the last Restart: closed when the UDP sockets are free; nil without

	running counter // handlers, and functions given to detach
	streams counter // those of them over HTTP/3
	opened  counter // connections

	mu        sync.Mutex
	conns     map[*conn]struct{}
	counted   int            // connections, also those of HTTP/3
	byAddress map[string]int // of them
}

// New opens the sockets. The server begins to accept when it is run; one that is not run has to be
// closed.
func New(h http.Handler, opts *Options) (*Server, error) {
	s := &Server{o: opts.withDefaults(), conns: map[*conn]struct{}{}, byAddress: map[string]int{},
		accepting: make(chan struct{}), closedDoor: make(chan struct{}), restart: make(chan struct{}, 1), dir: workingDir()}
	s.restart <- struct{}{}
	for _, c := range []*counter{&s.running, &s.streams, &s.opened} {
		c.zero = make(chan struct{}, 1)
	}
	s.drain, s.startDrain = context.WithCancel(context.Background())
	if s.o.TLS != nil {
		s.tls = tlsConfig(s.o.TLS, s.o.NoHTTP2)
	}
	if err := s.open(); err != nil {
		return nil, err
	}
	g := &gate{s: s, next: h, methods: s.o.Methods}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(!s.o.NoHTTP2) // TLS is taken off before, see conn
	s.http = &http.Server{
		Handler:           g,
		Protocols:         protocols,
		ReadHeaderTimeout: s.o.ReadHeaderTimeout,
		IdleTimeout:       s.o.IdleTimeout,
		MaxHeaderBytes:    s.o.MaxHeaderBytes,
		// It would answer before the gate.
		DisableGeneralOptionsHandler: true,
		HTTP2: &http.HTTP2Config{
			MaxConcurrentStreams: s.o.MaxStreams,
			MaxReadFrameSize:     16 << 10, // the least that the protocol allows, and what clients send
			SendPingTimeout:      max(s.o.ReadTimeout, 0),
			PingTimeout:          max(s.o.ReadTimeout, 0),
		},
		ErrorLog:    s.errorLog(),
		ConnContext: connContext,
		ConnState:   connState,
	}
	if s.altSvc != "" {
		s.http3 = s.newHTTP3(g)
	}
	return s, nil
}

func (s *Server) errorLog() *log.Logger {
	return slog.NewLogLogger(s.o.Logger.Handler(), slog.LevelWarn)
}

// tlsConfig adds what a server of HTTP needs to the certificates.
func tlsConfig(given *tls.Config, noHTTP2 bool) *tls.Config {
	c := given.Clone()
	protos := []string{"h2", "http/1.1"}
	if noHTTP2 {
		c.NextProtos = slices.DeleteFunc(slices.Clone(c.NextProtos), func(proto string) bool { return proto == "h2" })
		protos = protos[1:]
	}
	for _, proto := range protos {
		if !slices.Contains(c.NextProtos, proto) {
			c.NextProtos = append(c.NextProtos, proto)
		}
	}
	if c.MinVersion == 0 {
		c.MinVersion = tls.VersionTLS12
	}
	if c.CipherSuites == nil {
		c.CipherSuites = []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		}
	}
	return c
}

// Accepting returns a channel that is closed when Run has begun to accept and, after a hand-over, has
// told the process before.
func (s *Server) Accepting() <-chan struct{} { return s.accepting }

func (s *Server) hasAccepted() bool {
	select {
	case <-s.accepting:
		return true
	default:
		return false
	}
}

// Close closes the sockets of a server that has not been run.
func (s *Server) Close() { s.closeSockets() }

// Run serves until ctx ends, or until [Server.Restart] has put another process in the place of this
// one. Then it takes no more connections, tells streams, server-sent events and WebSockets to end,
// answers on kept connections for a last time, and waits for the requests under way; after the grace
// time it breaks off what is left, ends its contexts, and says so in its error. The contexts of
// requests carry ctx's values, not its end.
func (s *Server) Run(ctx context.Context) error {
	told := &web.Server{Drain: s.drain, Detach: s.detach, Stats: s.Stats}
	base, breakOff := context.WithCancel(web.ContextWithServer(context.WithoutCancel(ctx), told))
	defer breakOff()
	defer s.closeSockets()
	s.http.BaseContext = func(net.Listener) context.Context { return base }
	failed := make(chan error, len(s.sockets)+1)
	var serving sync.WaitGroup
	for _, k := range s.sockets {
		serving.Go(func() {
			if err := s.http.Serve(&acceptor{Listener: k.ln, s: s, tls: k.tls}); !s.draining() {
				failed <- fmt.Errorf("serve on %s: %w", k.ln.Addr(), err)
			}
		})
	}
	if s.http3 != nil {
		serving.Go(func() {
			if err := s.serveHTTP3(base); err != nil {
				failed <- err
			}
		})
	}
	err := s.o.Inherited.ready()
	if err == nil {
		notify("READY=1")
		close(s.accepting)
		select {
		case err = <-failed:
		case <-ctx.Done():
		case <-s.drain.Done(): // handed over
		}
	}
	err = errors.Join(err, s.stop(context.WithoutCancel(ctx), breakOff))
	serving.Wait()
	return err
}

// Serve runs a server on one socket, without TLS. It closes ln.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, opts *Options) error {
	var o Options
	if opts != nil {
		o = *opts
	}
	o.Addresses, o.Listeners = nil, []Listener{{Listener: ln}}
	s, err := New(h, &o)
	if err != nil {
		return err
	}
	return s.Run(ctx)
}
