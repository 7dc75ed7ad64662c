package sqldb_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"path/filepath"
	"testing"
	"time"

	mysqldriver "github.com/go-sql-driver/mysql"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/shopspring/decimal"
	sqlitedriver "modernc.org/sqlite"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/sqldb"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// openers open a backend for each driver.
var openers = map[string]func(t testing.TB) *sqldb.DB{
	"sqlite": openSQLite,
	"mysql":  openMySQL,
	"pgx":    openPostgres,
}

func openSQLite(t testing.TB) *sqldb.DB {
	pool, err := sql.Open("sqlite", "file:"+filepath.Join(t.TempDir(), "db")+"?_pragma=foreign_keys(1)&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)")
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, sqldb.New(pool, sqlite.Dialect(), &sqldb.Options{Kind: func(err error) error {
		var e *sqlitedriver.Error
		if errors.As(err, &e) && e.Code() == 1555 { // SQLITE_CONSTRAINT_PRIMARYKEY
			return orm.ErrUnique
		}
		return nil
	}}))
}

func openMySQL(t testing.TB) *sqldb.DB {
	config, err := mysqldriver.ParseDSN(testdb.MySQL(t))
	if err != nil {
		t.Fatal(err)
	}
	config.ParseTime, config.InterpolateParams = true, true
	connector, err := mysqldriver.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	server := mysql.Server{MariaDB: true, Version: [3]int{10, 11, 0}}
	return closing(t, sqldb.New(sql.OpenDB(connector), mysql.NewDialect(server), &sqldb.Options{Kind: func(err error) error {
		var e *mysqldriver.MySQLError
		if errors.As(err, &e) && e.Number == 1062 {
			return orm.ErrUnique
		}
		return nil
	}}))
}

// openPostgres leaves the kinds of errors to their SQLSTATE.
func openPostgres(t testing.TB) *sqldb.DB {
	config, err := pgx.ParseConfig(testdb.Postgres(t))
	if err != nil {
		t.Fatal(err)
	}
	return closing(t, sqldb.New(stdlib.OpenDB(*config), &orm.Dialect{Name: "postgresql", Quote: '"', Dollar: true}, nil))
}

func closing(t testing.TB, db *sqldb.DB) *sqldb.DB {
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// each runs a test with each driver.
func each(t *testing.T, f func(t *testing.T, db *sqldb.DB)) {
	t.Parallel()
	for name, open := range openers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f(t, open(t))
		})
	}
}

func mustExec(t testing.TB, c orm.Conn, query string, args ...any) orm.Result {
	t.Helper()
	result, err := c.Exec(t.Context(), query, args)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return result
}

// placeholders returns n of them.
func placeholders(db *sqldb.DB, n int) string {
	out := ""
	for i := range n {
		if i > 0 {
			out += ", "
		}
		if db.Dialect().Dollar {
			out += "$" + string(rune('1'+i))
		} else {
			out += "?"
		}
	}
	return out
}

// createThing makes a table with the types that Django uses.
func createThing(t testing.TB, db *sqldb.DB) {
	at, raw := "datetime(6)", "blob"
	if db.Dialect().Dollar {
		at, raw = "timestamptz", "bytea"
	} else if db.Dialect().Name == "sqlite" {
		at = "datetime"
	}
	mustExec(t, db, "CREATE TABLE thing (id bigint PRIMARY KEY, flag bool, f double precision, price decimal(20, 4), name varchar(100), raw "+raw+")")
	mustExec(t, db, "CREATE TABLE moment (at "+at+", day date, clock time, dur bigint, uid char(36), doc text)")
}

var (
	at     = time.Date(2024, 2, 29, 23, 59, 59, 123456000, time.UTC)
	uid    = uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	thing  = []any{int64(math.MaxInt64), true, 0.1, decimal.RequireFromString("1234567890.7891"), "Köln 🎉", []byte{0, 0xff}}
	moment = []any{at, civil.Date{Year: 2024, Month: 2, Day: 29}, civil.Time{Hour: 23, Minute: 59}, -1500 * time.Microsecond, uid, orm.JSONText(`{"a": 1}`)}
)

var valueOpts = cmp.Options{
	cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) }),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() }),
}

// Every type goes in and comes back the same.
func TestValues(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		createThing(t, db)
		for table, row := range map[string][]any{"thing": thing, "moment": moment} {
			if n := mustExec(t, db, "INSERT INTO "+table+" VALUES ("+placeholders(db, 6)+")", row...).RowsAffected; n != 1 {
				t.Errorf("%d rows were inserted", n)
			}
		}
		r := first(t, db, "SELECT * FROM thing")
		defer r.Close()
		got := []any{r.Int64(0), r.Bool(1), r.Float64(2), scan[decimal.Decimal](t, r, 3), r.Text(4), r.Bytes(5)}
		if diff := cmp.Diff(thing, got, valueOpts); diff != "" {
			t.Errorf("thing (-want +got):\n%s", diff)
		}
		m := first(t, db, "SELECT * FROM moment")
		defer m.Close()
		got = []any{m.Time(0), scan[civil.Date](t, m, 1), scan[civil.Time](t, m, 2), scan[time.Duration](t, m, 3), scan[uuid.UUID](t, m, 4), scan[orm.JSONText](t, m, 5)}
		if diff := cmp.Diff(moment, got, valueOpts); diff != "" {
			t.Errorf("moment (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"at", "day", "clock", "dur", "uid", "doc"}, m.Columns()); diff != "" {
			t.Errorf("columns (-want +got):\n%s", diff)
		}
	})
}

