package urls_test

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// say returns a view that says its name and what the route captured.
func say(name string) web.Handler {
	return func(r *web.Request) (web.Response, error) {
		s := name
		for _, v := range r.Match().Values {
			s += " " + v.Name + "=" + v.Raw
		}
		return web.Text(s), nil
	}
}

func mustNew(t testing.TB, routes []urls.Route, opts *urls.Options) *urls.Router {
	t.Helper()
	rt, err := urls.New(routes, opts)
	if err != nil {
		t.Fatal(err)
	}
	return rt
}

func siteOf(rt *urls.Router, opts web.Options) http.Handler {
	opts.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	return web.ToHTTP(rt.Handle, &opts)
}

// fetch returns status, Location or Allow, and the body of what isn't an error page.
func fetch(h http.Handler, method, target string) string {
	host := ""
	if rest, ok := strings.CutPrefix(target, "@"); ok {
		host, target, _ = strings.Cut(rest, "/")
		target = "/" + target
	}
	raw := httptest.NewRequest(method, "http://example.org/", nil)
	raw.Host = host
	raw.RequestURI = target
	path, query, _ := strings.Cut(target, "?")
	raw.URL.Path, raw.URL.RawQuery = path, query
	w := httptest.NewRecorder()
	h.ServeHTTP(w, raw)
	s := fmt.Sprint(w.Code)
	for _, header := range []string{"Location", "Allow", "X-Layer"} {
		if v := w.Header().Get(header); v != "" {
			s += " " + header + ": " + v
		}
	}
	if w.Code < 300 && w.Body.Len() > 0 {
		s += " " + w.Body.String()
	}
	return s
}

func layer(name string) web.Middleware {
	return web.Middleware{Name: name, Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			resp, err := next(r)
			if err != nil {
				return resp, errors.New("a layer saw an error")
			}
			resp.Header().Add("X-Layer", name+fmt.Sprint(resp.StatusCode()))
			return resp, nil
		}
	}}
}

func TestHandle(t *testing.T) {
	t.Parallel()
	fail := func(*web.Request) (web.Response, error) { return web.Response{}, web.Forbidden("no") }
	routes := []urls.Route{
		urls.Path("", say("home")).Name("home"),
		urls.Path("products/", say("list")).Methods("GET"),
		urls.Path("products/", say("create")).Methods("POST"),
		urls.Path("products/<slug:slug>/", say("product")),
		urls.Path("products/new/", say("never")),
		urls.Path("a/<int:x>/", say("int")).Methods("get"),
		urls.Path("a/7/", say("seven")),
		urls.Path("noslash", say("noslash")),
		urls.Path("<int:year>-<slug:name>.html", say("file")),
		urls.Include("in/<slug:shop>/", urls.Path("<path:rest>", say("in"))).Use(layer("outer"), layer("inner")),
		urls.Path("fail/", fail).Use(layer("around")),
		urls.Path("limited/", say("limited")).Methods("PUT").Use(layer("around")),
		urls.Mount("static/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(w, "%s %s", r.URL.Path, r.PathValue("*"))
		})),
		urls.Host("<tenant>.example.com", urls.Path("who/", say("tenant")), urls.Path("only/<int:n>/", say("only"))),
		urls.Host("www.example.net", urls.Path("who/", say("net"))),
		urls.Path("who/", say("anybody")),
		urls.Path("/evil/", say("evil")),
	}
	h := siteOf(mustNew(t, routes, nil), web.Options{})
	for _, test := range []struct{ method, target, want string }{
		{"GET", "/", "200 home"},
		{"GET", "/products/", "200 list"},
		{"HEAD", "/products/", "200"},
		{"POST", "/products/", "200 create"},
		{"DELETE", "/products/", "405 Allow: GET, HEAD, OPTIONS, POST"},
		{"OPTIONS", "/products/", "204 Allow: GET, HEAD, OPTIONS, POST"},
		{"OPTIONS", "/limited/", "204 Allow: OPTIONS, PUT X-Layer: around204"},
		{"OPTIONS", "/", "200 home"},
		{"GET", "/products/new/", "200 product slug=new"},
		{"GET", "/a/7/", "200 int x=7"},
		{"POST", "/a/7/", "200 seven"},
		{"POST", "/a/8/", "405 Allow: GET, HEAD, OPTIONS"},
		{"GET", "/a/99999999999999999999/", "404"},
		{"GET", "/a/00000000000000000000000000012/", "200 int x=00000000000000000000000000012"},
		{"GET", "/2024-hello.html", "200 file year=2024 name=hello"},
		{"GET", "/products?page=2", "301 Location: /products/?page=2"},
		{"POST", "/products", "308 Location: /products/"},
		{"GET", "/noslash/", "404"},
		{"GET", "//evil", "301 Location: /%2Fevil/"},
		{"GET", "//evil.com/x", "404"},
		{"GET", "/in/a/b/c", "200 X-Layer: inner200 in shop=a rest=b/c"},
		{"GET", "/fail/", "403 X-Layer: around403"},
		{"GET", "/static/css/a.css", "200 /css/a.css css/a.css"},
		{"GET", "/static/", "200 / "},
		{"GET", "/static", "301 Location: /static/"},
		{"GET", "@shop.example.com/who/", "200 tenant tenant=shop"},
		{"GET", "@SHOP.example.com:8000/who/", "200 tenant tenant=shop"},
		{"GET", "@a.b.example.com/who/", "200 anybody"},
		{"GET", "@www.example.net/who/", "200 net"},
		{"GET", "/who/", "200 anybody"},
		{"GET", "@shop.example.com/only/5/", "200 only tenant=shop n=5"},
		{"GET", "/only/5/", "404"},
		{"GET", "@shop.example.com/only/5", "301 Location: /only/5/"},
		{"OPTIONS", "*", "404"},
	} {
		t.Run(test.method+" "+test.target, func(t *testing.T) {
			t.Parallel()
			if got := fetch(h, test.method, test.target); got != test.want {
				t.Errorf("%s %s = %q, want %q", test.method, test.target, got, test.want)
			}
		})
	}
}

