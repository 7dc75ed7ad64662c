//lint:file-ignore ST1001 the pairs read as queries of their own package

package pairs

import (
	"context"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
	. "github.com/nuages-web/nuages/orm/ormtest/internal/models"
)

// parts are the parts of dates by Django's names.
var parts = map[string]orm.DatePart{
	"year": orm.PartYear, "quarter": orm.PartQuarter, "month": orm.PartMonth, "week": orm.PartWeek, "day": orm.PartDay,
	"hour": orm.PartHour, "minute": orm.PartMinute, "second": orm.PartSecond,
}

// column answers with values, one in a row.
func column[V any](values func(ctx context.Context) ([]V, error)) run {
	return func(ctx context.Context) (out Rows, err error) {
		found, err := values(ctx)
		for _, v := range found {
			out = append(out, []any{v})
		}
		if err != nil {
			return nil, err
		}
		return out.encoded()
	}
}

// datePairs take moments apart and cut them, in two zones, around the changes of
// the clock.
func datePairs() []Pair {
	var all []Pair
	for _, zone := range []string{"", "Europe/Berlin", "America/New_York"} {
		at := " in UTC"
		if zone != "" {
			at = " in " + zone
		}
		add := func(name, ask string, r run) {
			all = append(all, Pair{Name: name + at, Zone: zone, Ask: ask, Run: r})
		}
		created := SampleF.Datetime
		for _, part := range []struct {
			py  string
			go_ orm.Int64Expr
		}{
			{"Year", created.Year()}, {"Month", created.Month()}, {"Day", created.Day()}, {"Week", created.Week()}, {"WeekDay", created.WeekDay()},
			{"IsoWeekDay", created.ISOWeekDay()}, {"IsoYear", created.ISOYear()}, {"Quarter", created.Quarter()}, {"Hour", created.Hour()},
			{"Minute", created.Minute()}, {"Second", created.Second()},
		} {
			add("extract "+part.py, fmt.Sprintf(`Sample.objects.order_by("id").annotate(x=Extract%s("datetime")).values_list("id", "x")`, part.py),
				lists(Samples.Order("id").Annotate(part.go_.As("x")).Values("id", "x")))
		}
		for _, kind := range []string{"year", "quarter", "month", "week", "day", "hour", "minute", "second"} {
			add("trunc "+kind, fmt.Sprintf(`Sample.objects.order_by("id").filter(~Q(id=11)).annotate(x=Trunc("datetime", %q)).values_list("id", "x")`, kind),
				lists(Samples.Order("id").Exclude(SampleF.ID.Eq(11)).Annotate(created.Trunc(parts[kind]).As("x")).Values("id", "x")))
		}
		add("date", `Sample.objects.order_by("id").annotate(x=TruncDate("datetime")).values_list("id", "x")`, lists(Samples.Order("id").Annotate(created.Date().As("x")).Values("id", "x")))
		add("time", `Sample.objects.order_by("id").annotate(x=TruncTime("datetime")).values_list("id", "x")`, lists(Samples.Order("id").Annotate(created.TimeOfDay().As("x")).Values("id", "x")))
		add("by date", `ids(Sample.objects.filter(datetime__date=date("2025-03-30")))`, ids(Samples.Filter(created.Date().Eq(day("2025-03-30")))))
		add("by hour", `ids(Sample.objects.filter(datetime__hour__gte=22))`, ids(Samples.Filter(created.Hour().Gte(22))))
		add("by year", `ids(Sample.objects.filter(datetime__year=2025))`, ids(Samples.Lookup("datetime__year", 2025)))
		add("by year greater", `ids(Sample.objects.filter(datetime__year__gt=2024))`, ids(Samples.Lookup("datetime__year__gt", 2024)))
		add("by time", `ids(Sample.objects.filter(datetime__time__gt=dt.time(12)))`, ids(Samples.Filter(created.TimeOfDay().Gt(clock("12:00:00")))))
		add("measures by day", `Measure.objects.annotate(d=TruncDay("at")).values("d").annotate(c=Count("id"), s=Sum("value")).order_by("d").values_list("d", "c", "s")[:10]`,
			lists(Measures.Annotate(MeasureF.At.Trunc(orm.PartDay).As("d")).Values("d").Annotate(orm.Count(MeasureF.ID).As("c"), orm.Sum(MeasureF.Value).As("s")).Order("d").Limit(10)))
		add("measures by date", `Measure.objects.annotate(d=TruncDate("at")).values("d").annotate(c=Count("id")).order_by("-d").values_list("d", "c")[:10]`,
			lists(Measures.Annotate(MeasureF.At.Date().As("d")).Values("d").Annotate(orm.Count(MeasureF.ID).As("c")).Order("-d").Limit(10)))
	}
	for _, kind := range []string{"year", "quarter", "month", "week"} {
		all = append(all, Pair{Name: "trunc of dates " + kind,
			Ask: fmt.Sprintf(`Book.objects.order_by("id").annotate(x=Trunc("published", %q)).values_list("id", "x")`, kind),
			Run: lists(Books.Order("id").Annotate(BookF.Published.Trunc(parts[kind]).As("x")).Values("id", "x"))})
	}
	for _, kind := range []string{"year", "month", "week"} {
		all = append(all, Pair{Name: "dates " + kind, Ask: fmt.Sprintf(`[(d,) for d in Book.objects.dates("published", %q)]`, kind),
			Run: column(func(ctx context.Context) ([]civil.Date, error) {
				return orm.Dates(ctx, Books, BookF.Published.DateExpr, parts[kind])
			})})
	}
	for _, kind := range []string{"year", "month", "day"} {
		all = append(all, Pair{Name: "datetimes " + kind, Zone: "Europe/Berlin", Ask: fmt.Sprintf(`[(d,) for d in Book.objects.datetimes("created", %q)]`, kind),
			Run: column(func(ctx context.Context) ([]time.Time, error) {
				return orm.Datetimes(ctx, Books, BookF.Created.TimeExpr, parts[kind])
			})})
	}
	return append(all,
		Pair{Name: "year of a date", Ask: `ids(Book.objects.filter(published__year__lt=1900))`, Run: ids(Books.Filter(BookF.Published.Year().Lt(1900)))},
		Pair{Name: "not year of a date", Ask: `ids(Book.objects.exclude(published__year=1965))`, Run: ids(Books.Exclude(BookF.Published.Year().Eq(1965)))},
		Pair{Name: "week of a date", Ask: `Book.objects.filter(published__isnull=False).order_by("id").annotate(w=ExtractWeek("published"), y=ExtractIsoYear("published"), d=ExtractWeekDay("published"), i=ExtractIsoWeekDay("published")).values_list("w", "y", "d", "i")`,
			Run: lists(Books.Filter(BookF.Published.IsNotNull()).Order("id").Annotate(BookF.Published.Week().As("w"), BookF.Published.ISOYear().As("y"), BookF.Published.WeekDay().As("d"), BookF.Published.ISOWeekDay().As("i")).Values("w", "y", "d", "i"))},
		Pair{Name: "parts of a time of day", Ask: `Sample.objects.order_by("id").annotate(h=ExtractHour("time"), m=ExtractMinute("time"), s=ExtractSecond("time")).values_list("h", "m", "s")`,
			Run: lists(Samples.Order("id").Annotate(SampleF.Time.Hour().As("h"), SampleF.Time.Minute().As("m"), SampleF.Time.Second().As("s")).Values("h", "m", "s"))},
	)
}