// first returns rows that stand at the first.
func first(t *testing.T, c orm.Conn, query string, args ...any) orm.Rows {
	t.Helper()
	rows, err := c.Query(t.Context(), query, args)
	if err != nil {
		t.Fatal(err)
	}
	if !rows.Next() {
		t.Fatalf("no row, error %v", rows.Err())
	}
	return rows
}

func scan[T any](t *testing.T, r orm.Rows, i int) T {
	t.Helper()
	var v T
	if err := r.Scan(i, &v); err != nil {
		t.Errorf("column %d: %v", i, err)
	}
	return v
}

// Natural values, null, and rows that end with an error.
func TestScan(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		createThing(t, db)
		mustExec(t, db, "INSERT INTO thing VALUES ("+placeholders(db, 6)+")", thing...)
		r := first(t, db, "SELECT id, name, raw, NULL FROM thing")
		want := []any{thing[0], thing[4], thing[5], nil}
		for i := range want {
			if diff := cmp.Diff(want[i], scan[any](t, r, i)); diff != "" || r.IsNull(i) != (want[i] == nil) {
				t.Errorf("column %d (-want +got):\n%s", i, diff)
			}
		}
		r.Close()
		r = first(t, db, "SELECT name FROM thing UNION ALL SELECT name FROM thing")
		r.Int64(0)
		if r.Next() || !errors.Is(r.Err(), orm.ErrData) {
			t.Errorf("text as an integer: error %v", r.Err())
		}
		r.Close()
	})
}

func TestTransactions(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		createThing(t, db)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended, cancelEnded := context.WithCancel(ctx)
		cancelEnded()
		for i, end := range []func(tx orm.Tx) error{
			func(tx orm.Tx) error { return tx.Rollback(ctx) },
			func(tx orm.Tx) error { return tx.Commit(ctx) },
			func(tx orm.Tx) error { return errors.Join(tx.Commit(ended), tx.Rollback(ctx)) },
			func(tx orm.Tx) error { cancel(); return tx.Rollback(ctx) },
		} {
			tx, err := db.Begin(ctx, sql.TxOptions{})
			if err != nil {
				t.Fatal(err)
			}
			mustExec(t, tx, "INSERT INTO thing (id) VALUES ("+placeholders(db, 1)+")", int64(i))
			if err := end(tx); err != nil && !(i == 2 && errors.Is(err, context.Canceled) && errors.Is(err, orm.ErrTxDone)) {
				t.Errorf("end %d: %v", i, err)
			}
			if err := errors.Join(tx.Commit(t.Context()), tx.Rollback(t.Context())); !errors.Is(err, orm.ErrTxDone) {
				t.Errorf("end %d twice: %v", i, err)
			}
		}
		r := first(t, db, "SELECT COUNT(*), MIN(id) FROM thing")
		defer r.Close()
		if r.Int64(0) != 1 || r.Int64(1) != 1 {
			t.Errorf("%d rows, the first %d; want that of the second transaction", r.Int64(0), r.Int64(1))
		}
	})
}

func TestErrors(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB) {
		createThing(t, db)
		insert := "INSERT INTO thing (id) VALUES (1)"
		mustExec(t, db, insert)
		_, err := db.Exec(t.Context(), insert, nil)
		var e *orm.DBError
		if !errors.Is(err, orm.ErrUnique) || !errors.As(err, &e) || e.Database != db.Dialect().Name {
			t.Errorf("a key twice: error %v", err)
		}
		if _, err := db.Query(t.Context(), "SELECT nonesuch", nil); !errors.As(err, &e) {
			t.Errorf("a column that is not there: error %v", err)
		}
		if _, err := db.Query(t.Context(), "SELECT 1", []any{struct{}{}}); !errors.Is(err, orm.ErrData) {
			t.Errorf("an argument of a type that nobody knows: error %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := db.Exec(ctx, insert, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("with an ended context: error %v", err)
		}
	})
}

// stateError is an error with an SQLSTATE, as drivers have them.
type stateError string

func (e stateError) Error() string    { return "state " + string(e) }
func (e stateError) SQLState() string { return string(e) }

// failing is a connector whose connections cannot be made.
type failing struct{ err error }

func TestSQLState(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]error{
		"23505": orm.ErrUnique, "23503": orm.ErrForeignKey, "23502": orm.ErrNotNull, "23514": orm.ErrCheck, "23P01": orm.ErrExclusion,
		"23999": orm.ErrIntegrity, "22003": orm.ErrData, "40001": orm.ErrSerialization, "40P01": orm.ErrDeadlock, "55P03": orm.ErrLockNotAvailable,
		"25006": orm.ErrReadOnly, "42601": orm.ErrProgramming, "0A000": orm.ErrNotSupported, "08006": orm.ErrOperational, "": orm.ErrOperational,
	} {
		db := sqldb.New(sql.OpenDB(failing{stateError(state)}), &orm.Dialect{Name: "other"}, nil)
		_, err := db.Exec(t.Context(), "SELECT 1", nil)
		var e *orm.DBError
		if !errors.Is(err, want) || !errors.As(err, &e) || e.Code != state {
			t.Errorf("SQLSTATE %q: error %v, want %v", state, err, want)
		}
		db.Close()
	}
}