func TestTrailingSlash(t *testing.T) {
	t.Parallel()
	routes := []urls.Route{urls.Path("a", say("a")), urls.Path("b/", say("b")), urls.Path("/c", say("c"))}
	for _, test := range []struct {
		policy       urls.TrailingSlash
		target, want string
	}{
		{urls.AppendSlash, "/b", "301 Location: /b/"},
		{urls.AppendSlash, "/a/", "404"},
		{urls.StrictSlash, "/b", "404"},
		{urls.StrictSlash, "/a/", "404"},
		{urls.RemoveSlash, "/a/?x=1", "301 Location: /a?x=1"},
		{urls.RemoveSlash, "/b", "404"},
		{urls.RemoveSlash, "//c/", "301 Location: /%2Fc"},
		{urls.RemoveSlash, "/", "404"},
	} {
		h := siteOf(mustNew(t, routes, &urls.Options{TrailingSlash: test.policy}), web.Options{})
		if got := fetch(h, "GET", test.target); got != test.want {
			t.Errorf("policy %d: GET %s = %q, want %q", test.policy, test.target, got, test.want)
		}
	}
}

func TestScriptName(t *testing.T) {
	t.Parallel()
	rt := mustNew(t, []urls.Route{
		urls.Path("a/", func(r *web.Request) (web.Response, error) {
			u, err := urls.Reverse(r, "b", "x")
			return web.Text(u), err
		}),
		urls.Path("b/<x>/", say("b")).Name("b"),
	}, nil)
	h := siteOf(rt, web.Options{ScriptName: "/app"})
	for target, want := range map[string]string{"/app/a/": "200 /app/b/x/", "/app/a": "301 Location: /app/a/"} {
		if got := fetch(h, "GET", target); got != want {
			t.Errorf("GET %s = %q, want %q", target, got, want)
		}
	}
}

func TestMatch(t *testing.T) {
	t.Parallel()
	rt := mustNew(t, []urls.Route{
		urls.Include("shop/", urls.Include("sale/", urls.Path("<int:id>/", empty).Name("item").With("b", 2)).Namespace("sale").App("shop")).
			With("a", 1).With("b", 1).Namespace("shop"),
	}, nil)
	m, err := rt.Resolve("/shop/sale/7/")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(m.Route, " ", m.ViewName(), " ", m.Namespaces, m.AppNames, m.Extra, m.Values)
	want := "shop/sale/<int:id>/ shop:sale:item [shop sale] [shop shop] map[a:1 b:2] [{id 7 <nil>}]"
	if got != want {
		t.Errorf("match = %q, want %q", got, want)
	}
	if !strings.HasSuffix(m.View, "urls_test.empty") || !strings.Contains(m.Site, "router_test.go:") {
		t.Errorf("View %q, Site %q", m.View, m.Site)
	}
	if !rt.Valid("/shop/sale/7/") || rt.Valid("/shop/sale/x/") || rt.Valid("shop") {
		t.Error("Valid does not agree with Resolve")
	}
}

