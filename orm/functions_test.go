package orm_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

func doc(s string) (j orm.JSON[map[string]any]) {
	if err := json.Unmarshal([]byte(s), &j); err != nil {
		panic(err)
	}
	return j
}

// ann is an annotation whose values are of type V.
type ann[V any] interface {
	orm.Annotation
	Lookup(row orm.Row) (V, bool)
}

// valuesOf returns the values of an expression for the items in order.
func valuesOf[A ann[V], V any](t *testing.T, ctx context.Context, e interface{ As(string) A }) string {
	t.Helper()
	a := e.As("v")
	rows, err := exprItems.Annotate(a).OrderBy(itemF.ID.Asc()).All(ctx)
	if err != nil {
		return "error: " + err.Error()
	}
	var out []string
	for _, row := range rows {
		v, ok := a.Lookup(row)
		switch v := any(v).(type) {
		case float64:
			out = append(out, fmt.Sprintf("%.4g", v))
		case time.Time:
			out = append(out, v.Format("2006-01-02T15:04:05.999"))
		case decimal.Decimal:
			out = append(out, v.StringFixed(2))
		case json.RawMessage:
			var plain any
			if err := json.Unmarshal(v, &plain); ok && err != nil {
				t.Errorf("%s: %v", v, err)
			}
			b, _ := json.Marshal(plain)
			out = append(out, string(b))
		default:
			out = append(out, fmt.Sprint(v))
		}
		if !ok {
			out[len(out)-1] = "null"
		}
	}
	return strings.Join(out, " | ")
}

