package mysql_test

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
)

// open returns a backend with an empty database of its own.
func open(t testing.TB, opts *mysql.Options) *mysql.DB {
	t.Helper()
	return openAt(t, testdb.MySQL(t), opts)
}

func openAt(t testing.TB, dsn string, opts *mysql.Options) *mysql.DB {
	t.Helper()
	db, err := mysql.Open(t.Context(), dsn, opts)
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

func mustExec(t testing.TB, c orm.Conn, query string, args ...any) orm.Result {
	t.Helper()
	result, err := c.Exec(t.Context(), query, args)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return result
}

// one returns the natural values of the first row.
func one(t testing.TB, c orm.Conn, query string, args ...any) []any {
	t.Helper()
	rows, err := c.Query(t.Context(), query, args)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatalf("%s: no row, error %v", query, rows.Err())
	}
	out := make([]any, len(rows.Columns()))
	for i := range out {
		if err := rows.Scan(i, &out[i]); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	return out
}

var valueOpts = cmp.Options{
	cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) }),
	cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Location() == b.Location() }),
}

const thingTable = `CREATE TABLE thing (
	id bigint AUTO_INCREMENT PRIMARY KEY, flag bool NULL, small smallint NULL, num bigint NULL, pos bigint UNSIGNED NULL,
	f double precision NULL, price numeric(20, 4) NULL, name varchar(100) NULL, body longtext NULL, raw longblob NULL,
	at datetime(6) NULL, day date NULL, clock time(6) NULL, dur bigint NULL, uid char(32) NULL, doc json NULL)`

const thingColumns = "flag, small, num, pos, f, price, name, body, raw, at, day, clock, dur, uid, doc"

var (
	at  = time.Date(2024, 2, 29, 23, 59, 59, 123456000, time.UTC)
	uid = uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
)

// things are rows as arguments.
var things = [][]any{
	{true, int64(-7), int64(math.MinInt64), int64(math.MaxInt64), 0.1, decimal.RequireFromString("1234567890123456.7891"),
		"Köln 🎉 \\ ' \" ? %", "", []byte{0, 1, 0xff, '\'', '\\'}, at, civil.Date{Year: 1, Month: 1, Day: 1},
		civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 999999000}, -1500 * time.Microsecond, uid, orm.JSONText(`{"a": [1, "ü"]}`)},
	{false, int64(0), int64(0), int64(0), -math.MaxFloat64, decimal.RequireFromString("-0.0001"),
		"nul\x00byte", strings.Repeat("long ", 20000), []byte{}, time.Time{}, civil.Date{Year: 9999, Month: 12, Day: 31},
		civil.Time{}, 1000000 * time.Hour, uuid.UUID{}, orm.JSONText(`null`)},
	make([]any, 15),
}

// Every type goes in and comes back the same, prepared or written into the text.
func TestValues(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string]*mysql.Options{"prepared": nil, "interpolated": {Statements: -1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t, opts)
			mustExec(t, db, thingTable)
			insert := "INSERT INTO thing (" + thingColumns + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
			for i, args := range things {
				if result := mustExec(t, db, insert, args...); result != (orm.Result{RowsAffected: 1, LastInsertID: int64(i + 1)}) {
					t.Errorf("insert: %+v", result)
				}
			}
			rows, err := db.Query(t.Context(), "SELECT "+thingColumns+" FROM thing WHERE id > ? ORDER BY id", []any{int64(0)})
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			for i, want := range things {
				if !rows.Next() {
					t.Fatalf("row %d: none, error %v", i, rows.Err())
				}
				if diff := cmp.Diff(want, readThing(t, rows), valueOpts); diff != "" {
					t.Errorf("row %d (-want +got):\n%s", i, diff)
				}
			}
			if rows.Next() || rows.Err() != nil {
				t.Errorf("a row too many, or error %v", rows.Err())
			}
		})
	}
}

// readThing reads a row by the typed methods.
func readThing(t *testing.T, r orm.Rows) []any {
	t.Helper()
	read := []func(i int) any{
		func(i int) any { return r.Bool(i) },
		func(i int) any { return r.Int64(i) },
		func(i int) any { return r.Int64(i) },
		func(i int) any { return r.Int64(i) },
		func(i int) any { return r.Float64(i) },
		func(i int) any { return scan[decimal.Decimal](t, r, i) },
		func(i int) any { return r.Text(i) },
		func(i int) any { return r.Text(i) },
		func(i int) any { return r.Bytes(i) },
		func(i int) any { return r.Time(i) },
		func(i int) any { return scan[civil.Date](t, r, i) },
		func(i int) any { return scan[civil.Time](t, r, i) },
		func(i int) any { return scan[time.Duration](t, r, i) },
		func(i int) any { return scan[uuid.UUID](t, r, i) },
		func(i int) any { return orm.JSONText(r.Text(i)) },
	}
	out := make([]any, len(read))
	for i, f := range read {
		if !r.IsNull(i) {
			out[i] = f(i)
		}
	}
	return out
}

func scan[T any](t *testing.T, r orm.Rows, i int) T {
	t.Helper()
	var v T
	if err := r.Scan(i, &v); err != nil {
		t.Errorf("column %d: %v", i, err)
	}
	return v
}

