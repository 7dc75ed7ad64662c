package urls

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/web"
)

func nothing(*web.Request) (web.Response, error) { return web.Response{}, nil }

// plainFind is Django's way: every route, one after another.
func plainFind(rt *Router, path string) *entry {
	for _, e := range rt.entries {
		if e.matchesStages(path) {
			return e
		}
	}
	return nil
}

func visits(rt *Router, path string) int {
	s := search{path: path, best: math.MaxInt}
	s.walk(rt.tables[0].root, path, false)
	return s.visits
}

// TestTreeKeepsOrder compares the tree with trying each route, on tables made at random.
func TestTreeKeepsOrder(t *testing.T) {
	t.Parallel()
	g := rand.New(rand.NewPCG(1, 2))
	segments := []string{"a", "b", "1", "<int:i%d>", "<slug:s%d>", "<str:t%d>", "<uuid:u%d>", "<path:p%d>", "x<int:n%d>", ""}
	values := []string{"a", "b", "1", "22", "x5", "a.b", "", "12345678-1234-5678-1234-567812345678"}
	found := 0
	for range 300 {
		var routes []Route
		for range 1 + g.IntN(12) {
			var parts []string
			for i := range g.IntN(5) {
				s := segments[g.IntN(len(segments))]
				if strings.Contains(s, "%d") {
					s = fmt.Sprintf(s, i)
				}
				parts = append(parts, s)
			}
			routes = append(routes, Path(strings.Join(parts, "/"), nothing))
		}
		rt, err := New(routes, nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 60 {
			var parts []string
			for range g.IntN(5) {
				parts = append(parts, values[g.IntN(len(values))])
			}
			path := strings.Join(parts, "/")
			want := plainFind(rt, path)
			if got, _ := rt.find("", path, ""); got != want {
				t.Fatalf("find(%q) = %v, want %v, of %v", path, got, want, rt.Routes())
			}
			if want != nil {
				found++
			}
		}
	}
	if found < 2000 {
		t.Errorf("only %d paths matched", found)
	}
}

// hostile is a table in which every level has a literal and captures for each path: a search that
// went back without bound would double its work with each level.
func hostile(depth int) []Route {
	var routes []Route
	for level := depth; level > 0; level-- {
		for _, kind := range []string{"a", "<slug:%s>", "<str:%s>"} {
			parts := make([]string, level)
			for i := range parts {
				parts[i] = fmt.Sprintf("<str:c%d>", i)
			}
			if strings.Contains(kind, "%s") {
				kind = fmt.Sprintf(kind, "last")
			}
			parts[level-1] = kind
			routes = append(routes, Path(strings.Join(parts, "/")+"/end", nothing))
			for i := range parts[:level-1] {
				parts[i] = "a"
			}
			routes = append(routes, Path(strings.Join(parts, "/")+"/end", nothing))
		}
	}
	return routes
}

// TestVisits counts the nodes that are looked at: never more than there are, whatever the path.
func TestVisits(t *testing.T) {
	t.Parallel()
	counts := make(map[int]int)
	for _, depth := range []int{5, 10, 20, 40} {
		rt, err := New(hostile(depth), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{
			strings.Repeat("a/", depth) + "x", strings.Repeat("a/", depth*50), strings.Repeat("/", 8000),
			strings.Repeat("a", 8000) + "/" + strings.Repeat("a/", depth), strings.Repeat("%2f../", 1000),
		} {
			n := visits(rt, path)
			if got, _ := rt.find("", path, ""); got != plainFind(rt, path) {
				t.Errorf("depth %d: find(%.40q) is not the first match", depth, path)
			}
			counts[depth] = max(counts[depth], n)
		}
		if limit := len(hostile(depth)) * (depth + 1); counts[depth] > limit {
			t.Errorf("depth %d: %d visits, more than the %d segments of all routes", depth, counts[depth], limit)
		}
	}
	// doubling the depth multiplies segments of all routes by four, and visits by no more
	if counts[40] > 4*counts[20]+20 || counts[20] > 4*counts[10]+20 {
		t.Errorf("visits grow too fast: %v", counts)
	}
}

// TestVisitsStayLow: many routes beside the path's own cost nothing.
func TestVisitsStayLow(t *testing.T) {
	t.Parallel()
	rt, err := New(manyRoutes(10_000), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"section5000/item/", "section5000/12/edit/", "section5000/12/none/", "nothing/at/all/"} {
		if n := visits(rt, path); n > 8 {
			t.Errorf("%d visits for %q", n, path)
		}
	}
}

// manyRoutes makes a table of about n routes.
func manyRoutes(n int) []Route {
	var routes []Route
	for i := range n / 5 {
		p := fmt.Sprintf("section%d/", i)
		routes = append(routes, Path(p, nothing), Path(p+"item/", nothing), Path(p+"<int:id>/", nothing),
			Path(p+"<int:id>/edit/", nothing), Path(p+"<slug:slug>/<int:page>/", nothing))
	}
	return routes
}

func newRequest(t testing.TB, path string) *web.Request {
	raw := mustRequest(path)
	r, err := web.NewRequest(raw, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAllocations(t *testing.T) {
	rt, err := New(manyRoutes(1000), nil)
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]float64{"/section7/item/": 0, "/section7/12/edit/": 1, "/section7/x/3/": 1} {
		r := newRequest(t, path)
		got := testing.AllocsPerRun(100, func() {
			if _, err := rt.Handle(r); err != nil {
				t.Fatal(err)
			}
		})
		if got > want {
			t.Errorf("%s: %v allocations, want %v", path, got, want)
		}
	}
}

func BenchmarkHandle(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		rt, err := New(manyRoutes(n), nil)
		if err != nil {
			b.Fatal(err)
		}
		for name, path := range map[string]string{"static": "/section1/item/", "param": "/section1/12/edit/", "404": "/section1/12/none/"} {
			r := newRequest(b, path)
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					_, _ = rt.Handle(r)
				}
			})
		}
	}
}

func BenchmarkReverse(b *testing.B) {
	rt, err := New([]Route{Include("shop/", Path("<int:id>/<slug:slug>/", nothing).Name("product")).Namespace("shop")}, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rt.Reverse("shop:product", 12, "the-wall"); err != nil {
			b.Fatal(err)
		}
	}
}
