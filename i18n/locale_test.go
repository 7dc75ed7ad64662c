package i18n_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
)

var moment = time.Date(2026, 11, 21, 15, 4, 5, 123456789, time.FixedZone("", 2*3600))

// Without any catalogue everything is American English.
func TestNilLocale(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]*i18n.Locale{"nil": nil, "zero": {}, "none": (*i18n.Catalogs)(nil).Locale("de"),
		"default": (*i18n.Catalogs)(nil).Default()} {
		for _, test := range []struct{ got, want string }{
			{l.Language(), "en-us"},
			{l.Gettext("a"), "a"}, {l.PGettext("c", "a"), "a"},
			{l.NGettext("a", "b", 1), "a"}, {l.NGettext("a", "b", 0), "b"}, {l.NPGettext("c", "a", "b", 2), "b"},
			{l.Date(moment, "DATETIME_FORMAT"), "Nov. 21, 2026, 3:04 p.m."},
			{l.Date(moment, "SHORT_DATE_FORMAT"), "11/21/2026"},
			{l.Date(moment, "e T O Z c"), "UTC+02:00 UTC+02:00 +0200 7200 2026-11-21T15:04:05.123456+02:00"},
			{l.Number(i18n.Int(1234567), 0), "1234567"},
			{string(l.AppendNumber(nil, i18n.Uint(1<<63), i18n.AllPlaces, i18n.GroupAlways)), "9,223,372,036,854,775,808"},
			{l.SanitizeSeparators("1,234.5"), "1,234.5"},
			{l.Number(i18n.Digits(""), 2), ""}, {l.Number(i18n.Number{}, 2), "0.00"},
			{l.Number(i18n.Decimal(nil, 5), 0), "0"}, {l.Number(i18n.BigInt(nil), 0), "0"},
			{l.LocalizeInput(i18n.Day(civil.Date{Year: 2026, Month: 3, Day: 1})), "2026-03-01"},
			{l.Zone().String(), "UTC"},
		} {
			if test.got != test.want {
				t.Errorf("%s locale: got %q, want %q", name, test.got, test.want)
			}
		}
		if l.Bidi() || l.Formats().Date != "N j, Y" || l.Unlocalized() == nil {
			t.Errorf("%s locale: %+v", name, l.Formats())
		}
	}
}

func TestDateErrors(t *testing.T) {
	t.Parallel()
	var l *i18n.Locale
	day, clock := i18n.Day(civil.DateOf(moment)), i18n.Clock(civil.TimeOf(moment))
	for _, test := range []struct {
		value      i18n.DateValue
		format     string
		date, time error
	}{
		{day, "j. F Y", nil, i18n.ErrNoDate},
		{day, "H:i", i18n.ErrNoClock, i18n.ErrNoClock},
		{day, "x U r", nil, i18n.ErrNoDate},
		{clock, "H:i e T O Z", nil, nil},
		{clock, "I", nil, i18n.ErrNoDate},
		{clock, "c", nil, i18n.ErrNoDate},
		{clock, "H:i d", i18n.ErrNoDate, i18n.ErrNoDate},
		{i18n.Moment(moment), "H:i d", nil, i18n.ErrNoDate},
		{i18n.Naive(moment), `H:i \d`, nil, nil},
	} {
		f := i18n.ParseDateFormat(test.format)
		before := []byte("before")
		if b, err := l.AppendDate(before, test.value, f); !errors.Is(err, test.date) || err != nil && string(b) != "before" {
			t.Errorf("AppendDate of %+v in %q: %q, %v, want %v", test.value, test.format, b, err, test.date)
		}
		if b, err := l.AppendTime(before, test.value, f); !errors.Is(err, test.time) || err != nil && string(b) != "before" {
			t.Errorf("AppendTime of %+v in %q: %q, %v, want %v", test.value, test.format, b, err, test.time)
		}
	}
}

