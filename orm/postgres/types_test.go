package postgres_test

import (
	"encoding/json"
	"errors"
	"math"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// roundTrips are arguments, the type that the server is told, and what is read.
func roundTrips() []struct {
	name, typ string
	arg, want any
} {
	moment := time.Date(2026, 11, 21, 15, 4, 5, 123456789, time.FixedZone("", 3600))
	id := uuid.MustParse("123e4567-e89b-12d3-a456-426614174000")
	return []struct {
		name, typ string
		arg, want any
	}{
		{"int2", "smallint", int64(-32768), int64(-32768)},
		{"int4", "integer", int64(math.MaxInt32), int64(math.MaxInt32)},
		{"int8", "bigint", int64(math.MinInt64), int64(math.MinInt64)},
		{"float4", "real", 1.5, 1.5},
		{"float8", "double precision", 0.1, 0.1},
		{"infinity", "double precision", math.Inf(-1), math.Inf(-1)},
		{"true", "boolean", true, true},
		{"false", "boolean", false, false},
		{"text", "text", "a'b\\c\"d{e}\nf\tg, 日本", "a'b\\c\"d{e}\nf\tg, 日本"},
		{"empty text", "text", "", ""},
		{"varchar", "varchar(3)", "abc", "abc"},
		{"char", "char(3)", "ab", "ab "},
		{"name", "name", "pg_class", "pg_class"},
		{"bytes", "bytea", []byte{0, 1, '\\', 255}, []byte{0, 1, '\\', 255}},
		{"no bytes", "bytea", []byte{}, []byte{}},
		{"moment", "timestamptz", moment, time.Date(2026, 11, 21, 14, 4, 5, 123456000, time.UTC)},
		{"old moment", "timestamptz", time.Time{}, time.Time{}},
		{"local moment", "timestamp", moment, time.Date(2026, 11, 21, 14, 4, 5, 123456000, time.UTC)},
		{"day", "date", civil.Date{Year: 1999, Month: 12, Day: 31}, civil.Date{Year: 1999, Month: 12, Day: 31}},
		{"time", "time", civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 999999000}, civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 999999000}},
		{"duration", "interval", 36*time.Hour + 1500*time.Microsecond, 36*time.Hour + 1500*time.Microsecond},
		{"negative duration", "interval", -25*time.Hour - time.Microsecond, -25*time.Hour - time.Microsecond},
		{"longest duration", "interval", time.Duration(math.MaxInt64).Truncate(time.Microsecond), time.Duration(math.MaxInt64).Truncate(time.Microsecond)},
		{"no duration", "interval", time.Duration(0), time.Duration(0)},
		{"uuid", "uuid", id, id},
		{"decimal", "numeric(8,2)", decimal.RequireFromString("-12345.6"), decimal.RequireFromString("-12345.60")},
		{"big decimal", "numeric", decimal.RequireFromString("123456789012345678901234567890.0001"), decimal.RequireFromString("123456789012345678901234567890.0001")},
		{"small decimal", "numeric", decimal.New(-7, -20), decimal.New(-7, -20)},
		{"zero decimal", "numeric", decimal.Zero, decimal.Zero},
		{"decimal of integer", "bigint", decimal.New(12, 0), int64(12)},
		{"jsonb", "jsonb", orm.JSONText(`{"a": [1, null]}`), json.RawMessage(`{"a": [1, null]}`)},
		{"json", "json", orm.JSONText(`[1,2]`), json.RawMessage(`[1,2]`)},
		{"address", "inet", netip.MustParseAddr("192.0.2.1"), netip.MustParsePrefix("192.0.2.1/32")},
		{"address 6", "inet", netip.MustParseAddr("2001:db8::1"), netip.MustParsePrefix("2001:db8::1/128")},
		{"network", "cidr", netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("192.0.2.0/24")},
		{"number as text", "text", int64(5), "5"},
		{"text as number", "bigint", "5", int64(5)},
		{"integer as decimal", "numeric", int64(5), decimal.New(5, 0)},
		{"empty JSON text", "text", orm.JSONText(""), ""},
		{"null", "bigint", nil, nil},
		{"null uuid", "uuid", nil, nil},
	}
}

