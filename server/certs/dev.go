package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/net/idna"

	"github.com/nuages-web/nuages/async"
)

// DevOptions configures [NewDev].
type DevOptions struct {
	// Folder keeps the authority and the certificate. Default "dev-certs" in the folder that
	// systemd names (StateDirectory=), else in the user's: ~/.local/state/nuages or where
	// XDG_STATE_HOME says. Projects share it, so that one authority is trusted once.
	Folder string
	// Clients says which certificates clients show. Default none.
	Clients Clients
	// Logger gets new certificates. Default slog.Default().
	Logger *slog.Logger
}

// Dev is a certificate for development from an authority of this machine's user. Browsers accept it
// once they are told to trust the authority, [Dev.AuthorityFile]; nothing here tells them. Whoever
// has the authority's key can make certificates that these browsers accept, but only for names and
// addresses that nobody owns: the authority is limited to them (RFC 5280, section 4.2.1.10), where
// clients heed such limits. Methods may be called at the same time.
type Dev struct {
	opts  DevOptions
	pool  *x509.CertPool
	hosts []string
	cert  atomic.Pointer[tls.Certificate]
}

// NewDev makes or loads the authority, and a certificate for localhost, *.localhost, 127.0.0.1, ::1
// and hosts: names below localhost, test, internal, local and home.arpa, and addresses of loopback,
// private and link-local networks. Most clients don't accept *.localhost: name the hosts below
// localhost that you use.
func NewDev(hosts []string, opts *DevOptions) (*Dev, error) {
	d := &Dev{hosts: []string{"localhost", "*.localhost", "127.0.0.1", "::1"}}
	if opts != nil {
		d.opts = *opts
	}
	if d.opts.Logger == nil {
		d.opts.Logger = slog.Default()
	}
	for _, host := range hosts {
		name, err := devName(host)
		if err != nil {
			return nil, fmt.Errorf("development certificate for %q: %w", host, err)
		}
		if !slices.Contains(d.hosts, name) {
			d.hosts = append(d.hosts, name)
		}
	}
	var err error
	if d.pool, err = d.opts.Clients.load(); err != nil {
		return nil, err
	}
	if d.opts.Folder == "" {
		if d.opts.Folder, err = stateFolder("dev-certs"); err != nil {
			return nil, fmt.Errorf("development certificate: no folder to keep it in, set Folder: %w", err)
		}
	}
	if d.opts.Folder, err = filepath.Abs(d.opts.Folder); err != nil {
		return nil, fmt.Errorf("development certificate: %w", err)
	}
	if err := privateFolder(d.opts.Folder); err != nil {
		return nil, fmt.Errorf("development certificate: %w", err)
	}
	if err := d.renew(time.Now()); err != nil {
		return nil, err
	}
	return d, nil
}

// devDomains and devNetworks are what the authority is limited to: names that are nobody's on the
// Internet (RFC 6761, 6762, 8375, and ICANN's .internal), and addresses that aren't routed there.
var (
	devDomains  = []string{"localhost", "test", "internal", "local", "home.arpa"}
	devNetworks = []string{"127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10"}
)

// devName returns a host as it stands in the certificate, or says why it can't.
func devName(host string) (string, error) {
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		addr = addr.Unmap().WithZone("")
		for _, network := range devNetworks {
			if netip.MustParsePrefix(network).Contains(addr) {
				return addr.String(), nil
			}
		}
		return "", errors.New("only addresses of loopback, private and link-local networks can be had")
	}
	rest, wild := strings.CutPrefix(host, "*.")
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(rest, "."))
	if err != nil || strings.ContainsAny(name, ":/") {
		return "", errors.New("it is no host name: give it without scheme and port")
	}
	for _, domain := range devDomains {
		if name == domain && !wild && domain == "localhost" || strings.HasSuffix(name, "."+domain) || name == "localhost" && wild {
			if wild {
				name = "*." + name
			}
			return name, nil
		}
	}
	return "", fmt.Errorf("the development authority is limited to names that nobody owns: those below %s", strings.Join(devDomains, ", "))
}

// AuthorityFile is the absolute path of the authority's certificate, for clients to trust: ca.pem in
// the folder.
func (d *Dev) AuthorityFile() string { return filepath.Join(d.opts.Folder, "ca.pem") }

// File is the absolute path of certificate and key, for other programs: localhost.pem in the folder,
// where the last program that asked for other hosts has replaced it.
func (d *Dev) File() string { return filepath.Join(d.opts.Folder, "localhost.pem") }

// Hosts are the names and addresses of the certificate.
func (d *Dev) Hosts() []string { return slices.Clone(d.hosts) }

// Expires is when the certificate does. Run makes another 30 days before.
func (d *Dev) Expires() time.Time { return d.cert.Load().Leaf.NotAfter }

// TLSConfig returns a configuration for servers.
func (d *Dev) TLSConfig() *tls.Config {
	certificate := func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return d.cert.Load(), nil }
	return config(certificate, d.opts.Clients, d.pool)
}

// Run renews the certificate until ctx ends; then it returns nil.
func (d *Dev) Run(ctx context.Context) error {
	for async.Sleep(ctx, time.Hour) == nil {
		if now := time.Now(); stale(d.cert.Load().Leaf, now) {
			if err := d.renew(now); err != nil {
				d.opts.Logger.Error("renew the development certificate", "error", err)
			}
		}
	}
	return nil
}

const (
	devLife    = 90 * 24 * time.Hour // browsers refuse more than 397 days
	devReserve = 30 * 24 * time.Hour
)

// stale reports whether it is time for a new certificate.
func stale(leaf *x509.Certificate, now time.Time) bool {
	return now.Before(leaf.NotBefore) || leaf.NotAfter.Sub(now) < devReserve
}

// renew loads the certificate, or makes one where there is none that fits.
func (d *Dev) renew(now time.Time) error {
	ca, err := loadAuthority(d.opts.Folder, now)
	if err != nil {
		return fmt.Errorf("development authority: %w", err)
	}
	data, _, err := readFile("development certificate", d.File(), maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if cert, err := tls.X509KeyPair(data, data); err == nil && d.fits(cert.Leaf, ca, now) {
		d.cert.Store(&cert)
		return nil
	}
	cert, err := ca.issue(d.hosts, now)
	if err == nil {
		data, err = encode(cert)
	}
	if err == nil {
		err = writeFile(d.File(), data, 0o600, false)
	}
	if err != nil {
		return fmt.Errorf("make the development certificate: %w", err)
	}
	d.cert.Store(cert)
	return nil
}

// fits reports whether a certificate is the authority's, for these hosts and not near its end.
func (d *Dev) fits(leaf *x509.Certificate, ca *authority, now time.Time) bool {
	have, want := names(leaf), slices.Clone(d.hosts)
	slices.Sort(have)
	slices.Sort(want)
	return slices.Equal(have, want) && !stale(leaf, now) && leaf.CheckSignatureFrom(ca.cert) == nil
}

// networks are devNetworks for package x509.
func networks() []*net.IPNet {
	var list []*net.IPNet
	for _, text := range devNetworks {
		p := netip.MustParsePrefix(text)
		list = append(list, &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())})
	}
	return list
}
