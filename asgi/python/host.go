package python

import (
	"context"
	"net/http"

	"github.com/nuages-web/nuages/asgi"
)

// A Host runs one Python application. It is an http.Handler and an asgi.App, and is for any number of
// goroutines.
type Host struct{ opts Options }

// New returns the host of an application, named "module:attribute" as Uvicorn and Gunicorn name theirs;
// the attribute may have dots. Nothing is started yet. Nil options mean all defaults.
func New(application string, opts *Options) (*Host, error) { return &Host{}, nil }

// Start starts the workers and returns when all of them are ready. Its error is a *StartError when the
// application can't be loaded or refuses to start: it holds what Python said.
func (h *Host) Start(ctx context.Context) error { return nil }

// Stop lets the workers finish what is under way, ends them, and returns when they have ended.
func (h *Host) Stop(ctx context.Context) error { return nil }

// Run starts the workers, and stops them when ctx ends.
func (h *Host) Run(ctx context.Context) error { return nil }

// Reload replaces the workers by new ones, which are ready before the old ones get their last request.
// When one of them can't start, the old ones stay, and the error says why.
func (h *Host) Reload(ctx context.Context) error { return nil }

// ServeHTTP answers with the application's response.
func (h *Host) ServeHTTP(w http.ResponseWriter, r *http.Request) {}

// ServeASGI serves one scope with the application. A lifespan scope starts and stops the workers.
func (h *Host) ServeASGI(ctx context.Context, scope asgi.Scope, receive asgi.Receive, send asgi.Send) error {
	return nil
}
