package main

import (
	"embed"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/examples/recordshop/suppliers"
	"github.com/nuages-web/nuages/metrics"
	"github.com/nuages-web/nuages/settings"
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
		Templates:    nuages.Sub(files, "templates"),
	}
	if err := env.Err(); err != nil {
		return nil, err
	}

	records := shop.NewStore(shop.Catalogue())
	s.Middleware = append(watching(records), s.DefaultMiddleware()...)
	partners := suppliers.New()
	return nuages.New(s, routes(shop.Views{Records: records, Suppliers: partners, Chat: new(shop.Chat)}, nuages.Sub(files, "static")),
		shop.App(records),
		suppliers.App(partners),
	)
}

// watching are the layers outside of all others: what machines ask for, and what is counted for them.
func watching(records *shop.Store) []web.Middleware {
	m := metrics.New(nil)
	m.Registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "recordshop_records", Help: "Records in the catalogue.",
	}, func() float64 { return float64(len(records.Search(""))) }))
	return []web.Middleware{
		m.Middleware(),
		views.Probes(map[string]web.Handler{
			"healthz": views.Health,
			"readyz":  views.Ready([]views.ReadyCheck{{Name: "catalogue", Check: records.Ready}}, nil),
			"metrics": m.View,
		}),
	}
}
