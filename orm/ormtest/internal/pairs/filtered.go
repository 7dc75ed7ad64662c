//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"context"

	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// The relations that filteredPairs filter.
var (
	longBooks   = orm.FilteredRelation("lengthy", PublisherF.Books(), BookF.Pages.Gt(300))
	goodReviews = orm.FilteredRelation("good", PublisherF.Books().Reviews(), PublisherF.Books().Reviews().Stars.Gte(4))
	someTags    = orm.FilteredRelation("witha", BookF.Tags(), TagF.Label.Contains("a"))
	german      = orm.FilteredRelation("german", BookF.Publisher(), PublisherF.CountryID.Eq("de"))
	lateSequel  = orm.FilteredRelation("late", BookF.Sequel(), BookF.Sequel().Published.IsNotNull())
	fiction     = orm.FilteredRelation("kids", CategoryF.Children(), CategoryF.Children().Sort.Gt(1))
	// In text, plain columns are those of the model that the query is of.
	cheapBooks = orm.FilteredRelationNamed(orm.MetaOf[Publisher](), "cheap", "books",
		orm.Lookup(orm.MetaOf[Publisher](), "books__price__lt", 10), orm.Lookup(orm.MetaOf[Publisher](), "books__active", true))
	later = orm.FilteredRelationNamed(orm.MetaOf[Category](), "later", "children",
		orm.Lookup(orm.MetaOf[Category](), "children__sort__gt", orm.F("sort")))
)

const filteredKey = "a key that is never null is joined as others are: the rows whose partner does not fit stay, and Django drops them"

