package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

func begin(t *testing.T, db *postgres.DB, opts sql.TxOptions) orm.Tx {
	t.Helper()
	tx, err := db.Begin(deadline(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tx.Rollback(context.Background()) })
	return tx
}

func TestTransactionOptions(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	cases := []struct {
		opts     sql.TxOptions
		level    string
		readOnly string
	}{
		{sql.TxOptions{}, "read committed", "off"},
		{sql.TxOptions{Isolation: sql.LevelReadUncommitted}, "read uncommitted", "off"},
		{sql.TxOptions{Isolation: sql.LevelSnapshot, ReadOnly: true}, "repeatable read", "on"},
		{sql.TxOptions{Isolation: sql.LevelSerializable, ReadOnly: true}, "serializable", "on"},
	}
	for _, c := range cases {
		tx := begin(t, db, c.opts)
		if got := value[string](t, tx, "SHOW transaction_isolation"); got != c.level {
			t.Errorf("%+v: level %s", c.opts, got)
		}
		if got := value[string](t, tx, "SHOW transaction_read_only"); got != c.readOnly {
			t.Errorf("%+v: read-only %s", c.opts, got)
		}
		if err := tx.Commit(deadline(t)); err != nil {
			t.Error(err)
		}
	}
	if _, err := db.Begin(deadline(t), sql.TxOptions{Isolation: sql.LevelWriteCommitted}); !errors.Is(err, orm.ErrNotSupported) {
		t.Errorf("a level that PostgreSQL has not: %v", err)
	}
	tx := begin(t, db, sql.TxOptions{Isolation: sql.LevelSerializable, ReadOnly: true})
	exec(t, tx, "SET TRANSACTION DEFERRABLE")
	if got := value[string](t, tx, "SHOW transaction_deferrable"); got != "on" {
		t.Errorf("deferrable is %s", got)
	}
}

func TestTransactionEnd(t *testing.T) {
	t.Parallel()
	db := open(t, &postgres.Options{MaxConns: 1})
	exec(t, db, "CREATE TABLE t (n int)")
	tx := begin(t, db, sql.TxOptions{})
	exec(t, tx, "INSERT INTO t VALUES ($1)", int64(1))
	if err := tx.Commit(deadline(t)); err != nil {
		t.Fatal(err)
	}
	// Rollback does not listen to the context.
	ctx, cancel := context.WithCancel(deadline(t))
	tx, err := db.Begin(ctx, sql.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO t VALUES (2)")
	cancel()
	if _, err := tx.Exec(ctx, "INSERT INTO t VALUES (3)", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("statement after the end of the context: %v", err)
	}
	if err := tx.Rollback(ctx); err != nil {
		t.Errorf("Rollback after the end of the context: %v", err)
	}
	for name, err := range map[string]error{
		"Commit": tx.Commit(ctx), "Rollback": tx.Rollback(ctx),
		"Exec":  func() error { _, err := tx.Exec(ctx, "SELECT 1", nil); return err }(),
		"Query": func() error { _, err := tx.Query(ctx, "SELECT 1", nil); return err }(),
	} {
		if !errors.Is(err, orm.ErrTxDone) {
			t.Errorf("%s after the end: %v", name, err)
		}
	}
	// Commit does listen, and the transaction is rolled back.
	ctx, cancel = context.WithCancel(deadline(t))
	if tx, err = db.Begin(ctx, sql.TxOptions{}); err != nil {
		t.Fatal(err)
	}
	exec(t, tx, "INSERT INTO t VALUES (4)")
	cancel()
	if err := tx.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Commit after the end of the context: %v", err)
	}
	if n := value[int64](t, db, "SELECT sum(n) FROM t"); n != 1 {
		t.Errorf("the sum is %d", n)
	}
}

