package sqlite

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/nuages-web/nuages/civil"
)

// cell is a value as SQLite has it.
type cell struct {
	kind    int32 // SQLITE_INTEGER, …
	integer int64
	real    float64
	text    []byte // of a text or blob
}

// toInt reads other types as a whole number: a sum of an empty NUMERIC column is a REAL.
func (v cell) toInt() (int64, bool) {
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		return v.integer, true
	case sqlite3.SQLITE_FLOAT:
		n := int64(v.real)
		return n, float64(n) == v.real && math.Abs(v.real) < 1<<63
	case sqlite3.SQLITE_TEXT:
		n, err := strconv.ParseInt(string(v.text), 10, 64)
		return n, err == nil
	}
	return 0, false
}

func (v cell) toFloat() (float64, bool) {
	switch v.kind {
	case sqlite3.SQLITE_FLOAT:
		return v.real, true
	case sqlite3.SQLITE_INTEGER:
		return float64(v.integer), true
	case sqlite3.SQLITE_TEXT:
		f, err := strconv.ParseFloat(string(v.text), 64)
		return f, err == nil
	}
	return 0, false
}

func (v cell) toText() (string, bool) {
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		return strconv.FormatInt(v.integer, 10), true
	case sqlite3.SQLITE_FLOAT:
		return formatReal(v.real), true
	case sqlite3.SQLITE_TEXT, sqlite3.SQLITE_BLOB:
		return string(v.text), true
	}
	return "", false
}

// formatReal writes a REAL as SQLite's casts do: 15 digits, and never like an
// integer.
func formatReal(f float64) string {
	s := strconv.FormatFloat(f, 'g', 15, 64)
	if strings.ContainsAny(s, ".IN") {
		return s
	}
	if m, e, ok := strings.Cut(s, "e"); ok {
		return m + ".0e" + e
	}
	return s + ".0"
}

// scan reads what has no method of its own. It returns what dest is, and whether
// the value is one.
func (v cell) scan(dest any) (as string, ok bool) {
	switch dest := dest.(type) {
	case *civil.Date:
		*dest, ok = v.date()
		return "date", ok
	case *civil.Time:
		*dest, ok = v.clock()
		return "time of day", ok
	case *time.Duration:
		*dest, ok = v.duration()
		return "duration", ok
	case *uuid.UUID:
		id, err := uuid.ParseBytes(v.text)
		*dest = id
		return "UUID", err == nil && v.kind == sqlite3.SQLITE_TEXT
	case *decimal.Decimal:
		*dest, ok = v.decimal()
		return "decimal", ok
	}
	return "", false
}

// date reads a date; of a moment it is the day in UTC.
func (v cell) date() (civil.Date, bool) {
	if v.kind != sqlite3.SQLITE_TEXT {
		return civil.Date{}, false
	}
	if t, ok := parseTime(v.text); ok {
		return civil.DateOf(t), true
	}
	return civil.Date{}, false
}

func (v cell) clock() (civil.Time, bool) {
	if v.kind != sqlite3.SQLITE_TEXT {
		return civil.Time{}, false
	}
	hour, minute, second, nano, rest, ok := parseClock(v.text)
	return civil.Time{Hour: hour, Minute: minute, Second: second, Nanosecond: nano}, ok && len(rest) == 0
}

// duration reads microseconds, and the text of Python's timedelta, which sums
// and differences made by django_format_dtdelta are.
func (v cell) duration() (time.Duration, bool) {
	if v.kind == sqlite3.SQLITE_TEXT {
		micro, ok := parseTimedelta(string(v.text))
		return time.Duration(micro) * time.Microsecond, ok && fitsDuration(micro)
	}
	micro, ok := v.integer, v.kind == sqlite3.SQLITE_INTEGER
	if !ok {
		micro, ok = v.toInt()
	}
	return time.Duration(micro) * time.Microsecond, ok && fitsDuration(micro)
}

func fitsDuration(micro int64) bool {
	return micro <= math.MaxInt64/1000 && micro >= math.MinInt64/1000
}

// decimal reads a decimal number. Of a REAL it takes 15 digits, as Django does:
// more are noise of the binary form.
func (v cell) decimal() (decimal.Decimal, bool) {
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		return decimal.NewFromInt(v.integer), true
	case sqlite3.SQLITE_FLOAT:
		d, err := decimal.NewFromString(strconv.FormatFloat(v.real, 'g', 15, 64))
		return d, err == nil
	case sqlite3.SQLITE_TEXT:
		if len(v.text) > maxDecimal {
			return decimal.Decimal{}, false
		}
		d, err := decimal.NewFromString(string(v.text))
		return d, err == nil
	}
	return decimal.Decimal{}, false
}

// maxDecimal bounds the text of a decimal number, in bytes.
const maxDecimal = 2000

// natural returns the Go type that the column's declared type stands for, as
// Python's converters do, or else the one of the value.
func (v cell) natural(declared string) any {
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		switch declared {
		case "bool", "boolean":
			return v.integer != 0
		case "decimal":
			return decimal.NewFromInt(v.integer)
		}
		return v.integer
	case sqlite3.SQLITE_FLOAT:
		if declared == "decimal" {
			if d, ok := v.decimal(); ok {
				return d
			}
		}
		return v.real
	case sqlite3.SQLITE_TEXT:
		return v.naturalText(declared)
	case sqlite3.SQLITE_BLOB:
		return append([]byte{}, v.text...)
	}
	return nil
}

func (v cell) naturalText(declared string) any {
	switch declared {
	case "datetime", "timestamp":
		if t, ok := parseTime(v.text); ok {
			return t
		}
	case "date":
		if d, ok := v.date(); ok {
			return d
		}
	case "time":
		if t, ok := v.clock(); ok {
			return t
		}
	case "decimal":
		if d, ok := v.decimal(); ok {
			return d
		}
	}
	return string(v.text)
}

// describe tells what the value is, for errors.
func (v cell) describe() string {
	switch v.kind {
	case sqlite3.SQLITE_INTEGER:
		return fmt.Sprintf("the integer %d", v.integer)
	case sqlite3.SQLITE_FLOAT:
		return fmt.Sprintf("the number %v", v.real)
	case sqlite3.SQLITE_TEXT:
		return fmt.Sprintf("the text %q", shorten(string(v.text)))
	case sqlite3.SQLITE_BLOB:
		return fmt.Sprintf("a blob of %d bytes", len(v.text))
	}
	return "null"
}
