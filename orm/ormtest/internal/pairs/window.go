//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// windowPairs look at the neighbours of a row.
func windowPairs() []Pair {
	return []Pair{
		{Name: "row number", Ask: win(`RowNumber()`, `order_by=[F("pages").desc(), F("id").asc()]`), Run: winRun(orm.RowNumber().Over(orm.Window{OrderBy: byPages}).As("x"))},
		{Name: "row number of a part", Ask: win(`RowNumber()`, `partition_by=[F("language")], order_by=[F("pages").desc(), F("id").asc()]`), Run: winRun(orm.RowNumber().Over(orm.Window{PartitionBy: byLang, OrderBy: byPages}).As("x"))},
		{Name: "rank", Ask: win(`Rank()`, `order_by=F("price").desc()`), Run: winRun(orm.Rank().Over(orm.Window{OrderBy: byPrice}).As("x"))},
		{Name: "dense rank", Ask: win(`DenseRank()`, `order_by=F("price").desc()`), Run: winRun(orm.DenseRank().Over(orm.Window{OrderBy: byPrice}).As("x"))},
		{Name: "percent rank", Ask: win(`PercentRank()`, `partition_by=[F("language")], order_by=F("price").desc()`), Run: winRun(orm.PercentRank().Over(orm.Window{PartitionBy: byLang, OrderBy: byPrice}).As("x"))},
		{Name: "cume dist", Ask: win(`CumeDist()`, `order_by=F("price").desc()`), Run: winRun(orm.CumeDist().Over(orm.Window{OrderBy: byPrice}).As("x"))},
		{Name: "ntile", Ask: win(`Ntile(4)`, `order_by=[F("pages").desc(), F("id").asc()]`), Run: winRun(orm.Ntile(4).Over(orm.Window{OrderBy: byPages}).As("x"))},
		{Name: "lag", Ask: win(`Lag("pages")`, `order_by=[F("pages").desc(), F("id").asc()]`), Run: winRun(orm.Lag(BookF.Pages, 1).Over(orm.Window{OrderBy: byPages}).As("x"))},
		{Name: "lead by two", Ask: win(`Lead("title", offset=2)`, `partition_by=[F("language")], order_by=[F("pages").desc(), F("id").asc()]`), Run: winRun(orm.Lead(BookF.Title, 2).Over(orm.Window{PartitionBy: byLang, OrderBy: byPages}).As("x"))},
		{Name: "first value", Ask: win(`FirstValue("title")`, `partition_by=[F("language")], order_by=[F("pages").desc(), F("id").asc()]`), Run: winRun(orm.FirstValue(BookF.Title).Over(orm.Window{PartitionBy: byLang, OrderBy: byPages}).As("x"))},
		{Name: "last value", Ask: win(`LastValue("title")`, `partition_by=[F("language")], order_by=[F("pages").desc(), F("id").asc()]`), Run: winRun(orm.LastValue(BookF.Title).Over(orm.Window{PartitionBy: byLang, OrderBy: byPages}).As("x"))},
		{Name: "nth value", Ask: win(`NthValue("title", nth=2)`, `partition_by=[F("language")], order_by=[F("pages").desc(), F("id").asc()]`), Run: winRun(orm.NthValue(BookF.Title, 2).Over(orm.Window{PartitionBy: byLang, OrderBy: byPages}).As("x"))},
		{Name: "sum", Ask: win(`Sum("pages")`, `partition_by=[F("language")]`), Run: winRun(orm.Sum(BookF.Pages).Over(orm.Window{PartitionBy: byLang}).As("x"))},
		{Name: "running sum", Ask: win(`Sum("pages")`, `order_by=F("id").asc()`), Run: winRun(orm.Sum(BookF.Pages).Over(orm.Window{OrderBy: byID}).As("x"))},
		{Name: "running count of a part", Ask: win(`Count("*")`, `partition_by=[F("publisher")], order_by=F("id").asc()`), Run: winRun(orm.CountAll().Over(orm.Window{PartitionBy: []orm.AnyExpr{BookF.PublisherID}, OrderBy: byID}).As("x"))},
		{Name: "moving average", Ask: win(`Avg("pages")`, `order_by=F("id").asc(), frame=RowRange(start=-1, end=1)`), Run: winRun(orm.Avg(BookF.Pages).Over(orm.Window{OrderBy: byID, Frame: orm.RowRange(orm.Preceding(1), orm.Following(1))}).As("x"))},
		{Name: "frame to the end", Ask: win(`Max("pages")`, `order_by=F("id").asc(), frame=RowRange(start=0, end=None)`), Run: winRun(orm.Max(BookF.Pages).Over(orm.Window{OrderBy: byID, Frame: orm.RowRange(orm.CurrentRow(), orm.Unbounded())}).As("x"))},
		{Name: "along a relation", Ask: win(`RowNumber()`, `partition_by=[F("publisher__country__name")], order_by=F("id").asc()`),
			Run: winRun(orm.RowNumber().Over(orm.Window{PartitionBy: []orm.AnyExpr{BookF.Publisher().Country().Name}, OrderBy: byID}).As("x"))},
		{Name: "parted by an expression", Ask: win(`Min("price")`, `partition_by=[F("pages") % 3]`), Run: winRun(orm.Min(BookF.Price).Over(orm.Window{PartitionBy: []orm.AnyExpr{BookF.Pages.Op("%", orm.Val[uint32](3))}}).As("x"))},
	}
}

