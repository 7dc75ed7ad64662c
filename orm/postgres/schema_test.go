package postgres_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/postgres"
)

// Booking has an index of each kind, and a constraint that Django calls an
// ExclusionConstraint.
type Booking struct {
	orm.Model
	Room   int64
	Floor  int32
	Guests int32
	Name   string `orm:"max_length=50"`
	Tags   postgres.Array[string]
	Period postgres.Range[civil.Date]
	Matrix orm.Null[postgres.Array[postgres.Array[int32]]]
	Attrs  orm.Null[postgres.HStore]
	Doc    orm.Null[postgres.TSVector]
	At     time.Time
	Key    uuid.UUID
}

// Meta declares what PostgreSQL has beyond other databases.
func (b *Booking) Meta(m *orm.Options) {
	m.AddIndex(postgres.Gin("", &postgres.IndexOptions{NoFastUpdate: true, PendingListLimit: 128}), &b.Tags)
	m.AddIndex(postgres.Gist("", &postgres.IndexOptions{Buffering: "on", Fillfactor: 80}), &b.Period)
	m.AddIndex(postgres.SpGist("", &postgres.IndexOptions{Fillfactor: 80}), orm.Key(&b.Name))
	m.AddIndex(postgres.Hash("", &postgres.IndexOptions{Fillfactor: 80}), &b.Name)
	m.AddIndex(postgres.Brin("", &postgres.IndexOptions{Autosummarize: true, PagesPerRange: 16}), &b.At)
	m.AddIndex(postgres.BTree("", &postgres.IndexOptions{Fillfactor: 80}), orm.Desc(&b.At))
	m.AddIndex(postgres.Bloom("", &postgres.IndexOptions{Length: 96, Columns: []int{4, 5}}), &b.Floor, orm.Key(&b.Guests))
	m.AddIndex(postgres.Gin("name_trgm", nil), orm.Key(&b.Name).OpClass("gin_trgm_ops"))
	m.AddExclusion(orm.ExclusionOptions{
		Name: "no_overlap", Operators: []string{postgres.RangeEqual, postgres.RangeOverlaps}, Where: bookingF.Room.Gt(0),
	}, &b.Room, &b.Period)
}

var (
	bookingMeta = orm.Define((*Booking)(nil), "x", "schema_test.go")
	bookings    = orm.Objects[*Booking](bookingMeta)
	bookingF    = struct {
		Room   orm.Int64Col
		Name   orm.TextCol
		Tags   postgres.ArrayCol[string]
		Period postgres.RangeCol[civil.Date]
		Matrix postgres.ArrayCol[postgres.Array[int32]]
		Attrs  postgres.HStoreCol
		Doc    postgres.TSVectorCol
		At     orm.TimeCol
		Key    orm.UUIDCol
	}{
		orm.NewInt64Col(bookingMeta.Root(), "room"), orm.NewTextCol(bookingMeta.Root(), "name"),
		postgres.NewArrayCol[string](bookingMeta.Root(), "tags"), postgres.NewRangeCol[civil.Date](bookingMeta.Root(), "period"),
		postgres.NewArrayCol[postgres.Array[int32]](bookingMeta.Root(), "matrix"), postgres.NewHStoreCol(bookingMeta.Root(), "attrs"),
		postgres.NewTSVectorCol(bookingMeta.Root(), "doc"), orm.NewTimeCol(bookingMeta.Root(), "at"), orm.NewUUIDCol(bookingMeta.Root(), "key"),
	}
)

const extensions = "CREATE EXTENSION hstore; CREATE EXTENSION pg_trgm; CREATE EXTENSION bloom; CREATE EXTENSION btree_gist"

const djangoBooking = `
from django.contrib.postgres.indexes import *
from django.contrib.postgres.constraints import *
from django.db.models import Q
class Booking(models.Model):
    room = models.BigIntegerField()
    floor = models.IntegerField()
    guests = models.IntegerField()
    name = models.CharField(max_length=50)
    tags = pg.ArrayField(models.TextField())
    period = pg.DateRangeField()
    matrix = pg.ArrayField(pg.ArrayField(models.IntegerField()), null=True)
    attrs = pg.HStoreField(null=True)
    doc = SearchVectorField(null=True)
    at = models.DateTimeField()
    key = models.UUIDField()
    class Meta:
        app_label = "x"
        indexes = [
            GinIndex(fields=["tags"], fastupdate=False, gin_pending_list_limit=128),
            GistIndex(fields=["period"], buffering=True, fillfactor=80),
            SpGistIndex(fields=["name"], fillfactor=80),
            HashIndex(fields=["name"], fillfactor=80),
            BrinIndex(fields=["at"], autosummarize=True, pages_per_range=16),
            BTreeIndex(fields=["-at"], fillfactor=80),
            BloomIndex(fields=["floor", "guests"], length=96, columns=(4, 5)),
            GinIndex(fields=["name"], name="name_trgm", opclasses=["gin_trgm_ops"]),
        ]
        constraints = [ExclusionConstraint(name="no_overlap", expressions=[("room", "="), ("period", "&&")], condition=Q(room__gt=0))]
for m in [Booking._meta]:
    for i in m.indexes: i.set_name_with_model(Booking) if not i.name else None
with connection.cursor() as c: c.execute("` + extensions + `")
with connection.schema_editor() as e: e.create_model(Booking)
`

