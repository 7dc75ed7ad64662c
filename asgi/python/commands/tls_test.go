package commands_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"

	"github.com/nuages-web/nuages/internal/realdjango"
)

// An authority signs the certificates of one test.
type authority struct {
	t    testing.TB
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, dir: t.TempDir(), key: key, pool: x509.NewCertPool()}
	a.cert = &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), KeyUsage: x509.KeyUsageCertSign}
	a.pool.AddCert(a.sign("authority", a.cert, key))
	return a
}

// sign writes NAME.pem and NAME-key.pem.
func (a *authority) sign(name string, template *x509.Certificate, key *ecdsa.PrivateKey) *x509.Certificate {
	a.t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		a.t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	for path, block := range map[string]*pem.Block{
		a.path(name + ".pem"): {Type: "CERTIFICATE", Bytes: der}, a.path(name + "-key.pem"): {Type: "PRIVATE KEY", Bytes: private},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			a.t.Fatal(err)
		}
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

// leaf makes a certificate for 127.0.0.1, as server and as client.
func (a *authority) leaf(name string) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.sign(name, &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}}, key)
}

// TestTLS serves over TLS to clients that have to show a certificate, over each version of HTTP.
func TestTLS(t *testing.T) {
	t.Parallel()
	needPython(t)
	a := newAuthority(t)
	a.leaf("server")
	a.leaf("client")
	p := serve(t, apps, nil, "plain", "--port", "0", "--http", "3", "--ssl-certfile", a.path("server.pem"), "--ssl-keyfile", a.path("server-key.pem"),
		"--ssl-ca-certs", a.path("authority.pem"), "--ssl-cert-reqs", "2")
	if !strings.HasPrefix(p.url(), "https://127.0.0.1:") {
		t.Fatalf("the address is %s", p.url())
	}
	shown, err := tls.LoadX509KeyPair(a.path("client.pem"), a.path("client-key.pem"))
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{RootCAs: a.pool, Certificates: []tls.Certificate{shown}}
	quic := &http3.Transport{TLSClientConfig: config.Clone()}
	defer quic.Close()
	for version, transport := range map[string]http.RoundTripper{
		"1.1": &http.Transport{TLSClientConfig: config.Clone()},
		"2":   &http.Transport{TLSClientConfig: config.Clone(), ForceAttemptHTTP2: true},
		"3":   quic,
	} {
		if v := tell(t, &http.Client{Transport: transport, Timeout: patience}, p.url()); v.Version != version || v.Scheme != "https" || !v.TLS {
			t.Errorf("HTTP/%s: got %+v", version, v)
		}
	}
	strange := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool}}}
	if resp, err := strange.Get(p.url()); err == nil {
		resp.Body.Close()
		t.Errorf("a client without a certificate got %s", resp.Status)
	}
	t.Run("curl", func(t *testing.T) {
		if _, err := exec.LookPath("curl"); err != nil {
			realdjango.Missing(t, "curl")
		}
		out, err := exec.Command("curl", "--silent", "--show-error", "--http2", "--cacert", a.path("authority.pem"), "--cert", a.path("client.pem"),
			"--key", a.path("client-key.pem"), "--write-out", " %{http_version}", p.url()).CombinedOutput()
		if err != nil || !strings.HasSuffix(string(out), " 2") {
			t.Errorf("got %s, %v", out, err)
		}
	})
}

// TestHTTP1Alone speaks neither HTTP/2 over TLS, nor in the clear.
func TestHTTP1Alone(t *testing.T) {
	t.Parallel()
	needPython(t)
	a := newAuthority(t)
	a.leaf("server")
	p := serve(t, apps, nil, "plain", "--http", "1.1", "--endpoint", "tcp:0:interface=127.0.0.1",
		"--endpoint", "ssl:0:interface=127.0.0.1:certKey="+a.path("server.pem")+":privateKey="+a.path("server-key.pem"))
	p.wait("https://")
	urls := p.urls()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.pool}, ForceAttemptHTTP2: true}}
	for _, url := range urls {
		if v := tell(t, client, url); v.Version != "1.1" {
			t.Errorf("%s: HTTP/%s", url, v.Version)
		}
	}
	clear := new(http.Protocols)
	clear.SetUnencryptedHTTP2(true)
	resp, err := (&http.Client{Transport: &http.Transport{Protocols: clear}}).Get(urls[0])
	if err == nil {
		resp.Body.Close()
		t.Errorf("in the clear: got %s over %s", resp.Status, resp.Proto)
	}
}
