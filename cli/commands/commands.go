// Package commands holds the commands that every project's program has: runserver, serve, devcert,
// check, listurls, diffsettings. A program gets them through nuages.Main; others list them by hand:
//
//	app, err := cli.New(&cli.Options{Name: "shop", Commands: commands.All(&commands.Program{Load: load})})
package commands

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/internal/devserver"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/urls"
)

// Groups of the commands in the program's help.
const (
	groupServe   = "Serve"
	groupInspect = "Inspect"
)

// A Program is what the commands belong to.
type Program struct {
	// Load returns the site, or the error that keeps it from being put together.
	Load func() (*Site, error)
	// Package is the import path of the main package, for runserver to build. "" if it isn't known:
	// then runserver does not reload.
	Package string
	// Env is the environment of the program, for runserver, whose supervisor has no site.
	Env *settings.Env
	// Args are the arguments of this run, which runserver gives to the program that it starts.
	Args []string
	// Child is set in a process that runserver started.
	Child *devserver.Child
}

// A Site is what the commands work on: a project, seen from below.
type Site struct {
	Name     string
	Debug    bool
	Handler  http.Handler
	Start    func(context.Context) error // before the first request
	Run      func(context.Context) error // the work beside requests; ends with its context
	Stop     func(context.Context) error // after the last request
	Router   *urls.Router
	Fallback http.Handler // gets what no route matches; nil for none
	Checks   []checks.Check
	Silenced []string
	Logger   *slog.Logger
	// Server says how the project is served; the environment is in it already.
	Server server.Config
	// TrustedProxies are the settings' own, for Server where it names none.
	TrustedProxies []netip.Prefix

	// Settings and Given are structs of one type, for diffsettings: the settings with their defaults
	// filled in, and as they were given.
	Settings, Given any
	// Layers are the names of the middleware, outermost first.
	Layers []string
	// Unservable says why requests could not be answered. nil: they can.
	Unservable error

	// Restartable tells that another process may take this one's place: the control socket, and
	// SIGHUP where OwnSignals is not set, start it.
	Restartable bool
	// OwnSignals tells that Run deals with SIGHUP.
	OwnSignals bool
	// OtherPort is how the command line names another port, as "serve :8001", for the hint where one is
	// taken.
	OtherPort string
}

// All returns the commands.
func All(p *Program) []*cli.Command {
	return []*cli.Command{p.runserver(), p.serve(), Restart(p), DevCert(), p.check(), p.listurls(), p.diffsettings(), SecretKey()}
}