// The natural types of columns, and what expressions come as.
func TestNatural(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	mustExec(t, db, thingTable)
	mustExec(t, db, "INSERT INTO thing ("+thingColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", things[0]...)
	want := []any{int64(1), int64(-7), int64(math.MinInt64), int64(math.MaxInt64), 0.1, things[0][5], things[0][6], "",
		things[0][8], at, things[0][10], things[0][11], int64(-1500), strings.ReplaceAll(uid.String(), "-", ""), `{"a": [1, "ü"]}`}
	if diff := cmp.Diff(want, one(t, db, "SELECT "+thingColumns+" FROM thing"), valueOpts); diff != "" {
		t.Errorf("natural values (-want +got):\n%s", diff)
	}
	for _, query := range []string{"SELECT SUM(small), AVG(small), SUM(f), MAX(at), MAX(day) FROM thing",
		"SELECT SUM(small), AVG(small), SUM(f), MAX(at), MAX(day) FROM thing WHERE id = ?"} {
		args := []any{int64(1)}[:strings.Count(query, "?")]
		want := []any{decimal.NewFromInt(-7), decimal.NewFromInt(-7), 0.1, at, things[0][10]}
		if diff := cmp.Diff(want, one(t, db, query, args...), valueOpts); diff != "" {
			t.Errorf("%s (-want +got):\n%s", query, diff)
		}
	}
}

// What is read as another type than the column's, as expressions need.
func TestConversions(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	rows, err := db.Query(t.Context(), `SELECT CAST(12 AS DECIMAL(10,2)), 3e0, CAST(18446744073709551615 AS UNSIGNED), '2024-02-29 10:00:00.5',
		CAST('2024-02-29' AS DATE), b'1', 1.5, '2024-02-29', CAST('2024-02-29 10:00' AS DATETIME), CAST('10:30' AS TIME), 'true', 7`, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		t.Fatal(rows.Err())
	}
	got := []any{rows.Int64(0), rows.Int64(1), rows.Text(2), rows.Time(3), rows.Text(4), rows.Bool(5), rows.Float64(6), rows.Time(7),
		rows.Text(8), rows.Text(9), rows.Bool(10), rows.Float64(11), rows.Text(11), scan[civil.Date](t, rows, 8), scan[civil.Time](t, rows, 8)}
	want := []any{int64(12), int64(3), "18446744073709551615", time.Date(2024, 2, 29, 10, 0, 0, 5e8, time.UTC), "2024-02-29", true, 1.5,
		time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC), "2024-02-29 10:00:00", "10:30:00", true, 7.0, "7",
		civil.Date{Year: 2024, Month: 2, Day: 29}, civil.Time{Hour: 10}}
	if diff := cmp.Diff(want, got, valueOpts); diff != "" || rows.Err() != nil {
		t.Errorf("conversions (-want +got):\n%s\nerror %v", diff, rows.Err())
	}
}

// A value that does not fit ends the rows with an error that names the column.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	for name, read := range map[string]func(r orm.Rows){
		"18446744073709551615 AS x":        func(r orm.Rows) { r.Int64(0) },
		"'abc' AS x":                       func(r orm.Rows) { r.Int64(0) },
		"1.5 AS x":                         func(r orm.Rows) { r.Int64(0) },
		"2.5e0 AS x":                       func(r orm.Rows) { r.Int64(0) },
		"'abc' AS x ":                      func(r orm.Rows) { r.Float64(0) },
		"'abc' AS x  ":                     func(r orm.Rows) { r.Time(0) },
		"'abc' AS x   ":                    func(r orm.Rows) { r.Scan(0, new(uuid.UUID)) },
		"'abc' AS x    ":                   func(r orm.Rows) { r.Scan(0, new(decimal.Decimal)) },
		"CAST('-25:00:00' AS TIME) AS x":   func(r orm.Rows) { r.Scan(0, new(civil.Time)) },
		"CAST('2024-01-01' AS DATE) AS x":  func(r orm.Rows) { r.Int64(0) },
		"CAST('2024-01-01' AS DATE)  AS x": func(r orm.Rows) { r.Scan(0, new(chan int)) },
	} {
		rows, err := db.Query(t.Context(), "SELECT "+name+" UNION ALL SELECT 1", nil)
		if err != nil {
			t.Fatal(err)
		}
		if !rows.Next() {
			t.Fatal(rows.Err())
		}
		read(rows)
		if rows.Next() || rows.Err() == nil || !strings.Contains(rows.Err().Error(), `"x"`) {
			t.Errorf("%s: the rows go on, error %v", name, rows.Err())
		}
		rows.Close()
	}
}

// Decimals are numbers to the database, not text, which it would make a float of.
func TestDecimals(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	d := decimal.RequireFromString("12345678901234567890.123456789")
	got := one(t, db, "SELECT ?, ? + 1 /* ? */, '?', ? * 2 AS `a?`, \"\\\"?\", ? -- ?", d, d, int64(4), decimal.New(3, 2))
	want := []any{d, d.Add(decimal.NewFromInt(1)), "?", int64(8), `"?`, decimal.NewFromInt(300)}
	if diff := cmp.Diff(want, got, valueOpts); diff != "" {
		t.Errorf("decimals (-want +got):\n%s", diff)
	}
}

