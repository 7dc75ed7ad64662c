//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"context"

	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// fetchPairs fetch rows with those they are related to, and only some columns.
func fetchPairs() []Pair {
	return []Pair{
		{Name: "select related", Ask: `[(b.title, b.publisher.name) for b in Book.objects.select_related("publisher").order_by("id")]`,
			Run: rowsFrom(Books.SelectRelated(BookF.Publisher()).Order("id"), func(_ context.Context, b *Book) []any { return []any{b.Title, b.Publisher.Obj().Name} })},
		{Name: "select related null", Ask: `[(b.title, b.category and b.category.name, b.category and b.category.parent and b.category.parent.name) for b in Book.objects.select_related("category__parent").order_by("id")]`,
			Run: rowsFrom(Books.SelectRelated(BookF.Category().Parent()).Order("id"), func(_ context.Context, b *Book) []any {
				row := []any{b.Title, nil, nil}
				if c := b.Category.Obj(); c != nil {
					row[1] = c.Name
					if p := c.Parent.Obj(); p != nil {
						row[2] = p.Name
					}
				}
				return row
			})},
		{Name: "select related two", Ask: `[(r.id, r.book.title, r.book.publisher.name, r.reviewer and r.reviewer.country.name) for r in Review.objects.select_related("book__publisher", "reviewer__country").order_by("id")]`,
			Run: rowsFrom(Reviews.SelectRelated(ReviewF.Book().Publisher(), ReviewF.Reviewer().Country()).Order("id"), func(_ context.Context, r *Review) []any {
				row := []any{r.ID, r.Book.Obj().Title, r.Book.Obj().Publisher.Obj().Name, nil}
				if p := r.Reviewer.Obj(); p != nil {
					row[3] = p.Country.Obj().Name
				}
				return row
			})},
		{Name: "select related filtered", Ask: `[(b.id, b.publisher.country_id) for b in Book.objects.select_related("publisher").filter(publisher__country="de").order_by("publisher__name", "id")]`,
			Run: rowsFrom(Books.SelectRelated(BookF.Publisher()).Filter(BookF.Publisher().CountryID.Eq("de")).Order("publisher__name", "id"), func(_ context.Context, b *Book) []any { return []any{b.ID, b.Publisher.Obj().Country.ID} })},
		{Name: "select related child", Ask: `[(a.id, a.author.name, a.author.pen_name) for a in Authorship.objects.select_related("author").order_by("id")]`,
			Run: rowsFrom(Authorships.SelectRelated(AuthorshipF.Author()).Order("id"), func(_ context.Context, a *Authorship) []any {
				return []any{a.ID, a.Author.Obj().Name, a.Author.Obj().PenName}
			})},
		{Name: "get of a key", Ask: `[(b.title, b.publisher.name) for b in Book.objects.order_by("id")]`,
			Run: rowsFrom(Books.Order("id"), func(ctx context.Context, b *Book) []any { return []any{b.Title, must(b.Publisher.Get(ctx)).Name} })},
		{Name: "get of a key to text", Ask: `[(r.id, r.book.title) for r in Review.objects.order_by("id")]`,
			Run: rowsFrom(Reviews.Order("id"), func(ctx context.Context, r *Review) []any { return []any{r.ID, must(r.Book.Get(ctx)).Title} })},
		{Name: "get of a null key", Ask: `[(c.id, c.parent and c.parent.name) for c in Category.objects.order_by("id")]`,
			Run: rowsFrom(Categories.Order("id"), func(ctx context.Context, c *Category) []any {
				if p := must(c.Parent.Get(ctx)); p != nil {
					return []any{c.ID, p.Name}
				}
				return []any{c.ID, nil}
			})},
	}
}

