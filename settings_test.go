package nuages_test

import (
	"embed"
	"fmt"
	"io/fs"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestAllowedHosts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		debug  bool
		hosts  []string
		host   string
		status int
	}{
		{"named", false, []string{"example.com"}, "example.com", 200},
		{"case and port", false, []string{"example.com"}, "EXAMPLE.com:8000", 200},
		{"foreign", false, []string{"example.com"}, "evil.example", 400},
		{"below", false, []string{".example.com"}, "a.example.com", 200},
		{"any", false, []string{"*"}, "evil.example", 200},
		{"none", false, nil, "localhost", 400},
		{"none in debug", true, nil, "localhost:8000", 200},
		{"foreign in debug", true, nil, "evil.example", 400},
		{"named in debug", true, []string{"example.com"}, "localhost", 400},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, func(s *nuages.Settings) { s.Debug, s.AllowedHosts = test.debug, test.hosts }, []urls.Route{urls.Path("", text("ok"))})
			client(t, p, &webtest.Options{Host: test.host}).Get("/").AssertStatus(test.status)
		})
	}
}

// TestDebugPages has who sees the inside of an error.
func TestDebugPages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		debug  bool
		remote string
		shown  bool
	}{
		{"this machine", true, "127.0.0.1", true},
		{"this machine, IPv6", true, "::1", true},
		{"internal", true, "192.0.2.7", true},
		{"elsewhere", true, "198.51.100.7", false},
		{"production", false, "127.0.0.1", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t, func(s *nuages.Settings) {
				s.Debug, s.InternalIPs = test.debug, []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
			}, []urls.Route{urls.Path("", func(*web.Request) (web.Response, error) {
				return web.Response{}, fmt.Errorf("the cellar is flooded")
			})})
			page := client(t, p, &webtest.Options{RemoteAddr: test.remote, AllowServerErrors: true}).Get("/")
			page.AssertStatus(500)
			if shown := strings.Contains(page.Body, "the cellar is flooded"); shown != test.shown {
				t.Errorf("shown: got %v, want %v", shown, test.shown)
			}
		})
	}
}

func TestTrustedProxies(t *testing.T) {
	t.Parallel()
	p := newProject(t, func(s *nuages.Settings) { s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} },
		[]urls.Route{urls.Path("", func(r *web.Request) (web.Response, error) { return web.Text(r.RemoteAddr().String()), nil })})
	header := http.Header{"X-Forwarded-For": {"198.51.100.7"}}
	for remote, want := range map[string]string{"10.1.2.3": "198.51.100.7", "192.0.2.1": "192.0.2.1"} {
		if got := client(t, p, &webtest.Options{RemoteAddr: remote, Header: header}).Get("/").Body; got != want {
			t.Errorf("by way of %s: got %s, want %s", remote, got, want)
		}
	}
}

