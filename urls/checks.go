package urls

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/checks"
)

// Check reports what is questionable about the routes; New has refused what can't work. The IDs
// below urls.W100 are Django's:
//
//   - urls.W001: a ReInclude ends with $, so nothing below it can match
//   - urls.W002: a pattern begins with a slash, which the path has lost already
//   - urls.W003: a name has a colon, which separates namespaces
//   - urls.W005: a namespace isn't unique, so some of its routes can't be reversed
//   - 2_0.W001: a path pattern looks like a regular expression
//   - urls.W101: a route can't be reached, as an earlier one matches all that it does
//   - urls.W102: a path pattern has a < that begins no capture
//   - urls.W103: an include has no routes
func (rt *Router) Check() []checks.Message {
	var list []checks.Message
	rt.checkDecls(&list, rt.decls)
	list = append(list, namespaceMessages(rt.decls)...)
	for _, t := range rt.tables {
		list = append(list, t.shadowed(rt.tables[0])...)
	}
	return list
}

func (r *Route) message(id, text, hint string) checks.Message {
	m := checks.Warningf(id, "%s", text).WithHint("%s", hint).On(r.describe())
	return r.at(m)
}

func (r *Route) at(m checks.Message) checks.Message {
	i := strings.LastIndexByte(r.site, ':')
	if i < 0 {
		return m
	}
	line, err := strconv.Atoi(r.site[i+1:])
	if err != nil {
		return m
	}
	return m.At(r.site[:i], line)
}

func (rt *Router) checkDecls(list *[]checks.Message, decls []*decl) {
	for _, d := range decls {
		*list = append(*list, rt.checkRoute(d.route)...)
		rt.checkDecls(list, d.kids)
	}
}

func (rt *Router) checkRoute(r *Route) []checks.Message {
	var list []checks.Message
	add := func(id, text, hint string) { list = append(list, r.message(id, text, hint)) }
	p := r.pattern
	if r.kind == kindRegexInclude && strings.HasSuffix(p, "$") && !strings.HasSuffix(p, `\$`) {
		add("urls.W001", "The prefix of this include ends with a $, so that nothing below it can match.", "Remove the $.")
	}
	slash := strings.HasPrefix(p, "/") || r.isRegex() && (strings.HasPrefix(p, "^/") || strings.HasPrefix(p, `^\/`))
	if slash && rt.opts.TrailingSlash == AppendSlash && !(strings.HasSuffix(p, "/") && r.isInclude()) && r.kind != kindHostInclude {
		add("urls.W002", "The pattern begins with a slash, but a path is matched without its first one.", "Remove the slash.")
	}
	if strings.Contains(r.name, ":") {
		add("urls.W003", "The name "+strconv.Quote(r.name)+" has a colon, which separates namespaces.", "Remove the colon, or use Namespace on an include.")
	}
	if !r.isRegex() && (strings.Contains(p, "(?P<") || strings.HasPrefix(p, "^") || strings.HasSuffix(p, "$")) {
		add("2_0.W001", "The pattern contains (?P<, begins with ^ or ends with $, but is no regular expression.", "Use RePath, or captures as <int:id>.")
	}
	if !r.isRegex() && hasStrayBracket(p) {
		add("urls.W102", "The pattern has a < or > that belongs to no capture and is taken as it stands.", "Write <name> or <converter:name>.")
	}
	if r.isInclude() && len(r.routes) == 0 {
		add("urls.W103", "The include has no routes.", "Remove it, or give it routes.")
	}
	return list
}

// hasStrayBracket tells whether an angle bracket is left when all captures are taken out.
func hasStrayBracket(p string) bool {
	for {
		before, rest, open := strings.Cut(p, "<")
		if strings.Contains(before, ">") {
			return true
		}
		if !open {
			return false
		}
		_, after, shut := strings.Cut(rest, ">")
		if !shut || strings.HasPrefix(rest, ">") {
			return true
		}
		p = after
	}
}

// namespaceMessages reports namespaces that are declared twice.
func namespaceMessages(decls []*decl) []checks.Message {
	var list []checks.Message
	seen := make(map[string]*Route)
	var visit func(decls []*decl, above string)
	visit = func(decls []*decl, above string) {
		for _, d := range decls {
			inner := above
			if ns, _ := namespacesOf(d.route); ns != "" {
				inner += ns
				if first := seen[inner]; first != nil {
					list = append(list, d.route.message("urls.W005",
						"The namespace "+strconv.Quote(inner)+" is not unique: "+first.describe()+" at "+first.site+" has it too. The routes of only one of them can be reversed.",
						"Give each its own Namespace; a common App lets them share names."))
				} else {
					seen[inner] = d.route
				}
				inner += ":"
			}
			visit(d.kids, inner)
		}
	}
	visit(decls, "")
	return list
}

