package library_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/docs/examples/library"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
)

func meta(t *testing.T, name string) *orm.Meta {
	t.Helper()
	for _, m := range library.Models {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("the library has no model %s", name)
	return nil
}

func TestRecords(t *testing.T) {
	t.Parallel()
	ormtest.Each(t, library.Models, func(t *testing.T, ctx context.Context) {
		author, err := orm.Records(meta(t, "Author")).Create(ctx, map[string]any{"name": "Ada", "born": "1815-12-10"})
		if err != nil {
			t.Fatal(err)
		}
		if born, _ := author.Get("born"); born != (civil.Date{Year: 1815, Month: 12, Day: 10}) {
			t.Errorf("born: %v, want the day that the text names", born)
		}
		books := orm.Records(meta(t, "Book"))
		book, err := books.Create(ctx, map[string]any{"title": "Notes", "slug": "notes", "author": author.Key(), "price": "12.50", "pages": "66", "status": "draft"})
		if err != nil {
			t.Fatal(err)
		}
		created, _ := book.Get("created")
		if created.(time.Time).IsZero() {
			t.Error("auto_now_add was not set")
		}
		got, err := books.Get(ctx, orm.F("author__name").Eq("Ada"))
		if err != nil {
			t.Fatal(err)
		}
		row := got.Row().(*library.Book)
		if row.Title != "Notes" || row.Author.ID != author.Key() || !row.Price.Equal(decimal.RequireFromString("12.5")) || row.Pages != 66 {
			t.Errorf("the row: %+v", row)
		}
		if n, err := books.Lookup("slug", "notes").Update(ctx, map[string]any{"pages": orm.F("pages").Add(1), "blurb": nil}); n != 1 || err != nil {
			t.Errorf("Update: %d, %v", n, err)
		}
		if b, err := library.BySlug(ctx, "notes"); err != nil || b.Pages != 67 {
			t.Errorf("after the update: %v, %v", b, err)
		}
		relate(t, ctx, got)
		if d, err := author.Delete(ctx); err != nil || d.ByModel["library.Book"] != 1 {
			t.Errorf("Delete: %v, %v", d, err)
		}
	})
}

// relate changes the genres of a book by their keys.
func relate(t *testing.T, ctx context.Context, book orm.Record) {
	t.Helper()
	var keys []any
	var genres []orm.Record
	for i := range 3 {
		g, err := meta(t, "Genre").NewRecord()
		if err != nil {
			t.Fatal(err)
		}
		if err := g.Set("name", fmt.Sprintf("genre %d", i)); err != nil {
			t.Fatal(err)
		}
		genres = append(genres, g)
	}
	if err := orm.Records(meta(t, "Genre")).BulkCreate(ctx, genres, nil); err != nil {
		t.Fatal(err)
	}
	for _, g := range genres {
		keys = append(keys, g.Key())
	}
	f, _ := book.Meta().Field("genres")
	for _, set := range [][]any{{keys[0], keys[1]}, {keys[2], fmt.Sprint(keys[0]), keys[0]}, {}} {
		if err := book.SetRelatedKeys(ctx, f, set); err != nil {
			t.Fatal(err)
		}
		got, err := book.RelatedKeys(ctx, f)
		want := map[int]string{0: "[]", 2: fmt.Sprint(keys[:2]), 3: fmt.Sprint([]any{keys[0], keys[2]})}[len(set)]
		if err != nil || fmt.Sprint(got) != want {
			t.Errorf("RelatedKeys after %v: %v, %v, want %v", set, got, err, want)
		}
	}
}

// TestRaw saves a row as fixtures do: as it is.
func TestRaw(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, library.Models...)
	a, err := orm.Records(meta(t, "Author")).Create(ctx, map[string]any{"name": "Ada"})
	if err != nil {
		t.Fatal(err)
	}
	book, err := meta(t, "Book").NewRecord()
	if err != nil {
		t.Fatal(err)
	}
	old := time.Date(1843, 8, 1, 0, 0, 0, 0, time.UTC)
	for name, v := range map[string]any{"id": 7, "title": "Notes", "author_id": a.Key(), "price": 1, "created": old, "updated": "1843-08-01T00:00:00Z"} {
		if err := book.Set(name, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.Save(ctx, &orm.SaveOptions{Raw: true}); err != nil {
		t.Fatal(err)
	}
	row, err := library.Books.Get(ctx, library.BookF.ID.Eq(7))
	if err != nil || !row.Created.Equal(old) || !row.Updated.Equal(old) {
		t.Errorf("the row: %+v, %v, want the times that it was saved with", row, err)
	}
}

func TestRecordMistakes(t *testing.T) {
	t.Parallel()
	book, err := meta(t, "Book").NewRecord()
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]any{"pages": "many", "title": nil, "price": "x", "colour": 1, "created": "yesterday", "genres": 1} {
		if err := book.Set(name, v); err == nil || !strings.Contains(err.Error(), name) && !strings.Contains(err.Error(), "“") {
			t.Errorf("Set(%q, %v): %v, want an error that names the field", name, v, err)
		}
	}
	if err := book.Set("pages", int64(1)<<40); !errors.Is(err, orm.ErrData) {
		t.Errorf("a number out of range: %v, want ErrData", err)
	}
	if _, err := orm.RecordOf((*library.Book)(nil)); err == nil {
		t.Error("RecordOf(nil): no error")
	}
	if r, err := orm.RecordOf(&library.Book{Pages: 5}); err != nil || r.HasKey() {
		t.Errorf("RecordOf: %v, %v", r, err)
	} else if pages, err := r.Get("pages"); err != nil || pages != int32(5) {
		t.Errorf("pages: %v, %v", pages, err)
	}
}
