package urls

import (
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strconv"

	"github.com/nuages-web/nuages/web"
)

type routeKind int

const (
	kindPathRoute routeKind = iota
	kindRegexRoute
	kindMount
	kindInclude
	kindRegexInclude
	kindHostInclude
)

// A Route is one line of a route table: a view with its pattern, or a list of more routes. It is a
// value: each step returns a changed copy. Mistakes are reported by [New], with the file and line
// that called Path, Include and so on.
type Route struct {
	kind      routeKind
	pattern   string
	view      web.Handler
	handler   http.Handler
	routes    []Route
	name      string
	namespace string
	app       string
	methods   []string
	extra     map[string]any
	use       []web.Middleware
	site      string
}

// Path routes a path pattern to a view (Django's path): "products/<slug:slug>/". The pattern has no
// leading slash and has to match the whole path.
func Path(pattern string, view web.Handler) Route {
	return Route{kind: kindPathRoute, pattern: pattern, view: view, site: callSite()}
}

// RePath routes a regular expression to a view (Django's re_path). It is searched for in the path
// without its leading slash, so it usually begins with ^ and ends with $. Named groups become path
// values by name; only where there are none, the others become positional ones ([Args] of a match).
func RePath(pattern string, view web.Handler) Route {
	return Route{kind: kindRegexRoute, pattern: pattern, view: view, site: callSite()}
}

// Include puts routes below a prefix, which may hold captures (Django's include). The prefix takes
// its part of the path first; the routes are matched with what is left.
func Include(prefix string, routes ...Route) Route {
	return Route{kind: kindInclude, pattern: prefix, routes: slices.Clone(routes), site: callSite()}
}

// ReInclude is Include with a regular expression for the prefix, usually one that begins with ^ and
// does not end with $.
func ReInclude(pattern string, routes ...Route) Route {
	return Route{kind: kindRegexInclude, pattern: pattern, routes: slices.Clone(routes), site: callSite()}
}

// Mount hands every path below a prefix to an http.Handler, which sees the path without the prefix.
// The prefix is empty or ends with a slash. What the handler sees, without its leading slash, is
// also the path value "*". Reversed by name it takes that rest as an optional argument.
func Mount(prefix string, h http.Handler) Route {
	return Route{kind: kindMount, pattern: prefix, handler: h, site: callSite()}
}

// Host puts routes below a host, without port: "<tenant>.example.com". A capture without converter
// takes one label, [^.]+; captures become path values. Routes outside of any Host serve all hosts.
func Host(pattern string, routes ...Route) Route {
	return Route{kind: kindHostInclude, pattern: pattern, routes: slices.Clone(routes), site: callSite()}
}

// Name names the route, for reversing. Several routes may share a name when they differ in their
// captures; the last one declared that fits is taken.
func (r Route) Name(name string) Route {
	r.name = name
	return r
}

// Namespace gives an Include its instance namespace: its routes are called "api:…". Without App the
// application namespace is the same.
func (r Route) Namespace(namespace string) Route {
	r.namespace = namespace
	return r
}

// App gives an Include its application namespace (Django's app_name), which several includes of the
// same routes share. Without Namespace the instance namespace is the same.
func (r Route) App(app string) Route {
	r.app = app
	return r
}

// Methods limits the route to these methods; GET implies HEAD. Other routes may have the same
// pattern and other methods. A request with a method that no matching route has is answered with
// 405, OPTIONS with the Allow header. On an Include it is the default for its routes.
func (r Route) Methods(methods ...string) Route {
	r.methods = slices.Clone(methods)
	return r
}

// With gives the route a fixed value (Django's extra options), which the view reads with [Extra]. On
// an Include it is given to all of its routes.
func (r Route) With(name string, value any) Route {
	extra := maps.Clone(r.extra)
	if extra == nil {
		extra = make(map[string]any, 1)
	}
	extra[name] = value
	r.extra = extra
	return r
}

// Use puts middleware around the view, or around all views of an Include, outermost first. It runs
// after routing, inside of the project's middleware, by the same rules: see [web.Wrap].
func (r Route) Use(layers ...web.Middleware) Route {
	r.use = append(slices.Clone(r.use), layers...)
	return r
}

// callSite returns file and line of the caller of the function that calls it.
func callSite() string {
	_, file, line, ok := runtime.Caller(2)
	if !ok {
		return ""
	}
	return file + ":" + strconv.Itoa(line)
}

// describe names the route in messages.
func (r *Route) describe() string {
	f := map[routeKind]string{kindPathRoute: "Path", kindRegexRoute: "RePath", kindMount: "Mount",
		kindInclude: "Include", kindRegexInclude: "ReInclude", kindHostInclude: "Host"}[r.kind]
	return f + "(" + strconv.Quote(r.pattern) + ")"
}

func (r *Route) isInclude() bool { return r.kind >= kindInclude }
func (r *Route) isRegex() bool   { return r.kind == kindRegexRoute || r.kind == kindRegexInclude }
