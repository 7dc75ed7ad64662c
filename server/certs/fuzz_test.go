package certs_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/server/certs"
)

// FuzzFiles: whatever is in the files, there is a certificate that serves or an error that names a
// file and doesn't quote the key.
func FuzzFiles(f *testing.F) {
	c := newCA(f)
	cert, key := c.issue(leaf{names: []string{"example.com"}})
	_, other := c.issue(leaf{})
	f.Add(cert, key)
	f.Add(cert, other)
	f.Add(append(cert, c.pem...), key)
	f.Add(key, cert)
	f.Add([]byte(strings.Replace(string(cert), "\n", "\nProc-Type: 4,ENCRYPTED\n", 1)), key)
	f.Add(cert, []byte(strings.ReplaceAll(string(key), "PRIVATE KEY", "ENCRYPTED PRIVATE KEY")))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"), []byte("-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n"))
	f.Add([]byte{0x30}, []byte{})
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, certData, keyData []byte) {
		sub, err := os.MkdirTemp(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(sub)
		pair := certs.Pair{CertFile: write(t, sub, "cert.pem", certData), KeyFile: write(t, sub, "key.pem", keyData)}
		files, err := certs.NewFiles([]certs.Pair{pair}, nil)
		switch {
		case err == nil && len(served(t, files).Raw) == 0:
			t.Error("got neither a certificate nor an error")
		case err != nil && !strings.Contains(err.Error(), sub+string(filepath.Separator)):
			t.Errorf("the error names no file: %v", err)
		case err != nil && len(err.Error()) > 2000:
			t.Errorf("the error is long: %.200s…", err)
		}
	})
}
