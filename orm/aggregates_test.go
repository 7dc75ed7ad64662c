package orm_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// of returns the value of an aggregate over all items.
func of[A ann[V], V any](t *testing.T, ctx context.Context, a interface{ As(string) A }) string {
	t.Helper()
	n := a.As("v")
	r, err := orm.Aggregate(ctx, exprItems.OrderBy(), n)
	if err != nil {
		return "error: " + err.Error()
	}
	return shown(n.Lookup(r))
}

func shown(v any, ok bool) string {
	if !ok {
		return "null"
	}
	switch v := v.(type) {
	case float64:
		return fmt.Sprintf("%.4g", v)
	case decimal.Decimal:
		return v.StringFixed(2)
	}
	return fmt.Sprint(v)
}

func TestAggregates(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		f := itemF
		none := f.Number.Gt(1000)
		for _, test := range []struct{ name, got, want string }{
			{"Count", of(t, ctx, orm.Count(f.ShopID)), "4"},
			{"CountAll", of(t, ctx, orm.CountAll()), "5"},
			{"CountAll filtered", of(t, ctx, orm.CountAll().Filter(f.Active.Eq(true))), "3"},
			{"CountDistinct", of(t, ctx, orm.CountDistinct(f.ShopID)), "2"},
			{"Sum", of(t, ctx, orm.Sum(f.Number)), "116"},
			{"Sum filtered", of(t, ctx, orm.Sum(f.Number).Filter(f.Active.Eq(true)).Filter(f.Number.Lt(50))), "19"},
			{"Sum of none", of(t, ctx, orm.Sum(f.Number).Filter(none)), "null"},
			{"Sum of none by default", of(t, ctx, orm.Sum(f.Number).Filter(none).Default(0)), "0"},
			{"Sum distinct", of(t, ctx, orm.Sum(f.ShopID).Distinct()), "3"},
			{"SumInt", of(t, ctx, orm.SumInt(f.Small)), "15"},
			{"Sum decimal", of(t, ctx, orm.Sum(f.Price)), "125.74"},
			{"Sum float", of(t, ctx, orm.Sum(f.Weight)), "23"},
			{"Avg", of(t, ctx, orm.Avg(f.Number)), "23.2"},
			{"Avg int32", of(t, ctx, orm.Avg(f.Small)), "3"},
			{"AvgDecimal", of(t, ctx, orm.AvgDecimal(f.Price)), "25.15"},
			{"Min", of(t, ctx, orm.Min(f.Number)), "-3"},
			{"Max", of(t, ctx, orm.Max(f.Price)), "100.00"},
			{"Max day", of(t, ctx, orm.Max(f.Day)), "2024-05-02"},
			{"Max name", of(t, ctx, orm.Max(orm.Lower(f.Name))), "plum"},
			{"StdDev", of(t, ctx, orm.StdDev(f.Number)), "38.76"},
			{"StdDevSample", of(t, ctx, orm.StdDevSample(f.Number)), "43.33"},
			{"Variance", of(t, ctx, orm.Variance(f.Number)), "1502"},
			{"VarianceSample", of(t, ctx, orm.VarianceSample(f.Number)), "1878"},
			{"BitAnd", of(t, ctx, orm.BitAnd(f.Number).Filter(f.Number.Gt(0))), "4"},
			{"BitOr", of(t, ctx, orm.BitOr(f.Number).Filter(f.Number.Gt(0))), "111"},
			{"BitXor", of(t, ctx, orm.BitXor(f.Number).Filter(f.Number.Gt(0))), "111"},
			{"AnyValue", of(t, ctx, orm.AnyValue(f.Notes)), "a_b"},
			{"StringAgg", of(t, ctx, orm.StringAgg(f.Name, "'; --").OrderBy(f.ID.Desc()).Filter(f.Active.Eq(true))), "fig'; --Plum'; --Pear"},
			{"StringAgg of none", of(t, ctx, orm.StringAgg(f.Name, ",").Filter(none).Default("-")), "-"},
		} {
			if test.got != test.want {
				t.Errorf("%s:\ngot  %s\nwant %s", test.name, test.got, test.want)
			}
		}
		n := orm.Count(f.ID).As("n")
		if _, err := orm.Aggregate(ctx, exprItems.OrderBy(), orm.Max(orm.Typed[int64](orm.Sum(f.Number))).As("m")); err == nil || !strings.Contains(err.Error(), "an aggregate cannot be inside another") {
			t.Errorf("a nested aggregate: %v", err)
		}
		// An aggregate of an annotation is one of a subquery.
		per := orm.Count(shopF.Items()).As("per")
		most := orm.Max(per).As("most")
		r, err := orm.Aggregate(ctx, exprShops.Annotate(per), most)
		if err != nil || most.Of(r) != 2 {
			t.Errorf("Max of Count: %v, %v", most.Of(r), err)
		}
		_ = n
	})
}

