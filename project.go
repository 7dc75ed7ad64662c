package nuages

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"time"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/middleware"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/serializers"
	"github.com/nuages-web/nuages/server"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/signals"
	"github.com/nuages-web/nuages/signing"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
)

// Settings are what a project can set. The zero value of each is safe for production, but for the
// secret key and the allowed hosts, which have no default.
type Settings struct {
	// Name is the project's name. Default: the program's.
	Name string
	// Debug shows errors with their source to developers, reads templates and static files from
	// disk and takes no part in production. Default false.
	Debug bool
	// SecretKey signs cookies and tokens. It is needed; in debug a random one is made for each
	// start where it is missing.
	SecretKey settings.Secret
	// SecretKeyFallbacks are former secret keys, which still verify (SECRET_KEY_FALLBACKS).
	SecretKeyFallbacks []settings.Secret
	// AllowedHosts are the hosts that the project answers for: "example.com", ".example.com" for
	// the domain and all below, "*" for any. Default none; in debug localhost and its like.
	AllowedHosts []string
	// InternalIPs may see debug pages beside the loopback addresses.
	InternalIPs []netip.Prefix
	// Middleware is the chain around the views, outermost first. Default: that of
	// [Settings.DefaultMiddleware], which is made of the settings below.
	Middleware []web.Middleware
	// Security is what the default middleware sends for security's sake.
	Security middleware.SecurityOptions
	// CSP, if set, adds a content security policy to the default middleware; &middleware.CSPOptions{}
	// is a strict one.
	CSP *middleware.CSPOptions
	// TrustedOrigins are the other sites whose pages may send forms here, as "https://pay.example.com"
	// (CSRF_TRUSTED_ORIGINS). Default none.
	TrustedOrigins []string
	// TrustedProxies are the addresses whose word about the client is taken: the balancer in
	// front. Default none.
	TrustedProxies []netip.Prefix
	// Limits bounds what a request may hold.
	Limits web.Limits
	// Templates is the folder of the project's templates, which web.Render names. Those of the apps
	// come after it. Default: only the apps'.
	Templates fs.FS
	// TemplateOptions configures the template engine: libraries of tags and filters, variables that
	// every template has, formats (TEMPLATES). The project sets what is left empty.
	TemplateOptions template.Options
	// Renderers are asked for templates that the engine does not have: [web.NewGoTemplates] for those
	// of Go's html/template, or one's own. Default none.
	Renderers []web.Renderer
	// TimeZone is the time zone in which moments are shown, and in which queries cut days and months
	// (TIME_ZONE). Default UTC.
	TimeZone *time.Location
	// ErrorPages replaces the built-in pages by status: handler404, handler500.
	ErrorPages map[int]web.Handler
	// TrailingSlash says what happens to a path without its slash. Default: a redirect to it.
	TrailingSlash urls.TrailingSlash
	// Converters are path converters of one's own, by name.
	Converters map[string]urls.Converter
	// Fallback, if set, gets the requests that no route matches, as they came: an application of another
	// framework, as a *python.Host, which keeps what has not been moved to Go yet. Of the middleware it
	// has around it only what logs, counts and identifies requests ([web.Middleware].Fallback); checks of
	// hosts and forms, and limits, are its own. WebSockets and streams pass. A path that a route has
	// with other methods, or with another last slash, stays with the routes. What it has
	// to start and stop belongs into Start and Stop of an app. A route whose view is
	// [urls.Elsewhere] is the fallback's, too. Default none: 404.
	Fallback http.Handler
	// ScriptName is the prefix that the project is mounted under: "/shop" (FORCE_SCRIPT_NAME).
	ScriptName string
	// Cookies signs cookies in place of the secret key's signer (SIGNING_BACKEND). Default: Django's form.
	Cookies web.CookieSigner
	// PropagatePanics lets panics of views through to the server (DEBUG_PROPAGATE_EXCEPTIONS).
	PropagatePanics bool
	// CookieSalt says which of Django's forms signed cookies have. Default: Django 6.1's.
	CookieSalt signing.CookieSalt
	// SecureCookies marks every cookie Secure. Default: those of requests over TLS.
	SecureCookies bool
	// Server says how serve serves the project, and runserver as far as it concerns it: addresses,
	// certificates, time-outs, limits. Each field can also be set by a variable of the environment
	// and by a flag, which have precedence.
	Server server.Config
	// Databases are the project's databases by alias; the one of "default" is used where nothing
	// names another. Default none.
	Databases map[string]Database
	// DatabaseRouters choose the database of a model (DATABASE_ROUTERS). Default: all models are in
	// "default".
	DatabaseRouters []orm.Router
	// FixtureDirs are folders with fixtures, which loaddata looks in beside those of the apps
	// (FIXTURE_DIRS). Default none.
	FixtureDirs []string
	// Serializers are the forms of fixtures by name (SERIALIZATION_MODULES). Default
	// [serializers.DefaultFormats].
	Serializers serializers.Formats
	// SilencedChecks are ids of system checks that are not to be reported, and of the warning of
	// migrations that are not applied ("migrations.W003").
	SilencedChecks []string
	// Logger gets the log. Default: to standard error, JSON, or in debug text with a short line for
	// each request.
	Logger *slog.Logger
}

