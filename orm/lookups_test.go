package orm_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// namesOf returns the names of the items of a query in the order of their keys.
func namesOf(t *testing.T, ctx context.Context, q *orm.Query[exprItem]) string {
	t.Helper()
	rows, err := q.OrderBy(itemF.ID.Asc()).All(ctx)
	if err != nil {
		return "error: " + err.Error()
	}
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Name
	}
	return strings.Join(out, ", ")
}

func TestLookupsOnDatabases(t *testing.T) {
	const all = `Pear, apple 100%, Plum, back\slash, fig`
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		for _, test := range []struct {
			lookup string
			value  any
			want   string
		}{
			{"name", "Pear", "Pear"},
			{"name__iexact", "PEAR", "Pear"},
			{"name__iexact", "pe_r", ""},
			{"name__contains", "100%", "apple 100%"},
			{"name__contains", "%", "apple 100%"},
			{"name__contains", "_", ""},
			{"name__contains", `\`, `back\slash`},
			{"name__icontains", `K\S`, `back\slash`},
			{"name__startswith", "P", "Pear, Plum"},
			{"name__istartswith", "A", "apple 100%"},
			{"name__endswith", "00%", "apple 100%"},
			{"name__iendswith", "SLASH", `back\slash`},
			{"name__regex", "^P.*r$", "Pear"},
			{"name__iregex", "^p.*[rm]$", "Pear, Plum"},
			{"name__in", []string{"Pear", "fig", "x"}, "Pear, fig"},
			{"name__in", []string{}, ""},
			{"notes__contains", orm.F("name"), ""},
			{"name__contains", orm.F("notes"), ""},
			{"notes", "a_b", "apple 100%"},
			{"notes__startswith", "a", "apple 100%"},
			{"name__ne", "Pear", `apple 100%, Plum, back\slash, fig`},
			{"name__initial", "P", "Pear, Plum"},
			{"name__initial__iexact", "A", "apple 100%"},
			{"name__sounds", "Peer", "Pear"},
			{"name__loud", "pear", "Pear"},
			{"name__loud", orm.F("name"), all},
			{"name__loud", nil, ""},
			{"name__loud__isnull", false, all},
			{"name__loud__contains", "ea", "Pear"},
			{"name__loud__startswith", "p", "Pear, Plum"},
			{"name__loud__in", []any{"pear", "FIG", nil}, "Pear, fig"},
			{"name__loud__in", []string{}, ""},
			{"name__front", "Pebble", "Pear"},
			{"name__front__in", []string{"Plaza", "figure"}, "Plum, fig"},
			{"number__third", 4, "Pear, fig"},
			{"number__third__in", []int{3, 6}, `apple 100%, Plum, back\slash`},
			{"number__third__range", []int{4, 5}, "Pear, fig"},
			{"notes__isnull", true, `Pear, Plum, back\slash, fig`},
			{"notes", nil, `Pear, Plum, back\slash, fig`},
			{"number__gt", "7", "Plum, fig"},
			{"number__range", []any{0, "12"}, `Pear, Plum, back\slash`},
			{"number__lt", orm.F("small"), `apple 100%, back\slash`},
			{"number__gte", orm.F("small").Mul(4), "Pear, Plum, fig"},
			{"number__contains", "0", `back\slash, fig`},
			{"small", "99999999999", ""},
			{"small__lt", "99999999999", all},
			{"small__in", []string{"1", "99999999999"}, "Pear"},
			{"weight__lte", "2.5", `Pear, apple 100%, back\slash`},
			{"price", "1.5", "Pear"},
			{"price__gte", 20, "apple 100%, fig"},
			{"price__in", []string{"0.99", "3.25"}, `Plum, back\slash`},
			{"active", "true", "Pear, Plum, fig"},
			{"made", "2023-12-31T23:30:15.25Z", "Pear"},
			{"made__gte", "2024-04-01", `back\slash, fig`},
			{"made__year", 2024, `apple 100%, Plum, back\slash, fig`},
			{"made__year__lt", 2024, "Pear"},
			{"made__year", 1 << 40, ""},
			{"made__year", 12345, ""},
			{"made__year", 0, ""},
			{"made__year", "99999999999999999999999", ""},
			{"made__year__lt", 1 << 40, all},
			{"made__year__lt", "99999999999999999999999", all},
			{"made__year__lte", 12345, all},
			{"made__year__gt", -1 << 40, all},
			{"made__year__gte", -5, all},
			{"made__year__gt", 1 << 40, ""},
			{"made__year__in", []int{1 << 40, 2023}, "Pear"},
			{"made__year__range", []int{2024, 1 << 40}, `apple 100%, Plum, back\slash, fig`},
			{"day__year", 1 << 40, ""},
			{"day__iso_year__lt", 1 << 40, all},
			{"made__month", 1 << 40, ""},
			{"made__month__in", []int{3, 5}, "Plum, fig"},
			{"made__date", "2024-04-01", `back\slash`},
			{"made__date__gt", "2024-04-01", "fig"},
			{"made__time__lt", "01:00", "apple 100%"},
			{"made__hour", 23, "Pear"},
			{"made__week_day", 1, "Pear, Plum"},
			{"made__iso_year", 2023, "Pear"},
			{"day", "2024-03-03", "Plum"},
			{"day__quarter", 1, "apple 100%, Plum"},
			{"clock__minute", 30, all},
			{"took__gt", "04:00:00", "Plum, back\\slash, fig"},
			{"took", time.Hour * 3, "apple 100%"},
			{"shop", 1, "Pear, Plum"},
			{"shop", &exprShop{Model: orm.Model{ID: 2}}, `apple 100%, back\slash`},
			{"shop__isnull", true, "fig"},
			{"shop__name", "North", "Pear, Plum"},
			{"shop__name__in", []string{"South"}, `apple 100%, back\slash`},
			{"shop__name__iexact", "NORTH", "Pear, Plum"},
			{"data__n", 5, "Pear"},
			{"data__n", "7", "Plum"},
			{"data__n__gt", 5, "apple 100%"},
			{"data__n__in", []any{5, 7}, "Pear, apple 100%"},
			{"data__a__b__0", 1, "Pear"},
			{"data__a__b__1", "x", "Pear"},
			{"data__a__b__-1", "x", "Pear"},
			{"data__a__b__-2", 1, "Pear"},
			{"data__a__b__-3__isnull", false, ""},
			{"data__a__b", []any{}, `back\slash`},
			{"data__a", map[string]any{"b": []any{1, "x"}}, "Pear"},
			{"data__t", true, "Pear"},
			{"data__n", 1, ""},
			{"data__z", nil, "Pear"},
			{"data__z__isnull", false, "Pear"},
			{"data__a__isnull", true, "apple 100%, Plum, fig"},
			{"data__s__icontains", "PP", "apple 100%"},
			{"data__s__startswith", "P", "Pear"},
			{"data__has_key", "n", "Pear, apple 100%, Plum"},
			{"data__a__has_key", "b", `Pear, back\slash`},
			{"data__has_keys", []string{"a", "n"}, "Pear"},
			{"data__has_any_keys", []string{"it's", "z"}, `Pear, back\slash`},
			{"data__it's", 1, `back\slash`},
			{`data__a" = 1 OR 1=1 --`, 1, ""},
			{"data__has_key", `a"`, ""},
			{"data", map[string]any{}, "fig"},
		} {
			if got := namesOf(t, ctx, exprItems.Lookup(test.lookup, test.value)); got != test.want {
				t.Errorf("%s=%v:\ngot  %s\nwant %s", test.lookup, test.value, got, test.want)
			}
			var rest []string
			for _, name := range strings.Split(all, ", ") {
				if !strings.Contains(", "+test.want+",", ", "+name+",") {
					rest = append(rest, name)
				}
			}
			if got := namesOf(t, ctx, exprItems.Exclude(orm.Lookup(exprItemMeta, test.lookup, test.value))); got != strings.Join(rest, ", ") {
				t.Errorf("exclude %s=%v:\ngot  %s\nwant %s", test.lookup, test.value, got, strings.Join(rest, ", "))
			}
		}
		n := orm.Count(shopF.Items()).As("n")
		shops, err := exprShops.Annotate(n).Lookup("n__gte", "2").Lookup("items__name__istartswith", "p").Order("-n", "name").All(ctx)
		if err != nil || len(shops) != 1 || shops[0].Name != "North" {
			t.Errorf("shops %v, %v", shops, err)
		}
	})
}

