package main

import (
	"io/fs"

	"github.com/nuages-web/nuages/examples/recordshop/shop"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/views"
)

// routes is the shop's table of contents.
func routes(v shop.Views, static fs.FS) []urls.Route {
	return []urls.Route{
		urls.Path("", v.Home).Name("home"),
		urls.Include("records/", v.PageRoutes()...),
		urls.Include("api/", v.APIRoutes()...).Namespace("api"),
		urls.Include("live/", v.LiveRoutes()...).Namespace("live"),
		urls.Path("static/<path:path>", views.Static(static, nil)).Name("static"),
	}
}
