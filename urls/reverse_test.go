package urls_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func reverseRouter(t testing.TB) *urls.Router {
	shop := []urls.Route{urls.Path("", empty).Name("index"), urls.Path("<slug:slug>/", empty).Name("product")}
	return mustNew(t, []urls.Route{
		urls.Path("", empty).Name("home"),
		urls.Path("50%/<x>/", empty).Name("percent"),
		urls.Path("/slash/", empty).Name("slash"),
		urls.Include("shop/", shop...).Namespace("shop"),
		urls.Include("sale/", shop...).App("shop").Namespace("sale"),
		urls.Mount("static/", nilHandler{}).Name("static"),
		urls.Path("u/<uuid:id>/", empty).Name("user"),
		urls.Path("b/<base64:v>/", empty).Name("base64"),
		urls.Path("fixed/<int:n>/", empty).With("n", 5).Name("fixed"),
	}, &urls.Options{Converters: map[string]urls.Converter{"base64": base64Converter{}}})
}

func TestReverse(t *testing.T) {
	t.Parallel()
	rt := reverseRouter(t)
	id, err := urls.ParseUUID("12345678-1234-5678-1234-567812345678")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		url  urls.URL
		want string
	}{
		{"plain", rt.URL("home"), "/"},
		{"percent sign", rt.URL("percent").Args("a b?#[%]"), "/50%25/a%20b%3F%23%5B%25%5D/"},
		{"slash first", rt.URL("slash"), "/%2Fslash/"},
		{"under a prefix", rt.URL("slash").Under("/app"), "/app//slash/"},
		{"namespace", rt.URL("shop:product").Args(urls.Args{"slug": "x"}), "/shop/x/"},
		{"instance", rt.URL("sale:index"), "/sale/"},
		{"current app", rt.URL("shop:index").CurrentApp("sale"), "/sale/"},
		{"mount", rt.URL("static"), "/static/"},
		{"mount with rest", rt.URL("static").Args("css/a b.css"), "/static/css/a%20b.css"},
		{"uuid", rt.URL("user").Args(id), "/u/12345678-1234-5678-1234-567812345678/"},
		{"own converter", rt.URL("base64").Args([]byte("hello")), "/b/aGVsbG8=/"},
		{"fixed value stands in", rt.URL("fixed"), "/fixed/5/"},
		{"fixed value given", rt.URL("fixed").Args(urls.Args{"n": 6}), "/fixed/6/"},
		{"query", rt.URL("home").Query(web.ValuesOf("a", "1", "a", "c d")).Fragment("top"), "/?a=1&a=c+d#top"},
	} {
		got, err := test.url.Build()
		if err != nil || got != test.want {
			t.Errorf("%s: got %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

func TestNoReverse(t *testing.T) {
	t.Parallel()
	rt := reverseRouter(t)
	for _, test := range []struct {
		name string
		args []any
		want []string
	}{
		{"hme", nil, []string{`reverse "hme" with no arguments: no route has this name; did you mean "home"?`}},
		{"zzzzzzzz", nil, []string{`there are "base64", "fixed", "home"`, `"shop:index"`}},
		{"index", nil, []string{`did you mean "sale:index", "shop:index"?`}},
		{"nope:index", nil, []string{`there is no namespace "nope"`}},
		{"shop:nope:index", nil, []string{`there is no namespace "nope" inside "shop"`}},
		{"shop:product", nil, []string{`"shop/<slug:slug>/" needs slug (`, "reverse_test.go:"}},
		{"shop:product", []any{"a", 2}, []string{`with ("a", 2): `, "takes 1 argument, got 2"}},
		{"shop:product", []any{"a b"}, []string{`slug: "a b" does not match <slug:slug>`}},
		{"shop:product", []any{urls.Args{"slug": "a", "x": 1}}, []string{"with slug=\"a\", x=1", `takes no argument "x"`}},
		{"shop:product", []any{"a", urls.Args{"slug": "a"}}, []string{"mixed"}},
		{"shop:product", []any{nil}, []string{"slug: is nil"}},
		{"base64", []any{5}, []string{"v: is a int, not bytes"}},
	} {
		_, err := rt.Reverse(test.name, test.args...)
		var nr *urls.NoReverseError
		if !errors.As(err, &nr) {
			t.Errorf("Reverse(%q, %v): error %v", test.name, test.args, err)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("Reverse(%q, %v): error %q lacks %q", test.name, test.args, err, want)
			}
		}
	}
}

func TestReverseInRequest(t *testing.T) {
	t.Parallel()
	view := func(r *web.Request) (web.Response, error) { return urls.Redirect(r, r.URL.RawQuery), nil }
	shop := []urls.Route{urls.Path("", view).Name("index"), urls.Path("go/", view).Name("go")}
	rt := mustNew(t, []urls.Route{
		urls.Include("shop/", shop...).Namespace("shop"),
		urls.Include("sale/", shop...).App("shop").Namespace("sale"),
	}, nil)
	notFound := func(r *web.Request) (web.Response, error) {
		u, err := urls.Reverse(r, "shop:index")
		return web.Text(u).WithStatus(200), err
	}
	h := siteOf(rt, web.Options{ErrorPages: map[int]web.Handler{404: notFound}})
	for target, want := range map[string]string{
		"/sale/go/?shop:index": "302 Location: /sale/",
		"/shop/go/?shop:index": "302 Location: /shop/",
		"/shop/go/?nope":       "500",
		"/none/":               "200 /shop/",
	} {
		if got := fetch(h, "GET", target); got != want {
			t.Errorf("GET %s = %q, want %q", target, got, want)
		}
	}
}
