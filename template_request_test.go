package nuages_test

import (
	"net/url"
	"testing"
	"testing/fstest"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// TestRequestInTemplates shows what a page may ask the request for, by Django's names.
func TestRequestInTemplates(t *testing.T) {
	t.Parallel()
	page := "{{ request.method }} {{ request.path }} {{ request.get_full_path }} {{ request.GET.page }} {{ request.POST.name }}|" +
		"{{ request.COOKIES.a }}|{{ request.META.HTTP_X_PART }}{{ request.headers.x_part }}|{{ request.META.REQUEST_METHOD }}|" +
		"{{ request.resolver_match.view_name }} {{ request.resolver_match.kwargs.slug }} {{ request.is_secure }} {{ request.get_host }}|" +
		"{{ STATIC_URL }} {{ TIME_ZONE }} {{ debug }} {{ LANGUAGE_CODE }} {{ LANGUAGE_BIDI }}|{% url 'page' 'y' %}{% querystring page=3 %}|{% if request.GET.none %}never{% endif %}"
	p := newProject(t, func(s *nuages.Settings) {
		s.Templates = fstest.MapFS{"page.html": {Data: []byte(page)}}
	}, []urls.Route{urls.Path("pages/<slug:slug>/", func(*web.Request) (web.Response, error) {
		return web.Render("page.html", nil), nil
	}).Name("page")})
	c := client(t, p, nil)
	want := "POST /pages/x/ /pages/x/?q=a&amp;page=1&amp;page=2 2 Ada|||POST|page x False testserver|/static/ UTC False en-us False|/pages/y/?q=a&amp;page=3|"
	if got := c.Post("/pages/x/?q=a&page=1&page=2", url.Values{"name": {"Ada"}}).Body; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestRenderers shows that a project renders its own templates first, then those of its apps, then
// those of other engines.
func TestRenderers(t *testing.T) {
	t.Parallel()
	page := func(name string) web.Handler {
		return func(*web.Request) (web.Response, error) {
			return web.Render(name, map[string]any{"x": "<x>"}), nil
		}
	}
	app := nuages.App{
		Name:      "shop",
		Templates: fstest.MapFS{"shop/a.html": {Data: []byte("app")}, "shop/b.html": {Data: []byte("{% load shop %}{{ x|shout }}")}},
		TemplateLibraries: map[string]*template.Library{"shop": {Filters: map[string]template.Filter{
			"shout": {Func: func(s string) string { return s + "!" }},
		}}},
	}
	p, err := nuages.New(nuages.Settings{
		SecretKey: settings.SecretOf("for tests"), AllowedHosts: []string{"testserver"},
		Templates: fstest.MapFS{"shop/a.html": {Data: []byte("project")}},
		Renderers: []web.Renderer{web.NewGoTemplates(fstest.MapFS{"go.html": {Data: []byte("go {{.x}}")}}, nil)},
	}, []urls.Route{
		urls.Path("a/", page("shop/a.html")), urls.Path("b/", page("shop/b.html")), urls.Path("go/", page("go.html")), urls.Path("none/", page("none.html")),
	}, app)
	if err != nil {
		t.Fatal(err)
	}
	c := client(t, p, nil).AllowServerErrors()
	for path, want := range map[string]string{"/a/": "project", "/b/": "&lt;x&gt;!", "/go/": "go &lt;x&gt;"} {
		if got := c.Get(path).Body; got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	c.Get("/none/").AssertStatus(500)
}
