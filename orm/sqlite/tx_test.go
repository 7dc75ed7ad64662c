package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

func begin(t testing.TB, db *sqlite.DB, opts sql.TxOptions) orm.Tx {
	t.Helper()
	tx, err := db.Begin(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

func TestTransaction(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		tx := begin(t, db, sql.TxOptions{})
		exec(t, tx, "INSERT INTO t VALUES (1)")
		if got := one(t, tx, "SELECT count(*) FROM t"); got != int64(1) {
			t.Errorf("the transaction sees %v rows of its own, want 1", got)
		}
		exec(t, tx, `SAVEPOINT "s1"`)
		exec(t, tx, "INSERT INTO t VALUES (2)")
		exec(t, tx, `ROLLBACK TO "s1"`)
		exec(t, tx, `RELEASE "s1"`)
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := one(t, db, "SELECT count(*) FROM t"); got != int64(1) {
			t.Errorf("%v rows after Commit, want 1", got)
		}
		tx = begin(t, db, sql.TxOptions{})
		exec(t, tx, "DELETE FROM t")
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := one(t, db, "SELECT count(*) FROM t"); got != int64(1) {
			t.Errorf("%v rows after Rollback, want 1", got)
		}
		_, queryErr := tx.Query(t.Context(), "SELECT 1", nil)
		_, execErr := tx.Exec(t.Context(), "SELECT 1", nil)
		for _, err := range []error{queryErr, execErr, tx.Commit(t.Context()), tx.Rollback(t.Context())} {
			if !errors.Is(err, orm.ErrTxDone) {
				t.Errorf("after the end: %v, want ErrTxDone", err)
			}
		}
	})
}

// TestSnapshot: a transaction that only reads sees the database as it was, and
// cannot write.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	exec(t, db, "CREATE TABLE t (v int)")
	tx := begin(t, db, sql.TxOptions{ReadOnly: true})
	if got := one(t, tx, "SELECT count(*) FROM t"); got != int64(0) {
		t.Fatal(got)
	}
	exec(t, db, "INSERT INTO t VALUES (1)")
	if got := one(t, tx, "SELECT count(*) FROM t"); got != int64(0) {
		t.Errorf("%v rows, want those of the beginning", got)
	}
	if _, err := tx.Exec(t.Context(), "INSERT INTO t VALUES (2)", nil); !errors.Is(err, orm.ErrReadOnly) {
		t.Errorf("INSERT: %v, want ErrReadOnly", err)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestReadOnlyInMemory(t *testing.T) {
	t.Parallel()
	db := openAt(t, ":memory:", nil)
	exec(t, db, "CREATE TABLE t (v int)")
	tx := begin(t, db, sql.TxOptions{ReadOnly: true})
	if _, err := tx.Exec(t.Context(), "INSERT INTO t VALUES (2)", nil); !errors.Is(err, orm.ErrReadOnly) {
		t.Errorf("INSERT: %v, want ErrReadOnly", err)
	}
	tx.Rollback(t.Context())
	exec(t, db, "INSERT INTO t VALUES (2)")
}

// TestReadersGoOn: while a transaction writes, others read what was before.
func TestReadersGoOn(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	exec(t, db, "CREATE TABLE t (v int)")
	tx := begin(t, db, sql.TxOptions{})
	exec(t, tx, "INSERT INTO t VALUES (1)")
	if got := one(t, db, "SELECT count(*) FROM t"); got != int64(0) {
		t.Errorf("%v rows, want none", got)
	}
	tx.Rollback(t.Context())
}

// TestCommitFails: the connection is free again, and nothing was written.
func TestCommitFails(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		err := db.ExecScript(t.Context(), `CREATE TABLE a (id integer PRIMARY KEY);
			CREATE TABLE b (a_id int REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED)`)
		if err != nil {
			t.Fatal(err)
		}
		tx := begin(t, db, sql.TxOptions{})
		exec(t, tx, "INSERT INTO b VALUES (1)")
		if err := tx.Commit(t.Context()); !errors.Is(err, orm.ErrForeignKey) {
			t.Errorf("Commit: %v, want ErrForeignKey", err)
		}
		if err := tx.Rollback(t.Context()); !errors.Is(err, orm.ErrTxDone) {
			t.Errorf("Rollback after it: %v, want ErrTxDone", err)
		}
		if _, err := db.Exec(t.Context(), "INSERT INTO b VALUES (1)", nil); !errors.Is(err, orm.ErrForeignKey) {
			t.Errorf("outside of a transaction: %v, want ErrForeignKey", err)
		}
		rows, err := db.Query(t.Context(), "INSERT INTO b VALUES (2), (3) RETURNING a_id", nil)
		if err != nil {
			t.Fatal(err)
		}
		rows.Next()
		rows.Close()
		if !errors.Is(rows.Err(), orm.ErrForeignKey) {
			t.Errorf("RETURNING, closed early: %v, want ErrForeignKey", rows.Err())
		}
		if got := one(t, db, "SELECT count(*) FROM b"); got != int64(0) {
			t.Errorf("%v rows, want none", got)
		}
	})
}