// shadowed reports the entries of t that an earlier one, of the same host or of all hosts, keeps
// from ever being reached.
func (t *table) shadowed(all *table) []checks.Message {
	var list []checks.Message
	regexes := make(map[string][]*entry)
	for _, e := range t.root.all(nil) {
		by := t.root.covers(e)
		if by == nil && t != all {
			by = all.root.covers(e)
		}
		if !e.plain() {
			by = earlier(regexes[e.key()], e)
			regexes[e.key()] = append(regexes[e.key()], e)
		}
		if by != nil {
			list = append(list, e.route.message("urls.W101",
				"The route "+strconv.Quote(e.match.Route)+" can't be reached: "+strconv.Quote(by.match.Route)+" at "+by.route.site+", which is tried before it, matches all of its paths and methods.",
				"Move it up, or remove one of them."))
		}
	}
	return list
}

// all returns the entries of a tree in the order of their declaration.
func (n *node) all(list []*entry) []*entry {
	first := list == nil
	list = append(append(append(list, n.leaves...), n.tails...), n.complex...)
	for _, c := range n.static {
		list = c.all(list)
	}
	for _, c := range n.params {
		if c != nil {
			list = c.all(list)
		}
	}
	if first {
		slices.SortFunc(list, func(a, b *entry) int { return a.index - b.index })
	}
	return list
}

func (e *entry) plain() bool { return e.segments != nil || e.tail != nil }

// key is the pattern of an entry that isn't plain; equal keys match the same paths.
func (e *entry) key() string {
	var b strings.Builder
	for _, s := range e.stages {
		b.WriteString(s.expression() + "\x00")
	}
	return b.String()
}

// earlier returns the first of the entries that comes before e and takes all of its methods.
func earlier(list []*entry, e *entry) *entry {
	for _, other := range list {
		if other.index < e.index && other.allowsAll(e.methods) {
			return other
		}
	}
	return nil
}

func (e *entry) allowsAll(methods []string) bool {
	if e.methods == nil || methods == nil {
		return e.methods == nil
	}
	return !slices.ContainsFunc(methods, func(m string) bool { return !slices.Contains(e.methods, m) })
}

// covers returns an entry below n that matches every path of e and comes before it.
func (n *node) covers(e *entry) *entry {
	if !e.plain() {
		return nil
	}
	var found *entry
	var visit func(n *node, segs []segment)
	visit = func(n *node, segs []segment) {
		if n.least >= e.index || found != nil {
			return
		}
		if e.isStatic && e.host == nil {
			found = earlier(slices.DeleteFunc(slices.Clone(n.complex), func(c *entry) bool { return !c.matchesStages(e.text) }), e)
		}
		if found == nil {
			found = earlier(n.tails, e)
			if found != nil && !found.tailCovers(e, segs) {
				found = nil
			}
		}
		if len(segs) == 0 {
			if e.tail == nil && found == nil {
				found = earlier(n.leaves, e)
			}
			return
		}
		n.eachCovering(segs[0], func(c *node) { visit(c, segs[1:]) })
	}
	visit(n, e.segments)
	return found
}

// tailCovers tells whether what the entry's tail takes includes all that is left of another.
func (e *entry) tailCovers(other *entry, left []segment) bool {
	switch {
	case e.tail.name == restName:
		return len(left) > 0 || other.tail != nil
	case len(left) == 0:
		return other.tail != nil && other.tail.name != restName
	case len(left) == 1 && other.tail == nil:
		return left[0].capture || left[0].literal != ""
	}
	return true
}

// eachCovering calls f with the children that take all that a segment takes.
func (n *node) eachCovering(s segment, f func(*node)) {
	if !s.capture {
		if c := n.static[s.literal]; c != nil {
			f(c)
		}
	}
	for kind, c := range n.params {
		k := converterKind(kind)
		if c == nil {
			continue
		}
		literal := !s.capture && k.matches(s.literal) && k.accepts(s.literal)
		if literal || s.capture && (k == s.kind || k == kindStr || k == kindSlug && s.kind != kindStr) {
			f(c)
		}
	}
}
