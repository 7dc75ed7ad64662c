package mysql_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
)

// sqlDefault are the options of a transaction that asks for nothing.
var sqlDefault = sql.TxOptions{}

// counted is a database with a table of one column.
func counted(t *testing.T, opts *mysql.Options) *mysql.DB {
	t.Helper()
	db := open(t, opts)
	mustExec(t, db, "CREATE TABLE t (n integer PRIMARY KEY)")
	return db
}

func count(t *testing.T, c orm.Conn) int64 {
	t.Helper()
	return one(t, c, "SELECT COUNT(*) FROM t")[0].(int64)
}

func begin(t *testing.T, db *mysql.DB, opts sql.TxOptions) orm.Tx {
	t.Helper()
	tx, err := db.Begin(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

func TestCommitAndRollback(t *testing.T) {
	t.Parallel()
	db := counted(t, &mysql.Options{MaxConns: 2})
	tx := begin(t, db, sqlDefault)
	mustExec(t, tx, "INSERT INTO t VALUES (?)", int64(1))
	if got := count(t, db); got != 0 {
		t.Errorf("%d rows are seen before Commit", got)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	tx = begin(t, db, sqlDefault)
	mustExec(t, tx, "INSERT INTO t VALUES (?)", int64(2))
	mustExec(t, tx, "SAVEPOINT s")
	mustExec(t, tx, "INSERT INTO t VALUES (?)", int64(3))
	mustExec(t, tx, "ROLLBACK TO SAVEPOINT s")
	if got := count(t, tx); got != 2 {
		t.Errorf("%d rows after the savepoint was rolled back to, want 2", got)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := count(t, db); got != 1 {
		t.Errorf("%d rows, want that of the first transaction", got)
	}
	for name, f := range map[string]func() error{
		"Commit":   func() error { return tx.Commit(t.Context()) },
		"Rollback": func() error { return tx.Rollback(t.Context()) },
		"Exec":     func() error { _, err := tx.Exec(t.Context(), "DO 1", nil); return err },
		"Query":    func() error { _, err := tx.Query(t.Context(), "SELECT 1", nil); return err },
	} {
		if err := f(); !errors.Is(err, orm.ErrTxDone) {
			t.Errorf("%s after the end: error %v", name, err)
		}
	}
}

// A context that has ended does not keep a transaction from being rolled back,
// nor does one that ends beneath a statement.
func TestRollbackAfterCancel(t *testing.T) {
	t.Parallel()
	db := counted(t, &mysql.Options{MaxConns: 1})
	for _, beneath := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		tx, err := db.Begin(ctx, sqlDefault)
		if err != nil {
			t.Fatal(err)
		}
		mustExec(t, tx, "INSERT INTO t VALUES (1)")
		cancel()
		if beneath {
			if _, err := tx.Exec(ctx, "DO SLEEP(1000)", nil); !errors.Is(err, context.Canceled) {
				t.Errorf("a statement: error %v", err)
			}
		}
		if err := tx.Rollback(ctx); err != nil {
			t.Errorf("roll back: %v", err)
		}
		if got := count(t, db); got != 0 {
			t.Errorf("%d rows are left", got)
		}
	}
}

func TestTransactionOptions(t *testing.T) {
	t.Parallel()
	db := counted(t, nil)
	tx := begin(t, db, sql.TxOptions{ReadOnly: true})
	if _, err := tx.Exec(t.Context(), "INSERT INTO t VALUES (1)", nil); !errors.Is(err, orm.ErrReadOnly) {
		t.Errorf("a write: error %v", err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	// A repeatable read sees the same rows twice, others what was committed since.
	for level, want := range map[sql.IsolationLevel]int64{sql.LevelRepeatableRead: 0, sql.LevelDefault: 1} {
		mustExec(t, db, "DELETE FROM t")
		tx := begin(t, db, sql.TxOptions{Isolation: level})
		if got := count(t, tx); got != 0 {
			t.Errorf("%v: %d rows at first", level, got)
		}
		mustExec(t, db, "INSERT INTO t VALUES (1)")
		if got := count(t, tx); got != want {
			t.Errorf("%v: %d rows after another's insert, want %d", level, got, want)
		}
		if err := tx.Commit(t.Context()); err != nil {
			t.Error(err)
		}
	}
	if _, err := db.Begin(t.Context(), sql.TxOptions{Isolation: sql.LevelSnapshot}); !errors.Is(err, orm.ErrNotSupported) {
		t.Errorf("snapshot isolation: error %v", err)
	}
}

// Two transactions that wait for each other: one is told, and wholly rolled back.
func TestDeadlock(t *testing.T) {
	t.Parallel()
	db := counted(t, nil)
	mustExec(t, db, "INSERT INTO t VALUES (1), (2)")
	first, second := begin(t, db, sqlDefault), begin(t, db, sqlDefault)
	mustExec(t, first, "UPDATE t SET n = n + 10 WHERE n = 1")
	mustExec(t, second, "UPDATE t SET n = n + 10 WHERE n = 2")
	errs := make(chan error)
	for i, tx := range []orm.Tx{first, second} {
		go func() {
			_, err := tx.Exec(t.Context(), "UPDATE t SET n = n + 10 WHERE n = ?", []any{int64(2 - i)})
			errs <- errors.Join(err, tx.Rollback(t.Context()))
		}()
	}
	deadlocks := 0
	for range 2 {
		if err := <-errs; errors.Is(err, orm.ErrDeadlock) {
			deadlocks++
		} else if err != nil {
			t.Error(err)
		}
	}
	if deadlocks != 1 {
		t.Errorf("%d deadlocks were told, want 1", deadlocks)
	}
}

func TestLocks(t *testing.T) {
	t.Parallel()
	db := counted(t, nil)
	mustExec(t, db, "INSERT INTO t VALUES (1)")
	holder, other := begin(t, db, sqlDefault), begin(t, db, sqlDefault)
	one(t, holder, "SELECT n FROM t FOR UPDATE")
	rows, err := other.Query(t.Context(), "SELECT n FROM t FOR UPDATE NOWAIT", nil)
	if err == nil {
		rows.Next()
		err = rows.Err()
		rows.Close()
	}
	if !errors.Is(err, orm.ErrLockNotAvailable) {
		t.Errorf("NOWAIT: error %v", err)
	}
	for _, tx := range []orm.Tx{holder, other} {
		if err := tx.Rollback(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// The connection of open rows takes no other statement.
func TestBusy(t *testing.T) {
	t.Parallel()
	db := counted(t, &mysql.Options{MaxConns: 1})
	mustExec(t, db, "INSERT INTO t VALUES (1), (2), (3)")
	tx := begin(t, db, sqlDefault)
	rows, err := tx.Query(t.Context(), "SELECT n FROM t WHERE n > ?", []any{int64(0)})
	if err != nil || !rows.Next() {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "DO 1", nil); !errors.Is(err, orm.ErrTxBusy) {
		t.Errorf("Exec beside rows: error %v", err)
	}
	if err := tx.Commit(t.Context()); !errors.Is(err, orm.ErrTxBusy) {
		t.Errorf("Commit beside rows: error %v", err)
	}
	rows.Close() // with two rows unread
	mustExec(t, tx, "DO 1")
	if rows, err = tx.Query(t.Context(), "SELECT n FROM t", nil); err != nil {
		t.Fatal(err)
	}
	if err := tx.Rollback(t.Context()); err != nil { // with all rows unread
		t.Error(err)
	}
	rows.Close()
	mustExec(t, db, "DO 1")
}

// Statements are prepared once, and no more are kept than were asked for.
func TestStatements(t *testing.T) {
	t.Parallel()
	for kept, want := range map[int][]any{2: {int64(9), int64(7)}, 3: {int64(3), int64(0)}, -1: {int64(0), int64(0)}} {
		db := counted(t, &mysql.Options{MaxConns: 1, Statements: kept})
		for range 3 {
			for _, more := range []string{"", ", 1", ", 2"} {
				mustExec(t, db, "DELETE FROM t WHERE n IN (?"+more+")", int64(1))
			}
		}
		got := one(t, db, `SELECT (SELECT CAST(variable_value AS SIGNED) FROM information_schema.session_status WHERE variable_name = 'Com_stmt_prepare'),
			(SELECT CAST(variable_value AS SIGNED) FROM information_schema.session_status WHERE variable_name = 'Com_stmt_close')`)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("statements prepared and closed with %d kept (-want +got):\n%s", kept, diff)
		}
	}
}

// Statements with rows can be run for what they do, and again and again.
func TestExecWithRows(t *testing.T) {
	t.Parallel()
	db := counted(t, &mysql.Options{MaxConns: 1})
	for i := range int64(3) {
		mustExec(t, db, "SELECT n FROM t WHERE n > ?", int64(0))
		if db.Dialect().Features.Returning {
			mustExec(t, db, "insert into t values (?) returning n", 2*i)
			if got := one(t, db, "INSERT INTO t VALUES (?) RETURNING n", 2*i+1); got[0] != 2*i+1 {
				t.Errorf("returned %v, want %d", got, 2*i+1)
			}
		}
	}
}

// A table may change beneath a statement that was prepared before.
func TestChangedTable(t *testing.T) {
	t.Parallel()
	db := counted(t, &mysql.Options{MaxConns: 1})
	mustExec(t, db, "INSERT INTO t VALUES (?)", int64(1))
	for i := range 3 {
		if got := one(t, db, "SELECT * FROM t WHERE n = ?", int64(1)); len(got) != i+1 {
			t.Errorf("%d columns after %d were added: %v", len(got), i, got)
		}
		mustExec(t, db, "ALTER TABLE t ADD COLUMN c"+string(rune('a'+i))+" varchar(10) DEFAULT 'x'")
	}
}

// Close waits for rows and transactions, and lets nothing in afterwards.
func TestClose(t *testing.T) {
	t.Parallel()
	db, err := mysql.Open(t.Context(), testdb.MySQL(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	tx := begin(t, db, sqlDefault)
	closed := make(chan error)
	go func() { closed <- db.Close() }()
	for err == nil { // until Close has begun
		_, err = db.Exec(t.Context(), "DO 1", nil)
	}
	if !errors.Is(err, mysql.ErrClosed) {
		t.Errorf("a statement during Close: error %v", err)
	}
	mustExec(t, tx, "DO 1")
	select {
	case <-closed:
		t.Error("Close did not wait for the transaction")
	default:
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
}
