package orm_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/nuages-web/nuages/orm"
)

// fakeDB is a database of the kind that fails on demand; the real ones take the
// tests of ordinary behaviour. It notes what it is asked, with the number of the
// connection: "1: SAVEPOINT s1".
type fakeDB struct {
	name string
	// fail returns the error of a statement, or nil.
	fail func(query string) error

	mu     sync.Mutex
	log    []string
	opened int
	open   map[int]bool // transactions
	using  map[int]bool // connections on which a call is under way
	raced  bool
}

func (f *fakeDB) Dialect() *orm.Dialect { return &orm.Dialect{Name: f.name, Quote: '"'} }

func (f *fakeDB) Close() error { return f.run(0, "CLOSE") }

func (f *fakeDB) run(conn int, query string) error {
	f.mu.Lock()
	if conn > 0 && f.using[conn] {
		f.raced = true
	}
	f.log = append(f.log, fmt.Sprintf("%d: %s", conn, query))
	fail := f.fail
	f.mu.Unlock()
	if fail != nil {
		return fail(query)
	}
	return nil
}

func (f *fakeDB) Begin(_ context.Context, opts sql.TxOptions) (orm.Tx, error) {
	f.mu.Lock()
	f.opened++
	conn := f.opened
	f.mu.Unlock()
	query := "BEGIN"
	if opts.Isolation != sql.LevelDefault {
		query += " " + opts.Isolation.String()
	}
	if opts.ReadOnly {
		query += " READ ONLY"
	}
	if err := f.run(conn, query); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		f.open = map[int]bool{}
		f.using = map[int]bool{}
	}
	f.open[conn] = true
	return &fakeTx{f, conn}, nil
}

func (f *fakeDB) Query(ctx context.Context, query string, _ []any) (orm.Rows, error) {
	return (&fakeTx{f, 0}).Query(ctx, query, nil)
}

func (f *fakeDB) Exec(_ context.Context, query string, _ []any) (orm.Result, error) {
	return orm.Result{RowsAffected: 1}, f.run(0, query)
}

// statements returns what was asked since the last call.
func (f *fakeDB) statements() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	log := f.log
	f.log = nil
	return log
}

// idle tells what is wrong with the state that tests leave behind.
func (f *fakeDB) idle() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.raced {
		return errors.New("a connection was used twice at once")
	}
	for conn, open := range f.open {
		if open {
			return fmt.Errorf("connection %d is still in a transaction", conn)
		}
	}
	return nil
}

type fakeTx struct {
	db   *fakeDB
	conn int
}

func (t *fakeTx) Exec(_ context.Context, query string, _ []any) (orm.Result, error) {
	return orm.Result{RowsAffected: 1}, t.db.run(t.conn, query)
}

func (t *fakeTx) Query(_ context.Context, query string, _ []any) (orm.Rows, error) {
	if err := t.db.run(t.conn, query); err != nil {
		return nil, err
	}
	t.db.mu.Lock()
	defer t.db.mu.Unlock()
	if t.conn > 0 {
		t.db.using[t.conn] = true
	}
	rows := &fakeRows{tx: t, left: 2}
	if _, message, ok := strings.Cut(query, "late: "); ok {
		rows.err = errors.New(message)
	}
	return rows, nil
}

func (t *fakeTx) Commit(ctx context.Context) error { return t.end(ctx, "COMMIT") }

func (t *fakeTx) Rollback(ctx context.Context) error { return t.end(ctx, "ROLLBACK") }

func (t *fakeTx) end(ctx context.Context, query string) error {
	err := t.db.run(t.conn, query)
	t.db.mu.Lock()
	defer t.db.mu.Unlock()
	t.db.open[t.conn] = false
	return errors.Join(ctx.Err(), err)
}

type fakeRows struct {
	orm.Rows
	tx   *fakeTx
	left int
	err  error
}

func (r *fakeRows) Columns() []string { return []string{"n"} }
func (r *fakeRows) Next() bool        { r.left--; return r.left >= 0 }
func (r *fakeRows) Err() error        { return r.err }
func (r *fakeRows) IsNull(int) bool   { return false }
func (r *fakeRows) Text(int) string   { return "SCAN" }

func (r *fakeRows) Close() {
	r.tx.db.mu.Lock()
	defer r.tx.db.mu.Unlock()
	if r.tx.conn > 0 {
		r.tx.db.using[r.tx.conn] = false
	}
}

// failing returns a fail function for statements that contain a text.
func failing(text string, err error) func(string) error {
	return func(query string) error {
		if strings.Contains(query, text) {
			return err
		}
		return nil
	}
}

// without returns the statements but for those that contain a text.
func without(statements []string, text string) []string {
	return slices.DeleteFunc(statements, func(s string) bool { return strings.Contains(s, text) })
}
