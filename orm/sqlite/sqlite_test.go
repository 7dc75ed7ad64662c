package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// patient are the defaults, for a machine that has much else to do.
var patient = &sqlite.Options{BusyTimeout: 2 * time.Minute}

// open returns a database in a file of its own.
func open(t testing.TB, opts *sqlite.Options) *sqlite.DB {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "test.db"), opts)
}

func openAt(t testing.TB, path string, opts *sqlite.Options) *sqlite.DB {
	t.Helper()
	if opts == nil {
		opts = patient
	}
	db, err := sqlite.Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// both runs a test with a file and in memory.
func both(t *testing.T, test func(t *testing.T, db *sqlite.DB)) {
	t.Run("file", func(t *testing.T) { t.Parallel(); test(t, open(t, nil)) })
	t.Run("memory", func(t *testing.T) { t.Parallel(); test(t, openAt(t, ":memory:", nil)) })
}

func exec(t testing.TB, c orm.Conn, query string, args ...any) orm.Result {
	t.Helper()
	r, err := c.Exec(t.Context(), query, args)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// all returns the rows of a query in natural types.
func all(t testing.TB, c orm.Conn, query string, args ...any) [][]any {
	t.Helper()
	out, err := collect(t.Context(), c, query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

func collect(ctx context.Context, c orm.Conn, query string, args ...any) ([][]any, error) {
	rows, err := c.Query(ctx, query, args)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out [][]any
	for rows.Next() {
		row := make([]any, len(rows.Columns()))
		for i := range row {
			if err := rows.Scan(i, &row[i]); err != nil {
				return nil, err
			}
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// one returns the only value of a query.
func one(t testing.TB, c orm.Conn, query string, args ...any) any {
	t.Helper()
	rows := all(t, c, query, args...)
	if len(rows) != 1 || len(rows[0]) != 1 {
		t.Fatalf("%s: %v, want one value", query, rows)
	}
	return rows[0][0]
}

// TestErrors pins the kinds of errors with their tables and columns.
func TestErrors(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		err := db.ExecScript(t.Context(), `
			CREATE TABLE a (id integer PRIMARY KEY, u text UNIQUE, x int, y int, n int NOT NULL DEFAULT 1, CONSTRAINT pos CHECK (n > 0), UNIQUE (x, y));
			CREATE TABLE b (id integer PRIMARY KEY, a_id int REFERENCES a (id));
			CREATE TABLE s (n int) STRICT; -- a comment
			CREATE UNIQUE INDEX lower_u ON a (lower(u));
			INSERT INTO a (id, u, x, y) VALUES (1, 'one', 1, 1);`)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct {
			sql     string
			kind    error
			table   string
			columns []string
			name    string
		}{
			{"INSERT INTO a (id) VALUES (1)", orm.ErrUnique, "a", []string{"id"}, ""},
			{"INSERT INTO a (x, y) VALUES (1, 1)", orm.ErrUnique, "a", []string{"x", "y"}, ""},
			{"INSERT INTO a (u) VALUES ('one')", orm.ErrUnique, "", nil, "lower_u"},
			{"INSERT INTO a (u) VALUES ('ONE')", orm.ErrUnique, "", nil, "lower_u"},
			{"INSERT INTO a (n) VALUES (NULL)", orm.ErrNotNull, "a", []string{"n"}, ""},
			{"INSERT INTO a (n) VALUES (0)", orm.ErrCheck, "", nil, "pos"},
			{"INSERT INTO b (a_id) VALUES (9)", orm.ErrForeignKey, "", nil, ""},
			{"DELETE FROM a; ", nil, "", nil, ""},
			{"INSERT INTO s VALUES ('x')", orm.ErrData, "", nil, ""},
			{"INSERT INTO a (id) VALUES ('x')", orm.ErrData, "", nil, ""},
			{"SELECT abs(-9223372036854775807 - 1)", orm.ErrData, "", nil, ""},
			{"SELECT json('{')", orm.ErrData, "", nil, ""},
			{"SELECT 'a' REGEXP '('", orm.ErrData, "", nil, ""},
			{"SELEC 1", orm.ErrProgramming, "", nil, ""},
			{"SELECT * FROM nothing", orm.ErrProgramming, "", nil, ""},
			{`SELECT "nothing" FROM a`, orm.ErrProgramming, "", nil, ""},
			{"SELECT 1; SELECT 2", orm.ErrProgramming, "", nil, ""},
			{"SELECT ?", orm.ErrProgramming, "", nil, ""},
			{"", orm.ErrProgramming, "", nil, ""},
			{" -- nothing", orm.ErrProgramming, "", nil, ""},
			{"SELECT 1\x00; SELECT 2", orm.ErrProgramming, "", nil, ""},
			{"ROLLBACK TO nothing", orm.ErrProgramming, "", nil, ""},
			{"SELECT 1; /* only a comment */ ;", nil, "", nil, ""},
		} {
			_, err := db.Exec(t.Context(), test.sql, nil)
			if !errors.Is(err, test.kind) {
				t.Errorf("%s: %v, want %v", test.sql, err, test.kind)
				continue
			}
			var e *orm.DBError
			if test.kind == nil || !errors.As(err, &e) {
				continue
			}
			if diff := cmp.Diff([]any{test.table, test.columns, test.name, "sqlite"}, []any{e.Table, e.Columns, e.Constraint, e.Database}); diff != "" {
				t.Errorf("%s: -want +got\n%s", test.sql, diff)
			}
		}
		var own *sqlite.Error
		_, err = db.Query(t.Context(), "INSERT INTO b (a_id) VALUES (9) RETURNING id", nil)
		if !errors.As(err, &own) || own.Code != 787 || !errors.Is(err, orm.ErrIntegrity) {
			t.Errorf("INSERT … RETURNING: %v, want a foreign key error with code 787", err)
		}
	})
}

func TestRowsAffected(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		for _, test := range []struct {
			sql  string
			want int64
		}{
			{"CREATE TABLE t (id integer PRIMARY KEY, v int)", 0},
			{"INSERT INTO t (v) VALUES (1), (2), (3)", 3},
			{"UPDATE t SET v = 9 WHERE id > 1", 2},
			{"UPDATE t SET v = 9 WHERE id > 100", 0},
			{"CREATE INDEX i ON t (v)", 0},
			{"SELECT * FROM t", 0},
			{"DELETE FROM t WHERE id = 1", 1},
			{"DELETE FROM t", 2},
			{"PRAGMA user_version = 3", 0},
		} {
			if got := exec(t, db, test.sql); got.RowsAffected != test.want {
				t.Errorf("%s: %d rows, want %d", test.sql, got.RowsAffected, test.want)
			}
		}
	})
}

// TestReturning: INSERT … RETURNING through Query is written whole, also when the
// rows are closed early or never read.
func TestReturning(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (id integer PRIMARY KEY, v int)")
		for n, read := range map[int]int{1: 0, 2: 1, 3: 3} {
			rows, err := db.Query(t.Context(), "WITH x (v) AS (VALUES (1), (2), (3)) INSERT INTO t (v) SELECT v FROM x RETURNING id", nil)
			if err != nil {
				t.Fatal(err)
			}
			for range read {
				if !rows.Next() {
					t.Fatal(n, rows.Err())
				}
			}
			rows.Close()
			if rows.Err() != nil {
				t.Error(rows.Err())
			}
		}
		if got := one(t, db, "SELECT count(*) FROM t"); got != int64(9) {
			t.Errorf("%v rows, want 9", got)
		}
		if got := all(t, db, "UPDATE t SET v = v + 1 WHERE id < 3 RETURNING id, v"); len(got) != 2 {
			t.Error(got)
		}
	})
}

// TestOwnTransaction: BEGIN as a statement would keep the connection that all
// others write on.
func TestOwnTransaction(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (v int)")
		if _, err := db.Exec(t.Context(), "BEGIN", nil); !errors.Is(err, orm.ErrProgramming) {
			t.Errorf("BEGIN: %v, want ErrProgramming", err)
		}
		if err := db.ExecScript(t.Context(), "BEGIN; INSERT INTO t VALUES (1)"); !errors.Is(err, orm.ErrProgramming) {
			t.Errorf("script with BEGIN: %v, want ErrProgramming", err)
		}
		if _, err := collect(t.Context(), db, "BEGIN"); !errors.Is(err, orm.ErrProgramming) {
			t.Errorf("BEGIN by Query: %v, want ErrProgramming", err)
		}
		if err := db.ExecScript(t.Context(), "BEGIN; INSERT INTO t VALUES (2); COMMIT"); err != nil {
			t.Error(err)
		}
		if got := all(t, db, "SELECT v FROM t"); len(got) != 1 || got[0][0] != int64(2) {
			t.Errorf("rows %v, want 2 only", got)
		}
	})
}

