package i18n

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// SinceOptions change what [Locale.Since] writes.
type SinceOptions struct {
	// Depth is how many units are written at the most. Default 2; less than 0
	// is an error.
	Depth int
	// Strings are the units. Default: those of Django's catalogues.
	Strings *TimeStrings
}

// TimeStrings are the units of a span of time from years to minutes: Django's
// TIME_STRINGS. Each has "%(num)d" where the number goes, or "%d".
type TimeStrings struct {
	Year, Month, Week, Day, Hour, Minute Lazy
}

// ErrDepth is the error of a depth that is not greater than 0.
var ErrDepth = errors.New("depth must be greater than 0")

func defaultTimeStrings() TimeStrings {
	return TimeStrings{
		Year:   LazyPlural("%(num)d year", "%(num)d years"),
		Month:  LazyPlural("%(num)d month", "%(num)d months"),
		Week:   LazyPlural("%(num)d week", "%(num)d weeks"),
		Day:    LazyPlural("%(num)d day", "%(num)d days"),
		Hour:   LazyPlural("%(num)d hour", "%(num)d hours"),
		Minute: LazyPlural("%(num)d minute", "%(num)d minutes"),
	}
}

// Since writes the time from d to now, such as "3 days, 4 hours", in up to two
// neighbouring units from years to minutes, with spaces that don't break. Where d
// is not before now that is "0 minutes". Both are taken as the clocks of d's zone
// show them; naive values belong in one zone, and days in [time.UTC]. It is
// Django's timesince.
func (l *Locale) Since(d, now time.Time) string {
	s, _ := l.span(d, now.In(d.Location()), nil) // the default depth is right
	return s
}

// Until writes the time from now to d: Django's timeuntil.
func (l *Locale) Until(d, now time.Time) string {
	s, _ := l.span(now.In(d.Location()), d, nil)
	return s
}

// SinceWith is Since with options; its error is [ErrDepth].
func (l *Locale) SinceWith(d, now time.Time, opts *SinceOptions) (string, error) {
	return l.span(d, now.In(d.Location()), opts)
}

// UntilWith is Until with options; its error is [ErrDepth].
func (l *Locale) UntilWith(d, now time.Time, opts *SinceOptions) (string, error) {
	return l.span(now.In(d.Location()), d, opts)
}

func (l *Locale) span(from, to time.Time, opts *SinceOptions) (string, error) {
	units, depth := defaultTimeStrings(), 2
	if opts != nil && opts.Strings != nil {
		units = *opts.Strings
	}
	if opts != nil && opts.Depth != 0 {
		depth = opts.Depth
	}
	if depth < 0 {
		return "", ErrDepth
	}
	l = l.get()
	names := [...]Lazy{units.Year, units.Month, units.Week, units.Day, units.Hour, units.Minute}
	counts := spanCounts(wallOf(from), wallOf(to))
	first := 0
	for first < len(counts)-1 && counts[first] == 0 {
		first++
	}
	var parts []string
	for i := first; i < len(counts) && i < first+depth; i++ {
		if counts[i] == 0 && i > first {
			break
		}
		parts = append(parts, withCount(names[i].Count(l, counts[i]), counts[i]))
	}
	return strings.Join(parts, l.names.comma), nil
}

// spanCounts returns the years, months, weeks, days, hours and minutes from one
// wall clock to another, all 0 where less than a second lies between.
func spanCounts(from, to time.Time) (counts [6]int) {
	if to.Sub(from) < time.Second {
		return counts
	}
	months := (to.Year()-from.Year())*12 + int(to.Month()) - int(from.Month())
	if from.Day() > to.Day() || from.Day() == to.Day() && clockOf(from) > clockOf(to) {
		months--
	}
	counts[0], counts[1] = months/12, months%12
	pivot := from
	if months > 0 {
		year, month := from.Year()+counts[0], from.Month()+time.Month(counts[1])
		if month > 12 {
			year, month = year+1, month-12
		}
		// Days of a year that is no leap year, and no fractions of seconds:
		// as Django.
		last := min(daysIn(2001, month), from.Day())
		pivot = time.Date(year, month, last, from.Hour(), from.Minute(), from.Second(), 0, time.UTC)
	}
	rest := to.Sub(pivot)
	for i, unit := range [...]time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute} {
		counts[2+i] = int(rest / unit)
		rest %= unit
	}
	return counts
}

func clockOf(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// withCount puts the count into a unit, and spaces that don't break between them.
func withCount(unit string, n int) string {
	number := strconv.Itoa(n)
	unit = strings.ReplaceAll(unit, "%(num)d", number)
	unit = strings.Replace(unit, "%d", number, 1)
	return strings.ReplaceAll(unit, " ", "\u00a0")
}
