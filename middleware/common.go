package middleware

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// CommonOptions configures [Common].
type CommonOptions struct {
	// DisallowedUserAgents are answered with 403 (DISALLOWED_USER_AGENTS). Default none.
	DisallowedUserAgents []*regexp.Regexp
	// PrependWWW redirects to the host with "www." in front (PREPEND_WWW). Default false.
	PrependWWW bool
	// RedirectStatus is the status of that redirect. Default 301.
	RedirectStatus int
}

// Common refuses user agents and redirects to www (Django's CommonMiddleware). Redirects to a path
// with a slash at its end are the router's, which knows what paths there are; the Content-Length is
// set by package web.
func Common(opts *CommonOptions) web.Middleware {
	var o CommonOptions
	if opts != nil {
		o = *opts
	}
	if o.RedirectStatus == 0 {
		o.RedirectStatus = http.StatusMovedPermanently
	}
	return web.Middleware{
		Name: "middleware.Common", Settings: o,
		After: []string{"middleware.TrustedProxies", "middleware.AllowedHosts", "middleware.Security"},
		Wrap: func(next web.Handler) web.Handler {
			return func(r *web.Request) (web.Response, error) {
				if o.disallowed(r) {
					return web.Response{}, web.Forbidden("This site is not open to this program.")
				}
				if host := r.Host(); o.PrependWWW && r.Hostname() != "" && !hasFoldPrefix(host, "www.") {
					to := r.Scheme() + "://www." + host + r.FullPath()
					return web.InsecureRedirect(to).WithStatus(o.RedirectStatus), nil
				}
				return next(r)
			}
		},
	}
}

func (o *CommonOptions) disallowed(r *web.Request) bool {
	if len(o.DisallowedUserAgents) == 0 {
		return false
	}
	agent := r.Header.Get("User-Agent")
	for _, re := range o.DisallowedUserAgents {
		if agent != "" && re.MatchString(agent) {
			return true
		}
	}
	return false
}

func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
