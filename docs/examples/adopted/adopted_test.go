package shop_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/cli"
	"github.com/nuages-web/nuages/contrib/contenttypes"
	contenthistory "github.com/nuages-web/nuages/contrib/contenttypes/migrations"
	shop "github.com/nuages-web/nuages/docs/examples/adopted"
	history "github.com/nuages-web/nuages/docs/examples/adopted/migrations"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/migrations"
	migrate "github.com/nuages-web/nuages/migrations/commands"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/mysql"
	"github.com/nuages-web/nuages/orm/postgres"
	"github.com/nuages-web/nuages/orm/sqlite"
	"github.com/nuages-web/nuages/serializers/commands"
)

// database is one that Django and our program both work on.
type database struct {
	t        *testing.T
	ctx      context.Context
	settings string // DATABASES["default"] as JSON
	shop     []*migrations.Migration
}

// each runs f on each kind of database; empty makes one.
func each(t *testing.T, f func(t *testing.T, empty func() *database)) {
	t.Helper()
	for _, kind := range []string{"sqlite", "postgresql", "mysql"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			f(t, func() *database { return newDatabase(t, kind) })
		})
	}
}

func newDatabase(t *testing.T, kind string) *database {
	t.Helper()
	realdjango.Version(t)
	var backend orm.Backend
	var settings map[string]string
	var err error
	switch kind {
	case "sqlite":
		path := filepath.Join(t.TempDir(), "shop.sqlite3")
		settings = map[string]string{"ENGINE": "django.db.backends.sqlite3", "NAME": path}
		backend, err = sqlite.Open(path, nil)
	case "postgresql":
		url := testdb.Postgres(t)
		settings = testdb.Django(t, url)
		backend, err = postgres.Open(t.Context(), url, nil)
	case "mysql":
		dsn := testdb.MySQL(t)
		settings = testdb.Django(t, dsn)
		backend, err = mysql.Open(t.Context(), dsn, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := orm.NewDatabases(map[string]orm.Backend{orm.DefaultAlias: backend},
		&orm.DBOptions{Models: slices.Concat(contenttypes.Models, shop.Models)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	text, err := json.Marshal(settings)
	if err != nil {
		t.Fatal(err)
	}
	return &database{t, orm.NewContext(t.Context(), db), string(text), history.All}
}

// django runs a script in the Django project, and returns what it prints.
func (d *database) django(script string) string {
	d.t.Helper()
	return string(realdjango.Run(d.t, fmt.Sprintf(`
import os, sys
os.environ.update(ADOPT_DATABASE=%q, DJANGO_SETTINGS_MODULE='settings')
sys.path.insert(0, os.path.join('testdata', 'django'))
import django
django.setup()
from django.core.management import call_command
`, d.settings)+script, nil))
}

// djangoMigrates makes Django's tables, but for those of its app news.
func (d *database) djangoMigrates() {
	d.t.Helper()
	d.django(`
for app in 'contenttypes', 'auth', 'sessions', 'shop':
    call_command('migrate', app, verbosity=0)
from fill import fill
fill()
`)
}

// nuages runs a command of our program, and returns its exit code and what it printed.
func (d *database) nuages(args ...string) (int, string) {
	d.t.Helper()
	apps := []migrations.App{
		{Label: "contenttypes", Models: contenttypes.Models, Migrations: contenthistory.All},
		{Label: "shop", Models: shop.Models, Migrations: d.shop},
	}
	site := &commands.Site{Apps: []commands.App{{Name: "shop", Models: shop.Models}}}
	list := migrate.All(&migrate.Program{Load: func() (*migrate.Project, error) {
		return &migrate.Project{Apps: apps, BeforeMigrate: contenttypes.BeforeMigrate,
			AfterMigrate: func(ctx context.Context, e *migrations.MigrateEvent) error {
				return contenttypes.AfterMigrate(ctx, e, slices.Concat(contenttypes.Models, shop.Models))
			}}, nil
	}})
	app, err := cli.New(&cli.Options{Name: "shop", Commands: append(list, commands.All(func() (*commands.Site, error) { return site, nil })...)})
	if err != nil {
		d.t.Fatal(err)
	}
	var out bytes.Buffer
	code := app.Run(d.ctx, args, nil, &out, &out)
	return code, out.String()
}

// ours runs a command of our program, which must succeed, and returns what it printed.
func (d *database) ours(args ...string) string {
	d.t.Helper()
	code, out := d.nuages(args...)
	if code != 0 {
		d.t.Fatalf("%q: exit code %d\n%s", args, code, out)
	}
	return out
}

// records are the rows of django_migrations.
func (d *database) records() []migrations.Record {
	d.t.Helper()
	records, err := migrations.Applied(d.ctx, "")
	if err != nil {
		d.t.Fatal(err)
	}
	return records
}

// grown fails unless the rows of django_migrations are those of before and these.
func (d *database) grown(before []migrations.Record, want ...string) []migrations.Record {
	d.t.Helper()
	after := d.records()
	if len(after) < len(before) {
		d.t.Fatalf("rows of django_migrations are gone: %v, now %v", before, after)
	}
	for i, r := range before {
		equal(d.t, "row of django_migrations that was there", after[i], r)
	}
	var got []string
	for _, r := range after[len(before):] {
		got = append(got, r.App+"."+r.Name)
	}
	equal(d.t, "new rows of django_migrations", got, want)
	return after
}

// tables describes the tables whose names begin so, without the order of columns.
func (d *database) tables(prefix string) map[string]*introspection.Description {
	d.t.Helper()
	list, err := introspection.Tables(d.ctx, "")
	if err != nil {
		d.t.Fatal(err)
	}
	out := map[string]*introspection.Description{}
	for _, info := range list {
		if !strings.HasPrefix(info.Name, prefix) {
			continue
		}
		table, err := introspection.Table(d.ctx, "", info.Name)
		if err != nil {
			d.t.Fatal(err)
		}
		slices.SortFunc(table.Columns, func(a, b introspection.Column) int { return cmp.Compare(a.Name, b.Name) })
		slices.SortFunc(table.Constraints, func(a, b orm.TableConstraint) int { return cmp.Compare(a.Name, b.Name) })
		out[info.Name] = table
	}
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func contains(t *testing.T, out string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("no %q in\n%s", w, out)
		}
	}
}

// TestAdopt takes over the shop of a Django database. Both go on, in turn.
func TestAdopt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, empty func() *database) {
		d := empty()
		d.djangoMigrates()
		noted, tables, before := d.records(), d.tables(""), d.likeDjango("shop_")
		contains(t, d.ours("showmigrations"), "contenttypes\n [-] 0001_nuages (2 squashed migrations): run migrate to note it\n",
			"shop\n [-] 0001_nuages (4 squashed migrations): run migrate to note it\n [ ] 0002_product_rating_alter_store_city\n")
		contains(t, d.ours("migrate", "shop", "0001_nuages"), "No migrations to apply.")
		noted = d.grown(noted, "contenttypes.0001_nuages", "shop.0001_nuages")
		equal(t, "tables", d.tables(""), tables)
		contains(t, d.ours("showmigrations", "shop"), "shop\n [X] 0001_nuages (4 squashed migrations)\n")
		contains(t, d.ours("makemigrations", "--check", "--dry-run"), "No changes detected")

		contains(t, d.django("call_command('migrate', 'news', '0001', no_color=True)"), "Applying news.0001_initial... OK")
		noted = d.grown(noted, "news.0001_initial")
		contains(t, d.ours("migrate"), "Applying shop.0002_product_rating_alter_store_city... OK")
		noted = d.grown(noted, "shop.0002_product_rating_alter_store_city")
		out := d.django(`
call_command('migrate', no_color=True)
call_command('showmigrations', 'shop', 'news', no_color=True)
call_command('makemigrations', check=True, dry_run=True)
from news.models import Article
from shop.models import Product, Store
Store.objects.update(city='W' * 60)
Article.objects.create(title='Reissued', product=Product.objects.create(name='Later', price=3, added='2022-01-01T00:00Z', category_id=1))
`)
		contains(t, out, "Applying news.0002_article_body... OK", "No changes detected",
			"shop\n [X] 0001_initial\n [X] 0002_product_extra\n [X] 0003_product_rules\n [X] 0004_detail\nnews\n [X] 0001_initial\n [X] 0002_article_body\n")
		noted = d.grown(noted, "news.0002_article_body")
		contains(t, d.ours("migrate"), "No migrations to apply.")
		p, err := shop.Products.Get(d.ctx, shop.ProductF.Name.Eq("Later"))
		if err != nil || p.Price.String() != "3" || p.Rating.Valid {
			t.Errorf("Django's product: %+v, %v", p, err)
		}

		d.django("from shop.models import Store; Store.objects.update(city='Wien')") // what fits again
		contains(t, d.ours("migrate", "shop", "0001_nuages"), "Unapplying shop.0002_product_rating_alter_store_city... OK")
		noted = slices.DeleteFunc(noted, func(r migrations.Record) bool { return strings.HasPrefix(r.Name, "0002_product_rating") })
		d.grown(noted)
		equal(t, "tables after going back", d.likeDjango("shop_"), before)
	})
}

