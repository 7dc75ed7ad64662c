package orm

import (
	"context"
	"fmt"
	"sync"
)

// Router chooses among databases by the model (Django's database routers). The
// empty alias means that the router has no opinion. A router may also be a
// [RelationRouter] and a [MigrationRouter].
type Router interface {
	// ReadFrom returns the alias to read from (db_for_read).
	ReadFrom(ctx context.Context, m *Meta, hints Hints) string
	// WriteTo returns the alias to write to (db_for_write).
	WriteTo(ctx context.Context, m *Meta, hints Hints) string
}

// Hints tell a router more about what is to be done.
type Hints struct {
	// Instance is the row whose relation is read or written, if any.
	Instance any
	// Using is the alias that Instance came from: it counts when no router has
	// an opinion.
	Using string
}

// Decision is what a router says about a question of yes or no.
type Decision uint8

// Decisions of a router.
const (
	NoOpinion Decision = iota
	Allow
	Deny
)

// RelationRouter is a [Router] that says whether rows of two databases may be
// related (allow_relation).
type RelationRouter interface {
	AllowRelation(from, to *Meta, fromAlias, toAlias string) Decision
}

// MigrationRouter is a [Router] that says whether a migration of an app, and of
// one of its models where m is not nil, runs on a database (allow_migrate).
type MigrationRouter interface {
	AllowMigrate(alias, app string, m *Meta, hints map[string]any) Decision
}

// AllowRelation tells whether a row of from, in the database fromAlias, may point
// to one of to. Without a router that has an opinion it may within one database,
// a replica being one with its primary.
func (db *DB) AllowRelation(from, to *Meta, fromAlias, toAlias string) bool {
	for _, r := range db.routers {
		if rr, ok := r.(RelationRouter); ok {
			if d := rr.AllowRelation(from, to, fromAlias, toAlias); d != NoOpinion {
				return d == Allow
			}
		}
	}
	return db.primaryAlias(fromAlias) == db.primaryAlias(toAlias)
}

func (db *DB) primaryAlias(alias string) string {
	if d, err := db.named(alias); err == nil {
		return d.top().alias
	}
	return alias
}

// AllowMigrate tells whether migrations of the app, or of its model m where that
// is not nil, run on the database alias. Without a router that has an opinion
// they do, but on replicas.
func (db *DB) AllowMigrate(alias, app string, m *Meta, hints map[string]any) bool {
	for _, r := range db.routers {
		if mr, ok := r.(MigrationRouter); ok {
			if d := mr.AllowMigrate(alias, app, m, hints); d != NoOpinion {
				return d == Allow
			}
		}
	}
	d := db.databases[alias]
	return d == nil || d.primary == nil
}

// top returns the primary of a replica, and any other database itself.
func (d *database) top() *database {
	if d.primary != nil {
		return d.primary
	}
	return d
}

// written are the primaries that were written to with one NewContext.
type written struct {
	mu        sync.Mutex
	databases map[*database]bool
}

func (w *written) add(d *database) {
	if w == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.databases == nil {
		w.databases = map[*database]bool{}
	}
	w.databases[d] = true
}

func (w *written) has(d *database) bool {
	if w == nil {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.databases[d]
}

// route chooses the database of a statement and sees that it is open. An alias that
// the program names (using) is taken as it is.
func (s *dbState) route(ctx context.Context, using string, m *Meta, write bool, hints Hints) (*database, error) {
	d, err := s.choose(ctx, using, m, write, hints)
	if err != nil {
		return nil, err
	}
	return d, d.connect(ctx)
}

func (s *dbState) choose(ctx context.Context, using string, m *Meta, write bool, hints Hints) (*database, error) {
	if s.db == nil {
		return nil, ErrNoDatabase
	}
	named := using != ""
	if !named && len(s.db.routers) > 0 && m != nil {
		using = s.db.ask(ctx, m, write, hints)
	}
	if using == "" {
		using = hints.Using
	}
	d, err := s.db.named(using)
	if err != nil || !s.db.replicas {
		return d, err
	}
	if write {
		if d.primary != nil && named {
			return nil, fmt.Errorf("orm: the database %q is a replica of %q, which is to be written to", d.alias, d.primary.alias)
		}
		d = d.top()
		s.written.add(d)
		return d, nil
	}
	if named {
		return d, nil
	}
	if top := d.top(); s.blockOf(top) != nil || s.written.has(top) {
		return top, nil
	}
	if n := len(d.replicas); n > 0 {
		return d.replicas[int(d.turn.Add(1)-1)%n], nil
	}
	return d, nil
}

// ask returns what the routers say.
func (db *DB) ask(ctx context.Context, m *Meta, write bool, hints Hints) string {
	for _, r := range db.routers {
		var alias string
		if write {
			alias = r.WriteTo(ctx, m, hints)
		} else {
			alias = r.ReadFrom(ctx, m, hints)
		}
		if alias != "" {
			return alias
		}
	}
	return ""
}
