package migrations_test

import (
	"context"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/introspection"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// TestPostgresOperations applies the operations of PostgreSQL and takes them back; other
// databases pass over what they have not.
func TestPostgresOperations(t *testing.T) {
	t.Parallel()
	title := migrations.Index{Name: "record_title", Fields: []string{"title"}}
	history := []*migrations.Migration{
		{App: "shop", Name: "0001_initial", Operations: []migrations.Operation{
			migrations.CreateExtension{Name: "btree_gin"},
			migrations.CreateModel{Name: "Record", Fields: []migrations.Field{id, {Name: "title", Type: "CharField", MaxLength: 50}, {Name: "n", Type: "IntegerField"}}},
		}},
		{App: "shop", Name: "0002_concurrently", NonAtomic: true, Dependencies: []string{"shop.0001_initial"}, Operations: []migrations.Operation{
			migrations.AddIndexConcurrently{Model: "Record", Index: title},
		}},
		{App: "shop", Name: "0003_check", Dependencies: []string{"shop.0002_concurrently"}, Operations: []migrations.Operation{
			migrations.AddConstraintNotValid{Model: "Record", Constraint: migrations.Constraint{Kind: orm.CheckConstraint, Name: "n_gte_0", Check: orm.F("n").Gte(0)}},
		}},
		{App: "shop", Name: "0004_validate", Dependencies: []string{"shop.0003_check"}, Operations: []migrations.Operation{
			migrations.ValidateConstraint{Model: "Record", Name: "n_gte_0"},
			migrations.CreateCollation{Name: "german", Locale: "de-DE-x-icu", Provider: "icu"},
		}},
		{App: "shop", Name: "0005_less", NonAtomic: true, Dependencies: []string{"shop.0004_validate"}, Operations: []migrations.Operation{
			migrations.RemoveIndexConcurrently{Model: "Record", Name: "record_title"},
			migrations.RemoveCollation{Name: "german", Locale: "de-DE-x-icu", Provider: "icu"},
		}},
	}
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		x := executor(t, ctx, history, nil)
		to(t, ctx, x, "0003")
		if !strings.Contains(tables(t, ctx), "[title]") {
			t.Errorf("there is no index:\n%s", tables(t, ctx))
		}
		if _, err := records(t, x, "shop.Record").Create(ctx, map[string]any{"title": "a", "n": -1}); err == nil {
			t.Error("a new row may violate the constraint that is not valid yet")
		}
		to(t, ctx, x, "")
		if strings.Contains(tables(t, ctx), "[title]") {
			t.Error("the index is still there")
		}
		to(t, ctx, x, "zero")
		wrong := []*migrations.Migration{history[0], {App: "shop", Name: "0002_wrong", Dependencies: []string{"shop.0001_initial"}, Operations: history[1].Operations}}
		err := migrations.Apply(ctx, wrong, nil)
		if c, _ := orm.ConnectionOf(ctx, ""); c.Dialect().Name != "postgresql" {
			if err != nil {
				t.Error(err)
			}
		} else if err == nil || !strings.Contains(err.Error(), "set NonAtomic in its migration") {
			t.Errorf("an index made concurrently in a transaction: %v", err)
		}
		to(t, ctx, executor(t, ctx, wrong, nil), "zero")
		if list, err := introspection.Tables(ctx, ""); err != nil || len(list) > 2 {
			t.Errorf("left: %v, %v", list, err)
		}
	})
}

