// Package views holds views that every project needs: static files, health and readiness.
//
//	urls.Path("static/<path:path>", views.Static(files, nil)).Name("static")
package views
