package postgres_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// Event is a model of both frameworks, in one table, that Django makes and fills.
type Event struct {
	orm.Model
	Title  string                 `orm:"max_length=100"`
	Body   string                 `orm:"text"`
	Tags   postgres.Array[string] `orm:"max_length=20"`
	Scores orm.Null[postgres.Array[int64]]
	Period postgres.Range[civil.Date]
	Seats  orm.Null[postgres.Range[int32]]
	Day    civil.Date
	Attrs  postgres.HStore
	Doc    orm.Null[postgres.TSVector]
}

var (
	eventMeta = orm.Define((*Event)(nil), "x", "event_test.go")
	events    = orm.Objects[*Event](eventMeta)
	eventF    = struct {
		ID     orm.Int64Col
		Title  orm.TextCol
		Body   orm.TextCol
		Tags   postgres.ArrayCol[string]
		Scores postgres.ArrayCol[int64]
		Period postgres.RangeCol[civil.Date]
		Seats  postgres.RangeCol[int32]
		Day    orm.DateCol
		Attrs  postgres.HStoreCol
		Doc    postgres.TSVectorCol
	}{
		orm.NewInt64Col(eventMeta.Root(), "id"), orm.NewTextCol(eventMeta.Root(), "title"), orm.NewTextCol(eventMeta.Root(), "body"),
		postgres.NewArrayCol[string](eventMeta.Root(), "tags"), postgres.NewArrayCol[int64](eventMeta.Root(), "scores"),
		postgres.NewRangeCol[civil.Date](eventMeta.Root(), "period"), postgres.NewRangeCol[int32](eventMeta.Root(), "seats"),
		orm.NewDateCol(eventMeta.Root(), "day"), postgres.NewHStoreCol(eventMeta.Root(), "attrs"), postgres.NewTSVectorCol(eventMeta.Root(), "doc"),
	}
)

const djangoEvent = `
from django.db.models import *
from django.db.models.functions import *
from django.contrib.postgres.aggregates import *
from django.contrib.postgres.functions import *
from django.contrib.postgres import lookups
CharField.register_lookup(lookups.Unaccent)
CharField.register_lookup(lookups.TrigramSimilar)
class Event(models.Model):
    title = models.CharField(max_length=100)
    body = models.TextField()
    tags = pg.ArrayField(models.CharField(max_length=20))
    scores = pg.ArrayField(models.BigIntegerField(), null=True)
    period = pg.DateRangeField()
    seats = pg.IntegerRangeField(null=True)
    day = models.DateField()
    attrs = pg.HStoreField()
    doc = SearchVectorField(null=True)
    class Meta: app_label = "x"
def day(d): return D.date(2026, 1, d)
def ids(q): return [e.id for e in q.order_by("id")]
`

const djangoEvents = `
with connection.cursor() as c: c.execute("CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION unaccent")
with connection.schema_editor() as e: e.create_model(Event)
for title, body, tags, scores, period, seats, d, attrs in [
    ("Café crème", "The fat cat sat on the mat", ["a", "b"], [1, 2, 3], (1, 5), (1, 10), 3, {"color": "red", "size": "1"}),
    ("Django", "A fat rat ate a cat, said the cat", ["b", "c"], [], (5, 9), (10, 20), 20, {"color": None}),
    ("Jazz", "Nothing of interest", [], None, (20, 25), None, 22, {}),
    ("Rock", "Rats and cats and dogs; dogs bark", ["a", "b", "c"], [5], (3, 21), (5, 5), 1, {"color": "blue"}),
]:
    Event.objects.create(title=title, body=body, tags=tags, scores=scores, period=DateRange(day(period[0]), day(period[1])),
        seats=seats and NumericRange(*seats), day=day(d), attrs=attrs)
Event.objects.exclude(id=3).update(doc=SearchVector("title", weight="A", config="english") + SearchVector("body", weight="B", config="english"))
`

// openEvents returns the database with the events, and the opening of scripts.
func openEvents(t *testing.T) (ctx context.Context, script string) {
	t.Helper()
	url := testdb.Postgres(t)
	script = djangoModels(t, url) + djangoEvent
	realdjango.Run(t, script+djangoEvents, nil)
	return orm.NewContext(deadline(t), orm.NewDB(openURL(t, url, nil))), script
}

// askDjango evaluates expressions in one run of Django and returns their JSON.
func askDjango(t *testing.T, script string, expressions []string) []json.RawMessage {
	t.Helper()
	list, err := json.Marshal(expressions)
	if err != nil {
		t.Fatal(err)
	}
	out := realdjango.Run(t, script+`
import sys
from django.core.serializers.json import DjangoJSONEncoder
print(json.dumps([eval(e) for e in json.load(sys.stdin)], cls=DjangoJSONEncoder))
`, list)
	var answers []json.RawMessage
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(expressions) {
		t.Fatalf("%v: %s", err, out)
	}
	return answers
}

func day(d int) civil.Date { return civil.Date{Year: 2026, Month: 1, Day: d} }

func days(from, to int) postgres.Range[civil.Date] { return postgres.NewRange(day(from), day(to)) }
