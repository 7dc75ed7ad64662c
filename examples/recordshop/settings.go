package main

import (
	"embed"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/examples/recordshop/suppliers"
	"github.com/nuages-web/nuages/settings"
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
	partners := suppliers.New()
	return nuages.New(s, routes(shop.Views{Records: records, Suppliers: partners}, nuages.Sub(files, "static")),
		shop.App(records),
		suppliers.App(partners),
	)
}
