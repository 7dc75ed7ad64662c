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
