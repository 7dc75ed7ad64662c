package orm

import "time"

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

// The parts of a moment are those that clocks show in the zone of the query, or in
// the one given by In.

func moment(n Node) TimeExpr { return TimeExpr{n} }

// In returns the same moment, with the zone loc for parts and truncations. loc
// must be a named zone, or UTC.
func (e TimeExpr) In(loc *time.Location) TimeExpr { return moment(&zoneNode{e.n, loc}) }

// Extract returns a part as a number.
func (e TimeExpr) Extract(p DatePart) Int64Expr {
	return Int64Expr{&extractNode{p, e.n, temporalMoment}}
}

// Trunc returns the beginning of the year, quarter, month, week (Monday), day,
// hour, minute or second.
func (e TimeExpr) Trunc(p DatePart) TimeExpr { return moment(&truncNode{p, e.n, temporalMoment}) }

// Year returns the year. Comparisons with a year use the column's index.
func (e TimeExpr) Year() Int64Expr { return e.Extract(PartYear) }

// Month returns the month, 1 to 12.
func (e TimeExpr) Month() Int64Expr { return e.Extract(PartMonth) }

// Day returns the day of the month.
func (e TimeExpr) Day() Int64Expr { return e.Extract(PartDay) }

// Week returns the ISO week.
func (e TimeExpr) Week() Int64Expr { return e.Extract(PartWeek) }

// WeekDay returns the day of the week: Sunday is 1, Saturday 7.
func (e TimeExpr) WeekDay() Int64Expr { return e.Extract(PartWeekDay) }

// ISOWeekDay returns the day of the week: Monday is 1, Sunday 7.
func (e TimeExpr) ISOWeekDay() Int64Expr { return e.Extract(PartISOWeekDay) }

// ISOYear returns the year of the ISO week.
func (e TimeExpr) ISOYear() Int64Expr { return e.Extract(PartISOYear) }

// Quarter returns the quarter, 1 to 4.
func (e TimeExpr) Quarter() Int64Expr { return e.Extract(PartQuarter) }

// Hour returns the hour, 0 to 23.
func (e TimeExpr) Hour() Int64Expr { return e.Extract(PartHour) }

// Minute returns the minute.
func (e TimeExpr) Minute() Int64Expr { return e.Extract(PartMinute) }

// Second returns the second, without fractions.
func (e TimeExpr) Second() Int64Expr { return e.Extract(PartSecond) }

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
func (e TimeExpr) Since(o Operand[time.Time]) DurationExpr {
	return DurationExpr{&sinceNode{e.n, operand(o)}}
}

func day(n Node) DateExpr { return DateExpr{n} }

// Extract returns a part as a number.
func (e DateExpr) Extract(p DatePart) Int64Expr {
	return Int64Expr{&extractNode{p, e.n, temporalDay}}
}

// Trunc returns the first day of the year, quarter, month or week (Monday).
func (e DateExpr) Trunc(p DatePart) DateExpr { return day(&truncNode{p, e.n, temporalDay}) }

// Year returns the year. Comparisons with a year use the column's index.
func (e DateExpr) Year() Int64Expr { return e.Extract(PartYear) }

// Month returns the month, 1 to 12.
func (e DateExpr) Month() Int64Expr { return e.Extract(PartMonth) }

// Day returns the day of the month.
func (e DateExpr) Day() Int64Expr { return e.Extract(PartDay) }

// Week returns the ISO week.
func (e DateExpr) Week() Int64Expr { return e.Extract(PartWeek) }

// WeekDay returns the day of the week: Sunday is 1, Saturday 7.
func (e DateExpr) WeekDay() Int64Expr { return e.Extract(PartWeekDay) }

// ISOWeekDay returns the day of the week: Monday is 1, Sunday 7.
func (e DateExpr) ISOWeekDay() Int64Expr { return e.Extract(PartISOWeekDay) }

// ISOYear returns the year of the ISO week.
func (e DateExpr) ISOYear() Int64Expr { return e.Extract(PartISOYear) }

// Quarter returns the quarter, 1 to 4.
func (e DateExpr) Quarter() Int64Expr { return e.Extract(PartQuarter) }

func clock(n Node) TimeOfDayExpr { return TimeOfDayExpr{n} }

// Trunc returns the time of day at the beginning of its hour, minute or second.
func (e TimeOfDayExpr) Trunc(p DatePart) TimeOfDayExpr {
	return clock(&truncNode{p, e.n, temporalClock})
}

// Hour returns the hour, 0 to 23.
func (e TimeOfDayExpr) Hour() Int64Expr {
	return Int64Expr{&extractNode{PartHour, e.n, temporalClock}}
}

// Minute returns the minute.
func (e TimeOfDayExpr) Minute() Int64Expr {
	return Int64Expr{&extractNode{PartMinute, e.n, temporalClock}}
}

// Second returns the second, without fractions.
func (e TimeOfDayExpr) Second() Int64Expr {
	return Int64Expr{&extractNode{PartSecond, e.n, temporalClock}}
}
