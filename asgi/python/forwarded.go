package python

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/asgi"
)

// clean takes out of a request's headers what an application must not see, in place, and learns the
// client's address and scheme from proxies that are trusted.
//
// WSGI, and Django under ASGI too, make HTTP_X_FORWARDED_FOR of X-Forwarded-For and of X_Forwarded_For:
// names with underscores are dropped, as proxies do that know of it. Fields of the connection are not the
// application's business (RFC 9110, section 7.6.1), and Proxy would become HTTP_PROXY (CVE-2016-1000110).
func (h *Host) clean(client *asgi.Addr, scheme *string, headers asgi.Headers) asgi.Headers {
	trusted := h.trusts(client.Host)
	if trusted {
		h.learn(client, scheme, headers)
	}
	return slices.DeleteFunc(headers, func(f asgi.Header) bool {
		switch f.Name {
		case "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "proxy":
			return true
		case "forwarded", "x-real-ip":
			return !trusted
		}
		return !trusted && strings.HasPrefix(f.Name, "x-forwarded-") || strings.IndexByte(f.Name, '_') >= 0
	})
}

// ClientAddr returns the address of a request's client as the application is told it: what trusted
// proxies say, or else the peer's. It is "" where there is none, as for Unix sockets.
func (h *Host) ClientAddr(r *http.Request) string {
	client := clientOf(r.RemoteAddr)
	if values := r.Header["X-Forwarded-For"]; len(values) > 0 && h.trusts(client.Host) {
		scheme := ""
		headers := make(asgi.Headers, len(values))
		for i, v := range values {
			headers[i] = asgi.Header{Name: "x-forwarded-for", Value: v}
		}
		h.learn(&client, &scheme, headers)
	}
	if _, err := netip.ParseAddr(client.Host); err != nil {
		return ""
	}
	return client.Host
}

func clientOf(remote string) asgi.Addr {
	host, port, err := net.SplitHostPort(remote)
	if err != nil {
		return asgi.Addr{Host: remote}
	}
	n, _ := strconv.Atoi(port)
	return asgi.Addr{Host: host, Port: n}
}

// trusts tells whether a peer's word about the client is taken.
func (h *Host) trusts(host string) bool {
	if len(h.opts.TrustedProxies) == 0 && !h.opts.TrustUnixSocket {
		return false
	}
	addr, err := netip.ParseAddr(host)
	if err != nil { // a Unix socket's
		return h.opts.TrustUnixSocket && (host == "" || host[0] == '/' || host[0] == '@')
	}
	addr = addr.Unmap().WithZone("")
	return slices.ContainsFunc(h.opts.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// learn reads X-Forwarded-For from the right, where the nearest proxy wrote, to the first address that is
// not a trusted proxy's, and the nearest proxy's X-Forwarded-Proto.
func (h *Host) learn(client *asgi.Addr, scheme *string, headers asgi.Headers) {
	for _, value := range slices.Backward(listOf(headers, "x-forwarded-for")) {
		addr, port, ok := parseNode(value)
		if !ok {
			break // "unknown", or nothing that a proxy of ours wrote
		}
		*client = asgi.Addr{Host: addr.String(), Port: port}
		if !h.trusts(addr.String()) {
			break
		}
	}
	protos := listOf(headers, "x-forwarded-proto")
	if len(protos) == 0 {
		return
	}
	socket := strings.HasPrefix(*scheme, "ws")
	switch strings.ToLower(protos[len(protos)-1]) {
	case "https", "wss":
		*scheme = "https"
		if socket {
			*scheme = "wss"
		}
	case "http", "ws":
		*scheme = "http"
		if socket {
			*scheme = "ws"
		}
	}
}

// listOf returns the elements of all fields of a name.
func listOf(headers asgi.Headers, name string) []string {
	var list []string
	for _, f := range headers {
		if f.Name != name {
			continue
		}
		for v := range strings.SplitSeq(f.Value, ",") {
			if v = strings.TrimSpace(v); v != "" {
				list = append(list, v)
			}
		}
	}
	return list
}

// parseNode reads an address, which may have a port.
func parseNode(text string) (netip.Addr, int, bool) {
	if addr, err := netip.ParseAddr(strings.Trim(text, "[]")); err == nil {
		return addr.Unmap().WithZone(""), 0, true
	}
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.Addr().Unmap().WithZone(""), int(at.Port()), true
	}
	return netip.Addr{}, 0, false
}
