package urls

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func mustRequest(path string) *http.Request {
	return &http.Request{Method: "GET", URL: &url.URL{Path: path}, Header: http.Header{}, Host: "example.org"}
}

// FuzzPattern makes a router of any patterns. What New accepts resolves the same by the tree as by
// trying each route, and what it reverses it resolves again.
func FuzzPattern(f *testing.F) {
	f.Add("a/<int:x>/", "<path:p>", `^(?P<y>\d+)/$`, "a/12/", "12")
	f.Add("<str:a>-<slug:b>.html", "<>/<", `(a|b)*c?[^/]{2,3}`, "x-y.html", "y")
	f.Add("<uuid:u>//", "%s", `^\Z[\w\]-]`, "/", "")
	f.Fuzz(func(t *testing.T, first, second, expression, path, value string) {
		if len(first)+len(second)+len(expression)+len(path) > 1000 {
			return
		}
		rt, err := New([]Route{
			Path(first, nothing).Name("first"),
			Include(second, Path("in/<x>/", nothing).Name("second"), Path("", nothing)),
			RePath(expression, nothing).Name("third"),
		}, nil)
		if err != nil {
			return
		}
		rt.Check()
		e, _ := rt.find("", path, "")
		if want := plainFind(rt, path); e != want {
			t.Fatalf("find(%q) = %v, want %v", path, e, want)
		}
		if e != nil {
			if m := e.matched("", path); len(m.Values) > e.captured {
				t.Fatalf("%d values of %d captures", len(m.Values), e.captured)
			}
		}
		for _, name := range []string{"first", "second", "third"} {
			for _, args := range [][]any{nil, {value}, {value, value}} {
				checkReverse(t, rt, name, args)
			}
		}
	})
}

func checkReverse(t *testing.T, rt *Router, name string, args []any) {
	u, err := rt.Reverse(name, args...)
	if err != nil {
		if err.Error() == "" {
			t.Fatal("an error without text")
		}
		return
	}
	if !strings.HasPrefix(u, "/") || strings.HasPrefix(u, "//") {
		t.Fatalf("Reverse(%q, %q) = %q, which leads elsewhere", name, args, u)
	}
	path, err := url.PathUnescape(u)
	if err != nil {
		t.Fatalf("Reverse(%q, %q) = %q: %v", name, args, u, err)
	}
	if name == "first" && !strings.Contains(rt.entries[0].match.Route, "<path:") {
		for _, a := range args {
			if s := a.(string); len(s) > 15 {
				return // a number may be too large to be resolved
			}
		}
		if e, _ := rt.find("", strings.TrimPrefix(path, "/"), ""); e != rt.entries[0] {
			t.Fatalf("Reverse(%q, %q) = %q, which does not resolve to it", name, args, u)
		}
	}
}

// FuzzResolve resolves any path in a table with every kind of route.
func FuzzResolve(f *testing.F) {
	rt, err := New([]Route{
		Path("", nothing), Path("a/<int:x>/", nothing), Path("a/<slug:x>/", nothing), Path("a/b/", nothing), Path("<uuid:x>/", nothing),
		Path("<int:y>-<slug:s>.html", nothing), Include("<str:t>/", Path("<path:p>/end", nothing), RePath(`^(\d+)/(?:(\w+)/)?$`, nothing)),
		Mount("m/", http.NotFoundHandler()), RePath(`x(?P<q>.*)`, nothing),
	}, nil)
	if err != nil {
		f.Fatal(err)
	}
	for _, s := range []string{"/", "/a/12/", "/a/b/", "/1-x.html", "/t/1/end", "/t/5/a/", "/m/", "//", "/x\n", "", "/a/99999999999999999999/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, path string) {
		m, err := rt.Resolve(path)
		rest, ok := strings.CutPrefix(path, "/")
		if want := plainFind(rt, rest); (want != nil && ok) != (err == nil) || err == nil && m.Route != want.match.Route {
			t.Fatalf("Resolve(%q) = %v, %v, want %v", path, m, err, want)
		}
		if err == nil {
			for _, v := range m.Values {
				if !strings.Contains(path, v.Raw) {
					t.Fatalf("Resolve(%q): the value %q is not of the path", path, v.Raw)
				}
			}
		}
	})
}
