package commands

import (
	"errors"
	"strings"

	"github.com/nuages-web/nuages/cli"
)

// A foreign option is one of uvicorn, gunicorn or daphne that has no meaning here. One that the
// application would be served wrongly without is an error; of the others there is a note.
type foreign struct {
	names   string // with spaces between
	short   string // of the first
	value   bool   // it takes one
	refused bool
	why     string // what to use instead, or why it isn't needed
}

var foreignOptions = []foreign{
	// Refused.
	{names: "daemon", short: "D", refused: true, why: "a supervisor keeps it running and its log: write a unit for systemd, see docs/howto/python.md"},
	{names: "user", value: true, refused: true, why: "start it as this user: User= in the unit of systemd, or setpriv --reuid"},
	{names: "group", short: "g", value: true, refused: true, why: "start it with this group: Group= in the unit of systemd, or setpriv --regid"},
	{names: "initgroups", refused: true, why: "User= in a unit of systemd takes the user's groups along"},
	{names: "logger-class", value: true, refused: true, why: "requests are logged in Go: see --access-logformat"},
	{names: "log-syslog", refused: true, why: "what goes to stderr and stdout is the journal's under systemd; logger(1) passes it to syslog"},
	{names: "log-syslog-to", value: true, refused: true, why: "what goes to stderr and stdout is the journal's under systemd; logger(1) passes it to syslog"},
	{names: "log-syslog-prefix", value: true, refused: true, why: "what goes to stderr and stdout is the journal's under systemd: SyslogIdentifier="},
	{names: "log-syslog-facility", value: true, refused: true, why: "what goes to stderr and stdout is the journal's under systemd: SyslogFacility="},
	{names: "statsd-host", value: true, refused: true, why: "figures are not sent to StatsD; a Go program in front can offer them to Prometheus, see docs/howto/observability.md"},
	{names: "statsd-prefix dogstatsd-tags", value: true, refused: true, why: "figures are not sent to StatsD"},
	{names: "enable-backlog-metric", refused: true, why: "figures are not sent to StatsD"},
	{names: "spew", refused: true, why: "run the application under python -m trace"},
	{names: "print-config", refused: true, why: "the flags are all there is; --check-config starts the application and stops it"},
	{names: "paste paster paste-global", value: true, refused: true, why: "write a module that loads the file: application = paste.deploy.loadapp('config:/path/of/file.ini')"},
	{names: "permit-obsolete-folding strip-header-spaces tolerate-dangerous-framing", refused: true, why: "requests that two servers can read differently are always refused"},
	{names: "permit-unconventional-http-version casefold-http-method", refused: true, why: "such requests are always refused"},
	{names: "permit-unconventional-http-method", refused: true, why: "name the method: --method PURGE"},
	{names: "forwarder-headers", value: true, refused: true, why: "SCRIPT_NAME is set by --root-path; REMOTE_USER is never taken from a client"},
	{names: "header-map", value: true, refused: true, why: "headers with an underscore never reach the application"},
	{names: "protocol", value: true, refused: true, why: "HTTP is spoken, not uwsgi: write proxy_pass instead of uwsgi_pass"},
	{names: "uwsgi-allow-from uwsgi-allow-ips", value: true, refused: true, why: "uwsgi is not spoken: write proxy_pass instead of uwsgi_pass"},
	{names: "dirty-app dirty-workers dirty-timeout dirty-threads dirty-graceful-timeout", value: true, refused: true, why: "there are no dirty workers: give long work to a queue"},
	{names: "ssl-keyfile-password", value: true, refused: true, why: "keep the key in a file without a password that only this user can read: openssl pkey -in key.pem -out plain.pem"},
	{names: "proxy-headers-host proxy-headers-port", value: true, refused: true, why: "the proxy has to write X-Forwarded-For and X-Forwarded-Proto"},

	// Of no effect.
	{names: "backlog", value: true, why: "the kernel's net.core.somaxconn is the backlog"},
	{names: "reuse-port", why: "all workers share one socket"},
	{names: "preload", why: "each worker loads the application by itself, so that a reload finds its new version"},
	{names: "worker-connections", value: true, why: "--limit-concurrency bounds the requests, --max-conns the connections"},
	{names: "tmp-upload-dir", value: true, why: "bodies are not written to files"},
	{names: "secure-scheme-headers", value: true, why: "X-Forwarded-Proto is what trusted proxies tell the scheme by"},
	{names: "worker-tmp-dir", value: true, why: "workers are watched without files"},
	{names: "name", short: "n", value: true, why: "processes keep their names"},
	{names: "no-sendfile", why: "files are sent by the kernel where that is possible"},
	{names: "capture-output", why: "what the application prints is in the log"},
	{names: "enable-stdio-inheritance", short: "R", why: "what the application prints is in the log"},
	{names: "disable-redirect-access-to-syslog", why: "nothing is sent to syslog"},
	{names: "limit-request-field_size", value: true, why: "--max-header-bytes bounds all headers together"},
	{names: "reload-engine reload-delay", value: true, why: "changes are found without"},
	{names: "reload-extra-file", value: true, why: "name it with --reload-include, and its folder with --reload-dir"},
	{names: "ssl-version", value: true, why: "TLS 1.2 and 1.3 are spoken"},
	{names: "ssl-ciphers ciphers", value: true, why: "the suites that HTTP/2 allows are used"},
	{names: "suppress-ragged-eofs do-handshake-on-connect", why: "it is always so"},
	{names: "use-colors no-use-colors", why: "logs have no colours"},
	{names: "ws-max-queue", value: true, why: "a socket whose application does not read is not read either"},
	{names: "websocket_timeout", value: true, why: "sockets may be open for any time; the application closes them"},
	{names: "websocket_connect_timeout", value: true, why: "an application has 30 seconds to answer a handshake"},
	{names: "websocket-max-frame-size", value: true, why: "--ws-max-size bounds the message that frames make up"},
	{names: "reset-contextvars", why: "each request has its own context"},
	{names: "log-fmt", value: true, why: "the log has a form of its own, --log-json gives it as JSON; for the lines of requests there is --access-logformat"},
	{names: "http2", why: "HTTP/2 is spoken; see --http"},
	{names: "http-parser", value: true, why: "requests are read in Go"},
	{names: "http2-initial-window-size http2-max-frame-size http2-max-header-list-size", value: true, why: "the server has values of its own"},
	{names: "control-socket-mode", value: true, why: "the control socket is this user's alone"},
	{names: "no-control-socket", why: "there is none without --control-socket"},
}

