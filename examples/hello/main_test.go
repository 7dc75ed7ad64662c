package main

import (
	"testing"

	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestHello(t *testing.T) {
	t.Parallel()
	env, err := settings.Load(&settings.Options{Files: []string{}, Environ: []string{}})
	if err != nil {
		t.Fatal(err)
	}
	p, err := project(env)
	if err != nil {
		t.Fatal(err)
	}
	c := webtest.NewClient(t, p.Handler(), &webtest.Options{Host: "localhost"})
	c.Get("/").AssertRedirects("/hello/world/", nil)
	c.Get("/?name=Django").AssertRedirects("/hello/Django/", nil)
	c.Get("/hello/Zoë/").AssertJSONEqual(`{"hello": "Zoë"}`)
	c.Get("/hello/nobody/").AssertContains("There is nobody here.", &webtest.ContainsOptions{Status: 404})
}
