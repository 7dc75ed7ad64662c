package postgres_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// djangoModels sets Django up with the database of a test, and models that have
// a field of each type.
func djangoModels(t *testing.T, url string) string {
	t.Helper()
	database, err := json.Marshal(testdb.Django(t, url))
	if err != nil {
		t.Fatal(err)
	}
	return `
import datetime, decimal, json, uuid
import django
from django.conf import settings
settings.configure(DATABASES={"default": ` + string(database) + `}, INSTALLED_APPS=["django.contrib.postgres"], USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()
from django.db import connection, models
from django.contrib.postgres import fields as pg
from django.contrib.postgres.search import *
from psycopg2.extras import DateRange, DateTimeTZRange, NumericRange
D, UTC = datetime, datetime.timezone.utc
class Plain(models.Model):
    small = models.SmallIntegerField(null=True)
    number = models.IntegerField(null=True)
    big = models.BigIntegerField(null=True)
    float = models.FloatField(null=True)
    flag = models.BooleanField(null=True)
    short = models.CharField(max_length=20, null=True)
    text = models.TextField(null=True)
    raw = models.BinaryField(null=True)
    at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    time = models.TimeField(null=True)
    duration = models.DurationField(null=True)
    price = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    uuid = models.UUIDField(null=True)
    doc = models.JSONField(null=True)
    ip = models.GenericIPAddressField(null=True)
    class Meta: app_label = "x"
class Special(models.Model):
    tags = pg.ArrayField(models.CharField(max_length=20))
    matrix = pg.ArrayField(pg.ArrayField(models.IntegerField()))
    days = pg.ArrayField(models.DateField(null=True))
    ints = pg.IntegerRangeField()
    bigs = pg.BigIntegerRangeField()
    decimals = pg.DecimalRangeField()
    times = pg.DateTimeRangeField()
    period = pg.DateRangeField(null=True)
    store = pg.HStoreField()
    class Meta: app_label = "x"
`
}

const createTables = `
with connection.cursor() as c: c.execute("CREATE EXTENSION hstore")
with connection.schema_editor() as e:
    e.create_model(Plain)
    e.create_model(Special)
`

// TestDjangoRows: what Django writes is read here, and the other way round.
func TestDjangoRows(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	models := djangoModels(t, url)
	realdjango.Run(t, models+createTables+`
Plain.objects.create(small=-5, number=2**31-1, big=-2**63, float=0.1, flag=True, short="é'\\\"", text="a\nb{}", raw=b"\x00\xff\\",
    at=D.datetime(2026, 11, 21, 15, 4, 5, 123456, tzinfo=UTC), day=D.date(1999, 12, 31), time=D.time(23, 59, 59, 999999),
    duration=D.timedelta(days=-3, seconds=5, microseconds=7), price=decimal.Decimal("-1234567.125"),
    uuid=uuid.UUID("123e4567-e89b-12d3-a456-426614174000"), doc={"a": [1, None, "x"]}, ip="192.0.2.1")
Plain.objects.create()
`, nil)
	db := openURL(t, url, nil)
	const columns = `small, number, big, "float", flag, short, text, raw, at, day, "time", duration, price, uuid, doc, ip`
	want := []any{
		int64(-5), int64(1<<31 - 1), int64(-1 << 63), 0.1, true, `é'\"`, "a\nb{}", []byte("\x00\xff\\"),
		time.Date(2026, 11, 21, 15, 4, 5, 123456000, time.UTC), civil.Date{Year: 1999, Month: 12, Day: 31},
		civil.Time{Hour: 23, Minute: 59, Second: 59, Nanosecond: 999999000}, -3*24*time.Hour + 5*time.Second + 7*time.Microsecond,
		decimal.RequireFromString("-1234567.125"), uuid.MustParse("123e4567-e89b-12d3-a456-426614174000"),
		json.RawMessage(`{"a": [1, null, "x"]}`), "192.0.2.1",
	}
	n := 0
	query(t, db, func(rows orm.Rows) {
		n++
		for i, w := range want {
			var got any
			if n == 2 {
				w = nil
			}
			if err := rows.Scan(i, &got); err != nil {
				t.Error(err)
			}
			if i == 15 && got != nil {
				got = rows.Text(i)
			}
			if diff := cmp.Diff(w, got); diff != "" {
				t.Errorf("row %d, column %s (want -, got +):\n%s", n, rows.Columns()[i], diff)
			}
		}
	}, "SELECT "+columns+" FROM x_plain ORDER BY id")
	if n != 2 {
		t.Fatalf("%d rows", n)
	}
	exec(t, db, "DELETE FROM x_plain")
	want[14] = orm.JSONText(want[14].(json.RawMessage))
	places := []string{}
	for i := range want {
		places = append(places, fmt.Sprintf("$%d", i+1))
	}
	exec(t, db, "INSERT INTO x_plain ("+columns+") VALUES ("+strings.Join(places, ", ")+")", want...)
	if _, err := db.CopyFrom(deadline(t), "x_plain", strings.Split(strings.ReplaceAll(columns, `"`, ""), ", "), 1, func(_, column int) any { return want[column] }); err != nil {
		t.Fatal(err)
	}
	out := realdjango.Run(t, models+`
for p in Plain.objects.all():
    assert [p.small, p.number, p.big, p.float, p.flag, p.short, p.text, bytes(p.raw), p.at, p.day, p.time, p.duration, p.price, p.uuid, p.doc, p.ip] == [
        -5, 2**31-1, -2**63, 0.1, True, "é'\\\"", "a\nb{}", b"\x00\xff\\", D.datetime(2026, 11, 21, 15, 4, 5, 123456, tzinfo=UTC), D.date(1999, 12, 31),
        D.time(23, 59, 59, 999999), D.timedelta(days=-3, seconds=5, microseconds=7), decimal.Decimal("-1234567.125"),
        uuid.UUID("123e4567-e89b-12d3-a456-426614174000"), {"a": [1, None, "x"]}, "192.0.2.1"], vars(p)
    print("equal")
`, nil)
	if string(out) != "equal\nequal\n" {
		t.Errorf("Django reads other values: %s", out)
	}
}

