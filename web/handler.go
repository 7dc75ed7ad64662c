package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"time"
)

// A Handler answers a request: a view, or a view with its middleware around it. It returns a
// [Response] or an error, never both, and never writes to the connection. A Handler is called by
// many goroutines at once.
type Handler func(*Request) (Response, error)

// A Middleware is one layer around a view: a name, for checks, logs and listings, and the function
// that wraps. A literal is enough for one's own:
//
//	Middleware: []web.Middleware{
//		middleware.RequestID(nil),
//		{Name: "timing", Wrap: timing},
//	}
//
// Wrap is called once, when the chain is built, or with Fallback once for each of the two. Its handler calls next at most once, and waits for
// it. Inside it, next never returns an error: what the
// inner layers returned as error (or panicked with) has become a response already, and
// [Response.Err] tells the cause. This is Django's rule that each layer sees responses.
type Middleware struct {
	// Name identifies the layer: "middleware.Security", "shop.Timing".
	Name string
	// Wrap returns the handler that runs around next.
	Wrap func(next Handler) Handler
	// After names layers that have to be further out than this one if they are there at all;
	// the system check middleware.E001 reports a list that breaks it.
	After []string
	// Fallback says that the layer is also around what goes to [Options.Fallback]: one that
	// learns, logs or counts, and does not change what is sent. Default false.
	Fallback bool
	// Settings is what the layer was made with, for the checks of the package it comes from.
	Settings any
}

// Options configures [ToHTTP]. The zero value is safe: no debug pages, the default [Limits].
type Options struct {
	// Middleware is the chain around the view, outermost first.
	Middleware []Middleware
	// Debug shows the debug page for errors to clients on the loopback interface or in
	// InternalIPs, when the Host is among those of DebugHosts. Default false.
	Debug bool
	// InternalIPs are addresses beside loopback that may see debug pages.
	InternalIPs []netip.Prefix
	// DebugHosts are the hosts that debug pages may be asked for, in the form of AllowedHosts of
	// package middleware. Default: localhost, its subdomains and the loopback addresses.
	DebugHosts []string
	// PropagatePanics lets a panic of a view through to the server, for debuggers
	// (DEBUG_PROPAGATE_EXCEPTIONS). Default false: it becomes a 500 page and a log entry.
	PropagatePanics bool
	// Context, if set, makes of the connection's context the one that a request begins with, and
	// its streams and sockets: the place for what they all need. Middleware that changes the
	// context changes it for the layers inside of it alone.
	Context func(ctx context.Context) context.Context
	// Limits bounds what a request may hold. Zero fields take their defaults.
	Limits Limits
	// Cookies signs and verifies signed cookies; without it signed cookies are errors.
	Cookies CookieSigner
	// SecureCookies marks every cookie Secure, whatever the request came over. Default: a cookie
	// is Secure when the request came over TLS.
	SecureCookies bool
	// ErrorPages replaces the page of a status (Django's handler400, 403, 404, 500). A page that
	// fails itself falls back to the built-in one. The error is [Request.Err].
	ErrorPages map[int]Handler
	// Templates renders what [Render] names.
	Templates Renderer
	// ScriptName is the prefix that the application is mounted under (FORCE_SCRIPT_NAME), without
	// a trailing slash: "/shop". It is stripped from the path before routing.
	ScriptName string
	// Fallback, if set, gets the requests that Claims leaves, as they came: unchecked, with their body
	// unread, and without the middleware but for the layers that ask for it. Its panics become error
	// pages all the same.
	Fallback http.Handler
	// Claims tells whether a request is the view's; (*urls.Router).Claims is made for it. It is called
	// once, with the host that the layers for both have settled. Default: all are.
	Claims func(*Request) bool
	// Logger gets one entry for each failed request. Default slog.Default().
	Logger *slog.Logger
}

// site is a view with its middleware and options, as an http.Handler.
type site struct {
	Options
	chain Handler
}

