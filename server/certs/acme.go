package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/net/idna"
)

// Addresses of Let's Encrypt's directories, for [ACMEOptions]. Staging has the same rules with much
// higher limits, and certificates that no browser trusts.
const (
	LetsEncrypt        = "https://acme-v02.api.letsencrypt.org/directory"
	LetsEncryptStaging = "https://acme-staging-v02.api.letsencrypt.org/directory"
)

// ACMEOptions configures [NewACME].
type ACMEOptions struct {
	// AcceptTerms says that you accept the authority's terms of service; its directory has their
	// address. NewACME fails without.
	AcceptTerms bool
	// Email is where the authority may write to. Default none.
	Email string
	// DirectoryURL is the authority. Default [LetsEncrypt].
	DirectoryURL string
	// Folder keeps account, keys and certificates, for each authority in a folder below; several
	// processes may share it. Default "acme" in the folder that systemd names (StateDirectory=),
	// else in the user's: ~/.local/state/nuages or where XDG_STATE_HOME says.
	Folder string
	// ExternalAccount binds the ACME account to one that you have with the authority, where it
	// asks for that (RFC 8555, section 7.3.4). Default none.
	ExternalAccount *ExternalAccount
	// RenewBefore is how long before its end a certificate is renewed, at most 30 days. Default and
	// for negative values: a third of its life, at most 30 days.
	RenewBefore time.Duration
	// HTTPClient talks with the authority. Default one with a time limit of 30 s for each request.
	HTTPClient *http.Client
	// Clients says which certificates clients show. Default none. The authority has none: unless
	// they are optional it can't come in by TLS, and [ACME.HTTPHandler] has to be served.
	Clients Clients
	// Logger gets new certificates, and what goes wrong with the authority. Default slog.Default().
	Logger *slog.Logger
}

// ExternalAccount is what an authority gives its customers for external account binding.
type ExternalAccount struct {
	KeyID string
	// MACKey is the secret key, in base64url as authorities show it.
	MACKey string
}

// ACME are certificates from an authority by the protocol of RFC 8555, one for each domain, with
// P-256 keys. [ACME.Run] fetches and renews them; connections never make it ask for one, so
// strangers can't use up the limits of the account. The authority looks for the server at each
// domain, by TLS on port 443 (tls-alpn-01, RFC 8737) or, where [ACME.HTTPHandler] is served, by
// HTTP on port 80 (http-01). Methods may be called at the same time.
type ACME struct {
	opts    ACMEOptions
	pool    *x509.CertPool
	manager *autocert.Manager
	calls   *transport
	names   []string                 // as they stand in certificates
	ready   map[string]chan struct{} // by name; closed when there is a certificate
	runOnce sync.Once
}

// NewACME prepares certificates for domains, at least one, and none else. They are names that
// lead to this server; wildcards and addresses can't be had in this way. It reads and makes
// folders, but does not yet talk with the authority: what that refuses is logged by Run.
func NewACME(domains []string, opts *ACMEOptions) (*ACME, error) {
	a := &ACME{ready: map[string]chan struct{}{}}
	if opts != nil {
		a.opts = *opts
	}
	if err := a.defaults(); err != nil {
		return nil, err
	}
	for _, domain := range domains {
		name, err := domainName(domain)
		if err != nil {
			return nil, fmt.Errorf("certificate for %q: %w", domain, err)
		}
		if a.ready[name] == nil {
			a.ready[name] = make(chan struct{})
			a.names = append(a.names, name)
		}
	}
	if len(a.names) == 0 {
		return nil, errors.New("certificates by ACME: no domains are named")
	}
	binding, err := a.opts.ExternalAccount.binding()
	if err != nil {
		return nil, err
	}
	if a.pool, err = a.opts.Clients.load(); err != nil {
		return nil, err
	}
	client := *a.opts.HTTPClient
	a.calls = newTransport(client.Transport, a.opts.Logger)
	client.Transport = a.calls
	a.manager = &autocert.Manager{
		Prompt:                 autocert.AcceptTOS, // defaults has seen that they are
		Cache:                  store{autocert.DirCache(a.opts.Folder), a.opts.Logger},
		HostPolicy:             a.allowed,
		RenewBefore:            max(a.opts.RenewBefore, 0),
		Client:                 &acme.Client{DirectoryURL: a.opts.DirectoryURL, HTTPClient: &client, UserAgent: "nuages"},
		Email:                  a.opts.Email,
		ExternalAccountBinding: binding,
	}
	return a, nil
}

