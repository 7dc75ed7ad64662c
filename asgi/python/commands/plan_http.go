package commands

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/cli"
)

func (s *serving) planTLS(p *plan) error {
	f := s.flags
	if f.cert != "" {
		p.server.CertFile = f.cert
	}
	if f.key != "" {
		p.server.KeyFile = f.key
	}
	reqs := strings.TrimPrefix(f.certReqs, "CERT_")
	switch {
	case f.ca != "" && reqs == "":
		return cli.Hint(usagef("--ssl-ca-certs alone: it is not said whether clients have to show a certificate"),
			"Add --ssl-cert-reqs 2 if they have to, 1 if they may, or 0 if they don't, which is what uvicorn and gunicorn take for granted.")
	case f.ca == "" && (reqs == "1" || reqs == "2" || reqs == "REQUIRED" || reqs == "OPTIONAL"):
		return cli.Hint(usagef("--ssl-cert-reqs %s: the authorities of the certificates are missing", f.certReqs), "Name a PEM file with --ssl-ca-certs.")
	}
	switch reqs {
	case "", "0", "NONE":
	case "1", "OPTIONAL":
		p.server.ClientCAFile, p.server.ClientCertOptional = f.ca, true
	case "2", "REQUIRED":
		p.server.ClientCAFile = f.ca
	default:
		return usagef("--ssl-cert-reqs %s: want 0, 1 or 2", f.certReqs)
	}
	return nil
}

func (s *serving) planProtocols(p *plan) error {
	f := s.flags
	version, err := choose("http", f.http, map[string]int{"": 2, "auto": 2, "h11": 2, "httptools": 2, "zttp": 2, "1.1": 1, "1": 1, "2": 2, "3": 3})
	if err != nil {
		return err
	}
	if f.httpProtocols != "" {
		version = 1
		for _, name := range strings.Split(f.httpProtocols, ",") {
			n, err := choose("http-protocols", strings.TrimSpace(name), map[string]int{"h1": 1, "h2": 2, "h3": 3})
			if err != nil {
				return err
			}
			version = max(version, n)
		}
	}
	switch version {
	case 1:
		p.server.NoHTTP2 = true
	case 3:
		p.server.HTTP3 = true
		if p.server.CertFile == "" && len(p.server.ACMEDomains) == 0 && !p.server.DevCert {
			return cli.Hint(usagef("--http 3: HTTP/3 needs a certificate"), "Name one with --ssl-certfile, fetch one with --acme-domain, or take --dev-cert on your own machine.")
		}
	}
	return nil
}

// everybody is what * stands for.
var everybody = []netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")}

// parseTrusted reads the trusted proxies.
func parseTrusted(flag, text string) (list []netip.Prefix, unix bool, err error) {
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }) {
		switch {
		case part == "*":
			list, unix = append(list, everybody...), true
			continue
		case part == "unix" || strings.HasPrefix(part, "unix:") || strings.HasPrefix(part, "/"):
			unix = true
			continue
		case part == "localhost":
			part = "127.0.0.1"
		}
		if addr, err := netip.ParseAddr(part); err == nil {
			addr = addr.Unmap().WithZone("")
			list = append(list, netip.PrefixFrom(addr, addr.BitLen()))
			continue
		}
		prefix, err := netip.ParsePrefix(part)
		if err != nil {
			return nil, false, usagef("--%s: %q is no address or network, as 10.0.0.1 or 10.0.0.0/8; unix and * are allowed too", flag, part)
		}
		list = append(list, prefix.Masked())
	}
	return list, unix, nil
}

func (s *serving) planProxies(p *plan) error {
	f := s.flags
	text := f.forwarded
	if text == "" {
		text, _ = s.LookupEnv("FORWARDED_ALLOW_IPS")
	}
	trusted, unix, err := parseTrusted("forwarded-allow-ips", or(text, "127.0.0.1,::1,unix"))
	if err != nil {
		return err
	}
	senders := trusted
	if f.proxyFrom != "" {
		if senders, _, err = parseTrusted("proxy-allow-from", f.proxyFrom); err != nil {
			return err
		}
	}
	if f.noProxy {
		trusted, unix = nil, false
	}
	p.python.TrustedProxies, p.python.TrustUnixSocket = trusted, unix
	// The server lets these open any number of connections, which nobody shall who is not named.
	if p.server.ProxyProtocol || !slices.Contains(senders, everybody[0]) {
		p.server.TrustedProxies = senders
	}
	return nil
}

func (s *serving) planHeaders(p *plan) error {
	f := s.flags
	for _, text := range f.headers {
		name, value, ok := strings.Cut(text, ":")
		if value = strings.TrimSpace(value); !ok || !isToken(name) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return usagef("--header %q: want NAME:VALUE", text)
		}
		p.front.headers = append(p.front.headers, [2]string{name, value})
	}
	switch {
	case f.serverName != "" && strings.ContainsFunc(f.serverName, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return usagef("--server-name %q: it holds control characters", f.serverName)
	case f.serverName != "":
		p.front.headers = append(p.front.headers, [2]string{"Server", f.serverName})
	case f.serverHeader && !f.noServer:
		p.front.headers = append(p.front.headers, [2]string{"Server", "nuages"})
	}
	p.front.noDate = f.noDate
	return nil
}

func isToken(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~") == ""
}