// What no column can hold is refused before it is sent.
func TestBadArguments(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	for _, arg := range []any{"\xff", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), civil.Date{}, civil.Date{Year: 2023, Month: 2, Day: 29}, civil.Time{Hour: 24}, struct{}{}, 7} {
		if _, err := db.Query(t.Context(), "SELECT ?", []any{arg}); !errors.Is(err, orm.ErrData) {
			t.Errorf("argument %#v: error %v", arg, err)
		}
	}
	if _, err := db.Exec(t.Context(), "SELECT ?", []any{int64(1), int64(2)}); err == nil {
		t.Error("too many arguments are taken")
	}
}

// The session is as Django sets it, and one call runs one statement.
func TestSession(t *testing.T) {
	t.Parallel()
	dsn := testdb.MySQL(t)
	db := openAt(t, dsn, nil)
	got := one(t, db, "SELECT @@time_zone, @@sql_mode LIKE '%STRICT_TRANS_TABLES%', @@character_set_client, @@sql_auto_is_null, @@tx_isolation")
	if diff := cmp.Diff([]any{"+00:00", int64(1), "utf8mb4", int64(0), "READ-COMMITTED"}, got); diff != "" {
		t.Errorf("session (-want +got):\n%s", diff)
	}
	if _, err := db.Exec(t.Context(), "SELECT 1; SELECT 2", nil); !errors.Is(err, orm.ErrProgramming) {
		t.Errorf("two statements: error %v", err)
	}
	own := openAt(t, dsn+"?time_zone=%27%2B02%3A00%27&sql_mode=%27ANSI%27&multiStatements=true&allowAllFiles=true",
		&mysql.Options{Isolation: sql.LevelSerializable})
	got = one(t, own, "SELECT @@time_zone, @@sql_mode LIKE '%STRICT%', @@tx_isolation")
	if diff := cmp.Diff([]any{"+02:00", int64(0), "SERIALIZABLE"}, got); diff != "" {
		t.Errorf("session with parameters (-want +got):\n%s", diff)
	}
	if _, err := own.Exec(t.Context(), "SELECT 1; SELECT 2", nil); !errors.Is(err, orm.ErrProgramming) {
		t.Errorf("two statements, though the source name allows them: error %v", err)
	}
}

// Updates count the rows that match, as in Django, though nothing changes.
func TestRowsAffected(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	mustExec(t, db, "CREATE TABLE t (n integer)")
	mustExec(t, db, "INSERT INTO t VALUES (?), (?)", int64(1), int64(1))
	if result := mustExec(t, db, "UPDATE t SET n = ?", int64(1)); result.RowsAffected != 2 {
		t.Errorf("an update of two rows touched %d", result.RowsAffected)
	}
}

// MariaDB returns rows from INSERT.
func TestReturning(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	if !db.Dialect().Features.Returning {
		t.Skip("this server has no INSERT … RETURNING")
	}
	mustExec(t, db, "CREATE TABLE t (id bigint AUTO_INCREMENT PRIMARY KEY, n integer)")
	rows, err := db.Query(t.Context(), "INSERT INTO t (n) VALUES (?), (?) RETURNING id", []any{int64(5), int64(6)})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		ids = append(ids, rows.Int64(0))
	}
	if diff := cmp.Diff([]int64{1, 2}, ids); diff != "" || rows.Err() != nil {
		t.Errorf("keys (-want +got):\n%s\nerror %v", diff, rows.Err())
	}
}

// MariaDB's own type for UUIDs takes and gives the same values.
func TestNativeUUID(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	if s := db.Server(); !s.MariaDB || s.Version[0] == 10 && s.Version[1] < 7 {
		t.Skip("this server has no type uuid")
	}
	mustExec(t, db, "CREATE TABLE t (u uuid, b binary(16))")
	mustExec(t, db, "INSERT INTO t VALUES (?, ?)", uid, uid[:])
	rows, err := db.Query(t.Context(), "SELECT u, b FROM t WHERE u = ?", []any{uid})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() || scan[uuid.UUID](t, rows, 0) != uid || scan[uuid.UUID](t, rows, 1) != uid {
		t.Errorf("the UUID did not come back; error %v", rows.Err())
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for name, dsn := range map[string]string{
		"form":      "://secret",
		"parameter": "u:secret@tcp(127.0.0.1:1)/x?parseTime=maybe",
		"refused":   "u:secret@tcp(127.0.0.1:1)/x",
	} {
		_, err := mysql.Open(t.Context(), dsn, nil)
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v", name, err)
		}
	}
	if _, err := mysql.Open(t.Context(), testdb.MySQL(t), &mysql.Options{Isolation: sql.LevelLinearizable}); !errors.Is(err, orm.ErrNotSupported) {
		t.Errorf("an isolation that MySQL has not: error %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := mysql.Open(ctx, testdb.MySQL(t), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("with an ended context: error %v", err)
	}
}
