package urls_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/urls"
)

// spec is a route as Go and Python both build it.
type spec struct {
	Kind    string `json:"kind"` // path, re, include, reinclude
	Pattern string `json:"pattern"`
	Name    string `json:"name,omitempty"`
	App     string `json:"app,omitempty"`
	Space   string `json:"space,omitempty"`
	Extra   int    `json:"extra,omitempty"` // value of "extra", 0 for none
	Kids    []spec `json:"kids,omitempty"`
}

func (s spec) route() urls.Route {
	var kids []urls.Route
	for _, k := range s.Kids {
		kids = append(kids, k.route())
	}
	var r urls.Route
	switch s.Kind {
	case "path":
		r = urls.Path(s.Pattern, empty).Name(s.Name)
	case "re":
		r = urls.RePath(s.Pattern, empty).Name(s.Name)
	case "include":
		r = urls.Include(s.Pattern, kids...).App(s.App).Namespace(s.Space)
	case "reinclude":
		r = urls.ReInclude(s.Pattern, kids...).App(s.App).Namespace(s.Space)
	}
	if s.Extra != 0 {
		r = r.With("extra", int64(s.Extra))
	}
	return r
}

// question is a table with paths to resolve and names to reverse.
type question struct {
	Routes   []spec   `json:"routes"`
	Paths    []string `json:"paths"`
	Reverses []ask    `json:"reverses"`
}

type ask struct {
	Name   string            `json:"name"`
	Args   []string          `json:"args"`
	Kwargs map[string]string `json:"kwargs"`
	App    string            `json:"app"`
}

// answer is what Django says to a question; nil is an error.
type answer struct {
	Matches []map[string]any `json:"matches"`
	URLs    []*string        `json:"urls"`
}

const djangoScript = realdjango.Configure + `
import json, sys, types
from django.urls import include, path, re_path, resolve, reverse, Resolver404, NoReverseMatch

def view(request): pass

def build(specs):
    out = []
    for s in specs:
        f = re_path if s["kind"] in ("re", "reinclude") else path
        extra = {"extra": s["extra"]} if s.get("extra") else None
        if s["kind"] in ("path", "re"):
            out.append(f(s["pattern"], view, extra, name=s.get("name") or None))
        elif s.get("app"):
            out.append(f(s["pattern"], include((build(s.get("kids", [])), s["app"]), namespace=s.get("space") or None), extra))
        else:
            out.append(f(s["pattern"], include(build(s.get("kids", []))), extra))
    return out

answers = []
for n, q in enumerate(json.load(sys.stdin)):
    conf = types.ModuleType("conf%d" % n)
    conf.urlpatterns = build(q["routes"])
    sys.modules[conf.__name__] = conf
    matches, urls = [], []
    for p in q["paths"]:
        try:
            m = resolve(p, conf.__name__)
        except Resolver404:
            matches.append(None)
            continue
        kwargs = {k: v if isinstance(v, int) else str(v) for k, v in m.kwargs.items()}
        matches.append({"name": ":".join(m.namespaces + [m.url_name or ""]), "args": list(m.args), "kwargs": kwargs, "route": m.route,
            "namespaces": m.namespaces, "app_names": m.app_names})
    for r in q["reverses"]:
        try:
            urls.append(reverse(r["name"], conf.__name__, r["args"], r["kwargs"], current_app=r["app"] or None))
        except NoReverseMatch:
            urls.append(None)
        except Exception:
            urls.append("!") # Django breaks: a percent sign in a pattern, a name captured twice
    answers.append({"matches": matches, "urls": urls})
json.dump(answers, sys.stdout)
`

// generator makes tables at random, and paths that are likely to match.
type generator struct{ *rand.Rand }

func (g generator) pick(list ...string) string { return list[g.IntN(len(list))] }

func (g generator) segment(n int) string {
	return g.pick("a", "b", "new", "2024", "x-y", fmt.Sprintf("<int:i%d>", n), fmt.Sprintf("<slug:s%d>", n), fmt.Sprintf("<str:t%d>", n),
		fmt.Sprintf("<u%d>", n), fmt.Sprintf("<uuid:k%d>", n), fmt.Sprintf("v<int:i%d>", n), fmt.Sprintf("<int:i%d>-<slug:s%d>.html", n, n),
		fmt.Sprintf("<path:p%d>", n), "ü", "a.b")
}

func (g generator) pattern(level int) string {
	var b strings.Builder
	for i := range g.IntN(3) {
		b.WriteString(g.segment(level*10+i) + g.pick("/", "/", "/", "", "-", "//"))
	}
	return b.String()
}

func (g generator) expression(level int) string {
	n := level * 10
	return g.pick("^", "^", "^", "") + g.pick("a/", "b/", "new", "") + g.pick(
		fmt.Sprintf(`(?P<r%d>[0-9]+)/`, n), `(\w+)/`, `([a-z]+)-(\d+)/`, fmt.Sprintf(`(?:(?P<o%d>\d+)/)?`, n), `[ab]x?/`,
		fmt.Sprintf(`(?P<w%d>[\w-]+)/(\d)?`, n), `x{2}/`, `.+/`)
}