// prefetchPairs fetch rows to many.
func prefetchPairs() []Pair {
	return []Pair{
		{Name: "prefetch", Ask: `[(p.id, b.id) for p in Publisher.objects.prefetch_related("books").order_by("id") for b in p.books.all()]`,
			Run: flat(Publishers.Prefetch(PublisherF.Books()).Order("id"), func(ctx context.Context, p *Publisher) (out Rows) {
				for _, b := range must(p.Books().All(ctx)) {
					out = append(out, []any{p.ID, b.ID})
				}
				return out
			})},
		{Name: "prefetch with a query", Ask: `[(p.id, b.id) for p in Publisher.objects.prefetch_related(Prefetch("books", Book.objects.filter(language="en").order_by("-pages", "id"))).order_by("id") for b in p.books.all()]`,
			Run: flat(Publishers.Prefetch(orm.With(PublisherF.Books(), Books.Filter(BookF.Language.Eq("en")).Order("-pages", "id"))).Order("id"), func(ctx context.Context, p *Publisher) (out Rows) {
				for _, b := range must(p.Books().All(ctx)) {
					out = append(out, []any{p.ID, b.ID})
				}
				return out
			})},
		{Name: "prefetch many to many", Ask: `[(b.id, t.label) for b in Book.objects.prefetch_related(Prefetch("tags", Tag.objects.order_by("label"))).order_by("id") for t in b.tags.all()]`,
			Run: flat(Books.Prefetch(orm.With(BookF.Tags(), Tags.Order("label"))).Order("id"), func(ctx context.Context, b *Book) (out Rows) {
				for _, t := range must(b.Tags.All(ctx)) {
					out = append(out, []any{b.ID, t.Label})
				}
				return out
			})},
		{Name: "prefetch many to many back", Ask: `[(t.label, b.id) for t in Tag.objects.prefetch_related(Prefetch("books", Book.objects.order_by("id"))).order_by("label") for b in t.books.all()]`,
			Run: flat(Tags.Prefetch(orm.With(TagF.Books(), Books.Order("id"))).Order("label"), func(ctx context.Context, t *Tag) (out Rows) {
				for _, b := range must(t.Books().All(ctx)) {
					out = append(out, []any{t.Label, b.ID})
				}
				return out
			})},
		{Name: "prefetch through", Ask: `[(b.id, a.name) for b in Book.objects.prefetch_related(Prefetch("authors", Author.objects.order_by("name"))).order_by("id") for a in b.authors.all()]`,
			Run: flat(Books.Prefetch(orm.With(BookF.Authors(), Authors.Order("name"))).Order("id"), func(ctx context.Context, b *Book) (out Rows) {
				for _, a := range must(b.Authors.All(ctx)) {
					out = append(out, []any{b.ID, a.Name})
				}
				return out
			})},
		{Name: "prefetch by to field", Ask: `[(b.id, r.id) for b in Book.objects.prefetch_related(Prefetch("reviews", Review.objects.order_by("-stars", "id"))).order_by("id") for r in b.reviews.all()]`,
			Run: flat(Books.Prefetch(orm.With(BookF.Reviews(), Reviews.Order("-stars", "id"))).Order("id"), func(ctx context.Context, b *Book) (out Rows) {
				for _, r := range must(b.Reviews().All(ctx)) {
					out = append(out, []any{b.ID, r.ID})
				}
				return out
			})},
		{Name: "prefetch nested", Ask: `[(c.code, p.id, b.id) for c in Country.objects.prefetch_related(Prefetch("publishers", Publisher.objects.order_by("id").prefetch_related(Prefetch("books", Book.objects.order_by("id"))))) for p in c.publishers.all() for b in p.books.all()]`,
			Run: flat(Countries.Prefetch(orm.With(CountryF.Publishers(), Publishers.Order("id").Prefetch(orm.With(PublisherF.Books(), Books.Order("id"))))), func(ctx context.Context, c *Country) (out Rows) {
				for _, p := range must(c.Publishers().All(ctx)) {
					for _, b := range must(p.Books().All(ctx)) {
						out = append(out, []any{c.Code, p.ID, b.ID})
					}
				}
				return out
			})},
		{Name: "prefetch friends", Ask: `[(p.id, f.id) for p in Person.objects.prefetch_related(Prefetch("friends", Person.objects.order_by("id"))).order_by("id") for f in p.friends.all()]`,
			Run: flat(People.Prefetch(orm.With(PersonF.Friends(), People.Order("id"))).Order("id"), func(ctx context.Context, p *Person) (out Rows) {
				for _, f := range must(p.Friends.All(ctx)) {
					out = append(out, []any{p.ID, f.ID})
				}
				return out
			})},
	}
}

