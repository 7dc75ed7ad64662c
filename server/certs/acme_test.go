package certs_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/server/certs"
)

// site is a server with certificates of a pebble.
type site struct {
	*certs.ACME
	log  *logbook
	addr string // of TLS
	stop func() // ends Run and waits for it
}

// newACME makes certificates for domains from a pebble.
func newACME(t *testing.T, p *pebble, opts certs.ACMEOptions, domains ...string) (*certs.ACME, *logbook) {
	t.Helper()
	log, logger := newLogbook()
	opts.AcceptTerms, opts.DirectoryURL, opts.HTTPClient, opts.Logger = true, p.directory, p.client, logger
	if opts.Folder == "" {
		opts.Folder = t.TempDir()
	}
	a, err := certs.NewACME(domains, &opts)
	if err != nil {
		t.Fatal(err)
	}
	return a, log
}

// serve answers on ln with TLS, and runs a until the test ends.
func serve(t *testing.T, a *certs.ACME, log *logbook, ln net.Listener) *site {
	t.Helper()
	serveHTTP(t, ln, &http.Server{TLSConfig: a.TLSConfig(), Handler: http.NotFoundHandler()})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	stop := func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
		ended <- nil
	}
	t.Cleanup(stop)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log:\n%s", log)
		}
	})
	return &site{a, log, ln.Addr().String(), stop}
}

// serveHTTP serves until the test ends; with TLS if it is configured.
func serveHTTP(t *testing.T, ln net.Listener, s *http.Server) {
	t.Helper()
	s.ErrorLog = log.New(io.Discard, "", 0)
	ended := make(chan error, 1)
	go func() {
		if s.TLSConfig != nil {
			ended <- s.ServeTLS(ln, "", "")
		} else {
			ended <- s.Serve(ln)
		}
	}()
	t.Cleanup(func() {
		s.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
}

// expect makes a handshake for a name that a certificate of the pebble is for.
func (s *site) expect(t *testing.T, p *pebble, name string) tls.ConnectionState {
	t.Helper()
	s.log.wait(t, `"certificate obtained" domain=`+name+"\n", 1) // connections wait less long
	c, err := tls.Dial("tcp", s.addr, &tls.Config{ServerName: name, RootCAs: p.roots, NextProtos: []string{"h2"}})
	if err != nil {
		t.Fatalf("%s: %v\nlog:\n%s", name, err, s.log)
	}
	defer c.Close()
	return c.ConnectionState()
}

func TestACMEByTLS(t *testing.T) {
	t.Parallel()
	ln, port := listen(t)
	p := startPebble(t, pebbleOptions{tlsPort: port, httpPort: freePort(t), validity: time.Hour})
	folder := t.TempDir()
	a, log := newACME(t, p, certs.ACMEOptions{Email: "admin@shop.example", Folder: folder}, "shop.example", "WWW.Shop.example.", "bücher.example")
	s := serve(t, a, log, ln)
	for _, name := range []string{"shop.example", "www.shop.example", "xn--bcher-kva.example"} {
		state := s.expect(t, p, name)
		if names := state.PeerCertificates[0].DNSNames; len(names) != 1 || names[0] != name || state.NegotiatedProtocol != "h2" {
			t.Errorf("got a certificate for %q and %s", names, state.NegotiatedProtocol)
		}
	}
	log.wait(t, "certificate obtained", 3) // kept, too
	state, err := shake(t, a.TLSConfig(), &tls.Config{InsecureSkipVerify: true})
	if err != nil || state.PeerCertificates[0].DNSNames[0] != "shop.example" {
		t.Errorf("no name: got %v, want the first", err)
	}
	for _, name := range []string{"other.example", "x.shop.example", "shop", "a\x00b.example", "../shop.example", strings.Repeat("a.", 200) + "example"} {
		if _, err := shake(t, a.TLSConfig(), &tls.Config{ServerName: name, InsecureSkipVerify: true}); err == nil {
			t.Errorf("%q: got a certificate", name)
		}
	}
	// A client that knows RSA alone would cost another certificate.
	if _, err := shake(t, a.TLSConfig(), &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}}); err == nil {
		t.Error("an RSA client got in")
	}
	if got := strings.Count(log.String(), "certificate obtained"); got != 3 {
		t.Errorf("got %d certificates, want 3; log:\n%s", got, log)
	}
	s.stop()
	expectPrivate(t, folder)

	// After a restart they come from the folder: nobody is asked.
	p.client = &http.Client{Transport: refusing{t}}
	again, log := newACME(t, p, certs.ACMEOptions{Folder: folder}, "shop.example")
	serve(t, again, log, listenOnly(t))
	state, err = shake(t, again.TLSConfig(), &tls.Config{ServerName: "shop.example", RootCAs: p.roots})
	if err != nil || state.PeerCertificates[0].DNSNames[0] != "shop.example" {
		t.Errorf("after a restart: got %v; log:\n%s", err, log)
	}
}

