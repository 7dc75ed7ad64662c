// Package server runs an http.Handler on a socket until it is told to stop, and then lets the
// requests under way finish.
//
//	ln, err := server.Listen("127.0.0.1:8000")
//	if err != nil {
//		return err
//	}
//	return server.Serve(ctx, ln, handler, nil)
//
// It speaks HTTP/1.1. TLS, HTTP/2 and HTTP/3 are a reverse proxy's for now.
package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/nuages-web/nuages/web"
)

// Options configures [Serve]. Zero fields take their defaults; the defaults hold slow clients off.
type Options struct {
	// ReadHeaderTimeout is how long a client may take to send a request's headers. Default 10 s;
	// negative: no limit.
	ReadHeaderTimeout time.Duration
	// IdleTimeout is how long a kept connection may wait for its next request. Default 2 min;
	// negative: no limit.
	IdleTimeout time.Duration
	// MaxHeaderBytes bounds request line and headers, in bytes; net/http adds 4 KiB to it.
	// Default 64 KiB, also for a negative value; more is answered with 431.
	MaxHeaderBytes int
	// Grace is how long requests under way may go on after the stop. Default 20 s; negative: they
	// are broken off at once.
	Grace time.Duration
	// Logger gets what goes wrong on connections. Default slog.Default().
	Logger *slog.Logger
}

func (o *Options) withDefaults() Options {
	var c Options
	if o != nil {
		c = *o
	}
	if c.ReadHeaderTimeout == 0 {
		c.ReadHeaderTimeout = 10 * time.Second
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = 2 * time.Minute
	}
	if c.MaxHeaderBytes <= 0 {
		c.MaxHeaderBytes = 64 << 10
	}
	if c.Grace == 0 {
		c.Grace = 20 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

// lastWait is how long handlers may take to return after they have been broken off.
const lastWait = time.Second

// Serve answers requests with h until ctx ends. Then it takes no more connections, tells streams,
// server-sent events and WebSockets to end, and waits for them and for the other requests; after
// the grace time it breaks off what is left, ends its contexts, and says so in its error. The
// contexts of requests carry ctx's values, not its end. It closes ln.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, opts *Options) error {
	o := opts.withDefaults()
	drain, startDrain := context.WithCancel(context.Background())
	defer startDrain()
	running := newTracker(h)
	told := &web.Server{Drain: drain, Detach: running.detach}
	base, breakOff := context.WithCancel(web.ContextWithServer(context.WithoutCancel(ctx), told))
	defer breakOff()
	s := &http.Server{
		Handler:           running,
		ReadHeaderTimeout: o.ReadHeaderTimeout,
		IdleTimeout:       o.IdleTimeout,
		MaxHeaderBytes:    o.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       connContext,
		ConnState:         running.connState,
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(ln) }()
	var failure error
	select {
	case err := <-failed:
		failure = fmt.Errorf("serve on %s: %w", ln.Addr(), err)
		failed <- nil
	case <-ctx.Done():
	}
	startDrain()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Grace)
	defer cancel()
	err := s.Shutdown(grace)
	if err == nil {
		err = running.wait(grace) // Shutdown doesn't know of connections that were taken over
	}
	if err != nil {
		err = fmt.Errorf("stop: requests were still under way after %s and have been broken off: %w", max(o.Grace, 0), err)
		s.Close()
		running.close()
		breakOff()
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWait)
		defer cancel()
		_ = running.wait(last) // a handler that heeds neither its context nor its connection is given up
	}
	<-failed
	return errors.Join(failure, err)
}
