package orm

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/civil"
)

// thing is a model made by hand, for tests of the compiler.
func thing() *Path {
	m := &Meta{App: "shop", Name: "Thing", Table: "shop_thing", byName: map[string]*Field{}}
	for _, f := range []*Field{
		{Name: "id", Column: "id", Type: "BigAutoField", Kind: KindInt64, PrimaryKey: true},
		{Name: "name", Column: "name", Type: "CharField", Kind: KindString},
		{Name: "notes", Column: "notes", Type: "TextField", Kind: KindString, Null: true},
		{Name: "price", Column: "price", Type: "BigIntegerField", Kind: KindInt64},
		{Name: "made", Column: "made", Type: "DateTimeField", Kind: KindTime},
		{Name: "day", Column: "day", Type: "DateField", Kind: KindDate},
		{Name: "data", Column: "data", Type: "JSONField", Kind: KindJSON, Null: true},
	} {
		f.Model = m
		m.byName[f.Name] = f
		m.Fields = append(m.Fields, f)
	}
	m.PK = m.Fields[0]
	m.root = &Path{model: m}
	return m.root
}

// likeDialect has the operators that the test needs, as PostgreSQL's.
var likeDialect = &Dialect{
	Name: "postgresql", Quote: '"', Dollar: true,
	Features: Features{Arrays: true, BooleanType: true},
	Operators: map[string]string{
		"contains": "LIKE %s", "icontains": "LIKE UPPER(%s)", "startswith": "LIKE %s", "iexact": "= UPPER(%s)", "regex": "~ %s",
	},
	Wrap: map[string]string{"icontains": "UPPER(%s::text)", "iexact": "UPPER(%s::text)"},
}

func compile(t *testing.T, d *Dialect, loc *time.Location, p *Path, e AnyExpr) (string, []any) {
	t.Helper()
	c := newCompiler(d, loc)
	if _, err := c.from(p); err != nil {
		t.Fatal(err)
	}
	if pred, ok := e.(Pred); ok {
		c.condition(pred.n)
	} else {
		c.Node(e.node())
	}
	s, err := c.statement()
	if err != nil {
		return "error: " + err.Error(), nil
	}
	return s.SQL, s.Args
}

func TestConditions(t *testing.T) {
	p := thing()
	id, price, name := NewInt64Col(p, "id"), NewInt64Col(p, "price"), NewTextCol(p, "name")
	notes := NewTextCol(p, "notes")
	made, date := NewTimeCol(p, "made"), NewDateCol(p, "day")
	data := NewJSONCol(p, "data")
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	utc := func(s string) time.Time {
		v, err := time.Parse("2006-01-02 15:04:05.999999", s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, test := range []struct {
		e    AnyExpr
		sql  string
		args []any
	}{
		{id.Eq(3), `"shop_thing"."id" = $1`, []any{int64(3)}},
		{notes.Eq("x").Not(), `NOT (("shop_thing"."notes" = $1 AND "shop_thing"."notes" IS NOT NULL))`, []any{"x"}},
		{notes.Ne("x"), `NOT (("shop_thing"."notes" = $1 AND "shop_thing"."notes" IS NOT NULL))`, []any{"x"}},
		{id.In(1, 2), `"shop_thing"."id" = ANY($1)`, []any{[]int64{1, 2}}},
		{id.In(), `1 = 0`, nil},
		{id.NotIn(), `NOT (1 = 0)`, nil},
		{name.Contains(`50%_\`), `"shop_thing"."name" LIKE $1`, []any{`%50\%\_\\%`}},
		{name.IContains("x"), `UPPER("shop_thing"."name"::text) LIKE UPPER($1)`, []any{"%x%"}},
		{name.IExact("50%"), `UPPER("shop_thing"."name"::text) = UPPER($1)`, []any{"50%"}},
		{name.Regex("a%"), `"shop_thing"."name" ~ $1`, []any{"a%"}},
		{name.Match("startswith", notes), `"shop_thing"."name" LIKE REPLACE(REPLACE(REPLACE("shop_thing"."notes", '\', '\\'), '%', '\%'), '_', '\_') || '%'`, nil},
		{name.EndsWith("x"), `error: orm: postgresql has no lookup endswith: not supported by this database`, nil},
		{price.GtF(price.Add(1).MulF(id)), `"shop_thing"."price" > (("shop_thing"."price" + $1) * "shop_thing"."id")`, []any{int64(1)}},
		{price.Between(1, 2), `"shop_thing"."price" BETWEEN $1 AND $2`, []any{int64(1), int64(2)}},
		{made.Year().Eq(2020), `"shop_thing"."made" BETWEEN $1 AND $2`, []any{utc("2020-01-01 00:00:00"), utc("2020-12-31 23:59:59.999999")}},
		{made.In(berlin).Year().Gte(2020), `"shop_thing"."made" >= $1`, []any{utc("2019-12-31 23:00:00")}},
		{date.Year().Gt(2020), `"shop_thing"."day" > $1`, []any{civil.Date{Year: 2020, Month: 12, Day: 31}}},
		{date.ISOYear().Eq(2026), `"shop_thing"."day" BETWEEN $1 AND $2`, []any{civil.Date{Year: 2025, Month: 12, Day: 29}, civil.Date{Year: 2027, Month: 1, Day: 3}}},
		{made.In(berlin).Month().Eq(5), `CAST(EXTRACT(MONTH FROM ("shop_thing"."made" AT TIME ZONE 'Europe/Berlin')) AS integer) = $1`, []any{int64(5)}},
		{made.In(time.FixedZone("x'; --", 0)).Month(), `error: orm: the time zone "x'; --" has no name that a database knows; use time.LoadLocation`, nil},
		{made.Trunc(PartMonth), `DATE_TRUNC('month', "shop_thing"."made", 'UTC')`, nil},
		{made.Extract(99), `error: orm: there is no part "" in such a value`, nil},
		{date.Trunc(PartHour), `error: orm: a day has no beginning of the hour`, nil},
		{data.Key("a'b", 0).Eq("x"), `("shop_thing"."data" #> $1::text[]) = $2::jsonb`, []any{[]string{"a'b", "0"}, JSONText(`"x"`)}},
		{data.Key("a").IsNull(), `("shop_thing"."data" -> $1::text) IS NULL`, []any{"a"}},
		{data.HasKey(`a"`), `"shop_thing"."data" ? $1::text`, []any{`a"`}},
		{data.KeyText("a").IExact("x"), `UPPER(("shop_thing"."data" ->> $1::text)::text) = UPPER($2)`, []any{"a", "x"}},
		{price.As(`x"`).Eq(1), `error: orm: the name of an annotation has letters, digits and underscores only, not "x\""`, nil},
		{name.Eq("a\x00"), `error: orm: text with a NUL byte: value does not fit`, nil},
		{Xor(id.Eq(1), id.Eq(2)), `((CASE WHEN "shop_thing"."id" = $1 THEN 1 ELSE 0 END + CASE WHEN "shop_thing"."id" = $2 THEN 1 ELSE 0 END) % 2 = 1)`, []any{int64(1), int64(2)}},
	} {
		sql, args := compile(t, likeDialect, nil, p, test.e)
		if sql != test.sql || !(len(args) == 0 && len(test.args) == 0 || reflect.DeepEqual(args, test.args)) {
			t.Errorf("got  %s %v\nwant %s %v\n%s", sql, args, test.sql, test.args, cmp.Diff(test.sql, sql))
		}
	}
}
