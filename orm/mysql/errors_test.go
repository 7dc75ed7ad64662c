package mysql_test

import (
	"context"
	"errors"
	"testing"

	driver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
)

// What the server refuses has its kind and the names that it tells.
func TestErrors(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	for _, statement := range []string{
		"CREATE TABLE parent (id integer PRIMARY KEY)",
		`CREATE TABLE t (id integer PRIMARY KEY, name varchar(5) NULL, need integer NOT NULL, small smallint UNSIGNED NULL,
			day date NULL, parent_id integer NULL, doc json NULL, CONSTRAINT uniq_name UNIQUE (name), CONSTRAINT need_pos CHECK (need > 0),
			CONSTRAINT t_parent_fk FOREIGN KEY (parent_id) REFERENCES parent (id))`,
		"INSERT INTO parent VALUES (1)",
		"INSERT INTO t (id, name, need, small, parent_id) VALUES (1, 'a', 1, 1, 1)",
	} {
		mustExec(t, db, statement)
	}
	for _, test := range []struct {
		name, query string
		want        orm.DBError
	}{
		{"unique", "INSERT INTO t (id, name, need) VALUES (2, 'a', 1)", orm.DBError{Kind: orm.ErrUnique, Code: "1062", Constraint: "uniq_name"}},
		{"primary key", "INSERT INTO t (id, need) VALUES (1, 1)", orm.DBError{Kind: orm.ErrUnique, Code: "1062", Constraint: "PRIMARY"}},
		{"null", "INSERT INTO t (id, need) VALUES (2, NULL)", orm.DBError{Kind: orm.ErrNotNull, Code: "1048", Columns: []string{"need"}}},
		{"no default", "INSERT INTO t (id) VALUES (2)", orm.DBError{Kind: orm.ErrNotNull, Code: "1364", Columns: []string{"need"}}},
		{"missing parent", "INSERT INTO t (id, need, parent_id) VALUES (2, 1, 9)",
			orm.DBError{Kind: orm.ErrForeignKey, Code: "1452", Constraint: "t_parent_fk", Table: "t", Columns: []string{"parent_id"}}},
		{"parent in use", "DELETE FROM parent",
			orm.DBError{Kind: orm.ErrForeignKey, Code: "1451", Constraint: "t_parent_fk", Table: "t", Columns: []string{"parent_id"}}},
		{"check", "INSERT INTO t (id, need) VALUES (2, 0)", orm.DBError{Kind: orm.ErrCheck, Code: "4025", Constraint: "need_pos", Table: "t"}},
		{"json", "INSERT INTO t (id, need, doc) VALUES (2, 1, '{')", orm.DBError{Kind: orm.ErrCheck, Code: "4025", Constraint: "t.doc", Table: "t"}},
		{"below zero", "UPDATE t SET small = small - 2", orm.DBError{Kind: orm.ErrCheck, Code: "1690"}},
		{"too long", "INSERT INTO t (id, need, name) VALUES (2, 1, 'abcdef')", orm.DBError{Kind: orm.ErrData, Code: "1406", Columns: []string{"name"}}},
		{"too large", "INSERT INTO t (id, need, small) VALUES (2, 1, 70000)", orm.DBError{Kind: orm.ErrData, Code: "1264", Columns: []string{"small"}}},
		{"no date", "INSERT INTO t (id, need, day) VALUES (2, 1, '2024-02-30')", orm.DBError{Kind: orm.ErrData, Code: "1292"}},
		{"no number", "INSERT INTO t (id, need) VALUES (2, 'x')", orm.DBError{Kind: orm.ErrData, Code: "1366"}},
		{"syntax", "SELEC 1", orm.DBError{Kind: orm.ErrProgramming, Code: "1064"}},
		{"no table", "SELECT * FROM nonesuch", orm.DBError{Kind: orm.ErrProgramming, Code: "1146"}},
		{"no column", "SELECT nonesuch FROM t", orm.DBError{Kind: orm.ErrProgramming, Code: "1054"}},
		{"no function", "SELECT nonesuch(1)", orm.DBError{Kind: orm.ErrProgramming, Code: "1305"}},
		{"killed", "KILL QUERY CONNECTION_ID()", orm.DBError{Kind: orm.ErrOperational, Code: "1317"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := db.Exec(t.Context(), test.query, nil)
			var got *orm.DBError
			if !errors.As(err, &got) {
				t.Fatalf("error %v is no DBError", err)
			}
			test.want.Database = "mariadb"
			ignore := cmpopts.IgnoreFields(orm.DBError{}, "Err")
			if diff := cmp.Diff(test.want, *got, ignore, cmp.Comparer(func(a, b error) bool { return a == b })); diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			var native *driver.MySQLError
			if !errors.As(err, &native) {
				t.Error("the driver's error cannot be had")
			}
		})
	}
}

