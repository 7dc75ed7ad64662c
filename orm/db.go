package orm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// DefaultAlias is the alias of the database that is used where nothing names another.
const DefaultAlias = "default"

// DB is the databases of a program, each with its alias. It travels in the
// context: [NewContext] puts it there. Its databases do not change, and
// it is safe for concurrent use; who made it closes it. It must not be copied.
type DB struct {
	databases map[string]*database
	aliases   []string // sorted
	routers   []Router
	models    []*Meta
	zone      *time.Location
	log       *QueryLog
	signals   *Signals
	replicas  bool
	types     contentTypeKeys
}

// DBOptions refine [NewDatabases] and [OpenDatabases]. The zero value, like nil, is all defaults.
type DBOptions struct {
	// Routers choose the database of a model (DATABASE_ROUTERS); the first that
	// has an opinion decides. Default: everything is in "default".
	Routers []Router
	// Replicas names, by alias, the databases that are copies of another one:
	// {"replica1": "default"}. Reads that would go to the primary are spread over
	// its replicas, but for those inside a transaction on the primary, or after a
	// write to it with the same [NewContext]. Writes to a replica are an error.
	Replicas map[string]string
	// Models are the installed models. Default (nil): all that the program defines.
	Models []*Meta
	// TimeZone is the zone of date parts and truncations in queries. Default UTC.
	TimeZone *time.Location
	// Log gets every statement. Default none.
	Log *QueryLog
	// Signals are sent for the DB's models. Default: ones of its own.
	Signals *Signals
}

// NewDB returns a DB of one database, under the alias "default".
func NewDB(backend Backend) *DB {
	d := newDatabase(DefaultAlias, backend)
	return &DB{databases: map[string]*database{DefaultAlias: d}, aliases: []string{DefaultAlias}, zone: time.UTC, signals: &Signals{}}
}

// NewDatabases returns a DB of several databases (DATABASES). One of them has
// the alias "default". It owns the backends from now on, also when it returns an
// error.
func NewDatabases(backends map[string]Backend, opts *DBOptions) (*DB, error) {
	databases := map[string]*database{}
	var errs []error
	for alias, b := range backends {
		if b == nil {
			errs = append(errs, fmt.Errorf("orm: the database %q has no backend", alias))
			continue
		}
		databases[alias] = newDatabase(alias, b)
	}
	return makeDB(databases, opts, errs)
}

// OpenDatabases is [NewDatabases] for databases that are opened when they are first
// used, or by [DB.Connect]. An opener that fails is asked again by the next who
// needs the database.
func OpenDatabases(openers map[string]Opener, opts *DBOptions) (*DB, error) {
	databases := map[string]*database{}
	for alias, open := range openers {
		databases[alias] = &database{alias: alias, open: open}
	}
	return makeDB(databases, opts, nil)
}

