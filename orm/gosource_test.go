package orm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"go/format"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// state is a named type of text, as the statuses of models are.
type state string

// written are expressions of the models of these tests, and what is said of columns by
// name. gosource_gen_test.go has their source, in the same order.
func writtenConditions() []orm.AnyExpr {
	f := itemF
	at := time.Date(2024, 2, 29, 12, 30, 15, 250e6, time.FixedZone("", 3600))
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return []orm.AnyExpr{
		f.Number.Eq(1), f.Number.Ne(-5), f.Number.Gt(1), f.Number.Gte(1), f.Number.Lt(1), f.Number.Lte(1), f.Number.Between(1, 5),
		f.Number.In(1, 2, 3), f.Number.In(), f.Number.NotIn(4), f.Small.In(1, 2), f.Number.EqF(f.ID), f.Number.NeF(f.ID), f.Number.GtF(f.ID),
		f.Number.GteF(orm.Val(int64(3))), f.Price.LtF(f.Price.Mul(decimal.NewFromInt(2))), f.Price.LteF(f.Price), f.Price.Gte(decimal.Zero),
		f.Price.Between(decimal.RequireFromString("0.01"), decimal.RequireFromString("99.99")), f.Weight.Gt(2), f.Weight.Lte(0.125),
		f.Name.Eq("it's"), f.Name.Eq("a \"b\" \\ `c`\n"), f.Name.In("new", "so\\ld"), f.Notes.IsNull(), f.Notes.IsNotNull(),
		orm.Typed[state](f.Name).Eq("new"), orm.NewEnum[state](exprItemMeta.Root(), "name").In("new", "old"), f.Active.Eq(true), orm.IsTrue(f.Active),
		orm.And(f.Number.Gt(1), f.Number.Lt(9), f.Active.Eq(false)), orm.Or(f.Number.Gt(1).And(f.Name.Eq("x")), f.Notes.IsNull()),
		orm.Xor(f.Number.Gt(1), f.Active.Eq(true), f.Name.Eq("")), orm.Not(orm.And(f.Number.Gt(1), orm.Not(f.Notes.Gt("m")))), f.Notes.Eq("x").Not(),
		f.Name.IExact("x"), f.Name.Contains("50%_"), f.Name.IContains("a"), f.Name.StartsWith("a"), f.Name.IStartsWith("a"), f.Name.EndsWith("a"),
		f.Name.IEndsWith("a"), f.Name.Regex(`^\d+$`), f.Name.IRegex("^a"), f.Name.Match("startswith", f.Notes), orm.Lower(f.Name).Eq("x"),
		orm.Lower(f.Name).EqF(f.Name), f.Name.EqF(orm.Lower(f.Name)), orm.Length(f.Name).Gte(3), orm.Length(f.Name).EqF(f.Number),
		f.Made.Eq(at), f.Made.Gt(time.Date(1999, 12, 31, 0, 0, 0, 0, time.UTC)), f.Day.Between(civil.Date{Year: 2020, Month: 1, Day: 1}, civil.Date{Year: 2030, Month: 12, Day: 31}),
		f.Clock.Lt(civil.Time{Hour: 12, Minute: 30, Second: 1, Nanosecond: 5000}), f.Took.Gt(90 * time.Minute), f.Took.Lte(36 * time.Hour), f.Took.Eq(1500 * time.Microsecond), f.Took.Eq(0),
		f.Made.Year().Eq(2024), f.Made.Year().Gt(2000), f.Made.Year().Between(2000, 2010), f.Made.ISOYear().Lte(2000), f.Day.Month().In(1, 2), f.Made.In(berlin).Hour().Gte(8),
		f.Made.Date().EqF(f.Day), f.Made.TimeOfDay().Gt(civil.Time{Hour: 8}), f.Made.GteF(orm.Now()), f.Made.Add(time.Hour).GtF(f.Made), f.Made.AddF(f.Took).LtF(orm.Now()),
		f.Made.SubF(f.Took).EqF(f.Made.Trunc(orm.PartDay)), f.Made.Since(orm.TimeOf(f.Made)).Gt(time.Hour), f.Clock.Hour().Eq(3), f.Day.WeekDay().Ne(1), f.Day.ISOWeekDay().Lt(6),
		orm.Typed[uuid.UUID](f.Name).Eq(uuid.MustParse("0e5c1b5a-6b0a-4a52-9d4b-0a4c5a6b7c8d")), orm.Typed[netip.Addr](f.Name).Eq(netip.MustParseAddr("::1")),
		orm.Typed[[]byte](f.Name).Eq([]byte{0, 'a', 255}), orm.F("number").Eq(1), orm.F("number").GtF(orm.F("id")), orm.F("name").In("a", "b"), orm.Lookup(exprItemMeta, "name__istartswith", "x"),
		orm.Lookup(exprItemMeta, "number__range", []int{1, 5}), orm.Lookup(exprItemMeta, "made__gte", "2024-01-01"), orm.Lookup(exprItemMeta, "name__length__gt", 3), orm.Lookup(exprItemMeta, "small__gt", int64(1)<<40),
		orm.Lookup(exprItemMeta, "made__date__range", []string{"2024-01-01", "2025-01-01"}), orm.Lookup(exprItemMeta, "name__in", []string{"a", "b"}), orm.Lookup(exprItemMeta, "pk__in", []int64{3}),
		f.Data.Key("a", 0).Eq("x"), f.Data.Key("n").Gt(5), f.Data.Key("n").Ne(nil), f.Data.Key("n").Lte(1.5), f.Data.Eq(map[string]any{"a": []int{1}}), f.Data.Key("t").In(true, false), f.Data.KeyText("a", "b").IStartsWith("x"),
		f.Data.HasKey("a"), f.Data.HasKeys("a", "it's"), f.Data.HasAnyKeys("a", "b"), f.Data.Key("a").HasKey("b"), f.Data.IsNull(), f.Data.Key("a").IsNull(), f.Data.Key("a", -1).IsNotNull(),
		f.Data.Contains(map[string]any{"n": 5}), f.Data.ContainedBy(map[string]any{"n": 5}), f.Data.Key("n").EqF(orm.Typed[json.RawMessage](f.Data)), orm.Holds("%s %% 2 = %s", f.Number, orm.Val(1)),
		orm.Holds("1 = 1"), orm.IsTrue(orm.Template[bool]("%s IS TRUE", f.Active)), orm.IsTrue(orm.RawSQL[bool]("number > %s", 5)), orm.Test(f.Number.Gt(1)).Eq(true), f.Shop().IsNull(),
	}
}