func listenOnly(t *testing.T) net.Listener {
	ln, _ := listen(t)
	return ln
}

// refusing is a network on which nothing may be asked.
type refusing struct{ t *testing.T }

func (r refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	r.t.Errorf("asked for %s", req.URL)
	return nil, errors.New("no network")
}

// expectPrivate looks that nobody else can read what is in a folder.
func expectPrivate(t *testing.T, folder string) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == folder {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		n++
		return err
	})
	if err != nil || n < 5 {
		t.Errorf("got %d files, %v", n, err)
	}
}

func TestACMEByHTTP(t *testing.T) {
	t.Parallel()
	ln, port := listen(t)
	deaf := listenOnly(t) // no TLS there
	serveHTTP(t, deaf, &http.Server{Handler: http.NotFoundHandler()})
	p := startPebble(t, pebbleOptions{httpPort: port, tlsPort: deaf.Addr().(*net.TCPAddr).Port, validity: time.Hour})
	a, log := newACME(t, p, certs.ACMEOptions{}, "shop.example")
	serveHTTP(t, ln, &http.Server{Handler: a.HTTPHandler(nil)})
	s := serve(t, a, log, listenOnly(t))
	s.expect(t, p, "shop.example")
	if text := log.String(); !strings.Contains(text, "did not find this server") || !strings.Contains(text, "challenge=tls-alpn-01") {
		t.Errorf("the challenge that failed: got log\n%s", text)
	}
}

func TestACMERenews(t *testing.T) {
	t.Parallel()
	ln, port := listen(t)
	p := startPebble(t, pebbleOptions{tlsPort: port, httpPort: freePort(t), validity: 30 * time.Second})
	a, log := newACME(t, p, certs.ACMEOptions{RenewBefore: 29 * time.Second}, "shop.example")
	s := serve(t, a, log, ln)
	first := s.expect(t, p, "shop.example").PeerCertificates[0]
	log.wait(t, "certificate obtained", 3) // the second may not be in use yet
	second := s.expect(t, p, "shop.example").PeerCertificates[0]
	if first.SerialNumber.Cmp(second.SerialNumber) == 0 {
		t.Error("the renewed certificate is not served")
	}
	s.stop()
}

func TestACMEExternalAccount(t *testing.T) {
	t.Parallel()
	const key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
	ln, port := listen(t)
	p := startPebble(t, pebbleOptions{tlsPort: port, httpPort: freePort(t), validity: time.Hour, externalKeys: map[string]string{"kid-1": key}})
	stranger, log := newACME(t, p, certs.ACMEOptions{ExternalAccount: &certs.ExternalAccount{KeyID: "kid-2", MACKey: key}}, "shop.example")
	serve(t, stranger, log, listenOnly(t))
	log.wait(t, "no certificate yet", 1)
	if text := log.String(); !strings.Contains(text, "the certificate authority refused a request") || strings.Contains(text, key) {
		t.Errorf("got log\n%s", text)
	}
	a, log := newACME(t, p, certs.ACMEOptions{ExternalAccount: &certs.ExternalAccount{KeyID: "kid-1", MACKey: key}}, "shop.example")
	serve(t, a, log, ln).expect(t, p, "shop.example")
}

// TestACMERefused: what the authority says is logged, and Run ends while it waits to ask again.
func TestACMERefused(t *testing.T) {
	t.Parallel()
	ln, port := listen(t)
	p := startPebble(t, pebbleOptions{tlsPort: port, httpPort: freePort(t), validity: time.Hour, blocked: []string{"blocked.example"}})
	a, log := newACME(t, p, certs.ACMEOptions{}, "blocked.example", "nowhere.example", "shop.example")
	s := serve(t, a, log, ln)
	s.expect(t, p, "shop.example") // the others don't keep it from being served
	log.wait(t, "no certificate yet", 2)
	for _, want := range []string{"rejectedIdentifier", `"get certificate" domain=blocked.example`, "domain=nowhere.example challenge=tls-alpn-01"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("got log\n%swant %q", log, want)
		}
	}
	s.stop()
	if err := a.Run(t.Context()); err == nil {
		t.Error("Run called twice: got no error")
	}
}
