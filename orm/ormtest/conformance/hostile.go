package conformance

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// attacks are texts that mean something to SQL, to drivers, or to formats.
var attacks = []string{
	"'", "''", `"`, "`", `\`, `\'`, "' OR '1'='1", "'; DROP TABLE shop_book; --", "1; DELETE FROM shop_book", "') UNION SELECT 1 --", "--", "/*", "*/", "#", ";",
	"$1", "$tag$", "?", ":v", "%s", "%(x)s", "{0}", "%", "_", "%%", `\%`, "\n", "\r\n", "\t", "ʼ", "＇", "’", "\u2028", "x' AND SLEEP(9) --", "pg_sleep(9)", "0x27",
	strings.Repeat("'", 1000), strings.Repeat("a", 40_000), "title) FROM shop_book --", "title\" FROM shop_book --", "title`", "(SELECT 1)", "id ASC; DROP TABLE shop_book",
}

// broken are texts that no text column holds.
var broken = []string{"\x00", "a\x00b", "\xff", "a\xc3", "\xed\xa0\x80", "\xf8\x88\x80\x80\x80"}

// hostile gives hostile text wherever a program may pass text on.
func (s *suite) hostile(t *testing.T) {
	for i, text := range append(attacks, broken...) {
		bad := i >= len(attacks)
		for _, way := range s.ways() {
			s.run(t, "hostile", fmt.Sprintf("%d %s", i, way.name), func(t *testing.T) {
				s.undone(t, func(ctx context.Context) {
					err := way.give(ctx, text)
					switch {
					case way.refuses && err == nil && !way.names[text]:
						t.Errorf("%s took %.60q", way.name, text)
					case way.refuses:
					case bad && !errors.Is(err, orm.ErrData):
						t.Errorf("%s with %.60q: %v, want orm.ErrData", way.name, text, err)
					case !bad && err != nil:
						t.Errorf("%s with %.60q: %v", way.name, text, err)
					}
				})
				s.intact(t)
			})
		}
	}
	s.hostileNumbers(t)
}

// intact tells whether the table that attacks are aimed at is as it was.
func (s *suite) intact(t *testing.T) {
	t.Helper()
	if n, err := models.Books.Count(s.ctx); err != nil || n != 20 {
		t.Fatalf("%d books after an attack, want 20: %v", n, err)
	}
}

// way is a place where text goes in.
type way struct {
	name    string
	refuses bool            // the text is a name that nothing has
	names   map[string]bool // but for these
	give    func(ctx context.Context, text string) error
}

var errRows = errors.New("rows were found")

// none is an error where a query finds rows.
func none[T any](ctx context.Context, q *orm.Query[T]) error {
	rows, err := q.All(ctx)
	if err == nil && len(rows) > 0 {
		return fmt.Errorf("%w: %d", errRows, len(rows))
	}
	return err
}

func ignoring[T any](ctx context.Context, q *orm.Query[T]) error {
	_, err := q.All(ctx)
	return err
}

// random is Django's name of a random order; words are made of letters and
// underscores.
var (
	random = map[string]bool{"?": true}
	words  = map[string]bool{"_": true, "ʼ": true}
)