func TestFailedTransaction(t *testing.T) {
	t.Parallel()
	db := open(t, &postgres.Options{MaxConns: 1})
	exec(t, db, `CREATE TABLE a (id int PRIMARY KEY);
		CREATE TABLE b (a_id int CONSTRAINT b_a REFERENCES a DEFERRABLE INITIALLY DEFERRED)`)
	// A deferred constraint fails in Commit.
	tx := begin(t, db, sql.TxOptions{})
	exec(t, tx, "INSERT INTO b VALUES (5)")
	err := tx.Commit(deadline(t))
	var dbErr *orm.DBError
	if !errors.As(err, &dbErr) || !errors.Is(err, orm.ErrForeignKey) || dbErr.Constraint != "b_a" {
		t.Errorf("Commit against a constraint: %v", err)
	}
	// After an error the server refuses all, and Commit tells.
	tx = begin(t, db, sql.TxOptions{})
	if _, err := tx.Exec(deadline(t), "SELECT 1/0", nil); !errors.Is(err, orm.ErrData) {
		t.Errorf("division by zero: %v", err)
	}
	if _, err := tx.Exec(deadline(t), "SELECT 1", nil); !errors.Is(err, orm.ErrTxBroken) {
		t.Errorf("statement after an error: %v", err)
	}
	if err := tx.Commit(deadline(t)); !errors.Is(err, orm.ErrTxBroken) {
		t.Errorf("Commit after an error: %v", err)
	}
	// A savepoint keeps the transaction usable.
	tx = begin(t, db, sql.TxOptions{})
	exec(t, tx, "SAVEPOINT s")
	if _, err := tx.Query(deadline(t), "SELECT 1/$1::int", []any{int64(0)}); !errors.Is(err, orm.ErrData) {
		t.Errorf("division by zero: %v", err)
	}
	exec(t, tx, "ROLLBACK TO SAVEPOINT s")
	exec(t, tx, "INSERT INTO a VALUES ($1)", int64(1))
	if err := tx.Commit(deadline(t)); err != nil {
		t.Error(err)
	}
	if n := value[int64](t, db, "SELECT count(*) FROM a"); n != 1 {
		t.Errorf("%d rows", n)
	}
}

// TestLostConnection: a connection that died is not used again, and Begin takes
// another.
func TestLostConnection(t *testing.T) {
	t.Parallel()
	db := open(t, &postgres.Options{MaxConns: 1})
	other := openURL(t, db.Pool().Config().ConnString(), nil)
	kill := func() {
		exec(t, other, "SELECT pg_terminate_backend($1, 60000)", value[int64](t, db, "SELECT pg_backend_pid()"))
	}
	kill()
	tx := begin(t, db, sql.TxOptions{})
	exec(t, other, "SELECT pg_terminate_backend($1, 60000)", value[int64](t, tx, "SELECT pg_backend_pid()"))
	if _, err := tx.Exec(deadline(t), "SELECT 1", nil); !errors.Is(err, orm.ErrOperational) {
		t.Errorf("on a lost connection: %v", err)
	}
	if err := tx.Rollback(deadline(t)); !errors.Is(err, orm.ErrOperational) {
		t.Errorf("Rollback on a lost connection: %v", err)
	}
	exec(t, db, "SELECT 1")
}

// TestTransactionPowers: batches and COPY take part in a transaction.
func TestTransactionPowers(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	exec(t, db, "CREATE TABLE t (n int)")
	tx := begin(t, db, sql.TxOptions{})
	if n, err := tx.(orm.BulkInserter).CopyFrom(deadline(t), "t", []string{"n"}, 2, func(row, _ int) any { return int64(row) }); n != 2 || err != nil {
		t.Error(n, err)
	}
	var got []int64
	err := tx.(orm.Batcher).QueryBatch(deadline(t), []orm.Statement{{SQL: "SELECT n FROM t"}, {SQL: "SELECT count(*) FROM t"}}, func(_ int, rows orm.Rows) error {
		for rows.Next() {
			got = append(got, rows.Int64(0))
		}
		return rows.Err()
	})
	if err != nil || !cmp.Equal(got, []int64{0, 1, 2}) {
		t.Error(got, err)
	}
	// Rows that are not read to the end do not disturb the transaction.
	rows, err := tx.Query(deadline(t), "SELECT generate_series(1, 5000)", nil)
	if err != nil {
		t.Fatal(err)
	}
	rows.Next()
	rows.Close()
	exec(t, tx, "INSERT INTO t VALUES (3)")
	if err := tx.Rollback(deadline(t)); err != nil {
		t.Error(err)
	}
	if n := value[int64](t, db, "SELECT count(*) FROM t"); n != 0 {
		t.Errorf("%d rows after Rollback", n)
	}
}

// TestDriverError: pgx's own error is below ours.
func TestDriverError(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	_, err := db.Exec(deadline(t), "SELEC 1", nil)
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code != "42601" {
		t.Errorf("got %v", err)
	}
}
