package sqlite_test

import (
	"bytes"
	"errors"
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

var (
	testTime = time.Date(2026, 11, 21, 13, 4, 5, 60007000, time.FixedZone("", 3600))
	testUUID = uuid.MustParse("12345678-9abc-def0-1234-56789abcdef0")
)

// TestStored pins how each type is stored: as Django does.
func TestStored(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		for _, test := range []struct {
			v    any
			kind string
			want any
		}{
			{nil, "null", nil},
			{true, "integer", int64(1)}, {false, "integer", int64(0)},
			{int64(math.MinInt64), "integer", int64(math.MinInt64)},
			{1.5, "real", 1.5}, {math.Inf(1), "real", math.Inf(1)},
			{"", "text", ""}, {"Grüße, 世界", "text", "Grüße, 世界"},
			{[]byte{}, "blob", []byte{}}, {[]byte{0, 255}, "blob", []byte{0, 255}},
			{testTime, "text", "2026-11-21 12:04:05.060007"},
			{testTime.Truncate(time.Second), "text", "2026-11-21 12:04:05"},
			{testTime.Truncate(time.Microsecond).Add(999), "text", "2026-11-21 12:04:05.060007"},
			{civil.Date{Year: 33, Month: 4, Day: 3}, "text", "0033-04-03"},
			{civil.Time{Hour: 7}, "text", "07:00:00"}, {civil.Time{Nanosecond: 1000}, "text", "00:00:00.000001"},
			{-90 * time.Second, "integer", int64(-90_000_000)},
			{testUUID, "text", "123456789abcdef0123456789abcdef0"},
			{decimal.RequireFromString("12.340"), "text", "12.34"},
			{orm.JSONText(`{"a": [1]}`), "text", `{"a": [1]}`},
			{netip.MustParseAddr("2001:db8::1"), "text", "2001:db8::1"},
		} {
			got := all(t, db, "SELECT typeof(?1), ?1", test.v)
			if diff := cmp.Diff([][]any{{test.kind, test.want}}, got); diff != "" {
				t.Errorf("%T %v: -want +got\n%s", test.v, test.v, diff)
			}
		}
	})
}

// TestReaders reads each type back through the method made for it.
func TestReaders(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		rows, err := db.Query(t.Context(), `SELECT 1, 2.5, 'text', x'00ff', NULL, '2026-01-02 03:04:05.5', '2026-01-02T03:04:05.123456789+01:30',
			'2026-01-02', '03:04:05.000001', 90000000, '123456789abcdef0123456789abcdef0', '12345678-9abc-def0-1234-56789abcdef0', 0.1 + 0.2, '1.10', 7`, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		if !rows.Next() {
			t.Fatal("no row", rows.Err())
		}
		var (
			day      civil.Date
			clock    civil.Time
			duration time.Duration
			id, id2  uuid.UUID
			d, d2    decimal.Decimal
			d3       decimal.Decimal
		)
		for i, dest := range map[int]any{7: &day, 8: &clock, 9: &duration, 10: &id, 11: &id2, 12: &d, 13: &d2, 14: &d3} {
			if err := rows.Scan(i, dest); err != nil {
				t.Error(err)
			}
		}
		got := []any{rows.Int64(0), rows.Bool(0), rows.Float64(0), rows.Text(0), rows.Float64(1), rows.Text(1), rows.Text(2), rows.Bytes(2), rows.Bytes(3),
			rows.IsNull(3), rows.IsNull(4), rows.Time(5), rows.Time(6), rows.Time(7), day, clock, duration, id == testUUID, id2 == testUUID,
			d.String(), d2.String(), d3.String()}
		want := []any{int64(1), true, 1.0, "1", 2.5, "2.5", "text", []byte("text"), []byte{0, 255},
			false, true, time.Date(2026, 1, 2, 3, 4, 5, 5e8, time.UTC), time.Date(2026, 1, 2, 1, 34, 5, 123456789, time.UTC),
			time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), civil.Date{Year: 2026, Month: 1, Day: 2},
			civil.Time{Hour: 3, Minute: 4, Second: 5, Nanosecond: 1000}, 90 * time.Second, true, true, "0.3", "1.1", "7"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if rows.Next() || rows.Err() != nil {
			t.Error("a second row, or", rows.Err())
		}
		rows.Close()
		rows.Close()
	})
}

