package i18n

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/nuages-web/nuages/civil"
)

// ErrNoClock is the error of a format that asks a day for its time: Django's
// TypeError.
var ErrNoClock = errors.New("the format for days may not contain letters for times")

// ErrNoDate is the error of a format that asks a time of day for its date, or of
// a time format with such a letter: Django's AttributeError.
var ErrNoDate = errors.New("the format for times may not contain letters for dates")

// DateValue is what a date format writes: a moment, a date and time without a
// zone, a day, or a time of day.
type DateValue struct {
	t    time.Time // without a zone: the wall clock, in UTC
	kind dateKind
}

type dateKind uint8

const (
	moment dateKind = iota
	naive
	day
	clock
)

// Moment is a moment, written as its own zone's clocks showed it.
func Moment(t time.Time) DateValue { return DateValue{t, moment} }

// Naive is the date and time that t shows, without its zone: Python's naive
// datetime. Where a format needs a zone it is the project's.
func Naive(t time.Time) DateValue { return DateValue{wallOf(t), naive} }

// Day is a day: Python's date.
func Day(d civil.Date) DateValue { return DateValue{d.In(time.UTC), day} }

// Clock is a time of day: Python's time.
func Clock(t civil.Time) DateValue {
	return DateValue{time.Date(1900, 1, 1, t.Hour, t.Minute, t.Second, t.Nanosecond, time.UTC), clock}
}

// wallOf returns what t shows as a time in UTC.
func wallOf(t time.Time) time.Time {
	_, offset := t.Zone()
	return t.UTC().Add(time.Duration(offset) * time.Second)
}

// Date writes a moment in a date format, or in the one that format names:
// Django's date_format. A format that is used often is better parsed once; see
// [Locale.AppendDate].
func (l *Locale) Date(t time.Time, format string) string {
	b, _ := l.AppendDate(nil, Moment(t), ParseDateFormat(format)) // a moment has all letters
	return string(b)
}

// FormatDate returns what [Locale.AppendDate] appends.
func (l *Locale) FormatDate(v DateValue, f DateFormat) (string, error) {
	b, err := l.AppendDate(nil, v, f)
	return string(b), err
}

// FormatTime returns what [Locale.AppendTime] appends.
func (l *Locale) FormatTime(v DateValue, f DateFormat) (string, error) {
	b, err := l.AppendTime(nil, v, f)
	return string(b), err
}

// AppendDate appends v in the format f. A day has no letters for times
// ([ErrNoClock]), a time of day none for dates ([ErrNoDate]); dst comes back
// unchanged then.
func (l *Locale) AppendDate(dst []byte, v DateValue, f DateFormat) ([]byte, error) {
	return l.get().appendDate(dst, v, f, false)
}

// AppendTime is AppendDate with the letters for times only, as Django's
// time_format.
func (l *Locale) AppendTime(dst []byte, v DateValue, f DateFormat) ([]byte, error) {
	return l.get().appendDate(dst, v, f, true)
}

func (l *Locale) appendDate(dst []byte, v DateValue, f DateFormat, timesOnly bool) ([]byte, error) {
	w := dateWriter{l: l, v: v}
	start := len(dst)
	for _, step := range f.in(l) {
		if step.letter == 0 {
			dst = append(dst, step.text...)
			continue
		}
		switch {
		case v.kind == day && step.clock:
			return dst[:start], fmt.Errorf("%w (found %q)", ErrNoClock, string(step.letter))
		case !step.clock && (timesOnly || v.kind == clock && step.letter != 'c' && step.letter != 'I'):
			return dst[:start], fmt.Errorf("%w (found %q)", ErrNoDate, string(step.letter))
		case step.clock:
			dst = w.appendClock(dst, step.letter)
		default:
			dst = w.appendDay(dst, step.letter)
		}
	}
	return dst, nil
}

// dateWriter writes one value. The zone is looked up when the first letter asks.
type dateWriter struct {
	l      *Locale
	v      DateValue
	zoned  bool // zone is looked up
	zone   zoneInfo
	inZone bool // the value has a zone, and shows one moment in it
	// Of the value's day, which package time computes anew for each part; month 0 is not yet known.
	year  int
	month time.Month
	day   int
}

