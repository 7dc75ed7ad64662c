package template

import (
	"errors"
	"fmt"
	"time"

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
	case err == nil:
		return c.TextOf(b), nil
	case errors.Is(err, i18n.ErrNoDate):
		return Text(""), nil
	}
	return Value{}, fmt.Errorf("date: %w", err)
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

// span returns the two moments of timesince and timeuntil: arg is the second one, or now. The first
// is zero where there is nothing to show, as for one with a zone and one without, which Python does
// not subtract. A day begins at midnight, in the zone of the other one if that has one.
func (c *Context) span(filter string, v, arg Value) (d, other time.Time, err error) {
	if !v.Truth() {
		return d, other, nil
	}
	a, err := v.dated(filter)
	if err != nil {
		return d, other, err
	}
	b := i18n.Moment(c.Now())
	if _, ok := a.Moment(); !ok {
		b = i18n.Naive(c.Now().In(c.clockZone()))
	}
	if arg.Truth() {
		if b, err = arg.dated(filter); err != nil {
			return d, other, err
		}
	}
	t, isMoment := a.Moment()
	u, otherIsMoment := b.Moment()
	switch {
	case isMoment && otherIsMoment:
		return t, u, nil
	case isMoment && !b.HasClock():
		return t, onClocks(b.Wall(), t.Location()), nil
	case otherIsMoment && !a.HasClock():
		return onClocks(a.Wall(), u.Location()), u, nil
	case isMoment || otherIsMoment:
		return d, other, nil
	}
	return a.Wall(), b.Wall(), nil
}

// dated returns v as a date with or without a time.
func (v Value) dated(filter string) (i18n.DateValue, error) {
	d, _, ok := v.date()
	if !ok || !d.HasDay() {
		return d, fmt.Errorf("%s needs a date, got %s", filter, v.typeName())
	}
	return d, nil
}

// onClocks is the moment at which the clocks of a zone show what t does.
func onClocks(t time.Time, zone *time.Location) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
}

// clockZone is the zone whose clocks tell what day it is: the project's, else the current one.
func (c *Context) clockZone() *time.Location {
	if c.locale == nil && c.zone != nil {
		return c.zone
	}
	return c.locale.Zone()
}
