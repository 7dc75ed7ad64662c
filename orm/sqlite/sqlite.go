package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	sqlite3 "modernc.org/sqlite/lib"

	"github.com/nuages-web/nuages/orm"
)

// name is Django's name of this kind of database.
const name = "sqlite"

// Limits of SQLite as it is built here.
const (
	maxParams = 32766      // SQLITE_MAX_VARIABLE_NUMBER
	maxLength = 1000000000 // SQLITE_MAX_LENGTH, of a text, a blob or a row in bytes
	maxSQL    = 1000000000 // SQLITE_MAX_SQL_LENGTH
)

// DB is a SQLite database: one connection that writes, and some that read. It is
// an [orm.Backend] and an [orm.BulkInserter], safe for concurrent use. Migrations
// use its BeginUnchecked, scripts its ExecScript.
type DB struct {
	path    string
	memory  bool
	opts    Options
	writer  *pool
	readers *pool // the same as writer for a database in memory
	dialect *orm.Dialect

	closing  sync.Once
	closeErr error
}

// Open opens the file at path, which is made where it is missing, or with the
// path ":memory:" a database of its own that lasts until Close. The path is taken
// literally: "?", "%" and "file:" have no meaning in it.
func Open(path string, opts *Options) (*DB, error) {
	db := &DB{path: path, memory: path == ":memory:", dialect: Dialect()}
	if opts != nil {
		db.opts = *opts
	}
	if err := db.opts.complete(); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	switch {
	case path == "":
		return nil, errors.New(`open a SQLite database: no path; ":memory:" is one without a file`)
	case strings.IndexByte(path, 0) >= 0:
		return nil, fmt.Errorf("open %q: a NUL byte in the path", path)
	case db.memory && db.opts.ReadOnly:
		return nil, errors.New("open :memory: for reading only: it would stay empty")
	case !db.memory:
		// An absolute path means the same after a change of folder, and is
		// never taken for a URI or ":memory:".
		full, err := filepath.Abs(path)
		if err != nil {
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
		db.path = full
	}
	patient := max(db.opts.BusyTimeout, 0)
	db.writer = &pool{what: "connection for writing", max: 1, patient: patient, dial: func() (*conn, error) { return db.dial(true) }}
	db.readers = &pool{what: "connection for reading", max: db.opts.Readers, patient: patient, dial: func() (*conn, error) { return db.dial(false) }}
	if db.memory {
		db.readers = db.writer
	}
	c, err := db.writer.take(context.Background())
	if err != nil {
		return nil, err
	}
	db.writer.put(c)
	return db, nil
}

// dial opens a connection and sets it up.
func (db *DB) dial(write bool) (*conn, error) {
	flags := int32(sqlite3.SQLITE_OPEN_READWRITE)
	switch {
	case db.opts.ReadOnly:
		flags = sqlite3.SQLITE_OPEN_READONLY
	case write:
		flags |= sqlite3.SQLITE_OPEN_CREATE
	}
	c, err := openConn(db.path, flags, db.opts.BusyTimeout, max(db.opts.Statements, 0))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", db.path, err)
	}
	if err := db.setUp(c, write); err != nil {
		c.close()
		return nil, fmt.Errorf("open %s: %w", db.path, err)
	}
	return c, nil
}

func (db *DB) setUp(c *conn, write bool) error {
	o := &db.opts
	keys := "ON"
	if o.UnsafeNoForeignKeys {
		keys = "OFF"
	}
	pragmas := []string{
		"PRAGMA foreign_keys = " + keys,
		"PRAGMA synchronous = " + o.Synchronous,
		"PRAGMA temp_store = " + o.TempStore,
		fmt.Sprintf("PRAGMA cache_size = %d", o.CacheSize),
	}
	if o.MmapSize > 0 {
		pragmas = append(pragmas, fmt.Sprintf("PRAGMA mmap_size = %d", o.MmapSize))
	}
	if write && !o.ReadOnly {
		mode, err := c.text("PRAGMA journal_mode = " + o.JournalMode)
		if err != nil {
			return err
		}
		if !strings.EqualFold(mode, o.JournalMode) && !db.memory {
			return fmt.Errorf("the journal mode is %q and cannot be made %s here; see Options.JournalMode", mode, o.JournalMode)
		}
	}
	for _, p := range append(pragmas, o.Init...) {
		if err := c.script(p); err != nil {
			return err
		}
	}
	if !write {
		return c.run("PRAGMA query_only = ON")
	}
	return nil
}

// Dialect returns the dialect of SQLite.
func (db *DB) Dialect() *orm.Dialect { return db.dialect }

// Close waits for the statements under way and closes all connections.
func (db *DB) Close() error {
	db.closing.Do(func() {
		var err error
		if db.readers != db.writer {
			err = db.readers.close()
		}
		db.closeErr = errors.Join(err, db.writer.close())
	})
	return db.closeErr
}

// Query runs a statement that returns rows: on a connection for reading, or on the
// one that writes where the statement does.
func (db *DB) Query(ctx context.Context, query string, args []any) (orm.Rows, error) {
	if db.memory || writes(query) {
		return db.query(ctx, db.writer, query, args)
	}
	r, err := db.query(ctx, db.readers, query, args)
	if err == errWrites {
		return db.query(ctx, db.writer, query, args)
	}
	return r, err
}