// ToHTTP makes an http.Handler of a view. Errors and panics become error pages, the request is
// checked against the limits before the view sees it, and the response is written once, after the
// outermost middleware has returned it.
func ToHTTP(view Handler, opts *Options) http.Handler {
	s := &site{}
	if opts != nil {
		s.Options = *opts
	}
	s.Limits = s.Limits.withDefaults()
	if s.Logger == nil {
		s.Logger = slog.Default()
	}
	if s.Fallback != nil {
		s.chain = s.withFallback(view)
	} else {
		s.chain = Wrap(checked(view), s.Middleware...)
	}
	return s
}

// Wrap puts layers around a view, outermost first, as [ToHTTP] does: each sees a response, also
// where the view, or a layer inside of it, failed. It is for layers around a part of a site.
func Wrap(view Handler, layers ...Middleware) Handler {
	return around(guard(view), layers)
}

// around puts layers around a handler that is guarded already.
func around(h Handler, layers []Middleware) Handler {
	for i := len(layers) - 1; i >= 0; i-- {
		h = guard(layers[i].Wrap(h))
	}
	return h
}

// checked refuses a request that broke a limit before it gets to the view, but after the
// middleware, so that the refusal has its headers and its line in the log.
func checked(view Handler) Handler {
	return func(r *Request) (Response, error) {
		if err := r.s.invalid; err != nil {
			return Response{}, err
		}
		return view(r)
	}
}

// guard turns errors and panics of a layer into the response that the next layer out sees.
func guard(next Handler) Handler {
	return func(r *Request) (resp Response, _ error) {
		s := r.s.site
		if !s.PropagatePanics {
			defer func() {
				if v := recover(); v != nil {
					resp = s.errorResponse(r, panicError(v))
					r.adopt(&resp)
				}
			}()
		}
		resp, err := next(r)
		if err == nil {
			err = resp.prepare(r)
		}
		if err != nil {
			resp = s.errorResponse(r, err)
		}
		r.adopt(&resp)
		return resp, nil
	}
}

// adopt makes the connection's header map the response's, so that what the layers further out set
// need not be copied. It does so only while that map holds nothing of anybody else.
func (r *Request) adopt(p *Response) {
	if p.extra().adopted || !r.s.fresh {
		return
	}
	h := r.s.w.Header()
	clear(h) // of a response that a layer has replaced
	if p.header == nil && p.contentType != "" {
		setContentType(h, p.contentType)
	}
	for k, v := range p.header {
		h[k] = v
	}
	p.header = h
	if p.more == nil {
		p.more = onlyAdopted
	} else {
		p.edit().adopted = true
	}
}

// panicError makes an error of a panic. http.ErrAbortHandler keeps its meaning.
func panicError(v any) error {
	if v == http.ErrAbortHandler {
		panic(v)
	}
	return &PanicError{Value: v, Stack: debug.Stack()}
}

// ServeHTTP runs the chain and writes its response.
func (s *site) ServeHTTP(w http.ResponseWriter, raw *http.Request) {
	r := s.newRequest(w, raw)
	defer r.leave()
	resp, err := s.chain(r)
	if err != nil {
		resp = s.errorResponse(r, err)
	}
	r.s.fresh = false
	s.send(w, r, resp)
}

// A PanicError is the error that a panic of a view or middleware became.
type PanicError struct {
	Value any    // what was panicked with
	Stack []byte // of the goroutine, as of runtime/debug.Stack
}

// Error tells what was panicked with.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the value when it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// Outcome tells how a request ended; see [Request.OnFinish].
type Outcome struct {
	Status   int           // of the response; 101 for an upgrade, 0 when none was sent
	Bytes    int64         // of the body as written, after compression
	Read     int64         // bytes of the request's body that were read, but for those read through [Request.HTTP]
	Duration time.Duration // from the first look at the request to the last byte given to the server
	Err      error         // cause of an error page, or what broke the writing off
}
