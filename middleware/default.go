package middleware

import (
	"net/netip"
	"time"

	"github.com/nuages-web/nuages/web"
)

// DefaultOptions configures [Default]. The zero value is safe, but serves no host.
type DefaultOptions struct {
	// Hosts are those that the site is served under; see [AllowedHosts].
	Hosts []string
	// Debug allows the local hosts when Hosts is empty.
	Debug bool
	// Proxies are the networks of the proxies in front of the site; see [TrustedProxies]. Their
	// X-Request-ID is taken over too. Default none: forwarded headers are not looked at.
	Proxies []netip.Prefix
	// Proxy configures what is believed of the proxies.
	Proxy *ProxyOptions
	// AccessLog, if set, logs each request.
	AccessLog *AccessLogOptions
	// Security configures the security headers.
	Security *SecurityOptions
	// CSP, if set, adds a content security policy; &CSPOptions{} is a strict one.
	CSP *CSPOptions
	// CrossOrigin configures what other sites' pages may send.
	CrossOrigin *CrossOriginOptions
	// Compress configures compression.
	Compress *CompressOptions
	// Common configures user agents and www.
	Common *CommonOptions
	// Timeout ends the context of views after this time; see [Timeout]. Default 0: never.
	Timeout time.Duration
}

// Default returns the layers that most sites want, outermost first. Layers that know users
// (sessions, CSRF, authentication, messages) follow inside of them:
//
//  1. [RequestID]: everything that logs, refusals included, names the request.
//  2. [AccessLog], if asked for: sees every answer, also those of the layers below.
//  3. [TrustedProxies], if there are proxies: tells host, scheme and client to all that follow.
//  4. [AllowedHosts]: nothing is done for a foreign host, and no redirect leads to one.
//  5. [Security]: headers on every page of the site, and TLS before anything is read or computed.
//  6. [CSP], if asked for.
//  7. [Compress]: outside of all that look at bodies or change them.
//  8. [Common]: refused programs and wrong hosts don't get to the views.
//  9. [CrossOrigin]: forms of other sites' pages don't get to the views either.
//  10. [ConditionalGet]: inside of Compress, so that one tag serves every coding of a body.
//  11. [Timeout], if asked for: counts for views alone.
func Default(opts *DefaultOptions) []web.Middleware {
	var o DefaultOptions
	if opts != nil {
		o = *opts
	}
	stack := []web.Middleware{RequestID(&RequestIDOptions{Trust: o.Proxies})}
	if o.AccessLog != nil {
		stack = append(stack, AccessLog(o.AccessLog))
	}
	if len(o.Proxies) > 0 || o.Proxy != nil {
		stack = append(stack, TrustedProxies(o.Proxies, o.Proxy))
	}
	stack = append(stack, AllowedHosts(o.Hosts, &AllowedHostsOptions{Debug: o.Debug}), Security(o.Security))
	if o.CSP != nil {
		stack = append(stack, CSP(o.CSP))
	}
	stack = append(stack, Compress(o.Compress), Common(o.Common), CrossOrigin(o.CrossOrigin), ConditionalGet())
	if o.Timeout > 0 {
		stack = append(stack, Timeout(o.Timeout))
	}
	return stack
}
