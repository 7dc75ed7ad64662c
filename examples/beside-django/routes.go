package main

import (
	"os"
	"path/filepath"

	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/views"
)

// routes has the pages that are Go's, and the names of Django's pages that templates of both sides link
// to. To move a page, replace urls.Elsewhere by its view; to give it back, do the reverse.
func routes(d *django) []urls.Route {
	admin := os.DirFS(filepath.Join(d.library, "contrib", "admin", "static", "admin"))
	return []urls.Route{
		urls.Path("", home).Name("home"),
		urls.Path("records/<slug:slug>/", record).Name("record"),
		urls.Path("live/stock/", stock).Name("stock"),
		urls.Path("static/admin/<path:path>", views.Static(admin, nil)),
		urls.Path("static/<path:path>", views.Static(d.static(), nil)).Name("static"),

		urls.Path("records/<slug:slug>/order/", urls.Elsewhere).Name("order"),
		urls.Path("orders/", urls.Elsewhere).Name("orders"),
		urls.Path("accounts/logout/", urls.Elsewhere).Name("logout"),
		urls.Include("admin/", urls.Path("", urls.Elsewhere).Name("index")).Namespace("admin"),
	}
}
