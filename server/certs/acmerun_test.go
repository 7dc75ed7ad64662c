package certs_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/server/certs"
)

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
