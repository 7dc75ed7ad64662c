package sqlite

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// dateFunctions are those that Django calls in the SQL that it makes
// (django/db/backends/sqlite3). Texts that are no dates give null, as there.
var dateFunctions = []function{
	{name: "django_date_extract", args: 2, call: func(x *call) error { return extract(x, nil) }},
	{name: "django_datetime_extract", args: 4, call: func(x *call) error { return extract(x, zones(x, 2)) }},
	{name: "django_date_trunc", args: 4, call: func(x *call) error { return truncate(x, dateTrunc) }},
	{name: "django_datetime_trunc", args: 4, call: func(x *call) error { return truncate(x, datetimeTrunc) }},
	{name: "django_time_trunc", args: 4, call: timeTrunc},
	{name: "django_datetime_cast_date", args: 3, call: castDate},
	{name: "django_datetime_cast_time", args: 3, call: castTime},
	{name: "django_time_extract", args: 2, call: timeExtract},
	{name: "django_time_diff", args: 2, strict: true, call: timeDiff},
	{name: "django_timestamp_diff", args: 2, strict: true, call: timestampDiff},
	{name: "django_format_dtdelta", args: 3, strict: true, call: formatDelta},
}

// inZone are the arguments tzname and conn_tzname, and what they stand for.
type inZone struct {
	conn, to *time.Location // nil: none was given
	shift    time.Duration  // of "UTC+05:30"
	err      error
}

func zones(x *call, i int32) *inZone {
	z := &inZone{}
	to, hasTo := x.text(i)
	conn, hasConn := x.text(i + 1)
	if hasConn {
		z.conn, z.err = location(string(conn))
	}
	if !hasTo || hasConn && bytes.Equal(to, conn) || z.err != nil {
		return z
	}
	if !hasConn {
		z.err = errors.New("a time zone without the one of the connection")
		return z
	}
	zone, shift := splitOffset(string(to))
	z.shift = shift
	z.to, z.err = location(zone)
	return z
}

// splitOffset parts "UTC+05:30"; "Etc/GMT+5" is a name.
func splitOffset(zone string) (string, time.Duration) {
	i := strings.LastIndexAny(zone, "+-")
	if i < 0 {
		return zone, 0
	}
	hour, minute, second, _, rest, ok := parseClock([]byte(zone[i+1:]))
	if !ok || len(rest) > 0 {
		return zone, 0
	}
	shift := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	if zone[i] == '-' {
		shift = -shift
	}
	if i == 0 {
		return "UTC", shift
	}
	return zone[:i], shift
}

// locations keeps time zones, which time.LoadLocation reads from disk each time.
var locations sync.Map // of string to *time.Location

func location(zone string) (*time.Location, error) {
	if known, ok := locations.Load(zone); ok {
		return known.(*time.Location), nil
	}
	if zone == "" || zone == "Local" {
		return nil, fmt.Errorf("no time zone %q", zone)
	}
	loc, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	locations.Store(zone, loc)
	return loc, nil
}

// moment reads argument i as a date and time in the zone that was asked for. It
// is Django's _sqlite_datetime_parse.
func moment(x *call, i int32, z *inZone) (t time.Time, ok bool, err error) {
	text, isText := x.text(i)
	if !isText {
		return t, false, nil
	}
	if t, _, ok = typecast(text); !ok || z == nil {
		return t, ok, nil
	}
	if z.err != nil {
		return t, false, z.err
	}
	if z.conn != nil {
		t = time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), z.conn)
	}
	if z.to != nil {
		t = t.Add(z.shift).In(z.to)
	}
	if t.Year() < 1 || t.Year() > 9999 {
		return t, false, errYear
	}
	return t, true, nil
}

var errYear = errors.New("the year is not within 1 to 9999")

// typecast is Django's typecast_timestamp: "2005-07-29 15:48:00.590358-05", whose
// offset it ignores, or a date alone.
func typecast(text []byte) (t time.Time, dateOnly, ok bool) {
	if t, ok := parseStored(text); ok {
		return t, false, true
	}
	parts := bytes.Fields(text)
	var clock []byte
	switch {
	case bytes.IndexByte(text, ' ') < 0 && len(parts) == 1:
	case len(parts) == 2:
		clock = parts[1]
	default:
		return t, false, false
	}
	dashed := bytes.Split(parts[0], []byte("-"))
	if len(dashed) < 3 || clock == nil && len(dashed) > 3 {
		return t, false, false
	}
	year, ok1 := decimalNumber(dashed[0])
	month, ok2 := decimalNumber(dashed[1])
	day, ok3 := decimalNumber(dashed[2])
	if !ok1 || !ok2 || !ok3 || year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return t, false, false
	}
	var since time.Duration
	if clock != nil {
		clock, _, found := bytes.Cut(clock, []byte("-"))
		if !found {
			clock, _, _ = bytes.Cut(clock, []byte("+"))
		}
		if since, ok = typecastTime(clock, false); !ok {
			return t, false, false
		}
	}
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Add(since), clock == nil, true
}

// parseStored reads the form in which moments are stored, without allocating.
func parseStored(text []byte) (time.Time, bool) {
	if len(text) != 19 && len(text) != 26 || text[10] != ' ' {
		return time.Time{}, false
	}
	for _, ch := range text[11:] {
		if ch == '+' || ch == '-' {
			return time.Time{}, false // an offset, which typecast leaves out
		}
	}
	t, ok := parseTime(text)
	return t, ok && t.Year() > 0
}

