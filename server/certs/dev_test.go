package certs_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/server/certs"
)

func newDev(t *testing.T, dir string, hosts ...string) *certs.Dev {
	t.Helper()
	d, err := certs.NewDev(hosts, &certs.DevOptions{Folder: dir})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// tool runs a program that is not ours.
func tool(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		realdjango.Missing(t, name)
	}
	out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput()
	return string(out), err
}

func TestDevOpenSSL(t *testing.T) {
	t.Parallel()
	d := newDev(t, filepath.Join(t.TempDir(), "made"), "shop.localhost", "*.shop.test", "192.168.1.7", "SHOP.test.")
	for _, host := range []string{"-verify_hostname=localhost", "-verify_hostname=shop.localhost", "-verify_hostname=www.shop.test", "-verify_ip=127.0.0.1", "-verify_ip=::1", "-verify_ip=192.168.1.7"} {
		option, value, _ := strings.Cut(host, "=")
		out, err := tool(t, "openssl", "verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", d.AuthorityFile(), option, value, d.File())
		if err != nil {
			t.Errorf("%s: %v\n%s", host, err, out)
		}
	}
	for file, wants := range map[string][]string{
		d.File():          {"DNS:localhost, DNS:*.localhost, DNS:shop.localhost, DNS:*.shop.test, DNS:shop.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:192.168.1.7", "TLS Web Server Authentication", "prime256v1", "Authority Key Identifier"},
		d.AuthorityFile(): {"CA:TRUE, pathlen:0", "Name Constraints: critical", "DNS:home.arpa", "IP:127.0.0.0/255.0.0.0", "Certificate Sign, CRL Sign"},
	} {
		out, err := tool(t, "openssl", "x509", "-noout", "-text", "-in", file)
		for _, want := range wants {
			if err != nil || !strings.Contains(out, want) {
				t.Errorf("%s: got %v\n%s\nwant %q", filepath.Base(file), err, out, want)
			}
		}
	}
	if life := d.Expires().Sub(served(t, d).NotBefore); life > 397*24*time.Hour {
		t.Errorf("browsers refuse certificates for %s", life)
	}
}

// TestDevLimited makes a certificate for a name that the authority is not for, with its key.
func TestDevLimited(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := newDev(t, dir)
	file := write(t, dir, "stolen.pem", certPEM(stolen(t, dir, "bank.example.com").Certificates[0].Certificate[0]))
	if out, err := tool(t, "openssl", "verify", "-CAfile", d.AuthorityFile(), file); err == nil || !strings.Contains(out, "permitted subtree violation") {
		t.Errorf("openssl: got %v\n%s", err, out)
	}
}

// stolen is a certificate for a name, made with the key of the authority in a folder.
func stolen(t *testing.T, dir, name string) *tls.Config {
	t.Helper()
	file := filepath.Join(dir, "authority.pem")
	pair, err := tls.LoadX509KeyPair(file, file)
	if err != nil {
		t.Fatal(err)
	}
	thief := &ca{t: t, cert: pair.Leaf, key: pair.PrivateKey.(*ecdsa.PrivateKey)}
	cert, err := tls.X509KeyPair(thief.issue(leaf{names: []string{name}}))
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}}
}

func TestDevCurl(t *testing.T) {
	t.Parallel()
	d := newDev(t, t.TempDir(), "shop.localhost")
	ln, port := listen(t)
	serveHTTP(t, ln, &http.Server{TLSConfig: d.TLSConfig(), Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("hello over " + r.Proto))
	})})
	for _, host := range []string{"localhost", "127.0.0.1", "shop.localhost"} {
		out, err := tool(t, "curl", "-sS", "--noproxy", "*", "--cacert", d.AuthorityFile(), "--resolve", fmt.Sprintf("%s:%d:127.0.0.1", host, port), fmt.Sprintf("https://%s:%d/", host, port))
		if err != nil || out != "hello over HTTP/2.0" {
			t.Errorf("%s: got %q, %v", host, out, err)
		}
	}
	if out, err := tool(t, "curl", "-sS", "--noproxy", "*", fmt.Sprintf("https://127.0.0.1:%d/", port)); err == nil {
		t.Errorf("without the authority: got %q", out)
	}
}

