package certs_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nuages-web/nuages/server/certs"
)

// newFiles writes a pair for names and makes Files of it.
func newFiles(t *testing.T, c *ca, opts *certs.FilesOptions, names ...string) (*certs.Files, certs.Pair) {
	t.Helper()
	dir := t.TempDir()
	cert, key := c.issue(leaf{names: names})
	pair := certs.Pair{CertFile: write(t, dir, "cert.pem", cert), KeyFile: write(t, dir, "key.pem", key)}
	f, err := certs.NewFiles([]certs.Pair{pair}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return f, pair
}

func TestFilesByName(t *testing.T) {
	t.Parallel()
	c := newCA(t)
	dir := t.TempDir()
	var pairs []certs.Pair
	for i, name := range []string{"a.example.com", "*.example.com", "example.org"} {
		cert, key := c.issue(leaf{names: []string{name}, serial: int64(i + 1)})
		both := write(t, dir, strings.Trim(name, "*.")+string(rune('0'+i))+".pem", append(cert, key...))
		pairs = append(pairs, certs.Pair{CertFile: both}) // the key is in the same file
	}
	f, err := certs.NewFiles(pairs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]int64{
		"a.example.com": 1, "A.Example.COM": 1, "b.example.com": 2, "a.b.example.com": 1, "example.com": 1,
		"example.org": 3, "www.example.org": 1, "elsewhere.net": 1, "": 1, "127.0.0.1": 1, "*.example.com": 2,
		"a.example.com\x00.evil": 1, "..": 1, "-": 1, strings.Repeat("a", 300) + ".example.com": 2, "xn--zz.example.com": 2, "ä.example.org": 1,
	} {
		state, err := shake(t, f.TLSConfig(), &tls.Config{ServerName: name, InsecureSkipVerify: true})
		if err != nil {
			t.Errorf("%q: %v", name, err)
		} else if got := state.PeerCertificates[0].SerialNumber.Int64(); got != want {
			t.Errorf("%q: got certificate %d (%s), want %d", name, got, state.PeerCertificates[0].DNSNames, want)
		}
	}
}

// TestFilesByKey: of two certificates for one name a client gets the one whose signatures it knows.
func TestFilesByKey(t *testing.T) {
	t.Parallel()
	c, dir := newCA(t), t.TempDir()
	cert, key := c.issue(leaf{names: []string{"example.com"}})
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	rsaCert := c.sign(leaf{names: []string{"example.com"}}, rsaKey.Public())
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey)})
	f, err := certs.NewFiles([]certs.Pair{
		{CertFile: write(t, dir, "ecdsa.pem", append(key, cert...))},
		{CertFile: write(t, dir, "rsa.pem", append(pkcs1, rsaCert...))},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for suite, want := range map[uint16]x509.PublicKeyAlgorithm{tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: x509.RSA, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: x509.ECDSA} {
		state, err := shake(t, f.TLSConfig(), &tls.Config{ServerName: "example.com", RootCAs: c.pool(), MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite}})
		if err != nil || state.PeerCertificates[0].PublicKeyAlgorithm != want {
			t.Errorf("%s: got %v, want an %s certificate", tls.CipherSuiteName(suite), err, want)
		}
	}
}

func TestFilesErrors(t *testing.T) {
	t.Parallel()
	c := newCA(t)
	dir := t.TempDir()
	cert, key := c.issue(leaf{names: []string{"example.com"}})
	_, other := c.issue(leaf{names: []string{"example.com"}})
	expired, expiredKey := c.issue(leaf{names: []string{"example.com"}, from: -2 * time.Hour, to: -time.Hour})
	future, futureKey := c.issue(leaf{names: []string{"example.com"}, from: time.Hour})
	block, _ := pem.Decode(cert)
	write(t, dir, "good.pem", append(cert, key...))
	tests := []struct {
		name      string
		cert, key []byte
		want      string
	}{
		{"another key", cert, other, "does not belong to the certificate"},
		{"authority first", append(append([]byte{}, c.pem...), cert...), key, "must come first"},
		{"expired", expired, expiredKey, "expired at"},
		{"not yet", future, futureKey, "look at the clock"},
		{"swapped", key, cert, "are the two files swapped?"},
		{"empty", nil, key, "no certificate in it"},
		{"no key", cert, []byte("\n"), "no private key in it"},
		{"garbage", []byte(strings.Repeat("-----BEGIN CERTIFICATE-----\n", 5000)), key, "no certificate in it"},
		{"garbage in the block", certPEM([]byte("what?")), key, "certificate 1 in it: x509: "},
		{"garbage in the key", cert, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("what?")}), "failed to parse private key"},
		{"DER", block.Bytes, key, "openssl x509 -inform der"},
		{"huge", append(cert, make([]byte, 1<<20)...), key, "more than 256 KiB"},
		{"many", []byte(strings.Repeat(string(cert), 21)), key, "more than 20 certificates"},
		{"encrypted", cert, pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}), "is encrypted: decrypt it with openssl pkey"},
		{"encrypted as of old", cert, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}, Bytes: []byte("x")}), "is encrypted"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			pair := certs.Pair{CertFile: write(t, dir, "cert.pem", test.cert), KeyFile: write(t, dir, "key.pem", test.key)}
			_, err := certs.NewFiles([]certs.Pair{pair}, nil)
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), dir) {
				t.Errorf("got error %v, want one with %q and the name of the file", err, test.want)
			}
			if err != nil && strings.Contains(err.Error(), "BEGIN CERT") && len(err.Error()) > 1000 {
				t.Errorf("the error quotes the file: %.300q…", err)
			}
		})
	}
	for name, pair := range map[string]certs.Pair{
		"no such file": {CertFile: filepath.Join(dir, "none.pem")},
		"is missing":   {},
		"no regular":   {CertFile: dir},
		"key: stat":    {CertFile: filepath.Join(dir, "good.pem"), KeyFile: filepath.Join(dir, "none.pem")},
	} {
		if _, err := certs.NewFiles([]certs.Pair{pair}, nil); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%+v: got error %v, want one with %q", pair, err, name)
		}
	}
	if _, err := certs.NewFiles(nil, nil); err == nil {
		t.Error("no pairs: got no error")
	}
}