// TestSchema: the columns, indexes and constraints are those that Django makes.
func TestSchema(t *testing.T) {
	t.Parallel()
	theirs, ours := testdb.Postgres(t), testdb.Postgres(t)
	realdjango.Run(t, djangoModels(t, theirs)+djangoBooking, nil)
	db := openURL(t, ours, nil)
	exec(t, db, extensions)
	if err := orm.CreateTables(orm.NewContext(deadline(t), orm.NewDB(db)), bookingMeta); err != nil {
		t.Fatal(err)
	}
	describe := func(c orm.Conn) (lines []string) {
		for _, sql := range []string{
			`SELECT column_name || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || is_nullable FROM information_schema.columns
				JOIN pg_attribute a ON attname = column_name AND attrelid = 'x_booking'::regclass WHERE table_name = 'x_booking' ORDER BY ordinal_position`,
			`SELECT regexp_replace(pg_get_indexdef(indexrelid), ' WITH \(.*?\)', '') || (SELECT coalesce(string_agg(o, ', ' ORDER BY o), '') FROM unnest(reloptions) o)
				FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indrelid = 'x_booking'::regclass ORDER BY 1`,
			"SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'x_booking'::regclass ORDER BY 1",
		} {
			query(t, c, func(rows orm.Rows) { lines = append(lines, rows.Text(0)) }, sql)
		}
		return lines
	}
	if diff := cmp.Diff(describe(openURL(t, theirs, nil)), describe(db)); diff != "" {
		t.Errorf("Django -, ours +:\n%s", diff)
	}
}

func booking(room int64, from, to int) *Booking {
	return &Booking{
		Room: room, Name: "x", Tags: postgres.Array[string]{"a", `b"`}, Period: days(from, to), At: time.Unix(0, 0).UTC(),
		Matrix: orm.Some(postgres.Array[postgres.Array[int32]]{{1}, {2}}), Attrs: orm.Some(postgres.NewHStore(map[string]string{"k": "v"})),
		Key: uuid.MustParse("123e4567-e89b-12d3-a456-426614174000"),
	}
}

