package conformance

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// mistake is a case: what it does, and the kind of its error.
type mistake struct {
	name string
	kind error
	do   func(ctx context.Context) error
}

func (s *suite) mistakes() []mistake {
	f := models.BookF
	book := func(change func(b *models.Book)) func(ctx context.Context) error {
		return func(ctx context.Context) error {
			b, err := models.Books.Get(ctx, f.ID.Eq(1))
			if err != nil {
				return err
			}
			change(b)
			return b.Save(ctx)
		}
	}
	sql := func(query string) func(ctx context.Context) error {
		return func(ctx context.Context) error { _, err := orm.Exec(ctx, query); return err }
	}
	return []mistake{
		{"unique on insert", orm.ErrUnique, func(ctx context.Context) error {
			return models.Tags.Create(ctx, &models.Tag{ID: uuid.UUID{1}, Label: "classic"})
		}},
		{"primary key on insert", orm.ErrUnique, func(ctx context.Context) error {
			return models.Countries.Create(ctx, &models.Country{Code: "de", Name: "Again"})
		}},
		{"unique is integrity", orm.ErrIntegrity, func(ctx context.Context) error {
			return models.Tags.Create(ctx, &models.Tag{ID: uuid.UUID{1}, Label: "classic"})
		}},
		{"unique of two columns", orm.ErrUnique, book(func(b *models.Book) { b.Title = "Dune Messiah" })},
		{"unique in bulk", orm.ErrUnique, func(ctx context.Context) error {
			return models.Tags.BulkCreate(ctx, []*models.Tag{{ID: uuid.UUID{1}, Label: "one"}, {ID: uuid.UUID{2}, Label: "one"}}, nil)
		}},
		{"check", orm.ErrCheck, sql("UPDATE shop_book SET price = -1 WHERE id = 1")},
		{"check is integrity", orm.ErrIntegrity, sql("UPDATE shop_book SET price = -1 WHERE id = 1")},
		{"not null", orm.ErrNotNull, sql("UPDATE shop_book SET title = NULL WHERE id = 1")},
		{"syntax", orm.ErrProgramming, sql("SELEKT 1")},
		{"no such table", orm.ErrProgramming, sql("DELETE FROM nothing_there")},
		{"no such column", orm.ErrProgramming, sql("UPDATE shop_book SET nothing = 1")},
		{"not found", orm.ErrNotFound, func(ctx context.Context) error { _, err := models.Books.Get(ctx, f.ID.Eq(-1)); return err }},
		{"not found first", orm.ErrNotFound, func(ctx context.Context) error { _, err := models.Books.Filter(f.ID.Eq(-1)).First(ctx); return err }},
		{"several", orm.ErrMultiple, func(ctx context.Context) error { _, err := models.Books.Get(ctx, f.Language.Eq("en")); return err }},
		{"gone", orm.ErrNotFound, func(ctx context.Context) error {
			b, err := models.Books.Get(ctx, f.ID.Eq(16))
			if err != nil {
				return err
			}
			if _, err := models.Books.Filter(f.ID.Eq(16)).Delete(ctx); err != nil {
				return err
			}
			return b.Refresh(ctx)
		}},
		{"null in a key", orm.ErrNotNull, func(ctx context.Context) error {
			_, err := models.Books.Filter(f.ID.Eq(1)).Update(ctx, f.PublisherID.SetNull())
			return err
		}},
		{"text too long", orm.ErrData, func(ctx context.Context) error {
			_, err := models.Books.Filter(f.ID.Eq(1)).Update(ctx, f.Language.Set(strings.Repeat("x", 300)))
			if err == nil && s.backend.Dialect().Name == "sqlite" {
				err = orm.ErrData // SQLite's columns have no length
			}
			return err
		}},
	}
}

// errors makes each kind of error.
func (s *suite) errors(t *testing.T) {
	for _, c := range s.mistakes() {
		s.run(t, "errors", c.name, func(t *testing.T) {
			s.undone(t, func(ctx context.Context) {
				// A savepoint of its own, so that the transaction goes on.
				err := orm.Atomic(ctx, c.do)
				if !errors.Is(err, c.kind) {
					t.Errorf("error %v, want %v", err, c.kind)
				}
				if _, err := models.Books.Count(ctx); err != nil {
					t.Errorf("after the error: %v", err)
				}
			})
		})
	}
	s.run(t, "errors", "foreign key", func(t *testing.T) {
		err := orm.Atomic(s.ctx, func(ctx context.Context) error {
			return models.ChildCascades.Create(ctx, &models.ChildCascade{Root: orm.FK[models.Root]{ID: 12345}})
		})
		if !errors.Is(err, orm.ErrForeignKey) || !errors.Is(err, orm.ErrIntegrity) {
			t.Errorf("error %v, want %v", err, orm.ErrForeignKey)
		}
	})
}
