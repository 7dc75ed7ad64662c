package guide

import (
	"net/http"
	"path/filepath"

	"github.com/nuages-web/nuages/server/certs"
)

// FromFiles takes the certificates of two sites as certbot keeps them, below /etc/letsencrypt/live.
func FromFiles(live string) (*certs.Files, error) {
	var pairs []certs.Pair
	for _, site := range []string{"example.com", "example.org"} {
		pairs = append(pairs, certs.Pair{
			CertFile: filepath.Join(live, site, "fullchain.pem"),
			KeyFile:  filepath.Join(live, site, "privkey.pem"),
		})
	}
	return certs.NewFiles(pairs, nil)
}

// ForPartners lets only clients in whose certificates the partners' authority has signed.
func ForPartners(pair certs.Pair, authority string) (*certs.Files, error) {
	return certs.NewFiles([]certs.Pair{pair}, &certs.FilesOptions{
		Clients: certs.Clients{CAFile: authority},
	})
}

// FromLetsEncrypt takes certificates for two names, at first from the authority for trials. The
// handler belongs on port 80.
func FromLetsEncrypt(folder string) (*certs.ACME, http.Handler, error) {
	acme, err := certs.NewACME([]string{"example.com", "www.example.com"}, &certs.ACMEOptions{
		AcceptTerms:  true, // of https://letsencrypt.org/repository/
		Email:        "admin@example.com",
		DirectoryURL: certs.LetsEncryptStaging, // for real: leave it out
		Folder:       folder,
	})
	if err != nil {
		return nil, nil, err
	}
	return acme, acme.HTTPHandler(nil), nil
}
