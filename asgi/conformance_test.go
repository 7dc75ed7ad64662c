package asgi_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/nuages-web/nuages/asgi"
	"github.com/nuages-web/nuages/asgi/asgitest"
)

// serveNetHTTP serves applications with asgi.Run on plain net/http.
func serveNetHTTP(config *tls.Config, wrap func(asgi.App) asgi.App) func(testing.TB, asgi.App) (*asgitest.Running, error) {
	return func(_ testing.TB, app asgi.App) (*asgitest.Running, error) {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		ctx, stop := context.WithCancel(context.Background())
		up := make(chan error, 1)
		down := make(chan error, 1)
		go func() {
			started := false
			err := asgi.Run(ctx, wrap(app), quiet(), func(ctx context.Context, h http.Handler) error {
				s := &http.Server{Handler: h, TLSConfig: config, Protocols: new(http.Protocols), ErrorLog: log.New(io.Discard, "", 0)}
				s.Protocols.SetHTTP1(true)
				s.Protocols.SetHTTP2(config != nil)
				s.Protocols.SetUnencryptedHTTP2(config == nil)
				served := make(chan error, 1)
				go func() {
					if config != nil {
						served <- s.ServeTLS(ln, "", "")
					} else {
						served <- s.Serve(ln)
					}
				}()
				started = true
				up <- nil
				<-ctx.Done()
				err := s.Shutdown(context.Background())
				if failed := <-served; !errors.Is(failed, http.ErrServerClosed) {
					err = errors.Join(err, failed)
				}
				return err
			})
			if started {
				down <- err
				return
			}
			ln.Close()
			up <- err
		}()
		if err := <-up; err != nil {
			stop()
			return nil, err
		}
		return &asgitest.Running{Addr: ln.Addr().String(), Stop: func() error { stop(); return <-down }}, nil
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	asgitest.RunServer(t, &asgitest.Server{
		Start:     serveNetHTTP(nil, func(app asgi.App) asgi.App { return app }),
		HTTP2:     true,
		WebSocket: true,
		Lifespan:  true,
	})
}

func TestConformanceTLS(t *testing.T) {
	t.Parallel()
	// Its certificate serves both ends.
	issuer := httptest.NewUnstartedServer(nil)
	issuer.StartTLS()
	defer issuer.Close()
	pair := issuer.TLS.Certificates[0]
	leaf, err := x509.ParseCertificate(pair.Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	pair.Leaf = leaf
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	asgitest.RunServer(t, &asgitest.Server{
		Start: serveNetHTTP(&tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: tls.RequestClientCert},
			func(app asgi.App) asgi.App { return app }),
		TLS:       &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
		HTTP2:     true,
		WebSocket: true,
	})
}

// TestConformanceTwice puts applications through both adapters: the events of
// a server become requests of net/http, and these become events again. For
// WebSockets TestWebSocketEcho does the same: a request's context ends with the
// client, often before the last frames are read, so that the code of a close
// may be lost between the adapters.
func TestConformanceTwice(t *testing.T) {
	t.Parallel()
	asgitest.RunServer(t, &asgitest.Server{
		Start: serveNetHTTP(nil, func(app asgi.App) asgi.App {
			// The wrapper hides from FromHandler where the handler comes from.
			site := through(asgi.FromHandler(http.HandlerFunc(asgi.NewHandler(app, quiet()).ServeHTTP)))
			return asgi.ProtocolRouter{HTTP: site, WebSocket: site, Lifespan: app}
		}),
		Lifespan: true,
		Deviations: map[string]string{
			"lifespan/state":               "the handler between the adapters knows nothing of a state",
			"http/contract/send-cancelled": "writers of FromHandler have no write deadline",
		},
	})
}
