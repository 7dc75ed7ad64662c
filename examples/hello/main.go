// Command hello is the smallest project worth the name: the README quotes it.
//
//	go run ./examples/hello
package main

import (
	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

func main() { nuages.Main(project) }

func project(env *settings.Env) (*nuages.Project, error) {
	return nuages.New(nuages.Settings{
		Debug: env.Bool("DEBUG", true),
	}, []urls.Route{
		urls.Path("", home).Name("home"),
		urls.Path("hello/<str:name>/", hello).Name("hello"),
	})
}

func home(r *web.Request) (web.Response, error) {
	return urls.Redirect(r, "hello", r.Query().Default("name", "world")), nil
}

func hello(r *web.Request) (web.Response, error) {
	name := urls.Str(r, "name")
	if name == "nobody" {
		return web.Response{}, web.NotFound("There is nobody here.")
	}
	return web.JSON(map[string]string{"hello": name}), nil
}
