package sqlite_test

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

//go:embed testdata/functions.py
var functionsPy string

// call is a call of an SQL function, as testdata/functions.py reads it.
type call struct {
	SQL  string      `json:"sql"`
	Args [][2]string `json:"args"`
}

var (
	moments = []any{nil, "", "2026-11-21 13:04:05.060007", "2026-11-21 13:04:05", "2026-11-21", "2024-02-29 23:59:59.999999", "2020-12-31 22:30:00",
		"2021-01-03 00:00:00", "2019-12-30 00:00:00", "1950-01-01 00:00:00", "9999-12-31 23:59:59", "2026-3-8 1:2:3.5", "2026-03-29 00:59:59", "2026-03-29 01:00:00",
		"2026-10-25 00:30:00", "2026-10-25 01:30:00", "1945-05-08 12:00:00", "2005-07-29 15:48:00.590358-05", "2005-07-29 15:48:00+05:30",
		"2005-07-29 15:48:00.1234567", "2005-07-29 15:48:00.", "2005-07-29 24:00:00", "2005-02-30 00:00:00", "2005-13-01", "0000-01-01", "garbage", "2005-07-29T15:48:00",
		"2005-07-29  15:48:00", " 2005-07-29 15:48:00 ", "2005-07-29 15:48", "12:30:45", "12:30:45.25", "25:00:00", int64(20050729), 2005.5, []byte("2005-07-29")}
	zones = [][2]any{{nil, nil}, {"UTC", "UTC"}, {"Europe/Berlin", "UTC"}, {"America/New_York", "UTC"}, {"Asia/Kathmandu", "UTC"},
		{"UTC+05:30", "UTC"}, {"UTC-03:00", "UTC"}, {"Pacific/Apia", "UTC"}, {"Nowhere/Land", "UTC"}}
	parts   = []string{"year", "iso_year", "quarter", "month", "week", "day", "week_day", "iso_week_day", "hour", "minute", "second", "nothing"}
	numbers = []any{nil, int64(0), int64(1), int64(-1), int64(7), int64(-8), int64(64), 0.5, -0.5, 1.5, -2.5, 1e300, -1e-300, int64(math.MaxInt64), int64(math.MinInt64), "3", "x"}
	words   = []any{nil, "", "a", "abc", "Grüße, 世界", "🙂🙃", "a\nb", int64(5), 1.5}
)

// functionCalls returns calls of all functions over tables of arguments.
func functionCalls() []call {
	var calls []call
	add := func(f string, args ...any) {
		c := call{SQL: f + "(" + strings.TrimSuffix(strings.Repeat("?, ", len(args)), ", ") + ")", Args: [][2]string{}}
		for _, a := range args {
			c.Args = append(c.Args, describe(a))
		}
		calls = append(calls, c)
	}
	for _, m := range moments {
		for _, part := range parts {
			add("django_date_extract", part, m)
			add("django_time_extract", part, m)
			for _, z := range zones {
				add("django_datetime_extract", part, m, z[0], z[1])
				for _, f := range []string{"django_date_trunc", "django_datetime_trunc", "django_time_trunc"} {
					add(f, part, m, z[0], z[1])
				}
			}
		}
		for _, z := range zones {
			add("django_datetime_cast_date", m, z[0], z[1])
			add("django_datetime_cast_time", m, z[0], z[1])
		}
		for _, other := range append([]any{int64(0), int64(1), int64(-90_000_001), int64(86_400_000_000), int64(1e17)}, moments...) {
			add("django_timestamp_diff", m, other)
			add("django_time_diff", m, other)
			for _, op := range []any{"+", "-", " - ", nil} {
				add("django_format_dtdelta", op, m, other)
				add("django_format_dtdelta", op, other, m)
			}
		}
	}
	for _, f := range []string{"ACOS", "ASIN", "ATAN", "CEILING", "COS", "COT", "DEGREES", "EXP", "FLOOR", "LN", "RADIANS", "SIGN", "SIN", "SQRT", "TAN"} {
		for _, n := range numbers {
			add(f, n)
		}
	}
	for _, a := range numbers {
		for _, b := range numbers {
			for _, f := range []string{"ATAN2", "BITXOR", "LOG", "MOD"} {
				add(f, a, b)
			}
			if n, ok := b.(int64); !ok || n < 1000 { // Python would compute it
				add("POWER", a, b)
			}
		}
		for _, w := range words {
			for _, fill := range []any{nil, "", "x", "xyz", "é世"} {
				add("LPAD", w, a, fill)
				add("RPAD", w, a, fill)
			}
			_, isText := w.(string) // Python multiplies numbers
			if n, ok := a.(int64); isText && (!ok || n < 1000) {
				add("REPEAT", w, a)
			}
		}
	}
	add("PI")
	for _, w := range words {
		for _, f := range []string{"MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512", "REVERSE"} {
			add(f, w)
		}
		for _, pattern := range []any{nil, "", "a", "^a$", "b$", "(?i)GR", `\w+`, `^\w+$`, `\W`, `\d`, `[\w,]`, `[^\s]`, `\s`, "a.b", "(?s)a.b", `(?m)^b$`, "世", `\Ab`, `b\Z`,
			"[]a]", "[^]a]", "(", "5", `1\.5`, "a$b", `[$]`, `\$`, "(?P<x>a)", "ß|x"} {
			add("regexp", pattern, w)
		}
	}
	return calls
}