// TestBilateralErrors pins what transforms of both sides cannot do.
func TestBilateralErrors(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, exprModels...)
	for _, test := range []struct {
		lookup string
		value  any
		want   string
	}{
		{"name__loud__in", orm.Subquery(exprItems, itemF.Name), "cannot be applied to a subquery"},
		{"name__loud__in", 1, "is a slice, not int"},
		{"name__loud__range", []string{"a"}, "two elements, not 1"},
		{"number__third", "x", "expected a number"},
		{"number__third", "99999999999999999999", "cannot hold"},
		{"name__loud__nope", "x", "Unsupported lookup 'nope'"},
	} {
		if _, err := exprItems.Lookup(test.lookup, test.value).All(ctx); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.lookup, err, test.want)
		}
	}
}

// TestByDatabase has an expression for some of the databases.
func TestByDatabase(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		_, name, _ := strings.Cut(t.Name(), "/")
		length := orm.ByDatabase(map[string]orm.Operand[int64]{
			"sqlite": orm.Template[int64]("LENGTH(%s)", itemF.Name), "": orm.Fn[int64]("CHAR_LENGTH", itemF.Name),
		}).As("length")
		rows, err := exprItems.Annotate(length).Filter(length.Gt(4)).Order("pk").All(ctx)
		if err != nil || len(rows) != 2 || length.Of(rows[0]) != 10 {
			t.Errorf("the lengths over 4: %v, %v", rows, err)
		}
		some := orm.ConditionByDatabase(map[string]orm.Pred{"sqlite": itemF.Name.Eq("fig"), "mysql": orm.Holds("%s <=> %s", itemF.Name, orm.Val("fig"))})
		switch _, err := exprItems.Filter(some).Get(ctx); {
		case name == "postgresql" && (!errors.Is(err, orm.ErrNotSupported) || !strings.Contains(err.Error(), "postgresql")):
			t.Errorf("without a form: %v, want ErrNotSupported that names the database", err)
		case name != "postgresql" && err != nil:
			t.Error(err)
		}
		n, err := exprItems.Filter(orm.Not(orm.ConditionByDatabase(map[string]orm.Pred{"": itemF.Notes.Eq("a_b")}))).Count(ctx)
		if err != nil || n != 4 {
			t.Errorf("%d items have other notes, want 4: %v", n, err)
		}
	})
}

