// Package python hosts unmodified Python applications, ASGI or WSGI, behind Go's routes: Django,
// Channels, Starlette, FastAPI, Flask.
//
//	shop, err := python.New("mysite.asgi:application", &python.Options{Dir: "mysite", Workers: 2})
//	if err != nil {
//		return err
//	}
//	if err := shop.Start(ctx); err != nil {
//		return err
//	}
//	defer shop.Stop(context.WithoutCancel(ctx))
//	mux.HandleFunc("GET /records/{id}", record) // in Go
//	mux.Handle("/", shop)                       // all else as before
//
// The application runs in worker processes, which nothing but this process can reach. A [Host] is an
// http.Handler and an asgi.App; it needs a Unix system.
//
// It keeps its workers running. One that dies is replaced, and only the requests that it had fail, with
// 502; one whose event loop hangs is killed, and the log shows where it was. [Host.Reload],
// Options.MaxRequests and Options.MaxMemory replace workers without a failed request, and so does SIGTERM
// to one of them; [Host.Resize] changes their number. What workers print is in the log with its level, a
// traceback as one record. [Host.Stats] has the figures.
package python

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"path/filepath"
	"regexp"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nuages-web/nuages/asgi"
)

// A Host runs one Python application. It is an http.Handler and an asgi.App, and is for any number of
// goroutines.
type Host struct {
	app     string
	opts    Options // complete
	log     *slog.Logger
	sockets http.Handler // WebSockets, and requests with long bodies, by ServeASGI

	known   atomic.Bool               // what the application speaks
	wsgi    atomic.Bool               // it is not ASGI
	slots   slots                     // the threads that take WSGI requests
	unsized sync.Once                 // tells of a body without a length
	ready   atomic.Pointer[[]*worker] // take requests
	next    atomic.Uint32             // where the search for the least busy begins
	open    atomic.Int64              // requests and sockets

	mu      sync.Mutex
	changed chan struct{} // closed when ready changes
	workers []*worker     // all that run
	served  int64         // requests of those that have ended
	renewed map[int]int64 // how often workers were replaced, by their numbers
	unwatch func()        // ends watching files, and waits for that; nil when nobody does

	changes sync.Mutex     // held by Start, Stop, Reload and Resize, for:
	crew    []*seat        // by number; nil while stopped
	leaving sync.WaitGroup // workers that finish what they have

	wanted                atomic.Int64 // number of workers
	failed, lost, reloads atomic.Int64
}

var applicationName = regexp.MustCompile(`^[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)*:[\pL_][\pL\pN_]*(\.[\pL_][\pL\pN_]*)*$`)

// New returns the host of an application, named "module:attribute" as Uvicorn and Gunicorn name theirs;
// the attribute may have dots. Nothing is started yet. Nil options mean all defaults.
func New(application string, opts *Options) (*Host, error) {
	h := &Host{app: application, changed: make(chan struct{}), renewed: map[int]int64{}}
	if opts != nil {
		h.opts = *opts
	}
	if !applicationName.MatchString(application) {
		return nil, fmt.Errorf("python: application %q: name a module and an attribute of it: mysite.asgi:application", application)
	}
	if err := h.opts.complete(); err != nil {
		return nil, fmt.Errorf("python: %w", err)
	}
	h.log = h.opts.Logger
	h.wsgi.Store(h.opts.Interface == WSGI)
	h.wanted.Store(int64(h.opts.Workers))
	h.known.Store(h.opts.Interface != Auto)
	h.ready.Store(&[]*worker{})
	h.sockets = asgi.NewHandler(asgi.AppFunc(h.serveStream), &asgi.Options{
		RootPath: h.opts.RootPath, MaxMessageBytes: h.opts.MaxMessageBytes, Ping: h.opts.Ping,
		PongTimeout: h.opts.PongTimeout, Compress: h.opts.Compress, Logger: h.log,
	})
	return h, nil
}

// complete checks the options and fills in the defaults.
func (o *Options) complete() error {
	if runtime.GOOS == "windows" || runtime.GOOS == "plan9" || runtime.GOOS == "js" || runtime.GOOS == "wasip1" {
		return errors.New("workers need a Unix system: serve the Python application by its own server here")
	}
	setDefault(&o.Interface, Auto)
	setDefault(&o.Lifespan, LifespanAuto)
	setDefault(&o.Loop, "auto")
	setDefault(&o.Workers, 1)
	setDefault(&o.Threads, 4)
	setDefault(&o.MaxBody, 100<<20)
	setDefault(&o.MaxMessageBytes, 16<<20)
	setDefault(&o.StartTimeout, time.Minute)
	setDefault(&o.StopTimeout, 20*time.Second)
	setDefault(&o.HealthTimeout, 30*time.Second)
	setDefault(&o.DisconnectTimeout, 10*time.Second)
	for _, limit := range []*time.Duration{&o.StopTimeout, &o.DisconnectTimeout} {
		if *limit > math.MaxInt32*time.Millisecond { // 24 days: more than the worker is told
			*limit = -1
		}
	}
	if o.Workers < 0 {
		o.Workers = runtime.NumCPU()
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return fmt.Errorf("find Options.Dir: %w", err)
	}
	o.Dir = dir
	return o.check()
}

// check tells of what can't be.
func (o *Options) check() error {
	switch o.Interface {
	case Auto, ASGI, WSGI:
	default:
		return fmt.Errorf("Options.Interface %q is none of auto, asgi, wsgi", o.Interface)
	}
	switch o.Lifespan {
	case LifespanAuto, LifespanOn, LifespanOff:
	default:
		return fmt.Errorf("Options.Lifespan %q is none of auto, on, off", o.Lifespan)
	}
	switch o.Loop {
	case "auto", "asyncio", "uvloop":
	default:
		return fmt.Errorf("Options.Loop %q is none of auto, asyncio, uvloop", o.Loop)
	}
	if o.Threads < 0 {
		return fmt.Errorf("Options.Threads is %d: a worker needs one at least", o.Threads)
	}
	if o.RootPath != "" && (o.RootPath[0] != '/' || o.RootPath[len(o.RootPath)-1] == '/') {
		return fmt.Errorf("Options.RootPath %q does not begin with a slash, or ends with one: write /prefix", o.RootPath)
	}
	return o.completeReload()
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Run starts the workers, and stops them when ctx ends.
func (h *Host) Run(ctx context.Context) error {
	if err := h.Start(ctx); err != nil {
		return err
	}
	<-ctx.Done()
	return h.Stop(context.WithoutCancel(ctx))
}
