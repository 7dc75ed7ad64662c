package urls

import (
	"errors"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// TrailingSlash says what happens to a path that only matches with, or without, a slash at its end.
type TrailingSlash int

// The policies. A redirect is permanent: 301 for GET and HEAD, 308 for other methods, so that these
// keep method and body.
const (
	AppendSlash TrailingSlash = iota // "/a" is redirected to "/a/" when only that matches (APPEND_SLASH)
	StrictSlash                      // no redirects
	RemoveSlash                      // "/a/" is redirected to "/a" when only that matches
)

// Options configures [New].
type Options struct {
	// TrailingSlash is the policy for paths with or without their last slash. Default AppendSlash.
	TrailingSlash TrailingSlash
	// Converters are kinds of captures beside str, int, slug, uuid and path, by name.
	Converters map[string]Converter
}

// A Router finds the view for a path, and the path for a name. It doesn't change, so many goroutines
// may use it.
type Router struct {
	opts      Options
	decls     []*decl
	entries   []*entry
	tables    []*table // the one without host first
	names     *scope
	unmatched *web.Match
}

// New makes a router. Its error joins all mistakes that make a route unusable, each a *[RouteError];
// what is only questionable is reported by [Router.Check].
func New(routes []Route, opts *Options) (*Router, error) {
	rt := &Router{}
	if opts != nil {
		rt.opts = *opts
	}
	rt.unmatched = &web.Match{Router: rt}
	label := &converter{name: "label", kind: kindLabel, pattern: `[^.]+`}
	b := &builder{router: rt, converters: builtinConverters(), hosts: make(map[string]*stage)}
	for _, name := range slices.Sorted(maps.Keys(rt.opts.Converters)) {
		b.addConverter(name, rt.opts.Converters[name])
	}
	b.hostConverters = maps.Clone(b.converters)
	b.hostConverters["label"], b.hostConverters["str"] = label, label
	rt.decls = b.compile(slices.Clone(routes))
	b.flatten(rt.decls, scopeAbove{})
	rt.names = b.newScope(rt.decls)
	if len(b.problems) > 0 {
		return nil, errors.Join(b.problems...)
	}
	rt.entries = b.entries
	rt.tables = newTables(b.entries)
	return rt, nil
}

func (b *builder) addConverter(name string, own Converter) {
	switch {
	case b.converters[name] != nil:
		b.problems = append(b.problems, errors.New("converter "+quoteShort(name)+" is built in: choose another name"))
	case own == nil:
		b.problems = append(b.problems, errors.New("converter "+quoteShort(name)+" is nil"))
	default:
		c, err := newConverter(name, own)
		if err != nil {
			b.problems = append(b.problems, err)
			c = &converter{name: name, kind: kindCustom, own: own}
		}
		b.converters[name] = c
	}
}

// newTables sorts entries by their hosts.
func newTables(entries []*entry) []*table {
	hosts := []*stage{nil}
	byHost := make(map[*stage][]*entry)
	for _, e := range entries {
		if e.host != nil && byHost[e.host] == nil {
			hosts = append(hosts, e.host)
		}
		byHost[e.host] = append(byHost[e.host], e)
	}
	var tables []*table
	for _, h := range hosts {
		tables = append(tables, newTable(h, byHost[h]))
	}
	return tables
}

// find returns the first declared entry for host, path (without its first slash) and method.
func (rt *Router) find(host, path, method string) (e *entry, denied bool) {
	s := search{path: path, method: method, best: math.MaxInt}
	for _, t := range rt.tables {
		if t.serves(host) {
			t.find(&s)
		}
	}
	return s.found, s.denied
}

// hostOf returns the host of a request where routes ask for it.
func (rt *Router) hostOf(r *web.Request) string {
	if len(rt.tables) == 1 {
		return ""
	}
	return r.Hostname()
}

// Handle routes a request; it is a [web.Handler]. The request's Match is set before the view runs.
// A path that no route matches is a 404 whose cause is a *[NotFoundError], a method that no matching
// route has a 405; then the request's Match holds the router only, so that error pages can reverse.
func (rt *Router) Handle(r *web.Request) (web.Response, error) {
	if other := rt.replacedBy(r); other != nil {
		return other.Handle(r)
	}
	path, ok := strings.CutPrefix(r.PathInfo(), "/")
	if !ok {
		return rt.notFound(r)
	}
	host := rt.hostOf(r)
	e, denied := rt.findFor(r, host, path)
	switch {
	case e != nil:
		r.SetMatch(e.matched(host, path))
		return e.view(r)
	case denied && r.Method == http.MethodOptions:
		return rt.handleOptions(r, path)
	case denied:
		r.SetMatch(rt.unmatched)
		return web.Response{}, web.MethodNotAllowed(rt.allowed(r, path)...)
	}
	return rt.notFound(r)
}

// handleOptions answers OPTIONS within the middleware of the first route that matches.
func (rt *Router) handleOptions(r *web.Request, path string) (web.Response, error) {
	e, _ := rt.find(rt.hostOf(r), path, "")
	r.SetMatch(e.matched(rt.hostOf(r), path))
	if e.options != nil {
		return e.options(r)
	}
	return rt.answerOptions(r)
}

func (rt *Router) answerOptions(r *web.Request) (web.Response, error) {
	allow := strings.Join(rt.allowed(r, strings.TrimPrefix(r.PathInfo(), "/")), ", ")
	return web.NoContent().WithHeader("Allow", allow), nil
}

// allowed returns the methods of all routes for a path, sorted, and OPTIONS.
func (rt *Router) allowed(r *web.Request, path string) []string {
	s := search{path: path, best: math.MaxInt, every: true, allow: []string{http.MethodOptions}}
	host := rt.hostOf(r)
	for _, t := range rt.tables {
		if t.serves(host) {
			s.walk(t.root, path, false)
		}
	}
	slices.Sort(s.allow)
	return slices.Compact(s.allow)
}

// matched makes the match of an entry that was found.
func (e *entry) matched(host, path string) *web.Match {
	if e.captured == 0 {
		return e.match
	}
	b := &matchBlock{Match: *e.match}
	b.Values = b.few[:0]
	if e.captured > len(b.few) {
		b.Values = make([]web.PathValue, 0, e.captured)
	}
	if e.host != nil {
		_, b.Values, _ = e.host.match(host, b.Values)
	}
	if e.segments == nil && e.tail == nil {
		b.Values = e.stageValues(path, b.Values)
	} else {
		b.Values = e.segmentValues(path, b.Values)
	}
	if e.shadowed {
		b.Values = innermost(b.Values)
	}
	return &b.Match
}

func (e *entry) segmentValues(path string, values []web.PathValue) []web.PathValue {
	for _, s := range e.segments {
		text, after, _ := strings.Cut(path, "/")
		if s.capture {
			values = append(values, web.PathValue{Name: s.name, Raw: text})
		}
		path = after
	}
	if e.tail != nil {
		values = append(values, web.PathValue{Name: e.tail.name, Raw: path})
	}
	return values
}

// innermost drops values that an inner pattern captures again.
func innermost(values []web.PathValue) []web.PathValue {
	kept := values[:0]
	for i, v := range values {
		again := func(later web.PathValue) bool { return later.Name == v.Name }
		if v.Name == "" || !slices.ContainsFunc(values[i+1:], again) {
			kept = append(kept, v)
		}
	}
	return kept
}

// matchBlock holds a match and its values in one allocation.
type matchBlock struct {
	web.Match
	few [3]web.PathValue
}

// stageValues takes the values of the stages. Positional ones of an include count only where
// nothing inside of it has a name, as in Django.
func (e *entry) stageValues(path string, values []web.PathValue) []web.PathValue {
	first := len(values)
	ends := make([]int, 0, 8)
	for _, s := range e.stages {
		path, values, _ = s.match(path, values)
		ends = append(ends, len(values))
	}
	if !e.positional {
		return values
	}
	named := false
	for i := len(e.stages) - 1; i >= 0; i-- {
		start := first
		if i > 0 {
			start = ends[i-1]
		}
		own := values[start:ends[i]]
		named = named || e.stages[i].hasExtra || len(own) > 0 && own[0].Name != ""
		if named && len(own) > 0 && own[0].Name == "" && i < len(e.stages)-1 {
			values = slices.Delete(values, start, ends[i])
		}
	}
	return values
}

// Resolve finds the route for a path with its leading slash, decoded, whatever its method. Routes
// below a Host are left out; see ResolveHost. The error is a *[NotFoundError] (Django's Resolver404).
// The match must not be changed.
func (rt *Router) Resolve(path string) (*web.Match, error) { return rt.ResolveHost("", path) }

// ResolveHost is Resolve for a host, in lower case and without port.
func (rt *Router) ResolveHost(host, path string) (*web.Match, error) {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return nil, &NotFoundError{Path: path, router: rt}
	}
	e, _ := rt.find(host, rest, "")
	if e == nil {
		return nil, &NotFoundError{Path: path, Host: host, router: rt}
	}
	return e.matched(host, rest), nil
}

// Valid tells whether a path, with its leading slash, has a route (Django's is_valid_path).
func (rt *Router) Valid(path string) bool {
	rest, ok := strings.CutPrefix(path, "/")
	if !ok {
		return false
	}
	e, _ := rt.find("", rest, "")
	return e != nil
}

// SetRouter makes the rest of this request be routed by another router (Django's request.urlconf);
// for middleware, before routing.
func SetRouter(r *web.Request, rt *Router) { r.SetMatch(rt.unmatched) }

func (rt *Router) replacedBy(r *web.Request) *Router {
	m := r.Match()
	if m == nil {
		return nil
	}
	if other, ok := m.Router.(*Router); ok && other != rt && m == other.unmatched {
		return other
	}
	return nil
}
