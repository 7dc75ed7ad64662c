package python

import (
	"log/slog"
	"net/netip"
	"time"
)

// An Interface is the contract that a Python application is written to.
type Interface string

// The interfaces. Auto looks at the application: what is a coroutine function, or an object whose
// __call__ is one, is ASGI 3; what takes one argument is ASGI 2; all else is WSGI.
const (
	Auto Interface = "auto"
	ASGI Interface = "asgi"
	WSGI Interface = "wsgi"
)

// A Lifespan says whether ASGI applications are told of start-up and shutdown.
type Lifespan string

// The ways to treat the lifespan protocol. LifespanAuto takes an application that raises, or returns
// before it has answered, for one that does not support it; with LifespanOn that is an error of the
// start.
const (
	LifespanAuto Lifespan = "auto"
	LifespanOn   Lifespan = "on"
	LifespanOff  Lifespan = "off"
)

// Options configures a Host. Zero fields take their defaults.
type Options struct {
	// Interpreter is the Python to run, 3.8 or later. Default: the one of the virtual environment
	// that VIRTUAL_ENV names, or that lies in Dir as .venv or venv, or else python3 of the PATH. A
	// relative path begins in Dir.
	Interpreter string
	// Dir is the working directory of the workers, and the first folder that Python looks for modules
	// in. Default: this process's.
	Dir string
	// Env are variables of the environment, "NAME=value", beside or instead of this process's. That is
	// the place for secrets: nothing of it is logged, or seen on the workers' command line.
	Env []string
	// Interface is what the application speaks. Default Auto.
	Interface Interface
	// Factory tells that the name is that of a function which returns the application. Default false.
	Factory bool
	// Lifespan says whether the application hears of start-up and shutdown. Default LifespanAuto.
	Lifespan Lifespan
	// Loop is the event loop of ASGI applications: "uvloop", "asyncio", or "auto" for uvloop where it is
	// installed. Default "auto".
	Loop string

	// Workers is the number of processes. Default 1, negative: one for each processor.
	Workers int
	// Threads is how many requests a WSGI worker answers at once, each in its own thread. Default 4.
	Threads int
	// RootPath is the path under which the application is mounted, "" or "/prefix" (SCRIPT_NAME). It is
	// put in front of the request's path. Default: what http.StripPrefix has removed.
	RootPath string
	// TrustedProxies are the addresses whose X-Forwarded-For and -Proto are believed and whose other
	// X-Forwarded headers reach the application; those of all others are dropped. Default none.
	TrustedProxies []netip.Prefix
	// TrustUnixSocket trusts peers without an address, which come over a Unix socket, likewise.
	// Default false.
	TrustUnixSocket bool

	// MaxBody bounds the body of a request, in bytes; a longer one is answered with 413. Default
	// 100 MiB; negative: no limit.
	MaxBody int64
	// SpoolBodies has a WSGI application get a length with each body. One that comes without, in chunks,
	// and is longer than 64 KiB is written to a temporary file (in TMPDIR, at most MaxBody) before a thread
	// gets the request, as proxies do. By default it passes as it comes, without CONTENT_LENGTH: Flask reads
	// it to its end, Django takes it for none, and a line in the log tells of the first one.
	SpoolBodies bool
	// MaxConcurrency bounds the requests and sockets that are open at once; more are answered with 503.
	// Default: no limit for ASGI, 1,000 and as many as there are threads for WSGI; negative: no limit.
	MaxConcurrency int
	// MaxRequests is after how many requests a worker is replaced. Default: never.
	MaxRequests int
	// MaxRequestsJitter adds a random number up to this to MaxRequests, so that workers are not all
	// replaced at once. Default 0.
	MaxRequestsJitter int
	// MaxMemory replaces a worker whose resident memory is greater, in bytes, which is looked at every
	// five seconds. Default: no limit.
	MaxMemory int64
	// MaxMessageBytes is the greatest length of a WebSocket message from a client, in bytes. Default
	// 16 MiB, as Uvicorn's; negative: no limit.
	MaxMessageBytes int64
	// Ping is how often the client of a WebSocket is asked whether it is still there. Default 20 s;
	// negative: never.
	Ping time.Duration
	// PongTimeout is how long its answer may take before the socket is closed. Default 20 s; negative:
	// for ever.
	PongTimeout time.Duration
	// Compress compresses the messages of WebSockets where the client offers it (RFC 7692). Default
	// false: each socket then takes some hundred KB more.
	Compress bool
	// NoWebSocket refuses WebSockets before Python sees them. Default false.
	NoWebSocket bool

	// StartTimeout is how long a worker may take until it is ready, its lifespan's start-up included.
	// Default 60 s; negative: no limit.
	StartTimeout time.Duration
	// StopTimeout is how long a worker that is replaced or stopped may go on with its requests, and
	// then again with its lifespan's shutdown, before it is killed; WebSockets are closed at once, with
	// code 1012. Default 20 s; negative, or more than 24 days: no limit.
	StopTimeout time.Duration
	// ResponseTimeout is how long an application may take until it begins its response; then the client
	// gets 504, and the application learns of a disconnect; of WSGI a response learns of it that has further
	// parts. The time that the client takes to send its request does not count. Default: no limit, but 30 s
	// for the answer to the handshake of a WebSocket, after which its client gets 503.
	ResponseTimeout time.Duration
	// HealthTimeout is how long a worker may fail to answer whether it is alive before it is killed and
	// replaced: an event loop that is blocked cannot. The log shows where its threads were. Of a WSGI
	// worker only one that holds Python's lock all the time is noticed. Default 30 s; negative: no limit.
	HealthTimeout time.Duration
	// ThreadTimeout is how long all threads of a WSGI worker may be silent at once before it is killed and
	// replaced, for it serves nobody: each has a request, sends nothing, and waits neither for the
	// request's body nor for a client that is slow to take its answer. The log shows where they were.
	// Default: no limit.
	ThreadTimeout time.Duration
	// DisconnectTimeout is how long an ASGI application may go on after its client has left before its
	// task is cancelled; it learns of the disconnect at once. Whole seconds, at least one. Default 10 s, as
	// Daphne's; negative, or more than 24 days: no limit.
	DisconnectTimeout time.Duration

	// Reload watches the Python files below Dir and replaces the workers when one changes. Default
	// false.
	Reload bool
	// ReloadDirs are the folders that Reload watches. Default Dir alone.
	ReloadDirs []string
	// ReloadInclude are patterns of further files there that Reload watches, as "*.html", or "conf/*.toml"
	// for the last two parts of a path; * matches no slash. Hidden files are named as they are: ".env".
	// Default none.
	ReloadInclude []string
	// ReloadExclude are such patterns of files that Reload does not watch, and names of folders. Default
	// none; hidden folders, virtual environments, node_modules and the like are never watched.
	ReloadExclude []string
	// LogConfig sets up Python's logging before the application is imported. It is the name of a file, in
	// the JSON or YAML (for which PyYAML has to be installed) of logging.config.dictConfig if it ends in
	// .json, .yaml or .yml, else in the form of fileConfig; or such JSON itself, which begins with "{". A
	// relative name begins in Dir. Default: none.
	LogConfig string
	// Debug shows the traceback of an application that fails to the client. Default false.
	Debug bool
	// Logger gets what the workers print, and what happens to them. Default slog.Default().
	Logger *slog.Logger
}
