package certs_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/server/certs"
)

// hello is what a client of today says.
func hello(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{
		ServerName:        name,
		CipherSuites:      []uint16{tls.TLS_AES_128_GCM_SHA256},
		SupportedVersions: []uint16{tls.VersionTLS13},
		SignatureSchemes:  []tls.SignatureScheme{tls.ECDSAWithP256AndSHA256},
		SupportedCurves:   []tls.CurveID{tls.X25519},
		SupportedProtos:   []string{"h2", "http/1.1"},
	}
}

// BenchmarkFiles chooses the last of so many certificates.
func BenchmarkFiles(b *testing.B) {
	for _, n := range []int{1, 20, 200} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			c, dir := newCA(b), b.TempDir()
			var pairs []certs.Pair
			for i := range n {
				cert, key := c.issue(leaf{names: []string{fmt.Sprintf("site%d.example.com", i)}})
				pairs = append(pairs, certs.Pair{CertFile: write(b, dir, fmt.Sprint(i), append(cert, key...))})
			}
			f, err := certs.NewFiles(pairs, nil)
			if err != nil {
				b.Fatal(err)
			}
			benchmark(b, f.TLSConfig(), hello(fmt.Sprintf("site%d.example.com", n-1)))
		})
	}
}

// BenchmarkACME chooses a certificate that has come from the folder.
func BenchmarkACME(b *testing.B) {
	dir := b.TempDir()
	sub := filepath.Join(dir, "ca.example_dir")
	if err := os.Mkdir(sub, 0o700); err != nil {
		b.Fatal(err)
	}
	cert, key := newCA(b).issue(leaf{names: []string{"shop.example"}})
	write(b, sub, "shop.example", append(key, cert...)) // in the order of autocert
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	a, err := certs.NewACME([]string{"shop.example"}, &certs.ACMEOptions{AcceptTerms: true, DirectoryURL: "https://ca.example/dir", Folder: dir, Logger: log})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx) }()
	defer func() { stop(); <-ended }()
	if _, err := shake(b, a.TLSConfig(), &tls.Config{ServerName: "shop.example", InsecureSkipVerify: true}); err != nil {
		b.Fatal(err)
	}
	benchmark(b, a.TLSConfig(), hello("shop.example"))
}

func benchmark(b *testing.B, cfg *tls.Config, hello *tls.ClientHelloInfo) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := cfg.GetCertificate(hello); err != nil {
			b.Fatal(err)
		}
	}
}
