package progress

import (
	"strconv"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// A matcher finds the route of the plan that Django takes for a path: the first that matches. It is a
// route table of Go, made of Django's. A converter of the project's own is known by its regular
// expression alone, so that a text which its to_python refuses counts as matched.
type matcher struct {
	router  *urls.Router
	unknown []int // routes whose expressions Go has no words for: lookaround, backreferences
}

func newMatcher(plan django.Plan) *matcher {
	m := &matcher{}
	var routes []urls.Route
	for i, r := range plan {
		route, ok := routeOf(r)
		if !ok {
			m.unknown = append(m.unknown, i)
			continue
		}
		routes = append(routes, route.Name(strconv.Itoa(i)))
	}
	var err error
	if m.router, err = urls.New(routes, matching); err != nil { // each alone was fine, so no request is told apart
		m.router, m.unknown = nil, nil
		for i := range plan {
			m.unknown = append(m.unknown, i)
		}
	}
	return m
}

// matching has Django's own converters alone, and no redirects.
var matching = &urls.Options{TrailingSlash: urls.StrictSlash}

// routeOf is a route of the plan as one of Go's: by its path where all converters are Django's own, else
// by its regular expression.
func routeOf(r django.Route) (urls.Route, bool) {
	candidates := []urls.Route{urls.RePath(r.Regexp, nobody)}
	if r.Kind == "path" {
		candidates = []urls.Route{urls.Path(r.Pattern, nobody), candidates[0]}
	}
	for _, c := range candidates {
		if _, err := urls.New([]urls.Route{c}, matching); err == nil {
			return c, true
		}
	}
	return urls.Route{}, false
}

// nobody is the view of routes that are only looked for.
func nobody(*web.Request) (web.Response, error) { return web.Response{}, nil }

// find returns the place in the plan of the route for a path.
func (m *matcher) find(path string) (int, bool) {
	if m.router == nil {
		return 0, false
	}
	match, err := m.router.Resolve(path)
	if err != nil {
		return 0, false
	}
	i, err := strconv.Atoi(match.Name)
	return i, err == nil
}
