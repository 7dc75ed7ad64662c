package main

import (
	"embed"
	"io/fs"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/examples/recordshop/suppliers"
	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/views"
	"github.com/nuages-web/nuages/web"
)

// The binary carries its pages and styles; while developing they are read from this folder, so that
// a change shows without a build.
//
//go:embed templates static
var embedded embed.FS

// project puts the shop together: settings from the environment and .env, apps, routes.
func project(env *settings.Env) (*nuages.Project, error) {
	debug := env.Bool("DEBUG", true)
	files := nuages.Source(embedded, debug)

	s := nuages.Settings{
		Name:         "recordshop",
		Debug:        debug,
		SecretKey:    env.Secret("SECRET_KEY", "nuages-insecure-recordshop-key-for-trying-out-only"),
		AllowedHosts: env.List("ALLOWED_HOSTS", ""),
		Databases: map[string]nuages.Database{"default": {
			// PostgreSQL by one setting: DATABASE_URL=postgres://user:password@host/name.
			URL:     env.String("DATABASE_URL", "sqlite:///recordshop.sqlite3"),
			Drivers: []orm.Driver{sqlite.Driver(nil), postgres.Driver(nil)},
		}},
		Templates: nuages.Sub(files, "templates"),
		// check looks there for what {% static %} names.
		TemplateOptions: template.Options{StaticFiles: []fs.FS{nuages.Sub(files, "static")}},
		// The shop applies its migrations when it starts, so that there is nothing to set up.
		SilencedChecks: []string{"migrations.W003"},
	}
	if err := env.Err(); err != nil {
		return nil, err
	}

	stock := new(shop.Feed)
	s.Middleware = append(watching(), s.DefaultMiddleware()...)
	partners := suppliers.New()
	return nuages.New(s, routes(shop.Views{Stock: stock, Suppliers: partners, Chat: new(shop.Chat)}, nuages.Sub(files, "static")),
		shop.App(stock),
		suppliers.App(partners),
	)
}

// watching are the layers outside of all others: what machines ask for, and what is counted for them.
func watching() []web.Middleware {
	m := metrics.New(nil)
	return []web.Middleware{
		m.Middleware(),
		views.Probes(map[string]web.Handler{
			"healthz": views.Health,
			"readyz":  views.Ready([]views.ReadyCheck{{Name: "catalogue", Check: shop.Ready}}, nil),
			"metrics": m.View,
		}),
	}
}
