//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// aggregatePairs sum up: whole tables, groups, groups of groups.
func aggregatePairs() []Pair {
	return []Pair{
		{Name: "count", Ask: `Book.objects.aggregate(n=Count("id"))`, Run: total(Books, orm.Count(BookF.ID).As("n"))},
		{Name: "count star", Ask: `Book.objects.aggregate(n=Count("*"))`, Run: total(Books, orm.CountAll().As("n"))},
		{Name: "count nullable", Ask: `Book.objects.aggregate(n=Count("rating"))`, Run: total(Books, orm.Count(BookF.Rating).As("n"))},
		{Name: "count distinct", Ask: `Book.objects.aggregate(n=Count("language", distinct=True))`, Run: total(Books, orm.CountDistinct(BookF.Language).As("n"))},
		{Name: "sum", Ask: `Book.objects.aggregate(n=Sum("pages"))`, Run: total(Books, orm.Sum(BookF.Pages).As("n"))},
		{Name: "sum of decimals", Ask: `Book.objects.aggregate(n=Sum("price"))`, Run: total(Books, orm.Sum(BookF.Price).As("n"))},
		{Name: "sum of nulls", Ask: `Book.objects.aggregate(n=Sum("cost"))`, Run: total(Books, orm.Sum(BookF.Cost).As("n"))},
		{Name: "sum of floats", Ask: `Book.objects.aggregate(n=Sum("rating"))`, Run: total(Books, orm.Sum(BookF.Rating).As("n"))},
		{Name: "sum of nothing", Ask: `Book.objects.filter(id=99).aggregate(n=Sum("pages"))`, Run: total(Books.Filter(BookF.ID.Eq(99)), orm.Sum(BookF.Pages).As("n"))},
		{Name: "sum of nothing with another value", Ask: `Book.objects.filter(id=99).aggregate(n=Coalesce(Sum("pages"), 7))`, Run: total(Books.Filter(BookF.ID.Eq(99)), orm.Sum(BookF.Pages).Default(7).As("n"))},
		{Name: "avg", Ask: `Book.objects.aggregate(n=Avg("rating"))`, Run: total(Books, orm.Avg(BookF.Rating).As("n"))},
		{Name: "avg of integers", Ask: `Book.objects.aggregate(n=Avg("pages"))`, Run: total(Books, orm.Avg(BookF.Pages).As("n"))},
		{Name: "avg of decimals", Ask: `Book.objects.filter(id__lte=4).aggregate(n=Avg("price"))`, Run: total(Books.Filter(BookF.ID.Lte(4)), orm.AvgDecimal(BookF.Price).As("n"))},
		{Name: "min and max", Ask: `Book.objects.aggregate(a=Min("pages"), b=Max("pages"))`, Run: total(Books, orm.Min(BookF.Pages).As("a"), orm.Max(BookF.Pages).As("b"))},
		{Name: "min and max of text", Ask: `Book.objects.aggregate(a=Min("title"), b=Max("isbn"))`, Run: total(Books, orm.Min(BookF.Title).As("a"), orm.Max(BookF.ISBN).As("b"))},
		{Name: "min and max of dates", Ask: `Book.objects.aggregate(a=Min("published"), b=Max("created"))`, Run: total(Books, orm.Min(BookF.Published).As("a"), orm.Max(BookF.Created).As("b"))},
		{Name: "min and max of nulls", Ask: `Book.objects.aggregate(a=Min("cost"), b=Max("cost"), c=Max("rating"))`, Run: total(Books, orm.Min(BookF.Cost).As("a"), orm.Max(BookF.Cost).As("b"), orm.Max(BookF.Rating).As("c"))},
		{Name: "min of durations", Ask: `Sample.objects.aggregate(a=Min("duration"), b=Max("time"))`, Run: total(Samples, orm.Min(SampleF.Duration).As("a"), orm.Max(SampleF.Time).As("b"))},
		{Name: "stddev", Ask: `Book.objects.aggregate(a=StdDev("pages"), b=StdDev("pages", sample=True))`, Run: total(Books, orm.StdDev(BookF.Pages).As("a"), orm.StdDevSample(BookF.Pages).As("b"))},
		{Name: "variance", Ask: `Book.objects.aggregate(a=Variance("pages"), b=Variance("pages", sample=True))`, Run: total(Books, orm.Variance(BookF.Pages).As("a"), orm.VarianceSample(BookF.Pages).As("b"))},
		{Name: "of an expression", Ask: `OrderLine.objects.aggregate(n=Sum(F("price") * F("price")))`, Run: total(OrderLines, orm.Sum(OrderLineF.Price.MulF(OrderLineF.Price)).As("n"))},
		{Name: "filter", Ask: `Book.objects.aggregate(n=Count("id", filter=Q(language="de")), m=Sum("pages", filter=Q(active=True)))`,
			Run: total(Books, orm.Count(BookF.ID).Filter(BookF.Language.Eq("de")).As("n"), orm.Sum(BookF.Pages).Filter(BookF.Active.Eq(true)).As("m"))},
		{Name: "filter along a relation", Ask: `Book.objects.aggregate(n=Count("id", filter=Q(publisher__country="gb")))`,
			Run: total(Books, orm.Count(BookF.ID).Filter(BookF.Publisher().CountryID.Eq("gb")).As("n"))},
		{Name: "filter not", Ask: `Book.objects.aggregate(n=Count("id", filter=~Q(rating__gt=4)))`, Run: total(Books, orm.Count(BookF.ID).Filter(BookF.Rating.Gt(4).Not()).As("n"))},
		{Name: "along a relation", Ask: `Publisher.objects.aggregate(n=Sum("books__pages"), m=Count("books"))`, Run: total(Publishers, orm.Sum(PublisherF.Books().Pages).As("n"), orm.Count(PublisherF.Books()).As("m"))},
		{Name: "multiplied", Ask: `Book.objects.aggregate(a=Count("tags"), b=Count("authors"), c=Count("tags", distinct=True))`,
			Run: total(Books, orm.Count(BookF.Tags()).As("a"), orm.Count(BookF.Authors()).As("b"), orm.CountDistinct(BookF.Tags()).As("c"))},
		{Name: "of a slice", Ask: `Book.objects.order_by("-pages", "id")[:3].aggregate(n=Sum("pages"))`, Run: total(Books.Order("-pages", "id").Limit(3), orm.Sum(BookF.Pages).As("n"))},
		{Name: "of distinct", Ask: `Book.objects.filter(tags__isnull=False).distinct().aggregate(n=Sum("pages"))`,
			Run: total(Books.Filter(BookF.Tags().IsNotNull()).Distinct(), orm.Sum(BookF.Pages).As("n"))},
		{Name: "of annotations", Ask: `Publisher.objects.annotate(n=Count("books")).aggregate(a=Max("n"), b=Avg("n"))`, Run: ofAnnotations},
		{Name: "arithmetic", Ask: `Book.objects.aggregate(n=Max("pages") - Min("pages"))`, Run: total(Books, orm.NumOf(orm.Max(BookF.Pages)).SubF(orm.Min(BookF.Pages)).As("n"))},
	}
}

