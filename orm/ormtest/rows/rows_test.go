// Package rows_test fetches, saves and locks rows of the models that the tests of the
// ORM share, on all databases.
package rows_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

var databases = ormtest.Package{Models: models.Models, Fill: models.Load}

func TestMain(m *testing.M) { os.Exit(databases.Main(m)) }

// must returns v, or ends the test.
func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestSaveOptions(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		de := must[*models.Country](t)(models.Countries.Get(ctx, models.CountryF.Code.Eq("de")))
		for _, test := range []struct {
			name string
			row  *models.Country
			opts orm.SaveOptions
			want error
		}{
			{"insert of a key that is there", &models.Country{Code: "de", Name: "X"}, orm.SaveOptions{ForceInsert: true}, orm.ErrUnique},
			{"insert", &models.Country{Code: "it", Name: "Italy"}, orm.SaveOptions{ForceInsert: true}, nil},
			{"update of a key that is not there", &models.Country{Code: "zz", Name: "Z"}, orm.SaveOptions{ForceUpdate: true}, orm.ErrNotFound},
			{"update", &models.Country{Code: "it", Name: "Italia"}, orm.SaveOptions{ForceUpdate: true}, nil},
			{"fields of a key that is not there", &models.Country{Code: "zz", Name: "Z"}, orm.SaveOptions{Fields: []orm.AnyExpr{models.CountryF.Name}}, orm.ErrNotFound},
			{"no fields", de, orm.SaveOptions{Fields: []orm.AnyExpr{}}, nil},
		} {
			if err := orm.SaveWith(ctx, test.row, &test.opts); !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", test.name, err, test.want)
			}
		}
		if it := must[*models.Country](t)(models.Countries.Get(ctx, models.CountryF.Code.Eq("it"))); it.Name != "Italia" {
			t.Errorf("the name is %q", it.Name)
		}
		if err := orm.SaveWith(ctx, de, &orm.SaveOptions{ForceInsert: true, ForceUpdate: true}); err == nil {
			t.Error("an insert and an update at once: no error")
		}
		if err := orm.SaveFields(ctx, de, models.CountryF.Code); err == nil {
			t.Error("the key among the fields: no error")
		}
		ormtest.AssertNumQueries(t, ctx, 0, func(ctx context.Context) {
			if err := orm.SaveWith(ctx, de, &orm.SaveOptions{Fields: []orm.AnyExpr{}}); err != nil {
				t.Error(err)
			}
		})
	})
}

// A row whose key is set to zero is a new one (Django's pk=None).
func TestCopy(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		c := must[*models.Category](t)(models.Categories.Get(ctx, models.CategoryF.Name.Eq("Fantasy")))
		old := c.ID
		c.ID, c.Name = 0, "Copy"
		if err := orm.Save(ctx, c); err != nil || c.ID == 0 || c.ID == old {
			t.Fatalf("the copy has the key %d: %v", c.ID, err)
		}
		again := must[*models.Category](t)(models.Categories.Get(ctx, models.CategoryF.ID.Eq(old)))
		if again.Name != "Fantasy" || must[int64](t)(models.Categories.Filter(models.CategoryF.ParentID.Eq(c.Parent.ID)).Count(ctx)) != 4 {
			t.Errorf("the first is called %q", again.Name)
		}
	})
}

func TestAutoNow(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		begin := time.Now().Add(-time.Second)
		memo := &models.Memo{Text: "a"}
		if err := models.Memos.Create(ctx, memo); err != nil {
			t.Fatal(err)
		}
		if memo.Created.Before(begin) || memo.Updated.Before(begin) {
			t.Errorf("created %s, updated %s, want after %s", memo.Created, memo.Updated, begin)
		}
		past := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
		if _, err := models.Memos.Update(ctx, models.MemoF.Created.Set(past), models.MemoF.Updated.Set(past)); err != nil {
			t.Fatal(err)
		}
		if err := orm.Refresh(ctx, memo); err != nil || !memo.Updated.Equal(past) {
			t.Fatalf("Update: updated %s, %v", memo.Updated, err)
		}
		memo.Text = "b"
		if err := orm.SaveFields(ctx, memo, models.MemoF.Text); err != nil || !memo.Updated.Equal(past) {
			t.Errorf("SaveFields of another column: updated %s, %v", memo.Updated, err)
		}
		if err := orm.Save(ctx, memo); err != nil {
			t.Fatal(err)
		}
		if err := orm.Refresh(ctx, memo); err != nil || memo.Updated.Before(begin) || !memo.Created.Equal(past) || memo.Text != "b" {
			t.Errorf("Save: created %s, updated %s, %v", memo.Created, memo.Updated, err)
		}
	})
}

func TestFetchModes(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		for mode, want := range map[orm.FetchMode]int{orm.FetchOne: 4, orm.FetchPeers: 2, orm.FetchDefault: 2, orm.FetchRaise: 1} {
			fetch := func(q *orm.Query[models.Book]) func(context.Context) {
				return func(ctx context.Context) {
					for _, b := range must[[]*models.Book](t)(q.Order("id").Limit(3).All(ctx)) {
						_, err := b.Publisher.Get(ctx)
						if blocked := errors.Is(err, orm.ErrFetchBlocked); blocked != (mode == orm.FetchRaise) || err != nil && !blocked {
							t.Errorf("mode %d: %v", mode, err)
						}
					}
				}
			}
			ormtest.AssertNumQueries(t, ctx, want, fetch(models.Books.FetchMode(mode)))
			ormtest.AssertNumQueries(t, orm.WithFetchMode(ctx, mode), want, fetch(models.Books))
		}
	})
}

func TestBulkCreateBatches(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		made := 0
		rows := func(n int) (rows []*models.Category) {
			for range n {
				made++
				rows = append(rows, &models.Category{Name: fmt.Sprint("New ", made)})
			}
			return rows
		}
		for _, test := range []struct{ n, size, want int }{{5, 0, 1}, {5, 2, 3}, {4, 2, 2}, {1, 2, 1}} {
			fresh, want := rows(test.n), test.want
			if db, _ := orm.FromContext(ctx); db.Backend(orm.DefaultAlias).Dialect().Name == "sqlite" {
				want = 1 // a prepared statement that runs for each row
			}
			ormtest.AssertNumQueries(t, ctx, want, func(ctx context.Context) {
				if err := models.Categories.BulkCreate(ctx, fresh, &orm.BulkOptions{BatchSize: test.size}); err != nil {
					t.Error(err)
				}
			})
			for _, c := range fresh {
				if c.ID == 0 {
					t.Errorf("%d rows, %d at a time: a row has no key", test.n, test.size)
				}
			}
		}
	})
}
