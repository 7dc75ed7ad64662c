package ormtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
)

// Package holds one database of each kind for all tests of a package, made when
// the first test wants it. On servers a test gets a transaction on it that is
// rolled back (see [Rollback]), so that rows are not seen by other tests, but
// their keys go on counting. With SQLite, which has one writer at a time, each
// test gets a copy of the file. Main must run the tests:
//
//	var databases = ormtest.Package{Models: shop.Models}
//
//	func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }
//
//	func TestCheckout(t *testing.T) {
//		ctx := databases.Postgres(t)
//		…
//	}
//
// It is safe for concurrent use and must not be copied after first use.
type Package struct {
	// Models are the models whose tables the databases have.
	Models []*orm.Meta
	// Fill, if set, puts rows into each database once it is made, which all tests
	// see (setUpTestData).
	Fill func(ctx context.Context) error

	once            sync.Once
	folder          string
	sqlite          func() (*orm.DB, error)
	postgres, mysql func() (*orm.DB, error)
	mu              sync.Mutex
	ends            []func() error // run by Main, the last first
}

// Main runs the tests, removes the databases and returns the exit code for
// os.Exit.
func (p *Package) Main(m *testing.M) int {
	p.once.Do(p.prepare)
	code := m.Run()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := len(p.ends) - 1; i >= 0; i-- {
		if err := p.ends[i](); err != nil {
			fmt.Fprintln(os.Stderr, "ormtest:", err)
			code = max(code, 1)
		}
	}
	return code
}

func (p *Package) prepare() {
	p.sqlite = sync.OnceValues(func() (*orm.DB, error) {
		folder, err := os.MkdirTemp("", "ormtest-")
		if err != nil {
			return nil, err
		}
		p.folder = folder
		p.atEnd(func() error { return os.RemoveAll(folder) })
		db, err := p.open(func(context.Context) (orm.Backend, error) { return openSQLite(p.template()) })
		if err != nil {
			return nil, err
		}
		return db, db.Close() // which leaves one file, to be copied
	})
	p.postgres = sync.OnceValues(func() (*orm.DB, error) {
		return p.onServer(testdb.CreatePostgres, func(ctx context.Context, url string) (orm.Backend, error) { return postgres.Open(ctx, url, nil) })
	})
	p.mysql = sync.OnceValues(func() (*orm.DB, error) {
		return p.onServer(testdb.CreateMySQL, func(ctx context.Context, dsn string) (orm.Backend, error) { return mysql.Open(ctx, dsn, nil) })
	})
}

func (p *Package) template() string { return filepath.Join(p.folder, "template.sqlite3") }

func (p *Package) atEnd(f func() error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ends = append(p.ends, f)
}

// onServer makes a database on a server and opens it.
func (p *Package) onServer(create func() (string, func() error, error), connect func(context.Context, string) (orm.Backend, error)) (*orm.DB, error) {
	address, drop, err := create()
	if err != nil {
		return nil, err
	}
	p.atEnd(drop)
	db, err := p.open(func(ctx context.Context) (orm.Backend, error) { return connect(ctx, address) })
	if err != nil {
		return nil, err
	}
	p.atEnd(db.Close)
	return db, nil
}

func (p *Package) open(backend func(context.Context) (orm.Backend, error)) (*orm.DB, error) {
	ctx := context.Background() // the database outlives the test that wants it first
	db, err := newDB(ctx, p.Models, backend)
	if err != nil || p.Fill == nil {
		return db, err
	}
	if err := p.Fill(orm.NewContext(ctx, db)); err != nil {
		return nil, errors.Join(fmt.Errorf("fill: %w", err), db.Close())
	}
	return db, nil
}

// SQLite returns a context with a copy of the SQLite database.
func (p *Package) SQLite(t testing.TB) context.Context {
	t.Helper()
	p.once.Do(p.prepare)
	if _, err := p.sqlite(); err != nil {
		t.Fatalf("open a database for tests: %v", err)
	}
	data, err := os.ReadFile(p.template())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "test.sqlite3")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := openDB(t.Context(), p.Models, func(context.Context) (orm.Backend, error) { return openSQLite(path) })
	return contextOf(t, db, err)
}

// Postgres returns a context in a transaction on the PostgreSQL database. The
// test is skipped where there is no server.
func (p *Package) Postgres(t testing.TB) context.Context {
	t.Helper()
	p.once.Do(p.prepare)
	db, err := p.postgres()
	return p.shared(t, "PostgreSQL", db, err)
}

// MySQL returns a context in a transaction on the MariaDB or MySQL database. The
// test is skipped where there is no server.
func (p *Package) MySQL(t testing.TB) context.Context {
	t.Helper()
	p.once.Do(p.prepare)
	db, err := p.mysql()
	return p.shared(t, "MariaDB", db, err)
}

func (p *Package) shared(t testing.TB, server string, db *orm.DB, err error) context.Context {
	t.Helper()
	if errors.Is(err, testdb.ErrMissing) {
		realdjango.Missing(t, server+": "+err.Error())
	}
	if err != nil {
		t.Fatalf("open a database for tests: %v", err)
	}
	return Rollback(t, orm.NewContext(t.Context(), db))
}

// Each is [Each] with the databases of the package.
func (p *Package) Each(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	each(t, p.SQLite, p.Postgres, p.MySQL, f)
}