func (s *suite) ways() []way {
	books, f := models.Books, models.BookF
	ways := []way{
		{"typed value", false, nil, func(ctx context.Context, text string) error { return none(ctx, books.Filter(f.Title.Eq(text))) }},
		{"list of values", false, nil, func(ctx context.Context, text string) error {
			return none(ctx, books.Filter(f.Title.In(text, text+"!")))
		}},
		{"lookup value", false, nil, func(ctx context.Context, text string) error { return none(ctx, books.Lookup("title__exact", text)) }},
		{"contains", false, nil, func(ctx context.Context, text string) error {
			return ignoring(ctx, books.Filter(f.Title.Contains(text)))
		}},
		{"icontains", false, nil, func(ctx context.Context, text string) error {
			return ignoring(ctx, books.Lookup("publisher__name__icontains", text))
		}},
		{"excluded value", false, nil, func(ctx context.Context, text string) error {
			return ignoring(ctx, books.Exclude(f.Tags().Label.Eq(text)))
		}},
		{"new value", false, nil, storeText},
		{"updated value", false, nil, func(ctx context.Context, text string) error {
			_, err := models.Reviews.Filter(models.ReviewF.ID.Eq(1)).Update(ctx, models.ReviewF.Body.Set(text))
			return err
		}},
		{"literal", false, nil, func(ctx context.Context, text string) error {
			return ignoring(ctx, books.Annotate(orm.Concat(f.Title, orm.Val(text)).As("x")))
		}},
		{"raw parameter", false, nil, func(ctx context.Context, text string) error {
			_, err := orm.Raw[models.Book](ctx, "SELECT * FROM shop_book WHERE title = :v", orm.Params{"v": text})
			return err
		}},
		{"key of JSON", false, nil, func(ctx context.Context, text string) error {
			return none(ctx, books.Filter(f.Attrs.Key(text).Eq("x")))
		}},
		{"lookup", true, nil, func(ctx context.Context, text string) error { return ignoring(ctx, books.Lookup(text, "x")) }},
		{"lookup of a relation", true, nil, func(ctx context.Context, text string) error {
			return ignoring(ctx, books.Lookup("publisher__"+text, "x"))
		}},
		{"comparison", true, nil, func(ctx context.Context, text string) error { return ignoring(ctx, books.Lookup("title__"+text, "x")) }},
		{"order", true, random, func(ctx context.Context, text string) error { return ignoring(ctx, books.Order(text)) }},
		{"order down", true, random, func(ctx context.Context, text string) error { return ignoring(ctx, books.Order("-"+text)) }},
		{"values", true, nil, func(ctx context.Context, text string) error { _, err := books.Values(text).Lists(ctx); return err }},
		{"alias", true, words, func(ctx context.Context, text string) error {
			return ignoring(ctx, books.Annotate(orm.Count(f.ID).As(text)))
		}},
	}
	return ways
}

// storeText writes text and reads it back.
func storeText(ctx context.Context, text string) error {
	row := &models.Memo{Text: text}
	if err := models.Memos.Create(ctx, row); err != nil {
		return err
	}
	got, err := models.Memos.Get(ctx, models.MemoF.ID.Eq(row.ID))
	if err == nil && got.Text != text {
		err = fmt.Errorf("read %.60q", got.Text)
	}
	return err
}

// hostileNumbers gives numbers that are too big for columns, statements or memory.
func (s *suite) hostileNumbers(t *testing.T) {
	huge := decimal.New(1, math.MaxInt32)
	tiny := decimal.New(1, math.MinInt32)
	books, f := models.Books, models.BookF
	for name, q := range map[string]*orm.Query[models.Book]{
		"huge decimal": books.Filter(f.Price.Eq(huge)), "tiny decimal": books.Filter(f.Price.Gt(tiny)), "huge decimal by name": books.Lookup("price", "1e1000000000"),
		"huge integer as text": books.Lookup("pages", strings.Repeat("9", 1000)), "unsigned": books.Lookup("id", uint64(math.MaxUint64)), "infinite": books.Filter(f.Rating.Eq(math.Inf(1))),
		"not a number": books.Filter(f.Rating.Gt(math.NaN())), "text for a number": books.Lookup("pages", "12; DROP TABLE shop_book"), "text for a date": books.Lookup("published", "yesterday"),
		"date that is not": books.Lookup("published", "2025-02-30"), "text for a UUID": books.Lookup("tags", "not-a-uuid"), "text for bool": books.Lookup("active", "perhaps"),
		"huge year": books.Lookup("published__year", int64(math.MaxInt64)),
	} {
		s.run(t, "hostile", name, func(t *testing.T) {
			s.undone(t, func(ctx context.Context) {
				rows, err := q.All(ctx)
				if err == nil && len(rows) > 0 {
					t.Errorf("%d rows", len(rows))
				}
				var db *orm.DBError
				if errors.As(err, &db) && !errors.Is(err, orm.ErrData) {
					t.Errorf("the database was asked: %v", err)
				}
			})
			s.intact(t)
		})
	}
}
