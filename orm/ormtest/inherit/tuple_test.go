package inherit_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

var (
	stockShop    = orm.NewInt64Col(stockMeta.Root(), "shop")
	stockArticle = orm.NewInt64Col(stockMeta.Root(), "article")
)

// TestTuples compares composite keys as Django 5.2 does (its tuple lookups).
func TestTuples(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, []*orm.Meta{stockMeta}, func(t *testing.T, ctx context.Context) {
		day := civil.Date{Year: 2026, Month: 3, Day: 14}
		for i, k := range []stockKey{{1, 1}, {1, 2}, {2, 1}, {3, 9}} {
			if err := stocks.Create(ctx, &Stock{Shop: k.Shop, Article: k.Article, N: int32(i), Since: day}); err != nil {
				t.Fatal(err)
			}
		}
		key := orm.Tuple(stockShop, stockArticle)
		second := stocks.Filter(stockN.Gte(2))
		for _, test := range []struct {
			name string
			q    *orm.Query[Stock]
			want string
		}{
			{"eq", stocks.Filter(key.Eq(1, "2")), "1-2"},
			{"ne", stocks.Filter(key.Ne(1, 2)), "1-1 2-1 3-9"},
			{"gt", stocks.Filter(key.Gt(1, 1)), "1-2 2-1 3-9"},
			{"gte", stocks.Filter(key.Gte(1, 2)), "1-2 2-1 3-9"},
			{"lt", stocks.Filter(key.Lt(2, 1)), "1-1 1-2"},
			{"lte", stocks.Filter(key.Lte(2, 1)), "1-1 1-2 2-1"},
			{"in", stocks.Filter(key.In([]any{1, 1}, []any{3, 9}, []any{3, 1}, []any{nil, 1})), "1-1 3-9"},
			{"in nothing", stocks.Filter(key.In()), ""},
			{"not in", stocks.Filter(key.NotIn([]any{1, 1}, []any{3, 9})), "1-2 2-1"},
			{"not in nothing", stocks.Filter(key.NotIn()), "1-1 1-2 2-1 3-9"},
			{"in a subquery", stocks.Filter(key.InQuery(orm.Subquery(second, key))), "2-1 3-9"},
			{"of columns", stocks.Filter(key.EqF(orm.Tuple(stockArticle, stockShop))), "1-1"},
			{"value is a column", stocks.Filter(key.Eq(stockArticle, 1)), "1-1"},
			{"null", stocks.Filter(key.IsNull()), ""},
			{"beyond", stocks.Filter(key.Eq("99999999999999999999", 1)), ""},
			{"pk", stocks.Lookup("pk", []any{2, 1}), "2-1"},
			{"pk of a struct", stocks.Lookup("pk", stockKey{2, 1}), "2-1"},
			{"pk of an array", stocks.Lookup("pk__exact", [2]int64{2, 1}), "2-1"},
			{"pk gt", stocks.Lookup("pk__gt", []int64{1, 2}), "2-1 3-9"},
			{"pk gte", stocks.Lookup("pk__gte", []string{"1", "2"}), "1-2 2-1 3-9"},
			{"pk lt", stocks.Lookup("pk__lt", stockKey{1, 2}), "1-1"},
			{"pk lte", stocks.Lookup("pk__lte", stockKey{1, 2}), "1-1 1-2"},
			{"pk in", stocks.Lookup("pk__in", []stockKey{{1, 2}, {9, 9}}), "1-2"},
			{"pk in a subquery", stocks.Lookup("pk__in", orm.Subquery(second, key)), "2-1 3-9"},
			{"pk of columns", stocks.Lookup("pk", orm.Tuple(stockArticle, stockShop)), "1-1"},
			{"pk isnull", stocks.Lookup("pk__isnull", true), ""},
			{"pk not null", stocks.Lookup("pk__isnull", false), "1-1 1-2 2-1 3-9"},
			{"pk excluded", stocks.Exclude(orm.Lookup(stockMeta, "pk__in", []stockKey{{1, 2}})), "1-1 2-1 3-9"},
		} {
			if got := keysOf(t, ctx, test.q.Order("pk")); got != test.want {
				t.Errorf("%s: %s, want %s", test.name, got, test.want)
			}
		}
		if got := keysOf(t, ctx, stocks.Order("-pk")); got != "3-9 2-1 1-2 1-1" {
			t.Errorf("in descending order of the key: %s", got)
		}
		if n, err := stocks.Filter(key.Gt(1, 1)).Update(ctx, stockN.Set(7)); n != 3 || err != nil {
			t.Errorf("Update: %d, %v", n, err)
		}
		for want, q := range map[string]*orm.Query[Stock]{
			"2 columns was compared with 3 values":        stocks.Filter(key.Eq(1, 2, 3)),
			"a value is nil":                              stocks.Filter(key.Gt(1, nil)),
			"two expressions or more":                     stocks.Filter(orm.Tuple(stockShop).Eq(1)),
			"expected a number":                           stocks.Filter(key.In([]any{"x", 1})),
			"'exact' lookup of 'pk' must have 2 elements": stocks.Lookup("pk", []int{1}),
			"'in' lookup of 'pk' must have 2 elements":    stocks.Lookup("pk__in", [][]int{{1, 2, 3}}),
			"Unsupported lookup 'contains'":               stocks.Lookup("pk__contains", []int{1, 2}),
			"a slice, not int":                            stocks.Lookup("pk", 1),
			"must be true or false":                       stocks.Lookup("pk__isnull", 3),
			"CompositePrimaryKey":                         stocks.Lookup("pk__year__gt", 3),
		} {
			if _, err := q.All(ctx); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	})
}

func keysOf(t *testing.T, ctx context.Context, q *orm.Query[Stock]) string {
	t.Helper()
	rows, err := q.All(ctx)
	if err != nil {
		return err.Error()
	}
	var keys []string
	for _, r := range rows {
		keys = append(keys, fmt.Sprintf("%d-%d", r.Shop, r.Article))
	}
	return strings.Join(keys, " ")
}