// TestLookupNames lists what may follow a field.
func TestLookupNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][]string{
		"name": {"exact", "icontains", "isnull", "loud", "lower", "ne", "sounds", "trigram_similar", "upper"},
		"made": {"gte", "year", "week_day", "date"},
		"shop": {"in", "name", "items"},
		"data": {"has_key", "contained_by"},
	} {
		f, _ := exprItemMeta.Field(name)
		names := f.LookupNames()
		for _, w := range want {
			if !slices.Contains(names, w) {
				t.Errorf("%s has no lookup %s: %v", name, w, names)
			}
		}
		if !slices.IsSorted(names) {
			t.Errorf("%s: %v", name, names)
		}
	}
}

// TestTupleNulls: as with other comparisons, what is null is not equal.
func TestTupleNulls(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		pair := orm.Tuple(itemF.Notes, itemF.Number)
		for name, p := range map[string]orm.Pred{
			"ne": pair.Ne("a_b", -3), "not in": pair.NotIn([]any{"a_b", -3}), "not gt": orm.Not(pair.Gt("a", 0)), "null": pair.IsNull(),
		} {
			if got, want := namesOf(t, ctx, exprItems.Filter(p)), `Pear, Plum, back\slash, fig`; got != want {
				t.Errorf("%s: %s, want %s", name, got, want)
			}
		}
	})
}
