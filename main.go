package nuages

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/cli/commands"
	"github.com/nuages-web/nuages/internal/devserver"
	"github.com/nuages-web/nuages/internal/xconnect"
	"github.com/nuages-web/nuages/middleware"
	migrate "github.com/nuages-web/nuages/migrations/commands"
	fixtures "github.com/nuages-web/nuages/serializers/commands"
	"github.com/nuages-web/nuages/settings"
)

// Main is a project's program: it reads the environment and .env, or the file that --env-file names,
// puts the project together and runs the command that the arguments name, runserver without any.
// SIGINT and SIGTERM end the command's context; a second one ends the program at once. It exits with 0, 1 for an error, or 2 for wrong
// arguments, and does not return.
//
//	func main() { nuages.Main(project) }
//
// What load returns is the project; its error is printed, and help and version work all the same.
func Main(load func(*settings.Env) (*Project, error)) {
	if slices.Contains(os.Args[1:], "serve") { // also behind --env-file
		xconnect.Allow()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // so that a second signal ends the program at once
	code := Run(ctx, load, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Run is Main with the arguments and streams given, for tests and programs of programs. It returns
// the exit code: 0, 1 for an error, 2 for wrong arguments.
func Run(ctx context.Context, load func(*settings.Env) (*Project, error), args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	m := &program{args: args}
	app, err := m.app(load)
	if err != nil {
		fmt.Fprintf(stderr, "error: %v\n", err)
		return 1
	}
	if len(m.args) == 0 {
		m.args = []string{"runserver"}
	}
	if m.project != nil && m.project.db != nil {
		ctx = m.project.withDB(ctx)
		defer m.project.db.Close() // a command that changes rows has heard of errors before
	}
	return app.Run(ctx, m.args, stdin, stdout, stderr)
}

// program is one run of Main.
type program struct {
	args    []string
	envFile string
	project *Project
	err     error // why there is no project
}

func (m *program) app(load func(*settings.Env) (*Project, error)) (*cli.App, error) {
	child, err := devserver.FromEnvironment()
	if err != nil {
		return nil, err
	}
	env, err := loadEnv(m.envFiles())
	switch {
	case child == nil && m.isSupervisor():
		m.err = errors.New("the supervisor has no project of its own")
		if err != nil {
			return nil, err
		}
	case err != nil:
		m.err = err
	default:
		m.project, m.err = loadProject(load, env)
	}
	list := commands.All(&commands.Program{
		Child: child, Package: mainPackage(), Load: m.site, Env: env, Args: m.args,
	})
	list = append(list, m.dbshell(), m.inspectdb())
	list = append(list, fixtures.All(m.fixtures)...)
	list = append(list, migrate.All(&migrate.Program{Load: m.migrations})...)
	if m.project != nil {
		for _, a := range m.project.apps {
			list = append(list, a.Commands...)
		}
	}
	return cli.New(&cli.Options{
		Name:     programName(),
		Version:  version(),
		Short:    "A project made with Nuages.",
		Commands: list,
		Before:   m.before,
		Flags: func(f *cli.Flags) {
			f.String(&m.envFile, "env-file", "read settings from this file instead of .env")
		},
	})
}

// isSupervisor tells whether this process is going to be the supervisor of runserver, which needs
// no project: one that can't be put together is shown as a page.
func (m *program) isSupervisor() bool {
	for _, a := range m.args {
		switch a {
		case "--noreload", "--help", "-h", "help":
			return false
		}
	}
	return len(m.args) == 0 || m.args[0] == "runserver"
}

// envFiles finds --env-file before the command line is parsed: which commands there are depends on
// the project, and the project on its settings.
func (m *program) envFiles() []string {
	for i, a := range m.args {
		if file, ok := strings.CutPrefix(a, "--env-file="); ok {
			return []string{file}
		}
		if a == "--env-file" && i+1 < len(m.args) {
			return []string{m.args[i+1]}
		}
	}
	return nil
}

func loadEnv(files []string) (*settings.Env, error) {
	for _, file := range files { // one that is named has to be there, unlike .env
		if _, err := os.Stat(file); err != nil {
			return nil, cli.Hint(fmt.Errorf("read the settings: %w", err), "Name a file that is there with --env-file, or leave it out to read .env.")
		}
	}
	return settings.Load(&settings.Options{Files: files})
}

func loadProject(load func(*settings.Env) (*Project, error), env *settings.Env) (*Project, error) {
	p, err := load(env)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, errors.New("the project function returned neither a project nor an error")
	}
	p.settings.Server = commands.ServerFromEnvironment(env, p.settings.Server)
	if err := env.Err(); err != nil {
		return nil, err
	}
	p.unused = env.Unused()
	return p, nil
}

// site gives the commands what they need of the project.
func (m *program) site() (*commands.Site, error) {
	if m.err != nil {
		return nil, m.err
	}
	p := m.project
	site := &commands.Site{
		Name:       p.settings.Name,
		Debug:      p.settings.Debug,
		Handler:    p.handler,
		Start:      p.Start,
		Run:        p.Run,
		Stop:       p.Stop,
		Router:     p.router,
		Fallback:   p.settings.Fallback,
		Checks:     p.Checks(),
		Silenced:   p.settings.SilencedChecks,
		Settings:   p.settings,
		Given:      p.given,
		Logger:     p.settings.Logger,
		Server:     p.settings.Server,
		Unservable: p.unservable(),

		TrustedProxies: p.settings.TrustedProxies,
	}
	for _, layer := range p.settings.Middleware {
		site.Layers = append(site.Layers, layer.Name)
	}
	return site, nil
}

// fixtures gives the commands that move rows what they need of the project.
func (m *program) fixtures() (*fixtures.Site, error) {
	if m.err != nil {
		return nil, m.err
	}
	p := m.project
	site := &fixtures.Site{FixtureDirs: p.settings.FixtureDirs, Formats: p.settings.Serializers}
	for _, a := range p.apps {
		site.Apps = append(site.Apps, fixtures.App{Name: a.Name, Models: a.Models, Fixtures: a.Fixtures})
	}
	return site, nil
}

// unservable is the error of a project that would refuse every request: Django's "You must set
// settings.ALLOWED_HOSTS if DEBUG is False".
func (p *Project) unservable() error {
	for _, layer := range p.settings.Middleware {
		if hosts, ok := layer.Settings.(middleware.HostSettings); ok && len(hosts.Hosts) == 0 && !hosts.Debug {
			return cli.Hint(errors.New("AllowedHosts is empty: every request would be refused"), "Set ALLOWED_HOSTS to the domains of the site, or DEBUG=true while you write it.")
		}
	}
	return nil
}

// before runs the system checks that a command asks for; errors among them stop it.
func (m *program) before(ctx context.Context, call *cli.Call) error {
	if call.SkipChecks || call.Command.SkipChecks {
		return nil
	}
	if m.err != nil {
		return m.err
	}
	report, err := checks.Run(ctx, m.project.Checks(), &checks.Options{Tags: call.Command.CheckTags, Silenced: m.project.settings.SilencedChecks})
	if err != nil {
		return err
	}
	if err := report.Err(checks.Error); err != nil {
		return err // it tells all messages
	}
	if call.Command.NeedsMigrations {
		m.project.warnOfMigrations(ctx, call)
	}
	if len(report.Messages) > 0 {
		return report.WriteText(call.Stderr, &checks.TextOptions{Color: call.Color})
	}
	return nil
}

// programName is the name of the running program.
func programName() string {
	return strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")
}

// mainPackage is the import path of the running program, "" if it isn't known.
func mainPackage() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Path == "command-line-arguments" {
		return ""
	}
	return info.Path
}

// Version returns the version of Nuages that the program was built with: "v0.3.0", or "devel" for a
// checkout.
func Version() string {
	const module = "github.com/nuages-web/nuages"
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if info.Main.Path == module {
		return tidyVersion(info.Main.Version)
	}
	for _, dep := range info.Deps {
		if dep.Path == module {
			if dep.Replace != nil {
				return tidyVersion(dep.Replace.Version)
			}
			return tidyVersion(dep.Version)
		}
	}
	return "devel"
}

func tidyVersion(v string) string {
	if v == "" || v == "(devel)" {
		return "devel"
	}
	return v
}

// version is what the program's version command prints.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	return fmt.Sprintf("%s (Nuages %s, %s)", tidyVersion(info.Main.Version), Version(), info.GoVersion)
}
