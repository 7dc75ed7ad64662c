package humanize_test

import (
	"context"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/contrib/humanize"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/template"
)

func TestFilters(t *testing.T) {
	t.Parallel()
	tokyo := time.FixedZone("JST", 9*3600)
	now := time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC) // the 22nd in Tokyo
	catalogs, err := i18n.New(nil, &i18n.Options{TimeZone: tokyo})
	if err != nil {
		t.Fatal(err)
	}
	engine, err := template.New(&template.Options{
		Libraries: map[string]*template.Library{"humanize": humanize.Library()},
		Locale:    catalogs.Locale("en"),
		Now:       func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	day := func(d int) civil.Date { return civil.Date{Year: 2026, Month: 11, Day: d} }
	type name string
	for _, test := range []struct {
		filter string
		value  any
		want   string
	}{
		{"ordinal", uint64(1<<63 + 1), "9223372036854775809th"}, {"ordinal", decimal.RequireFromString("3.9"), "3rd"},
		{"ordinal", name("4"), "4th"}, {"ordinal", decimal.New(1, 1<<30), "1e+1073741824"}, {"ordinal", []int{1}, "[1]"},
		{"ordinal", decimal.New(7, -1<<30), "0th"},
		{"apnumber", decimal.New(25, -1), "two"}, {"apnumber", uint8(4), "four"}, {"apnumber", "\u0663", "three"},
		{"intword", new(big.Int).Exp(big.NewInt(10), big.NewInt(102), nil), "100.0 googol"},
		{"intword", strings.Repeat("9", 5000), strings.Repeat("9", 5000)},
		{"intcomma", uint64(1 << 63), "9,223,372,036,854,775,808"}, {"intcomma", " 1_234.50 ", "1,234.50"},
		{"intcomma", "1e9999999999999999999", "1e9999999999999999999"}, {"intcomma", "-1234x", "-1,234x"}, {"intcomma", "inf", "inf"},
		{"intcomma", decimal.New(-5, 300), "-5e+300"}, {"intcomma:no", "-1234567.89", "-1,234,567.89"},
		{"naturalday", day(22), "today"}, {"naturalday", day(21), "yesterday"}, {"naturalday", day(23), "tomorrow"},
		{"naturalday", now, "today"}, {"naturalday", now.In(tokyo).AddDate(0, 0, 1), "tomorrow"},
		{"naturalday", i18n.Naive(time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)), "today"},
		{"naturalday", day(1), "Nov. 1, 2026"}, {"naturalday:format", day(1), "1.11."}, {"naturalday", civil.Time{}, "midnight"},
		{"naturalday", i18n.Clock(civil.Time{Hour: 1}), "1 a.m."}, {"naturalday", "text", "text"}, {"naturalday", nil, "None"},
		{"naturaltime", now.Add(-time.Minute), "a minute ago"},
		{"naturaltime", i18n.Naive(now.In(tokyo).Add(time.Hour)), "an hour from now"},
		{"naturaltime", i18n.Moment(now.In(tokyo).Add(-time.Hour)), "an hour ago"},
		{"naturaltime", day(1), "Nov. 1, 2026"}, {"naturaltime", nil, "None"}, {"naturaltime", time.Time{}, "2025\u00a0years, 10\u00a0months ago"},
	} {
		page, err := engine.Parse("page", "{% load humanize %}{{ value|"+test.filter+" }}")
		if err != nil {
			t.Fatal(err)
		}
		data := map[string]any{"value": test.value, "no": false, "format": "j.n."}
		if got, err := page.RenderString(context.Background(), data); got != test.want || err != nil {
			t.Errorf("%.60v|%s = %.100q, %v, want %.100q", test.value, test.filter, got, err, test.want)
		}
	}
	page, err := engine.Parse("page", "{% load humanize %}{{ value|naturalday:format }}")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := page.RenderString(context.Background(), map[string]any{"value": day(1), "format": "H:i"}); err == nil {
		t.Errorf("a day in a format for times: %q", got)
	}
}
