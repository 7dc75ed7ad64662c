package inherit_test

import (
	"context"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// Stock has a key of two columns.
type Stock struct {
	orm.State
	Shop    int64 `orm:"pk"`
	Article int64 `orm:"pk"`
	N       int32
	Since   civil.Date
}

var (
	stockMeta = orm.Define((*Stock)(nil), "inherit", orm.Source("composite_test.go:12"))
	stocks    = orm.Objects[*Stock](stockMeta)
	stockN    = orm.NewInt32Col(stockMeta.Root(), "n")
	stockDay  = orm.NewDateCol(stockMeta.Root(), "since")
)

type stockKey struct{ Shop, Article int64 }

func TestCompositeKey(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{stockMeta}, func(t *testing.T, ctx context.Context) {
		day := civil.Date{Year: 2026, Month: 3, Day: 14}
		rows := []*Stock{{Shop: 1, Article: 1, N: 5, Since: day}, {Shop: 1, Article: 2, N: 6, Since: day.AddDays(20)}, {Shop: 2, Article: 1, N: 7, Since: day.AddDays(1)}}
		for _, row := range rows {
			if err := stocks.Create(ctx, row); err != nil {
				t.Fatal(err)
			}
		}
		rows[0].N = 50
		if err := orm.Save(ctx, rows[0]); err != nil {
			t.Fatal(err)
		}
		rows[1].N = 0
		if err := orm.Refresh(ctx, rows[1]); err != nil || rows[1].N != 6 {
			t.Errorf("Refresh: %v, %d", err, rows[1].N)
		}
		if in, err := stocks.Filter(stockN.Lt(10)).Contains(ctx, rows[0]); in || err != nil {
			t.Errorf("Contains: %v, %v", in, err)
		}
		if in, err := stocks.Filter(stockN.Lt(10)).Contains(ctx, rows[1]); !in || err != nil {
			t.Errorf("Contains: %v, %v", in, err)
		}
		if orm.Same(rows[0], rows[1]) || !orm.Same(rows[1], &Stock{Shop: 1, Article: 2}) {
			t.Error("Same goes by a part of the key")
		}
		compositeInBulk(t, ctx, rows)
		deleted, err := orm.Delete(ctx, rows[0])
		if n, _ := stocks.Count(ctx); err != nil || deleted.Total != 1 || n != 2 {
			t.Errorf("Delete: %v, %v, %d rows are left, want 2", deleted, err, n)
		}
	})
}

// compositeInBulk changes rows and asks for them again.
func compositeInBulk(t *testing.T, ctx context.Context, rows []*Stock) {
	for i, row := range rows {
		row.N = int32(10 * (i + 1))
	}
	if n, err := stocks.BulkUpdate(ctx, rows[:2], stockN); n != 2 || err != nil {
		t.Errorf("BulkUpdate: %d, %v", n, err)
	}
	got, err := orm.InBulk(ctx, stocks, stockKey{1, 2}, stockKey{2, 1}, stockKey{2, 2})
	if err != nil || len(got) != 2 || got[stockKey{1, 2}].N != 20 || got[stockKey{2, 1}].N != 7 {
		t.Errorf("InBulk: %v, %v", got, err)
	}
	if _, err := orm.InBulk(ctx, stocks, int64(1)); err == nil || !strings.Contains(err.Error(), "struct with exported fields") {
		t.Errorf("InBulk by one column: %v", err)
	}
	top := stocks.Annotate(orm.Max(stockN).As("most")).Filter(orm.Max(stockN).Gt(15))
	if n, err := top.Update(ctx, stockN.Set(90)); n != 1 || err != nil {
		t.Errorf("Update of groups: %d, %v", n, err)
	}
	if n, err := stocks.Filter(stockN.Eq(90)).Count(ctx); n != 1 || err != nil {
		t.Errorf("%d rows with 90, %v", n, err)
	}
}

func TestNilRows(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, stockMeta)
	day := civil.Date{Year: 2026, Month: 3, Day: 14}
	if err := stocks.BulkCreate(ctx, []*Stock{{Shop: 1, Article: 1, Since: day}, {Shop: 1, Article: 2, Since: day.AddDays(20)}, {Shop: 2, Article: 1, Since: day.AddDays(1)}}, nil); err != nil {
		t.Fatal(err)
	}
	months, err := orm.Dates(ctx, stocks, stockDay.DateExpr, orm.PartMonth)
	if err != nil || len(months) != 2 || months[0].String() != "2026-03-01" || months[1].String() != "2026-04-01" {
		t.Errorf("Dates: %v, %v", months, err)
	}
	var none *Stock
	for name, err := range map[string]error{
		"Save": orm.Save(ctx, none), "Create": stocks.Create(ctx, none), "Refresh": orm.Refresh(ctx, none), "Save without a type": orm.Save(ctx, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), "the row is nil") {
			t.Errorf("%s of nil: %v", name, err)
		}
	}
	if _, err := orm.Delete(ctx, none); err == nil {
		t.Error("Delete of nil: no error")
	}
}
