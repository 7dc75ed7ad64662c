package main

import (
	"embed"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/settings"
)

// doc:embed

//go:embed templates
var embedded embed.FS

// doc:end

func project(env *settings.Env) (*nuages.Project, error) {
	debug := env.Bool("DEBUG", false)
	s := nuages.Settings{
		Name:         "records",
		Debug:        debug,
		SecretKey:    env.Secret("SECRET_KEY"),
		AllowedHosts: env.List("ALLOWED_HOSTS", ""),
		Databases: map[string]nuages.Database{"default": {
			URL:     env.String("DATABASE_URL", "sqlite:///db.sqlite3"),
			Drivers: []orm.Driver{sqlite.Driver(nil)},
		}},
		TrustedProxies: env.Prefixes("TRUSTED_PROXIES"),
		Templates:      nuages.Sub(nuages.Source(embedded, debug), "templates"),
		Security: middleware.SecurityOptions{
			TLSRedirect: env.Bool("TLS_REDIRECT", false),
			HSTS:        env.Duration("HSTS", 0),
		},
	}
	if err := env.Err(); err != nil {
		return nil, err
	}
	return nuages.New(s, routes(newShop()))
}