// served is the certificate that a source gives now.
func served(t *testing.T, s interface{ TLSConfig() *tls.Config }) *x509.Certificate {
	t.Helper()
	cert, err := s.TLSConfig().GetCertificate(&tls.ClientHelloInfo{})
	if err != nil {
		t.Fatal(err)
	}
	return cert.Leaf
}

func TestFilesReload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCA(t) // made at the time of the bubble
		log, logger := newLogbook()
		f, pair := newFiles(t, c, &certs.FilesOptions{Logger: logger}, "one.example.com")
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- f.Run(ctx) }()
		pass := func() { // one look at the files, and a bit
			time.Sleep(10 * time.Second)
			synctest.Wait()
		}
		expect := func(name string) {
			t.Helper()
			if got := served(t, f).DNSNames[0]; got != name {
				t.Errorf("got the certificate of %s, want that of %s; log:\n%s", got, name, log)
			}
		}
		dir := filepath.Dir(pair.CertFile)
		time.Sleep(time.Second)

		cert, key := c.issue(leaf{names: []string{"two.example.com"}})
		write(t, dir, "cert.pem", cert)
		pass()
		expect("one.example.com")
		write(t, dir, "key.pem", key)
		pass()
		expect("two.example.com")
		if text := log.String(); strings.Contains(text, "ERROR") || strings.Count(text, "certificate reloaded") != 1 {
			t.Errorf("one file after the other: got log\n%s", text)
		}

		write(t, dir, "key.pem", []byte("broken"))
		pass()
		pass()
		pass()
		expect("two.example.com")
		if text := log.String(); strings.Count(text, "ERROR") != 1 || !strings.Contains(text, "no private key in it") {
			t.Errorf("a broken file: got log\n%s", text)
		}
		if err := f.Reload(); err == nil || !strings.Contains(err.Error(), "no private key in it") {
			t.Errorf("Reload: got %v", err)
		}
		expect("two.example.com")
		write(t, dir, "key.pem", key)
		pass()
		write(t, dir, "key.pem", []byte("broken")) // again: told again
		pass()
		pass()
		if text := log.String(); strings.Count(text, "ERROR") != 2 {
			t.Errorf("broken again: got log\n%s", text)
		}

		cert, key = c.issue(leaf{names: []string{"three.example.com"}, to: 10 * time.Hour})
		write(t, dir, "cert.pem", cert)
		write(t, dir, "key.pem", key)
		if err := f.Reload(); err != nil {
			t.Error(err)
		}
		expect("three.example.com")
		time.Sleep(9 * time.Hour)
		synctest.Wait()
		if text := log.String(); strings.Count(text, "expires soon") != 1 {
			t.Errorf("near the end of the certificate: got log\n%s", text)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// TestFilesLinks has the files change as Kubernetes and certbot change them.
func TestFilesLinks(t *testing.T) {
	t.Parallel()
	c := newCA(t)
	dir := t.TempDir()
	for _, version := range []string{"1", "2", "3"} {
		if err := os.Mkdir(filepath.Join(dir, "..data-"+version), 0o700); err != nil {
			t.Fatal(err)
		}
		cert, key := c.issue(leaf{names: []string{"v" + version + ".example.com"}})
		write(t, filepath.Join(dir, "..data-"+version), "tls.crt", cert)
		write(t, filepath.Join(dir, "..data-"+version), "tls.key", key)
	}
	link := func(to, name string) { // ln -sfT
		t.Helper()
		if err := os.Symlink(to, filepath.Join(dir, "new")); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(filepath.Join(dir, "new"), filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	link("..data-1", "..data")
	link("..data/tls.crt", "tls.crt")
	link("..data/tls.key", "tls.key")
	f, err := certs.NewFiles([]certs.Pair{{CertFile: filepath.Join(dir, "tls.crt"), KeyFile: filepath.Join(dir, "tls.key")}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(want string) {
		t.Helper()
		err := f.Reload()
		if got := served(t, f).DNSNames[0]; err != nil || got != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
	expect("v1.example.com")
	link("..data-2", "..data") // Kubernetes: the folder
	expect("v2.example.com")
	link("..data-3/tls.key", "tls.key") // certbot: file by file
	link("..data-3/tls.crt", "tls.crt")
	expect("v3.example.com")
}

func TestFilesExposedKey(t *testing.T) {
	t.Parallel()
	c := newCA(t)
	dir := t.TempDir()
	cert, key := c.issue(leaf{})
	pair := certs.Pair{CertFile: write(t, dir, "cert.pem", cert), KeyFile: write(t, dir, "key.pem", key)}
	for mode, want := range map[os.FileMode]bool{0o600: false, 0o640: false, 0o644: true, 0o602: true} {
		if err := os.Chmod(pair.KeyFile, mode); err != nil {
			t.Fatal(err)
		}
		log, logger := newLogbook()
		if _, err := certs.NewFiles([]certs.Pair{pair}, &certs.FilesOptions{Logger: logger}); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(log.String(), "chmod 600"); got != want {
			t.Errorf("%#o: got log %q, want a warning: %t", mode, log, want)
		}
		if !strings.Contains(log.String(), "no subject alternative names") {
			t.Errorf("a certificate without names: got log %q", log)
		}
	}
}

func TestClients(t *testing.T) {
	t.Parallel()
	c, stranger := newCA(t), newCA(t)
	file := write(t, t.TempDir(), "ca.pem", append([]byte("a comment\n"), c.pem...))
	show := func(c *ca) *tls.Config {
		cfg := &tls.Config{InsecureSkipVerify: true}
		if c != nil {
			cert, err := tls.X509KeyPair(c.issue(leaf{client: true}))
			if err != nil {
				t.Fatal(err)
			}
			cfg.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cert, nil }
		}
		return cfg
	}
	tests := []struct {
		name                 string
		clients              certs.Clients
		none, good, stranger bool // whether a client that shows such a certificate gets in
	}{
		{"not asked", certs.Clients{}, true, true, true},
		{"required", certs.Clients{CAFile: file}, false, true, false},
		{"optional", certs.Clients{CAFile: file, Optional: true}, true, true, false},
	}
	for _, test := range tests {
		f, _ := newFiles(t, c, &certs.FilesOptions{Clients: test.clients}, "example.com")
		for name, want := range map[*ca]bool{nil: test.none, c: test.good, stranger: test.stranger} {
			if _, err := shake(t, f.TLSConfig(), show(name)); (err == nil) != want {
				t.Errorf("%s: got %v, want in: %t", test.name, err, want)
			}
		}
	}
	for want, clients := range map[string]certs.Clients{
		"no CAFile":      {Optional: true},
		"no such file":   {CAFile: file + ".none"},
		"no certificate": {CAFile: write(t, t.TempDir(), "empty.pem", nil)},
		"certificate 1:": {CAFile: write(t, t.TempDir(), "bad.pem", certPEM([]byte("x")))},
	} {
		_, err := certs.NewDev(nil, &certs.DevOptions{Folder: t.TempDir(), Clients: clients})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: got error %v, want one with %q", clients, err, want)
		}
	}
}

func TestVersionsAndSuites(t *testing.T) {
	t.Parallel()
	f, _ := newFiles(t, newCA(t), nil, "example.com")
	if _, err := shake(t, f.TLSConfig(), &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil {
		t.Error("TLS 1.1: got in")
	}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if suite.SupportedVersions[0] == tls.VersionTLS13 || strings.Contains(suite.Name, "RSA") && !strings.Contains(suite.Name, "ECDSA") {
			continue // those of TLS 1.3 are all good, and an RSA one doesn't fit this certificate
		}
		_, err := shake(t, f.TLSConfig(), &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite.ID}})
		good := strings.Contains(suite.Name, "GCM") || strings.Contains(suite.Name, "POLY1305")
		if (err == nil) != good {
			t.Errorf("%s: got %v, want in: %t", suite.Name, err, good)
		}
	}
	for _, id := range f.TLSConfig().CipherSuites { // RFC 9113, appendix A allows no others of those that Go has
		if name := tls.CipherSuiteName(id); !strings.HasPrefix(name, "TLS_ECDHE_") || !strings.Contains(name, "GCM") && !strings.Contains(name, "POLY1305") {
			t.Errorf("HTTP/2 prohibits %s", name)
		}
	}
}
