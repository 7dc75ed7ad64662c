package main

import (
	"fmt"
	"strings"

	"github.com/nuages-web/nuages/asgi/python/django"
	"github.com/nuages-web/nuages/urls"
)

// goRoutes writes Django's routes as a route table of Go, in their order, each with urls.Elsewhere for its
// view: so that they have names to reverse, and their place when one is moved. What Go has no form for is
// a comment, and so is why, if the table would not be sound.
func goRoutes(p *django.Project) string {
	t := &table{admins: adminNamespaces(p), taken: map[string]bool{}}
	all := t.level(p.Routes, "", "")
	router, err := urls.New(all.routes, nil)
	switch {
	case err != nil:
		return "// Django's routes make no table in Go: " + strings.ReplaceAll(err.Error(), "\n", " ") + "\n"
	case len(router.Check()) > 0:
		return "// Django's routes make no table in Go: " + router.Check()[0].Text + "\n"
	}
	return all.source
}

// A table is written namespace by namespace.
type table struct {
	admins map[string]bool // the namespaces of Django's admin sites
	taken  map[string]bool // the namespaces that have been written
}

// entry is a part of the table, with the routes that it stands for: none for a comment.
type entry struct {
	source string
	routes []urls.Route
}

func (e *entry) add(other entry) {
	e.source += other.source
	e.routes = append(e.routes, other.routes...)
}

// level writes the routes of a namespace, "" for none, and of those in it. Their patterns begin with
// prefix.
func (t *table) level(list []django.Route, space, prefix string) entry {
	var all entry
	for _, group := range groups(list, space) {
		if inner := within(group[0].Namespace, space); inner != space {
			all.add(t.include(group, inner, prefix))
			continue
		}
		for _, r := range group {
			all.add(newEntry(r, prefix, r.Name[strings.LastIndexByte(r.Name, ':')+1:]))
		}
	}
	return all
}

// include writes the routes of a namespace below their common prefix. Of a namespace that is there twice,
// Django reverses the first alone: the routes of others have no names.
func (t *table) include(group []django.Route, space, prefix string) entry {
	if t.taken[space] {
		var all entry
		for _, r := range group {
			all.add(newEntry(r, prefix, ""))
		}
		return all
	}
	below := prefix + commonPrefix(group, prefix)
	inside := t.level(group, space, below)
	if all, ok := adminEntries(group[0], prefix, below); ok && t.admins[space] {
		inside = all
	}
	if len(inside.routes) == 0 {
		return inside
	}
	t.taken[space] = true
	name, app := lastPart(space), lastPart(appOf(group[0], space))
	route := urls.Include(below[len(prefix):], inside.routes...).Namespace(name)
	source := fmt.Sprintf("urls.Include(%q,\n%s).Namespace(%q)", below[len(prefix):], inside.source, name)
	if app != name && app != "" {
		route, source = route.App(app), source+fmt.Sprintf(".App(%q)", app)
	}
	return entry{source + ",\n", []urls.Route{route}}
}

// within returns the namespace directly in space that another is, or lies in; space itself for itself.
func within(namespace, space string) string {
	rest := namespace
	if space != "" {
		rest = strings.TrimPrefix(namespace[len(space):], ":")
	}
	first, _, _ := strings.Cut(rest, ":")
	return strings.Trim(space+":"+first, ":")
}

func lastPart(space string) string { return space[strings.LastIndexByte(space, ':')+1:] }

// appOf is the part of a route's application namespaces that belongs to a namespace.
func appOf(r django.Route, space string) string {
	apps := strings.Split(r.App, ":")
	return strings.Join(apps[:min(len(apps), strings.Count(space, ":")+1)], ":")
}

// groups cuts routes where the namespace directly in space changes.
func groups(list []django.Route, space string) [][]django.Route {
	var cut [][]django.Route
	for i, r := range list {
		if i == 0 || within(r.Namespace, space) != within(list[i-1].Namespace, space) {
			cut = append(cut, nil)
		}
		last := len(cut) - 1
		cut[last] = append(cut[last], r)
	}
	return cut
}