func (g generator) routes(level int) []spec {
	var list []spec
	for range 1 + g.IntN(5) {
		s := spec{Kind: g.pick("path", "path", "path", "re", "include", "reinclude")}
		if level > 2 && strings.HasSuffix(s.Kind, "include") {
			s.Kind = "path"
		}
		if g.IntN(6) == 0 {
			s.Extra = 1 + g.IntN(2)
		}
		if strings.HasPrefix(s.Kind, "re") {
			s.Pattern = g.expression(level)
		} else {
			s.Pattern = g.pattern(level)
		}
		switch s.Kind {
		case "re":
			s.Pattern += g.pick("$", "$", "$", "")
		case "include", "reinclude":
			s.Kids = g.routes(level + 1)
			if g.IntN(2) == 0 {
				s.App = g.pick("app", "shop")
				s.Space = g.pick("app", "one", "two", "")
			}
			list = append(list, s)
			continue
		}
		s.Name = g.pick("home", "item", "list")
		list = append(list, s)
	}
	return list
}

func (g generator) path() string {
	var b strings.Builder
	b.WriteString("/")
	for range g.IntN(5) {
		b.WriteString(g.pick("a", "b", "new", "2024", "x-y", "7", "00012", "v3", "5-hello.html", "ü", "a.b", "xx", "bx", "50%", "a b", "A\n", "٣",
			"12345678-1234-5678-1234-567812345678") + g.pick("/", "/", "/", "", "-", "//"))
	}
	return b.String()
}

func (g generator) ask() ask {
	a := ask{Name: g.pick("", "", "app:", "shop:", "one:", "two:", "app:shop:", "one:app:", "shop:two:") + g.pick("home", "item", "list"),
		Args: []string{}, Kwargs: map[string]string{}, App: g.pick("", "", "one", "two", "app:one", "one:two")}
	value := func() string { return g.pick("a", "7", "2024", "x-y", "a b", "ü", "a/b", "", "xx", "%", "//evil") }
	if g.IntN(3) > 0 {
		for range g.IntN(4) {
			a.Args = append(a.Args, value())
		}
		return a
	}
	for range g.IntN(3) {
		a.Kwargs[g.pick("i0", "s0", "t0", "u0", "r0", "o0", "w0", "i10", "s10", "t10", "i1", "p0")] = value()
	}
	return a
}

// TestDjango compares tables, paths and names made at random with the answers of real Django.
func TestDjango(t *testing.T) {
	t.Parallel()
	g := generator{rand.New(rand.NewPCG(6, 1))}
	questions := make([]question, 300)
	for i := range questions {
		q := question{Routes: g.routes(0), Reverses: []ask{}}
		for range 40 {
			q.Paths = append(q.Paths, g.path())
		}
		for range 40 {
			q.Reverses = append(q.Reverses, g.ask())
		}
		questions[i] = q
	}
	input, err := json.Marshal(questions)
	if err != nil {
		t.Fatal(err)
	}
	var answers []answer
	if err := json.Unmarshal(realdjango.Run(t, djangoScript, input), &answers); err != nil {
		t.Fatal(err)
	}
	matched, reversed := 0, 0
	for i, q := range questions {
		m, r := compare(t, q, answers[i])
		matched, reversed = matched+m, reversed+r
	}
	t.Logf("equal: %d paths (%d match), %d reversals (%d exist)", 300*40, matched, 300*40, reversed)
	if matched < 1000 || reversed < 400 {
		t.Errorf("the tables are too poor: %d matches, %d reversals", matched, reversed)
	}
}

func compare(t *testing.T, q question, want answer) (matched, reversed int) {
	t.Helper()
	var routes []urls.Route
	for _, s := range q.Routes {
		routes = append(routes, s.route())
	}
	table, _ := json.Marshal(q.Routes)
	rt, err := urls.New(routes, nil)
	if err != nil {
		t.Errorf("New(%s): %v", table, err)
		return 0, 0
	}
	for i, path := range q.Paths {
		var got map[string]any
		if m, err := rt.Resolve(path); err == nil {
			// as JSON, so that numbers compare
			text, _ := json.Marshal(describeMatch(m))
			_ = json.Unmarshal(text, &got)
			matched++
		}
		if diff := cmp.Diff(want.Matches[i], got); diff != "" {
			t.Errorf("Resolve(%q) of %s (-want +got):\n%s", path, table, diff)
		}
	}
	for i, a := range q.Reverses {
		var args []any
		for _, s := range a.Args {
			args = append(args, s)
		}
		if len(a.Kwargs) > 0 {
			named := urls.Args{}
			for k, v := range a.Kwargs {
				named[k] = v
			}
			args = []any{named}
		}
		got, err := rt.URL(a.Name).Args(args...).CurrentApp(a.App).Build()
		switch w := want.URLs[i]; {
		case w != nil && *w == "!":
		case w == nil && err == nil:
			t.Errorf("Reverse(%+v) of %s = %q, Django refuses", a, table, got)
		case w != nil && (err != nil || got != *w):
			t.Errorf("Reverse(%+v) of %s = %q, %v, want %q", a, table, got, err, *w)
		case w != nil:
			reversed++
		}
	}
	return matched, reversed
}
