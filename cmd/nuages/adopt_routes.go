package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/urls"
)

// goRoutes writes Django's routes as a route table of Go, in their order, each with urls.Elsewhere for its
// view: so that they have names to reverse, and their place when one is moved. What Go has no form for is
// a comment. "" if the table would not be sound.
func goRoutes(p *django.Project) string {
	var source strings.Builder
	var all []urls.Route
	admins := adminNamespaces(p)
	for _, group := range groups(p.Routes) {
		var entries []entry
		prefix := commonPrefix(group)
		if admins[group[0].Namespace] && prefix != "" {
			entries = adminEntries()
		} else {
			for _, r := range group {
				entries = append(entries, newEntry(r, prefix, p.Converters))
			}
		}
		space := group[0].Namespace
		if space == "" || strings.Contains(space, ":") {
			for _, e := range entries {
				source.WriteString(e.source)
				all = append(all, e.routes...)
			}
			continue
		}
		fmt.Fprintf(&source, "urls.Include(%q,\n", prefix)
		var below []urls.Route
		for _, e := range entries {
			source.WriteString(e.source)
			below = append(below, e.routes...)
		}
		fmt.Fprintf(&source, ").Namespace(%q),\n", space)
		all = append(all, urls.Include(prefix, below...).Namespace(space))
	}
	router, err := urls.New(all, nil)
	if err != nil || len(router.Check()) > 0 {
		return ""
	}
	return source.String()
}

// groups cuts a plan where the namespace changes.
func groups(plan []django.Route) [][]django.Route {
	var list [][]django.Route
	for i, r := range plan {
		if i == 0 || r.Namespace != plan[i-1].Namespace {
			list = append(list, nil)
		}
		last := len(list) - 1
		list[last] = append(list[last], r)
	}
	return list
}

// commonPrefix is the part of their patterns, up to a slash and without captures, that routes of a
// namespace begin with.
func commonPrefix(group []django.Route) string {
	if group[0].Namespace == "" || strings.Contains(group[0].Namespace, ":") {
		return ""
	}
	prefix := group[0].Pattern
	for _, r := range group {
		for !strings.HasPrefix(r.Pattern, prefix) {
			prefix = prefix[:len(prefix)-1]
		}
	}
	if i := strings.IndexAny(prefix, `<^$\([.+*?`); i >= 0 {
		prefix = prefix[:i]
	}
	return prefix[:strings.LastIndexByte(prefix, '/')+1]
}

// entry is a line of the table, with the routes that it stands for: one, or none for a comment.
type entry struct {
	source string
	routes []urls.Route
}

// form is a way to write a route.
type form struct{ function, pattern, name string }

// forms are the ways to write a route below a prefix, the best first. Without the names of its groups, an
// expression has no name to reverse.
func forms(r django.Route, prefix, name string, converters []django.Converter) []form {
	var list []form
	if rest, ok := strings.CutPrefix(r.Pattern, prefix); ok && r.Kind == "path" {
		list = append(list, form{"Path", rest, name}, form{"RePath", asRegexp(rest, converters), name})
	}
	if prefix == "" && strings.HasPrefix(r.Pattern, "^") {
		list = append(list, form{"RePath", r.Pattern, name})
	}
	switch rest, ok := strings.CutPrefix(r.Regexp, "^"+prefix); {
	case prefix == "":
		list = append(list, form{"RePath", r.Regexp, ""})
	case ok:
		list = append(list, form{"RePath", "^" + rest, ""})
	}
	return list
}

var capturePart = regexp.MustCompile(`<(?:([^>:]+):)?([^>]+)>`)

// asRegexp writes a path pattern as a regular expression: converters of the project's own have no other
// form until they are written in Go.
func asRegexp(pattern string, converters []django.Converter) string {
	known := map[string]string{"": "[^/]+", "str": "[^/]+", "int": "[0-9]+", "slug": "[-a-zA-Z0-9_]+", "path": ".+",
		"uuid": "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"}
	for _, c := range converters {
		known[c.Name] = c.Regexp
	}
	var b strings.Builder
	at := 0
	for _, m := range capturePart.FindAllStringSubmatchIndex(pattern, -1) {
		kind := ""
		if m[2] >= 0 {
			kind = pattern[m[2]:m[3]]
		}
		fmt.Fprintf(&b, "%s(?P<%s>%s)", regexp.QuoteMeta(pattern[at:m[0]]), pattern[m[4]:m[5]], known[kind])
		at = m[1]
	}
	return "^" + b.String() + regexp.QuoteMeta(pattern[at:]) + "$"
}

// newEntry writes a route in the first form that Go takes.
func newEntry(r django.Route, prefix string, converters []django.Converter) entry {
	name := r.Name[strings.LastIndexByte(r.Name, ':')+1:]
	if strings.Contains(r.Namespace, ":") {
		name = "" // no include here has two namespaces
	}
	comment := strings.TrimSpace(r.View + " " + strings.Join(r.Methods, " "))
	for _, f := range forms(r, prefix, name, converters) {
		route, step := urls.Path(f.pattern, urls.Elsewhere), ""
		if f.function == "RePath" {
			route = urls.RePath(f.pattern, urls.Elsewhere)
		}
		if f.name != "" && works(route.Name(f.name)) {
			route, step = route.Name(f.name), fmt.Sprintf(".Name(%q)", f.name)
		}
		if r.Sample != "" && works(route) {
			return entry{fmt.Sprintf("urls.%s(%s, urls.Elsewhere)%s, // %s\n", f.function, literal(f.pattern), step, comment), []urls.Route{route}}
		}
	}
	return entry{source: fmt.Sprintf("// %s is Python's, without a form in Go: %s\n", r.Pattern, comment)}
}

// adminEntries stand for all routes of Django's admin, which move together if at all.
func adminEntries() []entry {
	return []entry{
		{"urls.Path(\"\", urls.Elsewhere).Name(\"index\"), // Django's admin\n", []urls.Route{urls.Path("", urls.Elsewhere).Name("index")}},
		{"urls.Path(\"<path:rest>\", urls.Elsewhere),\n", []urls.Route{urls.Path("<path:rest>", urls.Elsewhere)}},
	}
}

// works tells whether a route works, and nothing is doubtful about it.
func works(route urls.Route) bool {
	router, err := urls.New([]urls.Route{route}, nil)
	return err == nil && len(router.Check()) == 0
}

// literal writes a pattern as people would.
func literal(pattern string) string {
	if strings.Contains(pattern, `\`) && !strings.Contains(pattern, "`") {
		return "`" + pattern + "`"
	}
	return fmt.Sprintf("%q", pattern)
}

// adminNamespaces are those of Django's admin sites.
func adminNamespaces(p *django.Project) map[string]bool {
	admins := map[string]bool{}
	for _, route := range p.Routes {
		if strings.HasPrefix(route.View, adminViews) && route.Namespace != "" {
			admins[route.Namespace] = true
		}
	}
	return admins
}
