// Package guide holds the code that the guides in docs/howto quote, as one small site, so that a
// test runs all of it.
//
//	p, err := guide.Project()
//	…
//	http.ListenAndServe("127.0.0.1:8000", p.Handler())
package guide

import (
	"embed"
	"log/slog"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

//go:embed all:templates old files
var embedded embed.FS

// Project puts the site together.
func Project() (*nuages.Project, error) {
	return nuages.New(nuages.Settings{
		Name:         "guide",
		SecretKey:    settings.SecretOf("for the tests of the guides"),
		AllowedHosts: []string{"example.com", ".example.com"},
		Templates:    nuages.Sub(embedded, "templates"),
		Renderers:    []web.Renderer{web.NewGoTemplates(nuages.Sub(embedded, "old"), nil)},
		ErrorPages:   errorPages,
		Converters:   map[string]urls.Converter{"year": year{}},
		Middleware:   stack([]string{"example.com", ".example.com"}),
		Logger:       slog.New(slog.DiscardHandler),

		TemplateOptions: templateOptions(),
	}, routes(), app(prices{"nuages": 1990}))
}

// routes joins the tables of the guides.
func routes() []urls.Route {
	return []urls.Route{
		urls.Include("requests/", requestRoutes()...),
		urls.Include("routes/", routeTable()...),
		urls.Include("middleware/", middlewareRoutes()...),
		urls.Include("streaming/", streamingRoutes()...),
		urls.Include("templates/", templateRoutes()...),
		urls.Include("nethttp/", mounted()...),
		urls.Host("<tenant>.example.com", urls.Path("", tenantHome).Name("tenant")),
	}
}

func tenantHome(r *web.Request) (web.Response, error) {
	return web.Text("the shop of " + urls.Str(r, "tenant")), nil
}
