package mysql_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
)

// djangoThing is a model with a field of each kind, in the order of
// thingColumns; stdin is the entry of DATABASES.
const djangoThing = `
import datetime, decimal, json, sys, uuid
from django.conf import settings
settings.configure(SECRET_KEY='k', USE_TZ=True, TIME_ZONE='Europe/Berlin', INSTALLED_APPS=[], DEFAULT_AUTO_FIELD='django.db.models.BigAutoField',
    DATABASES={'default': dict(json.load(sys.stdin), OPTIONS={'charset': 'utf8mb4'})})
import django
django.setup()
from django.db import connection, models
class Thing(models.Model):
    flag = models.BooleanField(null=True)
    small = models.SmallIntegerField(null=True)
    num = models.BigIntegerField(null=True)
    pos = models.PositiveBigIntegerField(null=True)
    f = models.FloatField(null=True)
    price = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    name = models.CharField(max_length=100, null=True)
    body = models.TextField(null=True)
    raw = models.BinaryField(null=True)
    at = models.DateTimeField(null=True)
    day = models.DateField(null=True)
    clock = models.TimeField(null=True)
    dur = models.DurationField(null=True)
    uid = models.UUIDField(null=True)
    doc = models.JSONField(null=True)
    class Meta:
        app_label = 'app'
        db_table = 'thing'
values = lambda t: repr([getattr(t, f.attname) if f.attname != 'raw' or t.raw is None else bytes(t.raw)
    for f in Thing._meta.fields if f.attname != 'id'])
`

// Django makes the table and writes a row that we read and write again, and then
// finds the same in both.
func TestDjango(t *testing.T) {
	t.Parallel()
	dsn := testdb.MySQL(t)
	entry, err := json.Marshal(testdb.Django(t, dsn))
	if err != nil {
		t.Fatal(err)
	}
	realdjango.Run(t, djangoThing+`
with connection.schema_editor() as editor:
    editor.create_model(Thing)
Thing.objects.create(flag=True, small=-7, num=-2**63, pos=2**63-1, f=0.1, price=decimal.Decimal('1234567890123456.7891'),
    name='Köln 🎉 \\ \' " ? %', body='', raw=b'\x00\x01\xff\'\\', at=datetime.datetime(2024, 2, 29, 23, 59, 59, 123456, datetime.timezone.utc),
    day=datetime.date(1, 1, 1), clock=datetime.time(23, 59, 59, 999999), dur=datetime.timedelta(microseconds=-1500),
    uid=uuid.UUID('6ba7b810-9dad-11d1-80b4-00c04fd430c8'), doc={'a': [1, 'ü']})
Thing.objects.create()
`, entry)
	db := openAt(t, dsn, nil)
	rows, err := db.Query(t.Context(), "SELECT "+thingColumns+" FROM thing ORDER BY id", nil)
	if err != nil {
		t.Fatal(err)
	}
	var got [][]any
	for rows.Next() {
		got = append(got, readThing(t, rows))
	}
	rows.Close()
	want := [][]any{append([]any(nil), things[0]...), things[2]}
	want[0][14] = orm.JSONText(`{"a": [1, "\u00fc"]}`)
	if diff := cmp.Diff(want, got, valueOpts); diff != "" {
		t.Fatalf("Django's rows (-want +got):\n%s", diff)
	}
	for _, row := range got {
		mustExec(t, db, "INSERT INTO thing ("+thingColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row...)
	}
	out := realdjango.Run(t, djangoThing+`
for t in Thing.objects.order_by('id'):
    print(values(t))
`, entry)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 4 || lines[0] != lines[2] || lines[1] != lines[3] {
		t.Errorf("Django reads its own two rows and ours as:\n%s", out)
	}
}

// Our types make the table that Django makes.
func TestDjangoTypes(t *testing.T) {
	t.Parallel()
	dsn := testdb.MySQL(t)
	entry, err := json.Marshal(testdb.Django(t, dsn))
	if err != nil {
		t.Fatal(err)
	}
	db := openAt(t, dsn, nil)
	out := realdjango.Run(t, djangoThing+`
kinds = {f.__name__: f for f in vars(models).values() if isinstance(f, type) and issubclass(f, models.Field)}
for name in sorted(kinds):
    if name in ('Field', 'AutoFieldMixin', 'NullBooleanField', 'FileField', 'ImageField', 'FilePathField') or hasattr(kinds[name], 'remote_field_class'):
        continue
    try:
        args = {'DecimalField': {'max_digits': 20, 'decimal_places': 4}, 'CharField': {'max_length': 7}}.get(name, {})
        f = kinds[name](**args)
        f.set_attributes_from_name('x')
        sql = f.db_type(connection)
    except TypeError:
        continue
    if sql:
        print(f.get_internal_type() + '\t' + sql)
`, entry)
	d := db.Dialect()
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		kind, want, _ := strings.Cut(strings.TrimSpace(line), "\t")
		seen[kind] = true
		r := strings.NewReplacer("{max_length}", lengthIn(want), "{max_digits}", "20", "{decimal_places}", "4")
		got := strings.TrimSpace(r.Replace(d.Types[kind]) + " " + d.TypeSuffixes[kind])
		if got != want {
			t.Errorf("%s is %q, and Django's is %q", kind, got, want)
		}
	}
	if len(seen) < 20 {
		t.Errorf("Django told only of %v", seen)
	}
}

// lengthIn returns n of "varchar(n)".
func lengthIn(sql string) string {
	_, after, _ := strings.Cut(sql, "(")
	n, _, _ := strings.Cut(after, ")")
	return n
}