// TestTables compares the tables that our first migration makes with Django's.
func TestTables(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, empty func() *database) {
		django, fresh := empty(), empty()
		django.djangoMigrates()
		fresh.ours("migrate", "shop", "0001_nuages")
		equal(t, "tables", fresh.likeDjango("shop_"), django.likeDjango("shop_"))
	})
}

// likeDjango describes tables without that in which this Django differs from later ones:
// its keys are serial columns on PostgreSQL, and identities since 4.1; and it writes
// numbers of conditions as text, which SQLite compares as numbers, since the column has
// them. The SQL of a table of SQLite is what was written.
func (d *database) likeDjango(prefix string) map[string]*introspection.Description {
	d.t.Helper()
	tables := d.tables(prefix)
	for _, table := range tables {
		table.SQL = ""
		for i := range table.Columns {
			if c := &table.Columns[i]; c.Auto {
				c.Default, c.Identity = orm.Null[string]{}, ""
			}
		}
		for i := range table.Constraints {
			if c := &table.Constraints[i]; c.Check {
				c.Definition = strings.ReplaceAll(c.Definition, "'0'", "0")
			}
		}
		slices.SortFunc(table.Indexes, func(a, b introspection.Statement) int { return cmp.Compare(a.Name, b.Name) })
	}
	return tables
}

