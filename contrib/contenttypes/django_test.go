package contenttypes_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// TestDjango asks Django and us the same about a database that Django has filled.
func TestDjango(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3" // Debian's, which has its Django
	if err := exec.Command(python, "-c", "import django").Run(); err != nil {
		realdjango.Missing(t, "python3-django")
	}
	file := filepath.Join(t.TempDir(), "django.sqlite3")
	cmd := exec.Command(python, "-W", "ignore", "-B", filepath.Join("testdata", "django_rows.py"), file)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var django map[string][]string
	if err := json.Unmarshal(out, &django); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	backend, err := sqlite.Open(file, nil)
	if err != nil {
		t.Fatal(err)
	}
	db, err := orm.NewDatabases(map[string]orm.Backend{orm.DefaultAlias: backend}, &orm.DBOptions{Models: tables})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ctx := orm.NewContext(t.Context(), db)
	for name, got := range answers(t, ctx) {
		if want, ok := django[name]; !ok || !slices.Equal(got, want) {
			t.Errorf("%s: Django says %q, we say %q", name, want, got)
		}
		delete(django, name)
	}
	for name := range django {
		t.Errorf("%s: only Django was asked", name)
	}
}

func answers(t *testing.T, ctx context.Context) map[string][]string {
	names := func(q *orm.Query[Product]) []string { return names(t, ctx, q) }
	texts := func(q *orm.Query[Note]) (out []string) {
		for _, n := range must[[]*Note](t)(q.Order("id").All(ctx)) {
			out = append(out, n.Text)
		}
		return out
	}
	deleted := func(remove func(ctx context.Context) (orm.Deleted, error)) (out []string) {
		back := errors.New("back")
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			for label, n := range must[orm.Deleted](t)(remove(ctx)).ByModel {
				out = append(out, fmt.Sprint(label, " ", n))
			}
			return back
		})
		if !errors.Is(err, back) {
			t.Fatal(err)
		}
		slices.Sort(out)
		return out
	}
	tags := ProductF.Tags()
	var books, counts, targets []string
	for _, b := range must[[]*Book](t)(Books.Filter(BookF.Tags().Label.Eq("long")).All(ctx)) {
		books = append(books, b.Name)
	}
	for _, p := range must[[]*Product](t)(Products.Prefetch(tags).Order("id").All(ctx)) {
		counts = append(counts, fmt.Sprint(p.Name, " ", must[int64](t)(p.Tags.Count(ctx))))
	}
	rows := must[[]*Tag](t)(Tags.Order("id").All(ctx))
	for _, obj := range must[[]any](t)(contenttypes.PrefetchTargets(ctx, rows, func(tag *Tag) (int32, any) { return tag.ContentType.ID, tag.ObjectID })) {
		switch obj := obj.(type) {
		case *Product:
			targets = append(targets, "Product "+obj.Name)
		case *Book:
			targets = append(targets, "Book "+obj.Name)
		case *Shop:
			targets = append(targets, "Shop "+obj.Name)
		}
	}
	pear := must[*Product](t)(Products.Get(ctx, ProductF.Name.Eq("Pear")))
	book := must[*Book](t)(Books.Get(ctx))
	return map[string][]string{
		"filter":         names(Products.Filter(tags.Label.Eq("new"))),
		"exclude":        names(Products.Filter(orm.Not(tags.Label.Eq("new")))),
		"two calls":      names(Products.Filter(tags.Label.Eq("new")).Filter(tags.Label.Eq("sweet"))),
		"one call":       names(Products.Filter(tags.Label.Eq("new"), tags.ObjectID.Eq(pear.ID))),
		"none":           names(Products.Filter(orm.Lookup(orm.MetaOf[Product](), "tags__isnull", true))),
		"parent's":       names(Products.Filter(tags.Label.Eq("long"))),
		"child's":        books,
		"text key":       names(Products.Filter(ProductF.Notes().Text.Eq("ripe"))),
		"behind a key":   names(Products.Filter(ProductF.Shop().Products().Tags().Label.Eq("sweet"))),
		"back":           texts(Notes.Filter(NoteF.Person().Code.Eq("1"))),
		"count":          counts,
		"of one":         labels(must[[]*Tag](t)(pear.Tags.All(ctx))),
		"of a child":     labels(must[[]*Tag](t)(book.Tags.All(ctx))),
		"targets":        targets,
		"delete one":     deleted(pear.Delete),
		"delete a child": deleted(Books.Delete),
		"delete all":     deleted(Shops.Delete),
	}
}
