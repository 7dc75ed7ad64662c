package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// A HostError is the cause of the 400 for a Host header that is malformed or not allowed (Django's
// DisallowedHost).
type HostError struct{ Host string }

// Error names the host, quoted and shortened.
func (e *HostError) Error() string { return "host " + quoteShort(e.Host) + " is not allowed" }

// Host returns the host that the client asked for, with its port if it named one. Its form has
// been checked; whether it is one of ours is the task of middleware.AllowedHosts.
func (r *Request) Host() string {
	if r.s.host != "" {
		return r.s.host
	}
	return r.s.raw.Host
}

// Hostname returns the host without port, in lower case.
func (r *Request) Hostname() string {
	host, _ := SplitDomainPort(r.Host())
	return host
}

// Port returns the port that the client asked for, or the scheme's.
func (r *Request) Port() string {
	if _, port := SplitDomainPort(r.Host()); port != "" {
		return port
	}
	if r.IsSecure() {
		return "443"
	}
	return "80"
}

// Scheme returns "http" or "https".
func (r *Request) Scheme() string {
	switch {
	case r.s.scheme != "":
		return r.s.scheme
	case r.s.raw.TLS != nil:
		return "https"
	}
	return "http"
}

// IsSecure tells whether the client's connection is TLS, by itself or by a trusted proxy's word.
func (r *Request) IsSecure() bool { return r.Scheme() == "https" }

// RemoteAddr returns the client's address: the peer's, or what a trusted proxy told. It is the
// zero Addr for peers without one, as over Unix sockets.
func (r *Request) RemoteAddr() netip.Addr {
	if r.s.remote.IsValid() {
		return r.s.remote
	}
	return r.PeerAddr()
}

// PeerAddr returns the address of the other end of the connection.
func (r *Request) PeerAddr() netip.Addr {
	host, _, err := net.SplitHostPort(r.s.raw.RemoteAddr)
	if err != nil {
		host = r.s.raw.RemoteAddr
	}
	addr, _ := netip.ParseAddr(host)
	return addr.Unmap()
}

// Forwarded is what a trusted proxy says of the request that it passes on.
type Forwarded struct {
	RemoteAddr netip.Addr // of the client; the zero Addr leaves it
	Scheme     string     // "http" or "https"; "" leaves it
	Host       string     // with port; "" leaves it
}

// SetForwarded replaces what is known of the client's side of the connection. Only middleware that
// has made sure of the proxy calls it.
func (r *Request) SetForwarded(f Forwarded) error {
	if f.Scheme != "" && f.Scheme != "http" && f.Scheme != "https" {
		return BadRequest("The forwarded scheme of this request is not valid.")
	}
	if f.Host != "" && !validHost(f.Host) {
		return &Error{Status: http.StatusBadRequest, Message: "The forwarded host of this request is not valid.", Cause: &HostError{f.Host}}
	}
	if f.RemoteAddr.IsValid() {
		r.s.remote = f.RemoteAddr.Unmap()
	}
	if f.Scheme != "" {
		r.s.scheme = f.Scheme
	}
	if f.Host != "" {
		r.s.host = f.Host
	}
	return nil
}

// AbsoluteURI returns the absolute form of a location, relative to this request (Django's
// build_absolute_uri). An empty location means the request itself.
func (r *Request) AbsoluteURI(location string) string {
	base := r.Scheme() + "://" + r.Host()
	if location == "" {
		return base + r.FullPath()
	}
	// A scheme without a host is relative to an address of the same scheme (RFC 3986, section 5.2.2).
	if rest, ok := strings.CutPrefix(location, r.Scheme()+":"); ok && !strings.HasPrefix(rest, "//") {
		location = rest
	}
	u, err := url.Parse(IRIToURI(location))
	if err != nil {
		return base + "/"
	}
	if u.Scheme != "" && u.Host != "" {
		return IRIToURI(location)
	}
	b, err := url.Parse(base + escapeLeadingSlashes(EscapePath(r.Path())))
	if err != nil {
		return base + "/"
	}
	return b.ResolveReference(u).String()
}

// SplitDomainPort splits a Host header into its domain, in lower case and without the dot of the
// root, and its port. Both are empty when the header is malformed.
func SplitDomainPort(host string) (domain, port string) {
	host = strings.ToLower(host)
	if !validHost(host) || host == "" {
		return "", ""
	}
	domain = host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && host[len(host)-1] != ']' {
		domain, port = host[:i], host[i+1:]
	}
	return strings.TrimSuffix(domain, "."), port
}

// HostMatches tells whether a domain is matched by one of the patterns: exact names, ".example.com"
// for the domain and all below it, "*" for any. The domain is to be in lower case, as
// [Request.Hostname] gives it (Django's validate_host).
func HostMatches(domain string, patterns []string) bool {
	for _, p := range patterns {
		if p == "*" {
			return true
		}
		if p = strings.ToLower(p); p == domain && p != "" {
			return true
		}
		if len(p) > 1 && p[0] == '.' && (domain == p[1:] || strings.HasSuffix(domain, p)) {
			return true
		}
	}
	return false
}

// validHost checks the form of a Host header: a name of letters, digits, dots, hyphens and
// underscores or an IPv6 literal, and a port. Beside underscores, which names of containers have, this
// is Django's host_validation_re. Empty is allowed, as HTTP/1.0 has no such header.
func validHost(host string) bool {
	if len(host) > 260 {
		return false
	}
	i := 0
	if strings.HasPrefix(host, "[") {
		end := strings.IndexByte(host, ']')
		if end < 0 {
			return false
		}
		if addr, err := netip.ParseAddr(host[1:end]); err != nil || !addr.Is6() || addr.Zone() != "" {
			return false
		}
		i = end + 1
	} else {
		for i < len(host) && (isAlphanumeric(host[i]) || host[i] == '.' || host[i] == '-' || host[i] == '_') {
			i++
		}
	}
	rest := host[i:]
	if rest == "" {
		return true
	}
	return i > 0 && rest[0] == ':' && len(rest) > 1 && len(rest) <= 6 && allOf(rest[1:], isDigit)
}

func allOf(s string, f func(byte) bool) bool {
	for i := 0; i < len(s); i++ {
		if !f(s[i]) {
			return false
		}
	}
	return s != ""
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// localHosts are the hosts of a machine for itself.
var localHosts = []string{".localhost", "127.0.0.1", "[::1]"}

// mayDebug tells whether the client may see debug pages.
func (s *site) mayDebug(r *Request) bool {
	hosts := s.DebugHosts
	if hosts == nil {
		hosts = localHosts
	}
	if !HostMatches(r.Hostname(), hosts) {
		return false
	}
	addr := r.RemoteAddr()
	if addr.IsLoopback() || !addr.IsValid() && s.unixPeer(r) {
		return true
	}
	for _, p := range s.InternalIPs {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// unixPeer tells whether the client came over a Unix socket or an in-memory pipe.
func (s *site) unixPeer(r *Request) bool {
	addr := r.s.raw.RemoteAddr
	return addr == "" || addr == "@" || addr == "pipe"
}
