// Package civil has dates and times of day without a zone: what Python calls
// datetime.date and datetime.time, and SQL DATE and TIME.
//
//	d, err := civil.ParseDate("2026-11-21")
//	tomorrow := d.AddDays(1)
package civil

import (
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar. The zero value is no valid day; see
// [Date.IsZero].
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day of t in its own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads "2026-11-21" (RFC 3339, full-date).
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, fmt.Errorf("civil: %q is not a date such as 2026-11-21", s)
	}
	return DateOf(t), nil
}

// String returns "2026-11-21".
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// IsZero tells whether d is the zero value.
func (d Date) IsZero() bool { return d == Date{} }

// Valid tells whether the calendar has the day.
func (d Date) Valid() bool { return DateOf(d.In(time.UTC)) == d }

// In returns the day's first moment in loc.
func (d Date) In(loc *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, loc)
}

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.In(time.UTC).AddDate(0, 0, n)) }

// Sub returns how many days d is after other.
func (d Date) Sub(other Date) int {
	return int((d.In(time.UTC).Unix() - other.In(time.UTC).Unix()) / 86400)
}

// Weekday returns the day of the week.
func (d Date) Weekday() time.Weekday { return d.In(time.UTC).Weekday() }

// Compare returns -1, 0 or +1 where d is before, the same as or after other.
func (d Date) Compare(other Date) int { return d.In(time.UTC).Compare(other.In(time.UTC)) }

// Before tells whether d is before other.
func (d Date) Before(other Date) bool { return d.Compare(other) < 0 }

// After tells whether d is after other.
func (d Date) After(other Date) bool { return d.Compare(other) > 0 }

// MarshalText writes "2026-11-21".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2026-11-21".
func (d *Date) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDate(string(b))
	return err
}

// Time is a time of day. The zero value is midnight.
type Time struct {
	Hour, Minute, Second, Nanosecond int
}

// TimeOf returns the time of day of t in its own zone.
func TimeOf(t time.Time) Time {
	h, m, s := t.Clock()
	return Time{h, m, s, t.Nanosecond()}
}

// ParseTime reads "15:04", "15:04:05" and "15:04:05.999999999".
func ParseTime(s string) (Time, error) {
	for _, layout := range []string{"15:04:05.999999999", "15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return TimeOf(t), nil
		}
	}
	return Time{}, fmt.Errorf("civil: %q is not a time such as 15:04:05", s)
}

// String returns "15:04:05", with six digits of a second where there are any, as
// Python's isoformat.
func (t Time) String() string {
	s := fmt.Sprintf("%02d:%02d:%02d", t.Hour, t.Minute, t.Second)
	if us := t.Nanosecond / 1000; us != 0 {
		s += fmt.Sprintf(".%06d", us)
	}
	return s
}

// Valid tells whether a clock shows the time: 00:00 to 23:59:59.999999999.
func (t Time) Valid() bool {
	return t.Hour >= 0 && t.Hour < 24 && t.Minute >= 0 && t.Minute < 60 &&
		t.Second >= 0 && t.Second < 60 && t.Nanosecond >= 0 && t.Nanosecond < 1e9
}

// SinceMidnight returns the time as the duration since midnight.
func (t Time) SinceMidnight() time.Duration {
	return time.Duration(t.Hour)*time.Hour + time.Duration(t.Minute)*time.Minute +
		time.Duration(t.Second)*time.Second + time.Duration(t.Nanosecond)
}

// Compare returns -1, 0 or +1 where t is before, the same as or after other.
func (t Time) Compare(other Time) int {
	switch a, b := t.SinceMidnight(), other.SinceMidnight(); {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// MarshalText writes "15:04:05".
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what [ParseTime] does.
func (t *Time) UnmarshalText(b []byte) (err error) {
	*t, err = ParseTime(string(b))
	return err
}
