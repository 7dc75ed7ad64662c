package asgitest

import (
	"crypto/tls"
	"encoding/pem"

	"github.com/nuages-web/nuages/asgi"
)

// The tls extension, version 0.2 of its specification.
var tlsCases = []testCase{
	{"tls/version-and-cipher", tlsVersion},
	{"tls/server-certificate", tlsServerCert},
	{"tls/client-certificate", tlsClientCert},
	{"tls/no-client-certificate", tlsNoClientCert},
}

// tlsScope asks over TLS and returns what the scope tells of it.
func tlsScope(c *check) (*asgi.TLS, tls.ConnectionState) {
	cl := c.get("/")
	call := c.call()
	ext := call.http().Extensions.TLS
	if ext == nil {
		c.fatalf("the scope has no tls extension")
	}
	call.respond(200, "")
	cl.gets(200, "")
	call.end(nil)
	return ext, cl.Conn.(*tls.Conn).ConnectionState()
}

func tlsVersion(c *check) {
	ext, state := tlsScope(c)
	equal(c, "tls_version", ext.Version, state.Version)
	equal(c, "cipher_suite", ext.CipherSuite, state.CipherSuite)
}

// tlsServerCert: servers that do not know it leave it empty.
func tlsServerCert(c *check) {
	ext, state := tlsScope(c)
	if ext.ServerCert == "" {
		c.endf("the server does not tell its certificate")
	}
	want := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: state.PeerCertificates[0].Raw})
	equal(c, "server_cert", ext.ServerCert, string(want))
}

func tlsClientCert(c *check) {
	if len(c.suite.server.TLS.Certificates) == 0 {
		c.endf("Server.TLS has no certificate for the client")
	}
	ext, _ := tlsScope(c)
	sent := c.suite.server.TLS.Certificates[0]
	if len(ext.ClientCertChain) != len(sent.Certificate) {
		c.fatalf("client_cert_chain has %d certificates, want %d", len(ext.ClientCertChain), len(sent.Certificate))
	}
	for i, der := range sent.Certificate {
		equal(c, "certificate of the client", ext.ClientCertChain[i], string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	}
	equal(c, "client_cert_name", ext.ClientCertName, sent.Leaf.Subject.String())
}

func tlsNoClientCert(c *check) {
	config := c.suite.server.TLS.Clone()
	config.Certificates = nil
	plain := *c.suite.server
	plain.TLS = config
	c.suite = &suite{server: &plain, hub: c.hub, addr: c.addr}
	ext, _ := tlsScope(c)
	equal(c, "certificates of the client", len(ext.ClientCertChain), 0)
	equal(c, "client_cert_name", ext.ClientCertName, "")
	equal(c, "client_cert_error", ext.ClientCertError, "")
}
