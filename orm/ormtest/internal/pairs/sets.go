//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// setPairs order, cut and combine.
func setPairs() []Pair {
	return []Pair{
		{Name: "meta ordering", Ask: `keys(Country.objects.all())`, Run: keys(Countries)},
		{Name: "meta ordering of two", Ask: `keys(Category.objects.all())`, Run: keys(Categories)},
		{Name: "meta ordering reversed", Ask: `keys(Category.objects.reverse())`, Run: keys(Categories.Reverse())},
		{Name: "reverse twice", Ask: `keys(Category.objects.reverse().reverse())`, Run: keys(Categories.Reverse().Reverse())},
		{Name: "reverse of an order", Ask: `keys(Book.objects.order_by("-pages", "id").reverse())`, Run: keys(Books.Order("-pages", "id").Reverse())},
		{Name: "order replaced", Ask: `keys(Book.objects.order_by("title").order_by("-id"))`, Run: keys(Books.Order("title").Order("-id"))},
		{Name: "order typed", Ask: `keys(Book.objects.order_by("-language", "id"))`, Run: keys(Books.OrderBy(BookF.Language.Desc(), BookF.ID.Asc()))},
		{Name: "order by text", Ask: `keys(Book.objects.order_by("title", "id"))`, Run: keys(Books.Order("title", "id"))},
		{Name: "order by date", Ask: `keys(Book.objects.filter(published__isnull=False).order_by("published"))`, Run: keys(Books.Filter(BookF.Published.IsNotNull()).Order("published"))},
		{Name: "order by decimal", Ask: `keys(Book.objects.order_by("price", "id"))`, Run: keys(Books.Order("price", "id"))},
		{Name: "order by moment", Ask: `keys(Order.objects.order_by("placed"))`, Run: keys(Orders.Order("placed"))},
		{Name: "nulls", Ask: `keys(Book.objects.order_by("rating", "id"))`, Run: keys(Books.Order("rating", "id"))},
		{Name: "nulls down", Ask: `keys(Book.objects.order_by("-rating", "id"))`, Run: keys(Books.Order("-rating", "id"))},
		{Name: "nulls first", Ask: `keys(Book.objects.order_by(F("rating").asc(nulls_first=True), "id"))`, Run: keys(Books.OrderBy(BookF.Rating.Asc().NullsFirst(), BookF.ID.Asc()))},
		{Name: "nulls last", Ask: `keys(Book.objects.order_by(F("rating").asc(nulls_last=True), "id"))`, Run: keys(Books.OrderBy(BookF.Rating.Asc().NullsLast(), BookF.ID.Asc()))},
		{Name: "nulls first down", Ask: `keys(Book.objects.order_by(F("rating").desc(nulls_first=True), "id"))`, Run: keys(Books.OrderBy(BookF.Rating.Desc().NullsFirst(), BookF.ID.Asc()))},
		{Name: "nulls last down", Ask: `keys(Book.objects.order_by(F("rating").desc(nulls_last=True), "id"))`, Run: keys(Books.OrderBy(BookF.Rating.Desc().NullsLast(), BookF.ID.Asc()))},
		{Name: "nulls last reversed", Ask: `keys(Book.objects.order_by(F("rating").desc(nulls_last=True), "id").reverse())`, Run: keys(Books.OrderBy(BookF.Rating.Desc().NullsLast(), BookF.ID.Asc()).Reverse())},
		{Name: "slice", Ask: `keys(Book.objects.order_by("id")[3:7])`, Run: keys(Books.Order("id").Offset(3).Limit(4))},
		{Name: "slice without end", Ask: `keys(Book.objects.order_by("id")[15:])`, Run: keys(Books.Order("id").Offset(15))},
		{Name: "slice without begin", Ask: `keys(Book.objects.order_by("id")[:2])`, Run: keys(Books.Order("id").Limit(2))},
		{Name: "slice of nothing", Ask: `keys(Book.objects.order_by("id")[:0])`, Run: keys(Books.Order("id").Limit(0))},
		{Name: "slice beyond", Ask: `keys(Book.objects.order_by("id")[50:60])`, Run: keys(Books.Order("id").Offset(50).Limit(10))},
		{Name: "big slice", Ask: `keys(Measure.objects.order_by("value", "-n", "id")[1000:1100])`, Run: keys(Measures.Order("value", "-n", "id").Offset(1000).Limit(100))},
		{Name: "index", Ask: `[Book.objects.order_by("id")[4]]`, Run: keys(Books.Order("id").Offset(4).Limit(1))},
		{Name: "all rows of a big table", Ask: `Measure.objects.order_by("id").values_list("id", "sensor", "at", "value", "n")`, Run: lists(Measures.Order("id").Values("id", "sensor", "at", "value", "n"))},
		{Name: "first", Ask: `[Book.objects.first()]`, Run: one(Books.First)},
		{Name: "last", Ask: `[Book.objects.order_by("pages", "id").last()]`, Run: one(Books.Order("pages", "id").Last)},
		{Name: "first without order", Ask: `[Publisher.objects.first()]`, Run: one(Publishers.First)},
		{Name: "last without order", Ask: `[Publisher.objects.last()]`, Run: one(Publishers.Last)},
		{Name: "first of none", Ask: `[Book.objects.filter(id=99).first()]`, Run: oneOrNil(Books.Filter(BookF.ID.Eq(99)).First)},
		{Name: "latest", Ask: `[Book.objects.filter(published__isnull=False).latest()]`, Run: latest(Books.Filter(BookF.Published.IsNotNull()))},
		{Name: "latest by", Ask: `[Book.objects.filter(active=True).latest("pages")]`, Run: latest(Books.Filter(BookF.Active.Eq(true)), BookF.Pages.Asc())},
		{Name: "latest by two", Ask: `[Review.objects.latest("stars", "-id")]`, Run: latest(Reviews, ReviewF.Stars.Asc(), ReviewF.ID.Desc())},
		{Name: "earliest", Ask: `[Book.objects.filter(published__isnull=False).earliest()]`, Run: earliest(Books.Filter(BookF.Published.IsNotNull()))},
		{Name: "earliest by", Ask: `[Book.objects.earliest("price")]`, Run: earliest(Books, BookF.Price.Asc())},
		{Name: "latest of none", Ask: `[Book.objects.filter(id=99).latest()]`, Error: "DoesNotExist", Kind: orm.ErrNotFound, Run: latest(Books.Filter(BookF.ID.Eq(99)))},
		{Name: "in bulk", Ask: `sorted(Book.objects.in_bulk([3, 1, 99]).items())`, Run: inBulk(3, 1, 99)},
		{Name: "distinct", Ask: `Book.objects.order_by("language", "active").values_list("language", "active").distinct()`, Run: lists(Books.Order("language", "active").Values("language", "active").Distinct())},
		{Name: "distinct with another order", Ask: `Book.objects.order_by("pages").values_list("language").distinct()`, Run: lists(Books.Order("pages").Values("language").Distinct())},
		{Name: "distinct nulls", Ask: `Book.objects.order_by("featured").values_list("featured").distinct()`, Run: lists(Books.Order("featured").Values("featured").Distinct())},
		{Name: "distinct on", Only: "postgresql", Ask: `keys(Book.objects.order_by("language", "-pages", "id").distinct("language"))`, Run: keys(Books.Order("language", "-pages", "id").Distinct(BookF.Language))},
		{Name: "distinct on relation", Only: "postgresql", Ask: `keys(Book.objects.order_by("publisher__name", "id").distinct("publisher__name"))`, Run: keys(Books.Order("publisher__name", "id").Distinct(BookF.Publisher().Name))},
		{Name: "union", Ask: `Book.objects.order_by().filter(language="fr").union(Book.objects.order_by().filter(pages__gt=450)).order_by("id")`, Run: keys(orm.Union(Books.Filter(BookF.Language.Eq("fr")), Books.Filter(BookF.Pages.Gt(450))).Order("id"))},
		{Name: "union all", Ask: `Book.objects.order_by().filter(language="fr").union(Book.objects.order_by().filter(pages__gt=450), all=True).order_by("id")`, Run: keys(orm.UnionAll(Books.Filter(BookF.Language.Eq("fr")), Books.Filter(BookF.Pages.Gt(450))).Order("id"))},
		{Name: "union of three", Ask: `Book.objects.order_by().filter(id=1).union(Book.objects.order_by().filter(id=3), Book.objects.order_by().filter(id__in=[1, 5])).order_by("-id")`,
			Run: keys(orm.Union(Books.Filter(BookF.ID.Eq(1)), Books.Filter(BookF.ID.Eq(3)), Books.Filter(BookF.ID.In(1, 5))).Order("-id"))},
		{Name: "union with none", Ask: `Book.objects.order_by().filter(id=1).union(Book.objects.none()).order_by("id")`, Run: keys(orm.Union(Books.Filter(BookF.ID.Eq(1)), Books.None()).Order("id"))},
		{Name: "union sliced", Ask: `Book.objects.order_by().filter(language="fr").union(Book.objects.order_by().filter(pages__gt=450)).order_by("-title", "id")[1:3]`, Run: keys(orm.Union(Books.Filter(BookF.Language.Eq("fr")), Books.Filter(BookF.Pages.Gt(450))).Order("-title", "id").Offset(1).Limit(2))},
		{Name: "union counted", Ask: `Book.objects.order_by().filter(language="fr").union(Book.objects.order_by().filter(pages__gt=450)).count()`, Run: count(orm.Union(Books.Filter(BookF.Language.Eq("fr")), Books.Filter(BookF.Pages.Gt(450))))},
		{Name: "intersection", Only: "sqlite postgresql", Ask: `Book.objects.order_by().filter(language="en").intersection(Book.objects.order_by().filter(pages__gt=400)).order_by("id")`, Run: keys(orm.Intersection(Books.Filter(BookF.Language.Eq("en")), Books.Filter(BookF.Pages.Gt(400))).Order("id"))},
		{Name: "intersection with none", Ask: `Book.objects.order_by().filter(language="en").intersection(Book.objects.none())`, Run: keys(orm.Intersection(Books.Filter(BookF.Language.Eq("en")), Books.None()))},
		{Name: "difference", Only: "sqlite postgresql", Ask: `Book.objects.order_by().filter(language="en").difference(Book.objects.order_by().filter(pages__gt=400)).order_by("id")`, Run: keys(orm.Difference(Books.Filter(BookF.Language.Eq("en")), Books.Filter(BookF.Pages.Gt(400))).Order("id"))},
		{Name: "difference of two", Only: "sqlite postgresql", Ask: `Book.objects.order_by().difference(Book.objects.order_by().filter(pages__gt=300), Book.objects.order_by().filter(language="de")).order_by("id")`,
			Run: keys(orm.Difference(Books.OrderBy(), Books.Filter(BookF.Pages.Gt(300)), Books.Filter(BookF.Language.Eq("de"))).Order("id"))},
		{Name: "or of queries", Ask: `ids(Book.objects.filter(language="fr") | Book.objects.filter(pages__gt=450))`, Run: ids(Books.Filter(orm.Or(BookF.Language.Eq("fr"), BookF.Pages.Gt(450))))},
		{Name: "raw", Ask: `list(Book.objects.raw("SELECT * FROM shop_book WHERE pages > %s ORDER BY id", [400]))`, Run: raw("SELECT * FROM shop_book WHERE pages > :v ORDER BY id", 400)},
		{Name: "raw of some columns", Ask: `[(b.id, b.title) for b in Book.objects.raw("SELECT id, title FROM shop_book WHERE language = %s ORDER BY id", ["fr"])]`, Run: rawTitles("SELECT id, title FROM shop_book WHERE language = :v ORDER BY id", "fr")},
	}
}