// An App is a part of a project: its commands, checks and what it does while the project serves.
// Its routes are listed among the project's, so that every address can be found in one place.
type App struct {
	// Name is the app's unique short name (Django's label): "shop".
	Name string
	// VerboseName is its name for people. Default Name.
	VerboseName string
	// Models are the app's models: the variable Models of its generated code.
	Models []*orm.Meta
	// Migrations are the app's history: the variable All of its package migrations.
	Migrations []*migrations.Migration
	// Fixtures are the app's fixtures, at the root of the file system: //go:embed fixtures/*, and
	// [Sub] of it. Default none.
	Fixtures fs.FS
	// Templates are the app's templates; by custom they lie in a folder with the app's name:
	// //go:embed templates, and [Sub] of it. Default none.
	Templates fs.FS
	// TemplateLibraries are the app's libraries of tags and filters, by the name that {% load %} uses.
	TemplateLibraries map[string]*template.Library
	// TemplateTypes are values of the types that the app's templates declare for their data:
	// {# type: shop.ProductPage #}.
	TemplateTypes []any
	// Commands are more commands of the program.
	Commands []*cli.Command
	// Checks are more system checks.
	Checks []checks.Check
	// Ready is called when the project has been put together (AppConfig.ready).
	Ready func(*Project) error
	// Start is called before the first request is answered (lifespan.startup); an error keeps the
	// program from serving. The app keeps what it opens.
	Start func(ctx context.Context) error
	// Stop is called after the last request has been answered (lifespan.shutdown), if Start has
	// succeeded or there is none. Its context does not end with the program's.
	Stop func(ctx context.Context) error
	// Run is the app's work beside requests. It is called when the project begins to serve and
	// returns when ctx ends; an error stops the program.
	Run func(ctx context.Context) error
}

// Signals are what a project tells whoever connects to them.
type Signals struct {
	// RequestStarted is sent before a request's middleware runs.
	RequestStarted signals.Signal[*web.Request]
	// RequestFinished is sent when the response has been sent.
	RequestFinished signals.Signal[Finished]
	// Models are the signals of rows that are saved and deleted, in all databases.
	Models orm.Signals
	// PreMigrate and PostMigrate are sent around the command migrate.
	PreMigrate, PostMigrate signals.Signal[*migrations.MigrateEvent]
}

// Finished is a request that has been answered.
type Finished struct {
	Request *web.Request
	Outcome web.Outcome
}

// A Project is settings, routes and apps put together. It does not change.
type Project struct {
	// Signals are sent while the project serves.
	Signals Signals

	given    Settings // before the defaults
	settings Settings
	apps     []App
	router   *urls.Router
	engine   *template.Engine
	db       *orm.DB // nil where there are no databases
	handler  http.Handler
	unused   []settings.UnusedName // in .env, and asked for by nobody
}

