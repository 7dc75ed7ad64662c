package certs_test

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/server/certs"
)

// TestFilesOpenSSL takes keys in all the forms that OpenSSL writes, and refuses encrypted ones with
// advice that works.
func TestFilesOpenSSL(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ok := func(args ...string) {
		t.Helper()
		if out, err := tool(t, "openssl", args...); err != nil {
			t.Fatalf("openssl %s: %v\n%s", args, err, out)
		}
	}
	certFor := func(key string, more ...string) string {
		t.Helper()
		ok(append([]string{"req", "-x509", "-new", "-key", key, "-out", key + ".crt", "-days", "1", "-subj", "/O=test", "-addext", "subjectAltName=DNS:example.com"}, more...)...)
		return key + ".crt"
	}
	path := func(name string) string { return filepath.Join(dir, name) }
	ok("genrsa", "-traditional", "-out", path("pkcs1"), "2048")
	ok("pkcs8", "-topk8", "-nocrypt", "-in", path("pkcs1"), "-out", path("pkcs8"))
	ok("ecparam", "-genkey", "-name", "prime256v1", "-out", path("sec1")) // with a block of parameters before the key
	ok("genpkey", "-algorithm", "ed25519", "-out", path("ed25519"))
	for _, name := range []string{"pkcs1", "pkcs8", "sec1", "ed25519"} {
		f, err := certs.NewFiles([]certs.Pair{{CertFile: certFor(path(name)), KeyFile: path(name)}}, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if _, err := shake(t, f.TLSConfig(), &tls.Config{ServerName: "example.com", InsecureSkipVerify: true}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	ok("rsa", "-traditional", "-aes256", "-passout", "pass:word", "-in", path("pkcs1"), "-out", path("old"))
	ok("pkcs8", "-topk8", "-passout", "pass:word", "-in", path("pkcs1"), "-out", path("new"))
	for _, name := range []string{"old", "new"} {
		pair := certs.Pair{CertFile: certFor(path(name), "-passin", "pass:word"), KeyFile: path(name)}
		_, err := certs.NewFiles([]certs.Pair{pair}, nil)
		if err == nil {
			t.Errorf("%s: got no error", name)
			continue
		}
		_, command, _ := strings.Cut(err.Error(), "decrypt it with openssl ")
		command, _, _ = strings.Cut(command, ",")
		command = strings.Replace(command, "-out key.pem", "-passin pass:word -out "+path(name+".plain"), 1)
		ok(strings.Fields(command)...)
		if info, err := os.Stat(path(name + ".plain")); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
		pair.KeyFile += ".plain"
		if _, err := certs.NewFiles([]certs.Pair{pair}, nil); err != nil {
			t.Errorf("%s, decrypted: %v", name, err)
		}
	}
}
