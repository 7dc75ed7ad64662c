package commands

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/cli"
	project "github.com/nuages-web/nuages/cli/commands"
	"github.com/nuages-web/nuages/server"
)

// flags are the options as they were given, for plan to make sense of. Lengths of time are texts, in
// seconds or with a unit.
type flags struct {
	server  server.Config // those of the server itself
	foreign []*given      // those of other servers that have no meaning here

	host, port, uds, fd, pid  string
	bind, endpoint            []string
	config                    string
	python, appDir, chdir     string
	pythonPath, envFile       string
	env                       []string
	iface, workerClass, http  string
	httpProtocols, rootPath   string
	wsgi, asgi, factory       bool
	lifespan, loop            string
	workers, threads          int
	concurrency               int
	maxRequests, jitter       int
	maxMemory                 string
	reload, debug, spool      bool
	reloadDirs                []string
	include, exclude          []string
	logConfig, logConfigJSON  string
	timeout, grace, keepAlive string
	health, httpTimeout       string
	closeTimeout, start       string
	ws, wsPing, wsPong        string
	wsMaxSize                 int
	wsDeflate                 string
	key, cert, ca, certReqs   string
	requestLine, headerFields string
	headerBytes, streams      int
	proxyHeaders, noProxy     bool
	forwarded, proxyFrom      string
	accessLog, accessFile     string
	noAccessLog, logJSON      bool
	accessFormat, logFile     string
	logLevel, umask           string
	headers, static           []string
	serverName                string
	serverHeader, noServer    bool
	dateHeader, noDate        bool
	check, version            bool
}

// An option is one flag: UVICORN_NAME in the environment is the same.
type option struct {
	target      any // *string, *[]string, *int or *bool
	name, usage string
	placeholder string
	short       string
	aliases     []string
	noValue     string
	hidden      bool
}

func (f *flags) options() []option {
	return slices.Concat(f.listenOptions(), f.applicationOptions(), f.limitOptions(), f.protocolOptions(), f.logOptions())
}

func (f *flags) listenOptions() []option {
	return []option{
		{target: &f.host, name: "host", usage: "address to listen on (default 127.0.0.1)"},
		{target: &f.port, name: "port", usage: "port to listen on (default 8000)"},
		{target: &f.uds, name: "uds", short: "u", placeholder: "PATH", usage: "Unix socket to listen on", aliases: []string{"unix-socket"}},
		{target: &f.fd, name: "fd", placeholder: "N", usage: "file descriptor to listen on, which the parent process left open"},
		{target: &f.bind, name: "bind", short: "b", placeholder: "ADDRESS", usage: "where to listen: HOST, HOST:PORT, unix:PATH, fd://N"},
		{target: &f.endpoint, name: "endpoint", placeholder: "ENDPOINT", usage: "where to listen, as Twisted writes it: tcp:port=80, ssl:443:privateKey=…, unix:PATH"},
		{target: &f.umask, name: "umask", short: "m", placeholder: "MODE", usage: "mask of the modes of Unix sockets and files (sockets: default 0111, so that any user may connect)"},
		{target: &f.pid, name: "pid", short: "p", placeholder: "FILE", usage: "file to write the process ID to (-p NUMBER is the port)"},
	}
}

