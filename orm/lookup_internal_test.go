package orm

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

type lookupTag struct {
	Model
	Name string `orm:"max_length=20"`
}

type lookupCountry struct {
	State
	Code string `orm:"pk,max_length=2"`
}

type lookupMaker struct {
	Model
	Name    string                      `orm:"max_length=20"`
	Country FKey[lookupCountry, string] `orm:"on_delete=cascade"`
	Boss    NullFK[lookupMaker]         `orm:"on_delete=set_null,related_name=staff"`
}

type lookupThing struct {
	Model
	Name     string              `orm:"max_length=20"`
	Maker    NullFK[lookupMaker] `orm:"on_delete=cascade,related_name=things"`
	Tags     M2M[lookupTag]      `orm:"related_name=things"`
	Number   int32
	Positive int16           `orm:"positive"`
	Price    decimal.Decimal `orm:"max_digits=8,decimal_places=2"`
	Weight   float64
	Active   bool
	Made     time.Time
	Day      civil.Date
	Clock    civil.Time
	Took     time.Duration
	Key      uuid.UUID
	Data     Null[JSON[map[string]any]]
	Notes    Null[string]
}

func lookupModels(t *testing.T) *Meta {
	t.Helper()
	r := newRegistry()
	r.define(reflect.TypeFor[lookupTag](), "shop", "x.go:1")
	r.define(reflect.TypeFor[lookupCountry](), "shop", "x.go:2")
	r.define(reflect.TypeFor[lookupMaker](), "shop", "x.go:3")
	m := r.define(reflect.TypeFor[lookupThing](), "shop", "x.go:4")
	if err := m.link(); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestLookups(t *testing.T) {
	m := lookupModels(t)
	maker := &lookupMaker{Model: Model{ID: 7}}
	for _, test := range []struct {
		lookup string
		value  any
		sql    string
		args   []any
	}{
		{"name", "x", `T."name" = $1`, []any{"x"}},
		{"name", 5, `T."name" = $1`, []any{"5"}},
		{"id__exact", "12", `T."id" = $1`, []any{int64(12)}},
		{"pk", " 12 ", `T."id" = $1`, []any{int64(12)}},
		{"pk__in", []string{"1", "2"}, `T."id" = ANY($1)`, []any{[]int64{1, 2}}},
		{"pk__in", []any{1, nil, "3"}, `T."id" = ANY($1)`, []any{[]int64{1, 3}}},
		{"pk__in", []int{}, `1 = 0`, nil},
		{"name__icontains", "50%", `UPPER(T."name"::text) LIKE UPPER($1)`, []any{`%50\%%`}},
		{"maker", 7, `T."maker_id" = $1`, []any{int64(7)}},
		{"maker", maker, `T."maker_id" = $1`, []any{int64(7)}},
		{"maker__in", []*lookupMaker{maker}, `T."maker_id" = ANY($1)`, []any{[]int64{7}}},
		{"maker_id", "7", `T."maker_id" = $1`, []any{int64(7)}},
		{"maker__id", 7, `T."maker_id" = $1`, []any{int64(7)}},
		{"maker__pk__gt", 7, `T."maker_id" > $1`, []any{int64(7)}},
		{"maker__isnull", true, `T."maker_id" IS NULL`, nil},
		{"maker", nil, `T."maker_id" IS NULL`, nil},
		{"maker__name__startswith", "a", `"shop_lookupmaker"."name" LIKE $1`, []any{"a%"}},
		{"maker__boss__name", "a", `T3."name" = $1`, []any{"a"}},
		{"maker__boss__pk", 3, `"shop_lookupmaker"."boss_id" = $1`, []any{int64(3)}},
		{"maker__country", "de", `"shop_lookupmaker"."country_id" = $1`, []any{"de"}},
		{"maker__country__code", "de", `"shop_lookupmaker"."country_id" = $1`, []any{"de"}},
		{"tags", 3, `"shop_lookupthing_tags"."lookuptag_id" = $1`, []any{int64(3)}},
		{"tags__name", "x", `"shop_lookuptag"."name" = $1`, []any{"x"}},
		{"maker__staff__name", "x", `T3."name" = $1`, []any{"x"}},
		{"number", "3000000000", `(T."number" IS NOT NULL AND 1 = 0)`, nil},
		{"number__lt", 3000000000, `(T."number" IS NOT NULL AND 1 = 1)`, nil},
		{"number__gt", "-99999999999999999999", `(T."number" IS NOT NULL AND 1 = 1)`, nil},
		{"number__gt", "99999999999999999999", `(T."number" IS NOT NULL AND 1 = 0)`, nil},
		{"number__in", []any{1, "99999999999999999999"}, `T."number" = ANY($1)`, []any{[]int64{1}}},
		{"number__gte", 1.5, `T."number" >= $1`, []any{int64(2)}},
		{"number__gt", 1.5, `T."number" > $1`, []any{int64(1)}},
		{"positive__gte", -1, `(T."positive" IS NOT NULL AND 1 = 1)`, nil},
		{"number__range", []int{1, 5}, `T."number" BETWEEN $1 AND $2`, []any{int64(1), int64(5)}},
		{"number__contains", "5", `T."number" LIKE $1`, []any{"%5%"}},
		{"price__lte", "3.50", `T."price" <= $1`, []any{decimal.RequireFromString("3.50")}},
		{"weight", "1.5", `T."weight" = $1`, []any{1.5}},
		{"active", "true", `T."active" = $1`, []any{true}},
		{"made", "2024-05-01 10:00", `T."made" = $1`, []any{time.Date(2024, 5, 1, 8, 0, 0, 0, time.UTC)}},
		{"made", "2024-05-01T10:00:00.5Z", `T."made" = $1`, []any{time.Date(2024, 5, 1, 10, 0, 0, 5e8, time.UTC)}},
		{"made__year", "2024", `T."made" BETWEEN $1 AND $2`, []any{time.Date(2023, 12, 31, 23, 0, 0, 0, time.UTC), time.Date(2024, 12, 31, 22, 59, 59, 999999000, time.UTC)}},
		{"made__date", "2024-05-01", `CAST((T."made" AT TIME ZONE 'Europe/Berlin') AS date) = $1`, []any{civil.Date{Year: 2024, Month: 5, Day: 1}}},
		{"made__date__month__gt", 4, `CAST(EXTRACT(MONTH FROM CAST((T."made" AT TIME ZONE 'Europe/Berlin') AS date)) AS integer) > $1`, []any{int64(4)}},
		{"day__week_day", 1, `CAST(EXTRACT(DOW FROM T."day") + 1 AS integer) = $1`, []any{int64(1)}},
		{"clock__hour", 1, `CAST(EXTRACT(HOUR FROM T."clock") AS integer) = $1`, []any{int64(1)}},
		{"clock", "10:30", `T."clock" = $1`, []any{civil.Time{Hour: 10, Minute: 30}}},
		{"took__gt", "1 02:03:04.5", `T."took" > $1`, []any{26*time.Hour + 3*time.Minute + 4500*time.Millisecond}},
		{"took__gt", "P1DT2H", `T."took" > $1`, []any{26 * time.Hour}},
		{"key", "6ba7b810-9dad-11d1-80b4-00c04fd430c8", `T."key" = $1`, []any{uuid.MustParse("6ba7b810-9dad-11d1-80b4-00c04fd430c8")}},
		{"data__a__0__b", "x", `(T."data" #> $1::text[]) = $2::jsonb`, []any{[]string{"a", "0", "b"}, JSONText(`"x"`)}},
		{"data__a'b\"", 1, `(T."data" -> $1::text) = $2::jsonb`, []any{`a'b"`, JSONText("1")}},
		{"data__a__icontains", "x", `UPPER((T."data" ->> $1::text)::text) LIKE UPPER($2)`, []any{"a", "%x%"}},
		{"data__a__isnull", true, `(T."data" -> $1::text) IS NULL`, []any{"a"}},
		{"data__has_key", `a" OR 1=1`, `T."data" ? $1::text`, []any{`a" OR 1=1`}},
		{"data__has_any_keys", []string{"a", "b"}, `T."data" ?| $1::text[]`, []any{[]string{"a", "b"}}},
		{"data__contains", map[string]any{"a": 1}, `T."data" @> $1::jsonb`, []any{JSONText(`{"a": 1}`)}},
		{"data", nil, `T."data" = $1::jsonb`, []any{JSONText("null")}},
		{"data__isnull", false, `T."data" IS NOT NULL`, nil},
		{"notes", Null[string]{}, `T."notes" IS NULL`, nil},
		{"number__gt", F("positive"), `T."number" > T."positive"`, nil},
		{"number__gt", F("positive").Add(1).MulF(F("maker__id")), `T."number" > ((T."positive" + $1) * T."maker_id")`, []any{int64(1)}},
		{"name__lower", "x", `LOWER(T."name") = $1`, []any{"x"}},
		{"name__length__gt", 3, `LENGTH(T."name") > $1`, []any{int64(3)}},
	} {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		sql, args := compile(t, likeDialect, berlin, m.root, Lookup(m, test.lookup, test.value))
		want := strings.ReplaceAll(strings.ReplaceAll(test.sql, `T.`, `"shop_lookupthing".`), "T3.", `"T3".`)
		if sql != want || !(len(args) == 0 && len(test.args) == 0 || reflect.DeepEqual(args, test.args)) {
			t.Errorf("%s=%v:\ngot  %s %#v\nwant %s %#v", test.lookup, test.value, sql, args, want, test.args)
		}
	}
}

func TestLookupErrors(t *testing.T) {
	m := lookupModels(t)
	for _, test := range []struct {
		lookup string
		value  any
		want   string
	}{
		{"nme", 1, "Cannot resolve keyword 'nme' into field. Choices are: active, clock, data, day, id, key, made, maker, maker_id, name, notes, number, positive, price, tags, took, weight"},
		{"name__nope", 1, "Unsupported lookup 'nope' for CharField or join on the field not permitted. Choices are: contains, endswith"},
		{"maker__nope", 1, "Related Field got invalid lookup: nope. Choices are: boss, boss_id, country"},
		{"maker__icontains", 1, "Related Field got invalid lookup: icontains."},
		{"name__year", 1, "Unsupported lookup 'year' for CharField"},
		{"id", "abc", "Field 'id' expected a number but got 'abc'."},
		{"id", "1_0", "Field 'id' expected a number but got '1_0'."},
		{"id__in", "12", "The value for in is a slice, not string."},
		{"id__gt", nil, "Cannot use None as a query value."},
		{"active", "maybe", "“maybe” value must be either True or False."},
		{"price", "1e1000000000", "“1e1000000000” value must be a decimal number."},
		{"made", "yesterday", "“yesterday” value has an invalid format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format."},
		{"day", "2024-13-01", "“2024-13-01” value has an invalid date format. It must be in YYYY-MM-DD format."},
		{"key", "x", "“x” is not a valid UUID."},
		{"name", "a\x00b", "text with a NUL byte"},
		{"maker", &lookupMaker{}, "Model instances passed to related filters must be saved."},
		{"maker", &lookupTag{Model: Model{ID: 1}}, `Cannot query "lookupTag": Must be "lookupMaker" instance.`},
		{"number__range", []int{1}, "The value for range has two elements, not 1."},
		{"maker__isnull", "perhaps", "The value for an isnull lookup must be true or false."},
		{strings.Repeat("data__a", 200), 1, "it has 1400 bytes; 1000 are allowed."},
	} {
		c := newCompiler(likeDialect, nil)
		if _, err := c.from(m.root); err != nil {
			t.Fatal(err)
		}
		c.condition(Lookup(m, test.lookup, test.value).n)
		_, err := c.statement()
		var lookupErr *LookupError
		if !errors.As(err, &lookupErr) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s=%v: got %v, want %s", test.lookup, test.value, err, test.want)
		}
	}
}

func TestAllowLookups(t *testing.T) {
	m := lookupModels(t)
	allowed := AllowLookups(m, "name__icontains", "number")
	if _, err := allowed.Lookup("name__icontains", "x"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"name", "number__gt", "maker__name__icontains", "", "name__icontains__"} {
		if _, err := allowed.Lookup(bad, "x"); err == nil {
			t.Errorf("%q: no error", bad)
		}
	}
	if _, err := allowed.Lookup("number", "x"); err == nil || !strings.Contains(err.Error(), "expected a number") {
		t.Errorf("got %v", err)
	}
}