// TestRowsOutliveTransaction: rows that were left open end with it.
func TestRowsOutliveTransaction(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		exec(t, db, "INSERT INTO t VALUES (1), (2)")
		for _, end := range []func(orm.Tx) error{
			func(tx orm.Tx) error { return tx.Commit(t.Context()) },
			func(tx orm.Tx) error { return tx.Rollback(t.Context()) },
		} {
			tx := begin(t, db, sql.TxOptions{})
			exec(t, tx, "INSERT INTO t VALUES (3)")
			rows, err := tx.Query(t.Context(), "SELECT v FROM t", nil)
			if err != nil {
				t.Fatal(err)
			}
			second, err := tx.Query(t.Context(), "SELECT v FROM t", nil)
			if err != nil {
				t.Fatal(err)
			}
			if !rows.Next() || !second.Next() || rows.Int64(0) != 1 || second.Int64(0) != 1 {
				t.Fatal("two statements with one text did not run side by side")
			}
			if err := end(tx); err != nil {
				t.Fatal(err)
			}
			if rows.Next() || rows.Err() == nil {
				t.Error("rows go on after the transaction")
			}
			rows.Close()
			second.Close()
		}
		exec(t, db, "INSERT INTO t VALUES (4)")
	})
}

// TestRolledBackBelow: a statement that SQLite answers by rolling everything back
// leaves a transaction in which nothing more runs.
func TestRolledBackBelow(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int UNIQUE)")
		tx := begin(t, db, sql.TxOptions{})
		exec(t, tx, "INSERT INTO t VALUES (1)")
		if _, err := tx.Exec(t.Context(), "INSERT OR ROLLBACK INTO t VALUES (1)", nil); !errors.Is(err, orm.ErrUnique) {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), "INSERT INTO t VALUES (2)", nil); !errors.Is(err, orm.ErrTxBroken) {
			t.Errorf("the next statement: %v, want ErrTxBroken", err)
		}
		if err := tx.Commit(t.Context()); !errors.Is(err, orm.ErrTxBroken) {
			t.Errorf("Commit: %v, want ErrTxBroken", err)
		}
		if got := one(t, db, "SELECT count(*) FROM t"); got != int64(0) {
			t.Errorf("%v rows, want none", got)
		}
	})
}

// TestBeginUnchecked builds a table anew to which others point, as migrations do.
func TestBeginUnchecked(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		err := db.ExecScript(t.Context(), `CREATE TABLE a (id integer PRIMARY KEY);
			CREATE TABLE b (a_id int REFERENCES a (id) ON DELETE CASCADE);
			INSERT INTO a VALUES (1); INSERT INTO b VALUES (1)`)
		if err != nil {
			t.Fatal(err)
		}
		tx, err := db.BeginUnchecked(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		exec(t, tx, "CREATE TABLE new_a (id integer PRIMARY KEY, v int)")
		exec(t, tx, "INSERT INTO new_a (id) SELECT id FROM a")
		exec(t, tx, "DROP TABLE a")
		exec(t, tx, "ALTER TABLE new_a RENAME TO a")
		if got := all(t, tx, "PRAGMA foreign_key_check"); len(got) != 0 {
			t.Error(got)
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := one(t, db, "SELECT count(*) FROM b"); got != int64(1) {
			t.Errorf("%v rows point to the table, want 1", got)
		}
		if _, err := db.Exec(t.Context(), "INSERT INTO b VALUES (9)", nil); !errors.Is(err, orm.ErrForeignKey) {
			t.Errorf("keys are not checked afterwards: %v", err)
		}
	})
}

func TestBeginCancelled(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := db.Begin(ctx, sql.TxOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want Canceled", err)
		}
		exec(t, db, "CREATE TABLE t (v int)")
	})
}