// TestRoundTrips sends each type of argument and reads it back, in every mode.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	for mode, prepared := range modes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			db := openURL(t, url, &postgres.Options{Prepared: prepared})
			for _, c := range roundTrips() {
				got := value[any](t, db, "SELECT $1::"+c.typ, c.arg)
				if diff := cmp.Diff(c.want, got, cmp.Comparer(func(a, b netip.Prefix) bool { return a == b })); diff != "" {
					t.Errorf("%s (want -, got +):\n%s", c.name, diff)
				}
			}
		})
	}
}

// TestArrayArguments sends arrays, which tell nothing of their element's type.
func TestArrayArguments(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	id := uuid.MustParse("123e4567-e89b-12d3-a456-426614174000")
	day := civil.Date{Year: 2026, Month: 2, Day: 28}
	cases := []struct {
		typ       string
		arg       any
		wantTexts []string
	}{
		{"bigint", []int64{1, -2, 3}, []string{"1", "-2", "3"}},
		{"bigint", []int64{}, nil},
		{"integer", []int64(nil), nil},
		{"text", []string{"", "NULL", `a"b\c`, "{d,e}", " f "}, []string{"", "NULL", `a"b\c`, "{d,e}", " f "}},
		{"boolean", []bool{true, false}, []string{"true", "false"}},
		{"double precision", []float64{0.5, math.Inf(1)}, []string{"0.5", "Infinity"}},
		{"timestamptz", []time.Time{time.Unix(0, 0)}, []string{"1970-01-01 00:00:00+00"}},
		{"date", []civil.Date{day}, []string{"2026-02-28"}},
		{"time", []civil.Time{{Hour: 1}}, []string{"01:00:00"}},
		{"interval", []time.Duration{time.Second}, []string{"00:00:01"}},
		{"numeric", []decimal.Decimal{decimal.New(150, -2)}, []string{"1.5"}},
		{"uuid", []uuid.UUID{id}, []string{id.String()}},
		{"bytea", [][]byte{{0, 255}}, []string{`\x00ff`}},
		{"jsonb", []orm.JSONText{orm.JSONText(`{"a": "b"}`)}, []string{`{"a": "b"}`}},
		{"inet", []netip.Addr{netip.MustParseAddr("::1")}, []string{"::1/128"}},
		{"bigint", []any{int64(1), nil}, []string{"1", "<null>"}},
		{"text", []any{"null", nil, "x"}, []string{"null", "<null>", "x"}},
		{"bigint", [][]int64{{1, 2}, {3, 4}}, []string{"1", "2", "3", "4"}},
	}
	for mode, prepared := range modes() {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			db := openURL(t, url, &postgres.Options{Prepared: prepared})
			for _, c := range cases {
				var got []string
				query(t, db, func(rows orm.Rows) {
					if rows.IsNull(0) {
						got = append(got, "<null>")
						return
					}
					got = append(got, rows.Text(0))
				}, "SELECT u::text FROM unnest($1::"+c.typ+"[]) u", c.arg)
				if diff := cmp.Diff(c.wantTexts, got); diff != "" {
					t.Errorf("%s %v (want -, got +):\n%s", c.typ, c.arg, diff)
				}
			}
		})
	}
}

