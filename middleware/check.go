package middleware

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/web"
)

// Checks returns the system checks of a stack, outermost layer first: its order (middleware.E001 and
// following) and, for deployment, the settings of the layers of this package, under the IDs of
// Django's security checks.
func Checks(stack []web.Middleware) []checks.Check {
	s := stackChecks(stack)
	return []checks.Check{
		{Name: "middleware order", Tags: []string{checks.Middleware}, Run: s.order},
		{Name: "middleware settings", Tags: []string{checks.Middleware, checks.Security}, Run: s.settings},
		{Name: "middleware for deployment", Tags: []string{checks.Security}, Deploy: true, Run: s.deployment},
	}
}

type stackChecks []web.Middleware

func (s stackChecks) find(name string) int {
	return slices.IndexFunc(s, func(m web.Middleware) bool { return m.Name == name })
}

// settingsOf returns the settings of a layer and whether it is there.
func settingsOf[T any](s stackChecks, name string) (T, bool) {
	var zero T
	i := s.find(name)
	if i < 0 {
		return zero, false
	}
	settings, ok := s[i].Settings.(T)
	return settings, ok
}

// order finds layers on the wrong side of each other, twice there, or not usable.
func (s stackChecks) order(context.Context) []checks.Message {
	var found []checks.Message
	for i, m := range s {
		switch {
		case m.Wrap == nil:
			found = append(found, checks.Errorf("middleware.E002", "Layer %d, %q, has no Wrap function.", i+1, m.Name).
				WithHint("Use a constructor, or set Wrap."))
		case m.Name == "":
			found = append(found, checks.Warningf("middleware.W002", "Layer %d has no name.", i+1).
				WithHint("Name it after its package and constructor: shop.Timing."))
		case s.find(m.Name) < i:
			found = append(found, checks.Warningf("middleware.W001", "%s is there twice.", m.Name).
				WithHint("Remove one, unless both are meant; then silence this check.").On(m.Name))
		}
		for _, outer := range m.After {
			if j := s.find(outer); j > i {
				found = append(found, checks.Errorf("middleware.E001", "%s stands before %s, but has to stand after it.", m.Name, outer).
					WithHint("Move %s behind %s in the list, whose first entry is the outermost layer.", m.Name, outer).On(m.Name))
			}
		}
	}
	return found
}

// settings finds what can't be meant, wherever the site runs.
func (s stackChecks) settings(context.Context) []checks.Message {
	var found []checks.Message
	if o, ok := settingsOf[CrossOriginOptions](s, "middleware.CrossOrigin"); ok {
		found = append(found, o.check()...)
	}
	if o, ok := settingsOf[CSPOptions](s, "middleware.CSP"); ok {
		for _, policy := range []struct {
			name string
			Policy
		}{{"Enforce", o.Enforce}, {"ReportOnly", o.ReportOnly}} {
			if err := policy.validate(); err != nil {
				found = append(found, checks.Errorf("security.E026", "The policy %s of middleware.CSP is not valid: %v.", policy.name, err).
					On("middleware.CSP"))
			}
		}
	}
	if o, ok := settingsOf[CORSSettings](s, "middleware.CORS"); ok && o.Credentials && slices.Contains(o.Origins, "*") {
		found = append(found, checks.Warningf("middleware.W003", `middleware.CORS has both the origin "*" and Credentials: only origins that are named get credentials.`).
			WithHint("Name the origins that may use cookies.").On("middleware.CORS"))
	}
	if o, ok := settingsOf[ProxySettings](s, "middleware.TrustedProxies"); ok {
		for _, p := range o.Networks {
			if p.Bits() == 0 {
				found = append(found, checks.Warningf("middleware.W004", "middleware.TrustedProxies trusts every address (%s): each client can say that it is any other.", p).
					WithHint("Name the networks of the proxies.").On("middleware.TrustedProxies"))
			}
		}
	}
	return found
}