// filteredPairs join relations with further conditions.
func filteredPairs() []Pair {
	const long = `Publisher.objects.annotate(lengthy=FilteredRelation("books", condition=Q(books__pages__gt=300)))`
	const cheap = `Publisher.objects.annotate(cheap=FilteredRelation("books", condition=Q(books__price__lt=10, books__active=True)))`
	return []Pair{
		{Name: "count", Ask: long + `.annotate(n=Count("lengthy")).order_by("pk").values_list("pk", "n")`,
			Run: names(Publishers.Annotate(longBooks, orm.Count(longBooks.F).As("n")).Order("pk"), "pk", "n")},
		{Name: "count beside all", Ask: long + `.annotate(n=Count("lengthy", distinct=True), m=Count("books", distinct=True)).order_by("pk").values_list("pk", "n", "m")`,
			Run: names(Publishers.Annotate(longBooks, orm.CountDistinct(longBooks.F).As("n"), orm.CountDistinct(PublisherF.Books()).As("m")).Order("pk"), "pk", "n", "m")},
		{Name: "filter", Ask: `ids(` + long + `.filter(lengthy__title__contains="e"))`, Run: ids(Publishers.Annotate(longBooks).Filter(longBooks.F.Title.Contains("e")))},
		{Name: "filter by name", Ask: `ids(` + long + `.filter(lengthy__title__contains="e"))`, Run: ids(Publishers.Annotate(longBooks).Lookup("lengthy__title__contains", "e"))},
		{Name: "alias", Ask: `ids(Publisher.objects.alias(lengthy=FilteredRelation("books", condition=Q(books__pages__gt=300))).filter(lengthy__isnull=True))`,
			Run: ids(Publishers.Alias(longBooks).Filter(longBooks.F.IsNull()))},
		{Name: "null by name", Ask: `ids(` + long + `.filter(lengthy=None))`, Run: ids(Publishers.Annotate(longBooks).Lookup("lengthy", nil))},
		{Name: "not null", Ask: `ids(` + long + `.filter(lengthy__isnull=False).distinct())`, Run: ids(Publishers.Annotate(longBooks).Filter(longBooks.F.IsNotNull()).Distinct())},
		{Name: "key", Ask: `ids(` + long + `.filter(lengthy=1))`, Run: ids(Publishers.Annotate(longBooks).Lookup("lengthy", 1))},
		{Name: "exclude", Ask: `ids(` + long + `.exclude(lengthy__title__contains="e"))`, Run: ids(Publishers.Annotate(longBooks).Exclude(longBooks.F.Title.Contains("e")))},
		{Name: "two filters", Ask: `ids(` + long + `.filter(lengthy__title__contains="e").filter(lengthy__title__contains="u"))`,
			Run: ids(Publishers.Annotate(longBooks).Filter(longBooks.F.Title.Contains("e")).Filter(longBooks.F.Title.Contains("u")))},
		{Name: "one filter of two", Ask: `ids(` + long + `.filter(lengthy__title__contains="e", lengthy__active=True))`,
			Run: ids(Publishers.Annotate(longBooks).Filter(longBooks.F.Title.Contains("e"), longBooks.F.Active.Eq(true)))},
		{Name: "filter beside the relation", Ask: `ids(` + long + `.filter(lengthy__active=True, books__pages__lt=300))`,
			Run: ids(Publishers.Annotate(longBooks).Filter(longBooks.F.Active.Eq(true), PublisherF.Books().Pages.Lt(300)))},
		{Name: "order", Ask: long + `.order_by(F("lengthy__pages").desc(nulls_last=True), "pk").values_list("pk", "lengthy__pages")`,
			Run: names(Publishers.Annotate(longBooks).OrderBy(longBooks.F.Pages.Desc().NullsLast(), PublisherF.ID.Asc()), "pk", "lengthy__pages")},
		{Name: "order by name", Ask: long + `.filter(lengthy__isnull=False).order_by("-lengthy__pages", "lengthy__title").values_list("name", "lengthy__title")`,
			Run: names(Publishers.Annotate(longBooks).Filter(longBooks.F.IsNotNull()).Order("-lengthy__pages", "lengthy__title"), "name", "lengthy__title")},
		{Name: "order of the model", Ask: long + `.filter(lengthy__isnull=False).order_by("lengthy", "pk").values_list("pk", "lengthy")`,
			Run: names(Publishers.Annotate(longBooks).Filter(longBooks.F.IsNotNull()).Order("lengthy", "pk"), "pk", "lengthy")},
		{Name: "F", Ask: `ids(` + long + `.filter(lengthy__pages__gt=F("lengthy__price") * 20))`,
			Run: ids(Publishers.Annotate(longBooks).Lookup("lengthy__pages__gt", orm.F("lengthy__price").Mul(20)))},
		{Name: "sum and filter", Ask: long + `.annotate(n=Sum("lengthy__pages")).filter(n__gt=500).order_by("pk").values_list("pk", "n")`,
			Run: names(Publishers.Annotate(longBooks, orm.Sum(longBooks.F.Pages).As("n")).Lookup("n__gt", 500).Order("pk"), "pk", "n")},
		{Name: "aggregate", Ask: long + `.aggregate(n=Sum("lengthy__pages"), m=Count("lengthy"))`,
			Run: total(Publishers.Annotate(longBooks), orm.Sum(longBooks.F.Pages).As("n"), orm.Count(longBooks.F).As("m"))},
		{Name: "group", Ask: long + `.values("lengthy__language").annotate(n=Count("pk")).order_by(F("lengthy__language").asc(nulls_first=True)).values_list("lengthy__language", "n")`,
			Run: lists(Publishers.Annotate(longBooks).Values("lengthy__language").Annotate(orm.Count(PublisherF.ID).As("n")).OrderBy(longBooks.F.Language.Asc().NullsFirst()))},
		{Name: "count of rows", Ask: long + `.filter(lengthy__active=True).count()`, Run: count(Publishers.Annotate(longBooks).Filter(longBooks.F.Active.Eq(true)))},
		{Name: "further on", Ask: `ids(` + long + `.filter(lengthy__category__name="Fantasy"))`, Run: ids(Publishers.Annotate(longBooks).Filter(longBooks.F.Category().Name.Eq("Fantasy")))},
		{Name: "further on to many", Ask: `ids(` + long + `.filter(lengthy__reviews__stars=5).distinct())`,
			Run: ids(Publishers.Annotate(longBooks).Filter(longBooks.F.Reviews().Stars.Eq(5)).Distinct())},
		{Name: "by name", Ask: cheap + `.annotate(n=Count("cheap")).order_by("pk").values_list("pk", "n")`,
			Run: names(Publishers.Annotate(cheapBooks, orm.Count(orm.F("cheap__id")).As("n")).Order("pk"), "pk", "n")},
		{Name: "by name, filter", Ask: cheap + `.filter(cheap__pages__gt=100).order_by("cheap__pages").values_list("pk", "cheap__pages")`,
			Run: names(Publishers.Annotate(cheapBooks).Lookup("cheap__pages__gt", 100).Order("cheap__pages"), "pk", "cheap__pages")},
	}
}

