package urls_test

import (
	"net/http/httptest"
	"testing"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// TestClaims shows which requests a router claims, and that Handle looks again where a request has
// become another one since.
func TestClaims(t *testing.T) {
	t.Parallel()
	view := func(name string) web.Handler {
		return func(*web.Request) (web.Response, error) { return web.Text(name), nil }
	}
	rt, err := urls.New([]urls.Route{
		urls.Path("a/", view("a")).Methods("GET"),
		urls.Path("b/", view("b")),
		urls.Path("e/", urls.Elsewhere).Name("elsewhere"),
		urls.Path("e/<path:rest>", view("shadowed")),
		urls.Include("f/", urls.RePath("^x/$", urls.Elsewhere).Methods("POST"), urls.Path("y/", view("y")).Methods("GET"), urls.Path("y/", urls.Elsewhere)),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	second, err := urls.New([]urls.Route{urls.Path("c/", view("c"))}, nil)
	if err != nil {
		t.Fatal(err)
	}
	request := func(method, path string) *web.Request {
		r, err := web.NewRequest(httptest.NewRequest(method, path, nil), nil)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for target, want := range map[string][2]bool{
		"/a/": {true, true}, "/a": {true, true}, "/": {false, false}, "/c/": {false, false}, "/a/b/": {false, false},
		"/e/": {false, false}, "/e": {false, false}, "/e/more": {true, true}, "/f/x/": {false, false}, "/f/y/": {true, false},
	} {
		for i, method := range []string{"GET", "POST"} {
			if got := rt.Claims(request(method, target)); got != want[i] {
				t.Errorf("%s %s: got %v, want %v", method, target, got, want[i])
			}
		}
	}
	if path, err := rt.Reverse("elsewhere"); err != nil || path != "/e/" {
		t.Errorf("got %q, %v", path, err)
	}
	changes := map[string]func(*web.Request){
		"a": func(*web.Request) {},
		"b": func(r *web.Request) { r.URL.Path = "/b/" },
		"c": func(r *web.Request) { r.URL.Path = "/c/"; urls.SetRouter(r, second) },
	}
	for want, change := range changes {
		r := request("GET", "/a/")
		if !rt.Claims(r) || r.Match() != nil {
			t.Fatalf("not claimed, or matched too early: %v", r.Match())
		}
		change(r)
		resp, err := rt.Handle(r)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := resp.Content(r); err != nil || string(got) != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
	r := request("GET", "/a/")
	rt.Claims(r)
	r.Method = "POST"
	if _, err := rt.Handle(r); err == nil {
		t.Error("a method that the route hasn't was let through")
	}
	r = request("GET", "/c/")
	urls.SetRouter(r, second)
	if !rt.Claims(r) {
		t.Error("the router that middleware has set was not asked")
	}
}
