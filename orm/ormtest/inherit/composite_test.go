package inherit_test

import (
	"errors"
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
	stockMeta = orm.Define[Stock]("inherit", orm.Source("composite_test.go:12"))
	stocks    = orm.Objects[Stock](stockMeta)
	stockN    = orm.NewNum[int32](stockMeta.Root(), "n")
	stockDay  = orm.NewDateCol(stockMeta.Root(), "since")
)

func TestCompositeKey(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, stockMeta)
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
	months, err := orm.Dates(ctx, stocks, stockDay.DateExpr, orm.PartMonth)
	if err != nil || len(months) != 2 || months[0].String() != "2026-03-01" || months[1].String() != "2026-04-01" {
		t.Errorf("Dates: %v, %v", months, err)
	}
	if _, err := stocks.BulkUpdate(ctx, rows, stockN); !errors.Is(err, orm.ErrNotSupported) {
		t.Errorf("BulkUpdate: %v, want ErrNotSupported", err)
	}
	if _, err := orm.InBulk(ctx, stocks, int64(1)); !errors.Is(err, orm.ErrNotSupported) {
		t.Errorf("InBulk: %v, want ErrNotSupported", err)
	}
	for name, err := range map[string]error{
		"Save": orm.Save[*Stock](ctx, nil), "Create": stocks.Create(ctx, nil), "Refresh": orm.Refresh[*Stock](ctx, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), "the row is nil") {
			t.Errorf("%s of nil: %v", name, err)
		}
	}
	if _, err := orm.Delete[*Stock](ctx, nil); err == nil {
		t.Error("Delete of nil: no error")
	}
	deleted, err := orm.Delete(ctx, rows[0])
	if n, _ := stocks.Count(ctx); err != nil || deleted.Total != 1 || n != 2 {
		t.Errorf("Delete: %v, %v, %d rows are left, want 2", deleted, err, n)
	}
}
