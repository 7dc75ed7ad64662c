package rows_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
	"github.com/nuages-web/nuages/orm/sqlite"
)

// A row belongs to the database that it was fetched from or saved to.
func TestUsing(t *testing.T) {
	t.Parallel()
	backends := map[string]orm.Backend{}
	for _, alias := range []string{orm.DefaultAlias, "other"} {
		b, err := sqlite.Open(filepath.Join(t.TempDir(), alias+".sqlite3"), nil)
		if err != nil {
			t.Fatal(err)
		}
		backends[alias] = b
		ctx := orm.NewContext(t.Context(), orm.NewDB(b))
		if err := orm.CreateTables(ctx, models.Models...); err != nil {
			t.Fatal(err)
		}
	}
	db, err := orm.NewDatabases(backends, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	ctx := orm.NewContext(t.Context(), db)
	categories := models.Categories.Using("other")
	counts := func(want0, want1 int64) {
		t.Helper()
		if a, b := must[int64](t)(models.Categories.Count(ctx)), must[int64](t)(categories.Count(ctx)); a != want0 || b != want1 {
			t.Errorf("%d and %d rows, want %d and %d", a, b, want0, want1)
		}
	}

	root := &models.Category{Name: "root"}
	if err := categories.Create(ctx, root); err != nil {
		t.Fatal(err)
	}
	counts(0, 1)
	root = must[*models.Category](t)(categories.Get(ctx, models.CategoryF.Name.Eq("root")))
	root.Sort = 5
	if err := orm.Save(ctx, root); err != nil {
		t.Fatal(err)
	}
	if err := root.Children().Create(ctx, &models.Category{Name: "child"}); err != nil {
		t.Fatal(err)
	}
	counts(0, 2)
	if _, created, err := root.Children().GetOrCreate(ctx, &models.Category{Name: "new"}, models.CategoryF.Name.Eq("new")); err != nil || !created {
		t.Errorf("GetOrCreate: %v, %v", created, err)
	}
	counts(0, 3)
	if n, err := root.Children().Query().Count(ctx); n != 2 || err != nil {
		t.Errorf("%d children, %v", n, err)
	}
	child := must[*models.Category](t)(categories.Prefetch(models.CategoryF.Parent(), models.CategoryF.Children()).Get(ctx, models.CategoryF.Name.Eq("child")))
	if p := child.Parent.Obj(); p == nil || p.Sort != 5 {
		t.Errorf("the parent is %v", p)
	}

	// To save a copy there, and to delete here.
	child.Parent = orm.NullFK[models.Category]{}
	if err := orm.SaveWith(ctx, child, &orm.SaveOptions{Using: orm.DefaultAlias, ForceInsert: true}); err != nil {
		t.Fatal(err)
	}
	counts(1, 3)
	if _, err := orm.Delete(ctx, root); err != nil { // with its children
		t.Fatal(err)
	}
	counts(1, 0)
	if err := orm.SaveWith(ctx, root, &orm.SaveOptions{Using: "nowhere"}); err == nil {
		t.Error("Save to a database that is not there: no error")
	}
	if _, err := models.Categories.Using("nowhere").All(ctx); err == nil {
		t.Error("All of a database that is not there: no error")
	}
}

// Locks that are asked for are held, and seen by others.
func TestLocks(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB, ...*orm.Meta) context.Context{"postgresql": ormtest.Postgres, "mysql": ormtest.MySQL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx := open(t, models.Models...)
			for _, name := range []string{"a", "b"} {
				if err := models.Categories.Create(ctx, &models.Category{Name: name}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := models.Categories.SelectForUpdate(nil).All(ctx); !errors.Is(err, orm.ErrNeedsAtomic) {
				t.Errorf("outside of a transaction: %v, want ErrNeedsAtomic", err)
			}
			err := orm.Atomic(ctx, func(inside context.Context) error {
				if _, err := models.Categories.Filter(models.CategoryF.Name.Eq("a")).SelectForUpdate(nil).Get(inside); err != nil {
					return err
				}
				others(t, ctx)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}

// others asks, on another connection, for rows of which one is locked.
func others(t *testing.T, ctx context.Context) {
	t.Helper()
	lock := func(opts *orm.LockOptions) (names []string, err error) {
		err = orm.Atomic(ctx, func(ctx context.Context) error {
			rows, err := models.Categories.Order("name").SelectForUpdate(opts).All(ctx)
			for _, c := range rows {
				names = append(names, c.Name)
			}
			return err
		})
		return names, err
	}
	if got, err := lock(&orm.LockOptions{NoWait: true}); !errors.Is(err, orm.ErrLockNotAvailable) {
		t.Errorf("NOWAIT: %v, %v, want ErrLockNotAvailable", got, err)
	}
	if got, err := lock(&orm.LockOptions{SkipLocked: true}); err != nil || len(got) != 1 || got[0] != "b" {
		t.Errorf("SKIP LOCKED: %v, %v, want b", got, err)
	}
}
