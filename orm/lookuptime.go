package orm

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/nuages-web/nuages/civil"
)

// naiveNode is a moment given without a zone: that of the query.
type naiveNode struct {
	leaf
	clock time.Time // in UTC
}

func (n *naiveNode) write(c *Compiler) { c.value(n.in(c.loc)) }

func (n *naiveNode) in(loc *time.Location) time.Time {
	t := n.clock
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc).UTC()
}

// timeValue returns a moment; text without a zone, and days, are in the zone of
// the query.
func timeValue(value any) (any, string) {
	switch v := value.(type) {
	case time.Time:
		return v, ""
	case civil.Date:
		return &naiveNode{clock: v.In(time.UTC)}, ""
	}
	if isText(value) {
		if t, naive, ok := parseMoment(strings.TrimSpace(reflect.ValueOf(value).String())); ok && naive {
			return &naiveNode{clock: t}, ""
		} else if ok {
			return t, ""
		}
	}
	return nil, fmt.Sprintf("“%s” value has an invalid format. It must be in YYYY-MM-DD HH:MM[:ss[.uuuuuu]][TZ] format.", shown(value))
}

// parseMoment reads what Django's parse_datetime does, and days.
func parseMoment(s string) (t time.Time, naive, ok bool) {
	if len(s) > 64 {
		return t, false, false
	}
	if t, err := time.Parse("2006-1-2", s); err == nil {
		return t, true, true
	}
	s = strings.Replace(strings.Replace(s, " ", "T", 1), " ", "", 1) // "… 10:00 +02:00"
	for _, clock := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse("2006-1-2T"+clock, s); err == nil {
			return t, true, true
		}
		for _, zone := range []string{"Z07:00", "Z0700", "Z07"} {
			if t, err := time.Parse("2006-1-2T"+clock+zone, s); err == nil {
				return t.UTC(), false, true
			}
		}
	}
	return t, false, false
}

func dateValue(value any) (any, string) {
	switch v := value.(type) {
	case civil.Date:
		return v, ""
	case time.Time:
		return civil.DateOf(v), ""
	}
	if isText(value) {
		if t, err := time.Parse("2006-1-2", strings.TrimSpace(reflect.ValueOf(value).String())); err == nil {
			return civil.DateOf(t), ""
		}
	}
	return nil, fmt.Sprintf("“%s” value has an invalid date format. It must be in YYYY-MM-DD format.", shown(value))
}

func parseClock(s string) (civil.Time, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 32 {
		return civil.Time{}, false
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, s); err == nil {
			return civil.TimeOf(t), true
		}
	}
	return civil.Time{}, false
}

var (
	// standardDuration is "[D] [H:]M:S[.f]" or "S[.f]", as Django's.
	standardDuration = regexp.MustCompile(`^(?:(-?\d{1,6}) (?:days?, )?)?(-?)(?:(?:(\d{1,8}):)?(\d{1,8}):)?(\d{1,9})(?:[.,](\d{1,6})\d{0,6})?$`)
	// isoDuration is ISO 8601's, without years and months.
	isoDuration = regexp.MustCompile(`^([-+]?)P(?:(\d{1,6})D)?(?:T(?:(\d{1,8})H)?(?:(\d{1,8})M)?(?:(\d{1,9})(?:[.,](\d{1,6}))?S)?)?$`)
)

// durationValue reads what Django's parse_duration does, and Go's notation.
func durationValue(value any) (any, string) {
	if d, ok := value.(time.Duration); ok {
		return d, ""
	}
	if isText(value) {
		s := strings.TrimSpace(reflect.ValueOf(value).String())
		if m := standardDuration.FindStringSubmatch(s); m != nil {
			d := duration("", m[3], m[4], m[5], m[6])
			if m[2] == "-" {
				d = -d
			}
			return d + duration(m[1], "", "", "", ""), ""
		}
		if m := isoDuration.FindStringSubmatch(s); m != nil && s != "P" {
			d := duration(m[2], m[3], m[4], m[5], m[6])
			if m[1] == "-" {
				d = -d
			}
			return d, ""
		}
		if d, err := time.ParseDuration(s); err == nil && len(s) < 64 {
			return d, ""
		}
	}
	return nil, fmt.Sprintf("“%s” value has an invalid format. It must be in [DD] [[HH:]MM:]ss[.uuuuuu] format.", shown(value))
}

// duration adds up parts that are digits or empty.
func duration(days, hours, minutes, seconds, micros string) time.Duration {
	var d time.Duration
	for _, part := range []struct {
		s    string
		unit time.Duration
	}{{days, 24 * time.Hour}, {hours, time.Hour}, {minutes, time.Minute}, {seconds, time.Second}} {
		n, _ := strconv.Atoi(part.s) // empty is 0
		d += time.Duration(n) * part.unit
	}
	n, _ := strconv.Atoi((micros + "000000")[:6])
	return d + time.Duration(n)*time.Microsecond
}