func TestTooManyParameters(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	if limit := db.Dialect().MaxParams; limit != 32766 {
		t.Errorf("MaxParams %d", limit)
	}
	for _, n := range []int{32766, 32767, 40000} {
		args := make([]any, n)
		for i := range args {
			args[i] = int64(i)
		}
		_, err := db.Exec(t.Context(), "SELECT 1 IN ("+strings.Repeat("?,", n-1)+"?)", args)
		if n <= 32766 && err != nil {
			t.Errorf("%d parameters: %v", n, err)
		}
		if n > 32766 && (!errors.Is(err, orm.ErrProgramming) || !strings.Contains(err.Error(), "too many SQL variables") || len(err.Error()) > 600) {
			t.Errorf("%d parameters: %v, want a clear error", n, err)
		}
	}
}

// TestPaths: no character of a path has a meaning.
func TestPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, file := range []string{"a b.db", "x?mode=memory", "x%41.db", "x#y.db", "file:z.db", "ünï.db", "quote'\".db"} {
		path := filepath.Join(dir, file)
		db, err := sqlite.Open(path, nil)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		exec(t, db, "CREATE TABLE t (v)")
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
	for _, path := range []string{"", "a\x00b", dir, filepath.Join(dir, "no", "such", "folder.db")} {
		if db, err := sqlite.Open(path, nil); err == nil {
			db.Close()
			t.Errorf("%q could be opened", path)
		} else if path == dir && !errors.Is(err, orm.ErrOperational) {
			t.Errorf("%q: %v, want ErrOperational", path, err)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	pragmas := func(db *sqlite.DB) string {
		var out []string
		for _, p := range []string{"journal_mode", "synchronous", "foreign_keys", "temp_store", "cache_size", "query_only"} {
			out = append(out, fmt.Sprint(one(t, db, "PRAGMA "+p)))
		}
		return strings.Join(out, " ")
	}
	if got, want := pragmas(open(t, nil)), "wal 1 1 0 -8000 1"; got != want {
		t.Errorf("readers by default: %s, want %s", got, want)
	}
	opts := &sqlite.Options{JournalMode: "delete", Synchronous: "full", TempStore: "file", CacheSize: 100, UnsafeNoForeignKeys: true,
		MmapSize: 1 << 20, Init: []string{"CREATE TEMP TABLE mine (v int); INSERT INTO mine VALUES (7)"}}
	db := open(t, opts)
	if got, want := pragmas(db), "delete 2 0 1 100 1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := one(t, db, "SELECT v FROM mine"); got != int64(7) {
		t.Errorf("Init: %v", got)
	}
	for _, bad := range []sqlite.Options{{JournalMode: "x"}, {Synchronous: "1; DROP"}, {TransactionMode: "now"}, {TempStore: "disk"}, {Init: []string{"SELEC"}}, {Init: []string{"SELECT ?"}}} {
		if db, err := sqlite.Open(":memory:", &bad); err == nil {
			db.Close()
			t.Errorf("%+v: no error", bad)
		}
	}
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ro.db")
	if _, err := sqlite.Open(path, &sqlite.Options{ReadOnly: true}); !errors.Is(err, orm.ErrOperational) {
		t.Errorf("a file that is not there: %v, want ErrOperational", err)
	}
	rw := openAt(t, path, nil)
	exec(t, rw, "CREATE TABLE t (v int)")
	db := openAt(t, path, &sqlite.Options{ReadOnly: true})
	if _, err := db.Exec(t.Context(), "INSERT INTO t VALUES (1)", nil); !errors.Is(err, orm.ErrReadOnly) {
		t.Errorf("INSERT: %v, want ErrReadOnly", err)
	}
	exec(t, rw, "INSERT INTO t VALUES (1)")
	tx, err := db.Begin(t.Context(), sql.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := one(t, tx, "SELECT count(*) FROM t"); got != int64(1) {
		t.Error(got)
	}
	if err := tx.Commit(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSchemaChange: cached statements follow changes of the tables.
func TestSchemaChange(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (a int)")
		exec(t, db, "INSERT INTO t VALUES (1)")
		for i, change := range []string{"SELECT 1", "ALTER TABLE t ADD COLUMN b int DEFAULT 2", "ALTER TABLE t RENAME COLUMN b TO c", "ALTER TABLE t DROP COLUMN a"} {
			exec(t, db, change)
			rows, err := db.Query(t.Context(), "SELECT * FROM t", nil)
			if err != nil {
				t.Fatal(err)
			}
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
			want := [][]string{{"a"}, {"a", "b"}, {"a", "c"}, {"c"}}[i]
			if diff := cmp.Diff(want, rows.Columns()); diff != "" {
				t.Errorf("%s: -want +got\n%s", change, diff)
			}
			rows.Int64(len(want) - 1)
			rows.Close()
			if rows.Err() != nil {
				t.Error(rows.Err())
			}
		}
	})
}

func TestColumnsWithoutRows(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		rows, err := db.Query(t.Context(), "SELECT 1 AS a, 2 AS b WHERE 0", nil)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		if diff := cmp.Diff([]string{"a", "b"}, rows.Columns()); diff != "" {
			t.Error(diff)
		}
		if rows.Next() || rows.Err() != nil {
			t.Error("a row, or", rows.Err())
		}
	})
}