func TestSignedCookiesRotate(t *testing.T) {
	t.Parallel()
	routes := []urls.Route{
		urls.Path("set/", func(r *web.Request) (web.Response, error) {
			return web.Text("").WithSignedCookie(r, "cart", web.Cookie{Name: "cart", Value: "nuages"}), nil
		}),
		urls.Path("read/", func(r *web.Request) (web.Response, error) {
			value, err := r.SignedCookie("cart", "cart", 0)
			if err != nil {
				return web.Text("refused"), nil
			}
			return web.Text(value), nil
		}),
	}
	made := client(t, newProject(t, nil, routes), nil)
	made.Get("/set/")
	cookie, ok := made.Cookie("cart")
	if !ok || cookie.Secure {
		t.Fatalf("got %+v, %v", cookie, ok)
	}
	next := settings.SecretOf("the-next-secret-key-0123456789-0123456789-0123456789")
	for name, test := range map[string]struct {
		fallbacks []settings.Secret
		want      string
	}{
		"without the former key": {nil, "refused"},
		"with the former key":    {[]settings.Secret{secret}, "nuages"},
	} {
		c := client(t, newProject(t, func(s *nuages.Settings) { s.SecretKey, s.SecretKeyFallbacks = next, test.fallbacks }, routes), nil)
		c.SetCookie(cookie)
		if got := c.Get("/read/").Body; got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
	strict := client(t, newProject(t, func(s *nuages.Settings) { s.SecureCookies = true }, routes), nil)
	if c, ok := strict.Get("/set/").Cookie("cart"); !ok || !c.Secure {
		t.Errorf("SecureCookies: got %+v, %v", c, ok)
	}
}

func TestPathsAndLimits(t *testing.T) {
	t.Parallel()
	routes := []urls.Route{
		urls.Path("a/", func(r *web.Request) (web.Response, error) {
			body, err := r.Body()
			if err != nil {
				return web.Response{}, err
			}
			path, err := urls.Reverse(r, "a")
			return web.Text(fmt.Sprint(path, len(body))), err
		}).Name("a"),
	}
	client(t, newProject(t, nil, routes), nil).Get("/a").AssertRedirects("/a/", &webtest.RedirectOptions{Status: 301})
	client(t, newProject(t, func(s *nuages.Settings) { s.TrailingSlash = urls.StrictSlash }, routes), nil).Get("/a").AssertStatus(404)
	below := client(t, newProject(t, func(s *nuages.Settings) { s.ScriptName = "/shop" }, routes), nil)
	below.Get("/a/").AssertContains("/shop/a/0", nil)
	small := client(t, newProject(t, func(s *nuages.Settings) { s.Limits.Body = 10 }, routes), nil)
	small.PostBody("/a/", "text/plain", make([]byte, 10)).AssertContains("/a/10", nil)
	small.PostBody("/a/", "text/plain", make([]byte, 11)).AssertStatus(413)
}

func TestErrorPages(t *testing.T) {
	t.Parallel()
	p := newProject(t, func(s *nuages.Settings) {
		s.ErrorPages = map[int]web.Handler{404: func(*web.Request) (web.Response, error) {
			return web.HTML("<p>Not on our shelves.").WithStatus(404), nil
		}}
	}, nil)
	client(t, p, nil).Get("/").AssertContains("Not on our shelves.", &webtest.ContainsOptions{Status: 404})
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	routes := []urls.Route{urls.Path("records/<slug:slug>/", func(*web.Request) (web.Response, error) {
		return web.Render("page.html", map[string]any{"slug": "nuages"}), nil
	}).Name("record")}
	for _, debug := range []bool{true, false} {
		dir := t.TempDir()
		file := filepath.Join(dir, "page.html")
		put := func(text string) {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put(`{% url "record" slug %} {{ slug|shout }}`)
		c := client(t, newProject(t, func(s *nuages.Settings) {
			s.Debug, s.Templates = debug, os.DirFS(dir)
			s.TemplateOptions.Builtins = []*template.Library{{Filters: map[string]template.Filter{"shout": {Func: strings.ToUpper}}}}
		}, routes), nil)
		c.Get("/records/nuages/").AssertContains("/records/nuages/ NUAGES", nil)
		put("changed")
		want := "/records/nuages/ NUAGES"
		if debug {
			want = "changed"
		}
		if got := c.Get("/records/nuages/").Body; got != want {
			t.Errorf("after a change, debug %v: got %q, want %q", debug, got, want)
		}
	}
}

//go:embed LICENSE
var embedded embed.FS

func TestSource(t *testing.T) {
	t.Parallel()
	if got := nuages.Source(embedded, false); got != fs.FS(embedded) {
		t.Errorf("production: got %T, want what is embedded", got)
	}
	if _, err := fs.Stat(nuages.Source(embedded, true), "go.mod"); err != nil {
		t.Errorf("debug: got %v, want the folder of this file", err)
	}
	files := fstest.MapFS{"templates/a.html": {Data: []byte("a")}}
	if _, err := fs.Stat(nuages.Sub(files, "templates"), "a.html"); err != nil {
		t.Error(err)
	}
	defer func() {
		if recover() == nil {
			t.Error("Sub of ../x: got no panic")
		}
	}()
	nuages.Sub(files, "../x")
}

// TestNothingStaysBehind serves a page and ends.
func TestNothingStaysBehind(t *testing.T) {
	t.Parallel()
	webtest.NoGoroutineLeak(t)
	client(t, newProject(t, nil, []urls.Route{urls.Path("", text("ok"))}), nil).Get("/").AssertStatus(200)
}
