package urls

import (
	"net/http"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// A NotFoundError is the cause of the 404 for a path without a route, and the error of
// [Router.Resolve] (Django's Resolver404).
type NotFoundError struct {
	Path   string // with its leading slash
	Host   string // "" where no route asks for it
	router *Router
}

// Error names the path.
func (e *NotFoundError) Error() string { return "no route matches the path " + quoteShort(e.Path) }

// HTTPStatus returns 404.
func (e *NotFoundError) HTTPStatus() int { return http.StatusNotFound }

// A Tried is a pattern that did not match.
type Tried struct {
	Patterns []string // of the includes, and of the route; a prefix that didn't match stands alone
	Name     string   // of the route, without namespaces
	Site     string   // file and line of the declaration
}

// Tried lists the patterns in the order they were tried, a line each, for the debug page. It goes
// through the whole table, so it isn't for every 404.
func (e *NotFoundError) Tried() []string {
	var lines []string
	for _, t := range e.Patterns() {
		line := strings.Join(t.Patterns, " ")
		if t.Name != "" {
			line += " [name='" + t.Name + "']"
		}
		lines = append(lines, line)
	}
	return lines
}

// Patterns is Tried with its parts (Django's Resolver404.args[0]["tried"]).
func (e *NotFoundError) Patterns() []Tried {
	path, ok := strings.CutPrefix(e.Path, "/")
	if !ok || e.router == nil {
		return nil
	}
	return tried(nil, e.router.decls, e.Host, path, nil)
}

func tried(list []Tried, decls []*decl, host, path string, above []string) []Tried {
	for _, d := range decls {
		rest, matched := path, true
		if d.host != nil {
			_, _, matched = d.host.match(host, nil)
		}
		for _, s := range d.stages {
			if matched {
				rest, _, matched = s.match(rest, nil)
			}
		}
		patterns := append(above[:len(above):len(above)], d.route.pattern)
		if d.route.isInclude() && matched {
			list = tried(list, d.kids, host, rest, patterns)
		} else {
			list = append(list, Tried{patterns, d.route.name, d.route.site})
		}
	}
	return list
}

// notFound answers a path that no route matches: with a redirect to the one that differs in its last
// slash, if that is the policy, else with 404.
func (rt *Router) notFound(r *web.Request) (web.Response, error) {
	r.SetMatch(rt.unmatched) // error pages make addresses too
	path := r.PathInfo()
	if other := rt.bySlash(r); other != "" {
		return slashRedirect(r, other), nil
	}
	return web.Response{}, web.NewError(http.StatusNotFound, "", &NotFoundError{Path: path, Host: rt.hostOf(r), router: rt})
}

// bySlash returns the path that a request is redirected to for its last slash, "" for none.
func (rt *Router) bySlash(r *web.Request) string {
	if other := rt.otherSlash(r.PathInfo()); other != "" {
		if e, _ := rt.find(rt.hostOf(r), other[1:], ""); e != nil && !e.elsewhere {
			return other
		}
	}
	return ""
}

// otherSlash returns the path with, or without, its last slash, "" where the policy wants none.
func (rt *Router) otherSlash(path string) string {
	has := strings.HasSuffix(path, "/")
	switch {
	case !strings.HasPrefix(path, "/"):
		return ""
	case rt.opts.TrailingSlash == AppendSlash && !has:
		return path + "/"
	case rt.opts.TrailingSlash == RemoveSlash && has && len(path) > 1:
		return path[:len(path)-1]
	}
	return ""
}

// slashRedirect leads to a path of this site, query included.
func slashRedirect(r *web.Request, path string) web.Response {
	to := escapeLeadingSlashes(web.EscapePath(r.ScriptName() + path))
	if r.URL.RawQuery != "" {
		to += "?" + r.URL.RawQuery
	}
	status := http.StatusMovedPermanently
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		status = http.StatusPermanentRedirect
	}
	return web.Redirect(to).WithStatus(status)
}

// escapeLeadingSlashes keeps browsers from taking what follows two slashes for a host (Django's
// escape_leading_slashes).
func escapeLeadingSlashes(path string) string {
	if strings.HasPrefix(path, "//") {
		return "/%2F" + path[2:]
	}
	return path
}