// given is a foreign option as it was given.
type given struct {
	foreign
	name string
	on   bool
	text []string
	from string // where it is written, behind its name; "" for the command line
}

func (f *flags) declareForeign(list *cli.Flags) {
	f.foreign = nil
	for _, o := range foreignOptions {
		for i, name := range strings.Fields(o.names) {
			g := &given{foreign: o, name: name}
			f.foreign = append(f.foreign, g)
			var flag *cli.Flag
			if o.value {
				flag = list.Strings(&g.text, name, o.why)
			} else {
				flag = list.Bool(&g.on, name, o.why)
			}
			if flag.Hidden = true; i == 0 {
				flag.Short = o.short
			}
		}
	}
}

// harmless are the values of refused options that ask for what is done anyway.
var harmless = map[string]string{"protocol": "http", "header-map": "drop"}

// checkForeign warns of options without effect, and refuses those that would be missed.
func (f *flags) checkForeign(call *cli.Call) error {
	var errs []error
	for _, g := range f.foreign {
		switch {
		case !g.on && len(g.text) == 0:
		case g.refused && len(g.text) == 1 && g.text[0] == harmless[g.name]:
		case g.refused:
			errs = append(errs, cli.Hint(usagef("--%s%s is not supported", g.name, g.from), strings.ToUpper(g.why[:1])+g.why[1:]+"."))
		case call.Verbosity > 0:
			call.Warnf("--%s%s has no effect: %s", g.name, g.from, g.why)
		}
	}
	return errors.Join(errs...)
}
