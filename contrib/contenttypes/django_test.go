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
	"strings"
	"testing"

	"github.com/nuages-web/nuages/contrib/contenttypes"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// TestDjango asks Django and us the same about databases that Django has filled.
func TestDjango(t *testing.T) {
	t.Parallel()
	eachDjango(t, compare)
}

// eachDjango runs f with an empty database of each kind, and what Django calls it.
func eachDjango(t *testing.T, f func(t *testing.T, backend orm.Backend, address map[string]string)) {
	t.Helper()
	for _, test := range []struct {
		name, driver, debian string
		open                 func(t *testing.T) (orm.Backend, map[string]string, error)
	}{
		{"sqlite", "sqlite3", "python3", func(t *testing.T) (orm.Backend, map[string]string, error) {
			file := filepath.Join(t.TempDir(), "django.sqlite3")
			b, err := sqlite.Open(file, nil)
			return b, map[string]string{"ENGINE": "django.db.backends.sqlite3", "NAME": file}, err
		}},
		{"postgresql", "psycopg2", "python3-psycopg2", func(t *testing.T) (orm.Backend, map[string]string, error) {
			address := testdb.Postgres(t)
			b, err := postgres.Open(t.Context(), address, nil)
			return b, testdb.Django(t, address), err
		}},
		{"mysql", "MySQLdb", "python3-mysqldb", func(t *testing.T) (orm.Backend, map[string]string, error) {
			address := testdb.MySQL(t)
			b, err := mysql.Open(t.Context(), address, nil)
			return b, testdb.Django(t, address), err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for module, name := range map[string]string{"django": "python3-django", test.driver: test.debian} {
				if err := exec.Command(python, "-c", "import "+module).Run(); err != nil {
					realdjango.Missing(t, name)
				}
			}
			backend, address, err := test.open(t)
			if err != nil {
				t.Fatal(err)
			}
			f(t, backend, address)
		})
	}
}

// onSQLite are answers of Django that it has not on PostgreSQL.
var onSQLite = map[string][]string{"text key": {"Pear"}, "back": {"kind"}}

const python = "/usr/bin/python3" // Debian's, which has its Django

// compare has Django fill a database, and compares its answers with ours.
func compare(t *testing.T, backend orm.Backend, address map[string]string) {
	db, err := orm.NewDatabases(map[string]orm.Backend{orm.DefaultAlias: backend}, &orm.DBOptions{Models: tables})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	settings, err := json.Marshal(address)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-W", "ignore", "-B", filepath.Join("testdata", "django_rows.py"))
	cmd.Stderr = os.Stderr
	cmd.Env = append(os.Environ(), "ORMTEST_DATABASE="+string(settings))
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var django map[string][]string
	if err := json.Unmarshal(out, &django); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	for name, got := range answers(t, orm.NewContext(t.Context(), db)) {
		want, ok := django[name]
		if len(want) == 1 && strings.HasPrefix(want[0], "error: operator does not exist: bigint = character varying") {
			want = onSQLite[name] // Django does not compare keys with their text on PostgreSQL; we do
		}
		if !ok || !slices.Equal(got, want) {
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
