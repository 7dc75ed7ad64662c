package urls

import (
	"strings"

	"github.com/nuages-web/nuages/web"
)

// A URL is an address that is built in steps; each step returns a changed copy.
//
//	u, err := router.URL("product").Args("x").Query(web.ValuesOf("page", "2")).Fragment("top").Build()
type URL struct {
	router      *Router
	name        string
	args        []any
	query       web.Values
	fragment    string
	hasFragment bool
	currentApp  string
	under       string
}

// URL begins the address of a route, by name.
func (rt *Router) URL(name string) URL { return URL{router: rt, name: name} }

// Args sets the arguments, as in [Router.Reverse].
func (u URL) Args(args ...any) URL {
	u.args = args
	return u
}

// Query sets the query. Empty values add none.
func (u URL) Query(query web.Values) URL {
	u.query = query
	return u
}

// Fragment sets the part after #, which is written as it stands, as Django does.
func (u URL) Fragment(fragment string) URL {
	u.fragment, u.hasFragment = fragment, true
	return u
}

// CurrentApp sets the instance namespace that an application namespace in the name prefers (Django's
// current_app): "shop" or "shop:sale".
func (u URL) CurrentApp(namespace string) URL {
	u.currentApp = namespace
	return u
}

// Under sets the decoded path that the application is mounted under, without slash at its end.
func (u URL) Under(scriptName string) URL {
	u.under = scriptName
	return u
}

// Build returns the address. The error is a *[NoReverseError].
func (u URL) Build() (string, error) {
	path, err := u.router.reverse(u.name, u.currentApp, u.args)
	if err != nil {
		return "", err
	}
	s := escapeLeadingSlashes(escapePath(u.under + "/" + path))
	if q := u.query.Encode(""); q != "" {
		s += "?" + q
	}
	if u.hasFragment {
		s += "#" + u.fragment
	}
	return s, nil
}

// Has tells whether there is a route of this name, with its namespaces as in [Router.Reverse].
func (rt *Router) Has(name string) bool {
	view, s := name, rt.names
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		if s, _ = s.lookup(name[:i], ""); s == nil {
			return false
		}
		view = name[i+1:]
	}
	return len(s.names[view]) > 0
}

// Near lists up to three names that are spelled almost like name, for messages.
func (rt *Router) Near(name string) []string { return (&NoReverseError{Name: name, router: rt}).Near() }
