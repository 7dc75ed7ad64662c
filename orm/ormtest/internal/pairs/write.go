//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"context"

	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// writePairs change rows, and tell what they left.
func writePairs() []Pair {
	return []Pair{
		{Name: "update", Ask: "n = Book.objects.filter(language=\"fr\").update(pages=1)\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"pages\")))",
			Run: after(update(Books.Filter(BookF.Language.Eq("fr")), BookF.Pages.Set(1)), names(Books.Order("id"), "id", "pages"))},
		{Name: "update two", Ask: "n = Book.objects.filter(id__lte=3).update(title=\"T\", subtitle=None, isbn=Concat(F(\"isbn\"), Value(\"x\"))) if False else Book.objects.filter(id__lte=3).update(subtitle=None, active=False)\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"subtitle\", \"active\")))",
			Run: after(update(Books.Filter(BookF.ID.Lte(3)), BookF.Subtitle.SetNull(), BookF.Active.Set(false)), names(Books.Order("id"), "id", "subtitle", "active"))},
		{Name: "update all", Ask: "n = Book.objects.update(language=\"de\")\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"language\")))",
			Run: after(update(Books, BookF.Language.Set("de")), names(Books.Order("id"), "id", "language"))},
		{Name: "update none", Ask: "n = Book.objects.filter(id=99).update(pages=1)\n(n, [])", Run: after(update(Books.Filter(BookF.ID.Eq(99)), BookF.Pages.Set(1)), nothing)},
		{Name: "update F", Ask: "n = Book.objects.update(price=F(\"price\") * 2 + 1)\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"price\")))",
			Run: after(update(Books, BookF.Price.SetF(BookF.Price.Mul(dec("2")).Add(dec("1")))), names(Books.Order("id"), "id", "price"))},
		{Name: "update F of another column", Ask: "n = Book.objects.filter(cost__isnull=False).update(price=F(\"cost\"), cost=F(\"price\"))\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"price\", \"cost\")))",
			Run: after(update(Books.Filter(BookF.Cost.IsNotNull()), BookF.Price.SetF(BookF.Cost), BookF.Cost.SetF(BookF.Price)), names(Books.Order("id"), "id", "price", "cost"))},
		{Name: "update case", Ask: "n = Book.objects.update(pages=Case(When(language=\"en\", then=F(\"pages\") + 1), When(language=\"de\", then=Value(5)), default=F(\"pages\")))\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"pages\")))",
			Run: after(update(Books, BookF.Pages.SetF(orm.Case(orm.WhenF(BookF.Language.Eq("en"), BookF.Pages.Add(1)), orm.When(BookF.Language.Eq("de"), uint32(5))).ElseF(BookF.Pages))), names(Books.Order("id"), "id", "pages"))},
		{Name: "update of a relation's rows", Ask: "n = Book.objects.filter(publisher__country=\"de\").update(active=False)\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"active\")))",
			Run: after(update(Books.Filter(BookF.Publisher().CountryID.Eq("de")), BookF.Active.Set(false)), names(Books.Order("id"), "id", "active"))},
		{Name: "update of many", Ask: "n = Publisher.objects.filter(books__language=\"en\").update(website=\"w\")\n(n, list(Publisher.objects.order_by(\"id\").values_list(\"id\", \"website\")))",
			Run: after(update(Publishers.Filter(PublisherF.Books().Language.Eq("en")), PublisherF.Website.Set("w")), names(Publishers.Order("id"), "id", "website"))},
		{Name: "update excluded", Ask: "n = Publisher.objects.exclude(books__language=\"en\").update(website=\"w\")\n(n, list(Publisher.objects.order_by(\"id\").values_list(\"id\", \"website\")))",
			Run: after(update(Publishers.Exclude(PublisherF.Books().Language.Eq("en")), PublisherF.Website.Set("w")), names(Publishers.Order("id"), "id", "website"))},
		{Name: "update subquery", Ask: "n = Publisher.objects.filter(books__isnull=False).distinct().update(website=Subquery(Book.objects.filter(publisher=OuterRef(\"pk\")).order_by(\"-pages\", \"id\").values(\"title\")[:1]))\n(n, list(Publisher.objects.order_by(\"id\").values_list(\"id\", \"website\")))",
			Run: after(update(Publishers.Filter(PublisherF.Books().IsNotNull()).Distinct(), PublisherF.Website.SetF(longest)), names(Publishers.Order("id"), "id", "website"))},
		{Name: "update key", Ask: "n = Book.objects.filter(category=2).update(category=3)\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"category\")))",
			Run: after(update(Books.Filter(BookF.CategoryID.Eq(2)), BookF.CategoryID.Set(3)), names(Books.Order("id"), "id", "category"))},
		{Name: "update key to null", Ask: "n = Book.objects.filter(category__parent=1).update(category=None)\n(n, list(Book.objects.order_by(\"id\").values_list(\"id\", \"category\")))",
			Run: after(update(Books.Filter(BookF.Category().ParentID.Eq(1)), BookF.CategoryID.SetNull()), names(Books.Order("id"), "id", "category"))},
		{Name: "update document", Ask: "n = Book.objects.filter(id=1).update(attrs={\"a\": [1, None, \"ü\"]})\n(n, list(Book.objects.filter(id=1).values_list(\"attrs\")))",
			Run: after(update(Books.Filter(BookF.ID.Eq(1)), BookF.Attrs.Set(map[string]any{"a": []any{1, nil, "ü"}})), names(Books.Filter(BookF.ID.Eq(1)), "attrs"))},
		{Name: "update with having", Ask: "n = Publisher.objects.annotate(n=Count(\"books\")).filter(n__gt=3).update(website=\"many\")\n(n, list(Publisher.objects.order_by(\"id\").values_list(\"id\", \"website\")))",
			Run: after(update(Publishers.Annotate(nBooks).Filter(nBooks.Gt(3)), PublisherF.Website.Set("many")), names(Publishers.Order("id"), "id", "website"))},
		{Name: "update with function", Ask: "n = Person.objects.update(name=Upper(\"email\"))\n(n, list(Person.objects.order_by(\"id\").values_list(\"id\", \"name\")))",
			Run: after(update(People, PersonF.Name.SetF(orm.Upper(PersonF.Email))), names(People.Order("id"), "id", "name"))},
		{Name: "unique violation", Ask: "Publisher.objects.filter(id=2).update(slug=\"gollancz\")", Error: "IntegrityError", Kind: orm.ErrUnique, Run: after(update(Publishers.Filter(PublisherF.ID.Eq(2)), PublisherF.Slug.Set("gollancz")), nothing)},
		{Name: "check violation", Ask: "Book.objects.filter(id=2).update(price=-1)", Error: "IntegrityError", Kind: orm.ErrCheck, Run: after(update(Books.Filter(BookF.ID.Eq(2)), BookF.Price.Set(dec("-1"))), nothing)},
		{Name: "null violation", Ask: "Book.objects.filter(id=2).update(title=None)", Error: "IntegrityError", Kind: orm.ErrNotNull, Run: after(update(Books.Filter(BookF.ID.Eq(2)), BookF.Title.SetNull()), nothing)},

		{Name: "create", Ask: "c = Category.objects.create(name=\"New\", parent_id=1, sort=3)\n(c.id > 8, list(Category.objects.order_by(\"name\").values_list(\"name\", \"parent\", \"sort\")))", Run: createCategory},
		{Name: "create with a key", Ask: "Country.objects.create(code=\"it\", name=\"Italy\")\n(1, list(Country.objects.values_list(\"code\", \"name\", \"population\")))", Run: createCountry},
		{Name: "create a child", Ask: "Novelist.objects.create(name=\"N\", email=\"n@example.com\", country_id=\"de\", pen_name=\"P\", genre=\"G\")\n(1, list(Novelist.objects.filter(genre=\"G\").values_list(\"name\", \"pen_name\", \"genre\", \"country\")) + [(Person.objects.count(), Author.objects.count(), Novelist.objects.count(), 0)])", Run: createNovelist},
		{Name: "save of some fields", Ask: "b = Book.objects.get(id=1)\nb.title = \"A\"\nb.pages = 7\nb.save(update_fields=[\"pages\"])\n(1, list(Book.objects.filter(id=1).values_list(\"title\", \"pages\")))", Run: saveSome},
		{Name: "save", Ask: "b = Book.objects.get(id=1)\nb.title = \"A\"\nb.rating = None\nb.save()\n(1, list(Book.objects.filter(id=1).values_list(\"title\", \"rating\", \"pages\", \"attrs\", \"created\", \"price\")))", Run: saveAll},
		{Name: "get or create finds", Ask: "c, new = Category.objects.get_or_create(name=\"Fiction\", defaults={\"sort\": 5})\n(c.id, new, list(Category.objects.filter(name=\"Fiction\").values_list(\"sort\")))", Run: getOrCreate("Fiction")},
		{Name: "get or create creates", Ask: "c, new = Category.objects.get_or_create(name=\"Poems\", defaults={\"sort\": 5})\n(0, new, list(Category.objects.filter(name=\"Poems\").values_list(\"sort\")))", Run: getOrCreate("Poems")},
		{Name: "update or create updates", Ask: "c, new = Category.objects.update_or_create(name=\"Fiction\", defaults={\"sort\": 5})\n(c.id, new, list(Category.objects.filter(name=\"Fiction\").values_list(\"sort\")))", Run: updateOrCreate("Fiction")},
		{Name: "update or create creates", Ask: "c, new = Category.objects.update_or_create(name=\"Poems\", defaults={\"sort\": 5})\n(0, new, list(Category.objects.filter(name=\"Poems\").values_list(\"sort\")))", Run: updateOrCreate("Poems")},
		{Name: "bulk create", Ask: "Measure.objects.bulk_create([Measure(sensor=i % 3, at=moment(\"2030-01-01T00:00:00\"), value=i / 4, n=i) for i in range(1500)])\n(1, list(Measure.objects.filter(at=moment(\"2030-01-01T00:00:00\")).order_by(\"n\").values_list(\"sensor\", \"value\", \"n\")))", Run: bulkCreate},
		{Name: "bulk create ignoring conflicts", Ask: "Tag.objects.bulk_create([Tag(id=uuid.UUID(int=1), label=\"classic\"), Tag(id=uuid.UUID(int=2), label=\"fresh\")], ignore_conflicts=True)\n(1, list(Tag.objects.order_by(\"label\").values_list(\"id\", \"label\")))", Run: bulkIgnore},
		{Name: "bulk update", Ask: "bs = list(Book.objects.order_by(\"id\")[:10])\nfor b in bs:\n    b.pages += b.id\n    b.subtitle = None if b.id % 2 else \"s%d\" % b.id\n    b.cost = None\nBook.objects.bulk_update(bs, [\"pages\", \"subtitle\", \"cost\"])\n(1, list(Book.objects.order_by(\"id\").values_list(\"id\", \"pages\", \"subtitle\", \"cost\")))", Run: bulkUpdate},
		{Name: "add", Ask: "b = Book.objects.get(id=1)\nb.tags.add(*Tag.objects.filter(label__in=[\"classic\", \"humour\"]))\n(1, list(b.tags.order_by(\"label\").values_list(\"label\")))", Run: tagBook(func(ctx context.Context, b *Book, tags []*Tag) error { return b.Tags.Add(ctx, tags...) })},
		{Name: "remove", Ask: "b = Book.objects.get(id=1)\nb.tags.remove(*Tag.objects.filter(label__in=[\"classic\", \"humour\"]))\n(1, list(b.tags.order_by(\"label\").values_list(\"label\")))", Run: tagBook(func(ctx context.Context, b *Book, tags []*Tag) error { return b.Tags.Remove(ctx, tags...) })},
		{Name: "set", Ask: "b = Book.objects.get(id=1)\nb.tags.set(Tag.objects.filter(label__in=[\"classic\", \"humour\"]))\n(1, list(b.tags.order_by(\"label\").values_list(\"label\")))", Run: tagBook(func(ctx context.Context, b *Book, tags []*Tag) error { return b.Tags.Set(ctx, tags...) })},
		{Name: "clear", Ask: "b = Book.objects.get(id=1)\nb.tags.clear()\n(1, list(b.tags.order_by(\"label\").values_list(\"label\")))", Run: tagBook(func(ctx context.Context, b *Book, _ []*Tag) error { return b.Tags.Clear(ctx) })},
		{Name: "add a friend", Ask: "Person.objects.get(id=5).friends.add(6)\n(1, list(Person.friends.through.objects.order_by(\"from_person\", \"to_person\").values_list(\"from_person\", \"to_person\")))", Run: befriend},
		{Name: "remove a friend", Ask: "Person.objects.get(id=1).friends.remove(2)\n(1, list(Person.friends.through.objects.order_by(\"from_person\", \"to_person\").values_list(\"from_person\", \"to_person\")))", Run: unfriend},
		{Name: "follow", Ask: "Person.objects.get(id=5).follows.add(6)\n(1, list(Person.follows.through.objects.order_by(\"from_person\", \"to_person\").values_list(\"from_person\", \"to_person\")))", Run: follow},
	}
}

