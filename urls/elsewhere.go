package urls

import (
	"strings"

	"github.com/nuages-web/nuages/web"
)

// Elsewhere, as the view of a route, says that the page is the fallback's: a view of the Python
// application that has not been moved yet. The route gives it a name to reverse, and its place among
// the others: an earlier route is tried before it, a later one after it.
//
//	urls.Path("records/<slug:slug>/", shop.Record).Name("record"),
//	urls.Path("accounts/login/", urls.Elsewhere).Name("login"),
//
// Middleware of the route and its includes is not around it. Without a fallback it is a 404.
func Elsewhere(*web.Request) (web.Response, error) {
	return web.Response{}, web.NotFound("This page is elsewhere.")
}

// IsElsewhere tells whether a match is that of a route whose page is [Elsewhere].
func IsElsewhere(m *web.Match) bool { return m != nil && m.View == elsewhereView }

var elsewhereView = viewName(&Route{view: Elsewhere})

// finding is what Claims has found, for Handle: it holds as long as the request is the same.
type finding struct {
	router             *Router
	host, path, method string
	entry              *entry
	denied             bool
}

// findFor is find for a request that Claims may have looked at.
func (rt *Router) findFor(r *web.Request, host, path string) (e *entry, denied bool) {
	if f, ok := r.Routed().(*finding); ok && f.router == rt && f.method == r.Method && f.path == path && f.host == host {
		return f.entry, f.denied
	}
	return rt.find(host, path, r.Method)
}

// Claims tells whether a request is this router's: whether a route matches its path, be it with other
// methods, or Handle would redirect it to one that does, for its slash. It is not when the route is
// [Elsewhere]; then that is the request's Match. What Claims finds is kept, so that Handle needs not
// look again. It is for the Claims of [web.Options].
func (rt *Router) Claims(r *web.Request) bool {
	if other := rt.replacedBy(r); other != nil {
		return other.Claims(r)
	}
	path, ok := strings.CutPrefix(r.PathInfo(), "/")
	if !ok {
		return false
	}
	host := rt.hostOf(r)
	e, denied := rt.find(host, path, r.Method)
	first := e
	if denied && e == nil { // the first of those with other methods answers
		first, _ = rt.find(host, path, "")
	}
	switch {
	case first == nil:
		return rt.bySlash(r) != ""
	case first.elsewhere:
		r.SetMatch(first.match)
		return false
	}
	r.SetRouted(&finding{rt, host, path, r.Method, e, denied})
	return true
}
