package nuages_test

import (
	"net/http/httptest"
	"testing"
	"testing/fstest"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/signing"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// plainSigner is a signer of one's own.
type plainSigner struct{}

func (plainSigner) Sign(c signing.Cookie, value string) string { return c.Name + "." + value }
func (plainSigner) Unsign(c signing.Cookie, signed string, _ time.Duration) (string, error) {
	return signed[len(c.Name)+1:], nil
}

func TestOwnCookieSigner(t *testing.T) {
	t.Parallel()
	p, err := nuages.New(nuages.Settings{SecretKey: settings.SecretOf("for-tests"), AllowedHosts: []string{"example.com"}, Cookies: plainSigner{}},
		[]urls.Route{urls.Path("", func(r *web.Request) (web.Response, error) {
			return web.Text("").WithSignedCookie(r, "", web.Cookie{Name: "a", Value: "b"}), nil
		})})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if c := w.Result().Cookies(); len(c) != 1 || c[0].Value != "a.b" {
		t.Errorf("got %v", w.Result().Header)
	}
}

func TestPropagatePanics(t *testing.T) {
	t.Parallel()
	p, err := nuages.New(nuages.Settings{SecretKey: settings.SecretOf("for-tests"), AllowedHosts: []string{"example.com"}, PropagatePanics: true},
		[]urls.Route{urls.Path("", func(*web.Request) (web.Response, error) { panic("through") })})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if v := recover(); v != "through" {
			t.Errorf("recovered %v", v)
		}
	}()
	p.Handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

func TestVerboseName(t *testing.T) {
	t.Parallel()
	p, err := nuages.New(nuages.Settings{SecretKey: settings.SecretOf("for-tests")}, nil,
		nuages.App{Name: "shop"}, nuages.App{Name: "blog", VerboseName: "The blog"})
	if err != nil {
		t.Fatal(err)
	}
	shop, _ := p.App("shop")
	blog, _ := p.App("blog")
	if shop.VerboseName != "shop" || blog.VerboseName != "The blog" {
		t.Errorf("got %q, %q", shop.VerboseName, blog.VerboseName)
	}
}

// Forms of other sites' pages are refused without being asked for, but for the sites that are trusted.
func TestTrustedOrigins(t *testing.T) {
	t.Parallel()
	p, err := nuages.New(nuages.Settings{SecretKey: settings.SecretOf("for-tests"), AllowedHosts: []string{"example.com"}, TrustedOrigins: []string{"https://pay.example"}},
		[]urls.Route{urls.Path("", func(*web.Request) (web.Response, error) { return web.Text("taken"), nil })})
	if err != nil {
		t.Fatal(err)
	}
	for origin, want := range map[string]int{"https://pay.example": 200, "https://evil.example": 403, "http://example.com": 200} {
		r := httptest.NewRequest("POST", "/", nil)
		r.Header.Set("Origin", origin)
		w := httptest.NewRecorder()
		p.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("origin %s: got %d, want %d", origin, w.Code, want)
		}
	}
}

// Templates make addresses below the mount prefix.
func TestTemplateURLUnderScriptName(t *testing.T) {
	t.Parallel()
	p, err := nuages.New(nuages.Settings{
		SecretKey: settings.SecretOf("for-tests"), AllowedHosts: []string{"example.com"}, ScriptName: "/shop",
		Templates: fstest.MapFS{"a.html": {Data: []byte(`{% url "record" "nuages" %}`)}},
	}, []urls.Route{
		urls.Path("", func(*web.Request) (web.Response, error) { return web.Render("a.html", nil), nil }),
		urls.Path("records/<slug:slug>/", func(*web.Request) (web.Response, error) { return web.Text(""), nil }).Name("record"),
	})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	p.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/shop/", nil))
	if got := w.Body.String(); got != "/shop/records/nuages/" {
		t.Errorf("got %q", got)
	}
}