func TestTried(t *testing.T) {
	t.Parallel()
	rt := mustNew(t, []urls.Route{
		urls.Path("", empty).Name("home"),
		urls.Include("shop/", urls.Path("a/", empty), urls.Include("<int:n>/", urls.Path("b/", empty).Name("b"))),
		urls.Include("other/", urls.Path("a/", empty)),
		urls.Host("x.org", urls.Path("never/", empty)),
	}, nil)
	_, err := rt.Resolve("/shop/7/c/")
	var nf *urls.NotFoundError
	if !errors.As(err, &nf) {
		t.Fatalf("error %v", err)
	}
	var got []string
	for _, tried := range nf.Patterns() {
		got = append(got, strings.Join(tried.Patterns, " ")+"|"+tried.Name)
	}
	want := []string{"|home", "shop/ a/|", "shop/ <int:n>/ b/|b", "other/|", "x.org|"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tried (-want +got):\n%s", diff)
	}
}

func TestSetRouter(t *testing.T) {
	t.Parallel()
	second := mustNew(t, []urls.Route{urls.Path("a/", say("second"))}, nil)
	first := mustNew(t, []urls.Route{urls.Path("a/", say("first"))}, nil)
	swap := web.Middleware{Name: "swap", Wrap: func(next web.Handler) web.Handler {
		return func(r *web.Request) (web.Response, error) {
			if r.URL.RawQuery == "second" {
				urls.SetRouter(r, second)
			}
			return next(r)
		}
	}}
	h := siteOf(first, web.Options{Middleware: []web.Middleware{swap}})
	if got := fetch(h, "GET", "/a/") + ", " + fetch(h, "GET", "/a/?second"); got != "200 first, 200 second" {
		t.Errorf("got %q", got)
	}
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	rt := mustNew(t, []urls.Route{
		urls.Include("shop/", urls.Path("<id>/", empty).Name("item").Methods("GET")).Namespace("shop"),
		urls.Host("x.org", urls.Mount("m/", http.NotFoundHandler())),
	}, nil)
	list := rt.Routes()
	for i := range list {
		if !strings.Contains(list[i].Site, "router_test.go:") {
			t.Errorf("site %q", list[i].Site)
		}
		list[i].Site = ""
	}
	want := []urls.RouteInfo{
		{Pattern: "shop/<id>/", Name: "shop:item", Methods: []string{"GET", "HEAD"}, View: "github.com/nuages-web/nuages/urls_test.empty"},
		{Pattern: "m/…", Host: "x.org", View: "http.HandlerFunc"},
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("routes (-want +got):\n%s", diff)
	}
}

func TestNewErrors(t *testing.T) {
	t.Parallel()
	_, err := urls.New([]urls.Route{
		urls.Path("a/<int:x y>/", empty),
		urls.Path("a/<x>/<int:x>/", empty),
		urls.Path("a/<number:x>/", empty),
		urls.Path("a/<9>/", empty),
		urls.Path("nil/", nil),
		urls.RePath(`^(?=a)`, empty),
		urls.RePath(`^(a`, empty),
		urls.Mount("x", http.NotFoundHandler()),
		urls.Mount("y/", nil),
		urls.Include("a/").Name("n"),
		urls.Path("b/", empty).Namespace("n"),
		urls.Path("c/", empty).Methods("GE T"),
		urls.Path("d/", empty).Use(web.Middleware{Name: "m"}),
		urls.Host("a.org", urls.Host("b.org", urls.Path("", empty))),
		urls.Include("e/").Namespace("a:b"),
		urls.RePath(strings.Repeat(`(?:(a)/)?`, 20), empty).Name("many"),
		{},
	}, &urls.Options{Converters: map[string]urls.Converter{"int": tinyConverter{}, "none": nil}})
	if err == nil {
		t.Fatal("no error")
	}
	var re *urls.RouteError
	if !errors.As(err, &re) || !strings.Contains(re.Site, "router_test.go:") {
		t.Errorf("no RouteError with its site in %v", err)
	}
	for _, want := range []string{
		"whitespace within <int:x y>", `captures "x" twice`, `uses the converter "number", which there is not: use one of int, path, slug, str, uuid`,
		`captures "9", which is not a name`, `Path("nil/") has a nil view`, "no lookaround", "missing closing )", "write x/", "nil handler",
		`has the name "n"`, "is no include", `the method "GE T"`, `middleware "m"`, "within another Host", "namespace with a colon",
		"more optional groups", "was made by hand", `converter "int" is built in`, `converter "none" is nil`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q:\n%v", want, err)
		}
	}
}
