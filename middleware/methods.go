package middleware

import (
	"net/http"
	"slices"

	"github.com/nuages-web/nuages/web"
)

// RequireMethods answers other methods than these with 405 and an Allow header (Django's
// require_http_methods). Methods are in upper case; GET does not include HEAD.
func RequireMethods(methods ...string) func(web.Handler) web.Handler {
	return func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			if !slices.Contains(methods, r.Method) {
				return web.Response{}, web.MethodNotAllowed(methods...)
			}
			return next(r)
		}
	}
}

// RequireGET allows GET only (Django's require_GET).
func RequireGET(next web.Handler) web.Handler { return RequireMethods(http.MethodGet)(next) }

// RequirePOST allows POST only (Django's require_POST).
func RequirePOST(next web.Handler) web.Handler { return RequireMethods(http.MethodPost)(next) }

// RequireSafe allows GET and HEAD only (Django's require_safe).
func RequireSafe(next web.Handler) web.Handler {
	return RequireMethods(http.MethodGet, http.MethodHead)(next)
}
