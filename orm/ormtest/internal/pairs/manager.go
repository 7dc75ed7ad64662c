//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"context"

	"github.com/google/uuid"

	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// managerPairs create along relations.
func managerPairs() []Pair {
	tree := names(Categories.Order("name"), "name", "parent", "sort")
	const treeAsk = "list(Category.objects.order_by(\"name\").values_list(\"name\", \"parent\", \"sort\")))"
	labels := names(Books.Filter(BookF.ID.Eq(1)).Order("tags__label"), "tags__label")
	const labelsAsk = "list(Book.objects.filter(id=1).order_by(\"tags__label\").values_list(\"tags__label\")))"
	return []Pair{
		{Name: "create", Ask: "Category.objects.get(id=7).children.create(name=\"New\", sort=3)\n(1, " + treeAsk,
			Run: told(func(ctx context.Context) error {
				return category(ctx, 7).Children().Create(ctx, &Category{Name: "New", Sort: 3})
			}, tree)},
		{Name: "create many to many", Ask: "Book.objects.get(id=1).tags.create(label=\"new\")\n(1, " + labelsAsk,
			Run: told(func(ctx context.Context) error {
				return book(ctx, 1).Tags.Create(ctx, &Tag{ID: uuid.New(), Label: "new"})
			}, labels)},
		{Name: "get or create finds", Ask: "c, new = Category.objects.get(id=1).children.get_or_create(name=\"Fantasy\", defaults={\"sort\": 9})\n(c.name, new, " + treeAsk,
			Run: childOrNew(1, "Fantasy", tree)},
		{Name: "get or create creates", Ask: "c, new = Category.objects.get(id=7).children.get_or_create(name=\"Poems\", defaults={\"sort\": 9})\n(c.name, new, " + treeAsk,
			Run: childOrNew(7, "Poems", tree)},
		{Name: "get or create of another's", Ask: "Category.objects.get(id=7).children.get_or_create(name=\"Fantasy\")", Error: "IntegrityError", Kind: orm.ErrUnique,
			Run: childOrNew(7, "Fantasy", tree)},
		{Name: "get or create of several", Ask: "Category.objects.get(id=1).children.get_or_create(books__isnull=False)", Error: "MultipleObjectsReturned", Kind: orm.ErrMultiple,
			Run: func(ctx context.Context) (_ Rows, err error) {
				defer caught(&err)
				_, _, err = category(ctx, 1).Children().GetOrCreate(ctx, &Category{Name: "x"}, CategoryF.Books().IsNotNull())
				return nil, err
			}},
		{Name: "update or create updates", Ask: "c, new = Category.objects.get(id=1).children.update_or_create(name=\"Fantasy\", defaults={\"sort\": 9})\n(c.name, new, " + treeAsk,
			Run: childUpdated(1, "Fantasy", tree)},
		{Name: "update or create creates", Ask: "c, new = Category.objects.get(id=7).children.update_or_create(name=\"Poems\", defaults={\"sort\": 9})\n(c.name, new, " + treeAsk,
			Run: childUpdated(7, "Poems", tree)},
		{Name: "get or create finds many to many", Ask: "t, new = Book.objects.get(id=1).tags.get_or_create(label=\"classic\")\n(t.label, new, " + labelsAsk, Run: tagOrNew("classic", labels)},
		{Name: "get or create creates many to many", Ask: "t, new = Book.objects.get(id=1).tags.get_or_create(label=\"new\")\n(t.label, new, " + labelsAsk, Run: tagOrNew("new", labels)},
		{Name: "get or create of another's many to many", Ask: "Book.objects.get(id=1).tags.get_or_create(label=\"unused\")", Error: "IntegrityError", Kind: orm.ErrUnique, Run: tagOrNew("unused", labels)},
		{Name: "update or create many to many", Ask: "t, new = Book.objects.get(id=1).tags.update_or_create(label=\"classic\", defaults={\"label\": \"old\"})\n(t.label, new, " + labelsAsk, Run: tagUpdated("classic", "old", labels)},
		{Name: "update or create creates many to many", Ask: "t, new = Book.objects.get(id=1).tags.update_or_create(label=\"none\", defaults={\"label\": \"fresh\"})\n(t.label, new, " + labelsAsk, Run: tagUpdated("none", "fresh", labels)},
		{Name: "contains", Ask: "b = Book.objects.get(id=1)\n[(Book.objects.filter(language=\"en\").filter(id=b.id).exists(), Book.objects.filter(language=\"de\").filter(id=b.id).exists())]",
			Run: func(ctx context.Context) (_ Rows, err error) {
				defer caught(&err)
				b := book(ctx, 1)
				return Rows{{must(Books.Filter(BookF.Language.Eq("en")).Contains(ctx, b)), must(Books.Filter(BookF.Language.Eq("de")).Contains(ctx, b))}}.encoded()
			}},
		{Name: "same", Ask: "p, q, a = Person.objects.get(id=7), Person.objects.get(id=8), Adult.objects.get(id=7)\n[(p == Person.objects.get(id=7), p == q, p == a, p == Author.objects.get(pk=7), Person() == Person(), p == None)]",
			Run: func(ctx context.Context) (_ Rows, err error) {
				defer caught(&err)
				p, q := between(ctx, 7, 8)
				again, _ := between(ctx, 7, 8)
				adult, author := must(Adults.Get(ctx, AdultF.ID.Eq(7))), must(Authors.Get(ctx, AuthorF.ID.Eq(7)))
				return Rows{{orm.Same(p, again), orm.Same(p, q), orm.Same(p, adult), orm.Same(p, author), orm.Same(&Person{}, &Person{}), orm.Same(p, nil)}}.encoded()
			}},
	}
}

