package asgi

import (
	"log/slog"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/nuages-web/nuages/internal/wsconn"
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
	// MaxFrameBytes bounds a single frame of it likewise. The default 0 and
	// negative values mean no limit but MaxMessageBytes.
	MaxFrameBytes int64
	// QueueBytes is how many bytes may wait to be sent to the client of a
	// WebSocket; with more, Send blocks. The default 0 and negative values mean
	// 1 MiB.
	QueueBytes int
	// Ping is how often the client of a WebSocket is asked whether it is still
	// there. The default 0 means 20 seconds, a negative value never.
	Ping time.Duration
	// PongTimeout is how long it may take to send anything after that; then the
	// connection counts as lost. The default 0 means as Ping, a negative value
	// for ever.
	PongTimeout time.Duration
	// WriteTimeout is how long the client of a WebSocket may take none of what
	// it is sent; then the connection counts as lost. The default 0 means
	// the WriteTimeout of package server over HTTP/1.1 and else 30 seconds, a
	// negative value for ever.
	WriteTimeout time.Duration
	// ConnectTimeout is how long the application may take to answer the
	// handshake of a WebSocket; then the client gets status 503. The default 0
	// means 30 seconds, a negative value for ever.
	ConnectTimeout time.Duration
	// Compress compresses the messages of WebSockets where the client offers it
	// (permessage-deflate, RFC 7692, without context takeover). The default is
	// false: it costs time, and a message that mixes secrets with the text of
	// strangers tells of them by its length.
	Compress bool
	// Logger takes the errors of applications. The default is slog.Default().
	Logger *slog.Logger

	// running counts the calls of the application, for Run.
	running *sync.WaitGroup
}

// Handler returns an http.Handler that serves app with the default options,
// see [NewHandler].
func Handler(app App) http.Handler { return NewHandler(app, nil) }

// NewHandler returns an http.Handler that serves app: requests become an
// [*HTTPScope], WebSocket handshakes a [*WebSocketScope]. Nil options mean all
// defaults.
//
// The client has the whole response when the application has sent it, and the
// handler returns then; the application may go on, and [Run] waits for it.
//
// When the application fails before it started a response, the client gets
// status 500, or 413 when the body was longer than http.MaxBytesReader
// allowed; when it fails later, or returns before the response is complete,
// the connection is cut off with http.ErrAbortHandler. Its error goes to the
// log, and so does a panic, which counts as one.
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
	app     App
	opts    Options
	plain   bool            // the options given are the default ones
	running *sync.WaitGroup // calls of the application
	// http and websocket, where set, take the requests of their kind.
	http, websocket http.Handler
}

func newAppHandler(app App, opts *Options) *appHandler {
	h := &appHandler{app: app, opts: *opts, plain: reflect.ValueOf(*opts).IsZero(), running: opts.running}
	if h.running == nil {
		h.running = new(sync.WaitGroup)
	}
	if h.opts.Ping == 0 {
		h.opts.Ping = 20 * time.Second
	}
	if h.opts.ConnectTimeout == 0 {
		h.opts.ConnectTimeout = 30 * time.Second
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
func (h *appHandler) unwrap() (App, bool) { return h.app, h.plain }

func (h *appHandler) logger() *slog.Logger {
	if h.opts.Logger != nil {
		return h.opts.Logger
	}
	return slog.Default()
}

// ServeHTTP serves one request.
func (h *appHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = wsconn.AsGet(r)
	upgrade := wsconn.IsHandshake(r)
	switch {
	case r.Method == http.MethodConnect:
		refuse(w, http.StatusBadRequest) // this is no proxy
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
