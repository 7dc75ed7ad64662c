package urls

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nuages-web/nuages/web"
)

// A RouteError is a mistake in a route table that makes a route unusable.
type RouteError struct {
	Site    string // file and line of the declaration
	Route   string // as declared: Path("products/<slug:slug>/")
	Problem string
	Mend    string // what to do about it
}

// Error names place, route, problem and mend.
func (e *RouteError) Error() string {
	text := e.Route + " " + e.Problem + ": " + e.Mend
	if e.Site == "" {
		return text
	}
	return e.Site + ": " + text
}

// decl is a declared route with its compiled pattern; the tree of them is what the user wrote.
type decl struct {
	route  *Route
	stages []*stage // one; none for a host; two for a mount
	host   *stage
	kids   []*decl
	entry  *entry // of a route that isn't an include
}

// entry is a route at the end of its includes.
type entry struct {
	index      int
	route      *Route
	stages     []*stage
	host       *stage
	methods    []string // nil for all
	view       web.Handler
	options    web.Handler // answers OPTIONS inside of the route's middleware; nil without any
	match      *web.Match  // without values
	segments   []segment   // nil where the stages have to be tried one by one
	tail       *capture    // takes all segments after the last: <path:x>, or a mount's rest
	text       string      // the path of a route without captures
	isStatic   bool
	elsewhere  bool // the fallback's
	captured   int  // number of captures, those of the host included
	positional bool // some capture has no name
	shadowed   bool // some name is captured twice; the inner one counts
}

// builder collects the entries and the mistakes of a route table.
type builder struct {
	router         *Router
	converters     map[string]*converter
	hostConverters map[string]*converter
	hosts          map[string]*stage
	entries        []*entry
	problems       []error
}

func (b *builder) fail(r *Route, problem, mend string) {
	b.problems = append(b.problems, &RouteError{r.site, r.describe(), problem, mend})
}

func (b *builder) failWith(r *Route, err error) {
	var p *patternError
	if errors.As(err, &p) {
		b.fail(r, p.problem, p.mend)
		return
	}
	b.fail(r, err.Error(), "change it")
}

// compile makes the declarations of routes, reporting what is wrong with each.
func (b *builder) compile(routes []Route) []*decl {
	var decls []*decl
	for i := range routes {
		r := &routes[i]
		d := &decl{route: r}
		b.checkSteps(r)
		if err := b.compilePattern(d); err != nil {
			b.failWith(r, err)
		} else {
			decls = append(decls, d)
		}
		d.kids = b.compile(r.routes)
	}
	return decls
}

func (b *builder) compilePattern(d *decl) error {
	r := d.route
	if !utf8.ValidString(r.pattern) {
		return &patternError{"has a pattern that is not valid UTF-8", "write it in UTF-8"}
	}
	switch r.kind {
	case kindHostInclude:
		return b.compileHost(d)
	case kindRegexRoute, kindRegexInclude:
		s, err := newRegexStage(r.pattern, r.kind == kindRegexRoute)
		if err != nil {
			return err
		}
		d.stages = []*stage{s}
	default:
		tokens, err := parsePattern(r.pattern, b.converters, "str")
		if err != nil {
			return err
		}
		d.stages = []*stage{newPathStage(r.pattern, tokens, r.kind == kindPathRoute)}
	}
	d.stages[0].hasExtra = len(r.extra) > 0
	if r.kind == kindMount {
		if r.pattern != "" && !strings.HasSuffix(r.pattern, "/") {
			return &patternError{"mounts at a prefix that does not end with a slash", "write " + r.pattern + "/"}
		}
		d.stages = append(d.stages, restStage())
	}
	return nil
}

// compileHost makes one stage for each host pattern, so that equal ones share a tree.
func (b *builder) compileHost(d *decl) error {
	pattern := strings.ToLower(d.route.pattern)
	if s := b.hosts[pattern]; s != nil {
		d.host = s
		return nil
	}
	if pattern == "" || strings.ContainsAny(pattern, "/") {
		return &patternError{"is no host", "write a name as in example.com, without scheme and path"}
	}
	tokens, err := parsePattern(d.route.pattern, b.hostConverters, "label")
	if err != nil {
		return err
	}
	for i := range tokens {
		tokens[i].literal = strings.ToLower(tokens[i].literal)
	}
	d.host = newPathStage(d.route.pattern, tokens, true)
	b.hosts[pattern] = d.host
	return nil
}

