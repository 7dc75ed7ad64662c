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
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/web"
)

// Options configures [Serve]. Zero fields take their defaults; the defaults hold slow clients off.
type Options struct {
	// ReadHeaderTimeout is how long a client may take to send a request's headers. Default 10 s.
	ReadHeaderTimeout time.Duration
	// IdleTimeout is how long a kept connection may wait for its next request. Default 2 min.
	IdleTimeout time.Duration
	// MaxHeaderBytes bounds request line and headers. Default 64 KiB; more is a 431.
	MaxHeaderBytes int
	// Grace is how long requests under way may go on after the stop. Default 20 s.
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
	if c.MaxHeaderBytes == 0 {
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

// Listen opens a socket: "host:port", ":port", "unix:/path", or "systemd" for the first socket that
// systemd passed to this process (sd_listen_fds(3)). A Unix socket left behind by a process that no
// longer listens is replaced.
func Listen(addr string) (net.Listener, error) {
	switch {
	case addr == "systemd":
		return inherited()
	case strings.HasPrefix(addr, "unix:"):
		return listenUnix(strings.TrimPrefix(addr, "unix:"))
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", addr, err)
	}
	return ln, nil
}

func listenUnix(path string) (net.Listener, error) {
	if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		if c, err := net.Dial("unix", path); err == nil {
			c.Close()
			return nil, fmt.Errorf("listen on %s: another process listens there", path)
		}
		os.Remove(path)
	}
	ln, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", path, err)
	}
	return ln, nil
}

// firstFD is SD_LISTEN_FDS_START.
const firstFD = 3

func inherited() (net.Listener, error) {
	if pid, _ := strconv.Atoi(os.Getenv("LISTEN_PID")); pid != os.Getpid() {
		return nil, errors.New("listen on systemd's socket: none was passed to this process; start it through its .socket unit")
	}
	if n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS")); n != 1 {
		return nil, fmt.Errorf("listen on systemd's socket: 1 socket is needed, %s were passed", os.Getenv("LISTEN_FDS"))
	}
	f := os.NewFile(firstFD, "systemd")
	defer f.Close()
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, fmt.Errorf("listen on systemd's socket: %w", err)
	}
	return ln, nil
}

// Serve answers requests with h until ctx ends. Then it takes no more connections, tells streams,
// server-sent events and WebSockets to end, and waits for the other requests; after the grace time
// it breaks off what is left and says so in its error. It closes ln.
func Serve(ctx context.Context, ln net.Listener, h http.Handler, opts *Options) error {
	o := opts.withDefaults()
	drain, startDrain := context.WithCancel(context.Background())
	defer startDrain()
	base := web.ContextWithDrain(context.WithoutCancel(ctx), drain)
	s := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: o.ReadHeaderTimeout,
		IdleTimeout:       o.IdleTimeout,
		MaxHeaderBytes:    o.MaxHeaderBytes,
		ErrorLog:          slog.NewLogLogger(o.Logger.Handler(), slog.LevelWarn),
		BaseContext:       func(net.Listener) context.Context { return base },
	}
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(ln) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	startDrain()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Grace)
	defer cancel()
	err := s.Shutdown(grace)
	if err != nil {
		s.Close()
		err = fmt.Errorf("stop: requests were still under way after %s and have been broken off: %w", o.Grace, err)
	}
	<-failed
	return err
}
