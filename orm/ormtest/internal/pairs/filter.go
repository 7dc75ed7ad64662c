//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// filterPairs speak of one table: Q, null, F, order of evaluation.
func filterPairs() []Pair {
	return []Pair{
		{Name: "all", Ask: `ids(Book.objects.all())`, Run: ids(Books)},
		{Name: "none", Ask: `ids(Book.objects.none())`, Run: ids(Books.None())},
		{Name: "typed exact", Ask: `ids(Book.objects.filter(title="Dune"))`, Run: ids(Books.Filter(BookF.Title.Eq("Dune")))},
		{Name: "two conditions", Ask: `ids(Book.objects.filter(title="Dune", active=True))`, Run: ids(Books.Filter(BookF.Title.Eq("Dune"), BookF.Active.Eq(true)))},
		{Name: "two calls", Ask: `ids(Book.objects.filter(title="Dune").filter(active=True))`, Run: ids(Books.Filter(BookF.Title.Eq("Dune")).Filter(BookF.Active.Eq(true)))},
		{Name: "or", Ask: `ids(Book.objects.filter(Q(pages__gt=450) | Q(language="fr")))`, Run: ids(Books.Filter(BookF.Pages.Gt(450).Or(BookF.Language.Eq("fr"))))},
		{Name: "or and", Ask: `ids(Book.objects.filter(Q(pages__gt=450) | Q(language="fr") & Q(rating__isnull=True)))`,
			Run: ids(Books.Filter(orm.Or(BookF.Pages.Gt(450), orm.And(BookF.Language.Eq("fr"), BookF.Rating.IsNull()))))},
		{Name: "not", Ask: `ids(Book.objects.filter(~Q(language="en")))`, Run: ids(Books.Filter(BookF.Language.Eq("en").Not()))},
		{Name: "not or", Ask: `ids(Book.objects.filter(~(Q(language="en") | Q(pages__lt=200))))`, Run: ids(Books.Filter(orm.Not(orm.Or(BookF.Language.Eq("en"), BookF.Pages.Lt(200)))))},
		{Name: "not not", Ask: `ids(Book.objects.filter(~~Q(subtitle="Book two")))`, Run: ids(Books.Filter(orm.Not(orm.Not(BookF.Subtitle.Eq("Book two")))))},
		{Name: "not and null", Ask: `ids(Book.objects.filter(~(Q(subtitle="Book two") & Q(rating__gt=3))))`, Run: ids(Books.Filter(orm.Not(orm.And(BookF.Subtitle.Eq("Book two"), BookF.Rating.Gt(3)))))},
		{Name: "not or null", Ask: `ids(Book.objects.filter(~(Q(subtitle="Book two") | Q(rating__gt=4))))`, Run: ids(Books.Filter(orm.Not(orm.Or(BookF.Subtitle.Eq("Book two"), BookF.Rating.Gt(4)))))},
		{Name: "not not and null", Ask: `ids(Book.objects.filter(~(~Q(subtitle="Book two") & Q(rating__gt=3))))`, Run: ids(Books.Filter(orm.Not(orm.And(BookF.Subtitle.Eq("Book two").Not(), BookF.Rating.Gt(3)))))},
		{Name: "exclude not", Ask: `ids(Book.objects.exclude(~Q(subtitle="Book two")))`, Run: ids(Books.Exclude(BookF.Subtitle.Eq("Book two").Not()))},
		{Name: "exclude not or", Ask: `ids(Book.objects.exclude(~Q(subtitle="Book two") | Q(rating__lt=4)))`, Run: ids(Books.Exclude(BookF.Subtitle.Eq("Book two").Not().Or(BookF.Rating.Lt(4))))},
		{Name: "exclude nullable", Ask: `ids(Book.objects.exclude(rating=4.5))`, Run: ids(Books.Exclude(BookF.Rating.Eq(4.5)))},
		{Name: "exclude nullable greater", Ask: `ids(Book.objects.exclude(rating__gt=4))`, Run: ids(Books.Exclude(BookF.Rating.Gt(4)))},
		{Name: "exclude two", Ask: `ids(Book.objects.exclude(language="en", rating__gt=4))`, Run: ids(Books.Exclude(BookF.Language.Eq("en"), BookF.Rating.Gt(4)))},
		{Name: "exclude two nullable", Ask: `ids(Book.objects.exclude(subtitle="Book two", rating__gt=3))`, Run: ids(Books.Exclude(BookF.Subtitle.Eq("Book two"), BookF.Rating.Gt(3)))},
		{Name: "exclude twice", Ask: `ids(Book.objects.exclude(language="en").exclude(language="de"))`, Run: ids(Books.Exclude(BookF.Language.Eq("en")).Exclude(BookF.Language.Eq("de")))},
		{Name: "exclude null", Ask: `ids(Book.objects.exclude(rating=None))`, Run: ids(Books.Exclude(BookF.Rating.IsNull()))},
		{Name: "exclude null or", Ask: `ids(Book.objects.exclude(Q(rating=None) | Q(cost=None)))`, Run: ids(Books.Exclude(BookF.Rating.IsNull().Or(BookF.Cost.IsNull())))},
		{Name: "exclude in nullable", Ask: `ids(Book.objects.exclude(subtitle__in=["Book two", "Book three"]))`, Run: ids(Books.Filter(BookF.Subtitle.NotIn("Book two", "Book three")))},
		{Name: "exclude contains nullable", Ask: `ids(Book.objects.exclude(subtitle__icontains="book"))`, Run: ids(Books.Exclude(BookF.Subtitle.IContains("book")))},
		{Name: "ne nullable bool", Ask: `ids(Book.objects.filter(~Q(featured=True)))`, Run: ids(Books.Filter(BookF.Featured.Ne(true)))},
		{Name: "exclude nullable range", Ask: `ids(Book.objects.exclude(cost__range=(3, 5)))`, Run: ids(Books.Exclude(BookF.Cost.Between(dec("3"), dec("5"))))},
		{Name: "empty Q", Ask: `ids(Book.objects.filter(Q()))`, Run: ids(Books.Filter(orm.Pred{}))},
		{Name: "empty Q or", Ask: `ids(Book.objects.filter(Q() | Q(language="fr")))`, Run: ids(Books.Filter(orm.Or(orm.Pred{}, BookF.Language.Eq("fr"))))},
		{Name: "not empty Q", Ask: `ids(Book.objects.filter(~Q()))`, Run: ids(Books.Filter(orm.Not(orm.Pred{})))},
		{Name: "in nothing", Ask: `ids(Book.objects.filter(id__in=[]))`, Run: ids(Books.Filter(BookF.ID.In()))},
		{Name: "not in nothing", Ask: `ids(Book.objects.exclude(id__in=[]))`, Run: ids(Books.Exclude(BookF.ID.In()))},
		{Name: "or in nothing", Ask: `ids(Book.objects.filter(Q(id__in=[]) | Q(language="fr")))`, Run: ids(Books.Filter(BookF.ID.In().Or(BookF.Language.Eq("fr"))))},
		{Name: "and in nothing", Ask: `ids(Book.objects.filter(Q(id__in=[]) & Q(language="fr")))`, Run: ids(Books.Filter(BookF.ID.In().And(BookF.Language.Eq("fr"))))},
		{Name: "or not in nothing", Ask: `ids(Book.objects.filter(~Q(id__in=[]) | Q(language="fr")))`, Run: ids(Books.Filter(BookF.ID.In().Not().Or(BookF.Language.Eq("fr"))))},
		{Name: "pk", Ask: `ids(Book.objects.filter(pk__in=[1, 3, 99]))`, Run: ids(Books.Lookup("pk__in", []any{1, 3, 99}))},
		{Name: "text key", Ask: `keys(Country.objects.filter(pk__in=["de", "fr", "zz"]))`, Run: keys(Countries.Filter(CountryF.Code.In("de", "fr", "zz")))},
		{Name: "uuid key", Ask: `ids(Tag.objects.filter(pk=uuid.UUID("10000000-0000-4000-8000-000000001111")))`, Run: ids(Tags.Filter(TagF.ID.Eq(uid("10000000-0000-4000-8000-000000001111"))))},
		{Name: "899 keys", Ask: `ids(Measure.objects.filter(id__in=range(1, 900), n__lt=100))`, Run: ids(Measures.Filter(MeasureF.ID.In(upTo(900)...), MeasureF.N.Lt(100)))},
	}
}

