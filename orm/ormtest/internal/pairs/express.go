//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// expressPairs are expressions and functions.
func expressPairs() []Pair {
	return []Pair{
		{Name: "arithmetic", Ask: `Book.objects.order_by("id").annotate(x=F("pages") * 2 + 1).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(BookF.Pages.Mul(2).Add(1).As("x")).Values("id", "x"))},
		{Name: "arithmetic decimal", Ask: `Book.objects.order_by("id").annotate(x=F("price") - F("cost")).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(BookF.Price.SubF(BookF.Cost).As("x")).Values("id", "x"))},
		{Name: "arithmetic float", Ask: `Book.objects.order_by("id").annotate(x=F("rating") / 2).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(BookF.Rating.Div(2).As("x")).Values("id", "x"))},
		{Name: "arithmetic division of integers", Ask: `Book.objects.order_by("id").annotate(x=F("pages") / 7).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(BookF.Pages.Div(7).As("x")).Values("id", "x"))},
		{Name: "arithmetic along relation", Ask: `OrderLine.objects.order_by("id").annotate(x=F("price") - F("book__price")).values_list("id", "x")`,
			Run: lists(OrderLines.Order("id").Annotate(OrderLineF.Price.SubF(OrderLineF.Book().Price).As("x")).Values("id", "x"))},
		{Name: "column of relation", Ask: `Book.objects.order_by("id").annotate(x=F("publisher__country__name")).values_list("id", "x")`,
			Run: lists(Books.Order("id").Annotate(BookF.Publisher().Country().Name.As("x")).Values("id", "x"))},
		{Name: "order by expression", Only: "sqlite postgresql", Ask: `keys(Book.objects.order_by((F("pages") * -1).asc(), "id"))`, Run: keys(Books.OrderBy(orm.NumOf(orm.Val[int64](0)).SubF(orm.Cast[int64](BookF.Pages)).Asc(), BookF.ID.Asc()))},
		{Name: "case", Ask: `Book.objects.order_by("id").annotate(x=Case(When(pages__lt=200, then=Value("short")), When(pages__lt=400, then=Value("middle")), default=Value("long"), output_field=CharField())).values_list("id", "x")`,
			Run: lists(Books.Order("id").Annotate(size.As("x")).Values("id", "x"))},
		{Name: "case without default", Ask: `Book.objects.order_by("id").annotate(x=Case(When(language="en", then=F("pages")))).values_list("id", "x")`,
			Run: lists(Books.Order("id").Annotate(orm.Case(orm.WhenF(BookF.Language.Eq("en"), BookF.Pages)).As("x")).Values("id", "x"))},
		{Name: "case filtered", Ask: `ids(Book.objects.annotate(x=Case(When(pages__lt=200, then=Value("short")), When(pages__lt=400, then=Value("middle")), default=Value("long"), output_field=CharField())).filter(x="middle"))`,
			Run: ids(Books.Filter(size.Eq("middle")))},
		{Name: "case ordered", Ask: `keys(Book.objects.order_by(Case(When(language="fr", then=0), When(language="de", then=1), default=2, output_field=IntegerField()), "id"))`,
			Run: keys(Books.OrderBy(orm.Case(orm.When(BookF.Language.Eq("fr"), int64(0)), orm.When(BookF.Language.Eq("de"), int64(1))).Else(int64(2)).Asc(), BookF.ID.Asc()))},
		{Name: "case along relation", Ask: `Book.objects.order_by("id").annotate(x=Case(When(category__name="Fantasy", then=Value(1)), When(category__isnull=True, then=Value(-1)), default=Value(0), output_field=IntegerField())).values_list("id", "x")`,
			Run: lists(Books.Order("id").Annotate(orm.Case(orm.When(BookF.Category().Name.Eq("Fantasy"), int64(1)), orm.When(BookF.Category().IsNull(), int64(-1))).Else(int64(0)).As("x")).Values("id", "x"))},
		{Name: "case in sum", Ask: `Book.objects.aggregate(n=Sum(Case(When(language="en", then=F("pages")), default=0, output_field=IntegerField())))`,
			Run: total(Books, orm.Sum(orm.Case(orm.WhenF(BookF.Language.Eq("en"), BookF.Pages)).Else(uint32(0))).As("n"))},
		{Name: "case Q", Ask: `Book.objects.order_by("id").annotate(x=Case(When(Q(language="en") & ~Q(rating__gt=4), then=Value(1)), default=Value(0), output_field=IntegerField())).values_list("id", "x")`,
			Run: lists(Books.Order("id").Annotate(orm.Case(orm.When(BookF.Language.Eq("en").And(BookF.Rating.Gt(4).Not()), int64(1))).Else(int64(0)).As("x")).Values("id", "x"))},
		{Name: "value", Ask: `Book.objects.order_by("id").annotate(x=Value(5, output_field=IntegerField())).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(orm.Val[int64](5).As("x")).Values("id", "x"))},
		{Name: "condition", Ask: `Book.objects.order_by("id").annotate(x=ExpressionWrapper(Q(pages__gt=300), output_field=BooleanField())).values_list("id", "x")`,
			Run: lists(Books.Order("id").Annotate(orm.Test(BookF.Pages.Gt(300)).As("x")).Values("id", "x"))},
		{Name: "coalesce", Ask: `Book.objects.order_by("id").annotate(x=Coalesce("subtitle", "title")).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(orm.Coalesce(BookF.Subtitle, BookF.Title).As("x")).Values("id", "x"))},
		{Name: "coalesce value", Ask: `Book.objects.order_by("id").annotate(x=Coalesce("rating", 0.0)).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(orm.Coalesce(BookF.Rating, orm.Val(0.0)).As("x")).Values("id", "x"))},
		{Name: "coalesce filtered", Ask: `ids(Book.objects.annotate(x=Coalesce("cost", "price")).filter(x__gt=8))`, Run: ids(Books.Filter(orm.Coalesce(BookF.Cost, BookF.Price).Gt(dec("8"))))},
		{Name: "greatest and least", Differs: map[string]string{"sqlite": "Django sends the value as text there"}, Ask: `Book.objects.order_by("id").filter(cost__isnull=False).annotate(x=Greatest("price", "cost"), y=Least("price", "cost", Value(D("5")))).values_list("id", "x", "y")`,
			Run: lists(Books.Order("id").Filter(BookF.Cost.IsNotNull()).Annotate(orm.Greatest(BookF.Price, BookF.Cost).As("x"), orm.Least(BookF.Price, BookF.Cost, orm.Val(dec("5"))).As("y")).Values("id", "x", "y"))},
		{Name: "greatest with null", Ask: `Book.objects.order_by("id").annotate(x=Greatest("price", "cost")).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(orm.Greatest(BookF.Price, BookF.Cost).As("x")).Values("id", "x"))},
		{Name: "null if", Ask: `Sample.objects.order_by("id").annotate(x=NullIf("char", Value("abc"))).values_list("id", "x")`, Run: lists(Samples.Order("id").Annotate(orm.NullIf(SampleF.Char, orm.Val("abc")).As("x")).Values("id", "x"))},
		{Name: "cast to text", Ask: `Book.objects.order_by("id").annotate(x=Cast("pages", CharField(max_length=10))).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(orm.Cast[string](BookF.Pages).As("x")).Values("id", "x"))},
		{Name: "cast to integer", Ask: `Book.objects.order_by("id").annotate(x=Cast("isbn", BigIntegerField())).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(orm.Cast[int64](BookF.ISBN).As("x")).Values("id", "x"))},
		{Name: "cast to float", Differs: map[string]string{"mysql": "Django casts to a float of 32 bits there"}, Ask: `Book.objects.order_by("id").annotate(x=Cast("pages", FloatField()) / 7).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(orm.NumOf(orm.Cast[float64](BookF.Pages)).Div(7).As("x")).Values("id", "x"))},
		{Name: "cast to date", Ask: `Book.objects.order_by("id").annotate(x=Cast("created", DateField())).values_list("id", "x")`, Run: lists(Books.Order("id").Annotate(BookF.Created.Date().As("x")).Values("id", "x"))},

		{Name: "lower and upper", Ask: `Person.objects.order_by("id").annotate(x=Lower("name"), y=Upper("email")).values_list("x", "y")`, Run: lists(People.Order("id").Annotate(orm.Lower(PersonF.Name).As("x"), orm.Upper(PersonF.Email).As("y")).Values("x", "y"))},
		{Name: "lower filtered", Ask: `ids(Person.objects.annotate(x=Lower("name")).filter(x="ann"))`, Run: ids(People.Filter(orm.Lower(PersonF.Name).Eq("ann")))},
		{Name: "lower ordered", Ask: `keys(Person.objects.order_by(Lower("name"), "id"))`, Run: keys(People.OrderBy(orm.Lower(PersonF.Name).Asc(), PersonF.ID.Asc()))},
		{Name: "length", Ask: `Book.objects.order_by("id").annotate(x=Length("title"), y=Length("subtitle")).values_list("x", "y")`, Run: lists(Books.Order("id").Annotate(orm.Length(BookF.Title).As("x"), orm.Length(BookF.Subtitle).As("y")).Values("x", "y"))},
		{Name: "concat", Ask: `Book.objects.order_by("id").annotate(x=Concat("title", Value(": "), "subtitle")).values_list("x")`, Run: lists(Books.Order("id").Annotate(orm.Concat(BookF.Title, orm.Val(": "), BookF.Subtitle).As("x")).Values("x"))},
		{Name: "left and right", Ask: `Person.objects.order_by("id").annotate(x=Left("name", 3), y=Right("name", 2)).values_list("x", "y")`, Run: lists(People.Order("id").Annotate(orm.Left(PersonF.Name, 3).As("x"), orm.Right(PersonF.Name, 2).As("y")).Values("x", "y"))},
		{Name: "substr", Ask: `Person.objects.order_by("id").annotate(x=Substr("name", 2, 3), y=Substr("name", 3, 100)).values_list("x", "y")`, Run: lists(People.Order("id").Annotate(orm.Substr(PersonF.Name, 2, 3).As("x"), orm.Substr(PersonF.Name, 3, 100).As("y")).Values("x", "y"))},
		{Name: "replace", Ask: `Person.objects.order_by("id").annotate(x=Replace("email", Value("example"), Value("sample"))).values_list("x")`, Run: lists(People.Order("id").Annotate(orm.Replace(PersonF.Email, "example", "sample").As("x")).Values("x"))},
		{Name: "trim", Ask: `Sample.objects.order_by("id").annotate(x=Trim("char"), y=LTrim("char"), z=RTrim("char")).values_list("x", "y", "z")`, Run: lists(Samples.Order("id").Annotate(orm.Trim(SampleF.Char).As("x"), orm.LTrim(SampleF.Char).As("y"), orm.RTrim(SampleF.Char).As("z")).Values("x", "y", "z"))},
		{Name: "pad", Ask: `Tag.objects.order_by("id").annotate(x=LPad("label", 9, Value("ab")), y=RPad("label", 4, Value("-"))).values_list("x", "y")`, Run: lists(Tags.Order("id").Annotate(orm.LPad(TagF.Label, 9, "ab").As("x"), orm.RPad(TagF.Label, 4, "-").As("y")).Values("x", "y"))},
		{Name: "repeat and reverse", Ask: `Tag.objects.order_by("id").annotate(x=Repeat("label", 3), y=Reverse("label")).values_list("x", "y")`, Run: lists(Tags.Order("id").Annotate(orm.Repeat(TagF.Label, 3).As("x"), orm.Reverse(TagF.Label).As("y")).Values("x", "y"))},
		{Name: "str index", Ask: `Person.objects.order_by("id").annotate(x=StrIndex("email", Value("@"))).values_list("x")`, Run: lists(People.Order("id").Annotate(orm.StrIndex(PersonF.Email, "@").As("x")).Values("x"))},
		{Name: "hashes", Ask: `Tag.objects.order_by("id").annotate(a=MD5("label"), b=SHA1("label"), c=SHA256("label"), d=SHA512("label")).values_list("a", "b", "c", "d")`, Only: "sqlite",
			Run: lists(Tags.Order("id").Annotate(orm.MD5(TagF.Label).As("a"), orm.SHA1(TagF.Label).As("b"), orm.SHA256(TagF.Label).As("c"), orm.SHA512(TagF.Label).As("d")).Values("a", "b", "c", "d"))},
		{Name: "md5", Ask: `Tag.objects.order_by("id").annotate(a=MD5("label")).values_list("a")`, Run: lists(Tags.Order("id").Annotate(orm.MD5(TagF.Label).As("a")).Values("a"))},
		{Name: "ord", Ask: `Tag.objects.order_by("id").annotate(x=Ord("label")).values_list("x")`, Run: lists(Tags.Order("id").Annotate(orm.Ord(TagF.Label).As("x")).Values("x"))},

		{Name: "abs", Ask: `Sample.objects.filter(id__lt=12).order_by("id").annotate(x=Abs("float"), y=Abs("decimal")).values_list("x", "y")`, Run: lists(Samples.Filter(SampleF.ID.Lt(12)).Order("id").Annotate(orm.Abs(SampleF.Float).As("x"), orm.Abs(SampleF.Decimal).As("y")).Values("x", "y"))},
		{Name: "ceil and floor", Ask: `Book.objects.order_by("id").annotate(x=Ceil("rating"), y=Floor("rating")).values_list("x", "y")`, Run: lists(Books.Order("id").Annotate(orm.Ceil(BookF.Rating).As("x"), orm.Floor(BookF.Rating).As("y")).Values("x", "y"))},
		{Name: "round", Differs: map[string]string{"postgresql": "PostgreSQL rounds floats half to even; ours goes away from zero everywhere"}, Ask: `Book.objects.order_by("id").annotate(x=Round("rating")).values_list("x")`, Run: lists(Books.Order("id").Annotate(orm.Round(BookF.Rating, 0).As("x")).Values("x"))},
		{Name: "sqrt exp ln", Ask: `Book.objects.filter(pages__gt=0).order_by("id").annotate(x=Sqrt("pages"), y=Exp(F("rating") / 10), z=Ln("pages")).values_list("x", "y", "z")`,
			Run: lists(Books.Filter(BookF.Pages.Gt(0)).Order("id").Annotate(orm.Sqrt(BookF.Pages).As("x"), orm.Exp(BookF.Rating.Div(10)).As("y"), orm.Ln(BookF.Pages).As("z")).Values("x", "y", "z"))},
		{Name: "power", Ask: `Book.objects.filter(pages__gt=0).order_by("id").annotate(x=Power("id", 2)).values_list("x")`, Run: lists(Books.Filter(BookF.Pages.Gt(0)).Order("id").Annotate(orm.Power(BookF.ID, orm.Val[int64](2)).As("x")).Values("x"))},
		{Name: "mod", Ask: `Book.objects.filter(pages__gt=0).order_by("id").annotate(x=Mod("pages", 7)).values_list("x")`, Differs: map[string]string{"*": "Django's is a float"},
			Run: lists(Books.Filter(BookF.Pages.Gt(0)).Order("id").Annotate(orm.Mod(BookF.Pages, orm.Val[uint32](7)).As("x")).Values("x"))},
		{Name: "sign", Ask: `Sample.objects.filter(id__lt=12).order_by("id").annotate(x=Sign("int")).values_list("x")`, Run: lists(Samples.Filter(SampleF.ID.Lt(12)).Order("id").Annotate(orm.Sign(SampleF.Int).As("x")).Values("x"))},
		{Name: "angles", Ask: `Book.objects.filter(rating__isnull=False).order_by("id").annotate(a=Sin("rating"), b=Cos("rating"), c=Tan("rating"), d=ATan("rating"), e=Degrees("rating"), f=Radians("rating"), g=Pi()).values_list("a", "b", "c", "d", "e", "f", "g")`,
			Run: lists(Books.Filter(BookF.Rating.IsNotNull()).Order("id").Annotate(orm.Sin(BookF.Rating).As("a"), orm.Cos(BookF.Rating).As("b"), orm.Tan(BookF.Rating).As("c"), orm.ATan(BookF.Rating).As("d"),
				orm.Degrees(BookF.Rating).As("e"), orm.Radians(BookF.Rating).As("f"), orm.Pi().As("g")).Values("a", "b", "c", "d", "e", "f", "g"))},

		{Name: "duration sum", Ask: `Sample.objects.filter(id__in=[1, 2, 3, 6]).order_by("id").annotate(x=ExpressionWrapper(F("datetime") + F("duration"), output_field=DateTimeField())).values_list("id", "x")`,
			Run: lists(Samples.Filter(SampleF.ID.In(1, 2, 3, 6)).Order("id").Annotate(SampleF.Datetime.AddF(SampleF.Duration).As("x")).Values("id", "x"))},
		{Name: "duration difference", Ask: `Book.objects.order_by("id").annotate(x=ExpressionWrapper(F("updated") - F("created"), output_field=DurationField())).values_list("id", "x")`,
			Run: lists(Books.Order("id").Annotate(BookF.Updated.Since(BookF.Created).As("x")).Values("id", "x"))},
		{Name: "duration compared", Ask: `ids(Book.objects.annotate(x=ExpressionWrapper(F("updated") - F("created"), output_field=DurationField())).filter(x__gt=dt.timedelta(days=30)))`,
			Run: ids(Books.Filter(BookF.Updated.Since(BookF.Created).Gt(us(30 * 86400000000))))},
		{Name: "moment plus a span", Ask: `ids(Book.objects.filter(updated__gt=F("created") + dt.timedelta(days=90)))`, Run: ids(Books.Filter(BookF.Updated.GtF(BookF.Created.Add(us(90 * 86400000000)))))},
	}
}

var size = orm.Case(
	orm.When(BookF.Pages.Lt(200), "short"),
	orm.When(BookF.Pages.Lt(400), "middle"),
).Else("long")
