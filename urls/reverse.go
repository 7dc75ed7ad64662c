package urls

import (
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/nuages-web/nuages/web"
)

// Args are named arguments for reversing: router.Reverse("product", urls.Args{"slug": "x"}).
type Args map[string]any

// scope is what names mean at one level: the root, or inside of a namespace.
type scope struct {
	names  map[string][]*candidate // in the order they are tried: last declared first
	spaces map[string]*scope       // by instance namespace
	apps   map[string][]string     // instances of an application, last declared first
}

// candidate is a route that a name may mean.
type candidate struct {
	entry      *entry
	stages     []*stage
	defaults   map[string]any // fixed values, which arguments may repeat
	forms      []form
	converters map[string]*converter
	plain      bool // all stages are path patterns
	re         func() *regexp.Regexp
}

// newScope finds the names among declarations, as Django's URLResolver._populate.
func (b *builder) newScope(decls []*decl) *scope {
	s := &scope{names: make(map[string][]*candidate), spaces: make(map[string]*scope), apps: make(map[string][]string)}
	b.populate(s, decls, nil)
	return s
}

func (b *builder) populate(s *scope, decls []*decl, around []map[string]any) {
	for _, d := range slices.Backward(decls) {
		r := d.route
		if r.isInclude() {
			if ns, app := namespacesOf(r); ns != "" {
				s.apps[app] = append(s.apps[app], ns)
				s.spaces[ns] = b.newScope(d.kids)
				continue
			}
			b.populate(s, d.kids, append(around[:len(around):len(around)], r.extra))
			continue
		}
		if r.name == "" || d.entry == nil {
			continue
		}
		defaults := r.extra
		for _, extra := range slices.Backward(around) {
			defaults = mergeExtra(defaults, extra)
		}
		c, err := newCandidate(d.entry, defaults)
		if err != nil {
			b.fail(r, err.Error(), "split it into several routes")
			continue
		}
		s.names[r.name] = append(s.names[r.name], c)
	}
}

func newCandidate(e *entry, defaults map[string]any) (*candidate, error) {
	c := &candidate{entry: e, stages: e.stages, defaults: defaults, converters: make(map[string]*converter), plain: true}
	var source, check strings.Builder
	for _, s := range e.stages {
		c.plain = c.plain && !s.isRegex
		for _, cap := range s.captures {
			if cap.conv != nil {
				c.converters[cap.name] = cap.conv
			}
		}
		check.WriteString(s.expression())
		if s.isRegex {
			source.WriteString(strings.TrimPrefix(s.source, "^"))
			continue
		}
		for _, t := range s.tokens {
			if t.conv == nil {
				source.WriteString(regexp.QuoteMeta(t.literal))
			} else {
				source.WriteString("(?P<" + t.name + ">)")
			}
		}
		if s.rest {
			source.WriteString("(?P<" + restName + ">)?")
		}
	}
	pattern := "^" + check.String()
	c.re = sync.OnceValue(func() *regexp.Regexp {
		re, err := regexp.Compile(pattern)
		if err != nil {
			return nil
		}
		return re
	})
	var err error
	c.forms, err = reverseForms(source.String())
	return c, err
}

// path writes the candidate's path, without leading slash and not escaped, or says why it can't.
func (c *candidate) path(args []any, named Args) (path, reason string) {
	for _, f := range c.forms {
		p, why := c.write(f, args, named)
		if why == "" {
			return p, ""
		}
		if reason == "" || len(f.params) > 0 {
			reason = why
		}
	}
	return "", reason
}

func (c *candidate) write(f form, args []any, named Args) (path, reason string) {
	if named == nil && len(args) != len(f.params) {
		return "", fmt.Sprintf("takes %s, got %d", count(len(f.params), "argument"), len(args))
	}
	if named != nil {
		if reason := c.names(f, named); reason != "" {
			return "", reason
		}
	}
	var b strings.Builder
	n, fits := 0, c.plain
	for _, p := range f.pieces {
		if p.param == "" {
			b.WriteString(p.literal)
			continue
		}
		value, given := any(nil), false
		if named == nil {
			value, given = args[n], true
			n++
		} else if value, given = named[p.param]; !given {
			value = c.defaults[p.param]
		}
		conv := c.converters[p.param]
		text, err := conv.format(value)
		if err == nil && !utf8.ValidString(text) {
			err = errors.New("is not valid UTF-8")
		}
		if err != nil {
			return "", fmt.Sprintf("%s: %v", paramName(p.param), err)
		}
		if conv != nil && fits && !conv.matches(text) {
			fits = false
			reason = fmt.Sprintf("%s: %s does not match <%s:%s>", p.param, quoteShort(text), conv.name, p.param)
		}
		b.WriteString(text)
	}
	if fits {
		return b.String(), ""
	}
	if re := c.re(); re != nil && re.MatchString(b.String()) {
		return b.String(), ""
	}
	if reason == "" {
		reason = quoteShort(b.String()) + " does not match the pattern"
	}
	return "", reason
}

