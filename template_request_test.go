package nuages_test

import (
	"net/url"
	"testing"
	"testing/fstest"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// TestRequestInTemplates shows what a page may ask the request for, by Django's names.
func TestRequestInTemplates(t *testing.T) {
	t.Parallel()
	page := "{{ request.method }} {{ request.path }} {{ request.get_full_path }} {{ request.GET.page }} {{ request.POST.name }}|" +
		"{{ request.COOKIES.a }}|{{ request.META.HTTP_X_PART }}{{ request.headers.x_part }}|{{ request.META.REQUEST_METHOD }}|" +
		"{{ request.resolver_match.view_name }} {{ request.resolver_match.kwargs.slug }} {{ request.is_secure }} {{ request.get_host }}|" +
		"{{ STATIC_URL }} {{ TIME_ZONE }} {{ debug }}|{% url 'page' 'y' %}{% querystring page=3 %}|{% if request.GET.none %}never{% endif %}"
	p := newProject(t, func(s *nuages.Settings) {
		s.Templates = fstest.MapFS{"page.html": {Data: []byte(page)}}
	}, []urls.Route{urls.Path("pages/<slug:slug>/", func(*web.Request) (web.Response, error) {
		return web.Render("page.html", nil), nil
	}).Name("page")})
	c := client(t, p, nil)
	want := "POST /pages/x/ /pages/x/?q=a&amp;page=1&amp;page=2 2 Ada|||POST|page x False testserver|/static/ UTC False|/pages/y/?q=a&amp;page=3|"
	if got := c.Post("/pages/x/?q=a&page=1&page=2", url.Values{"name": {"Ada"}}).Body; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