func makeDB(databases map[string]*database, opts *DBOptions, errs []error) (*DB, error) {
	if opts == nil {
		opts = &DBOptions{}
	}
	db := &DB{
		databases: databases, aliases: slices.Sorted(maps.Keys(databases)),
		routers: slices.Clone(opts.Routers), models: slices.Clone(opts.Models), zone: opts.TimeZone, log: opts.Log,
		signals: opts.Signals, replicas: len(opts.Replicas) > 0,
	}
	if db.zone == nil {
		db.zone = time.UTC
	}
	if db.signals == nil {
		db.signals = &Signals{}
	}
	if databases[DefaultAlias] == nil {
		errs = append(errs, fmt.Errorf("orm: no database has the alias %q", DefaultAlias))
	}
	errs = append(errs, db.addReplicas(opts.Replicas))
	if err := errors.Join(errs...); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func (db *DB) addReplicas(replicas map[string]string) error {
	var errs []error
	for _, alias := range slices.Sorted(maps.Keys(replicas)) {
		replica, primary := db.databases[alias], db.databases[replicas[alias]]
		switch {
		case replica == nil || primary == nil:
			errs = append(errs, fmt.Errorf("orm: replica %q of %q: no such database", alias, replicas[alias]))
		case replica == primary || replicas[primary.alias] != "":
			errs = append(errs, fmt.Errorf("orm: replica %q of %q: that one is a replica itself", alias, primary.alias))
		default:
			replica.primary = primary
			primary.replicas = append(primary.replicas, replica)
		}
	}
	return errors.Join(errs...)
}

// Aliases returns the aliases in alphabetical order.
func (db *DB) Aliases() []string { return slices.Clone(db.aliases) }

// Backend returns the database of an alias, or nil where there is none, or where
// it has not been opened.
func (db *DB) Backend(alias string) Backend {
	if d := db.databases[alias]; d != nil && d.opened.Load() {
		return d.backend
	}
	return nil
}

// Models returns the models that [DBOptions] named; nil means all of the program.
func (db *DB) Models() []*Meta { return slices.Clone(db.models) }

// Connect opens the databases of the aliases, or all where none is named, that are
// not open.
func (db *DB) Connect(ctx context.Context, aliases ...string) error {
	return db.each(aliases, func(d *database) error { return d.connect(ctx) })
}

// Ping asks the databases of the aliases, or all where none is named, for a sign
// of life, and returns what is wrong with them.
func (db *DB) Ping(ctx context.Context, aliases ...string) error {
	return db.each(aliases, func(d *database) error { return d.ping(ctx) })
}

// Close closes all databases: it waits for statements under way. To close a DB
// again does nothing.
func (db *DB) Close() error { return db.each(db.aliases, (*database).close) }

// each calls f with databases and joins the errors.
func (db *DB) each(aliases []string, f func(*database) error) error {
	if len(aliases) == 0 {
		aliases = db.aliases
	}
	var errs []error
	for _, alias := range aliases {
		d, err := db.named(alias)
		if err == nil {
			err = f(d)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("database %q: %w", alias, err))
		}
	}
	return errors.Join(errs...)
}

func (db *DB) named(alias string) (*database, error) {
	if alias == "" {
		alias = DefaultAlias
	}
	if d := db.databases[alias]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("orm: there is no database %q; there are: %s", alias, strings.Join(db.aliases, ", "))
}

// contextKey is the key of a *dbState.
type contextKey struct{}

// dbState is all that a context says about databases. It does not change; the
// transactions and written aliases that it points to do.
type dbState struct {
	db      *DB
	block   *block // the innermost Atomic, of any alias
	written *written
	wraps   []Wrapper // outermost first
	logs    []*QueryLog
	// captured takes the functions of OnCommit instead of running them.
	captured *CapturedHooks
}

var noState = &dbState{}

func dbStateOf(ctx context.Context) *dbState {
	if s, ok := ctx.Value(contextKey{}).(*dbState); ok {
		return s
	}
	return noState
}

// with returns ctx with a changed copy of the state.
func (s *dbState) with(ctx context.Context, change func(*dbState)) context.Context {
	next := *s
	change(&next)
	return context.WithValue(ctx, contextKey{}, &next)
}

// NewContext returns a context that carries db, outside of any transaction. Each
// request, task and command gets its own, since reads after a write stay on the
// primary for as long as the context is used.
func NewContext(ctx context.Context, db *DB) context.Context {
	return dbStateOf(ctx).with(ctx, func(s *dbState) {
		s.db, s.block, s.written = db, nil, nil
		if db != nil && db.replicas {
			s.written = &written{}
		}
	})
}

// Inherit returns ctx with the databases, transactions, query logs and wrappers of
// another context, for work that has a life of its own but belongs to the same
// test or program.
func Inherit(ctx, from context.Context) context.Context {
	return context.WithValue(ctx, contextKey{}, dbStateOf(from))
}

// FromContext returns the DB of the context, and whether there is one.
func FromContext(ctx context.Context) (*DB, bool) {
	db := dbStateOf(ctx).db
	return db, db != nil
}

// installed tells whether the database has the table of a model, as far as
// [DBOptions.Models] says.
func (db *DB) installed(m *Meta) bool {
	if db.models == nil || m.linked.registry != defined || slices.Contains(db.models, m) {
		return true
	}
	return m.AutoCreated && slices.ContainsFunc(db.models, func(other *Meta) bool { return other.App == m.App })
}