var (
	byID    = []orm.Order{BookF.ID.Asc()}
	byPages = []orm.Order{BookF.Pages.Desc(), BookF.ID.Asc()}
	byPrice = []orm.Order{BookF.Price.Desc()}
	byLang  = []orm.AnyExpr{BookF.Language}
)

func win(f, over string) string {
	return `Book.objects.order_by("id").annotate(x=Window(` + f + `, ` + over + `)).values_list("id", "x")`
}

func winRun(x orm.Annotation) run { return lists(Books.Order("id").Annotate(x).Values("id", "x")) }

// subqueryPairs put one query into another.
func subqueryPairs() []Pair {
	return []Pair{
		{Name: "in", Ask: `ids(Book.objects.filter(publisher__in=Publisher.objects.filter(country="gb")))`, Run: ids(Books.Filter(BookF.PublisherID.InQuery(orm.Subquery(Publishers.Filter(PublisherF.CountryID.Eq("gb")), PublisherF.ID))))},
		{Name: "in values", Ask: `ids(Book.objects.filter(publisher__country__in=Person.objects.filter(name="Ann").values("country")))`,
			Run: ids(Books.Filter(BookF.Publisher().CountryID.InQuery(orm.Subquery(People.Filter(PersonF.Name.Eq("Ann")), PersonF.CountryID))))},
		{Name: "not in", Ask: `ids(Book.objects.exclude(publisher__in=Publisher.objects.filter(country="gb")))`, Run: ids(Books.Exclude(BookF.PublisherID.InQuery(orm.Subquery(Publishers.Filter(PublisherF.CountryID.Eq("gb")), PublisherF.ID))))},
		{Name: "not in nullable", Ask: `ids(Book.objects.exclude(category__in=Category.objects.filter(parent=1)))`, Run: ids(Books.Exclude(BookF.CategoryID.InQuery(orm.Subquery(Categories.Filter(CategoryF.ParentID.Eq(1)), CategoryF.ID))))},
		{Name: "in slice", Only: "sqlite postgresql", Ask: `ids(Book.objects.filter(id__in=Book.objects.order_by("-pages", "id")[:3].values("id")))`, Run: ids(Books.Filter(BookF.ID.InQuery(orm.Subquery(Books.Order("-pages", "id").Limit(3), BookF.ID))))},
		{Name: "in distinct", Ask: `ids(Publisher.objects.filter(id__in=Book.objects.filter(tags__label="classic").values("publisher").distinct()))`,
			Run: ids(Publishers.Filter(PublisherF.ID.InQuery(orm.Subquery(Books.Filter(BookF.Tags().Label.Eq("classic")).Distinct(), BookF.PublisherID))))},
		{Name: "in query of a query", Ask: `ids(Review.objects.filter(book__in=Book.objects.filter(publisher__in=Publisher.objects.filter(country="de")).values("isbn")))`,
			Run: ids(Reviews.Filter(ReviewF.BookID.InQuery(orm.Subquery(Books.Filter(BookF.PublisherID.InQuery(orm.Subquery(Publishers.Filter(PublisherF.CountryID.Eq("de")), PublisherF.ID))), BookF.ISBN))))},
		{Name: "exists", Ask: `ids(Publisher.objects.filter(Exists(Book.objects.filter(publisher=OuterRef("pk"), language="fr"))))`,
			Run: ids(Publishers.Filter(orm.Exists(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(PublisherF.ID)), BookF.Language.Eq("fr")))))},
		{Name: "not exists", Ask: `ids(Publisher.objects.filter(~Exists(Book.objects.filter(publisher=OuterRef("pk")))))`,
			Run: ids(Publishers.Filter(orm.Not(orm.Exists(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(PublisherF.ID)))))))},
		{Name: "exists annotated", Ask: `Publisher.objects.order_by("id").annotate(x=Exists(Book.objects.filter(publisher=OuterRef("pk"), active=False))).values_list("id", "x")`,
			Run: lists(Publishers.Order("id").Annotate(orm.Test(orm.Exists(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(PublisherF.ID)), BookF.Active.Eq(false)))).As("x")).Values("id", "x"))},
		{Name: "exists or", Ask: `ids(Publisher.objects.filter(Exists(Book.objects.filter(publisher=OuterRef("pk"), language="fr")) | Q(name="Insel")))`,
			Run: ids(Publishers.Filter(orm.Or(orm.Exists(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(PublisherF.ID)), BookF.Language.Eq("fr"))), PublisherF.Name.Eq("Insel"))))},
		{Name: "exists along relations", Ask: `ids(Person.objects.filter(Exists(OrderLine.objects.filter(order__customer=OuterRef("pk"), book__language="de"))))`,
			Run: ids(People.Filter(orm.Exists(OrderLines.Filter(OrderLineF.Order().CustomerID.EqF(orm.OuterRef(PersonF.ID)), OrderLineF.Book().Language.Eq("de")))))},
		{Name: "exists of nothing", Ask: `ids(Publisher.objects.filter(Exists(Book.objects.none())))`, Run: ids(Publishers.Filter(orm.Exists(Books.None())))},
		{Name: "value", Ask: `Publisher.objects.order_by("id").annotate(x=Subquery(Book.objects.filter(publisher=OuterRef("pk")).order_by("-pages", "id").values("title")[:1])).values_list("id", "x")`,
			Run: lists(Publishers.Order("id").Annotate(longest.As("x")).Values("id", "x"))},
		{Name: "value filtered", Ask: `ids(Publisher.objects.annotate(x=Subquery(Book.objects.filter(publisher=OuterRef("pk")).order_by("-pages", "id").values("title")[:1])).filter(x__startswith="D"))`,
			Run: ids(Publishers.Annotate(longest.As("x")).Lookup("x__startswith", "D"))},
		{Name: "value ordered", Ask: `keys(Publisher.objects.annotate(x=Subquery(Book.objects.filter(publisher=OuterRef("pk")).order_by("-pages", "id").values("title")[:1])).filter(x__isnull=False).order_by("x", "id"))`,
			Run: keys(Publishers.Annotate(longest.As("x")).Filter(longest.IsNotNull()).Order("x", "id"))},
		{Name: "value compared", Ask: `ids(Book.objects.filter(pages=Subquery(Book.objects.filter(publisher=OuterRef("publisher")).order_by("-pages").values("pages")[:1])))`,
			Run: ids(Books.Filter(BookF.Pages.EqF(orm.Subquery(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(BookF.PublisherID))).Order("-pages").Limit(1), BookF.Pages))))},
		{Name: "aggregate of another table", Ask: `Publisher.objects.order_by("id").annotate(x=Subquery(Book.objects.filter(publisher=OuterRef("pk")).order_by().values("publisher").annotate(n=Count("id")).values("n"))).values_list("id", "x")`,
			Run:     lists(Publishers.Order("id").Annotate(orm.Subquery(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(PublisherF.ID))).OrderBy(), orm.CountAll()).As("x")).Values("id", "x")),
			Differs: map[string]string{"*": "an aggregate over no rows is one row with 0, and Django's needs a group"}},
		{Name: "two levels out", Ask: `ids(Country.objects.filter(Exists(Publisher.objects.filter(Exists(Book.objects.filter(publisher=OuterRef("pk"), language="en"), ), country=OuterRef("pk")))))`,
			Run: ids(Countries.Filter(orm.Exists(Publishers.Filter(orm.Exists(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(PublisherF.ID)), BookF.Language.Eq("en"))), PublisherF.CountryID.EqF(orm.OuterRef(CountryF.Code))))))},
		{Name: "in case", Ask: `Publisher.objects.order_by("id").annotate(x=Case(When(Exists(Book.objects.filter(publisher=OuterRef("pk"), language="de")), then=Value("de")), default=Value("-"), output_field=CharField())).values_list("id", "x")`,
			Run: lists(Publishers.Order("id").Annotate(orm.Case(orm.When(orm.Exists(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(PublisherF.ID)), BookF.Language.Eq("de"))), "de")).Else("-").As("x")).Values("id", "x"))},
	}
}

var longest = orm.Subquery(Books.Filter(BookF.PublisherID.EqF(orm.OuterRef(PublisherF.ID))).Order("-pages", "id").Limit(1), BookF.Title)
