package pythontest_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/pythontest"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/server"
)

// TestHost runs the suite of Python applications on a python.Host that package server serves, over
// HTTP/1.1, HTTP/2 and HTTP/3.
func TestHost(t *testing.T) {
	t.Parallel()
	t.Run("plain", func(t *testing.T) {
		t.Parallel()
		pythontest.Run(t, &pythontest.Server{Start: startHost(nil), Lifespan: true, Deviations: deviations("http")})
	})
	t.Run("TLS", func(t *testing.T) {
		t.Parallel()
		serverTLS, clientTLS := certificates(t)
		pythontest.Run(t, &pythontest.Server{Start: startHost(serverTLS), TLS: clientTLS, HTTP2: true, HTTP3: true, Lifespan: true, NoStarts: true,
			Deviations: withoutStarts(deviations("http", "http2", "http3"))})
	})
}

// TestHostEvents runs the suite of ASGI servers on it, whose application is behind the bridge, once
// with the Host as http.Handler and once as asgi.App.
func TestHostEvents(t *testing.T) {
	t.Parallel()
	serverTLS, clientTLS := certificates(t)
	for _, c := range []struct {
		name  string
		start pythontest.Start
		tls   *tls.Config
	}{{"plain", startHost(nil), nil}, {"TLS", startHost(serverTLS), clientTLS}, {"ServeASGI", startHostASGI, nil}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			deviations := maps.Clone(hostEventDeviations)
			if c.name == "ServeASGI" { // all bodies come in parts
				maps.DeleteFunc(deviations, func(_, reason string) bool { return reason == whole })
			}
			asgitest.RunServer(t, &asgitest.Server{
				Start: pythontest.Bridge(c.start), TLS: c.tls, HTTP2: true, WebSocket: true, Lifespan: true, Deviations: deviations,
			})
		})
	}
}

// certificates are those of net/http/httptest.
func certificates(t testing.TB) (*tls.Config, *tls.Config) {
	s := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(s.Close)
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates}, &tls.Config{RootCAs: pool, ServerName: "example.com"}
}

func newHost(t testing.TB, app pythontest.App) (*python.Host, *slog.Logger, error) {
	logger := slog.New(slog.NewTextHandler(t.Output(), nil))
	host, err := python.New(app.Name, &python.Options{
		Interpreter: realdjango.Python, Dir: app.Dir, Env: append([]string{"PYTHONDONTWRITEBYTECODE=1"}, app.Env...),
		Factory: app.Factory, RootPath: app.RootPath, Logger: logger,
	})
	return host, logger, err
}

// startHost serves a Host with package server.
func startHost(config *tls.Config) pythontest.Start {
	return func(t testing.TB, app pythontest.App) (*asgitest.Running, error) {
		host, logger, err := newHost(t, app)
		if err == nil {
			err = host.Start(context.Background())
		}
		if err != nil {
			return nil, lifespanError(err)
		}
		o := server.Options{Addresses: []string{"127.0.0.1:0"}, TLS: config, HTTP3: config != nil, Linger: 50 * time.Millisecond, Logger: logger}
		s, err := server.New(host, &o)
		if err != nil {
			return nil, err
		}
		ctx, stop := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- s.Run(ctx) }()
		return &asgitest.Running{Addr: s.Addrs()[0].String(), Stop: func() error {
			stop()
			return errors.Join(<-ended, lifespanError(host.Stop(context.Background())))
		}}, nil
	}
}

// startHostASGI serves a Host as an asgi.App, whose lifespan starts and stops the workers.
func startHostASGI(t testing.TB, app pythontest.App) (*asgitest.Running, error) {
	host, logger, err := newHost(t, app)
	if err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.Background())
	addr, ended := make(chan string, 1), make(chan error, 1)
	go func() {
		ended <- asgi.Run(ctx, host, &asgi.Options{Logger: logger}, func(ctx context.Context, h http.Handler) error {
			s, err := server.New(h, &server.Options{Addresses: []string{"127.0.0.1:0"}, Linger: 50 * time.Millisecond, Logger: logger})
			if err != nil {
				return err
			}
			addr <- s.Addrs()[0].String()
			return s.Run(ctx)
		})
	}()
	select {
	case err := <-ended:
		stop()
		return nil, err
	case addr := <-addr:
		return &asgitest.Running{Addr: addr, Stop: func() error {
			stop()
			return <-ended
		}}, nil
	}
}

// lifespanError returns what the application said of its start-up as package asgi has it.
func lifespanError(err error) error {
	if failed := (*python.StartError)(nil); errors.As(err, &failed) && failed.Stage == "lifespan" {
		return &asgi.LifespanError{Event: "lifespan.startup.failed", Message: failed.Output}
	}
	return err
}