var appName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// New puts a project together. Its error tells all mistakes that keep it from working; doubtful
// things are left to the system checks.
func New(s Settings, routes []urls.Route, apps ...App) (*Project, error) {
	p := &Project{given: s, settings: s, apps: slices.Clone(apps)}
	var errs []error
	errs = append(errs, p.complete(), p.checkMiddleware(), p.checkApps(), p.openDatabases(), p.openTemplates())
	router, err := urls.New(routes, &urls.Options{TrailingSlash: s.TrailingSlash, Converters: s.Converters})
	if err != nil {
		errs = append(errs, fmt.Errorf("routes: %w", err))
	}
	p.router = router
	if p.settings.Cookies == nil && !p.settings.SecretKey.IsZero() { // else complete has said so
		p.settings.Cookies, err = p.cookieSigner()
		errs = append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	p.handler = web.ToHTTP(p.view(), p.webOptions())
	for _, app := range p.apps {
		if app.Ready == nil {
			continue
		}
		if err := app.Ready(p); err != nil {
			return nil, fmt.Errorf("app %s: %w", app.Name, err)
		}
	}
	return p, nil
}

// complete fills in the defaults that depend on others.
func (p *Project) complete() error {
	s := &p.settings
	if s.Name == "" {
		s.Name = programName()
	}
	if s.Logger == nil {
		s.Logger = defaultLogger(s.Debug)
	}
	if s.Middleware == nil {
		s.Middleware = p.given.DefaultMiddleware()
	}
	if s.SecretKey.IsZero() && s.Debug {
		s.SecretKey = settings.SecretOf(signing.RandomSecretKey())
	}
	if s.TimeZone == nil {
		s.TimeZone = time.UTC
	}
	if s.SecretKey.IsZero() {
		return errors.New("settings: SecretKey is empty: set it from the environment, env.Secret(\"SECRET_KEY\")")
	}
	return nil
}

// DefaultMiddleware returns the chain of a project that lists none, made of the settings as they are at
// the call: to put layers around it or into it.
//
//	s.Middleware = append([]web.Middleware{m.Middleware()}, s.DefaultMiddleware()...)
func (s Settings) DefaultMiddleware() []web.Middleware {
	log := &middleware.AccessLogOptions{Logger: s.Logger}
	switch {
	case s.Logger != nil:
	case s.Debug:
		log.Lines = os.Stderr
	default:
		log.Logger = defaultLogger(false)
	}
	return middleware.Default(&middleware.DefaultOptions{
		Hosts: s.AllowedHosts, Debug: s.Debug, Proxies: s.TrustedProxies,
		CrossOrigin: &middleware.CrossOriginOptions{TrustedOrigins: s.TrustedOrigins},
		AccessLog:   log, Security: &s.Security, CSP: s.CSP,
	})
}

func (p *Project) checkMiddleware() error {
	var errs []error
	for i, layer := range p.settings.Middleware {
		if layer.Wrap == nil {
			errs = append(errs, fmt.Errorf("settings: Middleware[%d] %q has no Wrap: it would have nothing to do", i, layer.Name))
		}
	}
	return errors.Join(errs...)
}

func (p *Project) checkApps() error {
	var errs []error
	seen := map[string]bool{}
	for i := range p.apps {
		if p.apps[i].VerboseName == "" {
			p.apps[i].VerboseName = p.apps[i].Name
		}
	}
	for _, app := range p.apps {
		switch {
		case !appName.MatchString(app.Name):
			errs = append(errs, fmt.Errorf("app %q: a name is lower-case letters, digits and underscores", app.Name))
		case seen[app.Name]:
			errs = append(errs, fmt.Errorf("app %q is listed twice", app.Name))
		}
		seen[app.Name] = true
	}
	return errors.Join(errs...)
}

func (p *Project) cookieSigner() (*signing.CookieSigner, error) {
	var fallbacks []string
	for _, key := range p.settings.SecretKeyFallbacks {
		fallbacks = append(fallbacks, key.Reveal())
	}
	return signing.NewCookieSigner(p.settings.SecretKey.Reveal(), &signing.CookieOptions{FallbackKeys: fallbacks, Salt: p.settings.CookieSalt})
}

func (p *Project) webOptions() *web.Options {
	s := &p.settings
	o := &web.Options{
		Middleware:      append(p.ownMiddleware(), s.Middleware...),
		Debug:           s.Debug,
		InternalIPs:     s.InternalIPs,
		Limits:          s.Limits,
		Cookies:         s.Cookies,
		PropagatePanics: s.PropagatePanics,
		SecureCookies:   s.SecureCookies,
		ErrorPages:      s.ErrorPages,
		ScriptName:      s.ScriptName,
		Logger:          s.Logger,
		Fallback:        s.Fallback,
		Claims:          p.router.Claims,
	}
	if p.db != nil {
		o.Context = p.withDB
	}
	if len(s.AllowedHosts) > 0 && s.Debug {
		o.DebugHosts = s.AllowedHosts
	}
	o.Templates = p.renderer()
	return o
}

// ownMiddleware is what the project itself has around its middleware.
func (p *Project) ownMiddleware() []web.Middleware {
	own := []web.Middleware{{Name: "nuages.Signals", Wrap: p.signal, Fallback: true}}
	if p.db != nil && p.settings.Debug {
		own = append(own, web.Middleware{Name: "nuages.Queries", Wrap: p.reportQueries, Fallback: true})
	}
	return own
}

// signal sends the signals of a request; without listeners it costs a look.
func (p *Project) signal(next web.Handler) web.Handler {
	return func(r *web.Request) (web.Response, error) {
		if p.Signals.RequestFinished.HasListeners() {
			r.OnFinish(func(o web.Outcome) {
				p.Signals.RequestFinished.SendRobust(context.WithoutCancel(r.Context()), Finished{r, o})
			})
		}
		if p.Signals.RequestStarted.HasListeners() {
			if err := p.Signals.RequestStarted.Send(r.Context(), r); err != nil {
				return web.Response{}, err
			}
		}
		return next(r)
	}
}

// Handler returns the whole project as an http.Handler.
func (p *Project) Handler() http.Handler { return p.handler }

// Settings returns the settings with their defaults filled in.
func (p *Project) Settings() Settings { return p.settings }

// Router returns the routes, to reverse names and list them.
func (p *Project) Router() *urls.Router { return p.router }

// Apps returns the apps in their order (apps.get_app_configs).
func (p *Project) Apps() []App { return slices.Clone(p.apps) }

// App returns the app of a name (apps.get_app_config), and whether it is installed.
func (p *Project) App(name string) (App, bool) {
	i := slices.IndexFunc(p.apps, func(a App) bool { return a.Name == name })
	if i < 0 {
		return App{}, false
	}
	return p.apps[i], true
}

// Start opens the databases and calls the Start of each app, in their order. After an error it calls
// the Stop of those before and closes the databases. The contexts that apps get carry the databases.
func (p *Project) Start(ctx context.Context) error {
	ctx = p.withDB(ctx)
	if p.db != nil {
		if err := p.db.Connect(ctx); err != nil {
			return errors.Join(err, p.db.Close())
		}
	}
	for i, app := range p.apps {
		if app.Start == nil {
			continue
		}
		if err := app.Start(ctx); err != nil {
			return errors.Join(fmt.Errorf("app %s: start: %w", app.Name, err), p.stop(context.WithoutCancel(ctx), p.apps[:i]))
		}
	}
	return nil
}

// Stop calls the Stop of each app, the last first, closes the databases, and returns their errors. A
// project with databases can't be started again.
func (p *Project) Stop(ctx context.Context) error { return p.stop(p.withDB(ctx), p.apps) }

func (p *Project) stop(ctx context.Context, apps []App) error {
	err := stopApps(ctx, apps)
	if p.db != nil {
		err = errors.Join(err, p.db.Close())
	}
	return err
}

func stopApps(ctx context.Context, apps []App) error {
	var errs []error
	for _, app := range slices.Backward(apps) {
		if app.Stop == nil {
			continue
		}
		if err := app.Stop(ctx); err != nil {
			errs = append(errs, fmt.Errorf("app %s: stop: %w", app.Name, err))
		}
	}
	return errors.Join(errs...)
}

// Run runs the apps' work beside requests until ctx ends, or until one of them fails, which ends the
// others' contexts. It returns when all have returned, with their errors, each with its app's name.
func (p *Project) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(p.withDB(ctx))
	defer cancel(nil)
	done := make(chan error)
	running := 0
	var errs []error
	for _, app := range p.apps {
		if app.Run == nil {
			continue
		}
		running++
		go func() {
			err := app.Run(ctx)
			if err != nil && !(ctx.Err() != nil && errors.Is(err, context.Canceled)) {
				err = fmt.Errorf("app %s: %w", app.Name, err)
				cancel(err)
				done <- err
				return
			}
			done <- nil
		}()
	}
	for range running {
		errs = append(errs, <-done)
	}
	<-ctx.Done()
	return errors.Join(errs...)
}

func defaultLogger(debug bool) *slog.Logger {
	if debug {
		return slog.New(slog.NewTextHandler(os.Stderr, nil))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, nil))
}

// Source returns the files that the program embeds. In debug, where the folder of the calling
// source file is there, it is that folder instead, so that changed templates and static files show
// without a build.
func Source(embedded fs.FS, debug bool) fs.FS {
	if !debug {
		return embedded
	}
	_, file, _, ok := runtime.Caller(1)
	if !ok {
		return embedded
	}
	dir := filepath.Dir(file)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return embedded
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return embedded
	}
	return root.FS()
}

// Sub is fs.Sub for folders that are known to be there. It panics where the name is no valid path.
func Sub(files fs.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic(fmt.Sprintf("nuages.Sub: %v", err))
	}
	return sub
}