func TestGroups(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		items := shopF.Items()
		n := orm.Count(items).As("n")
		total := orm.Sum(items.Number).Filter(items.Active.Eq(true)).As("total")
		rows, err := exprShops.Annotate(n, total).Filter(n.Gt(1)).OrderBy(total.Desc().NullsLast(), shopF.ID.Asc()).All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows {
			sum, ok := total.Lookup(r)
			got = append(got, fmt.Sprintf("%s %d %s", r.Name, n.Of(r), shown(sum, ok)))
		}
		if s := strings.Join(got, ", "); s != "North 2 19, South 2 null" {
			t.Error(s)
		}

		// An expression with a parameter can be grouped by.
		first := orm.Concat(orm.Left(itemF.Name, 1), orm.Val("!")).As("first")
		type line struct {
			First string
			N     int64
		}
		lines, err := orm.Select[line](ctx, exprItems.Order("first"), first, orm.CountAll().As("n"))
		if err != nil || fmt.Sprint(lines) != "[{P! 2} {a! 1} {b! 1} {f! 1}]" && fmt.Sprint(lines) != "[{a! 1} {b! 1} {f! 1} {P! 2}]" {
			t.Errorf("%v, %v", lines, err)
		}
	})
}

func TestWindows(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		f := itemF
		byNumber := orm.Window{OrderBy: []orm.Order{f.Number.Asc()}}
		perShop := orm.Window{PartitionBy: []orm.AnyExpr{f.Active}, OrderBy: []orm.Order{f.Number.Desc()}}
		for _, test := range []struct{ name, got, want string }{
			{"RowNumber", valuesOf(t, ctx, orm.RowNumber().Over(byNumber)), "3 | 1 | 4 | 2 | 5"},
			{"RowNumber in partitions", valuesOf(t, ctx, orm.RowNumber().Over(perShop)), "3 | 2 | 2 | 1 | 1"},
			{"Rank", valuesOf(t, ctx, orm.Rank().Over(orm.Window{OrderBy: []orm.Order{f.Active.Asc()}})), "3 | 1 | 3 | 1 | 3"},
			{"DenseRank", valuesOf(t, ctx, orm.DenseRank().Over(orm.Window{OrderBy: []orm.Order{f.Active.Asc()}})), "2 | 1 | 2 | 1 | 2"},
			{"PercentRank", valuesOf(t, ctx, orm.PercentRank().Over(byNumber)), "0.5 | 0 | 0.75 | 0.25 | 1"},
			{"CumeDist", valuesOf(t, ctx, orm.CumeDist().Over(byNumber)), "0.6 | 0.2 | 0.8 | 0.4 | 1"},
			{"Ntile", valuesOf(t, ctx, orm.Ntile(2).Over(byNumber)), "1 | 1 | 2 | 1 | 2"},
			{"Lag", valuesOf(t, ctx, orm.Lag(f.Number, 1).Over(byNumber)), "0 | null | 7 | -3 | 12"},
			{"Lead", valuesOf(t, ctx, orm.Lead(f.Name, 1).Over(byNumber)), `Plum | back\slash | fig | Pear | null`},
			{"FirstValue", valuesOf(t, ctx, orm.FirstValue(f.Number).Over(byNumber)), "-3 | -3 | -3 | -3 | -3"},
			{"LastValue", valuesOf(t, ctx, orm.LastValue(f.Number).Over(byNumber)), "7 | -3 | 12 | 0 | 100"},
			{"NthValue", valuesOf(t, ctx, orm.NthValue(f.Number, 2).Over(byNumber)), "0 | null | 0 | 0 | 0"},
			{"Sum", valuesOf(t, ctx, orm.Sum(f.Number).Over(byNumber)), "4 | -3 | 16 | -3 | 116"},
			{"Sum of rows", valuesOf(t, ctx, orm.Sum(f.Number).Over(orm.Window{
				OrderBy: []orm.Order{f.Number.Asc()}, Frame: orm.RowRange(orm.Preceding(1), orm.Following(1)),
			})), "19 | -3 | 119 | 4 | 112"},
			{"Max of all", valuesOf(t, ctx, orm.Max(f.Number).Over(orm.Window{
				OrderBy: []orm.Order{f.Number.Asc()}, Frame: orm.ValueRange(orm.Unbounded(), orm.Unbounded()),
			})), "100 | 100 | 100 | 100 | 100"},
			{"default", valuesOf(t, ctx, orm.Sum(f.Number).Default(-1).Over(orm.Window{
				OrderBy: []orm.Order{f.Number.Asc()}, Frame: orm.RowRange(orm.Following(1), orm.Following(1)),
			})), "12 | 0 | 100 | 7 | -1"},
			{"wrong frame", valuesOf(t, ctx, orm.Sum(f.Number).Over(orm.Window{Frame: orm.RowRange(orm.Following(1), orm.Preceding(1))})), "error: orm: a frame ends before it begins"},
		} {
			if test.got != test.want {
				t.Errorf("%s:\ngot  %s\nwant %s", test.name, test.got, test.want)
			}
		}
	})
}