func writtenValues() []orm.AnyExpr {
	f := itemF
	return []orm.AnyExpr{
		f.Number, orm.F("number"), f.Number.Add(1), f.Number.Sub(2).Mul(3), f.Number.Div(4), f.Number.AddF(f.Small64()), f.Number.Op("%", orm.Val(int64(3))), f.Number.Op("<<", f.ID), f.Number.DivF(f.ID).AddF(f.Number.SubF(f.ID)),
		f.Price.Mul(decimal.RequireFromString("1.19")), f.Weight.Add(2), f.Weight.MulF(orm.Val(0.5)), orm.NumOf(orm.Coalesce(f.Number, f.ID)).Add(1),
		orm.Val(1), orm.Val("x"), orm.Val(true), orm.Val(1.0), orm.Val(state("new")), orm.Val(time.Date(2024, 1, 2, 3, 4, 5, 0, time.UTC)), orm.Val(json.RawMessage(`{"a": 1}`)), orm.Val[any](nil), orm.Val(uint8(7)),
		orm.Lower(f.Name), orm.Upper(f.Name), orm.Trim(f.Name), orm.LTrim(f.Name), orm.RTrim(f.Name), orm.Left(f.Name, 3), orm.Right(f.Name, 3), orm.Substr(f.Name, 2, 3), orm.Substr(f.Name, 2, 0), orm.Replace(f.Name, "a", "b"),
		orm.LPad(f.Name, 9, "-"), orm.RPad(f.Name, 9, "*"), orm.Repeat(f.Name, 2), orm.Reverse(f.Name), orm.StrIndex(f.Name, "x"), orm.MD5(f.Name), orm.SHA256(f.Name), orm.Chr(f.Number), orm.Ord(f.Name), orm.Length(orm.Lower(f.Name)),
		orm.Concat(f.Name, orm.Val("-"), f.Number), orm.Concat(orm.Lower(f.Name)), orm.Collate(f.Name, "nocase"), orm.Coalesce(f.Notes, f.Name), orm.Coalesce(f.Notes, orm.Val("-")), orm.NullIf(f.Number, f.ID), orm.Greatest(f.Number, f.ID, f.Number), orm.Least(f.Number, f.ID),
		orm.Abs(f.Number), orm.Ceil(f.Weight), orm.Floor(f.Price), orm.Round(f.Weight, 2), orm.Round(f.Price, 1), orm.Sign(f.Number), orm.Mod(f.Number, f.ID), orm.Mod(f.Weight, f.Weight), orm.Power(f.Number, orm.Val(2)), orm.Sqrt(f.Weight), orm.Exp(f.Weight),
		orm.Ln(f.Weight), orm.Log(orm.Val(2), f.Weight), orm.Sin(f.Weight), orm.Pi(), orm.ATan2(f.Weight, f.Number), orm.Radians(f.Weight), orm.Random(), orm.Now(), orm.UUID4(), orm.Now().Date(), orm.Now().TimeOfDay(),
		orm.Cast[string](f.Number), orm.Cast[int64](f.Name), orm.Cast[int16](f.Name), orm.Cast[float64](f.Name), orm.Cast[time.Time](f.Name), orm.Cast[civil.Date](f.Made), orm.Cast[bool](f.Number), orm.Cast[uuid.UUID](f.Name), orm.Cast[json.RawMessage](f.Name), orm.CastDecimal(f.Weight, 8, 2), orm.Cast[decimal.Decimal](f.Name), orm.Cast[state](f.Name),
		f.Made.Year(), f.Made.Quarter(), f.Made.Week(), f.Made.Minute(), f.Clock.Second(), f.Made.Trunc(orm.PartMonth), f.Day.Trunc(orm.PartWeek), f.Clock.Trunc(orm.PartHour), f.Made.Add(-time.Hour),
		f.Data.Key("a"), f.Data.Key("a").Key(0, "b"), f.Data.KeyText("a"), orm.JSONObject(map[string]orm.AnyExpr{"n": f.Number, "a b": orm.Lower(f.Name)}), orm.JSONArray(f.Number, f.Name),
		orm.Case(orm.When(f.Number.Gt(1), "a"), orm.When(f.Number.Gt(2), "b")).Else("c"), orm.Case(orm.WhenF(f.Number.Gt(1), f.ID)).ElseF(f.Number), orm.Case(orm.When(f.Active.Eq(true), 1)), orm.Case[int]().Else(3),
		orm.Fn[string]("initcap", f.Name), orm.Fn[int64]("pg_catalog.length", f.Name, orm.Val(2)), orm.Fn[int64]("LEFT", f.Name, f.Number), orm.Fn[time.Time]("statement_timestamp"), orm.Template[string]("%s || %[1]s", f.Name), orm.Template[int]("1"), orm.RawSQL[int]("SELECT 1"), orm.RawSQL[int]("number + %s", 5),
		orm.Test(orm.And(f.Number.Gt(1), f.Active.Eq(true))), orm.RenameIn(orm.F("old").Add(1), "old", "number"), orm.RenameIn(orm.RenameIn(orm.Lower(orm.FText("older")), "older", "old"), "old", "name"), orm.FTime("made").InZone("Europe/Berlin").Year(), orm.FDate("day").Year(), orm.FTimeOfDay("clock").Hour(), orm.FJSON("data").Key("a"),
	}
}

