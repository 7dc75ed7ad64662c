package asgi

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
)

// Run serves app for as long as serve runs, within app's lifespan: it waits
// for the application's start-up, calls serve with the application's handler,
// and when serve has returned waits for the clean-up, as long as that takes.
//
// serve takes connections until ctx ends and returns when the last one has,
// for example:
//
//	err := asgi.Run(ctx, app, nil, func(ctx context.Context, h http.Handler) error {
//		return server.Serve(ctx, listener, h, nil)
//	})
//
// It is not called when the application could not start; its listener is then
// the caller's to close. What the application stores in [LifespanScope.State]
// is shallowly copied into the scope of every connection, unless opts has a
// State; for an application made by [FromHandler], [NewHandler] returns the
// original handler, which has no scopes. An application that does not support
// the protocol is served without, and has no state.
//
// The error holds that of serve and that of the lifespan: a [*LifespanError]
// when the application says that it could not start or clean up. Nil options
// mean all defaults.
func Run(ctx context.Context, app App, opts *Options, serve func(ctx context.Context, h http.Handler) error) error {
	var o Options
	if opts != nil {
		o = *opts
	}
	life := NewLifespan(app)
	if err := life.Startup(ctx); err != nil {
		return err
	}
	if life.Supported() {
		if o.State == nil {
			o.State = life.State()
		}
	} else {
		logger := o.Logger
		if logger == nil {
			logger = slog.Default()
		}
		logger.LogAttrs(ctx, slog.LevelInfo, "asgi: the application does not support the lifespan protocol", slog.Any("cause", life.Cause()))
	}
	o.running = new(sync.WaitGroup)
	err := serve(ctx, NewHandler(app, &o))
	o.running.Wait()
	return errors.Join(err, life.Shutdown(context.WithoutCancel(ctx)))
}