// What a zone's clocks show twice or never has no zone, as in Django.
func TestClockChanges(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	l := mustNew(t, &i18n.Options{TimeZone: berlin}).Locale("en")
	wall := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 30, 0, 0, time.UTC)
	}
	at := func(month time.Month, day, hour int) time.Time { return wall(month, day, hour).In(berlin) }
	for _, test := range []struct {
		value i18n.DateValue
		want  string
	}{
		{i18n.Naive(wall(3, 29, 1)), "01:30||CET|+0100|3600|0|1774744200"},
		{i18n.Naive(wall(3, 29, 2)), "02:30||||||1774747800"},
		{i18n.Naive(wall(3, 29, 3)), "03:30||CEST|+0200|7200|1|1774747800"},
		{i18n.Naive(wall(10, 25, 1)), "01:30||CEST|+0200|7200|1|1792884600"},
		{i18n.Naive(wall(10, 25, 2)), "02:30||||||1792888200"},
		{i18n.Naive(wall(10, 25, 3)), "03:30||CET|+0100|3600|0|1792895400"},
		{i18n.Moment(at(3, 29, 0)), "01:30|CET|CET|+0100|3600|0|1774744200"},
		{i18n.Moment(at(3, 29, 1)), "03:30|CEST|CEST|+0200|7200|1|1774747800"},
		{i18n.Moment(at(10, 24, 23)), "01:30|CEST|CEST|+0200|7200|1|1792884600"},
		{i18n.Moment(at(10, 25, 0)), "02:30||||||1792888200"},
		{i18n.Moment(at(10, 25, 1)), "02:30||||||1792891800"},
		{i18n.Moment(at(10, 25, 2)), "03:30|CET|CET|+0100|3600|0|1792895400"},
	} {
		got, err := l.FormatDate(test.value, i18n.ParseDateFormat("H:i|e|T|O|Z|I|U"))
		if err != nil || got != test.want {
			t.Errorf("%v = %q, %v, want %q", test.value.Wall(), got, err, test.want)
		}
	}
	day, err := l.FormatDate(i18n.Day(civil.Date{Year: 2026, Month: 7, Day: 1}), i18n.ParseDateFormat("r U"))
	if want := "Wed, 01 Jul 2026 00:00:00 +0200 1782856800"; err != nil || day != want {
		t.Errorf("a day = %q, %v, want %q", day, err, want)
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	if l, ok := i18n.FromContext(ctx); l != nil || ok || i18n.Zone(ctx) != time.UTC {
		t.Errorf("an empty context has %v and %v", l, i18n.Zone(ctx))
	}
	tokyo := time.FixedZone("JST", 9*3600)
	l := mustNew(t, &i18n.Options{TimeZone: tokyo}).Locale("ja")
	ctx = i18n.NewContext(ctx, l)
	if got, ok := i18n.FromContext(ctx); got != l || !ok || i18n.Zone(ctx) != tokyo {
		t.Errorf("context has %v and %v", got, i18n.Zone(ctx))
	}
	inner := i18n.WithZone(ctx, time.UTC)
	if i18n.Zone(inner) != time.UTC || i18n.Zone(i18n.WithZone(inner, nil)) != tokyo {
		t.Errorf("zones %v, %v", i18n.Zone(inner), i18n.Zone(i18n.WithZone(inner, nil)))
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	var l *i18n.Locale
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	units := &i18n.TimeStrings{Day: i18n.LazyPlural("%d d", "%d d"), Hour: i18n.LazyText("%(num)dh")}
	for _, test := range []struct {
		from time.Time
		opts *i18n.SinceOptions
		want string
		err  error
	}{
		{now.Add(-26 * time.Hour), &i18n.SinceOptions{Strings: units}, "1\u00a0d, 2h", nil},
		{now.Add(-26 * time.Hour), &i18n.SinceOptions{Depth: 1}, "1\u00a0day", nil},
		{now.Add(-26 * time.Hour), &i18n.SinceOptions{Depth: -1}, "", i18n.ErrDepth},
		{now.AddDate(-300, 0, 0), nil, "300\u00a0years", nil},
		{now.AddDate(9000, 0, 0), nil, "0\u00a0minutes", nil},
		{time.Time{}, nil, "2025\u00a0years, 2\u00a0months", nil},
		{now.In(time.FixedZone("", 14*3600)).Add(-time.Hour), nil, "1\u00a0hour", nil},
	} {
		if got, err := l.SinceWith(test.from, now, test.opts); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("since %v: %q, %v, want %q, %v", test.from, got, err, test.want, test.err)
		}
		if got, err := l.UntilWith(now, test.from, test.opts); got != test.want || !errors.Is(err, test.err) {
			t.Errorf("until from %v: %q, %v, want %q, %v", test.from, got, err, test.want, test.err)
		}
	}
	if got := l.Until(now.Add(90*time.Second), now); got != "1\u00a0minute" {
		t.Errorf("until: %q", got)
	}
}
