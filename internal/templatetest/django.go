package templatetest

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// DjangoDir is where the distribution's package has Django.
const DjangoDir = "/usr/lib/python3/dist-packages/django"

// DjangoLocale returns the catalogues of an installed Django, of the apps that
// its own tests have installed and then of Django itself; nil where dir is no
// Django.
func DjangoLocale(dir string) []fs.FS {
	var folders []fs.FS
	for _, folder := range []string{"contrib/contenttypes", "contrib/auth", "contrib/sites", "contrib/sessions", "contrib/admin", "conf"} {
		folder = filepath.Join(dir, filepath.FromSlash(folder), "locale")
		if info, err := os.Stat(folder); err == nil && info.IsDir() {
			folders = append(folders, os.DirFS(folder))
		}
	}
	return folders
}

// urlconf is the module of URLs of Django's template tests.
const urlconf = "template_tests.urls"

// routes are those of that module: what templates reverse.
func routes() []urls.Route {
	view := func(*web.Request) (web.Response, error) { return web.Text(""), nil }
	clients := func() []urls.Route {
		return []urls.Route{
			urls.Path("", view).Name("index"),
			urls.RePath(`^client/([0-9,]+)/$`, view).Name("client"),
			urls.RePath(`^client/(?P<id>[0-9]+)/(?P<action>[^/]+)/$`, view).Name("client_action"),
			urls.RePath(`^client/(?P<client_id>[0-9]+)/(?P<action>[^/]+)/$`, view).Name("client_action"),
			urls.RePath(`^named-client/([0-9]+)/$`, view).Name("named.client"),
		}
	}
	return append(clients(),
		urls.RePath(`^Юникод/(\w+)/$`, view).Name("метка_оператора"),
		urls.RePath(`^Юникод/(?P<tag>\S+)/$`, view).Name("метка_оператора_2"),
		urls.Include("ns1/", clients()...).App("app").Namespace("ns1"),
		urls.Include("ns2/", clients()...).App("app").Namespace("app"),
	)
}

// reverser gives {% url %} the routes of a router.
type reverser struct{ router *urls.Router }

// ReverseURL implements template.URLs.
func (r reverser) ReverseURL(_ context.Context, name string, args []any, kwargs map[string]any) (string, error) {
	if len(kwargs) > 0 {
		return r.router.Reverse(name, urls.Args(kwargs))
	}
	return r.router.Reverse(name, args...)
}

// HasURL implements template.URLs.
func (r reverser) HasURL(name string) bool {
	for _, route := range r.router.Routes() {
		if route.Name == name {
			return true
		}
	}
	return false
}

// cache keeps fragments. Time does not pass in it.
type cache struct {
	mu        sync.Mutex
	fragments map[string]string
}

// GetFragment implements template.FragmentCache.
func (c *cache) GetFragment(_ context.Context, key string) (string, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	html, ok := c.fragments[key]
	return html, ok, nil
}

// SetFragment implements template.FragmentCache.
func (c *cache) SetFragment(_ context.Context, key, html string, ttl time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fragments == nil {
		c.fragments = map[string]string{}
	}
	if ttl != 0 { // 0 is never kept, negative always
		c.fragments[key] = html
	}
	return nil
}
