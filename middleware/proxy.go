package middleware

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// ProxyOptions configures [TrustedProxies]. A proxy passes on whatever header it does not know: each
// of these may be believed only if the proxy sets it itself, or removes what the client sent.
type ProxyOptions struct {
	// Forwarded reads the Forwarded header (RFC 7239) instead of X-Forwarded-For and -Proto. Default
	// false. Only one of the two is ever read, as the proxy knows only one.
	Forwarded bool
	// Host believes the host in Forwarded or X-Forwarded-Host (USE_X_FORWARDED_HOST). Default false.
	Host bool
	// Port believes X-Forwarded-Port (USE_X_FORWARDED_PORT). Default false.
	Port bool
	// NoScheme does not believe what they say of TLS (SECURE_PROXY_SSL_HEADER unset). Default false.
	NoScheme bool
	// UnixSocket trusts peers without an address, which come over a Unix socket. Default false.
	UnixSocket bool
}

// ProxySettings is the Settings of [TrustedProxies], for checks.
type ProxySettings struct {
	Networks []netip.Prefix
	ProxyOptions
}

// TrustedProxies learns the client's address, scheme and host from the proxies in front of the site:
// [web.Request.RemoteAddr], Scheme, IsSecure and Host tell them afterwards. Only what trusted proxies
// have said is believed: the header is read from the right, where the nearest proxy wrote, as long as
// the one before is in these networks too. A header from any other peer is not looked at.
//
// A trusted proxy whose words can't be read, as a scheme that is not http or https, gets a 400.
func TrustedProxies(networks []netip.Prefix, opts *ProxyOptions) web.Middleware {
	p := &proxies{ProxySettings{Networks: networks}}
	if opts != nil {
		p.ProxyOptions = *opts
	}
	return web.Middleware{
		Name: "middleware.TrustedProxies", Settings: p.ProxySettings, Fallback: true,
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				if p.trusts(r.PeerAddr()) {
					if err := p.learn(r); err != nil {
						return web.Response{}, err
					}
				}
				return next(r)
			}
		},
	}
}

type proxies struct{ ProxySettings }

func (p *proxies) trusts(addr netip.Addr) bool {
	if !addr.IsValid() {
		return p.UnixSocket
	}
	return contains(p.Networks, addr)
}

func (p *proxies) learn(r *web.Request) error {
	read := p.xForwarded
	if p.Forwarded {
		read = p.forwarded
	}
	f, err := read(r)
	if err != nil {
		return err
	}
	if p.NoScheme {
		f.Scheme = ""
	}
	if !p.Host {
		f.Host = ""
	}
	f.Scheme = strings.ToLower(f.Scheme)
	if port := lastValue(r.Header["X-Forwarded-Port"]); p.Port && port != "" {
		f.Host = withPort(f.Host, r.Host(), port)
	}
	return r.SetForwarded(f)
}

// withPort puts another port to a host, the request's where none was forwarded.
func withPort(host, requested, port string) string {
	if host == "" {
		host = requested
	}
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		host = host[:i]
	}
	return host + ":" + port
}

// xForwarded reads X-Forwarded-For from the right to the first address that is not a proxy's. Scheme
// and host are what the nearest proxy says, or, when every proxy has added its own, what the one says
// that the client talked to.
func (p *proxies) xForwarded(r *web.Request) (web.Forwarded, error) {
	var f web.Forwarded
	hops := newFromRight(r.Header["X-Forwarded-For"])
	used := 0
	for {
		text, ok := hops.next()
		if !ok {
			break
		}
		addr, ok := parseNode(text)
		if !ok {
			break // "unknown", or none that a proxy of ours wrote
		}
		f.RemoteAddr = addr
		used++
		if !p.trusts(addr) {
			break
		}
	}
	all := countValues(r.Header["X-Forwarded-For"])
	f.Scheme = valueOfHop(r.Header["X-Forwarded-Proto"], used, all)
	f.Host = valueOfHop(r.Header["X-Forwarded-Host"], used, all)
	return f, nil
}

// valueOfHop returns the last value, or the one of a hop counted from the right if there are as many
// values as hops.
func valueOfHop(lines []string, used, all int) string {
	if used < 1 || countValues(lines) != all {
		return lastValue(lines)
	}
	values := newFromRight(lines)
	v := ""
	for range used {
		v, _ = values.next()
	}
	return v
}

func lastValue(lines []string) string {
	values := newFromRight(lines)
	v, _ := values.next()
	return v
}

func countValues(lines []string) int {
	n := 0
	for _, line := range lines {
		n += strings.Count(line, ",") + 1
	}
	return n
}

// fromRight yields the values of a header, which may have several lines, from the last to the first.
type fromRight struct {
	lines []string // still to come, but for rest
	rest  string
	more  bool // there is a value in rest
}

func newFromRight(lines []string) *fromRight { return &fromRight{lines: lines} }

func (f *fromRight) next() (string, bool) {
	if !f.more {
		if len(f.lines) == 0 {
			return "", false
		}
		f.rest, f.lines = f.lines[len(f.lines)-1], f.lines[:len(f.lines)-1]
	}
	value := f.rest
	i := strings.LastIndexByte(f.rest, ',')
	if f.more = i >= 0; f.more {
		value, f.rest = f.rest[i+1:], f.rest[:i]
	}
	return strings.TrimSpace(value), true
}

// parseNode reads an address as proxies write it: with or without a port, IPv6 with or without
// brackets. Names like "unknown" and "_hidden" are none.
func parseNode(s string) (netip.Addr, bool) {
	if addr, err := netip.ParseAddr(s); err == nil {
		return addr.Unmap().WithZone(""), true
	}
	if strings.HasPrefix(s, "[") && strings.HasSuffix(s, "]") {
		addr, err := netip.ParseAddr(s[1 : len(s)-1])
		return addr.Unmap().WithZone(""), err == nil && addr.Is6()
	}
	ap, err := netip.ParseAddrPort(s)
	return ap.Addr().Unmap().WithZone(""), err == nil
}

// forwarded reads Forwarded from the right. Each line is read for itself: one that a client has left
// open must not swallow what a proxy has written on the next.
func (p *proxies) forwarded(r *web.Request) (web.Forwarded, error) {
	var f web.Forwarded
	lines := r.Header["Forwarded"]
	for i := len(lines) - 1; i >= 0; i-- {
		elements, err := parseForwarded(lines[i])
		if err != nil {
			return f, web.NewError(http.StatusBadRequest, "The Forwarded header of this request is not valid.", err)
		}
		for j := len(elements) - 1; j >= 0; j-- {
			e := elements[j]
			addr, ok := parseNode(e.node)
			if ok {
				f.RemoteAddr = addr
			}
			if e.proto != "" {
				f.Scheme = e.proto
			}
			if e.host != "" {
				f.Host = e.host
			}
			if !ok || !p.trusts(addr) {
				return f, nil
			}
		}
	}
	return f, nil
}