// expressionPairs compare columns with columns, and count.
func expressionPairs() []Pair {
	return []Pair{
		{Name: "F equal", Ask: `ids(Book.objects.filter(price=F("cost")))`, Run: ids(Books.Filter(BookF.Price.EqF(BookF.Cost)))},
		{Name: "F greater", Ask: `ids(Book.objects.filter(price__gt=F("cost") * 2))`, Run: ids(Books.Filter(BookF.Price.GtF(BookF.Cost.Mul(dec("2")))))},
		{Name: "F sum", Ask: `ids(Book.objects.filter(price__lte=F("cost") + F("cost") + 1))`, Run: ids(Books.Filter(BookF.Price.LteF(BookF.Cost.AddF(BookF.Cost).Add(dec("1")))))},
		{Name: "F not equal", Ask: `ids(Book.objects.exclude(price=F("cost")))`, Run: ids(Books.Filter(BookF.Price.NeF(BookF.Cost)))},
		{Name: "exclude F nullable", Ask: `ids(Book.objects.exclude(price__gt=F("cost")))`, Run: ids(Books.Exclude(BookF.Price.GtF(BookF.Cost)))},
		{Name: "exclude F nullable left", Ask: `ids(Book.objects.exclude(cost__lt=F("price")))`, Run: ids(Books.Exclude(BookF.Cost.LtF(BookF.Price)))},
		{Name: "F brackets", Ask: `ids(Measure.objects.filter(n__lt=(F("sensor") + 2) * 3))`, Run: ids(Measures.Filter(MeasureF.N.LtF(MeasureF.Sensor.Add(2).Mul(3))))},
		{Name: "F modulo", Ask: `ids(Book.objects.annotate(r=F("id") % 4).filter(r=1))`, Run: ids(Books.Filter(BookF.ID.Op("%", orm.Val[int64](4)).Eq(1)))},
		{Name: "F bits", Ask: `ids(Book.objects.annotate(r=F("id").bitand(6)).filter(r=2))`, Run: ids(Books.Filter(BookF.ID.Op("&", orm.Val[int64](6)).Eq(2)))},
		{Name: "F bits or", Ask: `ids(Book.objects.annotate(r=F("id").bitor(6)).filter(r=7))`, Run: ids(Books.Filter(BookF.ID.Op("|", orm.Val[int64](6)).Eq(7)))},
		{Name: "F bits xor", Ask: `ids(Book.objects.annotate(r=F("id").bitxor(5)).filter(r=4))`, Run: ids(Books.Filter(BookF.ID.Op("#", orm.Val[int64](5)).Eq(4)))},
		{Name: "F shift", Ask: `ids(Book.objects.annotate(r=F("id").bitleftshift(2), s=F("id").bitrightshift(1)).filter(r__gt=40, s__lt=9))`,
			Run: ids(Books.Filter(BookF.ID.Op("<<", orm.Val[int64](2)).Gt(40), BookF.ID.Op(">>", orm.Val[int64](1)).Lt(9)))},
		{Name: "F power", Ask: `ids(Book.objects.annotate(r=F("id") ** 2).filter(r__gt=200))`, Run: ids(Books.Filter(BookF.ID.Op("^", orm.Val[int64](2)).Gt(200)))},
		{Name: "F text", Ask: `ids(Book.objects.filter(title__contains=F("language")))`, Run: ids(Books.Filter(BookF.Title.Match("contains", BookF.Language)))},
		{Name: "F text ends", Ask: `ids(Review.objects.filter(body__endswith=F("body")))`, Run: ids(Reviews.Filter(ReviewF.Body.Match("endswith", ReviewF.Body)))},
		{Name: "F text relation", Ask: `ids(Book.objects.filter(publisher__website__icontains=F("publisher__slug")))`, Run: ids(Books.Filter(BookF.Publisher().Website.Match("icontains", BookF.Publisher().Slug)))},
		{Name: "F datetime", Ask: `ids(Book.objects.filter(updated__gt=F("created")))`, Run: ids(Books.Filter(BookF.Updated.GtF(BookF.Created)))},
		{Name: "F between", Ask: `ids(Book.objects.filter(pages__range=(200, 300)))`, Run: ids(Books.Filter(BookF.Pages.Between(200, 300)))},
		{Name: "exists expression", Ask: `Book.objects.filter(title="Dune").exists()`, Run: exists(Books.Filter(BookF.Title.Eq("Dune")))},
		{Name: "exists not", Ask: `Book.objects.filter(title="dune").exists()`, Run: exists(Books.Filter(BookF.Title.Eq("dune")))},
		{Name: "count", Ask: `Book.objects.filter(language="en").count()`, Run: count(Books.Filter(BookF.Language.Eq("en")))},
		{Name: "count none", Ask: `Book.objects.none().count()`, Run: count(Books.None())},
		{Name: "count slice", Ask: `Book.objects.all()[5:8].count()`, Run: count(Books.Offset(5).Limit(3))},
		{Name: "count slice beyond", Ask: `Book.objects.all()[15:30].count()`, Run: count(Books.Offset(15).Limit(15))},
		{Name: "exists slice", Ask: `Book.objects.all()[25:30].exists()`, Run: exists(Books.Offset(25).Limit(5))},
		{Name: "count distinct values", Ask: `Book.objects.values("language").distinct().count()`, Run: countOf(Books.Values("language").Distinct())},
		{Name: "backslash", Ask: `ids(Review.objects.filter(body__contains="\\"))`, Run: ids(Reviews.Filter(ReviewF.Body.Contains(`\`)))},
		{Name: "percent", Ask: `ids(Book.objects.filter(title__contains="0%"))`, Run: ids(Books.Filter(BookF.Title.Contains("0%")))},
		{Name: "underscore", Ask: `ids(Book.objects.filter(title__startswith="100% Proof_"))`, Run: ids(Books.Filter(BookF.Title.StartsWith("100% Proof_")))},
		{Name: "quotes", Ask: `ids(Book.objects.filter(subtitle="it's \"quoted\""))`, Run: ids(Books.Filter(BookF.Subtitle.Eq(`it's "quoted"`)))},
		{Name: "quote contained", Ask: `ids(Book.objects.filter(subtitle__icontains="'S"))`, Run: ids(Books.Filter(BookF.Subtitle.IContains("'S")))},
		{Name: "umlaut", Ask: `ids(Book.objects.filter(title__contains="ße"))`, Run: ids(Books.Filter(BookF.Title.Contains("ße")))},
		{Name: "iexact null", Ask: `ids(Book.objects.filter(subtitle__iexact=None))`, Run: ids(Books.Filter(BookF.Subtitle.IsNull()))},
		{Name: "exact null", Ask: `ids(Book.objects.filter(featured=None))`, Run: ids(Books.Lookup("featured", nil))},
		{Name: "isnull false", Ask: `ids(Book.objects.filter(featured__isnull=False))`, Run: ids(Books.Filter(BookF.Featured.IsNotNull()))},
		{Name: "bool column", Ask: `ids(Book.objects.filter(active=False))`, Run: ids(Books.Filter(BookF.Active.Eq(false)))},
		{Name: "decimal of other scale", Ask: `ids(Book.objects.filter(price=D("9.990")))`, Run: ids(Books.Filter(BookF.Price.Eq(dec("9.990"))))},
		{Name: "decimal fraction", Ask: `ids(Book.objects.filter(price__gt=D("9.9899")))`, Run: ids(Books.Filter(BookF.Price.Gt(dec("9.9899"))))},
		{Name: "generic columns", Ask: `ids(Mark.objects.filter(content_type_id=1, object_id__in=[2, 3]))`, Run: ids(Marks.Filter(MarkF.ContentTypeID.Eq(1), MarkF.ObjectID.In(2, 3)))},
		{Name: "microseconds", Ask: `ids(Order.objects.filter(placed__gt=moment("2025-03-30T00:59:59.999999")))`, Run: ids(Orders.Filter(OrderF.Placed.Gt(at("2025-03-30T00:59:59.999999"))))},
		{Name: "get missing", Ask: `Book.objects.get(title="none")`, Error: "DoesNotExist", Kind: orm.ErrNotFound, Run: get(Books.Filter(BookF.Title.Eq("none")))},
		{Name: "get several", Ask: `Book.objects.get(title="Dune")`, Error: "MultipleObjectsReturned", Kind: orm.ErrMultiple, Run: get(Books.Filter(BookF.Title.Eq("Dune")))},
		{Name: "get", Ask: `Book.objects.get(title="Momo")`, Run: get(Books.Filter(BookF.Title.Eq("Momo")))},
	}
}
