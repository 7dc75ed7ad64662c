package settings_test

import (
	"fmt"
	"time"

	"github.com/nuages-web/nuages/settings"
)

type siteSettings struct {
	Debug        bool
	SecretKey    settings.Secret
	AllowedHosts []string
	Timeout      time.Duration
}

func Example() {
	env, err := settings.Load(&settings.Options{
		Prefix:  "SHOP_",
		Files:   []string{}, // no .env
		Environ: []string{"SHOP_DEBUG=yes", "SHOP_SECRET_KEY=correct horse", "SHOP_TIMEOUT=soon"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	site := siteSettings{
		Debug:        env.Bool("DEBUG", false),
		SecretKey:    env.Secret("SECRET_KEY"),
		AllowedHosts: env.List("ALLOWED_HOSTS", "localhost"),
		Timeout:      env.Duration("TIMEOUT", 30*time.Second),
	}
	fmt.Printf("%+v\n", site)
	fmt.Println(env.Err())
	// Output:
	// {Debug:true SecretKey:******** AllowedHosts:[localhost] Timeout:0s}
	// SHOP_TIMEOUT (from environment) is "soon": want a duration such as "30s", "1h30m" or "14d"
}

func ExampleRedactText() {
	fmt.Println(settings.RedactText("connect to postgres://shop:hunter2@db/shop"))
	// Output: connect to postgres://shop:********@db/shop
}
