package orm

import (
	"time"

	"github.com/nuages-web/nuages/civil"
)

// DatePart is a part of a date or time: what Extract takes out of it, and what
// Trunc cuts it down to. There are only these, so text from outside cannot become
// one (CVE-2022-34265).
type DatePart uint8

// Parts of dates and times.
const (
	PartYear       DatePart = iota + 1
	PartISOYear             // year of the ISO week; not for Trunc
	PartQuarter             // 1 to 4
	PartMonth               // 1 to 12
	PartWeek                // ISO week, 1 to 53
	PartDay                 // of the month
	PartWeekDay             // Sunday is 1, Saturday 7; not for Trunc
	PartISOWeekDay          // Monday is 1, Sunday 7; not for Trunc
	PartHour                // 0 to 23
	PartMinute              // 0 to 59
	PartSecond              // 0 to 59
)

// partNames are Django's names of the parts.
var partNames = [...]string{"", "year", "iso_year", "quarter", "month", "week", "day", "week_day", "iso_week_day", "hour", "minute", "second"}

func partNamed(name string) DatePart {
	for i, s := range partNames {
		if i > 0 && s == name {
			return DatePart(i)
		}
	}
	return 0
}

// String returns Django's name of the part: "iso_week_day".
func (p DatePart) String() string {
	if int(p) < len(partNames) {
		return partNames[p]
	}
	return ""
}

// TimeExpr is an expression that is a moment. Its parts are those that clocks show
// in the zone of the query, or in the one given by In. See [Expr] for comparisons.
type TimeExpr struct{ Expr[time.Time] }

func moment(n Node) TimeExpr { return TimeExpr{Expr[time.Time]{n}} }

// In returns the same moment, with the zone loc for parts and truncations. loc
// must be a named zone, or UTC.
func (e TimeExpr) In(loc *time.Location) TimeExpr { return moment(&zoneNode{e.n, loc}) }

// Extract returns a part as a number.
func (e TimeExpr) Extract(p DatePart) NumExpr[int64] {
	return num[int64](&extractNode{p, e.n, temporalMoment})
}

// Trunc returns the beginning of the year, quarter, month, week (Monday), day,
// hour, minute or second.
func (e TimeExpr) Trunc(p DatePart) TimeExpr { return moment(&truncNode{p, e.n, temporalMoment}) }

// Year returns the year. Comparisons with a year use the column's index.
func (e TimeExpr) Year() NumExpr[int64] { return e.Extract(PartYear) }

// Month returns the month, 1 to 12.
func (e TimeExpr) Month() NumExpr[int64] { return e.Extract(PartMonth) }

// Day returns the day of the month.
func (e TimeExpr) Day() NumExpr[int64] { return e.Extract(PartDay) }

// Week returns the ISO week.
func (e TimeExpr) Week() NumExpr[int64] { return e.Extract(PartWeek) }

// WeekDay returns the day of the week: Sunday is 1, Saturday 7.
func (e TimeExpr) WeekDay() NumExpr[int64] { return e.Extract(PartWeekDay) }

// ISOWeekDay returns the day of the week: Monday is 1, Sunday 7.
func (e TimeExpr) ISOWeekDay() NumExpr[int64] { return e.Extract(PartISOWeekDay) }

// ISOYear returns the year of the ISO week.
func (e TimeExpr) ISOYear() NumExpr[int64] { return e.Extract(PartISOYear) }

// Quarter returns the quarter, 1 to 4.
func (e TimeExpr) Quarter() NumExpr[int64] { return e.Extract(PartQuarter) }

// Hour returns the hour, 0 to 23.
func (e TimeExpr) Hour() NumExpr[int64] { return e.Extract(PartHour) }

// Minute returns the minute.
func (e TimeExpr) Minute() NumExpr[int64] { return e.Extract(PartMinute) }

// Second returns the second, without fractions.
func (e TimeExpr) Second() NumExpr[int64] { return e.Extract(PartSecond) }