func describe(a any) [2]string {
	switch a := a.(type) {
	case int64:
		return [2]string{"integer", strconv.FormatInt(a, 10)}
	case float64:
		return [2]string{"real", strconv.FormatFloat(a, 'g', -1, 64)}
	case string:
		return [2]string{"text", a}
	case []byte:
		return [2]string{"blob", hex.EncodeToString(a)}
	}
	return [2]string{"null", ""}
}

func (c call) values() []any {
	args := make([]any, len(c.Args))
	for i, a := range c.Args {
		switch a[0] {
		case "integer":
			args[i], _ = strconv.ParseInt(a[1], 10, 64)
		case "real":
			args[i], _ = strconv.ParseFloat(a[1], 64)
		case "text":
			args[i] = a[1]
		case "blob":
			args[i], _ = hex.DecodeString(a[1])
		}
	}
	return args
}

// TestFunctionsAsDjango compares every function with the one that Django
// registers. Where Python raises an exception, ours is an error or null.
func TestFunctionsAsDjango(t *testing.T) {
	t.Parallel()
	calls := functionCalls()
	var in bytes.Buffer
	for _, c := range calls {
		line, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		in.Write(append(line, '\n'))
	}
	lines := bufio.NewScanner(bytes.NewReader(realdjango.Run(t, functionsPy, in.Bytes())))
	db := openAt(t, ":memory:", nil)
	raised, different := 0, 0
	for i, c := range calls {
		if !lines.Scan() {
			t.Fatalf("Django answered %d of %d calls", i, len(calls))
		}
		var want [2]string
		if err := json.Unmarshal(lines.Bytes(), &want); err != nil {
			t.Fatal(err)
		}
		if want[0] == "error" {
			raised++
		}
		got := answer(t, db, c)
		if want[0] == "error" && hasDay(c) {
			continue // ours takes a day for its midnight
		}
		if !sameAnswer(got, want) {
			if different++; different <= 40 {
				t.Errorf("%s %q: %q, Django %q", c.SQL, c.Args, got, want)
			}
		}
	}
	t.Logf("%d calls, %d of them raise an exception in Django, %d different", len(calls), raised, different)
}

// TestZonesBeyondDjango: names with several dashes or a sign, which Django 3.2
// takes for offsets and later versions do not.
func TestZonesBeyondDjango(t *testing.T) {
	t.Parallel()
	db := openAt(t, ":memory:", nil)
	for zone, want := range map[string]string{"America/Port-au-Prince": "2026-11-21 07:00:00", "Etc/GMT+5": "2026-11-21 07:00:00", "+02:00": "2026-11-21 14:00:00"} {
		if got := one(t, db, "SELECT django_datetime_trunc('hour', '2026-11-21 12:30:00', ?, 'UTC')", zone); got != want {
			t.Errorf("%s: %v, want %v", zone, got, want)
		}
	}
	for _, args := range [][]any{{"UTC", nil}, {"", "UTC"}, {"Local", "UTC"}, {"../etc/passwd", "UTC"}, {"UTC", "Nowhere"}} {
		_, err := collect(t.Context(), db, "SELECT django_datetime_trunc('hour', '2026-11-21 12:30:00', ?, ?)", args...)
		if !errors.Is(err, orm.ErrData) {
			t.Errorf("%v: %v, want ErrData", args, err)
		}
	}
}