func TestWindowConditions(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		f := itemF
		rank := orm.RowNumber().Over(orm.Window{PartitionBy: []orm.AnyExpr{f.Active}, OrderBy: []orm.Order{f.Number.Desc()}}).As("rank")
		base := exprItems.Annotate(rank)
		for _, test := range []struct {
			name string
			q    *orm.Query[exprItem]
			want string
		}{
			{"best of each", base.Filter(rank.Eq(1)), `back\slash, fig`},
			{"others", base.Filter(rank.Gt(1), f.Active.Eq(true)), "Pear, Plum"},
			{"rows before", base.Filter(f.Number.Lt(100)).Filter(rank.Eq(1)), `Plum, back\slash`},
			{"rows after", base.Filter(rank.Eq(1)).Filter(f.Number.Lt(100)), `Plum, back\slash`},
			{"either", base.Filter(rank.Eq(1).Or(f.Name.Eq("Pear"))), `Pear, back\slash, fig`},
			{"not", base.Exclude(rank.Eq(1)), "Pear, apple 100%, Plum"},
			{"lookup", base.Lookup("rank__lte", "1"), `back\slash, fig`},
		} {
			if got := namesOf(t, ctx, test.q); got != test.want {
				t.Errorf("%s:\ngot  %s\nwant %s", test.name, got, test.want)
			}
		}
		if n, err := base.Filter(rank.Eq(1)).Count(ctx); err != nil || n != 2 {
			t.Errorf("count %d, %v", n, err)
		}
	})
}

