// Package views holds views that every project needs.
//
//	urls.Path("static/<path:path>", views.Static(files, nil)).Name("static")
package views
