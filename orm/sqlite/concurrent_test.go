package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// endless is a query that takes longer than any test.
const endless = "WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

// TestManyWriters: all who wait get their turn.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (id integer PRIMARY KEY, v int)")
		const writers = 1000
		errs := make([]error, writers)
		var group sync.WaitGroup
		for i := range writers {
			group.Go(func() {
				if i%2 == 0 {
					_, errs[i] = db.Exec(t.Context(), "INSERT INTO t (v) VALUES (?)", []any{int64(i)})
					return
				}
				errs[i] = func() error {
					tx, err := db.Begin(t.Context(), sql.TxOptions{})
					if err != nil {
						return err
					}
					defer tx.Rollback(t.Context())
					if _, err := collect(t.Context(), tx, "INSERT INTO t (v) VALUES (?) RETURNING id", int64(i)); err != nil {
						return err
					}
					return tx.Commit(t.Context())
				}()
			})
		}
		group.Wait()
		for i, err := range errs {
			if err != nil {
				t.Fatalf("writer %d: %v", i, err)
			}
		}
		if got := one(t, db, "SELECT count(DISTINCT v) FROM t"); got != int64(writers) {
			t.Errorf("%v rows, want %d", got, writers)
		}
	})
}

// TestReadAndWrite: readers and writers at once, each with the cache of statements.
func TestReadAndWrite(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				for n := range 50 {
					if i == 0 {
						if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES (?)", []any{int64(n)}); err != nil {
							t.Error(err)
						}
						continue
					}
					rows, err := collect(t.Context(), db, fmt.Sprintf("SELECT v, ? FROM t WHERE %d", 1+n%10), "x")
					if err != nil {
						t.Error(err)
					}
					for i, row := range rows {
						if row[0] != int64(i) || row[1] != "x" {
							t.Errorf("row %d: %v", i, row)
						}
					}
				}
			})
		}
		group.Wait()
	})
}

// TestClose waits for what is under way, and refuses what comes later.
func TestClose(t *testing.T) {
	t.Parallel()
	for _, path := range []string{filepath.Join(t.TempDir(), "close.db"), ":memory:"} {
		db, err := sqlite.Open(path, nil)
		if err != nil {
			t.Fatal(err)
		}
		exec(t, db, "CREATE TABLE t (v int)")
		tx := begin(t, db, sql.TxOptions{})
		closed := make(chan error)
		go func() { closed <- db.Close() }()
		exec(t, tx, "INSERT INTO t VALUES (1)")
		select {
		case err := <-closed:
			t.Fatalf("Close did not wait: %v", err)
		default:
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := <-closed; err != nil {
			t.Fatal(err)
		}
		if _, err := db.Query(t.Context(), "SELECT 1", nil); err == nil {
			t.Error("a query after Close")
		}
		if _, err := db.Begin(t.Context(), sql.TxOptions{}); err == nil {
			t.Error("a transaction after Close")
		}
		if err := db.Close(); err != nil {
			t.Errorf("the second Close: %v", err)
		}
	}
}

// TestForgotten: a transaction or rows that nobody ended come back with the
// collector of garbage.
func TestForgotten(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		func() {
			tx := begin(t, db, sql.TxOptions{})
			exec(t, tx, "INSERT INTO t VALUES (1)")
			if _, err := tx.Query(t.Context(), "SELECT v FROM t", nil); err != nil {
				t.Fatal(err)
			}
		}()
		waitForGC(t, db, "INSERT INTO t VALUES (2)")
		if got := one(t, db, "SELECT v FROM t"); got != int64(2) {
			t.Error(got)
		}
		func() {
			rows, err := db.Query(t.Context(), "INSERT INTO t VALUES (3), (4) RETURNING v", nil)
			if err != nil {
				t.Fatal(err)
			}
			rows.Next()
		}()
		waitForGC(t, db, "INSERT INTO t VALUES (5)")
		if got := one(t, db, "SELECT group_concat(v) FROM t"); got != "2,3,4,5" {
			t.Errorf("rows %v", got)
		}
	})
}

func waitForGC(t *testing.T, db *sqlite.DB, query string) {
	t.Helper()
	done := make(chan error)
	go func() {
		_, err := db.Exec(t.Context(), query, nil)
		done <- err
	}()
	for {
		runtime.GC()
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			return
		default:
			runtime.Gosched()
		}
	}
}

// TestPanic: a panic between does not keep the writer.
func TestPanic(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		func() {
			defer func() { recover() }()
			db.CopyFrom(t.Context(), "t", []string{"v"}, 3, func(row, _ int) any {
				if row == 2 {
					panic("in the middle")
				}
				return int64(row)
			})
		}()
		exec(t, db, "INSERT INTO t VALUES (9)")
		if got := one(t, db, "SELECT group_concat(v) FROM t"); got != "9" {
			t.Errorf("rows %v, want 9", got)
		}
	})
}

func TestCopyFrom(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, `CREATE TABLE "t ""x" (id integer PRIMARY KEY, "a,b" text UNIQUE)`)
		n, err := db.CopyFrom(t.Context(), `t "x`, []string{"a,b"}, 3, func(row, _ int) any { return fmt.Sprint(row) })
		if n != 3 || err != nil {
			t.Fatal(n, err)
		}
		if _, err := db.CopyFrom(t.Context(), `t "x`, []string{"a,b"}, 3, func(row, _ int) any { return fmt.Sprint(4 - row) }); !errors.Is(err, orm.ErrUnique) {
			t.Errorf("%v, want ErrUnique", err)
		}
		if n, err := db.CopyFrom(t.Context(), `t "x`, nil, 2, nil); n != 2 || err != nil {
			t.Errorf("DEFAULT VALUES: %d, %v", n, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		_, err = db.CopyFrom(ctx, `t "x`, []string{"a,b"}, 1000, func(row, _ int) any { cancel(); return nil })
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want Canceled", err)
		}
		if got := one(t, db, `SELECT count(*) FROM "t ""x"`); got != int64(5) {
			t.Errorf("%v rows, want 5", got)
		}
	})
}

// TestWriteWhileReading: in a loop over rows one may write, also in memory.
func TestWriteWhileReading(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		exec(t, db, "INSERT INTO t VALUES (1), (2), (3)")
		rows, err := db.Query(t.Context(), "SELECT v FROM t", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			exec(t, db, "INSERT INTO t VALUES (?)", rows.Int64(0)+10)
		}
		if got := one(t, db, "SELECT count(*) FROM t"); got != int64(6) {
			t.Errorf("%v rows, want 6", got)
		}
	})
}

// TestOpenAtOnce: many may open, and so make, one file at the same time, as
// processes that start together do.
func TestOpenAtOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new.db")
	var group sync.WaitGroup
	for i := range 20 {
		group.Go(func() {
			db, err := sqlite.Open(path, patient)
			if err != nil {
				t.Error(err)
				return
			}
			defer db.Close()
			if _, err := db.Exec(t.Context(), "CREATE TABLE IF NOT EXISTS t (v int)", nil); err != nil {
				t.Error(err)
			}
			if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES (?)", []any{int64(i)}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := one(t, openAt(t, path, nil), "SELECT count(*) FROM t"); got != int64(20) {
		t.Errorf("%v rows, want 20", got)
	}
}
