//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// told answers 1, as the questions in Python do that only change something, and
// then with what is left.
func told(change func(ctx context.Context) error, then run) run {
	return after(func(ctx context.Context) (_ Rows, err error) {
		defer caught(&err)
		return Rows{{json.Number("1")}}, change(ctx)
	}, then)
}

func createCategory(ctx context.Context) (Rows, error) {
	c := &Category{Name: "New", Parent: orm.NullFK[Category]{ID: 1, Valid: true}, Sort: 3}
	if err := Categories.Create(ctx, c); err != nil {
		return nil, err
	}
	rows, err := names(Categories.Order("name"), "name", "parent", "sort")(ctx)
	return append(Rows{{c.ID > 8}}, rows...), err
}

func createCountry(ctx context.Context) (Rows, error) {
	return told(func(ctx context.Context) error {
		return Countries.Create(ctx, &Country{Code: "it", Name: "Italy"})
	}, names(Countries, "code", "name", "population"))(ctx)
}

func createNovelist(ctx context.Context) (Rows, error) {
	n := &Novelist{Genre: "G"}
	n.Name, n.Email, n.PenName = "N", "n@example.com", "P"
	n.Country.ID = "de"
	return told(func(ctx context.Context) error { return Novelists.Create(ctx, n) },
		after(names(Novelists.Filter(NovelistF.Genre.Eq("G")), "name", "pen_name", "genre", "country"), countAuthors(true)))(ctx)
}

// countAuthors counts the rows of the three tables in one row; wide adds a zero.
func countAuthors(wide bool) run {
	return func(ctx context.Context) (_ Rows, err error) {
		defer caught(&err)
		row := []any{must(People.Count(ctx)), must(Authors.Count(ctx)), must(Novelists.Count(ctx))}
		if wide {
			row = append(row, 0)
		}
		return Rows{row}.encoded()
	}
}

func saveSome(ctx context.Context) (Rows, error) {
	return told(func(ctx context.Context) error {
		b := must(Books.Get(ctx, BookF.ID.Eq(1)))
		b.Title, b.Pages = "A", 7
		return orm.SaveFields(ctx, b, BookF.Pages)
	}, names(Books.Filter(BookF.ID.Eq(1)), "title", "pages"))(ctx)
}

func saveAll(ctx context.Context) (Rows, error) {
	return told(func(ctx context.Context) error {
		b := must(Books.Get(ctx, BookF.ID.Eq(1)))
		b.Title, b.Rating = "A", orm.Null[float64]{}
		return b.Save(ctx)
	}, names(Books.Filter(BookF.ID.Eq(1)), "title", "rating", "pages", "attrs", "created", "price"))(ctx)
}

func getOrCreate(name string) run {
	return func(ctx context.Context) (Rows, error) {
		c, created, err := Categories.GetOrCreate(ctx, &Category{Name: name, Sort: 5}, CategoryF.Name.Eq(name))
		return foundOrMade(ctx, c, created, err)
	}
}

func updateOrCreate(name string) run {
	return func(ctx context.Context) (Rows, error) {
		c, created, err := Categories.UpdateOrCreate(ctx, func() *Category { return &Category{Name: name} }, func(c *Category) { c.Sort = 5 }, CategoryF.Name.Eq(name))
		return foundOrMade(ctx, c, created, err)
	}
}

func foundOrMade(ctx context.Context, c *Category, created bool, err error) (Rows, error) {
	if err != nil {
		return nil, err
	}
	id := c.ID
	if created {
		id = 0
	}
	rows, err := names(Categories.Filter(CategoryF.Name.Eq(c.Name)), "sort")(ctx)
	return append(must(Rows{{id, created}}.encoded()), rows...), err
}

func bulkCreate(ctx context.Context) (Rows, error) {
	when := at("2030-01-01T00:00:00")
	rows := make([]*Measure, 1500)
	for i := range rows {
		rows[i] = &Measure{Sensor: int32(i % 3), At: when, Value: float64(i) / 4, N: int32(i)}
	}
	return told(func(ctx context.Context) error { return Measures.BulkCreate(ctx, rows, nil) },
		names(Measures.Filter(MeasureF.At.Eq(when)).Order("n"), "sensor", "value", "n"))(ctx)
}

func bulkIgnore(ctx context.Context) (Rows, error) {
	rows := []*Tag{{ID: uuid.UUID{15: 1}, Label: "classic"}, {ID: uuid.UUID{15: 2}, Label: "fresh"}}
	return told(func(ctx context.Context) error {
		return Tags.BulkCreate(ctx, rows, &orm.BulkOptions{IgnoreConflicts: true})
	}, names(Tags.Order("label"), "id", "label"))(ctx)
}

