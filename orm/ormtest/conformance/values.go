package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
	"github.com/nuages-web/nuages/orm/ormtest/internal/pairs"
)

// fieldValues are values of one field of models.Sample.
type fieldValues struct {
	field  string // in Go
	values []any
	// search is false where the database does not find a value by being equal.
	search bool
}

var texts = []any{
	"", "a", "A", strings.Repeat("x", 100), strings.Repeat("€", 100), "Ω≈ç√", "😀👩‍👩‍👧", `a'b"c` + "`d\\e", "%_\\%", "\t\n\r", "two\r\nlines",
	"  spaces  ", "-- ; DROP TABLE samples", "$1 ? :v %s %d {0}", "\u200b\ufeff", "e\u0301", "\u202eabc", "NULL", "0", "true", "{}", "\x01\x1f\x7f",
}

func boundaries() []fieldValues {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	d := func(s string) any { return decimal.RequireFromString(s) }
	berlin := time.FixedZone("+02:00", 7200)
	return []fieldValues{
		{"Char", texts, true}, {"Text", append([]any{strings.Repeat("long ", 200_000)}, texts...), true},
		{"Slug", []any{"a", "a-b_c", strings.Repeat("s", 50)}, true}, {"Email", []any{"a@b.example", strings.Repeat("e", 242) + "@example.com"}, true},
		{"URL", []any{"https://example.com/?a=b&c=%20#d", "https://example.com/" + strings.Repeat("u", 180)}, true},
		{"Small", []any{int16(0), int16(1), int16(-1), int16(math.MinInt16), int16(math.MaxInt16)}, true},
		{"Int", []any{int32(0), int32(1), int32(-1), int32(math.MinInt32), int32(math.MaxInt32)}, true},
		{"Big", []any{int64(0), int64(1), int64(-1), int64(math.MinInt64), int64(math.MaxInt64), int64(1)<<53 + 1}, true},
		{"Psmall", []any{uint16(0), uint16(1), uint16(math.MaxInt16)}, true}, {"Pint", []any{uint32(0), uint32(1), uint32(math.MaxInt32)}, true},
		{"Pbig", []any{uint64(0), uint64(1), uint64(math.MaxInt64)}, true},
		{"Float", []any{0.0, 1.0, -1.0, 0.1, 0.1 + 0.2, math.Pi, math.MaxFloat64, -math.MaxFloat64, 1e-300, 1e22, 123456789.123456789, 4.35}, true},
		{"Decimal", []any{d("0"), d("1"), d("-1"), d("0.0001"), d("-0.0001"), d("9999999999.9999"), d("-9999999999.9999"), d("0.1"), d("1.50"), d("1000000000")}, true},
		{"Bool", []any{true, false}, true},
		{"Date", []any{civil.Date{Year: 1, Month: 1, Day: 1}, civil.Date{Year: 9999, Month: 12, Day: 31}, civil.Date{Year: 2024, Month: 2, Day: 29}, civil.Date{Year: 1582, Month: 10, Day: 14},
			civil.Date{Year: 1969, Month: 12, Day: 31}, civil.Date{Year: 1970, Month: 1, Day: 1}}, true},
		{"Time", []any{civil.Time{}, civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 999_999_000}, civil.Time{Hour: 12, Nanosecond: 1000}, civil.Time{Hour: 1, Minute: 2, Second: 3}}, true},
		{"Datetime", []any{time.Unix(0, 0).UTC(), time.Unix(-1, 0).UTC(), time.Date(1000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_000, time.UTC),
			time.Date(2025, 3, 30, 2, 59, 59, 999_999_000, berlin), time.Date(2038, 1, 19, 3, 14, 8, 0, time.UTC), time.Date(2024, 2, 29, 12, 0, 0, 1000, time.UTC), time.Date(1900, 1, 1, 0, 0, 0, 0, berlin)}, true},
		{"Duration", []any{time.Duration(0), time.Microsecond, -time.Microsecond, 24 * time.Hour, -25 * time.Hour, 100 * 365 * 24 * time.Hour, 90*time.Minute + 123456*time.Microsecond}, true},
		{"UUID", []any{uuid.UUID{}, uuid.Max, uuid.MustParse("01234567-89ab-cdef-0123-456789abcdef")}, true},
		{"IP", []any{netip.MustParseAddr("0.0.0.0"), netip.MustParseAddr("255.255.255.255"), netip.MustParseAddr("::"), netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("::ffff:1.2.3.4"),
			netip.MustParseAddr("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")}, true},
		{"Binary", []any{[]byte{}, []byte{0}, all, make([]byte, 1<<20), []byte("text"), []byte("\\x00"), []byte("'\"")}, true},
		{"JSON", documents(), false},
	}
}