func TestSubqueries(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		f := itemF
		most := exprItems.Filter(f.ShopID.EqF(shopF.ID)).OrderBy(f.Number.Desc()).Limit(1)
		name := orm.Subquery(most, f.Name).As("best")
		count := orm.Subquery(exprItems.Filter(f.ShopID.EqF(shopF.ID)), orm.CountAll()).As("count")
		has := orm.Test(orm.Exists(exprItems.Filter(f.ShopID.EqF(shopF.ID), f.Active.Eq(true)))).As("has")
		shops, err := exprShops.Annotate(name, count, has).OrderBy(shopF.ID.Asc()).All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range shops {
			got = append(got, fmt.Sprint(s.Name, name.Of(s), count.Of(s), has.Of(s)))
		}
		if s := strings.Join(got, ", "); s != `NorthPlum2 true, Southback\slash2 false` {
			t.Error(s)
		}
		names := func(q *orm.Query[exprItem]) string {
			t.Helper()
			rows, err := q.OrderBy(f.ID.Asc()).All(ctx)
			if err != nil {
				return err.Error()
			}
			var out []string
			for _, r := range rows {
				out = append(out, r.Name)
			}
			return strings.Join(out, ", ")
		}
		north := orm.Subquery(exprShops.Filter(shopF.Name.Eq("North")), shopF.ID)
		// The items whose number is the greatest of their shop: the same model within.
		best := orm.Subquery(exprItems.Filter(f.ShopID.EqF(orm.OuterRef(f.ShopID))), orm.Max(f.Number))
		for _, test := range []struct{ name, got, want string }{
			{"in", names(exprItems.Filter(f.ShopID.InQuery(north))), "Pear, Plum"},
			{"not in", names(exprItems.Exclude(f.ShopID.InQuery(north))), `apple 100%, back\slash, fig`},
			{"equal", names(exprItems.Filter(f.ShopID.EqF(north))), "Pear, Plum"},
			{"outer", names(exprItems.Filter(f.Number.EqF(best))), `Plum, back\slash`},
			{"exists", names(exprItems.Filter(orm.Exists(exprItems.Filter(f.ShopID.EqF(orm.OuterRef(f.ShopID)), f.ID.NeF(orm.OuterRef(f.ID)))))), `Pear, apple 100%, Plum, back\slash`},
			{"not exists", names(exprItems.Filter(orm.Exists(exprShops.Filter(shopF.ID.EqF(f.ShopID))).Not())), "fig"},
			{"outer outside", names(exprItems.Filter(f.Number.EqF(orm.OuterRef(f.Number)))), "orm: OuterRef stands in a query that is not a subquery"},
		} {
			if test.got != test.want {
				t.Errorf("%s:\ngot  %s\nwant %s", test.name, test.got, test.want)
			}
		}
		n, err := exprItems.Filter(f.ShopID.IsNotNull()).Update(ctx, f.Name.SetF(orm.Subquery(exprShops.Filter(shopF.ID.EqF(f.ShopID)), shopF.Name)))
		if err != nil || n != 4 {
			t.Errorf("update: %d, %v", n, err)
		}
		if got := names(exprItems); got != "North, South, North, South, fig" {
			t.Error(got)
		}
	})
}

func TestUnsupported(t *testing.T) {
	ctx := ormtest.SQLite(t, exprModels...)
	for _, e := range []orm.Pred{itemF.Data.Contains(map[string]any{"a": 1}), itemF.Data.ContainedBy(1)} {
		if _, err := exprItems.Filter(e).All(ctx); !errors.Is(err, orm.ErrNotSupported) {
			t.Errorf("got %v", err)
		}
	}
}

// TestFrameExclusion leaves rows out of frames (Django 5.1), which MySQL and MariaDB cannot.
func TestFrameExclusion(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		_, name, _ := strings.Cut(t.Name(), "/")
		all := orm.RowRange(orm.Unbounded(), orm.Unbounded())
		for _, test := range []struct {
			exclude orm.FrameExclusion
			want    string
		}{
			{orm.ExcludeNothing, "116 | 116 | 116 | 116 | 116"},
			{orm.ExcludeCurrentRow, "109 | 119 | 104 | 116 | 16"},
			{orm.ExcludeGroup, "-3 | 119 | -3 | 119 | -3"},
			{orm.ExcludeTies, "4 | 116 | 9 | 119 | 97"},
		} {
			w := orm.Window{OrderBy: []orm.Order{itemF.Active.Asc()}, Frame: all.Excluding(test.exclude)}
			got := valuesOf(t, ctx, orm.Sum(itemF.Number).Over(w))
			if name == "mysql" && test.exclude != orm.ExcludeNothing {
				if !strings.Contains(got, "has no EXCLUDE in frames") {
					t.Errorf("%d on MariaDB: %s", test.exclude, got)
				}
				continue
			}
			if got != test.want {
				t.Errorf("%d: %s, want %s", test.exclude, got, test.want)
			}
		}
	})
}
