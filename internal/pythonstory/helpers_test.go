package pythonstory_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/server"
)

// interpreter is the Python of Debian, whose packages the stories are about.
const interpreter = "/usr/bin/python3"

// need leaves a test out, or fails it, where Python lacks a module.
func need(t *testing.T, module string) {
	t.Helper()
	if out, err := exec.Command(interpreter, "-c", "import importlib.util, sys; sys.exit(not importlib.util.find_spec('"+module+"'))").CombinedOutput(); err != nil {
		realdjango.Missing(t, interpreter+" with "+module+": "+string(out))
	}
}

// A site is a Python application, hosted and served over all protocols.
type site struct {
	t             *testing.T
	host          *python.Host
	log           *journal
	plain, secure string // addresses: "127.0.0.1:8000"
	key           string // what a browser is told to trust the certificate by
}

// A journal is a log that several goroutines write.
type journal struct {
	mu   sync.Mutex
	b    bytes.Buffer
	wake chan struct{} // closed at the next line
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.wake != nil {
		close(j.wake)
		j.wake = nil
	}
	return j.b.Write(p)
}

// await waits until the log holds a text n times: what Python prints comes by a pipe of its own.
func (j *journal) await(t *testing.T, text string, n int) {
	t.Helper()
	timeout := time.After(time.Minute)
	for {
		j.mu.Lock()
		if strings.Count(j.b.String(), text) >= n {
			j.mu.Unlock()
			return
		}
		if j.wake == nil {
			j.wake = make(chan struct{})
		}
		wake := j.wake
		j.mu.Unlock()
		select {
		case <-wake:
		case <-timeout:
			t.Fatalf("nothing logs %q; the log has\n%s", text, j.take())
		}
	}
}

// take returns what was written since it was last called.
func (j *journal) take() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	defer j.b.Reset()
	return j.b.String()
}

// django is the project in testdata/mysite on a database of its own.
func django(t *testing.T, application string, opts python.Options) *site {
	t.Helper()
	need(t, "django")
	dir, err := filepath.Abs("testdata/mysite")
	if err != nil {
		t.Fatal(err)
	}
	database, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "db.sqlite3")
	if err := os.WriteFile(path, database, 0o600); err != nil {
		t.Fatal(err)
	}
	opts.Dir = dir
	opts.Env = append(opts.Env, "DATABASE_PATH="+path, "DJANGO_SETTINGS_MODULE=settings")
	s := &site{t: t}
	s.serve(application, opts)
	return s
}

// migrated is the project's database, in which there is the superuser ada.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "migrated")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "db.sqlite3")
	cmd := exec.Command(interpreter, "-B", "-c", `import django
django.setup()
from django.core.management import call_command
call_command("migrate", interactive=False, verbosity=0)
call_command("createsuperuser", interactive=False, username="ada", email="ada@example.com", verbosity=0)`)
	cmd.Dir = "testdata/mysite"
	cmd.Env = append(os.Environ(), "DATABASE_PATH="+path, "DJANGO_SETTINGS_MODULE=settings", "DJANGO_SUPERUSER_PASSWORD="+password)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("migrate the database: %w\n%s", err, out)
	}
	return os.ReadFile(path)
})

// password is that of the superuser.
const password = "a-password-0123"

// hosted serves an application of testdata.
func hosted(t *testing.T, application string, opts python.Options) *site {
	t.Helper()
	if opts.Dir == "" {
		opts.Dir = "testdata"
	}
	s := &site{t: t}
	s.serve(application, opts)
	return s
}

func (s *site) serve(application string, opts python.Options) {
	t := s.t
	t.Helper()
	s.log = new(journal)
	opts.Interpreter = interpreter
	opts.Env = append(opts.Env, "PYTHONDONTWRITEBYTECODE=1")
	opts.Logger = slog.New(slog.NewTextHandler(s.log, nil))
	host, err := python.New(application, &opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := host.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := host.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s.host = host
	s.listen(host)
}

// listen serves over HTTP/1.1 in the clear, and over HTTP/1.1, 2 and 3 with TLS.
func (s *site) listen(h http.Handler) {
	t := s.t
	t.Helper()
	cert, key := certificate(t)
	s.key = key
	srv, err := server.New(h, &server.Options{
		Addresses: []string{"http://127.0.0.1:0", "https://127.0.0.1:0"}, HTTP3: true, Linger: 50 * time.Millisecond,
		TLS: &tls.Config{Certificates: []tls.Certificate{cert}}, Logger: slog.New(slog.NewTextHandler(s.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.plain, s.secure = srv.Addrs()[0].String(), srv.Addrs()[1].String()
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- srv.Run(ctx) }()
	t.Cleanup(func() { // before the host is stopped
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// certificate makes one for localhost, and says what browsers know it by.
func certificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, base64.StdEncoding.EncodeToString(sum[:])
}

// A protocol is one way to ask a site.
type protocol struct {
	name    string // what net/http calls it
	version string // what Python calls it
	url     string
	client  *http.Client
}

// protocols are all ways to ask a site.
func (s *site) protocols() []protocol {
	insecure := &tls.Config{InsecureSkipVerify: true}
	h2 := &http.Transport{TLSClientConfig: insecure.Clone(), ForceAttemptHTTP2: true}
	h3 := &http3.Transport{TLSClientConfig: insecure.Clone()}
	h1 := new(http.Transport)
	s.t.Cleanup(func() {
		h1.CloseIdleConnections()
		h2.CloseIdleConnections()
		h3.Close()
	})
	return []protocol{
		{"HTTP/1.1", "1.1", "http://" + s.plain, &http.Client{Transport: h1}},
		{"HTTP/2.0", "2", "https://" + s.secure, &http.Client{Transport: h2}},
		{"HTTP/3.0", "3", "https://" + s.secure, &http.Client{Transport: h3}},
	}
}
