package pythontest_test

import (
	"context"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nuages-web/nuages/internal/pythontest"
	"github.com/nuages-web/nuages/server"
)

// TestStarlette runs Starlette's own tests over sockets, on a python.Host that package server serves, and
// on real Uvicorn.
func TestStarlette(t *testing.T) {
	t.Parallel()
	archive := pythontest.NeedStarletteTests(t)
	t.Run("host", func(t *testing.T) {
		t.Parallel()
		s := startStarletteHost(t)
		s.Least, s.Excluded, s.Unreliable = 355, both(starletteExcluded, starletteHostExcluded), both(starletteUnreliable, starletteHostUnreliable)
		pythontest.RunStarlette(t, archive, s)
	})
	t.Run("host HTTP2", func(t *testing.T) {
		t.Parallel()
		pythontest.Need(t, "HTTP/2 for httpx (Debian package python3-h2)", "h2")
		s := startStarletteHost(t)
		s.HTTP2, s.Files, s.Least = true, []string{"test_formparsers.py", "test_requests.py", "test_responses.py", "middleware/"}, 100
		s.Excluded, s.Unreliable = both(starletteExcluded, starletteHostExcluded), both(starletteUnreliable, starletteHostUnreliable)
		pythontest.RunStarlette(t, archive, s)
	})
	t.Run("Uvicorn", func(t *testing.T) {
		t.Parallel()
		s := startStarletteUvicorn(t)
		s.Least, s.Excluded, s.Unreliable = 355, both(starletteExcluded, starletteUvicornExcluded), both(starletteUnreliable, starletteUvicornUnreliable)
		pythontest.RunStarlette(t, archive, s)
	})
}

func both(a, b map[string]string) map[string]string {
	c := maps.Clone(a)
	maps.Copy(c, b)
	return c
}

func startStarletteHost(t *testing.T) *pythontest.StarletteServer {
	host, logger, err := newHost(t, pythontest.App{Name: "starlette_suite:app", Dir: pythontest.Files(t)})
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", host)
	mux.Handle("/sub_path/", http.StripPrefix("/sub_path", host))
	config, _ := certificates(t)
	s, err := server.New(mux, &server.Options{
		Addresses: []string{"http://127.0.0.1:0", "https://127.0.0.1:0"}, TLS: config, Linger: 50 * time.Millisecond, Logger: logger,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, host.Stop(context.Background())); err != nil {
			t.Error(err)
		}
	})
	return &pythontest.StarletteServer{HTTP: s.Addrs()[0].String(), HTTPS: s.Addrs()[1].String()}
}

func startStarletteUvicorn(t *testing.T) *pythontest.StarletteServer {
	cert, key := writeCertificate(t)
	running, err := pythontest.UvicornStarlette(t, cert, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := running.Stop(); err != nil {
			t.Error(err)
		}
	})
	return &pythontest.StarletteServer{HTTP: running.Addr}
}

// writeCertificate writes that of net/http/httptest and its key to files.
func writeCertificate(t *testing.T) (cert, key string) {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	private, err := x509.MarshalPKCS8PrivateKey(s.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range []struct {
		path  *string
		kind  string
		bytes []byte
	}{{&cert, "CERTIFICATE", s.Certificate().Raw}, {&key, "PRIVATE KEY", private}} {
		*f.path = filepath.Join(dir, f.kind)
		if err := os.WriteFile(*f.path, pem.EncodeToMemory(&pem.Block{Type: f.kind, Bytes: f.bytes}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}