// names says why named arguments aren't those of a form, "" if they are.
func (c *candidate) names(f form, named Args) string {
	for _, p := range f.params {
		_, given := named[p]
		if _, fixed := c.defaults[p]; !given && !fixed {
			return "needs " + paramName(p)
		}
	}
	for name := range named {
		if _, fixed := c.defaults[name]; !fixed && !slices.Contains(f.params, name) {
			return "takes no argument " + strconv.Quote(name)
		}
	}
	for name, fixed := range c.defaults {
		if v, given := named[name]; given && !slices.Contains(f.params, name) && !reflect.DeepEqual(v, fixed) {
			return fmt.Sprintf("has %s fixed to %v", name, fixed)
		}
	}
	return ""
}

func positionalName(n int) string { return "_" + strconv.Itoa(n) }

func paramName(p string) string {
	if n, ok := strings.CutPrefix(p, "_"); ok {
		if i, err := strconv.Atoi(n); err == nil {
			return "argument " + strconv.Itoa(i+1)
		}
	}
	return p
}

func count(n int, noun string) string {
	switch n {
	case 0:
		return "no " + noun + "s"
	case 1:
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// lookup finds the scope that namespaces lead to, as Django's reverse: a namespace may be that of an
// application, which means its instance in currentApp, or the one called like the application, or
// the last declared.
func (s *scope) lookup(spaces, currentApp string) (*scope, string) {
	for rest, more := spaces, true; more; {
		var ns, here string
		ns, rest, more = strings.Cut(rest, ":")
		here, currentApp, _ = strings.Cut(currentApp, ":")
		asked := ns
		if instances := s.apps[ns]; len(instances) > 0 {
			if here != "" && slices.Contains(instances, here) {
				ns = here
			} else if !slices.Contains(instances, ns) {
				ns = instances[0]
			}
		}
		if ns != here {
			currentApp = ""
		}
		if s = s.spaces[ns]; s != nil {
			continue
		}
		reason := "there is no namespace " + quoteShort(asked)
		if outer := strings.TrimSuffix(strings.TrimSuffix(spaces, rest), ":"); outer != asked {
			reason += " inside " + quoteShort(strings.TrimSuffix(strings.TrimSuffix(outer, asked), ":"))
		}
		return nil, reason
	}
	return s, ""
}

// reverse returns the decoded path for a name, without its leading slash.
func (rt *Router) reverse(name, currentApp string, args []any) (string, error) {
	positional, named, ok := splitArgs(args)
	if !ok {
		return "", &NoReverseError{Name: name, Args: args, Reason: "positional arguments and Args are mixed", router: rt}
	}
	view, s := name, rt.names
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		var reason string
		if s, reason = s.lookup(name[:i], currentApp); s == nil {
			return "", &NoReverseError{Name: name, Args: positional, Named: named, Reason: reason, router: rt}
		}
		view = name[i+1:]
	}
	var tried []ReverseCandidate
	for _, c := range s.names[view] {
		path, reason := c.path(positional, named)
		if reason == "" {
			return path, nil
		}
		tried = append(tried, ReverseCandidate{c.entry.match.Route, c.entry.route.site, reason})
	}
	return "", &NoReverseError{Name: name, Args: positional, Named: named, Candidates: tried, router: rt}
}

// splitArgs tells positional arguments from one Args; no arguments count as named ones, so that fixed
// values can stand in.
func splitArgs(args []any) ([]any, Args, bool) {
	for _, a := range args {
		if named, ok := a.(Args); ok {
			if named == nil {
				named = Args{}
			}
			return nil, named, len(args) == 1
		}
	}
	if len(args) == 0 {
		return nil, Args{}, true
	}
	return args, nil, true
}

// Reverse returns the path for a route's name: "/products/x/". Arguments are positional, in the order
// of the captures, or one [Args]. The name has its namespaces in front: "shop:product". The error is
// a *[NoReverseError]. In a view, use the function [Reverse], which knows the request's namespace
// and where the application is mounted.
func (rt *Router) Reverse(name string, args ...any) (string, error) {
	return rt.URL(name).Args(args...).Build()
}

// escapePath percent-encodes what isn't allowed in a path (Django's quote with RFC3986_SUBDELIMS and
// "/~:@" left alone).
func escapePath(path string) string {
	const keep = "_.-~!$&'()*+,;=/:@"
	plain := func(c byte) bool { return isSlug(c) || strings.IndexByte(keep, c) >= 0 }
	if allBytes(path, plain) {
		return path
	}
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(path)+16)
	for i := 0; i < len(path); i++ {
		if c := path[i]; plain(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

// Reverse is [Router.Reverse] within a request: with the router that the request came through, under
// the prefix that the application is mounted under, and with the namespace of the request's route
// as the current application.
func Reverse(r *web.Request, name string, args ...any) (string, error) {
	m := r.Match()
	if m == nil || m.Router == nil {
		return "", &NoReverseError{Name: name, Args: args, Reason: "the request was not routed yet; use Router.Reverse"}
	}
	rt, ok := m.Router.(*Router)
	if !ok {
		return m.Router.Reverse(name, args...)
	}
	return rt.URL(name).Args(args...).CurrentApp(strings.Join(m.Namespaces, ":")).Under(r.ScriptName()).Build()
}

// Redirect answers with a redirect to a route, by name (302; use WithStatus for others). A name that
// can't be reversed is answered with an error page.
func Redirect(r *web.Request, name string, args ...any) web.Response {
	to, err := Reverse(r, name, args...)
	if err != nil {
		return web.Failed(fmt.Errorf("redirect: %w", err))
	}
	return web.Redirect(to)
}
