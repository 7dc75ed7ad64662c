package certs_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

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

// TestACMEStops: Run ends while the authority lets it wait for an answer.
func TestACMEStops(t *testing.T) {
	t.Parallel()
	asked, release := make(chan struct{}), make(chan struct{})
	slow := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(asked)
		<-release
	}))
	defer slow.Close()
	defer close(release)
	a, log := newACME(t, &pebble{directory: slow.URL, client: slow.Client()}, certs.ACMEOptions{}, "shop.example")
	s := serve(t, a, log, listenOnly(t))
	<-asked
	s.stop()
	if text := log.String(); text != "" {
		t.Errorf("a stop is no error: got log\n%s", text)
	}
}

// TestACMEPatient: Run ends although the authority has asked to wait for long.
func TestACMEPatient(t *testing.T) {
	t.Parallel()
	busy := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "200")
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusTooManyRequests)
		io.WriteString(w, `{"type": "urn:ietf:params:acme:error:rateLimited", "detail": "come again"}`)
	}))
	defer busy.Close()
	a, log := newACME(t, &pebble{directory: busy.URL, client: busy.Client()}, certs.ACMEOptions{}, "shop.example")
	s := serve(t, a, log, listenOnly(t))
	log.wait(t, `rateLimited detail="come again"`, 1)
	s.stop()
}

// TestACMEOddAuthority: answers that are none are told of, not kept.
func TestACMEOddAuthority(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		answer     func(w http.ResponseWriter)
	}{
		{"endless", "more than 1048576 bytes", func(w http.ResponseWriter) {
			for range 33 {
				w.Write(make([]byte, 1<<15))
			}
		}},
		{"no JSON", "get certificate", func(w http.ResponseWriter) { io.WriteString(w, "<html>") }},
		{"no page", `status="404 Not Found"`, func(w http.ResponseWriter) { w.WriteHeader(404) }},
		{"broken off", "request to the certificate authority", func(http.ResponseWriter) { panic(http.ErrAbortHandler) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			odd := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { test.answer(w) }))
			defer odd.Close()
			a, log := newACME(t, &pebble{directory: odd.URL, client: odd.Client()}, certs.ACMEOptions{}, "shop.example")
			s := serve(t, a, log, listenOnly(t))
			log.wait(t, "no certificate yet", 1)
			s.stop()
			if !strings.Contains(log.String(), test.want) {
				t.Errorf("got log\n%swant %q", log, test.want)
			}
		})
	}
}

// TestACMEWaits: a connection waits a while for the first certificate.
func TestACMEWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, _ := newACME(t, &pebble{directory: "https://ca.example/dir", client: &http.Client{}}, certs.ACMEOptions{}, "shop.example")
		_, err := shake(t, a.TLSConfig(), &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true})
		if err == nil {
			t.Error("got a certificate")
		}
		start := time.Now()
		if _, err := shake(t, a.TLSConfig(), &tls.Config{ServerName: "other.example", InsecureSkipVerify: true}); err == nil || time.Since(start) > 0 {
			t.Errorf("a strange name: got %v after %s", err, time.Since(start))
		}
	})
}

// asks notes when an authority is asked for something, which it never is in reality.
type asks struct {
	start time.Time
	mu    sync.Mutex
	times []time.Duration
}

func (a *asks) RoundTrip(*http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.times = append(a.times, time.Since(a.start))
	return nil, errors.New("no network")
}

// TestACMERetries: an authority counts failures, so it is asked less and less often, and whoever
// connects doesn't make it more.
func TestACMERetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := &asks{start: time.Now()}
		a, _ := newACME(t, &pebble{directory: "https://ca.example/dir", client: &http.Client{Transport: asked}}, certs.ACMEOptions{}, "shop.example")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- a.Run(ctx) }()
		for time.Since(asked.start) < 4*time.Hour {
			if _, err := shake(t, a.TLSConfig(), &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true}); err == nil {
				t.Fatal("got a certificate")
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		const m = time.Minute
		want := []time.Duration{0, 3 * m / 2, 9 * m / 2, 21 * m / 2, 45 * m / 2, 93 * m / 2, 189 * m / 2, 309 * m / 2, 429 * m / 2}
		if diff := cmp.Diff(want, asked.times); diff != "" {
			t.Errorf("asked at (-want +got):\n%s", diff)
		}
	})
}