func bulkUpdate(ctx context.Context) (Rows, error) {
	return told(func(ctx context.Context) error {
		books := must(Books.Order("id").Limit(10).All(ctx))
		for _, b := range books {
			b.Pages += uint32(b.ID)
			b.Subtitle = orm.Null[string]{}
			if b.ID%2 == 0 {
				b.Subtitle = orm.Some("s" + string(rune('0'+b.ID%10)))
				if b.ID == 10 {
					b.Subtitle = orm.Some("s10")
				}
			}
			b.Cost = orm.Null[decimal.Decimal]{}
		}
		_, err := Books.BulkUpdate(ctx, books, BookF.Pages, BookF.Subtitle, BookF.Cost)
		return err
	}, names(Books.Order("id"), "id", "pages", "subtitle", "cost"))(ctx)
}

func tagBook(change func(ctx context.Context, b *Book, tags []*Tag) error) run {
	return told(func(ctx context.Context) error {
		return change(ctx, must(Books.Get(ctx, BookF.ID.Eq(1))), must(Tags.Filter(TagF.Label.In("classic", "humour")).All(ctx)))
	}, func(ctx context.Context) (Rows, error) {
		b, err := Books.Get(ctx, BookF.ID.Eq(1))
		if err != nil {
			return nil, err
		}
		return names(b.Tags.Query().Order("label"), "label")(ctx)
	})
}

// pairsOf answers with the keys of a relation between people.
func pairsOf(name string) run {
	return names(People.Exclude(orm.Lookup(orm.MetaOf[Person](), name+"__isnull", true)).Order("id", name), "id", name)
}

func between(ctx context.Context, a, b int64) (*Person, *Person) {
	return must(People.Get(ctx, PersonF.ID.Eq(a))), must(People.Get(ctx, PersonF.ID.Eq(b)))
}

func befriend(ctx context.Context) (Rows, error) {
	return told(func(ctx context.Context) error { a, b := between(ctx, 5, 6); return a.Friends.Add(ctx, b) }, pairsOf("friends"))(ctx)
}

func unfriend(ctx context.Context) (Rows, error) {
	return told(func(ctx context.Context) error { a, b := between(ctx, 1, 2); return a.Friends.Remove(ctx, b) }, pairsOf("friends"))(ctx)
}

func follow(ctx context.Context) (Rows, error) {
	return told(func(ctx context.Context) error { a, b := between(ctx, 5, 6); return a.Follows.Add(ctx, b) }, pairsOf("follows"))(ctx)
}

func bookTags(ctx context.Context) (Rows, error) {
	return names(Books.Filter(BookF.Tags().IsNotNull()).Order("id", "tags__id"), "id", "tags")(ctx)
}

func deleteBook(ctx context.Context) (_ Rows, err error) {
	defer caught(&err)
	must(OrderLines.Delete(ctx))
	return deleteOf(Books.Filter(BookF.ID.Eq(1)), after(names(Books.Order("id"), "id", "sequel_to"), func(ctx context.Context) (Rows, error) {
		return Rows{{must(Reviews.Count(ctx)), must(Authorships.Count(ctx))}}.encoded()
	}))(ctx)
}

func deleteNovelist(ctx context.Context) (_ Rows, err error) {
	defer caught(&err)
	must(Orders.Delete(ctx))
	return deleteOf(Novelists.Filter(NovelistF.ID.Eq(13)), countAuthors(false))(ctx)
}

func deletePerson(ctx context.Context) (_ Rows, err error) {
	defer caught(&err)
	must(Orders.Delete(ctx))
	return deleteOf(People.Filter(PersonF.ID.Eq(13)), countAuthors(false))(ctx)
}

func deleteOrders(ctx context.Context) (_ Rows, err error) {
	defer caught(&err)
	return deleteOf(Orders.Filter(OrderF.Status.Eq("new")), func(ctx context.Context) (Rows, error) {
		return Rows{{must(Orders.Count(ctx)), must(OrderLines.Count(ctx))}}.encoded()
	})(ctx)
}

func deletePublisher(ctx context.Context) (_ Rows, err error) {
	defer caught(&err)
	must(OrderLines.Delete(ctx))
	return deleteOf(Publishers.Filter(PublisherF.Slug.Eq("gollancz")), names(Books.Order("id"), "id"))(ctx)
}
