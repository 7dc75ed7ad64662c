package commands

import (
	"context"
	"log/slog"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/cli"
	project "github.com/nuages-web/nuages/cli/commands"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/settings"
)

// A plan is what the flags and the environment amount to.
type plan struct {
	python  python.Options
	server  server.Config
	front   front
	static  []*staticFolder
	log     *slog.Logger
	files   []*logFile
	sockets os.FileMode // of Unix sockets
	umask   int         // -1: as it is
	pid     string
	names   []string // of the command line
	notes   []string
}

// plan makes sense of the flags, of Uvicorn's variables under them, and under these of what Gunicorn reads.
func (s *serving) plan(ctx context.Context) (*plan, error) {
	f := s.flags
	if err := f.fromEnvironment(s.LookupEnv); err != nil {
		return nil, err
	}
	if err := s.fromGunicorn(ctx); err != nil {
		return nil, err
	}
	if err := f.checkForeign(s.call); err != nil {
		return nil, err
	}
	p := &plan{umask: -1, sockets: 0o666, pid: f.pid, notes: s.notes}
	f.splitEnv()
	for _, step := range []func(*plan) error{
		s.positional, s.planServer, s.planListeners, s.planTLS, s.planProtocols, s.planApplication, s.planEnvironment,
		s.planWorkers, s.planLimits, s.planTimes, s.planSockets, s.planProxies, s.planHeaders, s.planLog, s.planAccessLog,
	} {
		if err := step(p); err != nil {
			p.close()
			return nil, err
		}
	}
	return p, nil
}

// close closes what was opened.
func (p *plan) close() {
	for _, f := range p.static {
		f.root.Close()
	}
	for _, f := range p.files {
		f.Close()
	}
}

// positional takes the file of Daphne's "--access-log FILE" from the arguments: the flag alone is
// uvicorn's.
func (s *serving) positional(p *plan) error {
	f := s.flags
	p.names = s.call.ArgList("application")
	if len(p.names) == 2 && f.accessLog == "on" && (p.names[0] == "-" || strings.ContainsAny(p.names[0], "/.")) {
		if _, err := parseApplication(p.names[0]); err != nil || strings.HasSuffix(p.names[0], ".log") {
			f.accessLog, p.names = p.names[0], p.names[1:]
		}
	}
	if app, _ := s.LookupEnv("UVICORN_APP"); len(p.names) == 0 && or(app, s.name) != "" {
		p.names = []string{or(app, s.name)}
	}
	if len(p.names) > 1 {
		return cli.Hint(usagef("one application can be served, but there are %q", p.names), "Settings that Gunicorn's own applications take are not read.")
	}
	return nil
}

// planServer reads the variables of the server; flags win over them.
func (s *serving) planServer(p *plan) error {
	env, err := settings.Load(&settings.Options{Files: []string{}, Environ: s.Environ})
	if err != nil {
		return err
	}
	p.server = project.ServerFromEnvironment(env, server.Config{})
	if err := env.Err(); err != nil {
		return err
	}
	project.OverrideServer(&p.server, s.flags.server)
	return nil
}

func (s *serving) planListeners(p *plan) error {
	port := ""
	if len(p.server.Addresses) == 0 {
		port, _ = s.LookupEnv("PORT")
	}
	a, err := s.flags.listenOn(port)
	if err != nil {
		return err
	}
	if len(a.list) == 0 { // SERVER_ADDRESS, which flags win over
		a.list = p.server.Addresses
	}
	p.pid = s.flags.pid // "-p 8001" was a port
	p.server.Addresses = a.list
	if a.cert != "" {
		p.server.CertFile, p.server.KeyFile = a.cert, a.key
	}
	for i, address := range p.server.Addresses { // supervisord passes its socket as descriptor 0
		n, err := strconv.Atoi(strings.TrimPrefix(address, "fd:"))
		if !strings.HasPrefix(address, "fd:") || err != nil || n < 0 || n > 2 {
			continue
		}
		ln, err := listenerOf(n)
		if err != nil {
			return err
		}
		p.server.Listeners = append(p.server.Listeners, server.Listener{Listener: ln})
		p.server.Addresses = slices.Delete(p.server.Addresses, i, i+1)
		break
	}
	if s.flags.umask != "" {
		mask, err := strconv.ParseInt(s.flags.umask, 0, 32)
		if err != nil || mask < 0 || mask > 0o777 {
			return usagef("--umask %s: want a mask as 0027 or 0", s.flags.umask)
		}
		p.umask, p.sockets = int(mask), 0o777&^os.FileMode(mask)
	}
	return nil
}

// choose finds a value among those that a flag takes.
func choose[T any](flag, value string, choices map[string]T) (T, error) {
	if v, ok := choices[value]; ok {
		return v, nil
	}
	var zero T
	var names []string
	for name := range choices {
		if name != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return zero, usagef("--%s %s: want one of %s", flag, value, strings.Join(names, ", "))
}