// TestNaturalTypes reads columns as their declared type says, as Python's
// converters do.
func TestNaturalTypes(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		exec(t, db, "CREATE TABLE t (a bool, b datetime, c date, d time, e decimal, f decimal, g integer, h datetime)")
		exec(t, db, "INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?, ?)", true, testTime, civil.DateOf(testTime), civil.TimeOf(testTime),
			decimal.RequireFromString("1.5"), decimal.RequireFromString("2"), int64(3), "garbage")
		got := all(t, db, "SELECT * FROM t")
		want := [][]any{{true, testTime.UTC(), civil.DateOf(testTime), civil.TimeOf(testTime), decimal.RequireFromString("1.5"), decimal.New(2, 0), int64(3), "garbage"}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

// TestUnreadable: a value that is not what was asked for ends the rows with an error.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	both(t, func(t *testing.T, db *sqlite.DB) {
		for name, read := range map[string]func(r orm.Rows){
			"Int64 of text":       func(r orm.Rows) { r.Int64(0) },
			"Int64 of fraction":   func(r orm.Rows) { r.Int64(1) },
			"Int64 of null":       func(r orm.Rows) { r.Int64(2) },
			"Int64 of huge":       func(r orm.Rows) { r.Int64(4) },
			"Bool of text":        func(r orm.Rows) { r.Bool(0) },
			"Float64 of text":     func(r orm.Rows) { r.Float64(0) },
			"Text of null":        func(r orm.Rows) { r.Text(2) },
			"Bytes of number":     func(r orm.Rows) { r.Bytes(1) },
			"Time of text":        func(r orm.Rows) { r.Time(0) },
			"Time of number":      func(r orm.Rows) { r.Time(1) },
			"Date of text":        func(r orm.Rows) { r.Scan(0, new(civil.Date)) },
			"UUID of text":        func(r orm.Rows) { r.Scan(0, new(uuid.UUID)) },
			"UUID of blob":        func(r orm.Rows) { r.Scan(3, new(uuid.UUID)) },
			"Decimal of text":     func(r orm.Rows) { r.Scan(0, new(decimal.Decimal)) },
			"Duration of text":    func(r orm.Rows) { r.Scan(0, new(time.Duration)) },
			"unknown destination": func(r orm.Rows) { r.Scan(0, new(struct{})) },
			"column too high":     func(r orm.Rows) { r.Int64(5) },
			"column negative":     func(r orm.Rows) { r.Text(-1) },
			"IsNull too high":     func(r orm.Rows) { r.IsNull(99) },
		} {
			rows, err := db.Query(t.Context(), "SELECT 'x', 1.5, NULL, x'01', 1e300 UNION ALL SELECT 1, 1, 1, 1, 1", nil)
			if err != nil {
				t.Fatal(err)
			}
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
			read(rows)
			if rows.Next() || !errors.Is(rows.Err(), orm.ErrData) && !errors.Is(rows.Err(), orm.ErrProgramming) {
				t.Errorf("%s: %v, want ErrData or ErrProgramming", name, rows.Err())
			}
			rows.Close()
			read(rows)
			if rows.Err() == nil {
				t.Errorf("%s: no error after Close", name)
			}
		}
	})
}

// TestRefusedArguments: what SQLite would cut, change or misread is refused.
func TestRefusedArguments(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	for name, v := range map[string]any{
		"NUL":              "a\x00b",
		"NUL in JSON":      orm.JSONText("\"\x00\""),
		"no UTF-8":         "\xff",
		"surrogate":        "\xed\xa0\x80",
		"NaN":              math.NaN(),
		"year 10000":       time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC),
		"year -1":          time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
		"no day":           civil.Date{Year: 2023, Month: 2, Day: 30},
		"zero day":         civil.Date{},
		"no time":          civil.Time{Hour: 24},
		"unknown type":     struct{}{},
		"a pointer":        new(int64),
		"a uint":           uint64(1),
		"slice of strings": []string{"a"},
	} {
		_, err := db.Exec(t.Context(), "SELECT ?", []any{v})
		if !errors.Is(err, orm.ErrData) {
			t.Errorf("%s: %v, want ErrData", name, err)
		}
		if _, err := db.Query(t.Context(), "SELECT ?", []any{v}); !errors.Is(err, orm.ErrData) {
			t.Errorf("%s: %v, want ErrData", name, err)
		}
	}
	if got := one(t, db, "SELECT ?", "fine"); got != "fine" {
		t.Error("after refused arguments:", got)
	}
}

func TestLargeValues(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	exec(t, db, "CREATE TABLE t (id integer PRIMARY KEY, b BLOB, s text)")
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<18) // 4 MB
	exec(t, db, "INSERT INTO t (b, s) VALUES (?, ?)", big, string(big))
	got := all(t, db, "SELECT b, s FROM t")
	if !bytes.Equal(got[0][0].([]byte), big) || got[0][1] != string(big) {
		t.Error("a value of 4 MB came back changed")
	}
	if _, err := db.Exec(t.Context(), "INSERT INTO t (b) VALUES (zeroblob(1000000001))", nil); !errors.Is(err, orm.ErrData) {
		t.Errorf("a blob of 1 GB: %v, want ErrData", err)
	}
}