// TestModel saves, reads and updates rows with fields of this package.
func TestModel(t *testing.T) {
	t.Parallel()
	db := open(t, nil)
	exec(t, db, extensions)
	ctx := orm.NewContext(deadline(t), orm.NewDB(db))
	if err := orm.CreateTables(ctx, bookingMeta); err != nil {
		t.Fatal(err)
	}
	first := booking(1, 1, 5)
	if err := orm.Save(ctx, first); err != nil {
		t.Fatal(err)
	}
	if err := orm.Save(ctx, booking(1, 4, 6)); !errors.Is(err, orm.ErrExclusion) {
		t.Errorf("a second booking of the days: %v", err)
	}
	many := []*Booking{booking(2, 1, 5), {Room: 3, Period: days(1, 2), At: time.Unix(0, 0)}}
	if err := bookings.BulkCreate(ctx, many, nil); err != nil {
		t.Fatal(err)
	}
	read := func(room int64) *Booking {
		b, err := bookings.Filter(bookingF.Room.Eq(room)).Get(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	ignore := cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Model" }, cmp.Ignore())
	for _, want := range []*Booking{first, many[0]} {
		if diff := cmp.Diff(want, read(want.Room), ignore); diff != "" {
			t.Errorf("want -, got +:\n%s", diff)
		}
	}
	if got := read(3); got.Tags == nil || len(got.Tags) != 0 || got.Matrix.Valid || got.Attrs.Valid {
		t.Errorf("empty values are %+v", got)
	}
	crowd := make([]*Booking, 1200) // enough for COPY
	for i := range crowd {
		crowd[i] = booking(int64(1000+i), 1, 5)
	}
	if err := bookings.BulkCreate(ctx, crowd, nil); err != nil {
		t.Fatal(err)
	}
	crowd[7].ID = read(1007).ID
	if diff := cmp.Diff(crowd[7], read(1007), ignore); diff != "" {
		t.Errorf("of many: want -, got +:\n%s", diff)
	}
	if n, err := bookings.Filter(bookingF.Room.Gte(1000)).Delete(ctx); err != nil {
		t.Error(n, err)
	}
	n, err := bookings.Filter(bookingF.Room.Eq(1)).Update(ctx, bookingF.Tags.Append("c"), bookingF.Period.Set(days(10, 12)),
		bookingF.Attrs.Set(postgres.HStore{"k": {}}), bookingF.Matrix.SetNull(), bookingF.Doc.SetF(postgres.NewSearchVector(bookingF.Name).Config("simple")),
		bookingF.Key.SetF(postgres.RandomUUID()), bookingF.At.SetF(postgres.TransactionNow()))
	if err != nil || n != 1 {
		t.Fatal(n, err)
	}
	got := read(1)
	if !cmp.Equal(got.Tags, postgres.Array[string]{"a", `b"`, "c"}) || got.Period != days(10, 12) || got.Matrix.Valid ||
		!cmp.Equal(got.Attrs.V, postgres.HStore{"k": {}}) || got.Doc.V != "'x':1" || got.Key == first.Key || got.At.Year() < 2020 {
		t.Errorf("after Update: %+v", got)
	}
	rooms := postgres.ArraySubquery(orm.Subquery(bookings.OrderBy(bookingF.Room.Asc()), bookingF.Room)).As("rooms")
	rows, err := bookings.Annotate(rooms).All(ctx)
	if err != nil || len(rows) != 3 || !cmp.Equal(rooms.Of(rows[0]), postgres.Array[int64]{1, 2, 3}) {
		t.Errorf("%d rows, %v", len(rows), err)
	}
	made := postgres.MakeRange(postgres.RangeOf(bookingF.Period.Expr).Lower(), bookingF.Period.Upper(), postgres.BothBounds)
	if n, err := bookings.Filter(made.Contains(day(5))).Count(ctx); n != 1 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
	in := bookingF.Tags.In(postgres.Array[string]{"a", `b"`}, postgres.Array[string]{})
	if n, err := bookings.Filter(in).Count(ctx); n != 2 || err != nil {
		t.Errorf("%d rows, %v", n, err)
	}
}

// TestLexemes: words from outside are words, whatever stands in them.
func TestLexemes(t *testing.T) {
	t.Parallel()
	ctx := orm.NewContext(deadline(t), orm.NewDB(open(t, nil)))
	c, err := orm.ConnectionOf(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	for lexeme, want := range map[postgres.Lexeme]string{
		postgres.NewLexeme("it's"):                                                             `'it' <-> 's'`,
		postgres.NewLexeme(`a & b | !c:* \ '`):                                                 `'a' <-> 'b' <-> 'c'`,
		postgres.NewLexemePrefix("ra").Weight("AB"):                                            `'ra':*AB`,
		postgres.NewLexeme("cat").Weight("AxD'"):                                               `'cat':AD`,
		postgres.NewLexeme("a").And(postgres.NewLexeme("b")):                                   `'a' & 'b'`,
		postgres.NewLexeme("a").Or(postgres.NewLexeme("b")).And(postgres.NewLexeme("c").Not()): `( 'a' | 'b' ) & !'c'`,
	} {
		rows, err := c.Query(ctx, "SELECT to_tsquery('simple', $1)::text", lexeme.String())
		if err != nil {
			t.Errorf("%s: %v", lexeme, err)
			continue
		}
		for rows.Next() {
			if got := rows.Text(0); got != want {
				t.Errorf("%s is read as %s, want %s", lexeme, got, want)
			}
		}
		rows.Close()
	}
}

// TestOtherDatabases: fields of this package say what they need.
func TestOtherDatabases(t *testing.T) {
	t.Parallel()
	other := &orm.Dialect{Name: "sqlite", Quote: '"'}
	for name, f := range map[string]orm.CustomField{
		"array": postgres.Array[string]{}, "range": postgres.Range[int64]{}, "hstore": postgres.HStore{}, "tsvector": postgres.TSVector(""),
	} {
		if _, err := f.ColumnType(other, &orm.Field{}); !errors.Is(err, orm.ErrNotSupported) {
			t.Errorf("%s on SQLite: %v", name, err)
		}
	}
	own := &orm.Dialect{Name: "postgresql", Quote: '"'}
	if _, err := (postgres.Array[context.Context]{}).ColumnType(own, &orm.Field{}); err == nil {
		t.Error("an array of contexts")
	}
	if _, err := (postgres.Range[string]{}).ColumnType(own, &orm.Field{}); err == nil {
		t.Error("a range of text")
	}
}