// columnPairs fetch related rows of one row, and only some columns.
func columnPairs() []Pair {
	return []Pair{
		{Name: "related rows", Ask: `Publisher.objects.get(id=1).books.filter(pages__gt=280).order_by("id")`,
			Run: of(Publishers.Filter(PublisherF.ID.Eq(1)), func(p *Publisher) run { return keys(p.Books().Query().Filter(BookF.Pages.Gt(280)).Order("id")) })},
		{Name: "related rows many to many", Ask: `Book.objects.get(id=1).tags.order_by("label").values_list("label")`,
			Run: of(Books.Filter(BookF.ID.Eq(1)), func(b *Book) run { return names(b.Tags.Query().Order("label"), "label") })},
		{Name: "related count", Ask: `[(p.id, p.books.count()) for p in Publisher.objects.order_by("id")]`,
			Run: flat(Publishers.Order("id"), func(ctx context.Context, p *Publisher) Rows { return Rows{{p.ID, must(p.Books().Count(ctx))}} })},
		{Name: "reverse one to one", Ask: `[(p.id, p.profile.bio) for p in Person.objects.filter(profile__isnull=False).order_by("id")]`,
			Run: flat(People.Filter(PersonF.Profile().IsNotNull()).Order("id"), func(ctx context.Context, p *Person) Rows { return Rows{{p.ID, must(p.Profile(ctx)).Bio}} })},
		{Name: "only", Ask: `[(b.id, b.title) for b in Book.objects.only("title").order_by("id")]`,
			Run: rowsFrom(Books.Only(BookF.Title).Order("id"), func(_ context.Context, b *Book) []any { return []any{b.ID, b.Title} })},
		{Name: "defer", Ask: `[(b.id, b.title, b.pages) for b in Book.objects.defer("attrs", "subtitle").order_by("id")]`,
			Run: rowsFrom(Books.Defer(BookF.Attrs, BookF.Subtitle).Order("id"), func(_ context.Context, b *Book) []any { return []any{b.ID, b.Title, b.Pages} })},
		{Name: "only of a child", Ask: `[(a.id, a.name) for a in Author.objects.only("name").order_by("id")]`,
			Run: rowsFrom(Authors.Only(AuthorF.Name).Order("id"), func(_ context.Context, a *Author) []any { return []any{a.ID, a.Name} })},
		{Name: "only along a relation", Ask: `[(b.id, b.publisher.name) for b in Book.objects.select_related("publisher").only("title", "publisher__name").order_by("id")]`,
			Run: rowsFrom(Books.SelectRelated(BookF.Publisher()).Only(BookF.Title, BookF.Publisher().Name, BookF.PublisherID).Order("id"), func(_ context.Context, b *Book) []any { return []any{b.ID, b.Publisher.Obj().Name} })},
		{Name: "each", Ask: `[(m.id, m.sensor, m.at, m.value, m.n) for m in Measure.objects.order_by("id").iterator()]`, Run: each},
		{Name: "whole objects", Ask: `[(b.id, b.created, b.updated, b.title, b.subtitle, b.isbn, b.publisher_id, b.category_id, b.sequel_to_id, b.price, b.cost, b.pages, b.rating, b.published, b.active, b.featured, b.language, b.attrs) for b in Book.objects.order_by("id")]`,
			Run: rowsFrom(Books.Order("id"), func(_ context.Context, b *Book) []any {
				return []any{b.ID, b.Created, b.Updated, b.Title, b.Subtitle, b.ISBN, b.Publisher.ID, key(b.Category), key(b.SequelTo.NullKeyOf), b.Price, b.Cost, b.Pages, b.Rating,
					b.Published, b.Active, b.Featured, b.Language, b.Attrs}
			})},
		{Name: "whole samples", Ask: `Sample.objects.order_by("id").values_list()`,
			Run: rowsFrom(Samples.Order("id"), func(_ context.Context, s *Sample) []any {
				return []any{s.ID, s.Char, s.Text, s.Slug, s.Email, s.URL, s.Small, s.Int, s.Big, s.Psmall, s.Pint, s.Pbig, s.Float, s.Decimal, s.Bool,
					s.Date, s.Time, s.Datetime, s.Duration, s.UUID, s.IP, s.Binary, s.JSON}
			})},
		{Name: "values of all columns", Ask: `Sample.objects.order_by("id").values_list()`, Run: lists(Samples.Order("id").Values())},
		{Name: "whole profiles", Ask: `Profile.objects.order_by("id").values_list()`, Run: lists(Profiles.Order("id").Values())},
	}
}

func each(ctx context.Context) (Rows, error) {
	var out Rows
	for m, err := range Measures.Order("id").Each(ctx) {
		if err != nil {
			return nil, err
		}
		out = append(out, []any{m.ID, m.Sensor, m.At, m.Value, m.N})
	}
	return out.encoded()
}
