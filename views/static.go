package views

import (
	"io/fs"
	"strings"

	"github.com/nuages-web/nuages/web"
)

// Static serves the files of a file system below a route that captures "path": css, scripts and
// images with their media types, ranges and conditional requests. Folders are not listed, and files
// and folders whose names start with a dot are not served (Django's django.views.static.serve).
func Static(files fs.FS, opts *web.FileOptions) web.Handler {
	return func(r *web.Request) (web.Response, error) {
		if r.Method != "GET" && r.Method != "HEAD" {
			return web.Response{}, web.MethodNotAllowed("GET", "HEAD")
		}
		name := r.PathValue("path")
		if strings.HasPrefix(name, ".") || strings.Contains(name, "/.") {
			return web.Response{}, web.NotFound("There is no such file.")
		}
		return web.OpenFile(files, name, opts), nil
	}
}
