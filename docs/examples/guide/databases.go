package guide

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/settings"
	"github.com/nuages-web/nuages/views"
	"github.com/nuages-web/nuages/web"
)

// Databases reads DATABASE_URL; without it there is a file of SQLite.
func Databases(env *settings.Env) map[string]nuages.Database {
	return map[string]nuages.Database{
		"default": {
			URL:     env.String("DATABASE_URL", "sqlite:///db.sqlite3"),
			Drivers: []orm.Driver{sqlite.Driver(nil), postgres.Driver(&postgres.Options{MaxConns: 20})},
		},
	}
}

// WithReplica adds a copy that answers reads, and a database of its own for the app stats.
func WithReplica(s *nuages.Settings, env *settings.Env) {
	drivers := []orm.Driver{postgres.Driver(nil)}
	s.Databases = map[string]nuages.Database{
		"default": {URL: env.String("DATABASE_URL", ""), Drivers: drivers, AtomicRequests: true},
		"copy":    {URL: env.String("REPLICA_URL", ""), Drivers: drivers, ReplicaOf: "default"},
		"stats":   {URL: env.String("STATS_URL", ""), Drivers: drivers},
	}
	s.DatabaseRouters = []orm.Router{statsRouter{}}
}

// doc:router

// statsRouter keeps the models of the app stats in a database of their own.
type statsRouter struct{}

func (statsRouter) ReadFrom(_ context.Context, m *orm.Meta, _ orm.Hints) string {
	if m.App == "stats" {
		return "stats"
	}
	return "" // no opinion
}

func (r statsRouter) WriteTo(ctx context.Context, m *orm.Meta, hints orm.Hints) string {
	return r.ReadFrom(ctx, m, hints)
}

// AllowMigrate makes statsRouter an orm.MigrationRouter, too.
func (statsRouter) AllowMigrate(alias, app string, _ *orm.Meta, _ map[string]any) orm.Decision {
	if (alias == "stats") == (app == "stats") {
		return orm.Allow
	}
	return orm.Deny
}

// doc:end

// Account is a model.
type Account struct {
	orm.Model
	Owner string `orm:"max_length=50,unique"`
	Cents int64
}

// What "nuages generate" writes, in short.
var (
	accountMeta = orm.Define((*Account)(nil), "bank", "databases.go:70")
	accounts    = orm.Objects[*Account](accountMeta)
)

var errTooPoor = errors.New("there is not enough money in the account")

// doc:transfer

// Transfer moves money, or changes nothing. Two at once are as if they were one after the other: the
// database refuses one of them where it must, and that one is tried again.
func Transfer(ctx context.Context, from, to string, cents int64, notify func(context.Context) error) error {
	return orm.AtomicWith(ctx, &orm.AtomicOptions{Isolation: sql.LevelSerializable, Retry: 5}, func(ctx context.Context) error {
		payer, err := accounts.Lookup("owner", from).Get(ctx)
		if err != nil {
			return err
		}
		payee, err := accounts.Lookup("owner", to).Get(ctx)
		if err != nil {
			return err
		}
		if payer.Cents < cents {
			return errTooPoor
		}
		payer.Cents -= cents
		payee.Cents += cents
		if err := orm.Save(ctx, payer); err != nil {
			return err
		}
		if err := orm.Save(ctx, payee); err != nil {
			return err
		}
		return orm.OnCommit(ctx, notify) // not before the money has moved for good
	})
}

// doc:end

// OpenAll opens accounts, and passes over the owners that have one.
func OpenAll(ctx context.Context, owners []string) (opened int, err error) {
	err = orm.Atomic(ctx, func(ctx context.Context) error {
		for _, owner := range owners {
			err := orm.Atomic(ctx, func(ctx context.Context) error { // a savepoint
				return accounts.Create(ctx, &Account{Owner: owner})
			})
			switch {
			case err == nil:
				opened++
			case !errors.Is(err, orm.ErrUnique):
				return err
			}
		}
		return nil
	})
	return opened, err
}

// Watch calls opened for each new account, once it is there for good.
func Watch(p *nuages.Project, opened func(owner string)) (disconnect func()) {
	return p.Signals.Models.Of(accountMeta).PostSave.Connect(func(ctx context.Context, e *orm.SaveEvent) error {
		if !e.Created {
			return nil
		}
		return orm.OnCommit(ctx, func(context.Context) error {
			opened(e.Row.(*Account).Owner)
			return nil
		})
	}, nil)
}

// LogVisit writes although the view may fail, where AtomicRequests is set.
var LogVisit = views.NonAtomic(func(r *web.Request) (web.Response, error) {
	if err := accounts.Create(r.Context(), &Account{Owner: r.URL.Query().Get("owner")}); err != nil {
		return web.Response{}, err
	}
	return web.Response{}, web.NotFound("There is nothing here, and an account was opened.")
})

// Slowest runs f and returns its slowest statement, with the database's plan.
func Slowest(ctx context.Context, f func(context.Context) error) (orm.LoggedQuery, error) {
	log := orm.NewQueryLog(&orm.QueryLogOptions{Slow: time.Nanosecond})
	err := f(orm.WithQueryLog(ctx, log))
	var slowest orm.LoggedQuery
	for _, q := range log.Queries() {
		if q.Duration >= slowest.Duration {
			slowest = q
		}
	}
	return slowest, err
}

// ReadOnly returns a context that refuses to change anything.
func ReadOnly(ctx context.Context, logger *slog.Logger) context.Context {
	return orm.Wrap(ctx, func(ctx context.Context, call *orm.Call, next func(context.Context) error) error {
		if len(call.SQL) < 6 || call.SQL[:6] != "SELECT" {
			logger.WarnContext(ctx, "a statement was refused", "sql", call.SQL)
			return orm.ErrReadOnly
		}
		return next(ctx)
	})
}
