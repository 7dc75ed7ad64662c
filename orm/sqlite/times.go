package sqlite

import (
	"time"
)

// appendTime appends t as Django stores it: UTC without a zone, and the
// microseconds where there are any. It tells whether the year can be stored.
func appendTime(b []byte, t time.Time) ([]byte, bool) {
	t = t.UTC()
	year, month, day := t.Date()
	if year < 1 || year > 9999 {
		return b, false
	}
	hour, minute, second := t.Clock()
	b = appendDate(b, year, int(month), day)
	b = append(b, ' ')
	return appendClock(b, hour, minute, second, t.Nanosecond()/1000), true
}

// appendDate appends 2006-01-02.
func appendDate(b []byte, year, month, day int) []byte {
	b = appendTwo(appendTwo(b, year/100), year%100)
	b = appendTwo(append(b, '-'), month)
	return appendTwo(append(b, '-'), day)
}

// appendClock appends 15:04:05 and the six digits of microseconds that are not 0.
func appendClock(b []byte, hour, minute, second, micro int) []byte {
	b = appendTwo(b, hour)
	b = appendTwo(append(b, ':'), minute)
	b = appendTwo(append(b, ':'), second)
	if micro != 0 {
		b = appendTwo(append(b, '.'), micro/10000)
		b = appendTwo(b, micro/100%100)
		b = appendTwo(b, micro%100)
	}
	return b
}

func appendTwo(b []byte, n int) []byte { return append(b, byte('0'+n/10), byte('0'+n%10)) }

// parseTime reads a moment: Django's naive UTC, ISO 8601 with T, Z or an offset,
// and a date, which is its midnight. Seconds may be missing.
func parseTime(b []byte) (time.Time, bool) {
	year, month, day, b, ok := parseDate(b)
	if !ok {
		return time.Time{}, false
	}
	if len(b) == 0 {
		return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC), true
	}
	if b[0] != ' ' && b[0] != 'T' && b[0] != 't' {
		return time.Time{}, false
	}
	hour, minute, second, nano, b, ok := parseClock(b[1:])
	if !ok {
		return time.Time{}, false
	}
	offset, ok := parseOffset(b)
	if !ok {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second-offset, nano, time.UTC), true
}

// parseDate reads 2006-01-02 and returns what follows.
func parseDate(b []byte) (year, month, day int, rest []byte, ok bool) {
	if len(b) < 10 || b[4] != '-' || b[7] != '-' {
		return 0, 0, 0, nil, false
	}
	century, ok1 := two(b)
	years, ok2 := two(b[2:])
	month, ok3 := two(b[5:])
	day, ok4 := two(b[8:])
	year = century*100 + years
	ok = ok1 && ok2 && ok3 && ok4 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
	return year, month, day, b[10:], ok
}

// parseClock reads 15:04, 15:04:05 or 15:04:05.999999 and returns what follows.
func parseClock(b []byte) (hour, minute, second, nano int, rest []byte, ok bool) {
	if len(b) < 5 || b[2] != ':' {
		return 0, 0, 0, 0, nil, false
	}
	hour, ok1 := two(b)
	minute, ok2 := two(b[3:])
	if !ok1 || !ok2 || hour > 23 || minute > 59 {
		return 0, 0, 0, 0, nil, false
	}
	b = b[5:]
	if len(b) < 3 || b[0] != ':' {
		return hour, minute, 0, 0, b, true
	}
	second, ok = two(b[1:])
	if !ok || second > 59 {
		return 0, 0, 0, 0, nil, false
	}
	b = b[3:]
	if len(b) < 2 || b[0] != '.' {
		return hour, minute, second, 0, b, true
	}
	b = b[1:]
	digits := 0
	for unit := 100_000_000; digits < len(b) && b[digits]-'0' <= 9; digits++ {
		nano += int(b[digits]-'0') * unit
		unit /= 10
	}
	return hour, minute, second, nano, b[digits:], digits > 0
}

// parseOffset reads nothing, Z, +01, +0100 or +01:00, and returns seconds.
func parseOffset(b []byte) (int, bool) {
	if len(b) == 0 || len(b) == 1 && (b[0] == 'Z' || b[0] == 'z') {
		return 0, true
	}
	if len(b) < 3 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	hours, ok := two(b[1:])
	minutes, rest := 0, b[3:]
	if ok && len(rest) > 0 {
		if rest[0] == ':' {
			rest = rest[1:]
		}
		if len(rest) != 2 {
			return 0, false
		}
		minutes, ok = two(rest)
	}
	if !ok || hours > 23 || minutes > 59 {
		return 0, false
	}
	offset := hours*3600 + minutes*60
	if b[0] == '-' {
		offset = -offset
	}
	return offset, true
}

// two reads two digits.
func two(b []byte) (int, bool) {
	if len(b) < 2 {
		return 0, false
	}
	tens, ones := b[0]-'0', b[1]-'0'
	return int(tens)*10 + int(ones), tens <= 9 && ones <= 9
}

func daysIn(year, month int) int {
	switch month {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}