// TestFixtures moves rows from Django to us and from us to Django.
func TestFixtures(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, empty func() *database) {
		d, second, third := empty(), empty(), empty()
		d.djangoMigrates()
		file := filepath.Join(t.TempDir(), "django.json")
		dump := fmt.Sprintf("call_command('dumpdata', 'shop', output=%q, verbosity=0)", file)
		d.django(dump)
		theirs := read(t, file)
		d.ours("migrate")
		second.ours("migrate")
		second.ours("loaddata", file)
		ours := strings.TrimSuffix(d.ours("dumpdata", "shop"), "\n")
		equal(t, "rows that Django made, as we write them", strings.ReplaceAll(ours, `, "rating": null`, ""), theirs)
		equal(t, "rows that we have loaded", strings.TrimSuffix(second.ours("dumpdata", "shop"), "\n"), ours)

		third.ours("migrate")
		if err := os.WriteFile(file, []byte(ours), 0o666); err != nil {
			t.Fatal(err)
		}
		third.django(fmt.Sprintf(`
call_command('migrate', verbosity=0)
call_command('loaddata', %q, ignore=True, verbosity=0)
`, file) + dump)
		equal(t, "rows that Django has loaded", read(t, file), theirs)
	})
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(text), "\n")
}

// TestFakeInitial takes over tables whose migrations nobody has noted.
func TestFakeInitial(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, empty func() *database) {
		d := empty()
		d.djangoMigrates()
		d.django(`
from django.db import connection
connection.cursor().execute('DROP TABLE django_migrations')
`)
		tables := d.tables("")
		first := *history.All[0]
		first.Replaces = nil // as for tables that no Django made
		d.shop = []*migrations.Migration{&first}
		contains(t, d.ours("migrate", "--fake-initial"), "Applying contenttypes.0001_nuages... FAKED", "Applying shop.0001_nuages... FAKED")
		got := d.tables("")
		delete(got, "django_migrations")
		delete(tables, "django_migrations")
		equal(t, "tables", got, tables)
		d.grown(nil, "contenttypes.0001_nuages", "contenttypes.0001_initial", "contenttypes.0002_remove_content_type_name", "shop.0001_nuages")
	})
}

// TestOlder refuses a database that has had only some of the migrations.
func TestOlder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, empty func() *database) {
		d := empty()
		d.django("call_command('migrate', 'shop', '0003', verbosity=0)")
		code, out := d.nuages("migrate")
		if code == 0 {
			t.Error("no error")
		}
		contains(t, out, "migration shop.0001_nuages takes the place of migrations of which this database has some, but not shop.0004_detail: "+
			"apply those first, with the program that has them")
	})
}
