package template

import (
	"errors"
	"fmt"
	"time"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
)

// dateFilters show moments, days and times of day.
func dateFilters() map[string]Filter {
	return map[string]Filter{
		"date":      {Func: filterDate, Default: &Value{}, LocalTime: true, Bind: bindDate},
		"time":      {Func: filterTime, Default: &Value{}, LocalTime: true, Bind: bindTime},
		"timesince": {Func: filterTimeSince, Default: &Value{}},
		"timeuntil": {Func: filterTimeUntil, Default: &Value{}},
	}
}

// formatOr reads the argument of date and time: a format, or nothing for the one of that name.
func formatOr(arg Value, name string) (i18n.DateFormat, error) {
	if !arg.Truth() {
		return i18n.ParseDateFormat(name), nil
	}
	format, ok := arg.plainText()
	if !ok {
		return i18n.DateFormat{}, fmt.Errorf("a date format is text, not %s", arg.typeName())
	}
	return i18n.ParseDateFormat(format), nil
}

// withFormat makes a filter of a format that is known when the template is compiled.
func withFormat(arg Value, name string, show func(*Context, Value, i18n.DateFormat) (Value, error)) (func(*Context, Value) (Value, error), error) {
	format, err := formatOr(arg, name)
	return func(c *Context, v Value) (Value, error) {
		if err != nil {
			return Value{}, err
		}
		return show(c, v, format)
	}, nil
}

func bindDate(arg Value) (func(*Context, Value) (Value, error), error) {
	return withFormat(arg, "DATE_FORMAT", (*Context).showDate)
}

func filterDate(c *Context, v, arg Value) (Value, error) {
	if v.IsNone() || v.kind == KindText && v.str == "" {
		return Text(""), nil
	}
	format, err := formatOr(arg, "DATE_FORMAT")
	if err != nil {
		return Value{}, err
	}
	return c.showDate(v, format)
}

// showDate writes a date. A time of day that is asked for its date is nothing; a day that is asked
// for its time is an error, as in Django.
func (c *Context) showDate(v Value, format i18n.DateFormat) (Value, error) {
	d, _, ok := v.date()
	if !ok {
		return Text(""), nil
	}
	b, err := c.locale.AppendDate(c.Scratch(), d, format)
	switch {
	case errors.Is(err, i18n.ErrNoDate):
		return Text(""), nil
	case err != nil:
		return Value{}, fmt.Errorf("date: %w", err)
	}
	return c.TextOf(b), nil
}

func bindTime(arg Value) (func(*Context, Value) (Value, error), error) {
	return withFormat(arg, "TIME_FORMAT", (*Context).showTime)
}

func filterTime(c *Context, v, arg Value) (Value, error) {
	format, err := formatOr(arg, "TIME_FORMAT")
	if err != nil {
		return Text(""), nil
	}
	return c.showTime(v, format)
}

// showTime writes a time of day; what has none is nothing.
func (c *Context) showTime(v Value, format i18n.DateFormat) (Value, error) {
	d, _, ok := v.date()
	if !ok {
		return Text(""), nil
	}
	b, err := c.locale.AppendTime(c.Scratch(), d, format)
	if err != nil {
		return Text(""), nil
	}
	return c.TextOf(b), nil
}

func filterTimeSince(c *Context, v, arg Value) (Value, error) {
	d, now, err := c.span("timesince", v, arg)
	if err != nil || d.IsZero() {
		return Text(""), err
	}
	return Text(c.locale.Since(d, now)), nil
}

func filterTimeUntil(c *Context, v, arg Value) (Value, error) {
	d, now, err := c.span("timeuntil", v, arg)
	if err != nil || d.IsZero() {
		return Text(""), err
	}
	return Text(c.locale.Until(d, now)), nil
}

// span returns the two moments of timesince and timeuntil. A day begins at midnight in the zone of
// the other one. The first is zero where there is nothing to show.
func (c *Context) span(filter string, v, arg Value) (d, now time.Time, err error) {
	if !v.Truth() {
		return d, now, nil
	}
	now = c.Now()
	day, isDay := v.day()
	wall, naive := v.wall()
	if t, ok := v.Time(); ok {
		d = t
	} else if naive {
		d, now = wall, wallOf(now.In(c.locale.Zone()))
	} else if !isDay {
		return d, now, fmt.Errorf("%s needs a date, got %s", filter, v.typeName())
	}
	if arg.Truth() {
		other, otherIsDay := arg.day()
		otherWall, otherNaive := arg.wall()
		if t, ok := arg.Time(); ok {
			now = t
		} else if otherNaive {
			now = otherWall
		} else if !otherIsDay {
			return time.Time{}, now, fmt.Errorf("%s needs a date, got %s", filter, arg.typeName())
		}
		switch {
		case naive != otherNaive && !isDay && !otherIsDay:
			return time.Time{}, now, nil // a moment and a time without a zone
		case isDay && otherIsDay:
			return day.In(time.UTC), other.In(time.UTC), nil
		case otherIsDay:
			now = other.In(d.Location())
		}
	}
	if isDay {
		if _, naive := arg.wall(); !naive {
			now = now.In(c.clockZone())
		}
		// In one zone without changes of its clocks: the difference is that of the two clocks.
		d, now = day.In(time.UTC), wallOf(now)
	}
	return d, now, nil
}

// wallOf returns what the clocks of t's zone show, as a time in UTC.
func wallOf(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// wall returns what a date and time without a zone (i18n.Naive) shows, as a time in UTC.
func (v Value) wall() (time.Time, bool) {
	if v.kind != KindObject {
		return time.Time{}, false
	}
	d, ok := as[i18n.DateValue](v.ref)
	if _, moment := d.Moment(); !ok || moment || !d.HasDay() || !d.HasClock() {
		return time.Time{}, false
	}
	return d.Wall(), true
}

// clockZone is the zone whose clocks tell what day it is.
func (c *Context) clockZone() *time.Location {
	if c.zone != nil {
		return c.zone
	}
	return c.locale.Zone()
}

// day returns v as a date without a time, if it is one.
func (v Value) day() (civil.Date, bool) {
	if v.kind != KindObject {
		return civil.Date{}, false
	}
	return as[civil.Date](v.ref)
}
