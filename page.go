package nuages

import (
	"fmt"
	"runtime"
	"strings"

	"github.com/nuages-web/nuages/internal/startpage"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/web"
)

// view is what the middleware is around: the router, or the start page of a project that has no
// routes and no fallback yet.
func (p *Project) view() web.Handler {
	if len(p.router.Routes()) == 0 && p.settings.Debug && p.settings.Fallback == nil {
		return p.startPage
	}
	view := p.router.Handle
	for _, alias := range p.atomicAliases() {
		view = atomic(view, alias)
	}
	return view
}

// startPage welcomes whoever has just made a project. It tells about settings, so it is for those who
// may see debug pages.
func (p *Project) startPage(r *web.Request) (web.Response, error) {
	if r.PathInfo() != "/" || !r.Debug() {
		return web.Response{}, web.NotFound("This project has no routes yet.")
	}
	return web.HTML(string(startpage.Page(startpage.Info{
		Project: p.settings.Name, Version: Version(), GoVersion: runtime.Version(), Debug: true,
		Routes: "routes.go",
		Nonce:  middleware.Nonce(r.Context()),
		Rows:   p.startRows(),
		Next: []startpage.Step{
			{Command: "nuages startapp shop", What: "Start an app: views, routes and their test."},
			{Command: "go run . check --deploy", What: "See what is still to do before production."},
			{Command: "go test ./...", What: "Run the project's tests."},
		},
	}))).WithHeader("Cache-Control", "no-store"), nil
}

func (p *Project) startRows() []startpage.Row {
	s := &p.settings
	key := startpage.Row{Name: "Secret key", Value: "set", OK: true}
	if strings.HasPrefix(s.SecretKey.Reveal(), insecureKeyPrefix) {
		key = startpage.Row{Name: "Secret key", Value: "one for development", Hint: "Production needs its own: go run . secretkey"}
	}
	hosts := startpage.Row{Name: "Allowed hosts", Value: strings.Join(s.AllowedHosts, ", "), OK: true}
	if len(s.AllowedHosts) == 0 {
		hosts = startpage.Row{Name: "Allowed hosts", Value: "this machine only", Hint: "Production needs ALLOWED_HOSTS."}
	}
	apps := "none yet"
	if len(p.apps) > 0 {
		var names []string
		for _, app := range p.apps {
			names = append(names, app.VerboseName)
		}
		apps = strings.Join(names, ", ")
	}
	return []startpage.Row{
		key, hosts,
		{Name: "Middleware", Value: fmt.Sprintf("%d layers", len(s.Middleware)), OK: true},
		{Name: "Apps", Value: apps, OK: len(p.apps) > 0},
	}
}
