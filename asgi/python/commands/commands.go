// Package commands holds the command that serves a Python application: nuages serve, in the place of
// uvicorn, daphne and gunicorn. It takes their options; what one of them has and this one hasn't is an
// error that says what to use instead.
//
//	app, err := cli.New(&cli.Options{Name: "host", Commands: commands.All(nil)})
//
// A program of its own needs no command: python.New is the application, server.New the server.
package commands

import (
	"context"
	"os"

	"github.com/nuages-web/nuages/cli"
	project "github.com/nuages-web/nuages/cli/commands"
)

// Options configures the commands. Zero fields take their defaults.
type Options struct {
	// Version is what serve --version prints. Default "devel".
	Version string
	// LookupEnv reads the environment. Default os.LookupEnv.
	LookupEnv func(name string) (string, bool)
	// Environ is the whole environment. Default os.Environ().
	Environ []string
}

// All returns the commands serve and restart. Nil options mean all defaults.
func All(opts *Options) []*cli.Command {
	return []*cli.Command{Serve(opts), project.Restart(&project.Program{
		Load: func() (*project.Site, error) { return &project.Site{}, nil },
	})}
}

const group = "Python"

// Serve is the command that serves a Python application. It ends with code 3 when the application can't
// be started, as uvicorn and gunicorn do: a supervisor that starts programs again can tell that it
// would fail again. Nil options mean all defaults.
func Serve(opts *Options) *cli.Command {
	var o Options
	if opts != nil {
		o = *opts
	}
	if o.Version == "" {
		o.Version = "devel"
	}
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	if o.Environ == nil {
		o.Environ = os.Environ()
	}
	f := &flags{}
	return &cli.Command{
		Name: "serve", Group: group, SkipChecks: true,
		Short: "serve a Python application: ASGI or WSGI",
		Long: "Serves a Python application, such as one of Django, Starlette, FastAPI or Flask, over HTTP/1.1, HTTP/2 and " +
			"HTTP/3, until it is told to stop (SIGTERM, Ctrl-C): it takes the place of uvicorn, daphne and gunicorn, and knows their options.\n\n" +
			"The application is named module:attribute; without :attribute it is \"application\". In the folder of a Django project, " +
			"where manage.py is, it can be left out. It runs in worker processes of the interpreter of the virtual environment " +
			"that is active, or lies in .venv or venv, else of python3.\n\n" +
			"SIGHUP replaces the workers by new ones without dropping a request, SIGTTIN and SIGTTOU change their number; the command restart replaces this program too. " +
			"Numbers of seconds may have a unit, as 90s or 2m. What is not a flag here can be set by the variables of the server, such as SERVER_MAX_BODY, " +
			"or those of uvicorn, such as UVICORN_PORT, by gunicorn.conf.py in this folder, and by GUNICORN_CMD_ARGS.",
		Example: "serve mysite.asgi:application\nserve mysite.wsgi --workers 4 --bind 0.0.0.0:8000\nserve app:create_app --factory --reload\n" +
			"serve mysite.asgi --uds /run/mysite.sock --static /static/=./staticfiles\n" +
			"serve mysite.asgi --port 443 --http 3 --ssl-certfile /etc/ssl/mysite.pem",
		Args: cli.Args{{Name: "application", Help: "module:attribute (default: that of the Django project here)", Optional: true, Variadic: true}},
		Flags: func(list *cli.Flags) {
			f.declare(list)
		},
		Run: func(ctx context.Context, call *cli.Call) error {
			s := &serving{Options: o, flags: f, call: call}
			return s.run(ctx)
		},
	}
}
