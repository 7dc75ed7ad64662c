package postgres_test

import (
	"context"
	"database/sql"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	hooked := 0
	db := openURL(t, url+"&timezone=Asia/Tokyo&application_name=fromurl", &postgres.Options{
		MaxConns: 1, ApplicationName: "shop", Isolation: sql.LevelSerializable, Role: "pg_read_all_data",
		StatementTimeout: 1500 * time.Millisecond, StatementCache: 3,
		Connect: func(ctx context.Context, conn *pgx.Conn) error {
			hooked++
			_, err := conn.Exec(ctx, "SET work_mem = '5MB'")
			return err
		},
	})
	for setting, want := range map[string]string{
		"TimeZone": "UTC", "application_name": "shop", "transaction_isolation": "serializable", "role": "pg_read_all_data",
		"statement_timeout": "1500ms", "work_mem": "5MB", "DateStyle": "ISO, MDY",
	} {
		if got := value[string](t, db, "SELECT current_setting($1)", setting); got != want {
			t.Errorf("%s is %q, want %q", setting, got, want)
		}
	}
	if hooked != 1 {
		t.Errorf("the hook ran %d times", hooked)
	}
	_, err := db.Exec(deadline(t), "SELECT pg_sleep(20)", nil)
	if !errors.Is(err, orm.ErrOperational) {
		t.Errorf("a slow statement: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	broken := errors.New("not today")
	cases := map[string]struct {
		url  string
		opts *postgres.Options
		want string
	}{
		"no URL":         {"postgres://%zz", nil, "cannot parse"},
		"no server":      {"postgres://127.0.0.1:1/x", nil, "refused"},
		"no database":    {strings.Replace(url, "nuages_test_", "nuages_none_", 1), nil, "does not exist"},
		"negative":       {url, &postgres.Options{MaxConns: -1}, "negative"},
		"min over max":   {url, &postgres.Options{MinConns: 5, MaxConns: 2}, "MinConns is 5"},
		"level":          {url, &postgres.Options{Isolation: sql.LevelLinearizable}, "Linearizable"},
		"prepared":       {url, &postgres.Options{Prepared: 9}, "Prepared is 9"},
		"role":           {url, &postgres.Options{Role: "nobody_of_that_name"}, "nobody_of_that_name"},
		"time-out":       {url, &postgres.Options{StatementTimeout: -1}, "StatementTimeout"},
		"cache":          {url, &postgres.Options{StatementCache: -1}, "StatementCache"},
		"hook":           {url, &postgres.Options{Connect: func(context.Context, *pgx.Conn) error { return broken }}, "not today"},
		"hidden secrets": {"postgres://u:sesame@127.0.0.1:1/x?sslmode=what", nil, "sslmode"},
	}
	for name, c := range cases {
		db, err := postgres.Open(deadline(t), c.url, c.opts)
		if err == nil {
			db.Close()
			t.Errorf("%s: no error", name)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q in it", name, err, c.want)
		}
		if strings.Contains(err.Error(), "sesame") {
			t.Errorf("%s: the error shows the password: %v", name, err)
		}
	}
}

// TestAlteredTable: what the server prepared is stale after ALTER TABLE.
func TestAlteredTable(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	for mode, prepared := range modes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			db := openURL(t, url, &postgres.Options{Prepared: prepared, MaxConns: 1})
			exec(t, db, "CREATE TABLE "+mode+" (a int); INSERT INTO "+mode+" VALUES (1)")
			read := func() (columns []string) {
				query(t, db, func(rows orm.Rows) { columns = rows.Columns() }, "SELECT * FROM "+mode+" WHERE a = $1", int64(1))
				return columns
			}
			batch := func() (columns []string) {
				err := db.QueryBatch(deadline(t), []orm.Statement{{SQL: "SELECT * FROM " + mode}}, func(_ int, rows orm.Rows) error {
					columns = rows.Columns()
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				return columns
			}
			read()
			batch()
			exec(t, db, "ALTER TABLE "+mode+" ADD b text, ALTER a TYPE bigint")
			if got := read(); !cmp.Equal(got, []string{"a", "b"}) {
				t.Errorf("columns after ALTER TABLE: %q", got)
			}
			if got := batch(); !cmp.Equal(got, []string{"a", "b"}) {
				t.Errorf("columns of a batch after ALTER TABLE: %q", got)
			}
		})
	}
}

// TestForgottenStatement: DISCARD ALL, or another server behind a proxy.
func TestForgottenStatement(t *testing.T) {
	t.Parallel()
	db := open(t, &postgres.Options{MaxConns: 1})
	for range 2 {
		if n := value[int64](t, db, "SELECT $1::bigint", int64(1)); n != 1 {
			t.Error(n)
		}
		exec(t, db, "DEALLOCATE ALL")
		if r := exec(t, db, "UPDATE pg_class SET relname = relname WHERE oid = $1", int64(0)); r.RowsAffected != 0 {
			t.Error(r)
		}
		exec(t, db, "DEALLOCATE ALL")
	}
}

// TestCancel: the statement ends with its context, and the connection goes on.
func TestCancel(t *testing.T) {
	t.Parallel()
	db := open(t, &postgres.Options{MaxConns: 1})
	pid := value[int64](t, db, "SELECT pg_backend_pid()")
	watcher := openURL(t, db.Pool().Config().ConnString(), nil)
	ctx, cancel := context.WithCancel(deadline(t))
	watched := make(chan error, 1)
	go func() {
		defer cancel()
		watched <- untilActive(ctx, watcher, pid)
	}()
	_, err := db.Exec(ctx, "SELECT pg_sleep(100)", nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
	if err := <-watched; err != nil {
		t.Error(err)
	}
	if again := value[int64](t, db, "SELECT pg_backend_pid()"); again != pid {
		t.Errorf("the connection was given up")
	}
	if _, err := db.Query(ctx, "SELECT 1", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("query with an ended context: %v", err)
	}
}

// untilActive waits until the server runs a statement of a connection.
func untilActive(ctx context.Context, c orm.Conn, pid int64) error {
	for active := false; !active; {
		rows, err := c.Query(ctx, "SELECT 1 FROM pg_stat_activity WHERE pid = $1 AND query LIKE '%pg_sleep%' AND state = 'active'", []any{pid})
		if err != nil {
			return err
		}
		active = rows.Next()
		rows.Close()
		if err := rows.Err(); err != nil {
			return err
		}
	}
	return nil
}

// TestBusyPool: waiting for a connection has an end of its own.
func TestBusyPool(t *testing.T) {
	t.Parallel()
	db := open(t, &postgres.Options{MaxConns: 1, AcquireTimeout: time.Millisecond})
	tx, err := db.Begin(deadline(t), sql.TxOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(deadline(t), "SELECT 1", nil); !errors.Is(err, orm.ErrOperational) || !strings.Contains(err.Error(), "MaxConns") {
		t.Errorf("no connection is free: %v", err)
	}
	if err := tx.Rollback(deadline(t)); err != nil {
		t.Error(err)
	}
	exec(t, db, "SELECT 1")
}

// TestCloseEarly: rows that nobody wants do not keep their connection.
func TestCloseEarly(t *testing.T) {
	t.Parallel()
	db := open(t, &postgres.Options{MaxConns: 1})
	for _, n := range []int64{1, 500, 5_000_000} {
		rows, err := db.Query(deadline(t), "SELECT generate_series(1, $1)", []any{n})
		if err != nil {
			t.Fatal(err)
		}
		if !rows.Next() || rows.Int64(0) != 1 {
			t.Fatal("no first row")
		}
		rows.Close()
		rows.Close()
		if err := rows.Err(); err != nil {
			t.Errorf("%d rows: %v", n, err)
		}
		if rows.Next() {
			t.Error("rows after Close")
		}
		exec(t, db, "SELECT 1")
	}
}

// TestStreaming: a large result does not stay in memory.
func TestStreaming(t *testing.T) {
	db := open(t, nil) // not parallel: it measures the heap
	rows, err := db.Query(deadline(t), "SELECT n, repeat('x', 100) FROM generate_series(1, 1000000) n", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var start, now runtime.MemStats
	runtime.ReadMemStats(&start)
	n, most := int64(0), uint64(0)
	for rows.Next() {
		if n++; rows.Int64(0) != n {
			t.Fatalf("row %d is %d", n, rows.Int64(0))
		}
		if n%250_000 == 0 {
			runtime.GC()
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapAlloc)
		}
	}
	if rows.Err() != nil || n != 1_000_000 {
		t.Fatalf("%d rows, %v", n, rows.Err())
	}
	if most > start.HeapAlloc+4<<20 {
		t.Errorf("the heap grew from %d to %d bytes", start.HeapAlloc, most)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	for mode, prepared := range modes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			db := openURL(t, url, &postgres.Options{Prepared: prepared, MaxConns: 1})
			statements := []orm.Statement{
				{SQL: "SELECT $1::bigint + 1", Args: []any{int64(1)}},
				{SQL: "SELECT generate_series(1, 3000)"},
				{SQL: "SELECT $1::text WHERE false", Args: []any{"x"}},
				{SQL: "SELECT unnest($1::text[])", Args: []any{[]string{"a", "b"}}},
			}
			var got []string
			read := func(i int, rows orm.Rows) error {
				if i == 1 {
					rows.Next() // the others are left
					return nil
				}
				for rows.Next() {
					got = append(got, rows.Text(0))
				}
				return rows.Err()
			}
			if err := db.QueryBatch(deadline(t), statements, read); err != nil {
				t.Fatal(err)
			}
			if want := []string{"2", "a", "b"}; !cmp.Equal(got, want) {
				t.Errorf("got %q, want %q", got, want)
			}
			if err := db.QueryBatch(deadline(t), nil, read); err != nil {
				t.Errorf("no statements: %v", err)
			}
			stop := errors.New("enough")
			calls := 0
			err := db.QueryBatch(deadline(t), statements, func(int, orm.Rows) error { calls++; return stop })
			if !errors.Is(err, stop) || calls != 1 {
				t.Errorf("after %d calls: %v", calls, err)
			}
			err = db.QueryBatch(deadline(t), []orm.Statement{{SQL: "SELECT 1"}, {SQL: "SELECT 1/0"}, {SQL: "SELECT 2"}}, func(_ int, rows orm.Rows) error {
				for rows.Next() {
				}
				return rows.Err()
			})
			if !errors.Is(err, orm.ErrData) {
				t.Errorf("a bad statement: %v", err)
			}
			exec(t, db, "SELECT 1")
		})
	}
}
