package orm_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// evil are texts that have got into the SQL of Django, or of others.
var evil = []string{
	`x" FROM "expr_exprshop"; DROP TABLE "expr_expritem"; --`, "x'", "x`", `x"`, "x y", "x;", "x--", "x/*", "x[0]", "x.y", "x\x00", "x\n",
	"x)", "$1", "?", "%s", "", "x\u200b", "crafted_alias%s", "year' FROM start_datetime)) OR 1=1;SELECT PG_SLEEP(5)--",
}

// TestInjection: the holes of Django's ORM. Each text is refused, or is a value.
func TestInjection(t *testing.T) {
	ormtest.Each(t, exprModels, func(t *testing.T, ctx context.Context) {
		loadItems(t, ctx)
		refused := func(what, text string, err error) {
			t.Helper()
			if err == nil {
				t.Errorf("%s took %q", what, text)
			}
			var database *orm.DBError
			if errors.As(err, &database) {
				t.Errorf("%s let %q through to the database: %v", what, text, err)
			}
		}
		harmless := func(what, text string, err error) {
			t.Helper()
			if err != nil && !strings.Contains(text, "\x00") {
				t.Errorf("%s of %q: %v", what, text, err)
			}
		}
		for _, s := range evil {
			// CVE-2022-28346, CVE-2025-57833, CVE-2025-59681, CVE-2025-13372: aliases.
			_, err := exprItems.Annotate(itemF.Number.As(s)).All(ctx)
			refused("Annotate", s, err)
			_, err = exprItems.Alias(itemF.Number.As(s)).Order(s).All(ctx)
			refused("Alias", s, err)
			_, err = orm.Aggregate(ctx, exprItems, orm.CountAll().As(s))
			refused("Aggregate", s, err)
			// CVE-2021-35042: names in ORDER BY.
			if s != "?" {
				_, err = exprItems.Order(s).All(ctx)
				refused("Order", s, err)
				_, err = exprItems.Order("-shop__" + s).All(ctx)
				refused("Order", s, err)
			}
			_, err = exprItems.Values(s).All(ctx)
			refused("Values", s, err)
			// CVE-2022-34265: kinds of Extract and Trunc.
			_, err = exprItems.Lookup("made__"+s, 1).All(ctx)
			if s != "" {
				refused("Extract", s, err)
			}
			if s != "x.y" { // a function of a schema
				_, err = exprItems.Annotate(orm.Fn[int64](s, itemF.Number).As("x")).All(ctx)
				refused("Fn", s, err)
			}
			// CVE-2022-28347: options of EXPLAIN.
			if s != "" {
				_, err = orm.Explain(ctx, exprItems, &orm.ExplainOptions{Format: s})
				refused("Explain", s, err)
			}
			_, err = exprItems.Annotate(orm.Collate(itemF.Name, s).As("x")).All(ctx)
			if s != "x.y" && s != "x--" {
				refused("Collate", s, err)
			}
			// CVE-2019-14234, CVE-2024-42005, CVE-2024-53908: keys of JSON.
			if !strings.Contains(s, "__") && s != "" {
				_, err = exprItems.Lookup("data__"+s, 1).All(ctx)
				harmless("key", s, err)
				_, err = exprItems.Lookup("data__"+s+"__isnull", true).All(ctx)
				harmless("key", s, err)
				_, err = exprItems.Values("data__" + s).All(ctx)
				harmless("Values of key", s, err)
				_, err = exprItems.Order("data__" + s).All(ctx)
				harmless("Order of key", s, err)
			}
			_, err = exprItems.Lookup("data__has_key", s).All(ctx)
			harmless("has_key", s, err)
			_, err = exprItems.Lookup("data__has_any_keys", []string{s}).All(ctx)
			harmless("has_any_keys", s, err)
			// CVE-2020-7471: the delimiter.
			_, err = orm.Aggregate(ctx, exprItems.OrderBy(), orm.StringAgg(itemF.Name, s).As("x"))
			harmless("StringAgg", s, err)
			// CVE-2014-0474: numbers compared with text, and the other way round.
			_, err = exprItems.Lookup("number", s).All(ctx)
			refused("number", s, err)
			for _, lookup := range []string{"name", "name__icontains", "name__iendswith", "notes__startswith"} {
				_, err = exprItems.Lookup(lookup, s).All(ctx)
				harmless(lookup, s, err)
			}
		}
		if got := namesOf(t, ctx, exprItems.Lookup("name", 0)); got != "" {
			t.Errorf("the name 0 matched %s", got)
		}
		// CVE-2025-64459: arguments that steer conditions.
		for _, s := range []string{"_connector", "_negated", "_connector__exact", "__class__", "pk___connector"} {
			_, err := exprItems.Lookup(s, "OR 1=1 OR").All(ctx)
			refused("Lookup", s, err)
		}
		if n, err := exprItems.Count(ctx); err != nil || n != 5 {
			t.Errorf("%d items are left, %v", n, err)
		}
	})
}
