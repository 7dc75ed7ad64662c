package server

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"

	"github.com/nuages-web/nuages/server/certs"
)

// A Config is what the people who run a program set: the [Options], and where certificates come from.
// The commands runserver and serve take each field also from the environment and from a flag; see
// `serve --help`.
type Config struct {
	Options
	// CertFile and KeyFile are PEM files of the certificate, with its chain, and its key. They are
	// read again when they change.
	CertFile, KeyFile string
	// ClientCAFile is a PEM file of the authorities whose certificates clients have to show. Default
	// none: clients show none.
	ClientCAFile string
	// ClientCertOptional lets clients in that show no certificate. Default false.
	ClientCertOptional bool
	// ACMEDomains are the domains that certificates are fetched for, from Let's Encrypt if
	// ACMEDirectory names no other authority. A socket of port 80 or 443 has to be reachable from
	// the internet.
	ACMEDomains []string
	// ACMEEmail is where the authority may write to. Default none.
	ACMEEmail string
	// ACMEAcceptTerms says that you accept the authority's terms of service. It has to be set.
	ACMEAcceptTerms bool
	// ACMEDirectory is the address of the authority's directory. Default Let's Encrypt's.
	ACMEDirectory string
	// ACMEFolder keeps account and certificates. Default: see certs.ACMEOptions.
	ACMEFolder string
	// DevCert takes a certificate for localhost from the developer's own authority; see the command
	// devcert.
	DevCert bool
	// DevHosts are further hosts of that certificate.
	DevHosts []string
	// ControlSocket is the path of a Unix socket by which the command restart reaches the running
	// program. Default none.
	ControlSocket string
}

// A CertSource is where certificates come from, such as the types of package certs. Run does the
// work beside until its context ends.
type CertSource interface {
	TLSConfig() *tls.Config
	Run(ctx context.Context) error
}

// Certificates returns the source that the configuration asks for, nil if it asks for none.
func (c *Config) Certificates(logger *slog.Logger) (CertSource, error) {
	asked := 0
	for _, is := range []bool{c.CertFile != "" || c.KeyFile != "", len(c.ACMEDomains) > 0, c.DevCert} {
		if is {
			asked++
		}
	}
	if asked > 1 {
		return nil, errors.New("certificates: CertFile, ACMEDomains and DevCert exclude each other; set one of them")
	}
	clients := certs.Clients{CAFile: c.ClientCAFile, Optional: c.ClientCertOptional}
	switch {
	case c.CertFile == "" && c.KeyFile != "":
		return nil, errors.New("certificates: there is a KeyFile, but no CertFile")
	case c.CertFile != "":
		return certs.NewFiles([]certs.Pair{{CertFile: c.CertFile, KeyFile: c.KeyFile}}, &certs.FilesOptions{Clients: clients, Logger: logger})
	case len(c.ACMEDomains) > 0:
		return certs.NewACME(c.ACMEDomains, &certs.ACMEOptions{
			AcceptTerms: c.ACMEAcceptTerms, Email: c.ACMEEmail, DirectoryURL: c.ACMEDirectory, Folder: c.ACMEFolder, Clients: clients, Logger: logger,
		})
	case c.DevCert:
		return certs.NewDev(c.DevHosts, &certs.DevOptions{Clients: clients, Logger: logger})
	}
	if c.ClientCAFile != "" {
		return nil, errors.New("certificates: clients can show theirs only where the server has one: set CertFile, ACMEDomains or DevCert")
	}
	return nil, nil
}