// errWrites tells that a statement needs the connection that writes.
var errWrites = errors.New("sqlite: the statement writes")

func (db *DB) query(ctx context.Context, p *pool, query string, args []any) (orm.Rows, error) {
	c, err := p.take(ctx)
	if err != nil {
		return nil, err
	}
	r := &rows{ctx: ctx, c: c, pool: p}
	if err := r.open(query, args, p != db.writer); err != nil {
		return nil, err
	}
	if db.memory && r.s.readOnly {
		if err := r.keep(); err != nil {
			return nil, err
		}
		return r, nil
	}
	if r.s != nil && p == db.writer { // a reader that is forgotten is one of many
		r.cleanup = runtime.AddCleanup(r, loan.forgotten, loan{c, r.s, p})
	}
	return r, nil
}

// open prepares and starts the statement; on an error the connection is back.
func (r *rows) open(query string, args []any, reader bool) (err error) {
	c, opened := r.c, false
	defer func() {
		if opened || r.c == nil { // start gives it back where it fails
			return
		}
		c.broken = err == nil // a panic
		r.s, r.c = nil, nil
		if r.pool != nil {
			r.pool.put(c)
		}
	}()
	s, err := c.prepare(query)
	if err != nil {
		return err
	}
	if reader && !s.readOnly {
		c.release(s)
		return errWrites
	}
	if err := c.bind(s, args); err != nil {
		c.release(s)
		return err
	}
	r.s = s
	err = r.start()
	opened = err == nil
	return err
}

// writes tells of the usual statements that they write, before one is prepared.
func writes(query string) bool {
	word, _, _ := strings.Cut(strings.TrimLeft(query, " \t\r\n("), " ")
	switch len(word) {
	case 6:
		return strings.EqualFold(word, "INSERT") || strings.EqualFold(word, "UPDATE") || strings.EqualFold(word, "DELETE")
	case 7:
		return strings.EqualFold(word, "REPLACE")
	}
	return false
}

// Exec runs one statement on the connection that writes.
func (db *DB) Exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	var result orm.Result
	err := db.write(ctx, func(c *conn) (err error) {
		result, err = c.exec(ctx, query, args)
		return err
	})
	return result, err
}

// ExecScript runs all statements of a script, one after the other and without
// arguments, on the connection that writes. They are no transaction, unless the
// script says BEGIN and COMMIT.
func (db *DB) ExecScript(ctx context.Context, script string) error {
	return db.write(ctx, func(c *conn) error {
		c.done = ctx.Done()
		return ended(ctx, c.script(script))
	})
}

// write lends the connection that writes to f.
func (db *DB) write(ctx context.Context, f func(c *conn) error) (err error) {
	c, err := db.writer.take(ctx)
	if err != nil {
		return err
	}
	finished := false
	defer func() {
		if !finished {
			c.broken = true // a panic
		} else if c.cleanUp() && err == nil {
			err = errOwnTransaction
		}
		db.writer.put(c)
	}()
	err = f(c)
	finished = true
	return err
}

// exec runs one statement to its end.
func (c *conn) exec(ctx context.Context, query string, args []any) (orm.Result, error) {
	s, err := c.prepare(query)
	if err != nil {
		return orm.Result{}, err
	}
	if err := c.bind(s, args); err != nil {
		c.release(s)
		return orm.Result{}, err
	}
	c.done = ctx.Done()
	before := sqlite3.Xsqlite3_total_changes64(c.tls, c.db)
	err = c.finish(s)
	c.done = nil
	var n int64
	if !s.readOnly && sqlite3.Xsqlite3_total_changes64(c.tls, c.db) != before {
		n = sqlite3.Xsqlite3_changes64(c.tls, c.db)
	}
	if again := c.release(s); err == nil {
		err = again
	}
	return orm.Result{RowsAffected: n}, ended(ctx, err)
}

// script runs statements until the text ends.
func (c *conn) script(text string) error {
	for text != "" {
		s, rest, err := c.compile(text)
		if err != nil {
			return err
		}
		text = rest
		if s == nil {
			continue
		}
		if s.params > 0 {
			err = programming("a script has no arguments: %q", shorten(s.sql))
		} else {
			err = c.finish(s)
		}
		c.finalize(s)
		if err != nil {
			return err
		}
	}
	return nil
}

// Begin starts a transaction: one that writes is alone, one that only reads
// (opts.ReadOnly) sees the database as it is at its first query. SQLite's
// transactions are serializable, whatever isolation is asked for.
func (db *DB) Begin(ctx context.Context, opts sql.TxOptions) (orm.Tx, error) {
	return db.begin(ctx, opts.ReadOnly, true)
}

// BeginUnchecked starts a transaction that writes without checking foreign keys,
// as migrations need it that build a table anew. Commit does not check the rows;
// PRAGMA foreign_key_check does.
func (db *DB) BeginUnchecked(ctx context.Context) (orm.Tx, error) {
	return db.begin(ctx, false, false)
}
