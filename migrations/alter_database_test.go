package migrations_test

import (
	"context"
	"testing"

	"github.com/nuages-web/nuages/migrations"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

// count returns the number that a query gives.
func count(t *testing.T, ctx context.Context, query string) int64 {
	t.Helper()
	c, err := orm.ConnectionOf(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := c.Query(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var n int64
	if rows.Next() {
		n = rows.Int64(0)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return n
}

// forthAndBack applies the first migration, runs the statements, applies the second,
// takes it back and applies it again; after each it calls check.
func forthAndBack(t *testing.T, ctx context.Context, history []*migrations.Migration, statements []string, check func(applied bool)) {
	t.Helper()
	x := executor(t, ctx, history, nil)
	if err := x.Migrate(ctx, x.Plan([]migrations.Target{{App: "shop", Migration: history[0]}})); err != nil {
		t.Fatal(err)
	}
	for _, statement := range statements {
		if _, err := orm.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	for _, target := range []*migrations.Migration{history[1], history[0], history[1]} {
		x := executor(t, ctx, history, nil)
		if err := x.Migrate(ctx, x.Plan([]migrations.Target{{App: "shop", Migration: target}})); err != nil {
			t.Fatalf("to %s: %v", target.Name, err)
		}
		check(target == history[1])
	}
}

// TestManyToManyToItself: both columns of the table between get other names.
func TestManyToManyToItself(t *testing.T) {
	t.Parallel()
	history := []*migrations.Migration{
		{App: "shop", Name: "0001", Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Label", Fields: []migrations.Field{id}},
			migrations.CreateModel{Name: "Disc", Fields: []migrations.Field{id, {Name: "likes", Type: "ManyToManyField", To: "shop.Label", RelatedName: "liked"}}},
		}},
		{App: "shop", Name: "0002", Dependencies: []string{"shop.0001"}, Operations: []migrations.Operation{
			migrations.AlterField{Model: "Disc", Field: migrations.Field{Name: "likes", Type: "ManyToManyField", To: "shop.Disc", RelatedName: "liked"}},
		}},
	}
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		rows := []string{
			"INSERT INTO shop_disc (id) VALUES (1), (2)", "INSERT INTO shop_label (id) VALUES (1), (2)",
			"INSERT INTO shop_disc_likes (disc_id, label_id) VALUES (1, 2)",
		}
		forthAndBack(t, ctx, history, rows, func(applied bool) {
			where := "disc_id = 1 AND label_id = 2"
			if applied {
				where = "from_disc_id = 1 AND to_disc_id = 2"
			}
			if n := count(t, ctx, "SELECT count(*) FROM shop_disc_likes WHERE "+where); n != 1 {
				t.Errorf("applied=%v: %d rows with %s", applied, n, where)
			}
		})
	})
}

// TestRenameParentOfTarget: the link of the child, which gets its parent's name, is what
// a third table refers to.
func TestRenameParentOfTarget(t *testing.T) {
	t.Parallel()
	history := []*migrations.Migration{
		{App: "shop", Name: "0001", Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Item", Fields: []migrations.Field{id}},
			migrations.CreateModel{Name: "Disc", Bases: []string{"shop.Item"}, Fields: []migrations.Field{
				{Name: "item_ptr", Type: "OneToOneField", To: "shop.Item", ParentLink: true, PrimaryKey: true},
			}},
			migrations.CreateModel{Name: "Song", Fields: []migrations.Field{id, {Name: "disc", Type: "ForeignKey", To: "shop.Disc", OnDelete: orm.Cascade}}},
		}},
		{App: "shop", Name: "0002", Dependencies: []string{"shop.0001"}, Operations: []migrations.Operation{
			migrations.RenameModel{From: "Item", To: "Article"},
		}},
	}
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		rows := []string{
			"INSERT INTO shop_item (id) VALUES (7)", "INSERT INTO shop_disc (item_ptr_id) VALUES (7)",
			"INSERT INTO shop_song (id, disc_id) VALUES (1, 7)",
		}
		forthAndBack(t, ctx, history, rows, func(applied bool) {
			table, column := "shop_item", "item_ptr_id"
			if applied {
				table, column = "shop_article", "article_ptr_id"
			}
			if n := count(t, ctx, "SELECT count(*) FROM shop_song s JOIN shop_disc d ON s.disc_id = d."+column+" JOIN "+table+" i ON i.id = d."+column); n != 1 {
				t.Errorf("applied=%v: %d rows", applied, n)
			}
		})
	})
}

// TestRunGoBetweenChanges: what the server has prepared for code of one migration is
// stale in the next, after its table has changed.
func TestRunGoBetweenChanges(t *testing.T) {
	t.Parallel()
	look := func(ctx context.Context, apps *migrations.Apps) error {
		_, err := apps.Records("shop.Disc").Filter(orm.F("id").Gt(0)).All(ctx)
		return err
	}
	both := migrations.RunGo{Forward: look, Backward: look}
	alter := func(typ string) migrations.Operation {
		return migrations.AlterField{Model: "Disc", Field: migrations.Field{Name: "code", Type: typ}}
	}
	history := []*migrations.Migration{
		{App: "shop", Name: "0001", Operations: []migrations.Operation{
			migrations.CreateModel{Name: "Disc", Fields: []migrations.Field{id, {Name: "code", Type: "IntegerField"}}}, both,
		}},
		{App: "shop", Name: "0002", Dependencies: []string{"shop.0001"}, Operations: []migrations.Operation{
			both, alter("BigIntegerField"), both, alter("FloatField"), both,
		}},
	}
	ormtest.Each(t, nil, func(t *testing.T, ctx context.Context) {
		rows := []string{"INSERT INTO shop_disc (id, code) VALUES (1, 5)"}
		forthAndBack(t, ctx, history, rows, func(bool) {})
	})
}
