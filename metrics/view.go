package metrics

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// View answers with all metrics: in the text form of Prometheus, or in OpenMetrics' where the client
// prefers it. Clients outside of Options.AllowFrom and hosts that are not among Options.Hosts get a 403,
// whose cause, for the log, says which. So does a client of which a proxy has said something that
// nobody has checked (X-Forwarded-For, Via and others): behind a proxy every client has the proxy's
// address, which is a loopback one where both run on one machine. There middleware.TrustedProxies has
// to stand outside of the view.
func (m *Metrics) View(r *web.Request) (web.Response, error) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return web.Response{}, web.MethodNotAllowed(http.MethodGet, http.MethodHead)
	}
	if err := m.refusal(r); err != nil {
		return web.Response{}, web.NewError(http.StatusForbidden, "The metrics are not shown to this client.", fmt.Errorf("metrics: %w", err))
	}
	m.server.learn(web.ServerFromContext(r.Context()))
	resp, err := m.page(r)
	if err == nil {
		resp.Header().Set("Cache-Control", "no-store")
	}
	return resp, err
}

// refusal tells why a client may not see the metrics, nil if it may.
func (m *Metrics) refusal(r *web.Request) error {
	addr := r.RemoteAddr()
	if addr == r.PeerAddr() {
		for name := range r.Header {
			if saysForwarded(name) {
				return fmt.Errorf("the request came through a proxy (it has the header %s), and no middleware.TrustedProxies outside of the view has told the client", name)
			}
		}
	}
	if !m.allows(addr) {
		return fmt.Errorf("the client %v is not in Options.AllowFrom", addr)
	}
	host := r.Hostname()
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil && host != "localhost" && !web.HostMatches(host, m.opts.Hosts) {
		return fmt.Errorf("the host %q is not among Options.Hosts", host)
	}
	return nil
}

func saysForwarded(header string) bool {
	return strings.HasPrefix(header, "X-Forwarded-") || header == "Forwarded" || header == "Via" || header == "X-Real-Ip"
}

func (m *Metrics) allows(addr netip.Addr) bool {
	if addr.IsLoopback() {
		return true
	}
	addr = addr.WithZone("") // no prefix contains an address with one
	for _, p := range m.opts.AllowFrom {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}
