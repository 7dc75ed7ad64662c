package dbvalue_test

import (
	"database/sql/driver"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/dbvalue"
)

// boxed gives f another type of result, so that tables can mix them.
func boxed[T any](f func(driver.Value) (T, error)) func(driver.Value) (any, error) {
	return func(v driver.Value) (any, error) {
		out, err := f(v)
		return out, err
	}
}

var readers = map[string]func(driver.Value) (any, error){
	"Int64": boxed(dbvalue.Int64), "Float64": boxed(dbvalue.Float64), "Bool": boxed(dbvalue.Bool), "Text": boxed(dbvalue.Text),
	"Bytes": boxed(dbvalue.Bytes), "Time": boxed(dbvalue.Time), "Date": boxed(dbvalue.Date), "Clock": boxed(dbvalue.Clock),
	"UUID": boxed(dbvalue.UUID), "Decimal": boxed(dbvalue.Decimal),
}

func TestRead(t *testing.T) {
	t.Parallel()
	moment := time.Date(2024, 2, 29, 22, 30, 5, 5e8, time.UTC)
	id := uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
	for _, test := range []struct {
		reader string
		value  driver.Value
		want   any
	}{
		{"Int64", int64(-1), int64(-1)},
		{"Int64", uint64(math.MaxInt64), int64(math.MaxInt64)},
		{"Int64", true, int64(1)},
		{"Int64", -3.0, int64(-3)},
		{"Int64", []byte("-9223372036854775808"), int64(math.MinInt64)},
		{"Int64", "12.00", int64(12)},
		{"Float64", int64(2), 2.0},
		{"Float64", float32(0.1), 0.1},
		{"Float64", []byte("1e3"), 1000.0},
		{"Bool", int64(2), true},
		{"Bool", []byte{0}, false},
		{"Bool", "true", true},
		{"Text", int64(7), "7"},
		{"Text", 1.5, "1.5"},
		{"Text", []byte("ü"), "ü"},
		{"Text", moment.In(time.FixedZone("", 3600)), "2024-02-29 22:30:05.5"},
		{"Bytes", "a\x00", []byte("a\x00")},
		{"Time", moment.In(time.FixedZone("", 3600)), moment},
		{"Time", "2024-02-29 22:30:05.5", moment},
		{"Time", "2024-02-29T23:30:05.5+01:00", moment},
		{"Time", []byte("2024-02-29"), time.Date(2024, 2, 29, 0, 0, 0, 0, time.UTC)},
		{"Date", moment, civil.Date{Year: 2024, Month: 2, Day: 29}},
		{"Date", "2024-02-29", civil.Date{Year: 2024, Month: 2, Day: 29}},
		{"Date", "2024-02-29 10:00:00", civil.Date{Year: 2024, Month: 2, Day: 29}},
		{"Clock", "22:30:05.500000", civil.Time{Hour: 22, Minute: 30, Second: 5, Nanosecond: 5e8}},
		{"Clock", moment, civil.Time{Hour: 22, Minute: 30, Second: 5, Nanosecond: 5e8}},
		{"UUID", []byte("6ba7b8109dad11d180b400c04fd430c8"), id},
		{"UUID", id.String(), id},
		{"UUID", id[:], id},
		{"Decimal", []byte("1234567890.123456789"), decimal.RequireFromString("1234567890.123456789")},
		{"Decimal", int64(3), decimal.NewFromInt(3)},
		{"Decimal", 0.1, decimal.RequireFromString("0.1")},
	} {
		got, err := readers[test.reader](test.value)
		if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
			t.Errorf("%s(%#v) = %v, %v (-want +got):\n%s", test.reader, test.value, got, err, diff)
		}
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	for reader, values := range map[string][]driver.Value{
		"Int64":   {uint64(math.MaxUint64), 1.5, math.NaN(), 9223372036854775808.0, "x", "1e1000000000", "1.01", time.Time{}, nil},
		"Float64": {"x", time.Time{}},
		"Bool":    {"yes", time.Time{}},
		"Text":    {struct{}{}},
		"Bytes":   {struct{}{}},
		"Time":    {"now", "2024-02-30", int64(1)},
		"Date":    {"2024-02-30", int64(1)},
		"Clock":   {"25:00:00", "-01:00:00", int64(1)},
		"UUID":    {"x", int64(1)},
		"Decimal": {"x", "1e1000000000", math.Inf(1), time.Time{}},
	} {
		for _, v := range values {
			if got, err := readers[reader](v); err == nil {
				t.Errorf("%s(%#v) = %v without an error", reader, v, got)
			}
		}
	}
}

// FuzzText reads any text as everything, without a panic.
func FuzzText(f *testing.F) {
	f.Add("2024-02-29 10:00:00.5")
	f.Add("6ba7b8109dad11d180b400c04fd430c8")
	f.Add("-12.00")
	f.Fuzz(func(t *testing.T, s string) {
		for name, read := range readers {
			if _, err := read(s); err == nil {
				if _, err := read([]byte(s)); err != nil {
					t.Errorf("%s reads %q as text, and not as bytes: %v", name, s, err)
				}
			}
		}
	})
}
