package certs

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Pair names the PEM files of a certificate.
type Pair struct {
	// CertFile holds the server's certificate and after it those of the authorities between it and
	// the root, as certbot's fullchain.pem.
	CertFile string
	// KeyFile holds the private key (PKCS #8, PKCS #1 or SEC 1, not encrypted). Default CertFile.
	KeyFile string
}

func (p Pair) keyFile() string {
	if p.KeyFile == "" {
		return p.CertFile
	}
	return p.KeyFile
}

// FilesOptions configures [NewFiles].
type FilesOptions struct {
	// Interval is how often [Files.Run] looks for changes of the files. Default 10 s; negative:
	// never, new files are seen by [Files.Reload] alone.
	Interval time.Duration
	// Clients says which certificates clients show. Default none.
	Clients Clients
	// Logger gets reloads, and files that can't be used. Default slog.Default().
	Logger *slog.Logger
}

// Files are certificates from files. Where files change, by whatever means (rewritten, renamed,
// symbolic links that now lead elsewhere), Run takes the new ones. A pair that can't be used is
// logged and leaves the one before it in place, and so does a pair of which only one file has been
// replaced yet. Methods may be called at the same time.
type Files struct {
	opts    FilesOptions
	pool    *x509.CertPool
	current atomic.Pointer[chosen]

	mu    sync.Mutex // held while files are read
	pairs []*pairState
}

// pairState is a pair and what has become of it.
type pairState struct {
	Pair
	cert    *tls.Certificate
	sum     contents
	trouble string // what kept the last reading from being used
	told    bool   // trouble, or the near end of the certificate, has been logged
}

// contents are a hash of both files: more certain than times and sizes, and no key is kept.
type contents [sha256.Size]byte

// NewFiles reads the certificates of pairs, at least one. A client gets the first for the
// name it asks for, else the first whose wildcard stands for the name's first label (RFC 6125),
// of those with a key that the client knows; where none fits, or no name is asked for, the first of
// all. It is an error if a file can't be read, a key does not
// belong to its certificate, or a certificate is out of date.
func NewFiles(pairs []Pair, opts *FilesOptions) (*Files, error) {
	f := &Files{}
	if opts != nil {
		f.opts = *opts
	}
	if f.opts.Interval == 0 {
		f.opts.Interval = 10 * time.Second
	}
	if f.opts.Logger == nil {
		f.opts.Logger = slog.Default()
	}
	if len(pairs) == 0 {
		return nil, errors.New("certificates from files: no files are named")
	}
	for _, p := range pairs {
		f.pairs = append(f.pairs, &pairState{Pair: p})
	}
	var err error
	if f.pool, err = f.opts.Clients.load(); err != nil {
		return nil, err
	}
	if err := f.Reload(); err != nil {
		return nil, err
	}
	return f, nil
}

// TLSConfig returns a configuration for servers whose certificates follow the files.
func (f *Files) TLSConfig() *tls.Config { return config(f.certificate, f.opts.Clients, f.pool) }

// chosen are the certificates to choose from.
type chosen struct {
	first  *tls.Certificate
	byName map[string][]*tls.Certificate // in the order of pairs; a name may begin with "*."
}

func (f *Files) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	c := f.current.Load()
	name := strings.ToLower(hello.ServerName)
	_, parent, _ := strings.Cut(name, ".")
	for _, key := range []string{name, "*." + parent} {
		for _, cert := range c.byName[key] {
			if hello.SupportsCertificate(cert) == nil {
				return cert, nil
			}
		}
	}
	return c.first, nil
}

// Reload reads all files now. Pairs that can't be used stay as they were; the error tells of them.
func (f *Files) Reload() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	var errs []error
	for _, p := range f.pairs {
		if _, err := f.read(p); err != nil {
			errs = append(errs, err)
		}
	}
	if len(errs) == 0 || f.current.Load() != nil {
		f.publish()
	}
	return errors.Join(errs...)
}

// Run looks for changes of the files until ctx ends; then it returns nil.
func (f *Files) Run(ctx context.Context) error {
	if f.opts.Interval < 0 {
		<-ctx.Done()
		return nil
	}
	ticker := time.NewTicker(f.opts.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			f.look()
		}
	}
}

// look reads the files and logs what has become of them.
func (f *Files) look() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.pairs {
		changed, err := f.read(p)
		switch {
		case err != nil && err.Error() != p.trouble:
			// Perhaps one of two files has been replaced and the other is about to be: it is
			// trouble if it stays so.
			p.trouble, p.told = err.Error(), false
		case err != nil && !p.told:
			p.told = true
			f.opts.Logger.Error("new certificate files can't be used, the certificate before them stays", "error", err)
		case err != nil:
		case changed:
			f.opts.Logger.Info("certificate reloaded", "file", p.CertFile, "names", names(p.cert.Leaf), "expires", p.cert.Leaf.NotAfter)
		case !p.told && expiresSoon(p.cert.Leaf, time.Now()):
			p.told = true
			f.opts.Logger.Warn("certificate expires soon: renew it", "file", p.CertFile, "expires", p.cert.Leaf.NotAfter)
		}
	}
	f.publish()
}

// read takes the files of p, if they have changed and can be used.
func (f *Files) read(p *pairState) (changed bool, err error) {
	certPEM, _, err := readFile("certificate", p.CertFile, maxFile)
	if err != nil {
		return false, err
	}
	keyPEM, mode, err := readFile("key", p.keyFile(), maxFile)
	if err != nil {
		return false, err
	}
	sum := hash(certPEM, keyPEM)
	if p.cert != nil && sum == p.sum {
		if p.trouble != "" {
			p.trouble, p.told = "", false
		}
		return false, nil
	}
	cert, err := parsePair(p.Pair, certPEM, keyPEM, time.Now())
	if err != nil {
		return false, err
	}
	f.warn(p.Pair, cert.Leaf, mode)
	p.cert, p.sum, p.trouble, p.told = cert, sum, "", false
	return true, nil
}

// warn logs what is odd about a pair that can be used.
func (f *Files) warn(p Pair, leaf *x509.Certificate, mode fs.FileMode) {
	if exposed(mode) {
		f.opts.Logger.Warn("key can be read by every user of this machine: chmod 600, or 640 with a group of its own",
			"file", p.keyFile(), "mode", fmt.Sprintf("%#o", mode.Perm()))
	}
	if len(leaf.DNSNames)+len(leaf.IPAddresses) == 0 {
		f.opts.Logger.Warn("certificate has no subject alternative names: browsers refuse it", "file", p.CertFile)
	}
}

func (f *Files) publish() {
	c := &chosen{f.pairs[0].cert, map[string][]*tls.Certificate{}}
	for _, p := range f.pairs {
		for _, name := range p.cert.Leaf.DNSNames {
			name = strings.ToLower(name)
			c.byName[name] = append(c.byName[name], p.cert)
		}
	}
	f.current.Store(c)
}

// hash is one for both files together, wherever the border is.
func hash(certPEM, keyPEM []byte) contents {
	c, k := sha256.Sum256(certPEM), sha256.Sum256(keyPEM)
	return sha256.Sum256(append(c[:], k[:]...))
}

// names are those that a certificate is for.
func names(leaf *x509.Certificate) []string {
	list := append([]string(nil), leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		list = append(list, ip.String())
	}
	return list
}

// expiresSoon reports whether less than a tenth of a certificate's life is left: nine days of
// ninety. Whoever renews it should have done so long before.
func expiresSoon(leaf *x509.Certificate, now time.Time) bool {
	return leaf.NotAfter.Sub(now) < leaf.NotAfter.Sub(leaf.NotBefore)/10
}