// typecastTime is Django's typecast_time; the time of day as a duration.
func typecastTime(text []byte, exact bool) (time.Duration, bool) {
	parts := bytes.Split(text, []byte(":"))
	if len(parts) < 3 || exact && len(parts) > 3 {
		return 0, false
	}
	whole, fraction, point := bytes.Cut(parts[2], []byte("."))
	hour, ok1 := decimalNumber(parts[0])
	minute, ok2 := decimalNumber(parts[1])
	second, ok3 := decimalNumber(whole)
	if !ok1 || !ok2 || !ok3 || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	micro := 0
	if point {
		six := append(append(make([]byte, 0, 32), fraction[:min(6, len(fraction))]...), "000000"...)[:6]
		var ok bool
		if micro, ok = decimalNumber(six); !ok {
			return 0, false
		}
	}
	return time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
		time.Duration(second)*time.Second + time.Duration(micro)*time.Microsecond, true
}

// decimalNumber reads up to nine digits.
func decimalNumber(b []byte) (n int, ok bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	for _, digit := range b {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		n = n*10 + int(digit-'0')
	}
	return n, true
}

// part returns a part of a moment by Django's name.
func part(t time.Time, name string) (int, bool) {
	switch name {
	case "year":
		return t.Year(), true
	case "month":
		return int(t.Month()), true
	case "day":
		return t.Day(), true
	case "hour":
		return t.Hour(), true
	case "minute":
		return t.Minute(), true
	case "second":
		return t.Second(), true
	case "microsecond":
		return t.Nanosecond() / 1000, true
	case "week_day":
		return int(t.Weekday()) + 1, true
	case "iso_week_day":
		return (int(t.Weekday())+6)%7 + 1, true
	case "week":
		_, week := t.ISOWeek()
		return week, true
	case "iso_year":
		year, _ := t.ISOWeek()
		return year, true
	case "quarter":
		return (int(t.Month()) + 2) / 3, true
	}
	return 0, false
}

func extract(x *call, z *inZone) error {
	t, ok, err := moment(x, 1, z)
	if err != nil || !ok {
		return err
	}
	n, ok := part(t, string(x.bytes(0)))
	if !ok {
		return fmt.Errorf("no part %q of a date", x.bytes(0))
	}
	return x.setInt(int64(n))
}

func timeExtract(x *call) error {
	text, _ := x.text(1)
	since, ok := typecastTime(text, true)
	if !ok {
		return nil
	}
	switch name := string(x.bytes(0)); name {
	case "hour", "minute", "second", "microsecond":
		n, _ := part(time.Time{}.Add(since), name)
		return x.setInt(int64(n))
	default:
		return fmt.Errorf("no part %q of a time", name)
	}
}

// truncate calls f with a moment; f returns "" where it does not know the unit.
func truncate(x *call, f func(t time.Time, unit string) string) error {
	t, ok, err := moment(x, 1, zones(x, 2))
	if err != nil || !ok {
		return err
	}
	unit := string(x.bytes(0))
	if unit == "week" {
		t = t.AddDate(0, 0, -(int(t.Weekday())+6)%7)
		if t.Year() < 1 {
			return errYear
		}
	}
	if s := f(t, unit); s != "" {
		return x.setText(s)
	}
	return nil
}

func dateTrunc(t time.Time, unit string) string {
	year, month, day := t.Date()
	switch unit {
	case "year":
		month, day = 1, 1
	case "quarter":
		month, day = month-(month-1)%3, 1
	case "month":
		day = 1
	case "week", "day":
	default:
		return ""
	}
	return string(appendDate(nil, year, int(month), day))
}

func datetimeTrunc(t time.Time, unit string) string {
	if day := dateTrunc(t, unit); day != "" {
		return day + " 00:00:00"
	}
	if clock := clockTrunc(t, unit); clock != "" {
		return dateTrunc(t, "day") + " " + clock
	}
	return ""
}

func clockTrunc(t time.Time, unit string) string {
	hour, minute, second := t.Clock()
	switch unit {
	case "hour":
		minute, second = 0, 0
	case "minute":
		second = 0
	case "second":
	default:
		return ""
	}
	return string(appendClock(nil, hour, minute, second, 0))
}

func timeTrunc(x *call) error {
	t, ok, err := moment(x, 1, zones(x, 2))
	if err != nil {
		return err
	}
	if !ok {
		text, _ := x.text(1)
		since, ok := typecastTime(text, true)
		if !ok {
			return nil
		}
		t = time.Time{}.Add(since)
	}
	if s := clockTrunc(t, string(x.bytes(0))); s != "" {
		return x.setText(s)
	}
	return nil
}

func castDate(x *call) error {
	t, ok, err := moment(x, 0, zones(x, 1))
	if err != nil || !ok {
		return err
	}
	return x.setText(dateTrunc(t, "day"))
}

func castTime(x *call) error {
	t, ok, err := moment(x, 0, zones(x, 1))
	if err != nil || !ok {
		return err
	}
	return x.setText(string(appendClock(nil, t.Hour(), t.Minute(), t.Second(), t.Nanosecond()/1000)))
}

func timeDiff(x *call) error {
	a, _ := x.text(0)
	b, _ := x.text(1)
	left, ok1 := typecastTime(a, true)
	right, ok2 := typecastTime(b, true)
	if !ok1 || !ok2 {
		return errors.New("the arguments are two times")
	}
	return x.setInt((left - right).Microseconds())
}

func timestampDiff(x *call) error {
	a, _ := x.text(0)
	b, _ := x.text(1)
	left, date1, ok1 := typecast(a)
	right, date2, ok2 := typecast(b)
	if !ok1 || !ok2 || date1 != date2 {
		return errors.New("the arguments are two dates or two moments")
	}
	return x.setInt(left.UnixMicro() - right.UnixMicro())
}