func TestACMEOptions(t *testing.T) {
	t.Parallel()
	shared := t.TempDir()
	if err := os.Chmod(shared, 0o777); err != nil {
		t.Fatal(err)
	}
	good := func() *certs.ACMEOptions {
		return &certs.ACMEOptions{AcceptTerms: true, DirectoryURL: "https://ca.example/dir", Folder: t.TempDir()}
	}
	with := func(change func(o *certs.ACMEOptions)) *certs.ACMEOptions {
		o := good()
		change(o)
		return o
	}
	tests := []struct {
		name, domain, want string
		opts               *certs.ACMEOptions
	}{
		{"terms", "shop.example", "AcceptTerms", nil},
		{"wildcard", "*.shop.example", "wildcards need proof by DNS", good()},
		{"address", "192.0.2.1", "it is an address", good()},
		{"address 6", "[2001:db8::1]", "it is an address", good()},
		{"port", "shop.example:443", "without scheme and port", good()},
		{"scheme", "https://shop.example", "without scheme and port", good()},
		{"no dot", "localhost", "certs.NewDev", good()},
		{"path", "shop.example/../x", "no domain name", good()},
		{"empty", "", "without a dot", good()},
		{"directory", "shop.example", "not the https address", with(func(o *certs.ACMEOptions) { o.DirectoryURL = "http://ca.example" })},
		{"binding", "shop.example", "in base64url", with(func(o *certs.ACMEOptions) {
			o.ExternalAccount = &certs.ExternalAccount{KeyID: "a", MACKey: "not base64!"}
		})},
		{"folder", "shop.example", "folder to keep them in", with(func(o *certs.ACMEOptions) { o.Folder = os.DevNull })},
		{"shared folder", "shop.example", "other users may write", with(func(o *certs.ACMEOptions) { o.Folder = shared })},
		{"clients", "shop.example", "no CAFile", with(func(o *certs.ACMEOptions) { o.Clients.Optional = true })},
	}
	for _, test := range tests {
		_, err := certs.NewACME([]string{test.domain}, test.opts)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "not base64!") {
			t.Errorf("%s: got error %v, want one with %q", test.name, err, test.want)
		}
	}
	if _, err := certs.NewACME(nil, good()); err == nil {
		t.Error("no domains: got no error")
	}
}

func TestACMERedirect(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	a, _ := newACME(t, &pebble{directory: "https://ca.example/dir", client: &http.Client{}}, certs.ACMEOptions{Folder: folder}, "shop.example", "bücher.example")
	h := a.HTTPHandler(nil)
	tests := []struct {
		request string // request line and Host
		status  int
		to      string
	}{
		{"GET /a%2Fb/?q=1%202 HTTP/1.1\r\nHost: shop.example", 301, "https://shop.example/a%2Fb/?q=1%202"},
		{"HEAD / HTTP/1.1\r\nHost: Shop.Example:80", 301, "https://shop.example/"},
		{"GET / HTTP/1.1\r\nHost: xn--bcher-kva.example.", 301, "https://xn--bcher-kva.example/"},
		{"GET //evil.example/ HTTP/1.1\r\nHost: shop.example", 301, "https://shop.example//evil.example/"},
		{"GET x:@evil.example/ HTTP/1.1\r\nHost: shop.example", 301, "https://shop.example/"},
		{"GET http://evil.example/ HTTP/1.1\r\nHost: shop.example", 421, ""},
		{"GET / HTTP/1.1\r\nHost: evil.example", 421, ""},
		{"GET / HTTP/1.1\r\nHost: shop.example@evil.example", 421, ""},
		{"GET / HTTP/1.1\r\nHost: evil.example#.shop.example", 421, ""},
		{"POST / HTTP/1.1\r\nHost: shop.example", 400, ""},
		{"OPTIONS * HTTP/1.1\r\nHost: shop.example", 400, ""},
		{"GET /.well-known/acme-challenge/x HTTP/1.1\r\nHost: shop.example:5002", 404, ""},
		{"GET /.well-known/acme-challenge/../../key HTTP/1.1\r\nHost: shop.example", 404, ""},
		{"GET /.well-known/acme-challenge/" + strings.Repeat("a", 300) + " HTTP/1.1\r\nHost: shop.example", 404, ""},
		{"GET /.well-known/acme-challenge/%00 HTTP/1.1\r\nHost: shop.example", 404, ""},
		{"GET /.well-known/acme-challenge/x HTTP/1.1\r\nHost: evil.example", 403, ""},
	}
	for _, test := range tests {
		r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(test.request + "\r\n\r\n")))
		if err != nil {
			t.Errorf("%s: %v", test.request, err)
			continue
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if to := w.Header().Get("Location"); w.Code != test.status || to != test.to {
			t.Errorf("%s: got %d to %q, want %d to %q", test.request, w.Code, to, test.status, test.to)
		}
		if body := w.Body.String(); strings.Contains(body, folder) {
			t.Errorf("%.60s: got a path: %s", test.request, body)
		}
	}
	w := httptest.NewRecorder()
	a.HTTPHandler(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "http://shop.example/", nil))
	if w.Code != 404 {
		t.Errorf("fallback: got %d", w.Code)
	}
}