func category(ctx context.Context, id int64) *Category {
	return must(Categories.Get(ctx, CategoryF.ID.Eq(id)))
}

func book(ctx context.Context, id int64) *Book { return must(Books.Get(ctx, BookF.ID.Eq(id))) }

// foundOr answers with what GetOrCreate and the like tell, and then tells what is left.
func foundOr(name string, created bool, err error, ctx context.Context, then run) (Rows, error) {
	if err != nil {
		return nil, err
	}
	rows, err := then(ctx)
	return append(must(Rows{{name, created}}.encoded()), rows...), err
}

func childOrNew(parent int64, name string, then run) run {
	return func(ctx context.Context) (_ Rows, err error) {
		defer caught(&err)
		c, created, err := category(ctx, parent).Children().GetOrCreate(ctx, &Category{Name: name, Sort: 9}, CategoryF.Name.Eq(name))
		if err != nil {
			return nil, err
		}
		return foundOr(c.Name, created, err, ctx, then)
	}
}

func childUpdated(parent int64, name string, then run) run {
	return func(ctx context.Context) (_ Rows, err error) {
		defer caught(&err)
		c, created, err := category(ctx, parent).Children().UpdateOrCreate(ctx, func() *Category { return &Category{Name: name} },
			func(c *Category) { c.Sort = 9 }, CategoryF.Name.Eq(name))
		if err != nil {
			return nil, err
		}
		return foundOr(c.Name, created, err, ctx, then)
	}
}

func tagOrNew(label string, then run) run {
	return func(ctx context.Context) (_ Rows, err error) {
		defer caught(&err)
		t, created, err := book(ctx, 1).Tags.GetOrCreate(ctx, &Tag{ID: uuid.New(), Label: label}, TagF.Label.Eq(label))
		if err != nil {
			return nil, err
		}
		return foundOr(t.Label, created, err, ctx, then)
	}
}

func tagUpdated(label, to string, then run) run {
	return func(ctx context.Context) (_ Rows, err error) {
		defer caught(&err)
		t, created, err := book(ctx, 1).Tags.UpdateOrCreate(ctx, func() *Tag { return &Tag{ID: uuid.New(), Label: label} },
			func(t *Tag) { t.Label = to }, TagF.Label.Eq(label))
		if err != nil {
			return nil, err
		}
		return foundOr(t.Label, created, err, ctx, then)
	}
}

