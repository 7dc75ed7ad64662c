package asgi

import (
	"log/slog"
	"net/http"
)

// Options adjusts [NewHandler]. The zero value is ready for use.
type Options struct {
	// RootPath is the path under which the application is mounted, "" or
	// "/prefix", decoded; it must already be missing from the request's
	// URL.Path and is put in front of the scope's Path. When empty, what
	// http.StripPrefix removed is the root path.
	RootPath string
	// State is shallowly copied into the scope of every request, see
	// [Lifespan.State]. The default is none.
	State State
	// MaxMessageBytes is the greatest length of a WebSocket message from the
	// client, in bytes; a longer one closes the connection with code 1009. The
	// default 0 means 1 MiB; a negative value means no limit.
	MaxMessageBytes int64
	// Logger takes the errors of applications. The default is slog.Default().
	Logger *slog.Logger
}

func (o *Options) isZero() bool {
	return o.RootPath == "" && o.State == nil && o.MaxMessageBytes == 0 && o.Logger == nil
}

// Handler returns an http.Handler that serves app with the default options,
// see [NewHandler].
func Handler(app App) http.Handler { return NewHandler(app, nil) }

// NewHandler returns an http.Handler that serves app: requests become an
// [*HTTPScope], WebSocket handshakes a [*WebSocketScope]. Nil options mean all
// defaults.
//
// When the application fails before it started a response, the client gets
// status 500, or 413 when the body was longer than http.MaxBytesReader
// allowed; when it fails later, or returns before the response is complete,
// the connection is cut off with http.ErrAbortHandler. Its error goes to the
// log. Panics are left to the server.
//
// The origin of a WebSocket handshake is not checked: that is the
// application's business.
//
// For an application made by [FromHandler] the result is the original handler,
// whatever the options. A [ProtocolRouter] passes plain requests straight to
// such a handler.
func NewHandler(app App, opts *Options) http.Handler {
	if opts == nil {
		opts = &Options{}
	}
	switch a := app.(type) {
	case *handlerApp:
		return a.handler
	case *ProtocolRouter:
		return newRouterHandler(a, *a, opts)
	case ProtocolRouter:
		return newRouterHandler(a, a, opts)
	}
	return newAppHandler(app, opts)
}

// appHandler serves an App over net/http.
type appHandler struct {
	app  App
	opts Options
	// http and websocket, where set, take the requests of their kind.
	http, websocket http.Handler
}

func newAppHandler(app App, opts *Options) *appHandler {
	h := &appHandler{app: app, opts: *opts}
	if h.opts.MaxMessageBytes == 0 {
		h.opts.MaxMessageBytes = 1 << 20
	}
	return h
}

func newRouterHandler(app App, router ProtocolRouter, opts *Options) http.Handler {
	h := newAppHandler(app, opts)
	h.http = NewHandler(router.app("http"), opts)
	h.websocket = NewHandler(router.app("websocket"), opts)
	return h
}

// unwrap returns the application, if a call of it loses nothing.
func (h *appHandler) unwrap() (App, bool) {
	opts := h.opts
	if opts.MaxMessageBytes == 1<<20 {
		opts.MaxMessageBytes = 0
	}
	return h.app, opts.isZero()
}

func (h *appHandler) logger() *slog.Logger {
	if h.opts.Logger != nil {
		return h.opts.Logger
	}
	return slog.Default()
}

// ServeHTTP serves one request.
func (h *appHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	upgrade := isWebSocketUpgrade(r)
	switch {
	case upgrade && h.websocket != nil:
		h.websocket.ServeHTTP(w, r)
	case upgrade:
		h.serveWebSocket(w, r)
	case h.http != nil:
		h.http.ServeHTTP(w, r)
	default:
		h.serveHTTP(w, r)
	}
}

// isWebSocketUpgrade reports whether r asks for a WebSocket (RFC 6455, section
// 4.2.1). It does not look at the fields whose faults deserve an answer.
func isWebSocketUpgrade(r *http.Request) bool {
	upgrade, ok := r.Header["Upgrade"]
	return ok && r.Method == http.MethodGet && r.ProtoMajor == 1 && r.ProtoMinor >= 1 &&
		headerHasToken(upgrade, "websocket") && headerHasToken(r.Header["Connection"], "upgrade")
}

// logError writes what went wrong with the application for one request.
func (h *appHandler) logError(r *http.Request, message string, err error) {
	attrs := []slog.Attr{slog.String("method", r.Method), slog.String("path", r.URL.Path)}
	if err != nil {
		attrs = append(attrs, slog.Any("error", err))
	}
	h.logger().LogAttrs(r.Context(), slog.LevelError, "asgi: "+message, attrs...)
}

// refuse answers with the text of status, before anything else was written.
func refuse(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}