// defaults checks options and fills in what is missing.
func (a *ACME) defaults() error {
	o := &a.opts
	if !o.AcceptTerms {
		return errors.New("certificates by ACME: read the authority's terms of service and set AcceptTerms; those of Let's Encrypt are at https://letsencrypt.org/repository/")
	}
	if o.DirectoryURL == "" {
		o.DirectoryURL = LetsEncrypt
	}
	u, err := url.Parse(o.DirectoryURL)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("certificates by ACME: DirectoryURL %q is not the https address of a directory", o.DirectoryURL)
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.HTTPClient == nil {
		o.HTTPClient = &http.Client{Timeout: 30 * time.Second}
	}
	if o.Folder == "" {
		if o.Folder, err = stateFolder("acme"); err != nil {
			return fmt.Errorf("certificates by ACME: no folder to keep them in, set Folder: %w", err)
		}
	}
	if err := privateFolder(o.Folder); err != nil {
		return fmt.Errorf("certificates by ACME: folder to keep them in: %w", err)
	}
	// One authority's certificates must not pass for another's: those of staging would be served on.
	o.Folder = filepath.Join(o.Folder, folderName(u))
	if err := privateFolder(o.Folder); err != nil {
		return fmt.Errorf("certificates by ACME: folder to keep them in: %w", err)
	}
	probe := filepath.Join(o.Folder, "directory") // autocert would ask anew at each start if it couldn't write
	if err := writeFile(probe, []byte(o.DirectoryURL+"\n"), 0o600, false); err != nil {
		return fmt.Errorf("certificates by ACME: folder to keep them in: %w", err)
	}
	return nil
}

// folderName makes a name for a folder of a directory's address.
func folderName(u *url.URL) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '.' || r == '-' {
			return r
		}
		return '_'
	}, strings.ToLower(u.Host+u.Path))
}

// domainName returns a domain as it stands in certificates, or says why it can't.
func domainName(domain string) (string, error) {
	_, notIP := netip.ParseAddr(strings.Trim(domain, "[]"))
	switch {
	case strings.Contains(domain, "*"):
		return "", errors.New("wildcards need proof by DNS, which is not spoken here: name each host, or get a certificate with another program and use its files")
	case notIP == nil:
		return "", errors.New("it is an address: certificates are for names")
	case strings.Contains(domain, ":"):
		return "", errors.New("give the name without scheme and port")
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil {
		return "", fmt.Errorf("it is no domain name: %w", err)
	}
	if !strings.Contains(name, ".") {
		return "", errors.New("no authority knows names without a dot: for development use certs.NewDev")
	}
	return name, nil
}

func (e *ExternalAccount) binding() (*acme.ExternalAccountBinding, error) {
	if e == nil {
		return nil, nil
	}
	key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(e.MACKey, "="))
	if err != nil || len(key) == 0 || e.KeyID == "" {
		return nil, errors.New("external account: KeyID and MACKey are needed, the key in base64url") // not err, which quotes the secret
	}
	return &acme.ExternalAccountBinding{KID: e.KeyID, Key: key}, nil
}

// allowed is the policy of the manager.
func (a *ACME) allowed(_ context.Context, host string) error {
	if a.ready[hostname(host)] == nil {
		return fmt.Errorf("no certificate is kept for %q", host)
	}
	return nil
}

// TLSConfig returns a configuration for servers. Its NextProtos hold acme-tls/1, for the authority;
// a server adds its own before that.
func (a *ACME) TLSConfig() *tls.Config {
	cfg := config(a.certificate, a.opts.Clients, a.pool)
	cfg.NextProtos = []string{acme.ALPNProto}
	return cfg
}

// patience is how long a connection waits for the first certificate.
const patience = 10 * time.Second

func (a *ACME) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := a.names[0] // for clients that name none
	if hello.ServerName != "" {
		name = hostname(hello.ServerName)
	}
	ready := a.ready[name]
	if ready == nil {
		return nil, fmt.Errorf("no certificate is kept for %q", hello.ServerName)
	}
	if slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}) { // the authority's question
		return a.manager.GetCertificate(hello)
	}
	select {
	case <-ready:
	default:
		ctx, cancel := context.WithTimeout(hello.Context(), patience)
		defer cancel()
		select {
		case <-ready:
		case <-ctx.Done():
			return nil, fmt.Errorf("there is no certificate for %s yet", name)
		}
	}
	return a.manager.GetCertificate(helloFor(name))
}

// helloFor asks the manager for the one certificate of a name: not for one with an RSA key, whatever
// the client says, for that would be another to fetch.
func helloFor(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{ServerName: name, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
}

// hostname is the name in a Host header or a handshake as certificates have it, or "".
func hostname(host string) string {
	if i := strings.LastIndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(host, "."))
	if err != nil {
		return ""
	}
	return name
}

// HTTPHandler answers the authority's requests by HTTP and gives all others to fallback. It belongs
// on port 80 and must be asked for before Run; without it only TLS is tried. fallback nil redirects
// to https, where the domains are concerned: a site that is reached by https alone.
func (a *ACME) HTTPHandler(fallback http.Handler) http.Handler {
	if fallback == nil {
		fallback = http.HandlerFunc(a.redirect)
	}
	return a.manager.HTTPHandler(fallback)
}

// redirect leads to https. A form that was sent in the clear is refused, so that its author notices.
func (a *ACME) redirect(w http.ResponseWriter, r *http.Request) {
	name := hostname(r.Host)
	switch {
	case a.ready[name] == nil:
		http.Error(w, "This host is not served here.", http.StatusMisdirectedRequest)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "Use https.", http.StatusBadRequest)
	default:
		// Not RequestURI, which an odd request line makes end the host's name elsewhere.
		to := url.URL{Scheme: "https", Host: name, Path: "/" + strings.TrimPrefix(r.URL.Path, "/"), RawQuery: r.URL.RawQuery}
		if strings.HasPrefix(r.URL.RawPath, "/") {
			to.RawPath = r.URL.RawPath
		}
		http.Redirect(w, r, to.String(), http.StatusMovedPermanently)
	}
}