// Date returns the day (Django's TruncDate).
func (e TimeExpr) Date() DateExpr { return day(&castDayNode{e.n, false}) }

// TimeOfDay returns the time of day (Django's TruncTime).
func (e TimeExpr) TimeOfDay() TimeOfDayExpr { return clock(&castDayNode{e.n, true}) }

// Add returns the moment d later.
func (e TimeExpr) Add(d time.Duration) TimeExpr {
	return moment(&shiftNode{e.n, &valNode{v: d}, false})
}

// AddF returns the moment that is later by another expression.
func (e TimeExpr) AddF(d Operand[time.Duration]) TimeExpr {
	return moment(&shiftNode{e.n, operand(d), false})
}

// SubF returns the moment that is earlier by another expression.
func (e TimeExpr) SubF(d Operand[time.Duration]) TimeExpr {
	return moment(&shiftNode{e.n, operand(d), true})
}

// Since returns the time from o to e.
func (e TimeExpr) Since(o Operand[time.Time]) Expr[time.Duration] {
	return Expr[time.Duration]{&sinceNode{e.n, operand(o)}}
}

// DateExpr is an expression that is a day. See [Expr] for comparisons.
type DateExpr struct{ Expr[civil.Date] }

func day(n Node) DateExpr { return DateExpr{Expr[civil.Date]{n}} }

// Extract returns a part as a number.
func (e DateExpr) Extract(p DatePart) NumExpr[int64] {
	return num[int64](&extractNode{p, e.n, temporalDay})
}

// Trunc returns the first day of the year, quarter, month or week (Monday).
func (e DateExpr) Trunc(p DatePart) DateExpr { return day(&truncNode{p, e.n, temporalDay}) }

// Year returns the year. Comparisons with a year use the column's index.
func (e DateExpr) Year() NumExpr[int64] { return e.Extract(PartYear) }

// Month returns the month, 1 to 12.
func (e DateExpr) Month() NumExpr[int64] { return e.Extract(PartMonth) }

// Day returns the day of the month.
func (e DateExpr) Day() NumExpr[int64] { return e.Extract(PartDay) }

// Week returns the ISO week.
func (e DateExpr) Week() NumExpr[int64] { return e.Extract(PartWeek) }

// WeekDay returns the day of the week: Sunday is 1, Saturday 7.
func (e DateExpr) WeekDay() NumExpr[int64] { return e.Extract(PartWeekDay) }

// ISOWeekDay returns the day of the week: Monday is 1, Sunday 7.
func (e DateExpr) ISOWeekDay() NumExpr[int64] { return e.Extract(PartISOWeekDay) }

// ISOYear returns the year of the ISO week.
func (e DateExpr) ISOYear() NumExpr[int64] { return e.Extract(PartISOYear) }

// Quarter returns the quarter, 1 to 4.
func (e DateExpr) Quarter() NumExpr[int64] { return e.Extract(PartQuarter) }

// TimeOfDayExpr is an expression that is a time of day. See [Expr] for comparisons.
type TimeOfDayExpr struct{ Expr[civil.Time] }

func clock(n Node) TimeOfDayExpr { return TimeOfDayExpr{Expr[civil.Time]{n}} }

// Trunc returns the time of day at the beginning of its hour, minute or second.
func (e TimeOfDayExpr) Trunc(p DatePart) TimeOfDayExpr {
	return clock(&truncNode{p, e.n, temporalClock})
}

// Hour returns the hour, 0 to 23.
func (e TimeOfDayExpr) Hour() NumExpr[int64] {
	return num[int64](&extractNode{PartHour, e.n, temporalClock})
}

// Minute returns the minute.
func (e TimeOfDayExpr) Minute() NumExpr[int64] {
	return num[int64](&extractNode{PartMinute, e.n, temporalClock})
}

// Second returns the second, without fractions.
func (e TimeOfDayExpr) Second() NumExpr[int64] {
	return num[int64](&extractNode{PartSecond, e.n, temporalClock})
}