// Small64 is the small number as a great one.
func (f *exprItemFields) Small64() orm.Expr[int64] { return orm.Typed[int64](f.Small) }

// TestGoSource writes expressions as Go source, which is compiled into this package, and
// compares what both say in definitions of tables.
func TestGoSource(t *testing.T) {
	cases := slices.Concat(writtenConditions(), writtenValues())
	imports := map[string]bool{}
	var lines strings.Builder
	for i, e := range cases {
		src, needs, err := orm.GoSource(e)
		if err != nil {
			t.Fatalf("expression %d: %v", i, err)
		}
		if i < len(wasWritten) {
			if again, _, err := orm.GoSource(wasWritten[i]); err != nil || again != src {
				t.Errorf("expression %d: the source of its source is %s (%v), not %s", i, again, err, src)
			}
		}
		fmt.Fprintf(&lines, "\t%s,\n", src)
		for _, path := range needs {
			imports[path] = true
		}
	}
	var file strings.Builder
	file.WriteString("// Code generated by go test -run TestGoSource -update. DO NOT EDIT.\n\npackage orm_test\n\nimport (\n")
	for _, std := range []bool{true, false} {
		for _, path := range slices.Sorted(maps.Keys(imports)) {
			if std == !strings.Contains(path, ".") {
				fmt.Fprintf(&file, "\t%q\n", path)
			}
		}
		file.WriteString("\n")
	}
	file.WriteString(")\n\nvar wasWritten = []orm.AnyExpr{\n" + lines.String() + "}\n")
	if len(wasWritten) != len(cases) {
		t.Errorf("gosource_gen_test.go has %d expressions, and there are %d: run with -update, and again", len(wasWritten), len(cases))
	}
	formatted, err := format.Source([]byte(file.String()))
	if err != nil {
		t.Fatal(err)
	}
	goldentest.Equal(t, "../gosource_gen_test.go", string(formatted))
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		c, err := orm.ConnectionOf(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for i, e := range cases[:min(len(cases), len(wasWritten))] {
			want, got := definition(t, c.Dialect(), e), definition(t, c.Dialect(), wasWritten[i])
			if got != want {
				t.Errorf("expression %d:\n%s\nwant\n%s", i, got, want)
			}
		}
	})
}