// TestRefusedArguments never reach the server, where they would end a transaction.
func TestRefusedArguments(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	cases := map[string]any{
		"NUL":                    "a\x00b",
		"not UTF-8":              "a\xffb",
		"NUL in array":           []string{"a\x00"},
		"NUL in any":             []any{"a\x00"},
		"JSON not UTF-8":         orm.JSONText("\"\xff\""),
		"no day":                 civil.Date{},
		"no time":                civil.Time{Hour: 25},
		"far year":               time.Date(300000, 1, 1, 0, 0, 0, 0, time.UTC),
		"year before the common": time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC),
		"huge decimal":           decimal.New(1, 1000000000),
		"address with a zone":    netip.MustParseAddr("fe80::1%eth0"),
	}
	for name, arg := range cases {
		_, err := db.Query(deadline(t), "SELECT $1::text", []any{arg})
		if !errors.Is(err, orm.ErrData) {
			t.Errorf("%s: got %v, want ErrData", name, err)
		}
		var server *orm.DBError
		if errors.As(err, &server) {
			t.Errorf("%s: it was sent to the server: %v", name, err)
		}
	}
	if _, err := db.Query(deadline(t), "SELECT $1", []any{struct{}{}}); err == nil || !strings.Contains(err.Error(), "struct {}") {
		t.Errorf("a struct as an argument: %v", err)
	}
}

// TestReadAs reads columns through the methods that ask for another type.
func TestReadAs(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	texts := map[string]string{
		"12::smallint": "12", "12::bigint": "12", "1.50::numeric(5,2)": "1.50", "-0.000012::numeric": "-0.000012",
		"1e20::numeric": "100000000000000000000", "'NaN'::numeric": "NaN", "'-Infinity'::numeric": "-Infinity",
		"0.1::float8": "0.1", "0.1::float4": "0.1", `'{"a":1}'::jsonb`: `{"a": 1}`, "'{}'::json": "{}",
		"'2026-11-21'::date": "2026-11-21", "'01:02:03.5'::time": "01:02:03.500000",
		"'192.0.2.0/24'::inet": "192.0.2.0/24", "'192.0.2.1'::inet": "192.0.2.1",
		"'123e4567-e89b-12d3-a456-426614174000'::uuid": "123e4567-e89b-12d3-a456-426614174000",
		"'{1,2}'::int[]": "{1,2}", "'[1,3)'::int4range": "[1,3)", "'a b'::tsvector": "'a' 'b'", "'pg_class'::regclass": "pg_class",
		"'happy'::mood": "happy", "'x'::short": "x", "'<a/>'::xml": "<a/>",
	}
	db := openURL(t, url, nil)
	exec(t, db, "CREATE TYPE mood AS ENUM ('happy'); CREATE DOMAIN short AS varchar(3)")
	for sql, want := range texts {
		query(t, db, func(rows orm.Rows) {
			if got := rows.Text(0); got != want && rows.Err() == nil {
				t.Errorf("%s: text %q, want %q", sql, got, want)
			}
		}, "SELECT "+sql)
	}
	query(t, db, func(rows orm.Rows) {
		if n := rows.Int64(0); n != 7 {
			t.Errorf("sum of bigint is %d", n)
		}
		if n := rows.Int64(1); n != 21 {
			t.Errorf("extract is %d", n)
		}
		if f := rows.Float64(2); f != 2.5 {
			t.Errorf("numeric as float is %v", f)
		}
		if f := rows.Float64(3); f != 3 {
			t.Errorf("int as float is %v", f)
		}
		if n := rows.Int64(4); n != 1259 {
			t.Errorf("oid is %d", n)
		}
		if tm := rows.Time(5); !tm.Equal(time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("date as time is %v", tm)
		}
		var d decimal.Decimal
		if err := rows.Scan(6, &d); err != nil || !d.Equal(decimal.New(5, 0)) {
			t.Errorf("int as decimal is %v, %v", d, err)
		}
		var list []string
		if err := rows.Scan(7, &list); err != nil || !cmp.Equal(list, []string{"a", "b"}) {
			t.Errorf("array is %v, %v", list, err)
		}
	}, `SELECT sum(n), extract(day FROM '2026-11-21'::date), 2.5::numeric, 3, 1259::oid, '2026-11-21'::date, 5, '{a,b}'::text[]
		FROM (VALUES (3::bigint), (4)) AS v (n)`)
}