// filteredWayPairs filter relations of all kinds.
func filteredWayPairs() []Pair {
	const long = `Publisher.objects.annotate(lengthy=FilteredRelation("books", condition=Q(books__pages__gt=300)))`
	const some = `Book.objects.annotate(witha=FilteredRelation("tags", condition=Q(tags__label__contains="a")))`
	return []Pair{
		{Name: "nested", Ask: `Publisher.objects.annotate(good=FilteredRelation("books__reviews", condition=Q(books__reviews__stars__gte=4))).annotate(n=Count("good")).order_by("pk").values_list("pk", "n")`,
			Run: names(Publishers.Annotate(goodReviews, orm.Count(goodReviews.F).As("n")).Order("pk"), "pk", "n")},
		{Name: "many to many", Ask: some + `.annotate(n=Count("witha")).order_by("pk").values_list("pk", "n")`,
			Run: names(Books.Annotate(someTags, orm.Count(someTags.F).As("n")).Order("pk"), "pk", "n")},
		{Name: "many to many filter", Ask: `ids(` + some + `.filter(witha__isnull=True))`, Run: ids(Books.Annotate(someTags).Filter(someTags.F.IsNull()))},
		{Name: "many to many beside all", Ask: `ids(` + some + `.filter(tags__label__contains="e", witha__label__contains="s"))`,
			Run: ids(Books.Annotate(someTags).Filter(BookF.Tags().Label.Contains("e"), someTags.F.Label.Contains("s")))},
		{Name: "forward", Differs: map[string]string{"*": filteredKey}, Ask: `Book.objects.annotate(german=FilteredRelation("publisher", condition=Q(publisher__country="de"))).order_by("pk").values_list("pk", "german__name", "german")`,
			Run: names(Books.Annotate(german).Order("pk"), "pk", "german__name", "german")},
		{Name: "forward null", Differs: map[string]string{"*": filteredKey}, Ask: `ids(Book.objects.annotate(german=FilteredRelation("publisher", condition=Q(publisher__country="de"))).filter(german__isnull=True))`,
			Run: ids(Books.Annotate(german).Filter(german.F.IsNull()))},
		{Name: "forward excluded", Differs: map[string]string{"*": filteredKey}, Ask: `ids(Book.objects.annotate(german=FilteredRelation("publisher", condition=Q(publisher__country="de"))).exclude(german__name="Insel"))`,
			Run: ids(Books.Annotate(german).Exclude(german.F.Name.Eq("Insel")))},
		{Name: "one to one back", Ask: `Book.objects.annotate(late=FilteredRelation("sequel", condition=Q(sequel__published__isnull=False))).order_by("pk").values_list("pk", "late__title")`,
			Run: names(Books.Annotate(lateSequel).Order("pk"), "pk", "late__title")},
		{Name: "to the same model", Ask: `Category.objects.annotate(kids=FilteredRelation("children", condition=Q(children__sort__gt=1))).annotate(n=Count("kids")).order_by("pk").values_list("pk", "n")`,
			Run: names(Categories.Annotate(fiction, orm.Count(fiction.F).As("n")).Order("pk"), "pk", "n")},
		{Name: "of both rows", Ask: `Category.objects.annotate(later=FilteredRelation("children", condition=Q(children__sort__gt=F("sort")))).annotate(n=Count("later")).order_by("pk").values_list("pk", "n")`,
			Run: names(Categories.Annotate(later, orm.Count(orm.F("later__id")).As("n")).Order("pk"), "pk", "n")},
		{Name: "or, not", Ask: `Publisher.objects.annotate(lengthy=FilteredRelation("books", condition=Q(books__pages__gt=300) | ~Q(books__active=True))).annotate(n=Count("lengthy")).order_by("pk").values_list("pk", "n")`,
			Run: func() run {
				odd := orm.FilteredRelation("lengthy", PublisherF.Books(), orm.Or(BookF.Pages.Gt(300), BookF.Active.Eq(true).Not()))
				return names(Publishers.Annotate(odd, orm.Count(odd.F).As("n")).Order("pk"), "pk", "n")
			}()},
		{Name: "two", Ask: long + `.annotate(short=FilteredRelation("books", condition=Q(books__pages__lt=200))).annotate(n=Count("lengthy", distinct=True), m=Count("short", distinct=True)).order_by("pk").values_list("pk", "n", "m")`,
			Run: func() run {
				short := orm.FilteredRelation("short", PublisherF.Books(), BookF.Pages.Lt(200))
				return names(Publishers.Annotate(longBooks, short, orm.CountDistinct(longBooks.F).As("n"), orm.CountDistinct(short.F).As("m")).Order("pk"), "pk", "n", "m")
			}()},
		{Name: "without a condition", Ask: `Publisher.objects.annotate(every=FilteredRelation("books")).annotate(n=Count("every")).order_by("pk").values_list("pk", "n")`,
			Run: func() run {
				all := orm.FilteredRelation("every", PublisherF.Books())
				return names(Publishers.Annotate(all, orm.Count(all.F).As("n")).Order("pk"), "pk", "n")
			}()},
		{Name: "subquery", Ask: `ids(Book.objects.filter(publisher__in=` + long + `.filter(lengthy__isnull=False)))`,
			Run: ids(Books.Filter(BookF.PublisherID.InQuery(orm.Subquery(Publishers.Annotate(longBooks).Filter(longBooks.F.IsNotNull()), PublisherF.ID))))},
		{Name: "update", Ask: `ids(Publisher.objects.filter(name="")) if ` + long + `.filter(lengthy__isnull=True).update(name=Concat(F("slug"), Value("!"))) < 0 else ids(Publisher.objects.filter(name__endswith="!"))`,
			Run: after(func(ctx context.Context) (Rows, error) {
				_, err := Publishers.Annotate(longBooks).Filter(longBooks.F.IsNull()).Update(ctx, PublisherF.Name.SetF(orm.Concat(PublisherF.Slug, orm.Val("!"))))
				return nil, err
			}, ids(Publishers.Filter(PublisherF.Name.EndsWith("!"))))},
		{Name: "condition of another relation", Ask: `list(Publisher.objects.annotate(lengthy=FilteredRelation("books", condition=Q(people__name="x"))))`, Error: "FieldError",
			Run: ids(Publishers.Annotate(orm.FilteredRelationNamed(orm.MetaOf[Publisher](), "lengthy", "books", orm.Lookup(orm.MetaOf[Publisher](), "people__name", "x"))).Lookup("lengthy", 1))},
		{Name: "condition further on", Ask: `list(Publisher.objects.annotate(lengthy=FilteredRelation("books", condition=Q(books__category__parent__name="x"))))`, Error: "ValueError",
			Run: ids(Publishers.Annotate(orm.FilteredRelationNamed(orm.MetaOf[Publisher](), "lengthy", "books", orm.Lookup(orm.MetaOf[Publisher](), "books__category__parent__name", "x"))).Lookup("lengthy", 1))},
		{Name: "name of a field", Ask: `list(Publisher.objects.annotate(name=FilteredRelation("books")))`, Error: "ValueError",
			Run: ids(Publishers.Annotate(orm.FilteredRelation("name", PublisherF.Books())))},
	}
}