// annotatePairs sum up for each row, before and after filters.
func annotatePairs() []Pair {
	return []Pair{
		{Name: "annotate count", Ask: `Publisher.objects.annotate(n=Count("books")).order_by("id").values_list("id", "n")`, Run: lists(Publishers.Annotate(nBooks).Order("id").Values("id", "n"))},
		{Name: "annotate count object", Ask: `[(p.id, p.n) for p in Publisher.objects.annotate(n=Count("books")).order_by("id")]`, Run: annotated(Publishers.Annotate(nBooks).Order("id"), nBooks)},
		{Name: "order by annotation", Ask: `keys(Publisher.objects.annotate(n=Count("books")).order_by("-n", "id"))`, Run: keys(Publishers.Annotate(nBooks).OrderBy(nBooks.Desc(), PublisherF.ID.Asc()))},
		{Name: "order by annotation by name", Ask: `keys(Publisher.objects.annotate(n=Count("books")).order_by("-n", "id"))`, Run: keys(Publishers.Annotate(nBooks).Order("-n", "id"))},
		{Name: "having", Ask: `ids(Publisher.objects.annotate(n=Count("books")).filter(n__gt=3))`, Run: ids(Publishers.Annotate(nBooks).Filter(nBooks.Gt(3)))},
		{Name: "having by name", Ask: `ids(Publisher.objects.annotate(n=Count("books")).filter(n__gt=3))`, Run: ids(Publishers.Annotate(nBooks).Lookup("n__gt", 3))},
		{Name: "having none", Ask: `ids(Publisher.objects.annotate(n=Count("books")).filter(n=0))`, Run: ids(Publishers.Annotate(nBooks).Filter(nBooks.Eq(0)))},
		{Name: "having and where", Ask: `ids(Publisher.objects.annotate(n=Count("books")).filter(n__gt=2, name__contains="l"))`, Run: ids(Publishers.Annotate(nBooks).Filter(nBooks.Gt(2), PublisherF.Name.Contains("l")))},
		{Name: "having or where", Ask: `ids(Publisher.objects.annotate(n=Count("books")).filter(Q(n__gt=4) | Q(name="Insel")))`, Run: ids(Publishers.Annotate(nBooks).Filter(nBooks.Gt(4).Or(PublisherF.Name.Eq("Insel"))))},
		{Name: "having excluded", Ask: `ids(Publisher.objects.annotate(n=Count("books")).exclude(n__gt=3))`, Run: ids(Publishers.Annotate(nBooks).Exclude(nBooks.Gt(3)))},
		{Name: "having F", Ask: `ids(Publisher.objects.annotate(n=Count("books")).filter(n__gt=F("id")))`, Run: ids(Publishers.Annotate(nBooks).Filter(nBooks.GtF(PublisherF.ID)))},
		{Name: "filter before annotate", Ask: `Publisher.objects.filter(books__language="en").annotate(n=Count("books")).order_by("id").values_list("id", "n")`,
			Run: lists(Publishers.Filter(PublisherF.Books().Language.Eq("en")).Annotate(nBooks).Order("id").Values("id", "n"))},
		{Name: "filter after annotate", Ask: `Publisher.objects.annotate(n=Count("books")).filter(books__language="en").order_by("id").values_list("id", "n")`,
			Run: lists(Publishers.Annotate(nBooks).Filter(PublisherF.Books().Language.Eq("en")).Order("id").Values("id", "n"))},
		{Name: "filter between annotations", Ask: `Publisher.objects.annotate(n=Count("books")).filter(n__gt=1).annotate(s=Sum("books__pages")).order_by("id").values_list("id", "n", "s")`,
			Run: lists(Publishers.Annotate(nBooks).Filter(nBooks.Gt(1)).Annotate(orm.Sum(PublisherF.Books().Pages).As("s")).Order("id").Values("id", "n", "s"))},
		{Name: "exclude before annotate", Ask: `Publisher.objects.exclude(books__language="en").annotate(n=Count("books")).order_by("id").values_list("id", "n")`,
			Run: lists(Publishers.Exclude(PublisherF.Books().Language.Eq("en")).Annotate(nBooks).Order("id").Values("id", "n"))},
		{Name: "two annotations of one relation", Ask: `Publisher.objects.annotate(n=Count("books"), s=Sum("books__pages"), a=Avg("books__rating")).order_by("id").values_list("id", "n", "s", "a")`,
			Run: lists(Publishers.Annotate(nBooks, orm.Sum(PublisherF.Books().Pages).As("s"), orm.Avg(PublisherF.Books().Rating).As("a")).Order("id").Values("id", "n", "s", "a"))},
		{Name: "two relations multiply", Ask: `Book.objects.annotate(a=Count("tags"), b=Count("reviews")).order_by("id").values_list("id", "a", "b")`,
			Run: lists(Books.Annotate(orm.Count(BookF.Tags()).As("a"), orm.Count(BookF.Reviews()).As("b")).Order("id").Values("id", "a", "b"))},
		{Name: "two relations distinct", Ask: `Book.objects.annotate(a=Count("tags", distinct=True), b=Count("reviews", distinct=True)).order_by("id").values_list("id", "a", "b")`,
			Run: lists(Books.Annotate(orm.CountDistinct(BookF.Tags()).As("a"), orm.CountDistinct(BookF.Reviews()).As("b")).Order("id").Values("id", "a", "b"))},
		{Name: "two relations sum multiplied", Ask: `Book.objects.annotate(a=Sum("lines__quantity"), b=Count("tags")).order_by("id").values_list("id", "a", "b")`,
			Run: lists(Books.Annotate(orm.Sum(BookF.Lines().Quantity).As("a"), orm.Count(BookF.Tags()).As("b")).Order("id").Values("id", "a", "b"))},
		{Name: "two steps", Ask: `Country.objects.annotate(n=Count("publishers__books")).order_by("code").values_list("code", "n")`,
			Run: lists(Countries.Annotate(orm.Count(CountryF.Publishers().Books()).As("n")).Order("code").Values("code", "n"))},
		{Name: "two steps with max", Ask: `Country.objects.annotate(n=Max("publishers__books__pages")).order_by("code").values_list("code", "n")`,
			Run: lists(Countries.Annotate(orm.Max(CountryF.Publishers().Books().Pages).As("n")).Order("code").Values("code", "n"))},
		{Name: "annotate with filter", Ask: `Publisher.objects.annotate(n=Count("books", filter=Q(books__language="en"))).order_by("id").values_list("id", "n")`,
			Run: lists(Publishers.Annotate(orm.Count(PublisherF.Books()).Filter(PublisherF.Books().Language.Eq("en")).As("n")).Order("id").Values("id", "n"))},
		{Name: "annotate with two filters", Ask: `Publisher.objects.annotate(a=Count("books", filter=Q(books__language="en")), b=Count("books", filter=~Q(books__language="en"))).order_by("id").values_list("id", "a", "b")`,
			Run: lists(Publishers.Annotate(orm.Count(PublisherF.Books()).Filter(PublisherF.Books().Language.Eq("en")).As("a"), orm.Count(PublisherF.Books()).Filter(PublisherF.Books().Language.Ne("en")).As("b")).
				Order("id").Values("id", "a", "b"))},
		{Name: "annotate expression of aggregates", Ask: `Publisher.objects.annotate(d=Max("books__pages") - Min("books__pages")).order_by("id").values_list("id", "d")`,
			Run: lists(Publishers.Annotate(orm.NumOf(orm.Max(PublisherF.Books().Pages)).SubF(orm.Min(PublisherF.Books().Pages)).As("d")).Order("id").Values("id", "d"))},
		{Name: "sum coalesced", Ask: `Publisher.objects.annotate(s=Coalesce(Sum("books__pages"), 0)).order_by("id").values_list("id", "s")`,
			Run: lists(Publishers.Annotate(orm.Sum(PublisherF.Books().Pages).Default(0).As("s")).Order("id").Values("id", "s"))},
		{Name: "count of rows with annotations", Ask: `Publisher.objects.annotate(n=Count("books")).filter(n__gt=1).count()`, Run: count(Publishers.Annotate(nBooks).Filter(nBooks.Gt(1)))},
		{Name: "exists of rows with annotations", Ask: `Publisher.objects.annotate(n=Count("books")).filter(n__gt=100).exists()`, Run: exists(Publishers.Annotate(nBooks).Filter(nBooks.Gt(100)))},
		{Name: "select related and count", Ask: `[(b.id, b.publisher.name, b.n) for b in Book.objects.select_related("publisher").annotate(n=Count("tags")).order_by("id")]`, Run: relatedAndCount},
	}
}