// deletePairs delete, by each rule of on_delete.
func deletePairs() []Pair {
	return []Pair{
		{Name: "nothing points to it", Ask: "(*Root.objects.get(id=7).delete(), rules())", Run: deleteRoot(7)},
		{Name: "cascade, set null, set default", Ask: "(*Root.objects.get(id=2).delete(), rules())", Run: deleteRoot(2)},
		{Name: "protect", Ask: "Root.objects.get(id=3).delete()", Error: "ProtectedError", Run: deleteRoot(3)},
		{Name: "restrict", Ask: "Root.objects.get(id=4).delete()", Error: "RestrictedError", Run: deleteRoot(4)},
		{Name: "restrict that goes too", Ask: "(*Root.objects.get(id=5).delete(), rules())", Run: deleteRoot(5)},
		{Name: "do nothing", Ask: "(*Root.objects.get(id=6).delete(), rules())", Run: deleteRoot(6)},
		{Name: "query", Ask: "(*Root.objects.filter(id__in=[2, 7]).delete(), rules())", Run: deleteOf(Roots.Filter(RootF.ID.In(2, 7)), rules)},
		{Name: "query of leaves", Ask: "(*ChildGrand.objects.all().delete(), rules())", Run: deleteOf(ChildGrands, rules)},
		{Name: "query along a relation", Ask: "(*ChildGrand.objects.filter(child__root=2).delete(), rules())", Run: deleteOf(ChildGrands.Filter(ChildGrandF.Child().RootID.Eq(2)), rules)},
		{Name: "query excluded", Ask: "(*ChildCascade.objects.exclude(grands__id=3).delete(), rules())", Run: deleteOf(ChildCascades.Exclude(ChildCascadeF.Grands().ID.Eq(3)), rules)},
		{Name: "query of none", Ask: "(*Root.objects.filter(id=99).delete(), rules())", Run: deleteOf(Roots.Filter(RootF.ID.Eq(99)), rules)},
		{Name: "query with protected rows", Ask: "Root.objects.filter(id__in=[2, 3]).delete()", Error: "ProtectedError", Run: deleteOf(Roots.Filter(RootF.ID.In(2, 3)), rules)},
		{Name: "tree", Ask: "(*Category.objects.get(name=\"Fiction\").delete(), list(Category.objects.order_by(\"id\").values_list(\"id\")) + list(Book.objects.order_by(\"id\").values_list(\"category\")))",
			Run: deleteOf(Categories.Filter(CategoryF.Name.Eq("Fiction")), both(names(Categories.Order("id"), "id"), names(Books.Order("id"), "category")))},
		{Name: "book with everything", Ask: "OrderLine.objects.all().delete()\n(*Book.objects.get(id=1).delete(), list(Book.objects.order_by(\"id\").values_list(\"id\", \"sequel_to\")) + [(Review.objects.count(), Authorship.objects.count())])", Run: deleteBook},
		{Name: "many to many", Ask: "(*Tag.objects.get(label=\"classic\").delete(), list(Book.tags.through.objects.order_by(\"book_id\", \"tag_id\").values_list(\"book\", \"tag\")))", Run: deleteOf(Tags.Filter(TagF.Label.Eq("classic")), bookTags)},
		{Name: "child deletes parents", Ask: "Order.objects.all().delete()\n(*Novelist.objects.get(pk=13).delete(), [(Person.objects.count(), Author.objects.count(), Novelist.objects.count())])", Run: deleteNovelist},
		{Name: "parent deletes children", Ask: "Order.objects.all().delete()\n(*Person.objects.get(pk=13).delete(), [(Person.objects.count(), Author.objects.count(), Novelist.objects.count())])", Run: deletePerson},
		{Name: "protected by a key of text", Ask: "Country.objects.get(code=\"de\").delete()", Error: "ProtectedError", Run: deleteOf(Countries.Filter(CountryF.Code.Eq("de")), nothing)},
		{Name: "proxy", Ask: "(*Adult.objects.filter(pk=15).delete(), [(Person.objects.count(),)])", Run: deleteOf(Adults.Filter(AdultF.ID.Eq(15)), count(People))},
		{Name: "orders", Ask: "(*Order.objects.filter(status=\"new\").delete(), [(Order.objects.count(), OrderLine.objects.count())])", Run: deleteOrders},
		{Name: "big table", Ask: "(*Measure.objects.filter(sensor=3).delete(), [(Measure.objects.count(),)])", Run: deleteOf(Measures.Filter(MeasureF.Sensor.Eq(3)), count(Measures))},
		{Name: "publisher with books", Ask: "OrderLine.objects.all().delete()\n(*Publisher.objects.get(slug=\"gollancz\").delete(), list(Book.objects.order_by(\"id\").values_list(\"id\")))", Run: deletePublisher},
	}
}