// definition returns the table of a model with a check or a generated column, or the
// mistake of the expression.
func definition(t *testing.T, d *orm.Dialect, e orm.AnyExpr) string {
	t.Helper()
	item, err := exprItemMeta.State()
	if err != nil {
		t.Fatal(err)
	}
	shop, err := exprShopMeta.State()
	if err != nil {
		t.Fatal(err)
	}
	if p, ok := e.(orm.Pred); ok {
		item.Constraints = []orm.ConstraintState{{Kind: orm.CheckConstraint, Name: "c", Check: p}}
	} else {
		item.Fields = append(item.Fields, orm.FieldState{Name: "made_of_others", Type: "TextField", Generated: e})
	}
	m, _ := orm.NewModels([]*orm.ModelState{item, shop}).Get("expr", "exprItem")
	s := orm.NewSchema(d)
	s.CreateModel(m)
	statements, err := s.Statements()
	if err != nil {
		return err.Error()
	}
	return statements[0]
}

// TestGoSourceErrors names what has no form in source.
func TestGoSourceErrors(t *testing.T) {
	t.Parallel()
	f := itemF
	for want, e := range map[string]orm.AnyExpr{
		"a subquery":                   f.Number.InQuery(orm.Subquery(exprShops.Filter(), shopF.ID)),
		"an aggregate":                 orm.Sum(f.Number),
		"a window function":            orm.Sum(f.Number).Over(orm.Window{}),
		"a condition on related rows":  orm.Any(shopF.Items(), f.Number.Gt(1)),
		"is no name of a function":     orm.Fn[int]("no name"),
		"the value [1 2]":              orm.Val([]int{1, 2}).Eq([]int{1, 2}),
		"an expression is missing":     orm.Coalesce[int64](nil),
		"Unsupported lookup 'nothing'": orm.Lookup(exprItemMeta, "number__nothing", 1),
	} {
		if _, _, err := orm.GoSource(e); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	if src, _, err := orm.GoSource(orm.Pred{}); src != "nil" || err != nil {
		t.Errorf("no condition: %s, %v", src, err)
	}
	_, err := exprItems.Filter(orm.FTime("made").InZone("No/Zone").Year().Eq(1)).SQL(ormtest.SQLite(t))
	if err == nil || !strings.Contains(err.Error(), "No/Zone") {
		t.Errorf("an unknown zone: %v", err)
	}
}

func ExampleGoSource() {
	src, imports, err := orm.GoSource(orm.And(itemF.Number.GtF(itemF.ID), itemF.Name.StartsWith("a"), itemF.Took.Lt(time.Hour)))
	fmt.Println(src)
	fmt.Println(imports, err)
	// Output:
	// orm.And(orm.F("number").GtF(orm.F("id")), orm.FText("name").StartsWith("a"), orm.F("took").Lt(1 * time.Hour))
	// [github.com/nuages-web/nuages/orm time] <nil>
}