// deployment is Django's check --deploy for what a stack can tell.
func (s stackChecks) deployment(context.Context) []checks.Message {
	var found []checks.Message
	o, ok := settingsOf[SecurityOptions](s, "middleware.Security")
	if !ok {
		found = append(found,
			checks.Warningf("security.W001", "You do not have 'middleware.Security' in your middleware, so HSTS, nosniff, the referrer policy, the opener policy and the redirect to TLS have no effect."),
			checks.Warningf("security.W002", "You do not have 'middleware.Security' in your middleware, so your pages will not be served with an 'x-frame-options' header. Unless there is a good reason for your site to be served in a frame, you should consider enabling this header to help prevent clickjacking attacks."))
	} else {
		found = append(found, o.checkTLS()...)
		found = append(found, o.checkHeaders()...)
	}
	if hosts, ok := settingsOf[HostSettings](s, "middleware.AllowedHosts"); !ok || len(hosts.Hosts) == 0 {
		found = append(found, checks.Warningf("security.W020", "The hosts of middleware.AllowedHosts must not be empty in deployment.").
			WithHint("Name the hosts that the site is served under."))
	}
	return found
}

// checkTLS is W004, W005, W008 and W021.
func (o *SecurityOptions) checkTLS() []checks.Message {
	var found []checks.Message
	switch {
	case o.HSTS < time.Second:
		found = append(found, checks.Warningf("security.W004", "You have not set a value for SecurityOptions.HSTS. If your entire site is served only over TLS, you may want to consider setting a value and enabling HTTP Strict Transport Security. Be sure to read the documentation first; enabling HSTS carelessly can cause serious, irreversible problems."))
	default:
		if !o.HSTSSubdomains {
			found = append(found, checks.Warningf("security.W005", "You have not set SecurityOptions.HSTSSubdomains. Without this, your site is potentially vulnerable to attack via an insecure connection to a subdomain. Only set this if you are certain that all subdomains of your domain should be served exclusively via TLS."))
		}
		if !o.HSTSPreload {
			found = append(found, checks.Warningf("security.W021", "You have not set SecurityOptions.HSTSPreload. Without this, your site cannot be submitted to the browser preload list."))
		}
	}
	if !o.TLSRedirect {
		found = append(found, checks.Warningf("security.W008", "SecurityOptions.TLSRedirect is not set. Unless your site should be available over both TLS and plain connections, you may want to either set it or configure a load balancer or reverse-proxy server to redirect all connections to HTTPS."))
	}
	return found
}

var (
	referrerPolicies = []string{"no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin",
		"same-origin", "strict-origin", "strict-origin-when-cross-origin", "unsafe-url"}
	openerPolicies = []string{"noopener-allow-popups", "same-origin", "same-origin-allow-popups", "unsafe-none"}
)

// checkHeaders is W002, W006, W019, W022, E023 and E024.
func (o *SecurityOptions) checkHeaders() []checks.Message {
	var found []checks.Message
	if o.InsecureSniffing {
		found = append(found, checks.Warningf("security.W006", "SecurityOptions.InsecureSniffing is set, so your pages will not be served with an 'X-Content-Type-Options: nosniff' header. You should consider enabling this header to prevent the browser from identifying content types incorrectly."))
	}
	switch strings.ToUpper(o.FrameOptions) {
	case "", "DENY":
	case Omit:
		found = append(found, checks.Warningf("security.W002", "SecurityOptions.FrameOptions omits the 'x-frame-options' header. Unless there is a good reason for your site to be served in a frame, you should consider enabling this header to help prevent clickjacking attacks."))
	default:
		found = append(found, checks.Warningf("security.W019", "SecurityOptions.FrameOptions is not set to 'DENY'. Unless there is a good reason for your site to serve other parts of itself in a frame, you should change it to 'DENY'."))
	}
	if o.ReferrerPolicy == Omit {
		found = append(found, checks.Warningf("security.W022", "SecurityOptions.ReferrerPolicy omits the Referrer-Policy header. You should consider enabling this header to protect user privacy."))
	} else if o.ReferrerPolicy != "" {
		for _, v := range strings.Split(joinPolicy(o.ReferrerPolicy), ",") {
			if !slices.Contains(referrerPolicies, v) {
				found = append(found, checks.Errorf("security.E023", "You have set SecurityOptions.ReferrerPolicy to an invalid value.").
					WithHint("Valid values are: %s.", strings.Join(referrerPolicies, ", ")))
				break
			}
		}
	}
	if o.OpenerPolicy != "" && o.OpenerPolicy != Omit && !slices.Contains(openerPolicies, o.OpenerPolicy) {
		found = append(found, checks.Errorf("security.E024", "You have set SecurityOptions.OpenerPolicy to an invalid value.").
			WithHint("Valid values are: %s.", strings.Join(openerPolicies, ", ")))
	}
	return found
}
