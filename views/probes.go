package views

import (
	"strings"

	"github.com/nuages-web/nuages/web"
)

// Probes answers some paths itself, before the layers inside of it see the request. It is for what
// machines ask for: health checks and scrapers name an IP address in place of one of AllowedHosts, speak
// no TLS and ask every few seconds. Outside of the default layers, neither the host, nor the redirect
// to TLS, nor the access log concern them:
//
//	layers := append([]web.Middleware{views.Probes(map[string]web.Handler{
//		"healthz": views.Health,
//		"readyz":  views.Ready(checks, nil),
//	})}, s.DefaultMiddleware()...)
//
// The paths are written as in routes, without a slash in front, and matched whole. As no layer has
// checked the host, and TrustedProxies has not run, a view that is asked so must not trust either.
func Probes(paths map[string]web.Handler) web.Middleware {
	type probe struct {
		view  web.Handler
		match *web.Match
	}
	probes := make(map[string]probe, len(paths))
	for path, view := range paths {
		probes["/"+strings.TrimPrefix(path, "/")] = probe{view, &web.Match{Route: strings.TrimPrefix(path, "/")}}
	}
	return web.Middleware{Name: "views.Probes", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			if p, ok := probes[r.PathInfo()]; ok {
				r.SetMatch(p.match)
				return p.view(r)
			}
			return next(r)
		}
	}}
}
