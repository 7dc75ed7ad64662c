package shop_test

import (
	"context"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	shop "github.com/nuages-web/nuages/docs/examples/existing"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection/inspectdb"
	"github.com/nuages-web/nuages/orm/ormtest"
)

var update = flag.Bool("update", false, "write models.go anew")

// database is the one of shop.sql.
func database(t *testing.T) context.Context {
	t.Helper()
	ctx := ormtest.SQLite(t)
	script, err := os.ReadFile("shop.sql")
	if err != nil {
		t.Fatal(err)
	}
	for statement := range strings.SplitSeq(strings.TrimSpace(string(script)), ";\n") {
		if _, err := orm.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	return ctx
}

// TestModels sees that models.go is what inspectdb writes.
func TestModels(t *testing.T) {
	t.Parallel()
	opts := &inspectdb.Options{App: "shop"}
	found, err := inspectdb.Inspect(database(t), opts)
	if err != nil {
		t.Fatal(err)
	}
	want, err := found.Models(opts)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("models.go", want, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("models.go")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("models.go (-inspectdb +file):\n%s", diff)
	}
}

// TestRows writes and reads the tables with the models.
func TestRows(t *testing.T) {
	t.Parallel()
	ctx := database(t)
	if problems := orm.Check(shop.Models); len(problems) > 0 {
		t.Error(problems)
	}
	masks := &shop.Category{Name: "Masks"}
	if err := shop.Categories.Create(ctx, masks); err != nil {
		t.Fatal(err)
	}
	bird := &shop.Product{Name: "Bird", Price: decimal.RequireFromString("9.50"), Status: "new"}
	bird.Category.Set(masks)
	if err := shop.Products.Create(ctx, bird); err != nil {
		t.Fatal(err)
	}
	tag := &shop.Tag{Label: "paper"}
	if err := shop.Tags.Create(ctx, tag); err != nil {
		t.Fatal(err)
	}
	if err := bird.Tags.Add(ctx, tag); err != nil {
		t.Fatal(err)
	}
	n, err := shop.Products.Filter(shop.ProductF.Category().Name.Eq("Masks"), shop.ProductF.Tags().Label.Eq("paper")).Count(ctx)
	if err != nil || n != 1 {
		t.Errorf("got %d, %v, want 1", n, err)
	}
	if err := orm.FullClean(ctx, &shop.Product{Name: "Fish", Price: decimal.NewFromInt(-1), Status: "new", Category: bird.Category}, nil); err == nil || !strings.Contains(err.Error(), "shop_product_price") {
		t.Errorf("a price below 0: %v", err)
	}
}