func (w *dateWriter) appendClock(dst []byte, letter byte) []byte {
	t := w.v.t
	switch letter {
	case 'a', 'A':
		return append(dst, w.halfDay(letter)...)
	case 'e', 'T', 'O', 'Z':
		return w.appendZone(dst, letter)
	case 'f':
		return appendShortTime(dst, t)
	case 'g':
		return strconv.AppendInt(dst, int64(hour12(t)), 10)
	case 'G':
		return strconv.AppendInt(dst, int64(t.Hour()), 10)
	case 'h':
		return appendPadded(dst, hour12(t), 2)
	case 'H':
		return appendPadded(dst, t.Hour(), 2)
	case 'i':
		return appendPadded(dst, t.Minute(), 2)
	case 's':
		return appendPadded(dst, t.Second(), 2)
	case 'u':
		return appendPadded(dst, t.Nanosecond()/1000, 6)
	}
	// P
	if t.Minute() == 0 && t.Hour() == 0 {
		return append(dst, w.l.names.midnight...)
	}
	if t.Minute() == 0 && t.Hour() == 12 {
		return append(dst, w.l.names.noon...)
	}
	dst = append(appendShortTime(dst, t), ' ')
	return append(dst, w.halfDay('a')...)
}

func (w *dateWriter) halfDay(letter byte) string {
	n, afternoon := w.l.names, w.v.t.Hour() > 11
	switch {
	case letter == 'a' && afternoon:
		return n.pmDots
	case letter == 'a':
		return n.amDots
	case afternoon:
		return n.pm
	}
	return n.am
}

// appendShortTime leaves the minutes off where they are 0.
func appendShortTime(dst []byte, t time.Time) []byte {
	dst = strconv.AppendInt(dst, int64(hour12(t)), 10)
	if t.Minute() != 0 {
		dst = appendPadded(append(dst, ':'), t.Minute(), 2)
	}
	return dst
}

func hour12(t time.Time) int {
	if h := t.Hour() % 12; h != 0 {
		return h
	}
	return 12
}

func (w *dateWriter) appendDay(dst []byte, letter byte) []byte {
	t, n := w.v.t, w.l.names
	if w.month == 0 {
		w.year, w.month, w.day = t.Date()
	}
	month := w.month - 1
	switch letter {
	case 'b':
		return append(dst, n.months3[month]...)
	case 'c':
		return w.appendISO(dst)
	case 'D':
		return append(dst, n.days3[t.Weekday()]...)
	case 'E':
		return append(dst, n.monthsAlt[month]...)
	case 'F':
		return append(dst, n.months[month]...)
	case 'I':
		return w.appendZone(dst, letter)
	case 'l':
		return append(dst, n.days[t.Weekday()]...)
	case 'M':
		return append(dst, n.months3Title[month]...)
	case 'N':
		return append(dst, n.monthsAP[month]...)
	case 'r':
		return w.appendMail(dst)
	case 'S':
		return append(dst, ordinalSuffix(w.day)...)
	case 'L':
		if daysIn(w.year, time.February) == 29 {
			return append(dst, "True"...)
		}
		return append(dst, "False"...)
	}
	return w.appendDayNumber(dst, letter)
}

func (w *dateWriter) appendDayNumber(dst []byte, letter byte) []byte {
	t := w.v.t
	number, width := 0, 1
	switch letter {
	case 'd':
		number, width = w.day, 2
	case 'j':
		number = w.day
	case 'm':
		number, width = int(w.month), 2
	case 'n':
		number = int(w.month)
	case 'o':
		number, _ = t.ISOWeek()
	case 't':
		number = daysIn(w.year, w.month)
	case 'U':
		return strconv.AppendInt(dst, w.moment().Unix(), 10)
	case 'w':
		number = int(t.Weekday())
	case 'W':
		_, number = t.ISOWeek()
	case 'y':
		number, width = w.year%100, 2
	case 'Y':
		number, width = w.year, 4
	case 'z':
		number = t.YearDay()
	}
	return appendPadded(dst, number, width)
}

func ordinalSuffix(day int) string {
	switch {
	case day >= 11 && day <= 13:
		return "th"
	case day%10 == 1:
		return "st"
	case day%10 == 2:
		return "nd"
	case day%10 == 3:
		return "rd"
	}
	return "th"
}

// daysIn relies on day 0 being the last of the month before.
func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// appendPadded appends n with zeros before it up to width; Go's years may be
// negative.
func appendPadded(dst []byte, n, width int) []byte {
	if n < 0 {
		return appendPadded(append(dst, '-'), -n, width)
	}
	var digits [20]byte
	i := len(digits)
	for ; n > 0 || width > 0; width-- {
		i--
		digits[i] = '0' + byte(n%10)
		n /= 10
	}
	return append(dst, digits[i:]...)
}
