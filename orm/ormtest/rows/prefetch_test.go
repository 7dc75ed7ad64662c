package rows_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/internal/testdb"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/orm/ormtest/internal/models"
	"github.com/nuages-web/nuages/orm/postgres"
)

// trips counts the round trips to a PostgreSQL database outside of transactions.
type trips struct {
	*postgres.DB
	n atomic.Int64
}

func (b *trips) Query(ctx context.Context, query string, args []any) (orm.Rows, error) {
	b.n.Add(1)
	return b.DB.Query(ctx, query, args)
}

func (b *trips) QueryBatch(ctx context.Context, statements []orm.Statement, read func(i int, rows orm.Rows) error) error {
	b.n.Add(1)
	return b.DB.QueryBatch(ctx, statements, read)
}

// relations are six of three levels, one of them in a query of its own.
func relations() []orm.Prefetcher {
	p := models.PublisherF
	return []orm.Prefetcher{
		p.Country(), p.Books().Tags(), p.Books().Authors().Country(),
		orm.With(p.Books(), models.Books.Filter(models.BookF.Language.Eq("en")).Prefetch(models.BookF.Reviews())).As("english"),
	}
}

// Relations of one level go to the database in one round trip.
func TestPrefetchBatches(t *testing.T) {
	t.Parallel()
	db, err := postgres.Open(t.Context(), testdb.Postgres(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	counted := &trips{DB: db}
	handle := orm.NewDB(counted)
	t.Cleanup(func() { handle.Close() })
	ctx := orm.NewContext(t.Context(), handle)
	if err := orm.CreateTables(ctx, models.Models...); err != nil {
		t.Fatal(err)
	}
	if err := models.Load(ctx); err != nil {
		t.Fatal(err)
	}
	counted.n.Store(0)
	ran := ormtest.Queries(ctx, func(ctx context.Context) {
		if _, err := models.Publishers.Prefetch(relations()...).All(ctx); err != nil {
			t.Fatal(err)
		}
	})
	// Publishers; countries and books twice; tags, authors and reviews; countries of authors.
	if n := counted.n.Load(); n != 4 || len(ran) != 8 {
		t.Errorf("%d statements ran in %d round trips, want 8 in 4", len(ran), n)
	}
}

// What is prefetched costs no more statements, by which way it may come.
func TestPrefetched(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		var publishers []*models.Publisher
		ormtest.AssertNumQueries(t, ctx, 8, func(ctx context.Context) {
			publishers = must[[]*models.Publisher](t)(models.Publishers.Prefetch(relations()...).All(ctx))
		})
		ormtest.AssertNumQueries(t, ctx, 0, func(ctx context.Context) {
			if err := orm.PrefetchRows(ctx, publishers, models.PublisherF.Books().Tags(), models.PublisherF.Country()); err != nil {
				t.Error(err)
			}
			for _, p := range publishers {
				for _, b := range must[[]*models.Book](t)(p.Books().All(ctx)) {
					must[[]*models.Tag](t)(b.Tags.All(ctx))
					must[[]*models.Author](t)(b.Authors.All(ctx))
				}
			}
		})
		rows := must[[]*models.Publisher](t)(models.Publishers.All(ctx))
		ormtest.AssertNumQueries(t, ctx, 2, func(ctx context.Context) {
			if err := orm.PrefetchRows(ctx, rows, models.PublisherF.Books().Tags()); err != nil {
				t.Error(err)
			}
		})
		if err := orm.PrefetchRows(ctx, []*models.Publisher{nil}, models.PublisherF.Books()); err == nil {
			t.Error("PrefetchRows of nil: no error")
		}
	})
}