// checkSteps reports steps that the kind of route has no use for.
func (b *builder) checkSteps(r *Route) {
	switch {
	case r.site == "":
		b.fail(r, "is a Route that was made by hand", "make it with Path, RePath, Include, Mount or Host")
	case r.isInclude() && r.name != "":
		b.fail(r, fmt.Sprintf("has the name %q, but an include is no page", r.name), "name its routes, or use Namespace")
	case !r.isInclude() && (r.namespace != "" || r.app != ""):
		b.fail(r, "has a namespace, but is no include", "use Name")
	case (r.kind == kindPathRoute || r.kind == kindRegexRoute) && r.view == nil:
		b.fail(r, "has a nil view", "give it a function")
	case r.kind == kindMount && r.handler == nil:
		b.fail(r, "has a nil handler", "give it an http.Handler")
	}
	if strings.Contains(r.namespace, ":") || strings.Contains(r.app, ":") {
		b.fail(r, "has a namespace with a colon", "nest includes instead")
	}
	for _, m := range r.methods {
		if m == "" || strings.ContainsFunc(m, func(c rune) bool { return c <= ' ' || c >= 0x7f || c == ',' }) {
			b.fail(r, fmt.Sprintf("has the method %q", m), "use the constants of net/http")
		}
	}
	for _, layer := range r.use {
		if layer.Wrap == nil {
			b.fail(r, fmt.Sprintf("uses the middleware %q, which has no Wrap", layer.Name), "set Wrap")
		}
	}
}

// scopeAbove is what the includes around a route give it.
type scopeAbove struct {
	stages           []*stage
	host             *stage
	route            string
	namespaces, apps []string
	methods          []string
	extra            map[string]any
	use              []web.Middleware
}

// flatten makes entries of declarations, in order.
func (b *builder) flatten(decls []*decl, above scopeAbove) {
	for _, d := range decls {
		r := d.route
		in := above
		in.stages = append(above.stages[:len(above.stages):len(above.stages)], d.stages...)
		in.use = append(above.use[:len(above.use):len(above.use)], r.use...)
		in.extra = mergeExtra(above.extra, r.extra)
		if r.methods != nil {
			in.methods = withHead(r.methods)
		}
		if d.host != nil {
			if above.host != nil {
				b.fail(r, "is within another Host", "declare the hosts side by side")
				continue
			}
			in.host = d.host
		} else {
			in.route = joinRoutes(above.route, d.stages[0].source)
		}
		if ns, app := namespacesOf(r); ns != "" {
			in.namespaces = append(above.namespaces[:len(above.namespaces):len(above.namespaces)], ns)
			in.apps = append(above.apps[:len(above.apps):len(above.apps)], app)
		}
		if r.isInclude() {
			b.flatten(d.kids, in)
			continue
		}
		b.add(d, in)
	}
}

func (b *builder) add(d *decl, in scopeAbove) {
	r := d.route
	e := &entry{index: len(b.entries), route: r, stages: in.stages, host: in.host, methods: in.methods}
	e.countCaptures()
	view := r.view
	if r.kind == kindMount {
		view = mountView(r.handler)
	}
	if e.view = view; len(in.use) > 0 && len(b.problems) == 0 {
		e.view = web.Wrap(view, in.use...)
		e.options = web.Wrap(b.router.answerOptions, in.use...)
	}
	e.match = &web.Match{Route: in.route, Name: r.name, Namespaces: in.namespaces, AppNames: in.apps,
		Extra: in.extra, Router: b.router, View: viewName(r), Site: r.site}
	e.elsewhere = IsElsewhere(e.match)
	e.shape()
	d.entry = e
	b.entries = append(b.entries, e)
}

// countCaptures finds what the pattern as a whole captures.
func (e *entry) countCaptures() {
	seen := make(map[string]bool)
	stages := e.stages
	if e.host != nil {
		stages = append([]*stage{e.host}, stages...)
	}
	for _, s := range stages {
		for _, c := range s.captures {
			e.shadowed = e.shadowed || c.name != "" && seen[c.name]
			e.positional = e.positional || c.name == ""
			seen[c.name] = true
			e.captured++
		}
	}
}

// namespacesOf returns instance and application namespace; each stands in for the other.
func namespacesOf(r *Route) (namespace, app string) {
	namespace, app = r.namespace, r.app
	if namespace == "" {
		namespace = app
	}
	if app == "" {
		app = namespace
	}
	return namespace, app
}

// joinRoutes joins patterns as Django's ResolverMatch.route does.
func joinRoutes(a, b string) string {
	if a == "" {
		return b
	}
	return a + strings.TrimPrefix(b, "^")
}

func mergeExtra(above, own map[string]any) map[string]any {
	if len(own) == 0 {
		return above
	}
	m := maps.Clone(above)
	if m == nil {
		m = make(map[string]any, len(own))
	}
	maps.Copy(m, own)
	return m
}

// withHead returns the methods in upper case, sorted, with HEAD where there is GET.
func withHead(methods []string) []string {
	list := make([]string, 0, len(methods)+1)
	for _, m := range methods {
		list = append(list, strings.ToUpper(m))
	}
	if slices.Contains(list, http.MethodGet) {
		list = append(list, http.MethodHead)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// viewName is the name of the function, or the type of a mounted handler.
func viewName(r *Route) string {
	if r.kind == kindMount {
		return fmt.Sprintf("%T", r.handler)
	}
	if r.view == nil {
		return ""
	}
	return runtime.FuncForPC(reflect.ValueOf(r.view).Pointer()).Name()
}