func TestFunctions(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		f := itemF
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range []struct{ name, got, want string }{
			{"Lower", valuesOf(t, ctx, orm.Lower(f.Name)), `pear | apple 100% | plum | back\slash | fig`},
			{"Upper", valuesOf(t, ctx, orm.Upper(f.Name)), `PEAR | APPLE 100% | PLUM | BACK\SLASH | FIG`},
			{"Length", valuesOf(t, ctx, orm.Length(f.Name)), "4 | 10 | 4 | 10 | 3"},
			{"Concat", valuesOf(t, ctx, orm.Concat(f.Notes, orm.Val("-"), f.Number)), "-7 | a_b--3 | -12 | -0 | -100"},
			{"Left", valuesOf(t, ctx, orm.Left(f.Name, 2)), "Pe | ap | Pl | ba | fi"},
			{"Right", valuesOf(t, ctx, orm.Right(f.Name, 2)), "ar | 0% | um | sh | ig"},
			{"Substr", valuesOf(t, ctx, orm.Substr(f.Name, 2, 2)), "ea | pp | lu | ac | ig"},
			{"Substr to end", valuesOf(t, ctx, orm.Substr(f.Name, 3, 0)), `ar | ple 100% | um | ck\slash | g`},
			{"Replace", valuesOf(t, ctx, orm.Replace(f.Name, "a", "o")), `Peor | opple 100% | Plum | bock\slosh | fig`},
			{"Trim", valuesOf(t, ctx, orm.Trim(orm.Concat(orm.Val("  "), f.Name, orm.Val(" ")))), `Pear | apple 100% | Plum | back\slash | fig`},
			{"LTrim", valuesOf(t, ctx, orm.LTrim(orm.Concat(orm.Val("  "), f.Name))), `Pear | apple 100% | Plum | back\slash | fig`},
			{"LPad", valuesOf(t, ctx, orm.LPad(f.Name, 5, "xy")), `xPear | apple | xPlum | back\ | xyfig`},
			{"RPad", valuesOf(t, ctx, orm.RPad(f.Name, 5, "xy")), `Pearx | apple | Plumx | back\ | figxy`},
			{"Repeat", valuesOf(t, ctx, orm.Repeat(orm.Left(f.Name, 1), 3)), `PPP | aaa | PPP | bbb | fff`},
			{"Reverse", valuesOf(t, ctx, orm.Reverse(f.Name)), `raeP | %001 elppa | mulP | hsals\kcab | gif`},
			{"StrIndex", valuesOf(t, ctx, orm.StrIndex(f.Name, "l")), `0 | 4 | 2 | 7 | 0`},
			{"MD5", valuesOf(t, ctx, orm.Left(orm.MD5(f.Name), 8)), `dadbef2a | 28041011 | 93df2c41 | 7ac22aa8 | 04d8b0d7`},
			{"SHA256", valuesOf(t, ctx, orm.Left(orm.SHA256(f.Name), 8)), `bf70552e | 26cb3871 | c8b2fae9 | 1498e0b5 | 8c39c634`},
			{"Ord", valuesOf(t, ctx, orm.Ord(f.Name)), "80 | 97 | 80 | 98 | 102"},
			{"Chr", valuesOf(t, ctx, orm.Chr(orm.Ord(f.Name))), "P | a | P | b | f"},

			{"Abs", valuesOf(t, ctx, orm.Abs(f.Number)), "7 | 3 | 12 | 0 | 100"},
			{"Ceil", valuesOf(t, ctx, orm.Ceil(f.Weight)), "3 | 1 | 4 | 0 | 16"},
			{"Floor", valuesOf(t, ctx, orm.Floor(f.Weight)), "2 | 0 | 4 | 0 | 16"},
			{"Round", valuesOf(t, ctx, orm.Round(f.Weight.Div(3), 2)), "0.83 | 0.17 | 1.33 | 0 | 5.33"},
			{"Round decimal", valuesOf(t, ctx, orm.Round(f.Price, 1)), "1.50 | 20.00 | 3.30 | 1.00 | 100.00"},
			{"Sign", valuesOf(t, ctx, orm.Sign(f.Number)), "1 | -1 | 1 | 0 | 1"},
			{"Mod", valuesOf(t, ctx, orm.Mod(f.Number, orm.Val[int64](5))), "2 | -3 | 2 | 0 | 0"},
			{"Mod float", valuesOf(t, ctx, orm.Mod(f.Weight, orm.Val(2.0))), "0.5 | 0.5 | 0 | 0 | 0"},
			{"Power", valuesOf(t, ctx, orm.Power(f.Weight, orm.Val(2.0))), "6.25 | 0.25 | 16 | 0 | 256"},
			{"Sqrt", valuesOf(t, ctx, orm.Sqrt(f.Weight)), "1.581 | 0.7071 | 2 | 0 | 4"},
			{"Exp", valuesOf(t, ctx, orm.Exp(f.Weight)), "12.18 | 1.649 | 54.6 | 1 | 8.886e+06"},
			{"Ln", valuesOf(t, ctx, orm.Ln(orm.Val(8.0))), "2.079 | 2.079 | 2.079 | 2.079 | 2.079"},
			{"Log", valuesOf(t, ctx, orm.Log(orm.Val(2.0), f.Weight.Add(1))), "1.807 | 0.585 | 2.322 | 0 | 4.087"},
			{"Sin", valuesOf(t, ctx, orm.Sin(f.Weight)), "0.5985 | 0.4794 | -0.7568 | 0 | -0.2879"},
			{"ATan2", valuesOf(t, ctx, orm.ATan2(f.Weight, orm.Val(1.0))), "1.19 | 0.4636 | 1.326 | 0 | 1.508"},
			{"Pi", valuesOf(t, ctx, orm.Degrees(orm.Pi())), "180 | 180 | 180 | 180 | 180"},
			{"arithmetic", valuesOf(t, ctx, f.Number.Mul(2).AddF(f.ShopID).Sub(1)), "14 | -5 | 24 | 1 | null"},
			{"xor", valuesOf(t, ctx, f.Number.Op("#", orm.Val[int64](5))), "2 | -8 | 9 | 5 | 97"},
			{"and", valuesOf(t, ctx, f.Number.Op("&", orm.Val[int64](6))), "6 | 4 | 4 | 0 | 4"},
			{"remainder", valuesOf(t, ctx, f.Number.Op("%", orm.Val[int64](5))), "2 | -3 | 2 | 0 | 0"},
			{"decimal", valuesOf(t, ctx, f.Price.Mul(decimal.New(2, 0))), "3.00 | 40.00 | 6.50 | 1.98 | 200.00"},

			{"Coalesce", valuesOf(t, ctx, orm.Coalesce(f.Notes, f.Name)), `Pear | a_b | Plum | back\slash | fig`},
			{"Coalesce value", valuesOf(t, ctx, orm.Coalesce(f.Notes, orm.Val("-"))), "- | a_b | - | - | -"},
			{"NullIf", valuesOf(t, ctx, orm.NullIf(f.Number, orm.Val[int64](7))), "null | -3 | 12 | 0 | 100"},
			{"Greatest", valuesOf(t, ctx, orm.Greatest(f.Number, f.ID)), "7 | 2 | 12 | 4 | 100"},
			{"Least", valuesOf(t, ctx, orm.Least(f.Number, orm.Val[int64](5))), "5 | -3 | 5 | 0 | 5"},
			{"Cast text", valuesOf(t, ctx, orm.Cast[string](f.Number)), "7 | -3 | 12 | 0 | 100"},
			{"Cast int", valuesOf(t, ctx, orm.Cast[int64](orm.Val("12"))), "12 | 12 | 12 | 12 | 12"},
			{"Cast float", valuesOf(t, ctx, orm.Cast[float64](f.Number)), "7 | -3 | 12 | 0 | 100"},
			{"CastDecimal", valuesOf(t, ctx, orm.CastDecimal(f.Weight, 10, 2)), "2.50 | 0.50 | 4.00 | 0.00 | 16.00"},
			{"Cast date", valuesOf(t, ctx, orm.Cast[time.Time](f.Day)), "2023-12-31T00:00:00 | 2024-02-01T00:00:00 | 2024-03-03T00:00:00 | 2024-04-01T00:00:00 | 2024-05-02T00:00:00"},

			{"Case", valuesOf(t, ctx, orm.Case(orm.When(f.Number.Gt(10), "many"), orm.When(f.Number.Gt(0), "some")).Else("none")), "some | none | many | none | many"},
			{"Case null", valuesOf(t, ctx, orm.Case(orm.WhenF(f.Active.Eq(true), f.Number))), "7 | null | 12 | null | 100"},
			{"Test", valuesOf(t, ctx, orm.Test(f.Number.Gt(10).Or(f.Notes.IsNotNull()))), "false | true | true | false | true"},
			{"Val", valuesOf(t, ctx, orm.Val(true)), "true | true | true | true | true"},
			{"Template", valuesOf(t, ctx, orm.Template[int64]("(%s + %s) %% 4", f.Number, f.ID)), "0 | -1 | 3 | 0 | 1"},
			{"Fn", valuesOf(t, ctx, orm.Fn[string]("lower", f.Name)), `pear | apple 100% | plum | back\slash | fig`},
			{"RawSQL", valuesOf(t, ctx, orm.RawSQL[int64]("number + %s", 1)), "8 | -2 | 13 | 1 | 101"},

			{"Year", valuesOf(t, ctx, f.Made.Year()), "2023 | 2024 | 2024 | 2024 | 2024"},
			{"Year in Berlin", valuesOf(t, ctx, f.Made.In(berlin).Year()), "2024 | 2024 | 2024 | 2024 | 2024"},
			{"Month", valuesOf(t, ctx, f.Made.Month()), "12 | 2 | 3 | 4 | 5"},
			{"Day", valuesOf(t, ctx, f.Made.Day()), "31 | 1 | 3 | 1 | 2"},
			{"Week", valuesOf(t, ctx, f.Made.Week()), "52 | 5 | 9 | 14 | 18"},
			{"WeekDay", valuesOf(t, ctx, f.Made.WeekDay()), "1 | 5 | 1 | 2 | 5"},
			{"ISOWeekDay", valuesOf(t, ctx, f.Made.ISOWeekDay()), "7 | 4 | 7 | 1 | 4"},
			{"ISOYear", valuesOf(t, ctx, f.Made.ISOYear()), "2023 | 2024 | 2024 | 2024 | 2024"},
			{"Quarter", valuesOf(t, ctx, f.Made.Quarter()), "4 | 1 | 1 | 2 | 2"},
			{"Hour", valuesOf(t, ctx, f.Made.In(berlin).Hour()), "0 | 1 | 2 | 4 | 5"},
			{"Minute", valuesOf(t, ctx, f.Made.Minute()), "30 | 30 | 30 | 30 | 30"},
			{"Second", valuesOf(t, ctx, f.Made.Second()), "15 | 15 | 15 | 15 | 15"},
			{"Date", valuesOf(t, ctx, f.Made.In(berlin).Date()), "2024-01-01 | 2024-02-01 | 2024-03-03 | 2024-04-01 | 2024-05-02"},
			{"TimeOfDay", valuesOf(t, ctx, f.Made.In(berlin).TimeOfDay()), "00:30:15.250000 | 01:30:15.250000 | 02:30:15.250000 | 04:30:15.250000 | 05:30:15.250000"},
			{"Trunc year", valuesOf(t, ctx, f.Made.Trunc(orm.PartYear)), "2023-01-01T00:00:00 | 2024-01-01T00:00:00 | 2024-01-01T00:00:00 | 2024-01-01T00:00:00 | 2024-01-01T00:00:00"},
			{"Trunc month in Berlin", valuesOf(t, ctx, f.Made.In(berlin).Trunc(orm.PartMonth)), "2023-12-31T23:00:00 | 2024-01-31T23:00:00 | 2024-02-29T23:00:00 | 2024-03-31T22:00:00 | 2024-04-30T22:00:00"},
			{"Trunc quarter", valuesOf(t, ctx, f.Made.Trunc(orm.PartQuarter)), "2023-10-01T00:00:00 | 2024-01-01T00:00:00 | 2024-01-01T00:00:00 | 2024-04-01T00:00:00 | 2024-04-01T00:00:00"},
			{"Trunc week", valuesOf(t, ctx, f.Made.Trunc(orm.PartWeek)), "2023-12-25T00:00:00 | 2024-01-29T00:00:00 | 2024-02-26T00:00:00 | 2024-04-01T00:00:00 | 2024-04-29T00:00:00"},
			{"Trunc day", valuesOf(t, ctx, f.Made.Trunc(orm.PartDay)), "2023-12-31T00:00:00 | 2024-02-01T00:00:00 | 2024-03-03T00:00:00 | 2024-04-01T00:00:00 | 2024-05-02T00:00:00"},
			{"Trunc hour", valuesOf(t, ctx, f.Made.Trunc(orm.PartHour)), "2023-12-31T23:00:00 | 2024-02-01T00:00:00 | 2024-03-03T01:00:00 | 2024-04-01T02:00:00 | 2024-05-02T03:00:00"},
			{"Trunc second", valuesOf(t, ctx, f.Made.Trunc(orm.PartSecond)), "2023-12-31T23:30:15 | 2024-02-01T00:30:15 | 2024-03-03T01:30:15 | 2024-04-01T02:30:15 | 2024-05-02T03:30:15"},
			{"Trunc day of Day", valuesOf(t, ctx, f.Day.Trunc(orm.PartMonth)), "2023-12-01 | 2024-02-01 | 2024-03-01 | 2024-04-01 | 2024-05-01"},
			{"Trunc week of Day", valuesOf(t, ctx, f.Day.Trunc(orm.PartWeek)), "2023-12-25 | 2024-01-29 | 2024-02-26 | 2024-04-01 | 2024-04-29"},
			{"Trunc quarter of Day", valuesOf(t, ctx, f.Day.Trunc(orm.PartQuarter)), "2023-10-01 | 2024-01-01 | 2024-01-01 | 2024-04-01 | 2024-04-01"},
			{"Trunc hour of Clock", valuesOf(t, ctx, f.Clock.Trunc(orm.PartHour)), "23:00:00 | 00:00:00 | 01:00:00 | 02:00:00 | 03:00:00"},
			{"Clock", valuesOf(t, ctx, f.Clock.Hour()), "23 | 0 | 1 | 2 | 3"},
			{"Add", valuesOf(t, ctx, f.Made.Add(90*time.Minute)), "2024-01-01T01:00:15.25 | 2024-02-01T02:00:15.25 | 2024-03-03T03:00:15.25 | 2024-04-01T04:00:15.25 | 2024-05-02T05:00:15.25"},
			{"SubF", valuesOf(t, ctx, f.Made.SubF(f.Took)), "2023-12-31T22:00:15.25 | 2024-01-31T21:30:15.25 | 2024-03-02T21:00:15.25 | 2024-03-31T20:30:15.25 | 2024-05-01T20:00:15.25"},
			{"Since", valuesOf(t, ctx, f.Made.Since(f.Made.Add(-time.Hour))), "1h0m0s | 1h0m0s | 1h0m0s | 1h0m0s | 1h0m0s"},

			{"Key", valuesOf(t, ctx, f.Data.Key("a", "b")), `[1,"x"] | null | null | [] | null`},
			{"Key index", valuesOf(t, ctx, f.Data.Key("a", "b", 0)), `1 | null | null | null | null`},
			{"Key text", valuesOf(t, ctx, f.Data.KeyText("s")), `Pear | apple | null | null | null`},
			{"Key bool as text", valuesOf(t, ctx, f.Data.KeyText("t")), `true | null | false | null | null`},
			{"Key null as text", valuesOf(t, ctx, f.Data.KeyText("z")), `null | null | null | null | null`},
			{"JSONObject", valuesOf(t, ctx, orm.JSONObject(map[string]orm.AnyExpr{"n": f.Number, "d": f.Data.Key("n")})), `{"d":5,"n":7} | {"d":7,"n":-3} | {"d":"7","n":12} | {"d":null,"n":0} | {"d":null,"n":100}`},
			{"JSONArray", valuesOf(t, ctx, orm.JSONArray(f.Name, f.Number, orm.Val("x'"))), `["Pear",7,"x'"] | ["apple 100%",-3,"x'"] | ["Plum",12,"x'"] | ["back\\slash",0,"x'"] | ["fig",100,"x'"]`},
		} {
			if test.got != test.want {
				t.Errorf("%s:\ngot  %s\nwant %s", test.name, test.got, test.want)
			}
		}
	})
}