func TestPrefetchMistakes(t *testing.T) {
	t.Parallel()
	ctx := databases.SQLite(t)
	english := orm.With(models.PublisherF.Books(), models.Books.Filter(models.BookF.Language.Eq("en")))
	for name, q := range map[string]*orm.Query[models.Publisher]{
		"another model":   models.Publishers.Prefetch(orm.With(models.PublisherF.Books(), models.Tags)),
		"another's path":  models.Publishers.Prefetch(models.BookF.Tags()),
		"sliced":          models.Publishers.Prefetch(orm.With(models.PublisherF.Books(), models.Books.Limit(1))),
		"twice":           models.Publishers.Prefetch(english, english),
		"a lie about All": models.Publishers.Prefetch(orm.With(models.PublisherF.Books(), liar{models.Books})),
	} {
		if _, err := q.All(ctx); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	list := english.As("english")
	if list.Name() != "english" {
		t.Errorf("the name is %q", list.Name())
	}
	p := must[*models.Publisher](t)(models.Publishers.Get(ctx, models.PublisherF.ID.Eq(1)))
	if got := list.Of(p); got != nil || list.Of(&models.Publisher{}) != nil {
		t.Errorf("a list that was not prefetched: %v", got)
	}
}

// liar is a query of books that says its rows are tags.
type liar struct{ *orm.Query[models.Book] }

func (liar) All(context.Context) ([]*models.Tag, error) { return nil, nil }

// A prefetch of one relation under two names and its own leaves each its rows.
func TestPrefetchLists(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		byLanguage := func(code string) orm.Prefetched[*models.Book] {
			return orm.With(models.PublisherF.Books(), models.Books.Filter(models.BookF.Language.Eq(code))).As(code)
		}
		en, de := byLanguage("en"), byLanguage("de")
		for _, p := range must[[]*models.Publisher](t)(models.Publishers.Prefetch(en, models.PublisherF.Books(), de).All(ctx)) {
			all := must[[]*models.Book](t)(p.Books().All(ctx))
			count := map[string]int{}
			for _, b := range all {
				count[b.Language]++
			}
			if diff := cmp.Diff(map[string]int{"en": count["en"], "de": count["de"]}, map[string]int{"en": len(en.Of(p)), "de": len(de.Of(p))}); diff != "" {
				t.Errorf("%s (-want +got):\n%s", p.Name, diff)
			}
			if len(all) > 0 && must[*models.Publisher](t)(all[0].Publisher.Get(ctx)) != p {
				t.Errorf("a book of %s does not lead back", p.Name)
			}
		}
	})
}

// The relations of a parent are the child's too: prefetched, and of a new row.
func TestInheritedRelations(t *testing.T) {
	t.Parallel()
	databases.Each(t, func(t *testing.T, ctx context.Context) {
		f := models.NovelistF
		var novelists []*models.Novelist
		ormtest.AssertNumQueries(t, ctx, 6, func(ctx context.Context) {
			novelists = must[[]*models.Novelist](t)(models.Novelists.Prefetch(f.Country(), f.Friends(), f.Orders(), f.Profile(), f.Mentor()).Order("id").All(ctx))
		})
		var got []string
		ormtest.AssertNumQueries(t, ctx, 0, func(ctx context.Context) {
			for _, n := range novelists {
				must[*models.Country](t)(n.Country.Get(ctx))
				got = append(got, fmt.Sprint(n.Name, " ", len(must[[]*models.Person](t)(n.Friends.All(ctx))), " ", len(must[[]*models.Order](t)(n.Orders().All(ctx)))))
			}
		})
		want := []string{"Ursula Le Guin 1 0", "Michael Ende 0 0", "Stanisław Lem 0 0", "Terry Pratchett 0 0"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("friends and orders (-want +got):\n%s", diff)
		}
		fresh := &models.Novelist{Genre: "new"}
		fresh.Name, fresh.Email, fresh.Country.ID = "N", "n@example.com", "de"
		if err := models.Novelists.Create(ctx, fresh); err != nil {
			t.Fatal(err)
		}
		if err := fresh.Friends.Add(ctx, &novelists[0].Person); err != nil {
			t.Fatal(err)
		}
		if n, err := novelists[0].Friends.Query().Count(ctx); n != 2 || err != nil {
			t.Errorf("%d friends, %v", n, err)
		}
		books := []*models.Book{{Title: "B", ISBN: "1", Language: "de", Publisher: orm.FK[models.Publisher]{ID: 1}}}
		if err := models.Books.BulkCreate(ctx, books, nil); err != nil {
			t.Fatal(err)
		}
		if err := books[0].Tags.Add(ctx, must[*models.Tag](t)(models.Tags.First(ctx))); err != nil {
			t.Errorf("Add to a row of BulkCreate: %v", err)
		}
	})
}
