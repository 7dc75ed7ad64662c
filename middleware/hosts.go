package middleware

import (
	"net/http"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// AllowedHostsOptions configures [AllowedHosts].
type AllowedHostsOptions struct {
	// Debug allows localhost, its subdomains and the loopback addresses when no hosts are given, as
	// Django's DEBUG does. Default false.
	Debug bool
}

// HostSettings is the Settings of [AllowedHosts], for checks.
type HostSettings struct {
	Hosts []string // in lower case
	Debug bool
}

// AllowedHosts answers requests for other hosts than these with 400, before anything makes a link or
// a redirect of the Host header (Django's ALLOWED_HOSTS). "example.com" is that host,
// ".example.com" the host and all below it, "*" any well-formed one; case and port don't count, and
// neither does a dot at the end. IPv6 addresses stand in brackets: "[::1]". Without hosts nothing is
// allowed. The cause of the 400 is a *[web.HostError].
//
// It runs before every layer but those that log and [TrustedProxies], which says what the host is.
func AllowedHosts(hosts []string, opts *AllowedHostsOptions) web.Middleware {
	s := HostSettings{Hosts: make([]string, len(hosts))}
	for i, h := range hosts {
		s.Hosts[i] = strings.ToLower(h)
	}
	s.Debug = opts != nil && opts.Debug
	allowed := s.Hosts
	if len(allowed) == 0 && s.Debug {
		allowed = []string{".localhost", "127.0.0.1", "[::1]"}
	}
	all := slices.Contains(allowed, "*")
	return web.Middleware{
		Name: "middleware.AllowedHosts", Settings: s,
		After: []string{"middleware.RequestID", "middleware.AccessLog", "middleware.TrustedProxies"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				if all { // web refuses those that are not well-formed
					return next(r)
				}
				if host := r.Hostname(); host == "" || !web.HostMatches(host, allowed) {
					return web.Response{}, &web.Error{
						Status:  http.StatusBadRequest,
						Message: "This site is not served under that name.",
						Cause:   &web.HostError{Host: r.Host()},
					}
				}
				return next(r)
			}
		},
	}
}