// commonPrefix is what patterns have in common behind prefix, up to a slash and without captures.
func commonPrefix(group []django.Route, prefix string) string {
	common := group[0].Pattern
	for _, r := range group {
		for !strings.HasPrefix(r.Pattern, common) {
			common = common[:len(common)-1]
		}
	}
	rest := strings.TrimPrefix(common, prefix)
	if i := strings.IndexAny(rest, `<^$\([.+*?`); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[:strings.LastIndexByte(rest, '/')+1]
	for _, r := range group {
		if _, ok := cutExpression(r.Regexp, prefix+rest); !ok { // of i18n_patterns: a pattern has one language
			return ""
		}
	}
	return rest
}

// cutExpression takes a prefix from the beginning of a regular expression, where Python has escaped it.
func cutExpression(expression, prefix string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(expression, "^")
	for i := 0; ok && i < len(prefix); i++ {
		rest, ok = strings.CutPrefix(strings.TrimPrefix(rest, `\`), prefix[i:i+1])
	}
	return rest, ok
}

// form is a way to write a route.
type form struct{ function, pattern, name string }

// forms are the ways to write a route below a prefix, the best first. Without the names of its groups, an
// expression has no name to reverse.
func forms(r django.Route, prefix, name string) []form {
	var list []form
	if rest, ok := strings.CutPrefix(r.Pattern, prefix); ok && r.Kind == "path" {
		list = append(list, form{"Path", rest, name})
	}
	for _, f := range []form{{"RePath", r.Named, name}, {"RePath", r.Regexp, ""}} {
		rest, ok := cutExpression(f.pattern, prefix)
		switch {
		case f.pattern == "":
		case prefix == "":
			list = append(list, f)
		case ok:
			list = append(list, form{f.function, "^" + rest, f.name})
		}
	}
	return list
}

// newEntry writes a route in the first form that Go takes.
func newEntry(r django.Route, prefix, name string) entry {
	comment := strings.TrimSpace(r.View + " " + strings.Join(r.Methods, " "))
	for _, f := range forms(r, prefix, name) {
		route, step := urls.Path(f.pattern, urls.Elsewhere), ""
		if f.function == "RePath" {
			route = urls.RePath(f.pattern, urls.Elsewhere)
		}
		if f.name != "" && works(route.Name(f.name), prefix, r.Sample) {
			route, step = route.Name(f.name), fmt.Sprintf(".Name(%q)", f.name)
		}
		if works(route, prefix, r.Sample) {
			return entry{fmt.Sprintf("urls.%s(%s, urls.Elsewhere)%s, // %s\n", f.function, literal(f.pattern), step, comment), []urls.Route{route}}
		}
	}
	return entry{source: fmt.Sprintf("// %s is Python's, without a form in Go: %s\n", strings.ReplaceAll(r.Pattern, "\n", `\n`), comment)}
}

// adminEntries stand for all routes of Django's admin, which move together if at all. index is the first
// of them. Below has the prefix of them all, unless they have none but that of the routes around them.
func adminEntries(index django.Route, prefix, below string) (all entry, ok bool) {
	if below != prefix {
		return entry{
			"urls.Path(\"\", urls.Elsewhere).Name(\"index\"), // Django's admin\nurls.Path(\"<path:rest>\", urls.Elsewhere),\n",
			[]urls.Route{urls.Path("", urls.Elsewhere).Name("index"), urls.Path("<path:rest>", urls.Elsewhere)},
		}, true
	}
	rest, _ := cutExpression(strings.TrimSuffix(index.Named, `\Z`), prefix)
	route := urls.RePath("^"+rest, urls.Elsewhere)
	if rest == "" || !works(route, prefix, index.Sample) {
		return entry{}, false
	}
	return entry{fmt.Sprintf("urls.RePath(%s, urls.Elsewhere), // Django's admin\n", literal("^"+rest)), []urls.Route{route}}, true
}

// works tells whether a route below a prefix takes a path, and nothing is doubtful about it.
func works(route urls.Route, prefix, sample string) bool {
	list := []urls.Route{route}
	if prefix != "" {
		list = []urls.Route{urls.Include(prefix, route)}
	}
	router, err := urls.New(list, nil)
	if err != nil || sample == "" || len(router.Check()) > 0 {
		return false
	}
	_, err = router.Resolve(sample)
	return err == nil
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
