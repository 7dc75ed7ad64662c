package certs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"
)

const (
	maxFile         = 256 << 10 // bytes of a certificate or key file
	maxBundle       = 2 << 20   // bytes of a file of authorities; Debian's has 220 KiB
	maxCertificates = 20        // of a chain; three are usual
)

// readFile reads a file of at most limit bytes. what names it in errors.
func readFile(what, name string, limit int64) ([]byte, fs.FileMode, error) {
	if name == "" {
		return nil, 0, fmt.Errorf("%s: the name of the file is missing", what)
	}
	info, err := os.Stat(name) // before it is opened: to open a pipe would wait for a writer
	if err == nil && !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%s %s: it is no regular file", what, name)
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(name)
	}
	if errors.Is(err, fs.ErrPermission) {
		return nil, 0, fmt.Errorf("%s: %w: let the user that the server runs as read it", what, err)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", what, err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, 0, fmt.Errorf("%s: %w", what, err)
	}
	if int64(len(data)) > limit {
		return nil, 0, fmt.Errorf("%s %s: it has more than %d KiB, which no such file needs", what, name, limit>>10)
	}
	return data, info.Mode(), nil
}

// exposed reports whether every user of the machine may read or change a file of that mode.
func exposed(mode fs.FileMode) bool {
	return runtime.GOOS != "windows" && mode.Perm()&0o007 != 0 // Windows has lists of rights instead
}

// parsePair makes a certificate of the contents of its files.
func parsePair(p Pair, certPEM, keyPEM []byte, now time.Time) (*tls.Certificate, error) {
	if err := checkChain(p.CertFile, certPEM); err != nil {
		return nil, err
	}
	if err := checkKey(p.keyFile(), keyPEM); err != nil {
		return nil, err
	}
	cert, err := tls.X509KeyPair(certPEM, keyPEM)
	if err != nil && strings.Contains(err.Error(), "private key") && strings.Contains(err.Error(), "match") {
		return nil, fmt.Errorf("key %s does not belong to the certificate %s: the server's own certificate must come first in the file, before those of authorities: %w", p.keyFile(), p.CertFile, err)
	}
	if err != nil {
		return nil, fmt.Errorf("certificate %s, key %s: %w", p.CertFile, p.keyFile(), err)
	}
	switch leaf := cert.Leaf; {
	case now.After(leaf.NotAfter):
		return nil, fmt.Errorf("certificate %s expired at %s: get a new one", p.CertFile, leaf.NotAfter.Format(time.RFC3339))
	case now.Before(leaf.NotBefore):
		return nil, fmt.Errorf("certificate %s is not valid before %s: look at the clock of this machine, which says %s",
			p.CertFile, leaf.NotBefore.Format(time.RFC3339), now.UTC().Format(time.RFC3339))
	}
	return &cert, nil
}

// checkChain says what is wrong with the contents of a certificate file, better than crypto/tls does.
func checkChain(name string, data []byte) error {
	n, key := 0, false
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			if n++; n > maxCertificates {
				return fmt.Errorf("certificate %s: it holds more than %d certificates, which no chain needs", name, maxCertificates)
			}
			if _, err := x509.ParseCertificate(block.Bytes); err != nil {
				return fmt.Errorf("certificate %s: certificate %d in it: %w", name, n, err)
			}
		}
		key = key || strings.HasSuffix(block.Type, "PRIVATE KEY")
	}
	switch {
	case n > 0:
		return nil
	case key:
		return fmt.Errorf("certificate %s: it holds a key but no certificate: are the two files swapped?", name)
	case bytes.HasPrefix(data, []byte{0x30}): // an ASN.1 sequence
		return fmt.Errorf("certificate %s: it is in DER: convert it with openssl x509 -inform der -in %s -out cert.pem", name, name)
	}
	return fmt.Errorf("certificate %s: no certificate in it (-----BEGIN CERTIFICATE-----)", name)
}

// checkKey is checkChain for a key file.
func checkKey(name string, data []byte) error {
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if !strings.HasSuffix(block.Type, "PRIVATE KEY") {
			continue
		}
		// The older form (RFC 1421) is not authenticated and lets passwords be guessed fast; of the
		// newer one the standard library knows nothing.
		if block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "" {
			return fmt.Errorf("key %s is encrypted: decrypt it with openssl pkey -in %s -out key.pem, and keep the new file from other users with chmod 600", name, name)
		}
		return nil
	}
	return fmt.Errorf("key %s: no private key in it (-----BEGIN PRIVATE KEY-----)", name)
}
