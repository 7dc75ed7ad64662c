package nuages_test

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

var secret = settings.SecretOf("an-example-of-a-secret-key-0123456789-0123456789-abcdefgh")

func text(s string) web.Handler {
	return func(*web.Request) (web.Response, error) { return web.Text(s), nil }
}

// newProject makes a project in production that serves testserver.
func newProject(t *testing.T, change func(*nuages.Settings), routes []urls.Route, apps ...nuages.App) *nuages.Project {
	t.Helper()
	s := nuages.Settings{SecretKey: secret, AllowedHosts: []string{"testserver"}, Logger: slog.New(slog.DiscardHandler)}
	if change != nil {
		change(&s)
	}
	p, err := nuages.New(s, routes, apps...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func client(t *testing.T, p *nuages.Project, opts *webtest.Options) *webtest.Client {
	t.Helper()
	return webtest.NewClient(t, p.Handler(), opts)
}

func TestNewTellsAllMistakes(t *testing.T) {
	t.Parallel()
	_, err := nuages.New(nuages.Settings{Middleware: []web.Middleware{{Name: "shop.Clock"}}}, []urls.Route{
		urls.Path("<money:price>/", text("")),
		urls.Path("a/", nil),
	}, nuages.App{Name: "Shop"}, nuages.App{Name: "blog"}, nuages.App{Name: "blog"}, nuages.App{})
	if err == nil {
		t.Fatal("got no error")
	}
	for _, part := range []string{
		"SecretKey is empty", `Middleware[0] "shop.Clock" has no Wrap`, `app "Shop"`, `app "blog" is listed twice`, `app ""`,
		"routes: ", "money", "project_test.go:",
	} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("got\n%v\nwant it to hold %q", err, part)
		}
	}
	var route *urls.RouteError
	if !errors.As(err, &route) {
		t.Errorf("got %v, want a RouteError among the causes", err)
	}
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	p, err := nuages.New(nuages.Settings{Debug: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := p.Settings()
	if s.Name == "" || s.Logger == nil || s.SecretKey.IsZero() {
		t.Errorf("got %+v", s)
	}
	other, err := nuages.New(nuages.Settings{Debug: true}, nil)
	if err != nil || other.Settings().SecretKey.Equal(s.SecretKey) {
		t.Errorf("got %v, want another random key for each project", err)
	}
	var layers []string
	for _, m := range newProject(t, nil, nil).Settings().Middleware {
		layers = append(layers, strings.TrimPrefix(m.Name, "middleware."))
	}
	want := []string{"RequestID", "AccessLog", "AllowedHosts", "Security", "Compress", "Common", "CrossOrigin", "ConditionalGet"}
	if diff := cmp.Diff(want, layers); diff != "" {
		t.Errorf("middleware (-want +got):\n%s", diff)
	}
	given := nuages.Settings{AllowedHosts: []string{"example.com"}, CSP: &middleware.CSPOptions{}}
	layers = nil
	for _, m := range given.DefaultMiddleware() {
		layers = append(layers, strings.TrimPrefix(m.Name, "middleware."))
	}
	if diff := cmp.Diff(slices.Insert(want, 4, "CSP"), layers); diff != "" {
		t.Errorf("default middleware (-want +got):\n%s", diff)
	}
}

func TestApps(t *testing.T) {
	t.Parallel()
	var ready []string
	app := func(name string) nuages.App {
		return nuages.App{Name: name, Ready: func(p *nuages.Project) error {
			ready = append(ready, fmt.Sprint(name, " ", p.Handler() != nil, " ", p.Router().Valid("/")))
			return nil
		}}
	}
	p := newProject(t, nil, []urls.Route{urls.Path("", text(""))}, app("shop"), app("blog"))
	if diff := cmp.Diff([]string{"shop true true", "blog true true"}, ready); diff != "" {
		t.Errorf("ready (-want +got):\n%s", diff)
	}
	p.Apps()[0].Name = "changed"
	if got, ok := p.App("shop"); !ok || got.Name != "shop" || len(p.Apps()) != 2 {
		t.Errorf("got %v, %v", got.Name, ok)
	}
	if _, ok := p.App("changed"); ok {
		t.Error("got an app that is not installed")
	}
	failed := errors.New("no shelves")
	_, err := nuages.New(nuages.Settings{Debug: true}, nil, nuages.App{Name: "shop", Ready: func(*nuages.Project) error { return failed }})
	if !errors.Is(err, failed) || err.Error() != "app shop: no shelves" {
		t.Errorf("got %v", err)
	}
}

func TestStartPage(t *testing.T) {
	t.Parallel()
	local := &webtest.Options{Host: "localhost"}
	debug := func(s *nuages.Settings) { s.Debug, s.Name, s.AllowedHosts = true, "record-shop", nil }
	c := client(t, newProject(t, debug, nil, nuages.App{Name: "shop"}), local)
	page := c.Get("/")
	page.AssertContains("record-shop", nil)
	page.AssertContains("this machine only", nil)
	if strings.Contains(page.Body, secret.Reveal()) {
		t.Error("the page shows the secret key")
	}
	c.Get("/other/").AssertContains("This project has no routes yet.", &webtest.ContainsOptions{Status: 404})
	client(t, newProject(t, nil, nil), nil).Get("/").AssertStatus(404)
	client(t, newProject(t, debug, []urls.Route{urls.Path("a/", text(""))}), local).Get("/").AssertStatus(404)
}