// A connection that the server has closed while it waited is replaced, and the
// statement, which was not sent, runs.
func TestStaleConnection(t *testing.T) {
	t.Parallel()
	db := open(t, &mysql.Options{MaxConns: 2})
	admin := open(t, nil)
	for _, tx := range []bool{false, true} {
		id := one(t, db, "SELECT CONNECTION_ID()")[0].(int64)
		mustExec(t, admin, "KILL ?", id)
		for gone := false; !gone; {
			gone = one(t, admin, "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ?", id)[0] == int64(0)
		}
		if !tx {
			mustExec(t, db, "DO 1")
			continue
		}
		b, err := db.Begin(t.Context(), sqlDefault)
		if err != nil {
			t.Fatal(err)
		}
		mustExec(t, b, "DO 1")
		if err := b.Commit(t.Context()); err != nil {
			t.Error(err)
		}
	}
}

// A connection that ends beneath a transaction is an operational error, and its
// Rollback has nothing left to do.
func TestKilledInTransaction(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	admin := open(t, nil)
	b, err := db.Begin(t.Context(), sqlDefault)
	if err != nil {
		t.Fatal(err)
	}
	mustExec(t, admin, "KILL ?", one(t, b, "SELECT CONNECTION_ID()")[0])
	for err == nil { // until the server has done it
		_, err = b.Exec(t.Context(), "DO 1", nil)
	}
	if !errors.Is(err, orm.ErrOperational) {
		t.Errorf("a statement on the killed connection: error %v", err)
	}
	if err := b.Rollback(t.Context()); err != nil {
		t.Errorf("roll back: %v", err)
	}
	mustExec(t, db, "DO 1")
}

// A context that ends stops the wait for a statement, on this side and in the
// server, and the connection is not used again.
func TestCanceledStatement(t *testing.T) {
	t.Parallel()
	db := open(t, &mysql.Options{MaxConns: 1})
	admin := open(t, nil)
	name := one(t, db, "SELECT DATABASE()")[0]
	running := func() bool {
		return one(t, admin, "SELECT COUNT(*) FROM information_schema.processlist WHERE db = ? AND info LIKE 'DO SLEEP%'", name)[0] != int64(0)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := db.Exec(ctx, "DO SLEEP(1000)", nil)
		ended <- err
	}()
	for !running() {
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	for running() { // for ever, if it was not killed
	}
	mustExec(t, db, "DO 1")
	if _, err := db.Exec(ctx, "DO 1", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: error %v", err)
	}
}

// Rows that a context ends in the middle tell so.
func TestCanceledRows(t *testing.T) {
	t.Parallel()
	db := open(t, &mysql.Options{MaxConns: 1})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	rows, err := db.Query(ctx, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT REPEAT('x', 10000) FROM n, n AS m", nil)
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	cancel()
	for rows.Next() {
	}
	if !errors.Is(rows.Err(), context.Canceled) {
		t.Errorf("error %v", rows.Err())
	}
	mustExec(t, db, "DO 1")
}