// groupPairs group by values.
func groupPairs() []Pair {
	return []Pair{
		{Name: "group by", Ask: `Book.objects.values("language").annotate(n=Count("id")).order_by("language").values_list("language", "n")`,
			Run: lists(Books.Values("language").Annotate(orm.Count(BookF.ID).As("n")).Order("language"))},
		{Name: "group by two", Ask: `Book.objects.values("language", "active").annotate(n=Count("id"), s=Sum("pages")).order_by("language", "active").values_list("language", "active", "n", "s")`,
			Run: lists(Books.Values("language", "active").Annotate(orm.Count(BookF.ID).As("n"), orm.Sum(BookF.Pages).As("s")).Order("language", "active"))},
		{Name: "group by relation", Ask: `Book.objects.values("publisher__name").annotate(n=Count("id")).order_by("-n", "publisher__name").values_list("publisher__name", "n")`,
			Run: lists(Books.Values("publisher__name").Annotate(orm.Count(BookF.ID).As("n")).Order("-n", "publisher__name"))},
		{Name: "group by key", Ask: `Book.objects.values("category").annotate(n=Count("id")).order_by("n", "category__sort", "category__name").filter(category__isnull=False).values_list("category", "n")`,
			Run: lists(Books.Values("category").Annotate(orm.Count(BookF.ID).As("n")).Filter(BookF.Category().IsNotNull()).Order("n", "category__sort", "category__name"))},
		{Name: "group by expression", Ask: `Book.objects.annotate(y=ExtractYear("published")).values("y").annotate(n=Count("id")).filter(y__gt=1970).order_by("y").values_list("y", "n")`,
			Run: lists(Books.Annotate(year).Values("y").Annotate(orm.Count(BookF.ID).As("n")).Filter(year.Gt(1970)).Order("y"))},
		{Name: "group by and having", Ask: `Book.objects.values("language").annotate(n=Count("id")).filter(n__gt=3).order_by("language").values_list("language", "n")`,
			Run: lists(Books.Values("language").Annotate(byLanguage).Filter(byLanguage.Gt(3)).Order("language"))},
		{Name: "group by with filter before", Ask: `Book.objects.filter(active=True).values("language").annotate(n=Count("id")).order_by("language").values_list("language", "n")`,
			Run: lists(Books.Filter(BookF.Active.Eq(true)).Values("language").Annotate(byLanguage).Order("language"))},
		{Name: "group by without order", Ask: `Book.objects.order_by().values("language").annotate(n=Count("id")).values_list("language", "n")`, Loose: true,
			Run: lists(Books.OrderBy().Values("language").Annotate(byLanguage))},
		{Name: "group by many", Ask: `Publisher.objects.values("books__language").annotate(n=Count("id"), d=Count("id", distinct=True)).filter(books__isnull=False).order_by("books__language", "n")`,
			Run: lists(Publishers.Values("books__language").Annotate(orm.Count(PublisherF.ID).As("n"), orm.CountDistinct(PublisherF.ID).As("d")).Filter(PublisherF.Books().IsNotNull()).Order("books__language", "n"))},
		{Name: "annotate then values", Ask: `Publisher.objects.annotate(n=Count("books")).order_by("name").values_list("name", "n")`, Run: lists(Publishers.Annotate(nBooks).Order("name").Values("name", "n"))},
		{Name: "annotate then values that are equal", Ask: `Book.objects.annotate(n=Count("tags")).order_by("title", "n").values_list("title", "n")`, Run: lists(Books.Annotate(orm.Count(BookF.Tags()).As("n")).Order("title", "n").Values("title", "n"))},
		{Name: "values distinct", Ask: `Book.objects.order_by("language").values_list("language").distinct()`, Run: lists(Books.Order("language").Values("language").Distinct())},
		{Name: "group of groups counted", Ask: `Book.objects.values("language").annotate(n=Count("id")).count()`, Run: countOf(Books.Values("language").Annotate(byLanguage))},
		{Name: "big group", Ask: `Measure.objects.values("sensor").annotate(c=Count("id"), s=Sum("value"), m=Max("n")).order_by("sensor").values_list("sensor", "c", "s", "m")`,
			Run: lists(Measures.Values("sensor").Annotate(orm.Count(MeasureF.ID).As("c"), orm.Sum(MeasureF.Value).As("s"), orm.Max(MeasureF.N).As("m")).Order("sensor"))},
		{Name: "typed rows", Ask: `Book.objects.values("language").annotate(n=Count("id"), p=Sum("price")).order_by("language").values_list("language", "n", "p")`, Run: typedRows},
	}
}

var (
	nBooks     = orm.Count(PublisherF.Books()).As("n")
	byLanguage = orm.Count(BookF.ID).As("n")
	year       = BookF.Published.Year().As("y")
)