func hasDay(c call) bool {
	for _, a := range c.Args {
		if a == [2]string{"text", "2026-11-21"} {
			return true
		}
	}
	return false
}

func answer(t *testing.T, db *sqlite.DB, c call) [2]string {
	rows, err := collect(t.Context(), db, "SELECT x FROM (SELECT ("+c.SQL+") AS x)", c.values()...)
	if err != nil {
		if !errors.Is(err, orm.ErrData) {
			t.Errorf("%s %q: %v, want ErrData", c.SQL, c.Args, err)
		}
		return [2]string{"error", err.Error()}
	}
	return describe(rows[0][0])
}

func sameAnswer(got, want [2]string) bool {
	switch {
	case want[0] == "error":
		return got[0] == "error" || got[0] == "null"
	case got[0] == "real" && want[0] == "real":
		a, _ := strconv.ParseFloat(got[1], 64)
		b, _ := strconv.ParseFloat(want[1], 64)
		return a == b || math.Abs(a-b) <= 1e-13*math.Max(math.Abs(a), math.Abs(b))
	}
	return got == want
}

func TestAggregates(t *testing.T) {
	t.Parallel()
	db := openAt(t, ":memory:", nil)
	exec(t, db, "CREATE TABLE t (g int, v)")
	exec(t, db, "INSERT INTO t VALUES (1, 2), (1, 4), (1, NULL), (1, 4.5), (2, 7), (3, NULL)")
	for _, test := range []struct {
		expr string
		want string
	}{
		{"VAR_POP(v)", "1 1.1666666666666667, 2 0, 3 <nil>"},
		{"VAR_SAMP(v)", "1 1.75, 2 <nil>, 3 <nil>"},
		{"STDDEV_POP(v)", "1 1.0801234497346435, 2 0, 3 <nil>"},
		{"STDDEV_SAMP(v)", "1 1.3228756555322954, 2 <nil>, 3 <nil>"},
		{"ANY_VALUE(v)", "1 2, 2 7, 3 <nil>"},
		{"BIT_AND(CAST(v AS integer))", "1 0, 2 7, 3 <nil>"},
		{"BIT_OR(CAST(v AS integer))", "1 6, 2 7, 3 <nil>"},
		{"BIT_XOR(CAST(v AS integer))", "1 2, 2 7, 3 <nil>"},
		{"VAR_POP(v) FILTER (WHERE v < 4.2)", "1 1, 2 <nil>, 3 <nil>"},
	} {
		var got []string
		for _, row := range all(t, db, "SELECT g, "+test.expr+" FROM t GROUP BY g ORDER BY g") {
			got = append(got, fmt.Sprint(row[0], row[1]))
		}
		for i, g := range got {
			got[i] = strings.Replace(g, "<nil>", " <nil>", 1)
			if !strings.Contains(g, "<nil>") {
				got[i] = g
			}
		}
		if s := strings.Join(got, ", "); strings.ReplaceAll(s, "  ", " ") != test.want {
			t.Errorf("%s: %s, want %s", test.expr, s, test.want)
		}
	}
	got := all(t, db, "SELECT VAR_POP(v) OVER (ORDER BY v ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t WHERE v IS NOT NULL ORDER BY v")
	if s := fmt.Sprint(got); s != "[[0] [1] [0.0625] [1.5625]]" {
		t.Errorf("as window function: %s", s)
	}
	for _, query := range []string{"SELECT VAR_POP('x')", "SELECT BIT_OR(1.5)"} {
		if _, err := collect(t.Context(), db, query); !errors.Is(err, orm.ErrData) {
			t.Errorf("%s: %v, want ErrData", query, err)
		}
	}
}

func TestVolatileFunctions(t *testing.T) {
	t.Parallel()
	db := openAt(t, ":memory:", nil)
	for _, f := range []string{"UUIDV4()", "UUIDV7()", "RAND()"} {
		rows := all(t, db, "SELECT "+f+" FROM (VALUES (1), (2))")
		if rows[0][0] == rows[1][0] {
			t.Errorf("%s gave %v twice", f, rows[0][0])
		}
	}
	if got := one(t, db, "SELECT length(UUIDV4()) || substr(UUIDV4(), 13, 1) || substr(UUIDV7(), 13, 1)"); got != "3247" {
		t.Error("UUIDs of another form:", got)
	}
}
