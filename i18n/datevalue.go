package i18n

import "time"

// HasDay tells whether v has a day: it is no time of day alone.
func (v DateValue) HasDay() bool { return v.kind != clock }

// HasClock tells whether v has a time of day: it is no day alone.
func (v DateValue) HasClock() bool { return v.kind != day }

// Moment returns the moment of v and true where it is one: neither a naive value nor a day or a time
// of day.
func (v DateValue) Moment() (time.Time, bool) { return v.t, v.kind == moment }

// Wall returns what v shows, as a time in UTC; a time of day is one of the year 1900.
func (v DateValue) Wall() time.Time {
	if v.kind == moment {
		return wallOf(v.t)
	}
	return v.t
}
