package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// TestCancelled: the end of a context stops a statement, on each of the ways.
func TestCancelled(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		tx := begin(t, db, sql.TxOptions{})
		stopped := func(name string, run func(ctx context.Context) error) {
			ctx, cancel := context.WithCancel(t.Context())
			started := make(chan struct{})
			go func() { <-started; cancel() }()
			close(started)
			if err := run(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v, want Canceled", name, err)
			}
			ctx, cancel = context.WithDeadline(t.Context(), time.Unix(0, 0))
			defer cancel()
			if err := run(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: %v, want DeadlineExceeded", name, err)
			}
		}
		query := func(c orm.Conn) func(ctx context.Context) error {
			return func(ctx context.Context) error { _, err := collect(ctx, c, endless); return err }
		}
		stopped("a query in a transaction", query(tx))
		exec(t, tx, "INSERT INTO t VALUES (1)")
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		stopped("a query", query(db))
		stopped("Exec", func(ctx context.Context) error { _, err := db.Exec(ctx, endless, nil); return err })
		stopped("ExecScript", func(ctx context.Context) error { return db.ExecScript(ctx, "SELECT 1; "+endless) })
		stopped("INSERT", func(ctx context.Context) error {
			_, err := db.Exec(ctx, "INSERT INTO t "+endless, nil)
			return err
		})
		if got := one(t, db, "SELECT count(*) FROM t"); got != int64(1) {
			t.Errorf("%v rows, want 1", got)
		}
	})
}

// TestCancelledWrite: SQLite rolls the transaction back; Rollback then works, and
// the next statements are not hit.
func TestCancelledWrite(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		for range 20 {
			ctx, cancel := context.WithCancel(t.Context())
			tx := begin(t, db, sql.TxOptions{})
			exec(t, tx, "INSERT INTO t VALUES (1)")
			stop := make(chan struct{})
			go func() { <-stop; cancel() }()
			close(stop)
			if _, err := tx.Exec(ctx, "INSERT INTO t "+endless, nil); !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			if err := tx.Rollback(ctx); err != nil {
				t.Fatalf("Rollback: %v", err)
			}
			if got := one(t, db, "SELECT count(*) FROM t"); got != int64(0) {
				t.Fatalf("%v rows, want none", got)
			}
			cancel()
		}
	})
}

// TestCancelledRows: rows stop in the middle.
func TestCancelledRows(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows, err := db.Query(ctx, "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT i FROM n", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		if n++; n == 10 {
			cancel()
		}
	}
	if n != 10 || !errors.Is(rows.Err(), context.Canceled) {
		t.Errorf("%d rows and %v, want 10 and Canceled", n, rows.Err())
	}
}

// TestCancelledWait: who waits for the writer can give up, and the others keep
// their place.
func TestCancelledWait(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		tx := begin(t, db, sql.TxOptions{})
		ctx, cancel := context.WithCancel(t.Context())
		var group sync.WaitGroup
		var first, second error
		group.Go(func() { _, first = db.Exec(ctx, "INSERT INTO t VALUES (1)", nil) })
		group.Go(func() { _, second = db.Exec(t.Context(), "INSERT INTO t VALUES (2)", nil) })
		cancel()
		for range 100 {
			runtime.Gosched()
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		group.Wait()
		if first != nil && !errors.Is(first, context.Canceled) || second != nil {
			t.Errorf("%v and %v, want Canceled and nil", first, second)
		}
	})
}

// TestCancelHitsNobodyElse: contexts that end at any moment stop their own
// statement only, though all share a few connections.
func TestCancelHitsNobodyElse(t *testing.T) {
	t.Parallel()
	db := open(t, &sqlite.Options{Readers: 2})
	exec(t, db, "CREATE TABLE t (v int)")
	const long = "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 5000) SELECT count(*) FROM n"
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			for n := range 60 {
				if i%2 == 0 {
					if got, err := collect(t.Context(), db, long); err != nil || got[0][0] != int64(5000) {
						t.Errorf("a statement of nobody's context: %v, %v", got, err)
					}
					continue
				}
				ctx, cancel := context.WithCancel(t.Context())
				go func() {
					for range n {
						runtime.Gosched()
					}
					cancel()
				}()
				var err error
				if n%3 == 0 {
					_, err = db.Exec(ctx, "INSERT INTO t "+long, nil)
				} else {
					_, err = collect(ctx, db, long)
				}
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Errorf("a cancelled statement: %v", err)
				}
				cancel()
			}
		})
	}
	group.Wait()
}

// TestBusy: the writer's queue and another process's lock have a time-out with an
// error that says what to do.
func TestBusy(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "busy.db")
	opts := &sqlite.Options{BusyTimeout: 10 * time.Millisecond, Readers: 1}
	a, b := openAt(t, path, opts), openAt(t, path, opts)
	exec(t, a, "CREATE TABLE t (v int)")
	tx := begin(t, a, sql.TxOptions{})
	for name, db := range map[string]*sqlite.DB{"connection for writing": a, "another process": b} {
		_, err := db.Exec(t.Context(), "INSERT INTO t VALUES (1)", nil)
		if !errors.Is(err, orm.ErrOperational) || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want ErrOperational that names the %s", err, name)
		}
		if _, err := db.Begin(t.Context(), sql.TxOptions{}); !errors.Is(err, orm.ErrOperational) {
			t.Errorf("Begin: %v, want ErrOperational", err)
		}
	}
	rows, err := a.Query(t.Context(), "SELECT 1", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Query(t.Context(), "SELECT 1", nil); !errors.Is(err, orm.ErrOperational) || !strings.Contains(err.Error(), "connection for reading") {
		t.Errorf("a second reader: %v", err)
	}
	rows.Close()
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	exec(t, b, "INSERT INTO t VALUES (1)")
}

// TestBusyCancelled: waiting for the lock of another process ends with the context.
func TestBusyCancelled(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "busy.db")
	opts := &sqlite.Options{BusyTimeout: time.Hour}
	a, b := openAt(t, path, opts), openAt(t, path, opts)
	exec(t, a, "CREATE TABLE t (v int)")
	tx := begin(t, a, sql.TxOptions{})
	defer tx.Rollback(t.Context())
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := b.Exec(ctx, "INSERT INTO t VALUES (1)", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want DeadlineExceeded", err)
	}
}
