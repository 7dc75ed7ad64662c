package pyfmt

import (
	"strconv"
	"time"

	"github.com/nuages-web/nuages/civil"
)

// appendTimeStr writes Python's str of a date, time or duration.
func appendTimeStr(dst []byte, v any) []byte {
	switch v := v.(type) {
	case time.Time:
		dst = v.AppendFormat(dst, "2006-01-02 15:04:05")
		dst = appendMicroseconds(dst, v.Nanosecond())
		return appendOffset(dst, v)
	case civil.Date:
		return append(dst, v.String()...)
	case civil.Time:
		dst = appendPadded(dst, v.Hour, 2)
		dst = appendPadded(append(dst, ':'), v.Minute, 2)
		dst = appendPadded(append(dst, ':'), v.Second, 2)
		return appendMicroseconds(dst, v.Nanosecond)
	case time.Duration:
		return appendDuration(dst, v)
	}
	return dst
}

func appendMicroseconds(dst []byte, nanosecond int) []byte {
	if micro := nanosecond / 1000; micro != 0 {
		return appendPadded(append(dst, '.'), micro, 6)
	}
	return dst
}

// appendOffset writes an offset as Python does: with seconds where it has some.
func appendOffset(dst []byte, t time.Time) []byte {
	_, offset := t.Zone()
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = appendPadded(append(dst, sign), offset/3600, 2)
	dst = appendPadded(append(dst, ':'), offset/60%60, 2)
	if offset%60 != 0 {
		dst = appendPadded(append(dst, ':'), offset%60, 2)
	}
	return dst
}

func appendPadded(dst []byte, n, width int) []byte {
	var buf [20]byte
	digits := strconv.AppendInt(buf[:0], int64(n), 10)
	for range width - len(digits) {
		dst = append(dst, '0')
	}
	return append(dst, digits...)
}

// splitDuration returns the parts that a Python timedelta has: only the days
// are negative, and microseconds are the smallest.
func splitDuration(d time.Duration) (days, seconds, micros int) {
	total := int64(d / time.Microsecond)
	const day = 24 * 3600 * 1_000_000
	days = int(total / day)
	rest := total % day
	if rest < 0 {
		days--
		rest += day
	}
	return days, int(rest / 1_000_000), int(rest % 1_000_000)
}

func appendDuration(dst []byte, d time.Duration) []byte {
	days, seconds, micros := splitDuration(d)
	if days != 0 {
		dst = strconv.AppendInt(dst, int64(days), 10)
		dst = append(dst, " day"...)
		if days != 1 && days != -1 {
			dst = append(dst, 's')
		}
		dst = append(dst, ", "...)
	}
	dst = strconv.AppendInt(dst, int64(seconds/3600), 10)
	dst = appendPadded(append(dst, ':'), seconds/60%60, 2)
	dst = appendPadded(append(dst, ':'), seconds%60, 2)
	return appendMicroseconds(dst, micros*1000)
}

// appendTimeRepr writes Python's repr of a date, time or duration.
func appendTimeRepr(dst []byte, v any) []byte {
	switch v := v.(type) {
	case time.Time:
		dst = append(dst, "datetime.datetime("...)
		dst = appendArgs(dst, v.Year(), int(v.Month()), v.Day(), v.Hour(), v.Minute())
		dst = appendSeconds(dst, v.Second(), v.Nanosecond())
		if v.Location() == time.UTC {
			return append(dst, ", tzinfo=datetime.timezone.utc)"...)
		}
		return append(append(append(dst, ", tzinfo=zoneinfo.ZoneInfo(key='"...), v.Location().String()...), "'))"...)
	case civil.Date:
		return append(appendArgs(append(dst, "datetime.date("...), v.Year, int(v.Month), v.Day), ')')
	case civil.Time:
		dst = appendArgs(append(dst, "datetime.time("...), v.Hour, v.Minute)
		return append(appendSeconds(dst, v.Second, v.Nanosecond), ')')
	case time.Duration:
		return appendDurationRepr(dst, v)
	}
	return dst
}

func appendArgs(dst []byte, args ...int) []byte {
	for i, n := range args {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = strconv.AppendInt(dst, int64(n), 10)
	}
	return dst
}

// appendSeconds writes the last arguments of a time, which are left out where
// they are 0.
func appendSeconds(dst []byte, second, nanosecond int) []byte {
	micro := nanosecond / 1000
	if second != 0 || micro != 0 {
		dst = appendArgs(append(dst, ", "...), second)
	}
	if micro != 0 {
		dst = appendArgs(append(dst, ", "...), micro)
	}
	return dst
}

func appendDurationRepr(dst []byte, d time.Duration) []byte {
	days, seconds, micros := splitDuration(d)
	dst = append(dst, "datetime.timedelta("...)
	start := len(dst)
	for _, part := range []struct {
		name string
		n    int
	}{{"days=", days}, {"seconds=", seconds}, {"microseconds=", micros}} {
		if part.n == 0 {
			continue
		}
		if len(dst) > start {
			dst = append(dst, ", "...)
		}
		dst = strconv.AppendInt(append(dst, part.name...), int64(part.n), 10)
	}
	if len(dst) == start {
		dst = append(dst, '0')
	}
	return append(dst, ')')
}
