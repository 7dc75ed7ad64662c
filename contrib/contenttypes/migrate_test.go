package contenttypes_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/contrib/contenttypes"
	history "github.com/nuages-web/nuages/contrib/contenttypes/migrations"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// TestMigrationsAreTheModels finds nothing that makemigrations would write.
func TestMigrationsAreTheModels(t *testing.T) {
	t.Parallel()
	from := must[*migrations.State](t)(migrations.StateAfter(history.All))
	to := must[*migrations.State](t)(migrations.StateOf(contenttypes.Models))
	for _, m := range must[[]*migrations.Migration](t)(migrations.Autodetect(t.Context(), from, to, nil)) {
		for _, op := range m.Operations {
			t.Errorf("makemigrations would write: %s", op.Describe())
		}
	}
}

// migrate does what the command does, with the hooks; target "" is the end.
func migrate(t *testing.T, ctx context.Context, all []*migrations.Migration, target string) {
	t.Helper()
	x := must[*migrations.Executor](t)(migrations.NewExecutor(ctx, all, nil))
	targets := x.Leaves("")
	if target != "" {
		m, ok := x.Graph().Migration(target)
		if !ok {
			t.Fatalf("no migration %s", target)
		}
		targets = []migrations.Target{{App: m.App, Migration: m}}
	}
	e := &migrations.MigrateEvent{Plan: x.Plan(targets), Executor: x}
	if err := contenttypes.BeforeMigrate(ctx, e); err != nil {
		t.Fatal(err)
	}
	if err := x.Migrate(ctx, e.Plan); err != nil {
		t.Fatal(err)
	}
	if err := contenttypes.AfterMigrate(ctx, e, tables); err != nil {
		t.Fatal(err)
	}
}

// kinds are the content types with their keys.
func kinds(t *testing.T, ctx context.Context) map[string]int32 {
	t.Helper()
	out := map[string]int32{}
	for _, kind := range must[[]*contenttypes.ContentType](t)(contenttypes.ContentTypes.All(ctx)) {
		out[kind.AppLabel+"."+kind.Model] = kind.ID
	}
	return out
}

// django asks Django with its apps auth and contenttypes.
func django(t *testing.T, address map[string]string, script string) string {
	t.Helper()
	settings := must[[]byte](t)(json.Marshal(address))
	return string(realdjango.Run(t, fmt.Sprintf(`
import django, json
from django.conf import settings
settings.configure(DATABASES={'default': %s}, INSTALLED_APPS=['django.contrib.contenttypes', 'django.contrib.auth'],
    DEFAULT_AUTO_FIELD='django.db.models.BigAutoField')
django.setup()
from django.core.management import call_command
from django.contrib.contenttypes.models import ContentType
`, settings)+script, nil))
}

func open(t *testing.T, backend orm.Backend) context.Context {
	t.Helper()
	db := must[*orm.DB](t)(orm.NewDatabases(map[string]orm.Backend{orm.DefaultAlias: backend}, &orm.DBOptions{Models: tables}))
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return orm.NewContext(t.Context(), db)
}

func contentTypeTable(t *testing.T, ctx context.Context) *introspection.Description {
	t.Helper()
	d := must[*introspection.Description](t)(introspection.Table(ctx, "", "django_content_type"))
	// PostgreSQL: Django has identities since 4.1, and this one serial columns.
	d.Columns[0].Default, d.Columns[0].Identity = orm.Null[string]{}, ""
	return d
}

