package rows_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// TestRefreshFrom reads rows again by queries (Django's from_queryset).
func TestRefreshFrom(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		book := must[*models.Book](t)(models.Books.Get(ctx, models.BookF.ID.Eq(1)))
		title := book.Title
		n := orm.Count(models.BookF.Reviews()).As("n")
		full := models.Books.Annotate(n).SelectRelated(models.BookF.Publisher()).Prefetch(models.BookF.Tags())
		book.Title = "?"
		if err := orm.RefreshFrom(ctx, book, full); err != nil {
			t.Fatal(err)
		}
		want := must[int64](t)(models.Reviews.Filter(models.ReviewF.BookID.Eq(book.ISBN)).Count(ctx))
		if book.Title != title || n.Of(book) != want || book.Publisher.Obj() == nil {
			t.Errorf("%q with %d reviews, of %v, want %q with %d", book.Title, n.Of(book), book.Publisher.Obj(), title, want)
		}
		if _, err := book.Tags.All(orm.WithFetchMode(ctx, orm.FetchRaise)); err != nil {
			t.Errorf("the tags were not prefetched: %v", err)
		}
		book.Title, book.Pages = "?", 0
		if err := orm.RefreshFrom(ctx, book, models.Books, models.BookF.Pages); err != nil || book.Title != "?" || book.Pages == 0 {
			t.Errorf("of one column: %q, %d pages, %v", book.Title, book.Pages, err)
		}
		if err := orm.RefreshFrom(ctx, book, models.Books.Filter(models.BookF.ID.Gt(1))); !errors.Is(err, orm.ErrNotFound) {
			t.Errorf("of a query without the row: %v, want ErrNotFound", err)
		}
		err := orm.Atomic(ctx, func(ctx context.Context) error {
			return orm.RefreshFrom(ctx, book, models.Books.SelectForUpdate(nil))
		})
		if err != nil || book.Title != title {
			t.Errorf("with a lock: %q, %v", book.Title, err)
		}
		for want, q := range map[string]orm.AnyQuery{
			"from a query of shop.Tag": models.Tags,
			"with Limit or Offset":     models.Books.Limit(1),
			"from values":              models.Books.Values("id"),
			"a union":                  orm.Union(models.Books, models.Books),
		} {
			if err := orm.RefreshFrom(ctx, book, q); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q", err, want)
			}
		}
	})
}

// TestUpdateRow gives a row what the database computes.
func TestUpdateRow(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		b := models.BookF
		book := must[*models.Book](t)(models.Books.Get(ctx, b.ID.Eq(1)))
		pages, title := book.Pages, book.Title
		if _, err := models.Books.Filter(b.ID.Eq(1)).Update(ctx, b.Pages.Set(pages+10)); err != nil {
			t.Fatal(err)
		}
		book.Title = "?"
		if err := orm.UpdateRow(ctx, book, b.Pages.SetF(b.Pages.Add(1)), b.Subtitle.SetF(orm.Upper(b.Title))); err != nil {
			t.Fatal(err)
		}
		if book.Pages != pages+11 || book.Subtitle.V != strings.ToUpper(title) || book.Title != "?" {
			t.Errorf("%d pages, %q, %q", book.Pages, book.Subtitle.V, book.Title)
		}
		author := must[*models.Author](t)(models.Authors.First(ctx))
		if err := orm.UpdateRow(ctx, author, models.AuthorF.Name.SetF(orm.Upper(models.AuthorF.Name))); err != nil || author.Name != strings.ToUpper(author.Name) {
			t.Errorf("a column of the parent: %q, %v", author.Name, err)
		}
		gone := *book
		gone.ID = 999
		for name, err := range map[string]error{
			"gone": orm.UpdateRow(ctx, &gone, b.Pages.Set(1)), "new": orm.UpdateRow(ctx, &models.Book{}, b.Pages.Set(1)),
		} {
			if !errors.Is(err, orm.ErrNotFound) {
				t.Errorf("%s: %v, want ErrNotFound", name, err)
			}
		}
		if err := orm.UpdateRow(ctx, book); err == nil {
			t.Error("nothing to set: no error")
		}
	})
}