// TestUnreadable: a value that does not fit what is asked for ends the rows.
func TestUnreadable(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	cases := map[string]struct {
		sql  string
		read func(rows orm.Rows)
	}{
		"text as int":         {"SELECT 'x'", func(r orm.Rows) { r.Int64(0) }},
		"big numeric as int":  {"SELECT 1e30::numeric", func(r orm.Rows) { r.Int64(0) }},
		"fraction as int":     {"SELECT 1.5::numeric", func(r orm.Rows) { r.Int64(0) }},
		"float as int":        {"SELECT 1.5::float8", func(r orm.Rows) { r.Int64(0) }},
		"text as float":       {"SELECT 'x'", func(r orm.Rows) { r.Float64(0) }},
		"text as bool":        {"SELECT 'x'", func(r orm.Rows) { r.Bool(0) }},
		"text as time":        {"SELECT 'x'", func(r orm.Rows) { r.Time(0) }},
		"infinity":            {"SELECT 'infinity'::timestamptz", func(r orm.Rows) { r.Time(0) }},
		"infinite date":       {"SELECT '-infinity'::date", func(r orm.Rows) { _ = r.Scan(0, new(civil.Date)) }},
		"months":              {"SELECT '1 month'::interval", func(r orm.Rows) { _ = r.Scan(0, new(time.Duration)) }},
		"long interval":       {"SELECT '200000 days'::interval", func(r orm.Rows) { _ = r.Scan(0, new(time.Duration)) }},
		"NaN as decimal":      {"SELECT 'NaN'::numeric", func(r orm.Rows) { _ = r.Scan(0, new(decimal.Decimal)) }},
		"huge numeric":        {"SELECT ('1' || repeat('0', 5000))::numeric", func(r orm.Rows) { _ = r.Scan(0, new(decimal.Decimal)) }},
		"24:00":               {"SELECT '24:00'::time", func(r orm.Rows) { _ = r.Scan(0, new(civil.Time)) }},
		"null int":            {"SELECT NULL::bigint", func(r orm.Rows) { r.Int64(0) }},
		"null text":           {"SELECT NULL::text", func(r orm.Rows) { r.Text(0) }},
		"null bytes":          {"SELECT NULL::bytea", func(r orm.Rows) { r.Bytes(0) }},
		"null numeric":        {"SELECT NULL::numeric", func(r orm.Rows) { r.Float64(0) }},
		"null decimal":        {"SELECT NULL::numeric", func(r orm.Rows) { _ = r.Scan(0, new(decimal.Decimal)) }},
		"null time":           {"SELECT NULL::timestamptz", func(r orm.Rows) { r.Time(0) }},
		"null bool":           {"SELECT NULL::bool", func(r orm.Rows) { r.Bool(0) }},
		"null array":          {"SELECT NULL::int[]", func(r orm.Rows) { r.Text(0) }},
		"array as int":        {"SELECT '{1}'::int[]", func(r orm.Rows) { r.Int64(0) }},
		"array in wrong type": {"SELECT '{a}'::text[]", func(r orm.Rows) { _ = r.Scan(0, new([]int64)) }},
	}
	for mode, prepared := range map[string]postgres.Prepared{"binary": postgres.PreparedCache, "text": postgres.PreparedExec} {
		db := openURL(t, url, &postgres.Options{Prepared: prepared})
		for name, c := range cases {
			if mode == "text" && name == "null array" {
				continue
			}
			rows, err := db.Query(deadline(t), c.sql, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !rows.Next() {
				t.Fatalf("%s: no row: %v", name, rows.Err())
			}
			c.read(rows)
			if rows.Err() == nil {
				t.Errorf("%s, %s: no error", mode, name)
			}
			if rows.Next() {
				t.Errorf("%s, %s: rows go on after an error", mode, name)
			}
			rows.Close()
			if rows.Err() == nil {
				t.Errorf("%s, %s: Close forgot the error", mode, name)
			}
		}
	}
}