// TestMigrateDjango takes over a database that Django has migrated.
func TestMigrateDjango(t *testing.T) {
	t.Parallel()
	empty := map[string]func(testing.TB, ...*orm.Meta) context.Context{"sqlite": ormtest.SQLite, "postgresql": ormtest.Postgres, "mysql": ormtest.MySQL}
	eachDjango(t, func(t *testing.T, backend orm.Backend, address map[string]string) {
		django(t, address, "call_command('migrate', verbosity=0)")
		ctx := open(t, backend)
		theirs := kinds(t, ctx)
		before := must[[]migrations.Record](t)(migrations.Applied(ctx, ""))
		migrate(t, ctx, history.All, "")
		got := kinds(t, ctx)
		for label, id := range theirs {
			equal(t, "key of "+label, got[label], id)
		}
		for _, m := range tables {
			if got[m.LabelLower()] == 0 {
				t.Errorf("no content type of %s", m.Label())
			}
		}
		equal(t, "rows", len(got), len(theirs)+len(Models))
		after := must[[]migrations.Record](t)(migrations.Applied(ctx, ""))
		equal(t, "records of Django", after[:len(before)], before)
		equal(t, "records of ours", []string{after[len(before)].App + "." + after[len(before)].Name}, []string{"contenttypes.0001_nuages"})
		migrate(t, ctx, history.All, "")
		equal(t, "rows after another migrate", kinds(t, ctx), got)
		out := django(t, address, `
call_command('migrate', no_color=True)
print(ContentType.objects.get_by_natural_key('shop', 'sale').pk)
`)
		if !strings.Contains(out, "No migrations to apply") || !strings.HasSuffix(out, fmt.Sprintf("\n%d\n", got["shop.sale"])) {
			t.Errorf("Django says of the database:\n%s", out)
		}

		kind := t.Name()[strings.LastIndex(t.Name(), "/")+1:]
		fresh := empty[kind](t)
		migrate(t, fresh, history.All, "")
		equal(t, "table", contentTypeTable(t, fresh), contentTypeTable(t, ctx))
	})
}

// TestMigrateBeforeDjango lets Django go on with a database of ours.
func TestMigrateBeforeDjango(t *testing.T) {
	t.Parallel()
	eachDjango(t, func(t *testing.T, backend orm.Backend, address map[string]string) {
		ctx := open(t, backend)
		migrate(t, ctx, history.All, "")
		ours := kinds(t, ctx)
		out := django(t, address, `
call_command('migrate', no_color=True)
call_command('showmigrations', 'contenttypes', no_color=True)
`)
		want := "contenttypes\n [X] 0001_initial\n [X] 0002_remove_content_type_name\n"
		if strings.Contains(out, "Applying contenttypes") || !strings.Contains(out, "Applying auth.0001_initial... OK") || !strings.HasSuffix(out, want) {
			t.Errorf("Django says of the database:\n%s", out)
		}
		got := kinds(t, ctx)
		for label, id := range ours {
			equal(t, "key of "+label, got[label], id)
		}
		if got["auth.user"] == 0 {
			t.Error("Django made no content type of auth.user")
		}
	})
}

// renamed is a history in which the model of Product had another name.
func renamed() []*migrations.Migration {
	id := migrations.Field{Name: "id", Type: "BigAutoField", PrimaryKey: true}
	return append(slices.Clone(history.All), &migrations.Migration{
		App: "shop", Name: "0001_initial", Initial: true, Dependencies: []string{"contenttypes.0001_initial"},
		Operations: []migrations.Operation{migrations.CreateModel{Name: "Ware", Fields: []migrations.Field{id}}},
	}, &migrations.Migration{
		App: "shop", Name: "0002_rename", Dependencies: []string{"shop.0001_initial"},
		Operations: []migrations.Operation{migrations.RenameModel{From: "Ware", To: "Product"}},
	})
}

func TestRenameModel(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		all := renamed()
		migrate(t, ctx, all, "shop.0001_initial")
		first := kinds(t, ctx)
		equal(t, "made for the model of the time", len(first), 2)
		migrate(t, ctx, all, "")
		equal(t, "operations of the program's migration", len(all[len(all)-1].Operations), 1)
		equal(t, "renamed", kinds(t, ctx), map[string]int32{"contenttypes.contenttype": first["contenttypes.contenttype"], "shop.product": first["shop.ware"]})
		migrate(t, ctx, all, "shop.0001_initial")
		equal(t, "renamed back", kinds(t, ctx), first)
		create(t, ctx, contenttypes.ContentTypes, &contenttypes.ContentType{AppLabel: "shop", Model: "product"})
		first = kinds(t, ctx)
		migrate(t, ctx, all, "")
		equal(t, "with a content type of the new name", kinds(t, ctx), first)
	})
}

// TestMigrateWithout leaves a database alone that has no content types.
func TestMigrateWithout(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		others := renamed()[1:]
		others[0].Dependencies = nil
		migrate(t, ctx, others, "")
		if _, err := introspection.Table(ctx, "", "django_content_type"); err == nil {
			t.Error("there is a table of content types")
		}
	})
}