func documents() []any {
	var out []any
	for _, s := range []string{
		`true`, `false`, `0`, `-1`, `1.5`, `9007199254740993`, `""`, `"text"`, `"üß 😀"`, `"quote \" backslash \\ slash /"`, `"null"`, `[]`, `{}`, `[[],{},[null]]`,
		`[1,"a",null,true,1.25]`, `{"a":{"b":{"c":[1,2,{"d":null}]}}}`, `{"":1,"a b":2,"ü":3,"😀":4,"a.b":5,"$":6,"a\"b":7}`, `{"a":"'; DROP TABLE samples; --"}`,
		strings.Repeat(`[`, 30) + strings.Repeat(`]`, 30), `"` + strings.Repeat("long ", 20_000) + `"`,
	} {
		out = append(out, json.RawMessage(s))
	}
	return out
}

// values writes each value by each way, and reads it back.
func (s *suite) values(t *testing.T) {
	for _, f := range boundaries() {
		for i, v := range f.values {
			for _, way := range []struct {
				name  string
				write func(ctx context.Context, row *models.Sample) error
			}{
				{"create", models.Samples.Create}, {"save", saveTwice}, {"bulk", bulkOne}, {"bulk update", bulkUpdateOne},
			} {
				s.run(t, "values", fmt.Sprintf("%s %d %s", f.field, i, way.name), func(t *testing.T) {
					s.undone(t, func(ctx context.Context) { writeAndRead(t, ctx, f, v, way.write) })
				})
			}
		}
	}
}

func writeAndRead(t *testing.T, ctx context.Context, f fieldValues, v any, write func(ctx context.Context, row *models.Sample) error) {
	row := &models.Sample{}
	row.Slug = orm.Some("round-trip")
	field := reflect.ValueOf(row).Elem().FieldByName(f.field)
	field.FieldByName("Valid").SetBool(true)
	field.FieldByName("V").Set(reflect.ValueOf(v))
	if err := write(ctx, row); err != nil {
		t.Fatalf("write %.80v: %v", v, err)
	}
	name := strings.ToLower(f.field)
	rows, err := models.Samples.Order("-id").Limit(1).All(ctx)
	if err != nil {
		t.Fatalf("read %.80v: %v", v, err)
	}
	got := pairs.Encode(reflect.ValueOf(rows[0]).Elem().FieldByName(f.field).Interface())
	want := pairs.Encode(v)
	if !pairs.Equal(got, want) {
		t.Errorf("read %.200v, want %.200v", got, want)
	}
	lists, err := models.Samples.Order("-id").Limit(1).Values(name).Lists(ctx)
	if err != nil {
		t.Fatalf("read the value %.80v: %v", v, err)
	}
	if got := pairs.Encode(lists[0][0]); !pairs.Equal(got, want) {
		t.Errorf("Values read %.200v, want %.200v", got, want)
	}
	if !f.search {
		return
	}
	if found, err := models.Samples.Filter(models.SampleF.ID.Eq(rows[0].ID)).Lookup(name, v).Exists(ctx); err != nil || !found {
		t.Errorf("Lookup(%q, %.80v) finds the row: %t, %v", name, v, found, err)
	}
	if found, err := models.Samples.Filter(models.SampleF.ID.Eq(rows[0].ID)).Lookup(name+"__in", []any{v}).Exists(ctx); err != nil || !found {
		t.Errorf("Lookup(%q, %.80v) finds the row: %t, %v", name+"__in", v, found, err)
	}
}

// saveTwice inserts an empty row, and updates it.
func saveTwice(ctx context.Context, row *models.Sample) error {
	empty := &models.Sample{}
	if err := models.Samples.Create(ctx, empty); err != nil {
		return err
	}
	row.Model = empty.Model
	return row.Save(ctx)
}

func bulkOne(ctx context.Context, row *models.Sample) error {
	return models.Samples.BulkCreate(ctx, []*models.Sample{{}, row}, nil)
}

func bulkUpdateOne(ctx context.Context, row *models.Sample) error {
	empty := &models.Sample{}
	if err := models.Samples.Create(ctx, empty); err != nil {
		return err
	}
	row.Model = empty.Model
	f := models.SampleF
	_, err := models.Samples.BulkUpdate(ctx, []*models.Sample{row}, f.Char, f.Text, f.Slug, f.Email, f.URL, f.Small, f.Int, f.Big, f.Psmall, f.Pint, f.Pbig, f.Float,
		f.Decimal, f.Bool, f.Date, f.Time, f.Datetime, f.Duration, f.UUID, f.IP, f.Binary, f.JSON)
	return err
}
