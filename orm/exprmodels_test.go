package orm_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// The models of the tests of expressions, with the descriptors that
// nuages generate would write.

type exprShop struct {
	orm.Model
	Name string `orm:"max_length=50"`
}

type exprItem struct {
	orm.Model
	Name   string               `orm:"max_length=50"`
	Notes  orm.Null[string]     // of one item only
	Shop   orm.NullFK[exprShop] `orm:"on_delete=cascade,related_name=items"`
	Number int64
	Small  int32
	Weight float64
	Price  decimal.Decimal `orm:"max_digits=10,decimal_places=2"`
	Active bool
	Made   time.Time
	Day    civil.Date
	Clock  civil.Time
	Took   time.Duration
	Data   orm.JSON[map[string]any]
}

// Meta gives items a lookup and a transform of their own.
func (it *exprItem) Meta(m *orm.Options) {
	m.Field(&it.Name).
		Lookup("ne", func(left orm.AnyExpr, value any) (orm.Pred, error) {
			return orm.Typed[string](left).Ne(fmt.Sprint(value)), nil
		}).
		Transform("initial", func(left orm.AnyExpr) (orm.TypedExpr, error) {
			return orm.Left(orm.Typed[string](left), 1), nil
		}).
		BilateralTransform("loud", func(e orm.AnyExpr) (orm.TypedExpr, error) {
			return orm.Upper(orm.Typed[string](e)), nil
		}).
		BilateralTransform("front", func(e orm.AnyExpr) (orm.TypedExpr, error) {
			return orm.Left(orm.Typed[string](e), 2), nil
		}).
		Lookup("sounds", func(left orm.AnyExpr, value any) (orm.Pred, error) {
			right := orm.Val(fmt.Sprint(value))
			return orm.ConditionByDatabase(map[string]orm.Pred{
				"sqlite": orm.Holds("SUBSTR(%s, 1, 2) = SUBSTR(%s, 1, 2)", left, right),
				"mysql":  orm.Holds("SOUNDEX(%s) = SOUNDEX(%s)", left, right),
				"":       orm.Holds("LEFT(%s, 2) = LEFT(%s, 2)", left, right),
			}), nil
		})
	m.Field(&it.Number).BilateralTransform("third", func(e orm.AnyExpr) (orm.TypedExpr, error) {
		return orm.Mod(orm.Typed[int64](e), orm.Val(int64(3))), nil
	})
}

var (
	exprShopMeta = orm.Define((*exprShop)(nil), "expr", "exprmodels_test.go:18")
	exprItemMeta = orm.Define((*exprItem)(nil), "expr", "exprmodels_test.go:23")
	exprModels   = []*orm.Meta{exprShopMeta, exprItemMeta}
	exprShops    = orm.Objects[*exprShop](exprShopMeta)
	exprItems    = orm.Objects[*exprItem](exprItemMeta)
	shopF        = newExprShopFields(exprShopMeta.Root())
	itemF        = newExprItemFields(exprItemMeta.Root())
)

type exprShopFields struct {
	orm.Rel
	ID   orm.Int64Col
	Name orm.TextCol
}

func newExprShopFields(p *orm.Path) *exprShopFields {
	return &exprShopFields{Rel: orm.Rel{Path: p}, ID: orm.NewInt64Col(p, "id"), Name: orm.NewTextCol(p, "name")}
}

func (f *exprShopFields) Items() *exprItemFields {
	return orm.SubFields(f.Path, "items", newExprItemFields)
}

type exprItemFields struct {
	orm.Rel
	ID     orm.Int64Col
	Name   orm.TextCol
	Notes  orm.TextCol
	ShopID orm.Int64Col
	Number orm.Int64Col
	Small  orm.Int32Col
	Weight orm.Float64Col
	Price  orm.DecimalCol
	Active orm.BoolCol
	Made   orm.TimeCol
	Day    orm.DateCol
	Clock  orm.TimeOfDayCol
	Took   orm.DurationCol
	Data   orm.JSONCol
}

func newExprItemFields(p *orm.Path) *exprItemFields {
	return &exprItemFields{
		Rel: orm.Rel{Path: p}, ID: orm.NewInt64Col(p, "id"), Name: orm.NewTextCol(p, "name"), Notes: orm.NewTextCol(p, "notes"),
		ShopID: orm.NewInt64Col(p, "shop_id"), Number: orm.NewInt64Col(p, "number"), Small: orm.NewInt32Col(p, "small"),
		Weight: orm.NewFloat64Col(p, "weight"), Price: orm.NewDecimalCol(p, "price"), Active: orm.NewBoolCol(p, "active"),
		Made: orm.NewTimeCol(p, "made"), Day: orm.NewDateCol(p, "day"), Clock: orm.NewTimeOfDayCol(p, "clock"),
		Took: orm.NewDurationCol(p, "took"), Data: orm.NewJSONCol(p, "data"),
	}
}

func (f *exprItemFields) Shop() *exprShopFields {
	return orm.SubFields(f.Path, "shop", newExprShopFields)
}

// loadItems makes two shops and five items.
func loadItems(t *testing.T, ctx context.Context) {
	t.Helper()
	shops := []*exprShop{{Name: "North"}, {Name: "South"}}
	for _, s := range shops {
		if err := exprShops.Create(ctx, s); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2023, 12, 31, 23, 30, 15, 250e6, time.UTC)
	for i, it := range []*exprItem{
		{Name: "Pear", Number: 7, Weight: 2.5, Price: decimal.RequireFromString("1.50"), Active: true, Data: doc(`{"a": {"b": [1, "x"]}, "n": 5, "s": "Pear", "t": true, "z": null}`)},
		{Name: "apple 100%", Number: -3, Weight: 0.5, Price: decimal.RequireFromString("20.00"), Notes: orm.Some("a_b"), Data: doc(`{"n": 7, "s": "apple"}`)},
		{Name: "Plum", Number: 12, Weight: 4, Price: decimal.RequireFromString("3.25"), Active: true, Data: doc(`{"n": "7", "t": false}`)},
		{Name: `back\slash`, Number: 0, Weight: 0, Price: decimal.RequireFromString("0.99"), Data: doc(`{"a": {"b": []}, "it's": 1}`)},
		{Name: "fig", Number: 100, Weight: 16, Price: decimal.RequireFromString("100.00"), Active: true, Data: doc(`{}`)},
	} {
		it.Small = int32(i + 1)
		it.Made = at.AddDate(0, i, 0).Add(time.Duration(i) * time.Hour)
		it.Day = civil.DateOf(it.Made)
		it.Clock = civil.TimeOf(it.Made)
		it.Took = time.Duration(i+1) * 90 * time.Minute
		if i < 4 {
			it.Shop.Set(shops[i%2])
		}
		if err := exprItems.Create(ctx, it); err != nil {
			t.Fatal(err)
		}
	}
}