func (f *flags) applicationOptions() []option {
	return []option{
		{target: &f.iface, name: "interface", usage: "what the application speaks: asgi, wsgi or auto (default auto)"},
		{target: &f.asgi, name: "asgi", usage: "the same as --interface asgi"},
		{target: &f.wsgi, name: "wsgi", usage: "the same as --interface wsgi"},
		{target: &f.factory, name: "factory", usage: "the name is that of a function that returns the application"},
		{target: &f.python, name: "python", placeholder: "PATH", usage: "the Python to run (default: the virtual environment's, or python3)"},
		{target: &f.chdir, name: "chdir", placeholder: "DIR", usage: "working directory of the application (default: this one)"},
		{target: &f.appDir, name: "app-dir", placeholder: "DIR", usage: "folder to look for the application's module in, beside the working one"},
		{target: &f.pythonPath, name: "pythonpath", placeholder: "DIRS", usage: "further such folders, with commas between"},
		{target: &f.env, name: "env", short: "e", placeholder: "NAME=VALUE", usage: "variable of the application's environment"},
		{target: &f.envFile, name: "env-file", placeholder: "FILE", usage: "file with variables of the application's environment"},
		{target: &f.rootPath, name: "root-path", placeholder: "PATH", usage: "path under which the application is mounted (SCRIPT_NAME)"},
		{target: &f.lifespan, name: "lifespan", usage: "tell ASGI applications of start and stop: on, off or auto (default auto)", aliases: []string{"asgi-lifespan"}},
		{target: &f.loop, name: "loop", usage: "event loop of ASGI applications: asyncio, uvloop or auto (default auto)", aliases: []string{"asgi-loop"}},
		{target: &f.workers, name: "workers", short: "w", placeholder: "N", usage: "worker processes (default WEB_CONCURRENCY, or 1; negative: one for each processor)"},
		{target: &f.workerClass, name: "worker-class", short: "k", placeholder: "CLASS", usage: "that of Gunicorn: sync, gthread, asgi, uvicorn.workers.UvicornWorker"},
		{target: &f.threads, name: "threads", placeholder: "N", usage: "requests that a WSGI worker answers at once (default 4)"},
		{target: &f.reload, name: "reload", usage: "replace the workers when a Python file changes"},
		{target: &f.reloadDirs, name: "reload-dir", placeholder: "DIR", usage: "folder to watch (default: the working directory)"},
		{target: &f.include, name: "reload-include", placeholder: "GLOB", usage: "further files to watch, as '*.html', or a folder"},
		{target: &f.exclude, name: "reload-exclude", placeholder: "GLOB", usage: "files or a folder not to watch"},
		{target: &f.debug, name: "debug", usage: "show tracebacks of the application to clients"},
		{target: &f.static, name: "static", placeholder: "URL=DIR", usage: "serve the files of a folder, without asking the application"},
	}
}

func (f *flags) limitOptions() []option {
	return []option{
		{target: &f.concurrency, name: "limit-concurrency", placeholder: "N", usage: "most requests at once; more are answered with 503"},
		{target: &f.maxRequests, name: "limit-max-requests", placeholder: "N", usage: "requests after which a worker is replaced", aliases: []string{"max-requests"}},
		{target: &f.jitter, name: "limit-max-requests-jitter", placeholder: "N", usage: "random number to add to that", aliases: []string{"max-requests-jitter"}},
		{target: &f.maxMemory, name: "max-memory", placeholder: "SIZE", usage: "memory with which a worker is replaced, as 512M"},
		{target: &f.spool, name: "spool-bodies", usage: "write bodies without a length to a file first, so that WSGI applications get CONTENT_LENGTH"},
		{target: &f.timeout, name: "timeout", short: "t", placeholder: "SECONDS", usage: "how long the application may take to answer, and a worker be silent (0: for ever)"},
		{target: &f.httpTimeout, name: "http-timeout", placeholder: "SECONDS", usage: "how long the application may take to answer (default: for ever)"},
		{target: &f.health, name: "timeout-worker-healthcheck", placeholder: "SECONDS", usage: "how long a worker may be silent (default 30)"},
		{target: &f.start, name: "timeout-start", placeholder: "SECONDS", usage: "how long a worker may take to start (default 60)"},
		{target: &f.grace, name: "timeout-graceful-shutdown", placeholder: "SECONDS", usage: "how long requests may go on at the stop and when workers are replaced (default 20)", aliases: []string{"graceful-timeout"}},
		{target: &f.keepAlive, name: "timeout-keep-alive", placeholder: "SECONDS", usage: "how long a kept connection may wait (default 120)", aliases: []string{"keep-alive"}},
		{target: &f.closeTimeout, name: "application-close-timeout", placeholder: "SECONDS", usage: "how long an ASGI application may go on without its client (default 10)"},
		{target: &f.requestLine, name: "limit-request-line", placeholder: "BYTES", usage: "the same as --max-uri", hidden: true},
		{target: &f.headerFields, name: "limit-request-fields", placeholder: "N", usage: "the same as --max-headers", hidden: true},
		{target: &f.headerBytes, name: "h11-max-incomplete-event-size", placeholder: "BYTES", usage: "the same as --max-header-bytes", hidden: true},
		{target: &f.streams, name: "http2-max-concurrent-streams", placeholder: "N", usage: "the same as --max-streams", hidden: true},
	}
}

