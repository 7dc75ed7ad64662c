// Package certs says where a server's TLS certificates come from: from files that may change while
// the server runs ([NewFiles]), from an authority that speaks ACME, such as Let's Encrypt
// ([NewACME]), or from an authority of the developer's own machine ([NewDev]).
//
//	source, err := certs.NewFiles([]certs.Pair{{CertFile: "cert.pem", KeyFile: "key.pem"}}, nil)
//	if err != nil {
//		return err
//	}
//	go source.Run(ctx) // looks for new files, until ctx ends
//	s := &http.Server{TLSConfig: source.TLSConfig(), Handler: handler}
//	err = s.ListenAndServeTLS("", "")
//
// The three types have two methods in common, for servers that take any of them:
//
//	interface {
//		TLSConfig() *tls.Config
//		Run(ctx context.Context) error
//	}
//
// TLSConfig returns a new configuration at each call, whose certificates change by themselves: TLS
// 1.2 and 1.3, for 1.2 only those cipher suites that HTTP/2 doesn't prohibit. It leaves NextProtos
// (h2, http/1.1) to the server, which adds them before those that are there. Run does the work
// beside: without it certificates are not renewed, and those of ACME not even fetched. Keys of
// session tickets are made anew in each process, so the first connection of a client after a
// restart makes a full handshake.
package certs

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// Clients says which certificates clients show (mutual TLS). The zero value asks for none.
type Clients struct {
	// CAFile is a PEM file with the authorities whose certificates clients have. It is read once.
	// Default none: clients are not asked.
	CAFile string
	// Optional lets clients in that show no certificate; one that is shown must be good all the
	// same. Default: no certificate, no connection.
	Optional bool
}

// apply sets what cfg asks of clients.
func (c Clients) apply(cfg *tls.Config, pool *x509.CertPool) {
	switch {
	case pool == nil:
	case c.Optional:
		cfg.ClientCAs, cfg.ClientAuth = pool, tls.VerifyClientCertIfGiven
	default:
		cfg.ClientCAs, cfg.ClientAuth = pool, tls.RequireAndVerifyClientCert
	}
}

// load reads CAFile, if there is one.
func (c Clients) load() (*x509.CertPool, error) {
	if c.CAFile == "" {
		if c.Optional {
			return nil, fmt.Errorf("certificates of clients: Optional is set, but no CAFile to check them with")
		}
		return nil, nil
	}
	data, _, err := readFile("authorities of clients", c.CAFile, maxBundle)
	if err != nil {
		return nil, err
	}
	pool, n := x509.NewCertPool(), 0
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("authorities of clients %s: certificate %d: %w", c.CAFile, n+1, err)
		}
		pool.AddCert(cert)
		n++
	}
	if n == 0 {
		return nil, fmt.Errorf("authorities of clients %s: no certificate in it (-----BEGIN CERTIFICATE-----)", c.CAFile)
	}
	return pool, nil
}

// config is what all sources have in common.
func config(certificate func(*tls.ClientHelloInfo) (*tls.Certificate, error), clients Clients, pool *x509.CertPool) *tls.Config {
	cfg := &tls.Config{
		MinVersion: tls.VersionTLS12,
		// Those of TLS 1.2 with ephemeral keys and AEAD: none is on the list of RFC 9113, appendix A.
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
		GetCertificate: certificate,
	}
	clients.apply(cfg, pool)
	return cfg
}
