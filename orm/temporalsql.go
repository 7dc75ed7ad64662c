package orm

import (
	"fmt"
	"strings"
	"time"
)

// temporal is what a date or time is.
type temporal uint8

const (
	temporalMoment temporal = iota
	temporalDay
	temporalClock
)

// zoneNode is a moment with the zone that its parts are told in.
type zoneNode struct {
	moment Node
	loc    *time.Location
}

func (n *zoneNode) walk(f func(Node)) { f(n.moment) }
func (n *zoneNode) transformed() Node { return n.moment }
func (n *zoneNode) write(c *Compiler) { c.Node(n.moment) }

// zoneOf returns the zone of a moment.
func (c *Compiler) zoneOf(n Node) *time.Location {
	if z, ok := n.(*zoneNode); ok && z.loc != nil {
		return z.loc
	}
	return c.loc
}

// zoneName writes the name of a zone as an SQL string. Names have few signs, and
// none that ends a string; a literal can be grouped by, unlike a parameter.
func (c *Compiler) zoneName(loc *time.Location) string {
	name := loc.String()
	bad := func(r rune) bool {
		return !('a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("_+-/:", r))
	}
	if name == "" || name == "Local" || len(name) > 64 || strings.ContainsFunc(name, bad) {
		c.Fail(fmt.Errorf("orm: the time zone %.80q has no name that a database knows; use time.LoadLocation", name))
		return "NULL"
	}
	return "'" + name + "'"
}

// inZone writes a moment as clocks in its zone show it, or a day or time of day.
func (c *Compiler) inZone(n Node, of temporal) {
	loc := c.zoneOf(n)
	switch {
	case of != temporalMoment:
		c.Node(n)
	case c.d.Name == "postgresql":
		c.SQL("(")
		c.Node(n)
		c.SQL(" AT TIME ZONE " + c.zoneName(loc) + ")")
	case c.mysql() && loc.String() != "UTC":
		c.SQL("CONVERT_TZ(")
		c.Node(n)
		c.SQL(", 'UTC', " + c.zoneName(loc) + ")")
	default:
		c.Node(n)
	}
}

// extractNode is a part of a date or time.
type extractNode struct {
	part  DatePart
	value Node
	of    temporal
}

func (n *extractNode) walk(f func(Node)) { f(n.value) }
func (n *extractNode) transformed() Node { return n.value }
func (n *extractNode) write(c *Compiler) {
	if n.part.String() == "" || n.of == temporalDay && n.part >= PartHour || n.of == temporalClock && n.part < PartHour {
		c.Fail(fmt.Errorf("orm: there is no part %q in such a value", n.part))
		return
	}
	switch {
	case c.d.Name == "postgresql":
		c.extractPostgres(n)
	case c.d.Name == "sqlite":
		c.sqliteDate([...]string{"django_datetime_extract", "django_date_extract", "django_time_extract"}[n.of], n.part, n.value, n.of, false)
	case c.mysql():
		c.extractMySQL(n)
	default:
		c.Unsupported("parts of dates", "")
	}
}

func (c *Compiler) extractPostgres(n *extractNode) {
	field := strings.ToUpper(n.part.String())
	more := ""
	switch n.part {
	case PartWeekDay:
		field, more = "DOW", " + 1"
	case PartISOWeekDay:
		field = "ISODOW"
	case PartISOYear:
		field = "ISOYEAR"
	case PartSecond:
		c.SQL("CAST(FLOOR(EXTRACT(SECOND FROM ")
		c.inZone(n.value, n.of)
		c.SQL(")) AS integer)")
		return
	}
	c.SQL("CAST(EXTRACT(" + field + " FROM ")
	c.inZone(n.value, n.of)
	c.SQL(")" + more + " AS integer)")
}

func (c *Compiler) extractMySQL(n *extractNode) {
	open, end := "EXTRACT("+strings.ToUpper(n.part.String())+" FROM ", ")"
	switch n.part {
	case PartWeekDay:
		open = "DAYOFWEEK("
	case PartISOWeekDay:
		open, end = "(WEEKDAY(", ") + 1)"
	case PartWeek:
		open, end = "WEEK(", ", 3)"
	case PartISOYear:
		open, end = "(YEARWEEK(", ", 3) DIV 100)"
	case PartQuarter:
		open = "QUARTER("
	}
	c.SQL(open)
	c.inZone(n.value, n.of)
	c.SQL(end)
}

// sqliteDate calls one of the functions that Django, and our backend, registers.
func (c *Compiler) sqliteDate(function string, part DatePart, value Node, of temporal, zone bool) {
	c.SQL(function + "(")
	if part != 0 {
		c.SQL("'" + part.String() + "', ")
	}
	c.Node(value)
	switch {
	case of == temporalMoment:
		c.SQL(", " + c.zoneName(c.zoneOf(value)) + ", 'UTC'")
	case zone:
		c.SQL(", NULL, NULL")
	}
	c.SQL(")")
}

// castDayNode is the day, or the time of day, of a moment.
type castDayNode struct {
	value Node
	clock bool
}

func (n *castDayNode) walk(f func(Node)) { f(n.value) }
func (n *castDayNode) transformed() Node { return n.value }
func (n *castDayNode) write(c *Compiler) {
	what := "DATE"
	if n.clock {
		what = "TIME"
	}
	switch {
	case c.d.Name == "postgresql":
		c.SQL("CAST(")
		c.inZone(n.value, temporalMoment)
		c.SQL(" AS " + strings.ToLower(what) + ")")
	case c.d.Name == "sqlite":
		c.sqliteDate("django_datetime_cast_"+strings.ToLower(what), 0, n.value, temporalMoment, true)
	case c.mysql():
		c.SQL(what + "(")
		c.inZone(n.value, temporalMoment)
		c.SQL(")")
	default:
		c.Unsupported("the day of a moment", "")
	}
}

// truncNode is the beginning of a part.
type truncNode struct {
	part  DatePart
	value Node
	of    temporal
}

func (n *truncNode) walk(f func(Node)) { f(n.value) }
func (n *truncNode) transformed() Node { return n.value }
func (n *truncNode) write(c *Compiler) {
	switch n.part {
	case PartYear, PartQuarter, PartMonth, PartWeek, PartDay:
		if n.of == temporalClock {
			c.Fail(fmt.Errorf("orm: a time of day has no beginning of the %s", n.part))
			return
		}
	case PartHour, PartMinute, PartSecond:
		if n.of == temporalDay {
			c.Fail(fmt.Errorf("orm: a day has no beginning of the %s", n.part))
			return
		}
	default:
		c.Fail(fmt.Errorf("orm: dates cannot be cut down to %q", n.part))
		return
	}
	switch {
	case c.d.Name == "postgresql":
		c.truncPostgres(n)
	case c.d.Name == "sqlite" && n.of == temporalMoment && c.zoneOf(n.value).String() != "UTC":
		// What clocks show in the zone is turned back into UTC.
		c.SQL("django_datetime_trunc('second', ")
		c.sqliteDate("django_datetime_trunc", n.part, n.value, n.of, true)
		c.SQL(", 'UTC', " + c.zoneName(c.zoneOf(n.value)) + ")")
	case c.d.Name == "sqlite":
		c.truncSQLite(n)
	case c.mysql():
		c.truncMySQL(n)
	default:
		c.Unsupported("the beginning of a "+n.part.String(), "")
	}
}

// truncSQLite calls Django's function, which returns what clocks in the zone show,
// and then the same function the other way round, for the moment that it is.
func (c *Compiler) truncSQLite(n *truncNode) {
	back := n.of == temporalMoment && c.zoneOf(n.value).String() != "UTC"
	if back {
		c.SQL("django_datetime_trunc('second', ")
	}
	c.sqliteDate([...]string{"django_datetime_trunc", "django_date_trunc", "django_time_trunc"}[n.of], n.part, n.value, n.of, true)
	if back {
		c.SQL(", 'UTC', " + c.zoneName(c.zoneOf(n.value)) + ")")
	}
}

func (c *Compiler) truncPostgres(n *truncNode) {
	if n.of == temporalMoment {
		c.SQL("DATE_TRUNC('" + n.part.String() + "', ")
		c.Node(n.value)
		c.SQL(", " + c.zoneName(c.zoneOf(n.value)) + ")")
		return
	}
	c.SQL("CAST(DATE_TRUNC('" + n.part.String() + "', ")
	c.Node(n.value)
	c.SQL([...]string{"", ") AS date)", ") AS time)"}[n.of])
}

// truncFormats are formats that fill the smaller parts with their beginning.
var truncFormats = map[DatePart]string{
	PartYear: "%Y-01-01", PartMonth: "%Y-%m-01", PartDay: "%Y-%m-%d",
	PartHour: "%H:00:00", PartMinute: "%H:%i:00", PartSecond: "%H:%i:%s",
}

func (c *Compiler) truncMySQL(n *truncNode) {
	value := c.capture(func() { c.inZone(n.value, n.of) })
	back := n.of == temporalMoment && c.zoneOf(n.value).String() != "UTC"
	if back {
		c.SQL("CONVERT_TZ(")
	}
	format := truncFormats[n.part]
	c.SQL("CAST(DATE_FORMAT(")
	switch n.part {
	case PartQuarter:
		format = "%Y-%m-01"
		c.SQL("MAKEDATE(YEAR(")
		c.fragment(value)
		c.SQL("), 1) + INTERVAL QUARTER(")
		c.fragment(value)
		c.SQL(") QUARTER - INTERVAL 1 QUARTER")
	case PartWeek:
		format = "%Y-%m-%d"
		c.SQL("DATE_SUB(")
		c.fragment(value)
		c.SQL(", INTERVAL WEEKDAY(")
		c.fragment(value)
		c.SQL(") DAY)")
	default:
		c.fragment(value)
	}
	to := [...]string{"DATETIME", "DATE", "TIME"}[n.of]
	if n.of == temporalMoment {
		if n.part >= PartHour {
			format = "%Y-%m-%d " + format
		} else {
			format += " 00:00:00"
		}
	}
	c.SQL(", '" + format + "') AS " + to + ")")
	if back {
		c.SQL(", " + c.zoneName(c.zoneOf(n.value)) + ", 'UTC')")
	}
}

// shiftNode is a moment moved by a duration.
type shiftNode struct {
	value, by Node
	back      bool
}

func (n *shiftNode) walk(f func(Node)) { f(n.value); f(n.by) }
func (n *shiftNode) write(c *Compiler) {
	op := "+"
	if n.back {
		op = "-"
	}
	switch {
	case c.d.Name == "sqlite":
		c.SQL("django_format_dtdelta('" + op + "', ")
		c.Node(n.value)
		c.SQL(", ")
		c.Node(n.by)
		c.SQL(")")
	case c.mysql():
		c.SQL("(")
		c.Node(n.value)
		c.SQL(" " + op + " INTERVAL ")
		c.Node(n.by)
		c.SQL(" MICROSECOND)")
	default:
		c.SQL("(")
		c.Node(n.value)
		c.SQL(" " + op + " ")
		c.typed(n.by)
		c.SQL(")")
	}
}

// sinceNode is the time between two moments.
type sinceNode struct{ later, earlier Node }

func (n *sinceNode) walk(f func(Node)) { f(n.later); f(n.earlier) }
func (n *sinceNode) write(c *Compiler) {
	a, b := n.later, n.earlier
	open, between := "(", " - "
	switch {
	case c.d.Name == "sqlite":
		open, between = "django_timestamp_diff(", ", "
	case c.mysql():
		a, b = b, a
		open, between = "TIMESTAMPDIFF(MICROSECOND, ", ", "
	}
	c.SQL(open)
	c.Node(a)
	c.SQL(between)
	c.typed(b)
	c.SQL(")")
}
