package nuages

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/nuages-web/nuages/checks"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/web"
)

// Database is one of [Settings].Databases.
type Database struct {
	// URL says where the database is; its scheme names one of Drivers:
	// "sqlite:///db.sqlite3", "postgres://user:password@host/name", "mysql://user:password@host/name".
	URL string
	// Drivers are the kinds of databases that URL may name. A program links those it names, and no
	// others. Their options are given here, as in sqlite.Driver(&sqlite.Options{…}).
	Drivers []orm.Driver
	// ReplicaOf is the alias of the database that this one is a copy of, for reading. See
	// [orm.DBOptions].
	ReplicaOf string
	// AtomicRequests runs each view in a transaction, which is rolled back when the view returns an
	// error (ATOMIC_REQUESTS). It begins with the first statement, so a view without one costs
	// nothing. [views.NonAtomic] leaves a view out. What is sent after the view has returned takes
	// no part: streams, sockets, and handlers of net/http.
	AtomicRequests bool
}

// slowQuery is how long a statement may take in debug before it is shown with its plan, and
// repeatedQuery how often one may run from one line during a request before that is told.
const (
	slowQuery     = 200 * time.Millisecond
	repeatedQuery = 5
)

// openDatabases makes the DB, whose databases are opened when they are first used.
func (p *Project) openDatabases() error {
	s := &p.settings
	if len(s.Databases) == 0 {
		return nil
	}
	openers, replicas := map[string]orm.Opener{}, map[string]string{}
	var errs []error
	for alias, d := range s.Databases {
		driver, err := d.driver()
		if err != nil {
			errs = append(errs, fmt.Errorf("settings: Databases[%q]: %w", alias, err))
			continue
		}
		openers[alias] = func(ctx context.Context) (orm.Backend, error) { return driver.Open(ctx, d.URL) }
		if d.ReplicaOf != "" {
			replicas[alias] = d.ReplicaOf
		}
		if d.ReplicaOf != "" && d.AtomicRequests {
			errs = append(errs, fmt.Errorf("settings: Databases[%q]: AtomicRequests on a replica", alias))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	opts := &orm.DBOptions{Routers: s.DatabaseRouters, Replicas: replicas, Models: p.Models(), Signals: &p.Signals.Models, TimeZone: s.TimeZone}
	if s.Debug {
		opts.Log = orm.NewQueryLog(&orm.QueryLogOptions{Size: -1, Logger: s.Logger, Slow: slowQuery})
	}
	db, err := orm.OpenDatabases(openers, opts)
	if err != nil {
		return fmt.Errorf("settings: Databases: %w", err)
	}
	p.db = db
	return nil
}

// driver returns the driver that the URL names.
func (d Database) driver() (orm.Driver, error) {
	scheme, _, ok := strings.Cut(d.URL, ":")
	var known []string
	for _, driver := range d.Drivers {
		if ok && slices.Contains(driver.Schemes, strings.ToLower(scheme)) {
			return driver, nil
		}
		known = append(known, driver.Schemes...)
	}
	switch {
	case len(d.Drivers) == 0:
		return orm.Driver{}, errors.New("no Drivers: name the kind of database, as in Drivers: []orm.Driver{sqlite.Driver(nil)}")
	case d.URL == "":
		return orm.Driver{}, errors.New("no URL: set it, as in env.String(\"DATABASE_URL\", \"sqlite:///db.sqlite3\")")
	case !ok:
		return orm.Driver{}, fmt.Errorf("the URL has no scheme; it begins with one of %s, and a colon", strings.Join(known, ", "))
	}
	return orm.Driver{}, fmt.Errorf("no driver for the scheme %q; those of Drivers have %s", scheme, strings.Join(known, ", "))
}

// DB returns the databases, or nil where the settings name none.
func (p *Project) DB() *orm.DB { return p.db }

// Models returns the models of the apps, in their order; nil where there are none.
func (p *Project) Models() []*orm.Meta {
	var models []*orm.Meta
	for _, app := range p.apps {
		models = append(models, app.Models...)
	}
	return models
}

// withDB returns a context that carries the databases: one for each request, command and app.
func (p *Project) withDB(ctx context.Context) context.Context {
	if p.db == nil {
		return ctx
	}
	return orm.NewContext(ctx, p.db)
}

// HandlerIn returns the project as an http.Handler whose requests work with the databases of ctx,
// in its transaction where it has one, and write to its query logs. It is for tests:
//
//	ctx := ormtest.Rollback(t, ormtest.SQLite(t, shop.Models...))
//	client := webtest.NewClient(t, project.HandlerIn(ctx), nil)
func (p *Project) HandlerIn(ctx context.Context) http.Handler {
	o := p.webOptions()
	o.Context = func(request context.Context) context.Context { return orm.Inherit(request, ctx) }
	return web.ToHTTP(p.view(), o)
}

// atomic runs a view in a transaction.
func atomic(view web.Handler, alias string) web.Handler {
	return func(r *web.Request) (resp web.Response, err error) {
		ended := orm.AtomicWith(r.Context(), &orm.AtomicOptions{Using: alias, Lazy: true}, func(ctx context.Context) error {
			resp, err = view(r.WithContext(ctx))
			if err == nil && resp.Err() != nil { // a layer of the route has made a page of an error
				return orm.SetRollback(ctx)
			}
			return err
		})
		if err == nil && ended != nil {
			return web.Response{}, ended
		}
		return resp, err
	}
}

// atomicAliases returns the databases with AtomicRequests, sorted.
func (p *Project) atomicAliases() []string {
	var aliases []string
	for _, alias := range slices.Sorted(maps.Keys(p.settings.Databases)) {
		if p.settings.Databases[alias].AtomicRequests {
			aliases = append(aliases, alias)
		}
	}
	return aliases
}

// reportQueries tells, in debug, of queries that run again and again in one request.
func (p *Project) reportQueries(next web.Handler) web.Handler {
	return func(r *web.Request) (web.Response, error) {
		log := orm.NewQueryLog(nil)
		resp, err := next(r.WithContext(orm.WithQueryLog(r.Context(), log)))
		for _, repeated := range log.Repeated(repeatedQuery) {
			p.settings.Logger.WarnContext(r.Context(), "a query runs again and again", "path", r.URL.Path, "query", repeated.String())
		}
		return resp, err
	}
}

// checkDatabases looks at what can be told without a connection.
func (p *Project) checkDatabases(context.Context) []checks.Message {
	if p.db != nil {
		return nil
	}
	var found []checks.Message
	for _, app := range p.apps {
		if len(app.Models) > 0 {
			found = append(found, checks.Errorf("databases.E001", "The app has models, and Databases of the settings is empty.").
				WithHint(`Add Databases: map[string]nuages.Database{"default": {URL: env.String("DATABASE_URL", "sqlite:///db.sqlite3"), Drivers: []orm.Driver{sqlite.Driver(nil)}}}.`).
				On(app.Name))
		}
	}
	return found
}

// checkConnections looks at the databases that the check command names.
func (p *Project) checkConnections(ctx context.Context) []checks.Message {
	var found []checks.Message
	for _, alias := range checks.Databases(ctx) {
		if p.db == nil || !slices.Contains(p.db.Aliases(), alias) {
			found = append(found, checks.Errorf("databases.E002", "There is no database %q.", alias))
			continue
		}
		if err := p.db.Ping(ctx, alias); err != nil {
			found = append(found, checks.Errorf("databases.E003", "The database can't be used: %v.", err).On(alias))
			continue
		}
		var models []*orm.Meta
		for _, m := range p.Models() {
			if p.db.AllowMigrate(alias, m.App, m, nil) {
				models = append(models, m)
			}
		}
		found = append(found, orm.CheckDatabase(models, p.db.Backend(alias).Dialect())...)
		found = append(found, p.checkMigrations(p.withDB(ctx), alias)...)
	}
	return found
}