// throughPairs add pairs that have a model of their own.
func throughPairs() []Pair {
	const left = "\n(1, list(Authorship.objects.filter(book=16).order_by(\"role\", \"author\").values_list(\"author__name\", \"role\", \"position\", \"share\")))"
	const with = "through_defaults={\"role\": \"editor\", \"position\": 3, \"share\": D(\"0.5\")}"
	const lem = "name=\"N\", email=\"n@example.com\", country_id=\"de\", pen_name=\"P\""
	author := func(ctx context.Context, id int64) *Author { return must(Authors.Get(ctx, AuthorF.ID.Eq(id))) }
	pair := func(name, ask string, f func(ctx context.Context, r *orm.Related[Author]) error) Pair {
		return Pair{Name: name, Ask: "b = Book.objects.get(id=16)\n" + ask + left, Run: told(func(ctx context.Context) error {
			return f(ctx, book(ctx, 16).Authors.ThroughDefaults(AuthorshipF.Role.Set("editor"), AuthorshipF.Position.Set(3), AuthorshipF.Share.Set(dec("0.5"))))
		}, names(Authorships.Filter(AuthorshipF.BookID.Eq(16)).Order("role", "author"), "author__name", "role", "position", "share"))}
	}
	return []Pair{
		pair("add with defaults", "b.authors.add(Author.objects.get(pk=7), Author.objects.get(pk=9), "+with+")",
			func(ctx context.Context, r *orm.Related[Author]) error {
				return r.Add(ctx, author(ctx, 7), author(ctx, 9))
			}),
		pair("add again with defaults", "a = Author.objects.get(pk=7)\nb.authors.add(a, through_defaults={\"role\": \"writer\", \"position\": 1, \"share\": 1})\nb.authors.add(a, "+with+")",
			func(ctx context.Context, r *orm.Related[Author]) error {
				first := r.ThroughDefaults(AuthorshipF.Role.Set("writer"), AuthorshipF.Position.Set(1), AuthorshipF.Share.Set(dec("1")))
				if err := first.Add(ctx, author(ctx, 7)); err != nil {
					return err
				}
				return r.Add(ctx, author(ctx, 7))
			}),
		pair("set with defaults", "b.authors.set([Author.objects.get(pk=8)], "+with+")",
			func(ctx context.Context, r *orm.Related[Author]) error { return r.Set(ctx, author(ctx, 8)) }),
		pair("create with defaults", "b.authors.create("+lem+", "+with+")",
			func(ctx context.Context, r *orm.Related[Author]) error { return r.Create(ctx, newAuthor()) }),
		pair("get or create with defaults", "b.authors.get_or_create("+lem+", "+with+")",
			func(ctx context.Context, r *orm.Related[Author]) error {
				_, _, err := r.GetOrCreate(ctx, newAuthor(), AuthorF.Name.Eq("N"))
				return err
			}),
		pair("update or create with defaults", "b.authors.update_or_create("+lem+", "+with+", defaults={\"pen_name\": \"Q\"})",
			func(ctx context.Context, r *orm.Related[Author]) error {
				_, _, err := r.UpdateOrCreate(ctx, newAuthor, func(a *Author) { a.PenName = "Q" }, AuthorF.Name.Eq("N"))
				return err
			}),
		{Name: "add without defaults", Ask: "Book.objects.get(id=16).authors.add(Author.objects.get(pk=7))", Error: "IntegrityError", Kind: orm.ErrIntegrity,
			Run: told(func(ctx context.Context) error { return book(ctx, 16).Authors.Add(ctx, author(ctx, 7)) }, nothing)},
	}
}

func newAuthor() *Author {
	a := &Author{PenName: "P"}
	a.Name, a.Email, a.Country.ID = "N", "n@example.com", "de"
	return a
}

