package orm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// connectTimeout bounds opening a database, whoever waits for it.
const connectTimeout = 30 * time.Second

// Opener opens a database.
type Opener func(ctx context.Context) (Backend, error)

// Driver opens databases of one kind, which their URLs name. Packages orm/sqlite,
// orm/postgres and orm/mysql make them; what a program does not name is not linked.
type Driver struct {
	Name string // "sqlite"
	// Schemes are those of its URLs: "sqlite".
	Schemes []string
	// Open opens the database of a URL.
	Open func(ctx context.Context, url string) (Backend, error)
	// Shell returns the command line of the database's own client, for dbshell.
	// Passwords go into Env.
	Shell func(url string) (Shell, error)
}

// String returns the name.
func (d Driver) String() string { return d.Name }

// Shell is the command line of a database's client.
type Shell struct {
	Name string // of the program: "psql"
	Args []string
	Env  []string // more variables of the environment, as "PGPASSWORD=x"
}

var errClosed = errors.New("orm: the database has been closed")

// database is one entry of a DB.
type database struct {
	alias    string
	primary  *database   // of a replica
	replicas []*database // in the order of their aliases
	turn     atomic.Uint32
	open     Opener

	opened  atomic.Bool // guards what follows: set once, after it
	backend Backend
	dialect *Dialect

	mu      sync.Mutex
	closed  bool
	attempt *connectAttempt // under way, or nil
}

// connectAttempt is a call of an Opener; who needs the database meanwhile waits for it.
type connectAttempt struct {
	done chan struct{}
	err  error // once done is closed
}

func newDatabase(alias string, b Backend) *database {
	d := &database{alias: alias, backend: b, dialect: b.Dialect()}
	d.opened.Store(true)
	return d
}

// connect opens the database unless it is open.
func (d *database) connect(ctx context.Context) error {
	if d.opened.Load() {
		return nil
	}
	d.mu.Lock()
	if d.closed {
		d.mu.Unlock()
		return errClosed
	}
	a := d.attempt
	if a == nil {
		a = &connectAttempt{done: make(chan struct{}), err: errAborted}
		d.attempt = a
		d.mu.Unlock()
		d.try(ctx, a)
		return a.err
	}
	d.mu.Unlock()
	select {
	case <-a.done:
		return a.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// try opens the database for all who wait, so it goes on when ctx has ended.
func (d *database) try(ctx context.Context, a *connectAttempt) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), connectTimeout)
	defer cancel()
	var b Backend
	defer func() { // also when the opener panics
		d.mu.Lock()
		defer d.mu.Unlock()
		d.attempt = nil
		if a.err == nil && d.closed {
			a.err = errors.Join(errClosed, b.Close())
		}
		if a.err == nil {
			d.backend, d.dialect = b, b.Dialect()
			d.opened.Store(true)
		}
		close(a.done)
	}()
	if d.open == nil {
		a.err = fmt.Errorf("orm: the database %q has no opener", d.alias)
		return
	}
	if b, a.err = d.open(ctx); a.err != nil {
		a.err = fmt.Errorf("open the database %q: %w", d.alias, a.err)
	}
}

func (d *database) ping(ctx context.Context) error {
	if err := d.connect(ctx); err != nil {
		return err
	}
	rows, err := d.backend.Query(ctx, "SELECT 1", nil)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
	}
	return rows.Err()
}

func (d *database) close() error {
	d.mu.Lock()
	closed := d.closed
	d.closed = true
	d.mu.Unlock()
	if closed || !d.opened.Load() {
		return nil
	}
	return d.backend.Close()
}
