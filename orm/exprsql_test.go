package orm_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/internal/goldentest"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

func ExampleAllowLookups() {
	allowed := orm.AllowLookups(exprItemMeta, "name__icontains", "price__lte")
	_, err := allowed.Lookup("shop__name__startswith", "x")
	fmt.Println(err)
	// Output: orm: lookup "shop__name__startswith" of expr.exprItem: it is not allowed. Choices are: name__icontains, price__lte
}

// TestExpressionSQL keeps the SQL of expressions on each database.
func TestExpressionSQL(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		f := itemF
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		filter := func(p orm.Pred) *orm.Query[exprItem] { return exprItems.Filter(p).Only(f.ID) }
		annotate := func(a orm.Annotation) *orm.Query[exprItem] { return exprItems.Annotate(a).Only(f.ID) }
		byNumber := orm.Window{PartitionBy: []orm.AnyExpr{f.ShopID}, OrderBy: []orm.Order{f.Number.Desc().NullsLast()}, Frame: orm.RowRange(orm.Unbounded(), orm.CurrentRow())}
		var out strings.Builder
		for _, test := range []struct {
			name string
			q    *orm.Query[exprItem]
		}{
			{"and, or, not", filter(orm.And(f.Number.Gt(1), orm.Or(f.Notes.Eq("x"), f.Active.Eq(true)).Not()))},
			{"xor", filter(orm.Xor(f.Number.Gt(1), f.Active.Eq(true)))},
			{"in", filter(f.Number.In(1, 2))},
			{"not in", filter(f.Name.NotIn("a", "b"))},
			{"icontains", filter(f.Name.IContains("50%_"))},
			{"contains of an expression", filter(f.Name.Match("contains", f.Notes))},
			{"iregex", filter(f.Name.IRegex("^a"))},
			{"decimal", filter(f.Price.GtF(f.Price.Mul(decimal.NewFromInt(2))))},
			{"year", filter(f.Made.Year().Eq(2024))},
			{"month in a zone", filter(f.Made.In(berlin).Month().Eq(5))},
			{"day in a zone", filter(f.Made.In(berlin).Date().EqF(f.Day))},
			{"later", filter(f.Made.AddF(f.Took).GtF(orm.Now()))},
			{"JSON", filter(f.Data.Key("a", 0).Eq("x"))},
			{"JSON text", filter(f.Data.KeyText("a").IStartsWith("x"))},
			{"JSON keys", filter(f.Data.HasAnyKeys("a", "b"))},
			{"relation", filter(f.Shop().Name.Eq("x"))},
			{"trunc", annotate(f.Made.In(berlin).Trunc(orm.PartQuarter).As("v"))},
			{"case", annotate(orm.Case(orm.When(f.Number.Gt(1), "a")).Else("b").As("v"))},
			{"coalesce", annotate(orm.Coalesce(f.Notes, orm.Val("-")).As("v"))},
			{"concat", annotate(orm.Concat(f.Name, orm.Val("-"), f.Number).As("v"))},
			{"cast", annotate(orm.Cast[string](f.Number).As("v"))},
			{"round", annotate(orm.Round(f.Weight, 2).As("v"))},
			{"object", annotate(orm.JSONObject(map[string]orm.AnyExpr{"n": f.Number}).As("v"))},
			{"window", annotate(orm.Sum(f.Number).Over(byNumber).As("v"))},
			{"aggregate", annotate(orm.Sum(f.Number).Filter(f.Active.Eq(true)).Default(0).As("v"))},
			{"string aggregate", annotate(orm.StringAgg(f.Name, ", ").OrderBy(f.Name.Asc()).As("v"))},
			{"subquery", annotate(orm.Subquery(exprShops.Filter(shopF.ID.EqF(f.ShopID)), shopF.Name).As("v"))},
			{"exists", filter(orm.Exists(exprItems.Filter(f.ShopID.EqF(orm.OuterRef(f.ShopID)))))},
		} {
			st, err := test.q.OrderBy().SQL(ctx)
			if err != nil {
				st.SQL = err.Error()
			}
			fmt.Fprintf(&out, "%s\n\t%s\n\t%v\n", test.name, st.SQL, st.Args)
		}
		_, name, _ := strings.Cut(t.Name(), "/")
		goldentest.Equal(t, "expressions_"+name+".txt", out.String())
	})
}
