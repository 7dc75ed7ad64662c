package commands

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/nuages-web/nuages/asgi/python"
	"github.com/nuages-web/nuages/cli"
	project "github.com/nuages-web/nuages/cli/commands"
	"github.com/nuages-web/nuages/server"
)

// exitStart is the code of an application that can't be started: that of uvicorn and gunicorn.
const exitStart = 3

// A serving is one run of the command.
type serving struct {
	Options
	flags *flags
	call  *cli.Call
	notes []string // of what was read
	name  string   // of the application, as a file of Gunicorn's says
}

func (s *serving) run(ctx context.Context) error {
	if s.flags.version {
		s.call.Printf("nuages %s\n", s.Version)
		return nil
	}
	p, err := s.plan(ctx)
	if err != nil {
		return err
	}
	defer p.close()
	app, err := s.application(ctx, p)
	if err != nil {
		return err
	}
	p.python.Factory = p.python.Factory || app.factory
	s.note(p, app)
	host, err := python.New(app.name, &p.python)
	if err != nil {
		return err
	}
	if s.flags.check {
		return s.check(ctx, host, app)
	}
	return s.serve(ctx, p, host, app)
}

// application returns what the command line names, or else the Django project here.
func (s *serving) application(ctx context.Context, p *plan) (application, error) {
	if len(p.names) == 0 {
		return s.findDjango(ctx, &p.python)
	}
	return parseApplication(p.names[0])
}

// note tells what a user of the other servers might miss.
func (s *serving) note(p *plan, app application) {
	if app.origin != "" {
		p.notes = append(p.notes, fmt.Sprintf("%s is served, which is %s", app.name, app.origin))
	}
	if s.call.Verbosity == 0 {
		return
	}
	for _, text := range p.notes {
		fmt.Fprintf(s.call.Stderr, "note: %s\n", text)
	}
}

// check starts the application and stops it.
func (s *serving) check(ctx context.Context, host *python.Host, app application) error {
	if err := host.Start(ctx); err != nil {
		return startError(ctx, err, "")
	}
	if err := host.Stop(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	s.call.Printf("%s starts and stops.\n", app.name)
	return nil
}

func (s *serving) serve(ctx context.Context, p *plan, host *python.Host, app application) (err error) {
	if p.server.Inherited, err = server.InheritedFromEnvironment(); err != nil {
		return err
	}
	if p.umask >= 0 {
		defer setUmask(setUmask(p.umask))
	}
	python.Dedicate(p.python.Workers)
	if p.front.log != nil {
		p.front.log.client = func(r *http.Request) string { return or(host.ClientAddr(r), "-") }
	}
	running := &running{plan: p, host: host}
	defer running.listen()()
	site := &project.Site{
		Name: app.name, Logger: p.log, Handler: p.front.wrap(withStatic(p.static, host)), Restartable: true, OwnSignals: true, OtherPort: "serve --port 8001",
		Start: func(ctx context.Context) error { return startError(ctx, host.Start(ctx), "") },
		Run:   running.signals,
		Stop:  host.Stop,
	}
	err = site.Serve(ctx, p.server, func(srv *server.Server) error {
		running.server = srv
		if err := p.opened(srv); err != nil {
			return err
		}
		s.greet(p, host, app, srv)
		return nil
	})
	p.removePID()
	return err
}

// opened gives Unix sockets their modes, and writes the file of the process's number.
func (p *plan) opened(srv *server.Server) error {
	for _, addr := range srv.Addrs() {
		if addr.Network() != "unix" || !p.named(addr) {
			continue
		}
		if err := os.Chmod(addr.String(), p.sockets); err != nil {
			return fmt.Errorf("set the mode of the socket: %w", err)
		}
	}
	if p.pid == "" {
		return nil
	}
	if err := os.WriteFile(p.pid, []byte(strconv.Itoa(os.Getpid())+"\n"), 0o644); err != nil {
		return fmt.Errorf("write the file of the process ID: %w", err)
	}
	return nil
}

// named tells whether a socket is one whose path the command line gives: that of systemd has its mode.
func (p *plan) named(addr net.Addr) bool {
	for _, address := range p.server.Addresses {
		plain, _ := server.CutScheme(address, false)
		if plain == "unix:"+addr.String() {
			return true
		}
	}
	return false
}

// removePID removes the file, unless another process has taken over.
func (p *plan) removePID() {
	if p.pid == "" {
		return
	}
	if text, err := os.ReadFile(p.pid); err == nil && strings.TrimSpace(string(text)) == strconv.Itoa(os.Getpid()) {
		_ = os.Remove(p.pid)
	}
}

// startError adds to the error of a start what to do about it.
func startError(ctx context.Context, err error, interpreter string) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil { // it was told to stop meanwhile
		return ctx.Err()
	}
	text := err.Error()
	if failed := (*python.StartError)(nil); errors.As(err, &failed) {
		text, interpreter = failed.Stage+": "+failed.Output, failed.Interpreter
	}
	return &cli.Error{Code: exitStart, Hint: startHint(text, interpreter), Err: err}
}

// startHint says what to do about what Python said.
func startHint(text, interpreter string) string {
	has := func(part string) bool { return strings.Contains(text, part) }
	switch {
	case strings.HasPrefix(text, "lifespan: "):
		return "The application said no at its start; --lifespan off does not ask it."
	case has("the log can't be configured by"):
		return "Mend the file of --log-config; what it names has to be there for " + interpreter + "."
	case has("ModuleNotFoundError"):
		return "Modules are looked for in the working directory (--chdir), in --app-dir, and among the packages of " + interpreter +
			": is that the Python of the project? --python names another, such as that of a virtual environment."
	case has("SyntaxError"), has("IndentationError"):
		return "Mend the file that is named above; --reload would have waited for that."
	case has("AttributeError") && has("has no attribute"):
		return "Name the attribute of the module that is the application: module:attribute; a function that makes it goes with --factory."
	case has("ImproperlyConfigured"), has("DJANGO_SETTINGS_MODULE"):
		return "Django's settings come from DJANGO_SETTINGS_MODULE and from what they read of the environment: --env NAME=VALUE and --env-file set it."
	case has("no such file or directory"), has("executable file not found"):
		return "Name the interpreter with --python, and the project's folder with --chdir."
	case has("not ready within"):
		return "Give it longer with --timeout-start SECONDS."
	}
	return "The last lines tell what went wrong; python -c 'import MODULE' in the same folder should say the same."
}

// greet says where the application is served, by what, and how to go on.
func (s *serving) greet(p *plan, host *python.Host, app application, srv *server.Server) {
	workers := host.Stats().Workers
	if len(workers) > 0 { // none has ended since
		w := workers[0]
		attrs := []any{"application", app.name, "interface", string(w.Interface), "workers", len(workers), "python", w.Python}
		if w.Loop != "" {
			attrs = append(attrs, "loop", w.Loop)
		}
		p.log.Info("the workers are ready", append(attrs, "stop", "Ctrl-C or SIGTERM", "reload", "SIGHUP")...)
	}
	for i, addr := range srv.Addrs() {
		p.log.Info("serving", "url", srv.URLs()[i], "address", addr.String())
	}
}