func (f *flags) protocolOptions() []option {
	return []option{
		{target: &f.http, name: "http", usage: "highest version of HTTP: 1.1, 2, 3 or auto (default auto: 2)"},
		{target: &f.httpProtocols, name: "http-protocols", usage: "the same in Gunicorn's words: h1,h2", hidden: true},
		{target: &f.ws, name: "ws", usage: "WebSockets: on or off (default on)"},
		{target: &f.wsMaxSize, name: "ws-max-size", placeholder: "BYTES", usage: "longest message from a client (default 16 MiB)", aliases: []string{"websocket-max-message-size"}},
		{target: &f.wsPing, name: "ws-ping-interval", placeholder: "SECONDS", usage: "how often a client is asked whether it is there (default 20; 0: never)", aliases: []string{"ping-interval"}},
		{target: &f.wsPong, name: "ws-ping-timeout", placeholder: "SECONDS", usage: "how long its answer may take (default 20)", aliases: []string{"ping-timeout"}},
		{target: &f.wsDeflate, name: "ws-per-message-deflate", placeholder: "BOOL", usage: "compress messages where the client offers it (default false)"},
		{target: &f.key, name: "ssl-keyfile", placeholder: "FILE", usage: "key of the certificate (default: in the same file)", aliases: []string{"keyfile"}},
		{target: &f.cert, name: "ssl-certfile", placeholder: "FILE", usage: "certificate with its chain; it is read again when it changes", aliases: []string{"certfile"}},
		{target: &f.ca, name: "ssl-ca-certs", placeholder: "FILE", usage: "authorities of the certificates of clients", aliases: []string{"ca-certs"}},
		{target: &f.certReqs, name: "ssl-cert-reqs", placeholder: "N", usage: "clients show a certificate: 0 not, 1 if they have one, 2 always", aliases: []string{"cert-reqs"}},
		{target: &f.proxyHeaders, name: "proxy-headers", usage: "believe X-Forwarded-For and -Proto of trusted proxies (default)"},
		{target: &f.noProxy, name: "no-proxy-headers", usage: "believe nobody"},
		{target: &f.forwarded, name: "forwarded-allow-ips", placeholder: "LIST", usage: "the trusted proxies: addresses, networks, unix, or * for all (default FORWARDED_ALLOW_IPS, or 127.0.0.1,::1,unix)"},
		{target: &f.proxyFrom, name: "proxy-allow-from", placeholder: "LIST", usage: "those who send the PROXY protocol (default: the trusted proxies)", aliases: []string{"proxy-allow-ips"}},
		{target: &f.headers, name: "header", placeholder: "NAME:VALUE", usage: "header to add to each response"},
		{target: &f.serverHeader, name: "server-header", usage: "add Server: nuages"},
		{target: &f.noServer, name: "no-server-header", usage: "add no header Server (default)", aliases: []string{"no-server-name"}},
		{target: &f.serverName, name: "server-name", short: "s", placeholder: "TEXT", usage: "what to put into the header Server"},
		{target: &f.dateHeader, name: "date-header", usage: "add the header Date (default)"},
		{target: &f.noDate, name: "no-date-header", usage: "leave it out"},
	}
}

