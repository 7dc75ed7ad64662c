package generic

import (
	"slices"
	"testing"

	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// TestGuide runs what the guide shows.
func TestGuide(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, slices.Concat(contenttypes.Models, Models)...)
	pear, plum := &Product{Name: "Pear"}, &Product{Name: "Plum"}
	for _, p := range []*Product{pear, plum} {
		if err := Products.Create(ctx, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := tag(ctx, pear, "new"); err != nil {
		t.Fatal(err)
	}
	objects, err := tagged(ctx, "new")
	if err != nil || len(objects) != 1 {
		t.Fatal(objects, err)
	}
	if p, ok := objects[0].(*Product); !ok || p.Name != "Pear" {
		t.Errorf("tagged: %v", objects[0])
	}
	others, err := untagged(ctx, "new")
	if err != nil || len(others) != 1 || others[0].Name != "Plum" {
		t.Errorf("untagged: %v %v", others, err)
	}
	if err := relabel(ctx, pear, "ripe"); err != nil {
		t.Fatal(err)
	}
	items, err := pear.Tags.All(ctx)
	if err != nil || len(items) != 1 || items[0].Label != "ripe" {
		t.Errorf("relabelled: %v %v", items, err)
	}
}