// listPairs prefetch into lists of their own.
func listPairs() []Pair {
	english := orm.With(PublisherF.Books(), Books.Filter(BookF.Language.Eq("en")).Order("-pages", "id")).As("english")
	old := orm.With(PublisherF.Books(), Books.Filter(BookF.Published.Year().Lt(1970)).Order("id").Prefetch(BookF.Tags())).As("old")
	labels := orm.With(BookF.Tags(), Tags.Filter(TagF.Label.StartsWith("d")).Order("label")).As("d")
	owner := orm.With(BookF.Publisher(), Publishers.Filter(PublisherF.CountryID.Eq("gb"))).As("british")
	return []Pair{
		{Name: "prefetch to a list", Ask: `[(p.id, len(p.books.all()), [b.id for b in p.english]) for p in Publisher.objects.prefetch_related("books", Prefetch("books", Book.objects.filter(language="en").order_by("-pages", "id"), to_attr="english")).order_by("id")]`,
			Run: flat(Publishers.Prefetch(PublisherF.Books(), english).Order("id"), func(ctx context.Context, p *Publisher) Rows {
				return Rows{{p.ID, len(must(p.Books().All(ctx))), bookKeys(english.Of(p))}}
			})},
		{Name: "prefetch to two lists", Ask: `[(p.id, [b.id for b in p.english], [(b.id, len(b.tags.all())) for b in p.old]) for p in Publisher.objects.prefetch_related(Prefetch("books", Book.objects.filter(language="en").order_by("-pages", "id"), to_attr="english"), Prefetch("books", Book.objects.filter(published__year__lt=1970).order_by("id").prefetch_related("tags"), to_attr="old")).order_by("id")]`,
			Run: flat(Publishers.Prefetch(english, old).Order("id"), func(ctx context.Context, p *Publisher) Rows {
				tagged := [][]int64{}
				for _, b := range old.Of(p) {
					tagged = append(tagged, []int64{b.ID, int64(len(must(b.Tags.All(ctx))))})
				}
				return Rows{{p.ID, bookKeys(english.Of(p)), tagged}}
			})},
		{Name: "prefetch many to many to a list", Ask: `[(b.id, t.label) for b in Book.objects.prefetch_related(Prefetch("tags", Tag.objects.filter(label__startswith="d").order_by("label"), to_attr="d")).order_by("id") for t in b.d]`,
			Run: flat(Books.Prefetch(labels).Order("id"), func(_ context.Context, b *Book) (out Rows) {
				for _, t := range labels.Of(b) {
					out = append(out, []any{b.ID, t.Label})
				}
				return out
			})},
		{Name: "prefetch a key to a list", Ask: `[(b.id, b.british and b.british.name) for b in Book.objects.prefetch_related(Prefetch("publisher", Publisher.objects.filter(country="gb"), to_attr="british")).order_by("id")]`,
			Run: rowsFrom(Books.Prefetch(owner).Order("id"), func(_ context.Context, b *Book) []any {
				for _, p := range owner.Of(b) {
					return []any{b.ID, p.Name}
				}
				return []any{b.ID, nil}
			})},
		{Name: "prefetch for rows", Ask: "ps = list(Publisher.objects.order_by(\"id\"))\nmodels.prefetch_related_objects(ps, \"books__tags\", Prefetch(\"books\", Book.objects.filter(language=\"en\").order_by(\"-pages\", \"id\"), to_attr=\"english\"))\n[(p.id, len(p.books.all()), sum(len(b.tags.all()) for b in p.books.all()), [b.id for b in p.english]) for p in ps]",
			Run: func(ctx context.Context) (out Rows, err error) {
				defer caught(&err)
				ps := must(Publishers.Order("id").All(ctx))
				if err := orm.PrefetchRows(ctx, ps, PublisherF.Books().Tags(), english); err != nil {
					return nil, err
				}
				for _, p := range ps {
					tags := 0
					for _, b := range must(p.Books().All(ctx)) {
						tags += len(must(b.Tags.All(ctx)))
					}
					out = append(out, []any{p.ID, len(must(p.Books().All(ctx))), tags, bookKeys(english.Of(p))})
				}
				return out.encoded()
			}},
		{Name: "prefetch twice with a query", Ask: `Publisher.objects.prefetch_related("books", Prefetch("books", Book.objects.filter(language="en")), Prefetch("books", Book.objects.filter(language="de"))).get(id=1)`, Error: "ValueError",
			Run: get(Publishers.Prefetch(PublisherF.Books(), orm.With(PublisherF.Books(), Books.Filter(BookF.Language.Eq("en"))), orm.With(PublisherF.Books(), Books.Filter(BookF.Language.Eq("de")))).Filter(PublisherF.ID.Eq(1)))},
	}
}

func bookKeys(books []*Book) []int64 {
	out := []int64{}
	for _, b := range books {
		out = append(out, b.ID)
	}
	return out
}