// special is a row of Django's model Special.
type special struct {
	Tags     postgres.Array[string]
	Matrix   postgres.Array[postgres.Array[int32]]
	Days     postgres.Array[orm.Null[civil.Date]]
	Ints     postgres.Range[int32]
	Bigs     postgres.Range[int64]
	Decimals postgres.Range[decimal.Decimal]
	Times    postgres.Range[time.Time]
	Period   postgres.Range[civil.Date]
	Store    postgres.HStore
}

func (s *special) fields() []orm.CustomScanner {
	return []orm.CustomScanner{&s.Tags, &s.Matrix, &s.Days, &s.Ints, &s.Bigs, &s.Decimals, &s.Times, &s.Period, &s.Store}
}

// TestDjangoSpecialRows is TestDjangoRows for arrays, ranges and hstore.
func TestDjangoSpecialRows(t *testing.T) {
	t.Parallel()
	url := testdb.Postgres(t)
	models := djangoModels(t, url)
	const values = `
first = dict(tags=["a", "b \"c\"", "", "NULL", "{x,y}\\"], matrix=[[1, 2], [3, 4]], days=[D.date(2026, 1, 2), None],
    ints=NumericRange(1, 5), bigs=NumericRange(None, 2**40, "()"), decimals=NumericRange(decimal.Decimal("1.50"), decimal.Decimal("2.25"), "[]"),
    times=DateTimeTZRange(D.datetime(2026, 1, 1, 12, tzinfo=UTC), None, "()"), period=DateRange(D.date(2026, 1, 1), D.date(2026, 2, 1)),
    store={"a": "1", "b": None, "c \"=>": "\\"})
second = dict(tags=[], matrix=[], days=[], ints=NumericRange(empty=True), bigs=NumericRange(None, None, "()"), decimals=NumericRange(empty=True),
    times=DateTimeTZRange(empty=True), period=DateRange(None, None, "()"), store={})
`
	realdjango.Run(t, models+createTables+values+"for v in first, second: Special.objects.create(**v)\n", nil)
	db := openURL(t, url, nil)
	day := func(month time.Month, d int) civil.Date { return civil.Date{Year: 2026, Month: month, Day: d} }
	want := []special{
		{
			Tags:   postgres.Array[string]{"a", `b "c"`, "", "NULL", `{x,y}\`},
			Matrix: postgres.Array[postgres.Array[int32]]{{1, 2}, {3, 4}},
			Days:   postgres.Array[orm.Null[civil.Date]]{orm.Some(day(1, 2)), {}},
			Ints:   postgres.NewRange[int32](1, 5),
			Bigs:   postgres.Range[int64]{Upper: orm.Some(int64(1) << 40), Bounds: postgres.NoBounds},
			Decimals: postgres.Range[decimal.Decimal]{Lower: orm.Some(decimal.New(150, -2)), Upper: orm.Some(decimal.New(225, -2)),
				Bounds: postgres.BothBounds},
			Times:  postgres.Range[time.Time]{Lower: orm.Some(time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)), Bounds: postgres.NoBounds},
			Period: postgres.NewRange(day(1, 1), day(2, 1)),
			Store:  postgres.HStore{"a": orm.Some("1"), "b": {}, `c "=>`: orm.Some(`\`)},
		},
		{
			Tags: postgres.Array[string]{}, Matrix: postgres.Array[postgres.Array[int32]]{}, Days: postgres.Array[orm.Null[civil.Date]]{},
			Ints: postgres.EmptyRange[int32](), Bigs: postgres.Range[int64]{Bounds: postgres.NoBounds},
			Decimals: postgres.EmptyRange[decimal.Decimal](), Times: postgres.EmptyRange[time.Time](),
			Period: postgres.Range[civil.Date]{Bounds: postgres.NoBounds}, Store: postgres.HStore{},
		},
	}
	const columns = "tags, matrix, days, ints, bigs, decimals, times, period, store"
	for mode, prepared := range modes() {
		db := openURL(t, url, &postgres.Options{Prepared: prepared})
		var got []special
		query(t, db, func(rows orm.Rows) {
			var s special
			for i, f := range s.fields() {
				if err := f.ScanColumn(rows, i); err != nil {
					t.Errorf("%s: %v", rows.Columns()[i], err)
				}
			}
			got = append(got, s)
		}, "SELECT "+columns+" FROM x_special ORDER BY id")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (want -, got +):\n%s", mode, diff)
		}
	}
	exec(t, db, "DELETE FROM x_special")
	for mode, prepared := range modes() {
		db := openURL(t, url, &postgres.Options{Prepared: prepared})
		for _, s := range want {
			var args []any
			for _, f := range s.fields() {
				v, err := f.(orm.CustomField).ColumnValue()
				if err != nil {
					t.Fatal(mode, err)
				}
				args = append(args, v)
			}
			exec(t, db, "INSERT INTO x_special ("+columns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)", args...)
		}
	}
	out := realdjango.Run(t, models+values+`
for i, s in enumerate(Special.objects.order_by("id")):
    want = (first, second)[i % 2]
    got = {name: getattr(s, name) for name in want}
    assert got == want, (got, want)
    print("equal")
`, nil)
	if string(out) != strings.Repeat("equal\n", 8) {
		t.Errorf("Django reads other values: %s", out)
	}
}
