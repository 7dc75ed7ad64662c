package humanize

import (
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
)

// NaturalDay writes the day before now, that of now and the one after it as
// "yesterday", "today" and "tomorrow", and other days in the format: give
// i18n.ParseDateFormat("DATE_FORMAT") for that of the language. The error is that
// of a format that asks a day for its time, [i18n.ErrNoClock].
func NaturalDay(l *i18n.Locale, d civil.Date, now time.Time, format i18n.DateFormat) (string, error) {
	switch d.Sub(civil.DateOf(now)) {
	case 0:
		return l.Gettext("today"), nil
	case 1:
		return l.Gettext("tomorrow"), nil
	case -1:
		return l.Gettext("yesterday"), nil
	}
	return l.FormatDate(i18n.Day(d), format)
}

// NaturalTime writes how long before or after now t is: "3 minutes ago",
// "1 week, 2 days from now".
func NaturalTime(l *i18n.Locale, t, now time.Time) string {
	if t.Before(now) {
		if past := now.Sub(t); past < 24*time.Hour {
			return shortSpan(l, past, &pastSpans)
		}
		span, _ := l.SinceWith(t, now, &i18n.SinceOptions{Strings: &pastUnits}) // the depth is right
		return strings.Replace(l.Gettext("%(delta)s ago"), "%(delta)s", span, 1)
	}
	if future := t.Sub(now); future < 24*time.Hour {
		return shortSpan(l, future, &futureSpans)
	}
	span, _ := l.UntilWith(t, now, &i18n.SinceOptions{Strings: &futureUnits})
	return strings.Replace(l.Gettext("%(delta)s from now"), "%(delta)s", span, 1)
}

// spans are the texts of less than a day.
type spans struct{ second, minute, hour i18n.Lazy }

var (
	pastSpans = spans{
		i18n.LazyPlural("a second ago", "%(count)s\u00a0seconds ago"),
		i18n.LazyPlural("a minute ago", "%(count)s\u00a0minutes ago"),
		i18n.LazyPlural("an hour ago", "%(count)s\u00a0hours ago"),
	}
	futureSpans = spans{
		i18n.LazyPlural("a second from now", "%(count)s\u00a0seconds from now"),
		i18n.LazyPlural("a minute from now", "%(count)s\u00a0minutes from now"),
		i18n.LazyPlural("an hour from now", "%(count)s\u00a0hours from now"),
	}
	pastUnits   = units("naturaltime-past")
	futureUnits = units("naturaltime-future")
)

// units are those of a span that is part of a sentence, in which some languages
// decline them.
func units(context string) i18n.TimeStrings {
	unit := func(name string) i18n.Lazy {
		return i18n.LazyPluralContext(context, "%(num)d "+name, "%(num)d "+name+"s")
	}
	return i18n.TimeStrings{
		Year: unit("year"), Month: unit("month"), Week: unit("week"),
		Day: unit("day"), Hour: unit("hour"), Minute: unit("minute"),
	}
}

func shortSpan(l *i18n.Locale, d time.Duration, s *spans) string {
	seconds := int(d / time.Second)
	switch {
	case seconds == 0:
		return l.Gettext("now")
	case seconds < 60:
		return counted(l, s.second, seconds)
	case seconds < 3600:
		return counted(l, s.minute, seconds/60)
	}
	return counted(l, s.hour, seconds/3600)
}

func counted(l *i18n.Locale, message i18n.Lazy, n int) string {
	return strings.Replace(message.Count(l, n), "%(count)s", strconv.Itoa(n), 1)
}
