package i18n

import (
	"strconv"
	"time"
)

// zoneInfo is what a zone says at a value.
type zoneInfo struct {
	at     time.Time // the moment
	offset int       // seconds east of Greenwich
	name   string    // of the zone's clocks at that moment: "CET"
}

// lookZone finds the zone's facts. inZone stays false where Django says nothing:
// for days, for times of day, and for clocks that show the value twice or never,
// where summer time ends or begins.
func (w *dateWriter) lookZone() {
	if w.zoned {
		return
	}
	w.zoned = true
	switch w.v.kind {
	case moment:
		w.zone.at = w.v.t
		w.inZone = shownOnce(w.v.t)
	case naive:
		w.zone.at, w.inZone = atWall(w.v.t, w.l.zone)
	default:
		w.zone.at, _ = atWall(w.v.t, w.l.zone)
	}
	w.zone.name, w.zone.offset = w.zone.at.Zone()
	if w.zone.name == "" { // time.FixedZone without a name: as Python calls it
		w.zone.name = string(appendOffset([]byte("UTC"), w.zone.offset, ":"))
		if w.zone.offset == 0 {
			w.zone.name = "UTC"
		}
	}
}

// moment returns the moment of the value, in the project's zone where it has none.
func (w *dateWriter) moment() time.Time {
	w.lookZone()
	return w.zone.at
}

func (w *dateWriter) appendZone(dst []byte, letter byte) []byte {
	if w.v.kind == day || w.v.kind == clock {
		return dst
	}
	w.lookZone()
	switch {
	case !w.inZone || letter == 'e' && w.v.kind == naive:
		return dst
	case letter == 'I' && w.zone.at.IsDST():
		return append(dst, '1')
	case letter == 'I':
		return append(dst, '0')
	case letter == 'O':
		return appendOffset(dst, w.zone.offset-w.zone.offset%60, "")
	case letter == 'Z':
		return strconv.AppendInt(dst, int64(w.zone.offset), 10)
	}
	return append(dst, w.zone.name...)
}

// appendOffset appends "+0200", with seconds where the offset has any.
func appendOffset(dst []byte, offset int, colon string) []byte {
	sign := byte('+')
	if offset < 0 {
		sign, offset = '-', -offset
	}
	dst = appendPadded(append(dst, sign), offset/3600, 2)
	dst = appendPadded(append(dst, colon...), offset/60%60, 2)
	if offset%60 != 0 {
		dst = appendPadded(append(dst, colon...), offset%60, 2)
	}
	return dst
}

// appendISO appends Python's isoformat.
func (w *dateWriter) appendISO(dst []byte) []byte {
	t := w.v.t
	if w.v.kind != clock {
		dst = appendPadded(dst, t.Year(), 4)
		dst = appendPadded(append(dst, '-'), int(t.Month()), 2)
		dst = appendPadded(append(dst, '-'), t.Day(), 2)
		if w.v.kind == day {
			return dst
		}
		dst = append(dst, 'T')
	}
	dst = appendClockTime(dst, t)
	if us := t.Nanosecond() / 1000; us != 0 {
		dst = appendPadded(append(dst, '.'), us, 6)
	}
	if w.v.kind == moment {
		_, offset := t.Zone()
		dst = appendOffset(dst, offset, ":")
	}
	return dst
}

func appendClockTime(dst []byte, t time.Time) []byte {
	dst = appendPadded(dst, t.Hour(), 2)
	dst = appendPadded(append(dst, ':'), t.Minute(), 2)
	return appendPadded(append(dst, ':'), t.Second(), 2)
}

// appendMail appends the date of RFC 5322, which is English in every language.
func (w *dateWriter) appendMail(dst []byte) []byte {
	t := w.moment()
	shown := w.v.t
	dst = append(append(dst, days3Names[shown.Weekday()]...), ", "...)
	dst = append(appendPadded(dst, shown.Day(), 2), ' ')
	dst = append(append(dst, monthNames[shown.Month()-1][:3]...), ' ')
	dst = append(appendPadded(dst, shown.Year(), 4), ' ')
	dst = append(appendClockTime(dst, shown), ' ')
	_, offset := t.Zone()
	return appendOffset(dst, offset, "")
}

// dayLong is more than any zone's clocks were ever set by.
const dayLong = 26 * time.Hour

// shownOnce tells whether the clocks of t's zone show what they show at t only
// then.
func shownOnce(t time.Time) bool {
	start, end := t.ZoneBounds()
	_, offset := t.Zone()
	if !start.IsZero() && t.Sub(start) < dayLong {
		_, before := start.Add(-1).Zone()
		if t.Add(time.Duration(offset-before) * time.Second).Before(start) {
			return false
		}
	}
	if !end.IsZero() && end.Sub(t) <= dayLong {
		_, after := end.Zone()
		if !t.Add(time.Duration(offset-after) * time.Second).Before(end) {
			return false
		}
	}
	return true
}

// atWall returns the moment at which the clocks of zone show what wall shows in
// UTC, and whether there is just one. Of two it returns the first; where there is
// none, the one by the offset before the clocks were set. That is Python's
// fold=0.
func atWall(wall time.Time, zone *time.Location) (time.Time, bool) {
	t := time.Date(wall.Year(), wall.Month(), wall.Day(), wall.Hour(), wall.Minute(), wall.Second(), wall.Nanosecond(), zone)
	start, end := t.ZoneBounds()
	_, offset := t.Zone()
	shown := wallOf(t)
	switch {
	case shown.After(wall): // skipped, and t is after the change
		_, before := start.Add(-1).Zone()
		return wall.Add(-time.Duration(before) * time.Second).In(zone), false
	case shown.Before(wall): // skipped, and t is before it
		return wall.Add(-time.Duration(offset) * time.Second).In(zone), false
	}
	if !start.IsZero() {
		_, before := start.Add(-1).Zone()
		if other := t.Add(time.Duration(offset-before) * time.Second); other.Before(start) {
			return other, false
		}
	}
	if !end.IsZero() {
		_, after := end.Zone()
		if other := t.Add(time.Duration(offset-after) * time.Second); !other.Before(end) {
			return t, false
		}
	}
	return t, true
}