func (f *flags) logOptions() []option {
	return []option{
		{target: &f.accessLog, name: "access-log", placeholder: "FILE", noValue: "on", usage: "write a line for each request (default), to the file instead of stdout"},
		{target: &f.noAccessLog, name: "no-access-log", usage: "write none"},
		{target: &f.accessFile, name: "access-logfile", placeholder: "FILE", usage: "where to write them; - is stdout", hidden: true},
		{target: &f.accessFormat, name: "access-logformat", placeholder: "FORMAT", usage: "common, combined, or a form of Gunicorn's such as '%(h)s %(r)s %(s)s %(M)s' (default common)"},
		{target: &f.logFile, name: "log-file", placeholder: "FILE", usage: "where to write all else (default stderr); SIGUSR1 opens the files anew", aliases: []string{"error-logfile"}},
		{target: &f.logLevel, name: "log-level", usage: "what is written: trace, debug, info, warning, error or critical (default info)"},
		{target: &f.logConfig, name: "log-config", placeholder: "FILE", usage: "configuration of Python's logging, .json, .yaml or .ini, for the application"},
		{target: &f.logConfigJSON, name: "log-config-json", placeholder: "FILE", usage: "the same as JSON, whatever the name", hidden: true},
		{target: &f.logJSON, name: "log-json", usage: "write it as lines of JSON"},
		{target: &f.config, name: "config", short: "c", placeholder: "FILE", usage: "settings in Gunicorn's form (default ./gunicorn.conf.py, where there is one)"},
		{target: &f.check, name: "check-config", usage: "start the application and stop it: code 0 if all is well"},
		{target: &f.version, name: "version", usage: "print the version of this program"},
	}
}

// declare declares all flags: these, those of the server, and those of other servers.
func (f *flags) declare(list *cli.Flags) {
	for _, o := range f.options() {
		var flag *cli.Flag
		switch target := o.target.(type) {
		case *string:
			flag = list.String(target, o.name, o.usage)
		case *[]string:
			flag = list.Strings(target, o.name, o.usage)
		case *int:
			flag = list.Int(target, o.name, o.usage)
		case *bool:
			flag = list.Bool(target, o.name, o.usage)
		default:
			panic(fmt.Sprintf("option %s is a %T", o.name, target))
		}
		flag.Short, flag.Aliases, flag.Hidden, flag.NoValue = o.short, o.aliases, o.hidden, o.noValue
		if flag.Placeholder = o.placeholder; flag.Placeholder == "" {
			flag.Placeholder = "TEXT"
		}
	}
	project.ServerFlags(list, &f.server)
	f.declareForeign(list)
}

// variable is the name of a flag in Uvicorn's environment.
func variable(flag string) string {
	return "UVICORN_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// fromEnvironment fills in what UVICORN_NAME says of flags that were not given.
func (f *flags) fromEnvironment(lookup func(string) (string, bool)) error {
	for _, g := range f.foreign {
		g.from = ""
		text, ok := lookup(variable(g.name))
		if !ok || text == "" || g.on || len(g.text) > 0 {
			continue
		}
		g.from = " of the variable " + variable(g.name)
		if !g.value {
			g.on, _ = strconv.ParseBool(text)
		} else {
			g.text = []string{text}
		}
	}
	for _, o := range f.options() {
		name := variable(o.name)
		text, ok := lookup(name)
		if !ok || text == "" {
			continue
		}
		var err error
		switch target := o.target.(type) {
		case *string:
			if *target == "" {
				*target = text
			}
		case *[]string:
			if len(*target) == 0 {
				*target = strings.Fields(text)
			}
		case *int:
			if *target == 0 {
				*target, err = strconv.Atoi(text)
			}
		case *bool:
			if !*target {
				*target, err = strconv.ParseBool(text)
			}
		}
		if err != nil {
			return usagef("the variable %s is %q", name, text)
		}
	}
	f.negate(lookup)
	return nil
}

// negate reads the variables of switches that are on by default. A switch that was given wins.
func (f *flags) negate(lookup func(string) (string, bool)) {
	for _, s := range []struct {
		name    string
		on, off *bool
	}{{"PROXY_HEADERS", &f.proxyHeaders, &f.noProxy}, {"DATE_HEADER", &f.dateHeader, &f.noDate}} {
		text, ok := lookup("UVICORN_" + s.name)
		if on, err := strconv.ParseBool(text); ok && err == nil && !on && !*s.on {
			*s.off = true
		}
	}
	if on, err := strconv.ParseBool(f.accessLog); err == nil && on {
		f.accessLog = "on"
	} else if err == nil {
		f.accessLog, f.noAccessLog = "", true
	}
}

// usagef is an error of the command line: code 2.
func usagef(format string, args ...any) error {
	return &cli.Error{Code: cli.ExitUsage, Err: fmt.Errorf(format, args...)}
}
