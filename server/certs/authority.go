package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// authority signs development certificates.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

const authorityLife = 10 * 365 * 24 * time.Hour

// loadAuthority loads the authority of a folder, or makes one. Certificate and key are in one file,
// so that they always belong together; ca.pem beside it has the certificate alone.
func loadAuthority(dir string, now time.Time) (*authority, error) {
	name := filepath.Join(dir, "authority.pem")
	data, mode, err := readFile("certificate and key", name, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeAuthority(name, now); err != nil && err != errExists { // another process was faster
			return nil, fmt.Errorf("make %s: %w", name, err)
		}
		data, mode, err = readFile("certificate and key", name, maxFile)
	}
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && mode.Perm()&0o077 != 0 {
		return nil, fmt.Errorf("the key in %s can be read by other users, who may have made certificates with it: remove the file, and ca.pem from where it is trusted", name)
	}
	pair, err := tls.X509KeyPair(data, data)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged, remove it to have a new one made: %w", name, err)
	}
	key, ok := pair.PrivateKey.(*ecdsa.PrivateKey)
	switch ca := pair.Leaf; {
	case !ok || !ca.IsCA:
		return nil, fmt.Errorf("%s is damaged, remove it to have a new one made: it is no authority", name)
	case now.Add(devLife).After(ca.NotAfter):
		return nil, fmt.Errorf("the authority in %s ends at %s: remove it to have a new one made, which has to be trusted anew", name, ca.NotAfter.Format(time.DateOnly))
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Leaf.Raw})
	if old, err := os.ReadFile(filepath.Join(dir, "ca.pem")); err != nil || string(old) != string(public) {
		if err := writeFile(filepath.Join(dir, "ca.pem"), public, 0o644, false); err != nil {
			return nil, err
		}
	}
	return &authority{pair.Leaf, key}, nil
}

// makeAuthority writes a new authority, limited to devDomains and devNetworks.
func makeAuthority(name string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	host, _ := os.Hostname() // tells authorities apart where several are trusted
	template := &x509.Certificate{
		Subject:                     pkix.Name{Organization: []string{"Nuages development"}, CommonName: "Nuages development authority " + host},
		NotBefore:                   now.Add(-time.Hour), // clocks of containers and phones differ
		NotAfter:                    now.Add(authorityLife),
		KeyUsage:                    x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid:       true,
		IsCA:                        true,
		MaxPathLenZero:              true,
		PermittedDNSDomainsCritical: true,
		PermittedDNSDomains:         devDomains,
		PermittedIPRanges:           networks(),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return err
	}
	data, err := encode(&tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key})
	if err != nil {
		return err
	}
	return writeFile(name, data, 0o600, true)
}

// issue makes a certificate for hosts.
func (a *authority) issue(hosts []string, now time.Time) (*tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		Subject:     pkix.Name{Organization: []string{"Nuages development"}},
		NotBefore:   now.Add(-time.Hour),
		NotAfter:    now.Add(devLife),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if addr, err := netip.ParseAddr(host); err == nil {
			template.IPAddresses = append(template.IPAddresses, addr.AsSlice())
		} else {
			template.DNSNames = append(template.DNSNames, host)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}, nil
}

// encode writes certificate and key as PEM.
func encode(cert *tls.Certificate) ([]byte, error) {
	key, err := x509.MarshalPKCS8PrivateKey(cert.PrivateKey)
	if err != nil {
		return nil, err
	}
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificate[0]})
	return append(data, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})...), nil
}
