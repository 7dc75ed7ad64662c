package guide_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/docs/examples/guide"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/server/certs"
)

// serveTLS serves with a source, and returns an address and a client that trusts dev.
func serveTLS(t *testing.T, source server.CertSource, dev *certs.Dev, show ...tls.Certificate) (string, *http.Client) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	hello := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello") })
	go func() {
		ended <- guide.ServeTLS(ctx, hello, source, server.Options{Listeners: []server.Listener{{Listener: ln, TLS: true}}})
	}()
	pem, err := os.ReadFile(dev.AuthorityFile())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: show}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("serve: %v", err)
		}
	})
	return "https://" + ln.Addr().String(), &http.Client{Transport: transport}
}

func TestHTTPS(t *testing.T) {
	t.Parallel()
	dev, err := certs.NewDev(nil, &certs.DevOptions{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	live := t.TempDir()
	data, err := os.ReadFile(dev.File())
	if err != nil {
		t.Fatal(err)
	}
	for _, site := range []string{"example.com", "example.org"} {
		if err := os.Mkdir(filepath.Join(live, site), 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"fullchain.pem", "privkey.pem"} { // certificate and key are in one file
			if err := os.WriteFile(filepath.Join(live, site, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	files, err := guide.FromFiles(live)
	if err != nil {
		t.Fatal(err)
	}
	for _, source := range []server.CertSource{dev, files} {
		url, client := serveTLS(t, source, dev)
		if resp, err := client.Get(url); err != nil || resp.StatusCode != 200 || resp.Body.Close() != nil {
			t.Errorf("%T: got %v, %v", source, resp, err)
		}
	}
	partners, err := guide.ForPartners(certs.Pair{CertFile: dev.File()}, dev.AuthorityFile())
	if err != nil {
		t.Fatal(err)
	}
	url, client := serveTLS(t, partners, dev)
	if resp, err := client.Get(url); err == nil {
		t.Errorf("without a certificate: got %s", resp.Status)
	}
	pair, err := tls.X509KeyPair(data, data)
	if err != nil {
		t.Fatal(err)
	}
	url, client = serveTLS(t, partners, dev, pair)
	if resp, err := client.Get(url); err == nil {
		t.Errorf("with a server's certificate: got %s", resp.Status)
	}
	_, port80, err := guide.FromLetsEncrypt(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	port80.ServeHTTP(w, httptest.NewRequest("GET", "http://www.example.com/a?b", nil))
	if to := w.Header().Get("Location"); to != "https://www.example.com/a?b" {
		t.Errorf("got %d to %q", w.Code, to)
	}
}