// TestSeparate changes the database by one name and the models by another.
func TestSeparate(t *testing.T) {
	t.Parallel()
	rename := migrations.SeparateDatabaseAndState{
		Database: []migrations.Operation{migrations.RunSQL{
			Forward: []string{"ALTER TABLE shop_record RENAME TO shop_disc"}, Backward: []string{"ALTER TABLE shop_disc RENAME TO shop_record"},
			State: []migrations.Operation{migrations.AlterModelTable{Model: "Record", Table: "shop_disc"}},
		}, migrations.AddField{Model: "Record", Field: migrations.Field{Name: "n", Type: "IntegerField"}, Fill: int32(4)}},
		State: []migrations.Operation{migrations.RenameModel{From: "Record", To: "Disc"},
			migrations.AddField{Model: "Disc", Field: migrations.Field{Name: "n", Type: "IntegerField"}}},
	}
	history := []*migrations.Migration{
		{App: "shop", Name: "0001_initial", Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Record", Fields: []migrations.Field{id, {Name: "title", Type: "CharField", MaxLength: 50}}},
		}},
		{App: "shop", Name: "0002_disc", Dependencies: []string{"shop.0001_initial"}, Operations: []migrations.Operation{rename}},
	}
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		x := executor(t, ctx, history, nil)
		to(t, ctx, x, "0001")
		first := tables(t, ctx)
		if _, err := records(t, x, "shop.Record").Create(ctx, map[string]any{"title": "a"}); err != nil {
			t.Fatal(err)
		}
		to(t, ctx, x, "")
		if n := value(t, ctx, records(t, x, "shop.Disc"), "n"); n != int32(4) {
			t.Errorf("n: %v", n)
		}
		to(t, ctx, x, "0001")
		if got := tables(t, ctx); got != first {
			t.Errorf("back:\n%s\nwant\n%s", got, first)
		}
	})
}

// TestHistory refuses a database in which a migration came before one that it needs.
func TestHistory(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t)
	to(t, ctx, executor(t, ctx, shop(), nil), "0002")
	if _, err := orm.Exec(ctx, "DELETE FROM django_migrations WHERE app = 'people'"); err != nil {
		t.Fatal(err)
	}
	want := `migration shop.0001_initial is applied before its dependency people.0001_initial on database "default"`
	if err := executor(t, ctx, shop(), nil).CheckHistory(); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("CheckHistory: %v, want %s", err, want)
	}
	if err := migrations.Apply(ctx, shop(), nil); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Apply: %v, want %s", err, want)
	}
}

// TestRouter migrates only what the routers want in a database.
func TestRouter(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t)
	db, _ := orm.FromContext(ctx)
	routed, err := orm.NewDatabases(map[string]orm.Backend{"default": db.Backend("default")}, &orm.DBOptions{Routers: []orm.Router{only("people")}})
	if err != nil {
		t.Fatal(err)
	}
	ctx = orm.NewContext(t.Context(), routed)
	if err := migrations.Apply(ctx, shop(), nil); err != nil {
		t.Fatal(err)
	}
	if got := tables(t, ctx); !strings.HasPrefix(got, "people_person\n") || strings.Contains(got, "shop_") || strings.Contains(got, "discs") {
		t.Errorf("tables:\n%s", got)
	}
}

// only is a router that wants one app.
type only string

func (o only) AllowMigrate(_, app string, _ *orm.Meta, _ map[string]any) orm.Decision {
	if app == string(o) {
		return orm.Allow
	}
	return orm.Deny
}

func (only) ReadFrom(context.Context, *orm.Meta, orm.Hints) string { return "" }
func (only) WriteTo(context.Context, *orm.Meta, orm.Hints) string  { return "" }

// TestConcurrentlyUnderLock makes an index while the lock is held: PostgreSQL waits for
// every transaction with an older snapshot, and that of the lock must have none.
func TestConcurrentlyUnderLock(t *testing.T) {
	t.Parallel()
	ctx := ormtest.Postgres(t)
	history := []*migrations.Migration{{App: "shop", Name: "0001_initial", NonAtomic: true, Operations: []migrations.Operation{
		migrations.CreateModel{Name: "Record", Fields: []migrations.Field{id, {Name: "title", Type: "TextField"}}},
		migrations.AddIndexConcurrently{Model: "Record", Index: migrations.Index{Name: "record_title", Fields: []string{"title"}}},
	}}}
	if err := migrations.Apply(ctx, history, nil); err != nil {
		t.Fatal(err)
	}
}
