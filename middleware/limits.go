package middleware

import "github.com/nuages-web/nuages/web"

// Limits changes what the requests of a view, or of the routes it is put around, may hold in their
// bodies: for uploads larger, for a webhook smaller than others. What the site checks before routing
// (URL, headers, cookies, query) stays as [web.Options] has it.
//
//	middleware.Limits(web.Limits{Upload: 1 << 30}).Wrap(upload)
func Limits(l web.Limits) web.Middleware {
	return web.Middleware{Name: "middleware.Limits", Settings: l, Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			r.SetLimits(l)
			return next(r)
		}
	}}
}