func TestDevHosts(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, bad := range []string{
		"example.com", "com", "test", "*.com", "a.example", "localhost.example.com", "8.8.8.8", "2001:db8::1", "*", "*.", "",
		"https://shop.test", "shop.test:8000", "a/../b.test", "*.*.test", "a b.test", "*.test", "xlocalhost", "\x00.test",
	} {
		if _, err := certs.NewDev([]string{bad}, &certs.DevOptions{Folder: dir}); err == nil || !strings.Contains(err.Error(), "development certificate for") {
			t.Errorf("%q: got error %v", bad, err)
		}
	}
	d := newDev(t, dir, "bücher.test", "[fd00::1]", "::ffff:10.1.2.3", "localhost", "127.0.0.1", "db.internal")
	want := []string{"localhost", "*.localhost", "127.0.0.1", "::1", "xn--bcher-kva.test", "fd00::1", "10.1.2.3", "db.internal"}
	if got := d.Hosts(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if err := served(t, d).VerifyHostname("bücher.test"); err == nil {
		t.Error("x509 takes names as they are written now: devName need not convert them")
	}
}

func TestDevKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "a", "b")
		first := newDev(t, dir)
		again := newDev(t, dir)
		if !served(t, first).Equal(served(t, again)) {
			t.Error("the second start made another certificate")
		}
		more := newDev(t, dir, "shop.test")
		if served(t, more).Equal(served(t, first)) || !authority(t, first).Equal(authority(t, more)) {
			t.Error("want another certificate of the same authority for other hosts")
		}
		if runtime.GOOS != "windows" {
			for name, want := range map[string]os.FileMode{"": 0o700, "authority.pem": 0o600, "localhost.pem": 0o600, "ca.pem": 0o644} {
				info, err := os.Stat(filepath.Join(dir, name))
				if err != nil || info.Mode().Perm() != want {
					t.Errorf("%q: got %v, %v, want %v", name, info.Mode(), err, want)
				}
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- more.Run(ctx) }()
		old := served(t, more)
		time.Sleep(59 * 24 * time.Hour)
		synctest.Wait()
		if !served(t, more).Equal(old) {
			t.Error("renewed after 59 days already")
		}
		time.Sleep(25 * time.Hour)
		synctest.Wait()
		if served(t, more).Equal(old) || !more.Expires().After(time.Now().Add(80*24*time.Hour)) {
			t.Errorf("not renewed after 60 days: ends at %s", more.Expires())
		}
		if !slices.Equal(served(t, more).DNSNames, old.DNSNames) {
			t.Errorf("renewed for %s", served(t, more).DNSNames)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// authority is the certificate of the authority that a source writes.
func authority(t *testing.T, d *certs.Dev) *x509.Certificate {
	t.Helper()
	cert, err := tls.LoadX509KeyPair(d.AuthorityFile(), filepath.Join(filepath.Dir(d.AuthorityFile()), "authority.pem"))
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf
}

// TestDevAtOnce: programs that start together agree on one authority.
func TestDevAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wg sync.WaitGroup
	list := make([]*certs.Dev, 8)
	for i := range list {
		wg.Go(func() {
			d, err := certs.NewDev(nil, &certs.DevOptions{Folder: dir})
			if err != nil {
				t.Error(err)
			}
			list[i] = d
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	for _, d := range list {
		if err := served(t, d).CheckSignatureFrom(authority(t, list[0])); err != nil {
			t.Error(err)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, ".new-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %s, %v", left, err)
	}
}

func TestDevErrors(t *testing.T) {
	t.Parallel()
	c := newCA(t)
	cert, key := c.issue(leaf{})
	tests := []struct {
		name, want string
		prepare    func(t *testing.T, dir string) error
	}{
		{"exposed key", "can be read by other users", func(t *testing.T, dir string) error {
			newDev(t, dir)
			return os.Chmod(filepath.Join(dir, "authority.pem"), 0o640)
		}},
		{"damaged authority", "remove it to have a new one made", func(t *testing.T, dir string) error {
			write(t, dir, "authority.pem", []byte("x"))
			return nil
		}},
		{"no authority", "it is no authority", func(t *testing.T, dir string) error {
			write(t, dir, "authority.pem", append(cert, key...))
			return nil
		}},
		{"authority near its end", "has to be trusted anew", func(t *testing.T, dir string) error {
			write(t, dir, "authority.pem", append(c.pem, keyPEM(t, c.key)...))
			return nil
		}},
		{"folder of others", "chmod 700", func(t *testing.T, dir string) error { return os.Chmod(dir, 0o777) }},
		{"damaged certificate is replaced", "", func(t *testing.T, dir string) error {
			write(t, dir, "localhost.pem", []byte("x"))
			return nil
		}},
		{"huge certificate", "more than 256 KiB", func(t *testing.T, dir string) error {
			write(t, dir, "localhost.pem", make([]byte, 1<<20))
			return nil
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if err := test.prepare(t, dir); err != nil {
				t.Fatal(err)
			}
			_, err := certs.NewDev(nil, &certs.DevOptions{Folder: dir})
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got error %v, want one with %q", err, test.want)
			}
		})
	}
}
