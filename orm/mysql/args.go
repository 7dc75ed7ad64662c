package mysql

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// convertArgs turns arguments into the driver's. Decimals need a cast in the
// statement: as the text that they are sent as, they would be compared and
// calculated with as floating-point numbers.
func convertArgs(query string, args []any) (string, []driver.NamedValue, error) {
	if len(args) == 0 {
		return query, nil, nil
	}
	values := make([]driver.NamedValue, len(args))
	var casts []cast
	for i, arg := range args {
		v, err := convertArg(arg)
		if err != nil {
			return "", nil, fmt.Errorf("mysql: argument %d: %w", i+1, err)
		}
		values[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
		if d, ok := arg.(decimal.Decimal); ok {
			casts = append(casts, cast{i, max(0, int(-d.Exponent()))})
		}
	}
	if casts != nil {
		query = addCasts(query, casts)
	}
	return query, values, nil
}

func convertArg(arg any) (driver.Value, error) {
	switch v := arg.(type) {
	case nil, bool, int64, float64:
		return v, nil
	case []byte:
		if v == nil {
			return nil, nil
		}
		return v, nil
	case string:
		if !utf8.ValidString(v) {
			return nil, fmt.Errorf("text that is not UTF-8: %w", orm.ErrData)
		}
		return v, nil
	case orm.JSONText:
		// As text: MySQL makes no JSON of binary strings.
		return string(v), nil
	case time.Time:
		return formatTime(v)
	case time.Duration:
		return v.Microseconds(), nil
	case civil.Date:
		if !v.Valid() || v.Year < 1 {
			return nil, fmt.Errorf("%s is no day: %w", v, orm.ErrData)
		}
		return v.String(), nil
	case civil.Time:
		if !v.Valid() {
			return nil, fmt.Errorf("%s is no time of day: %w", v, orm.ErrData)
		}
		return v.String(), nil
	case uuid.UUID:
		return hex.EncodeToString(v[:]), nil
	case decimal.Decimal:
		return v.String(), nil
	case netip.Addr:
		return v.String(), nil
	}
	return nil, fmt.Errorf("%T is no type that MySQL takes: %w", arg, orm.ErrData)
}

// timeLayout is how datetime(6) is written. Django's times have microseconds, and
// what is finer is cut off: MySQL would round it and MariaDB cut it.
const timeLayout = "2006-01-02 15:04:05.000000"

func formatTime(t time.Time) (string, error) {
	t = t.UTC()
	if y := t.Year(); y < 1 || y > 9999 {
		return "", fmt.Errorf("the year %d is not between 1 and 9999: %w", y, orm.ErrData)
	}
	return t.Format(timeLayout), nil
}

// cast is a decimal argument and how many digits it has behind the point.
type cast struct{ arg, scale int }

// maxDigits and maxScale are DECIMAL's limits in MySQL and MariaDB (38 in the
// latter from 10.2.1).
const (
	maxDigits = 65
	maxScale  = 30
)

// addCasts puts CAST around the placeholders of decimals.
func addCasts(query string, casts []cast) string {
	var b strings.Builder
	b.Grow(len(query) + 32*len(casts))
	at, n := 0, 0
	for rest := casts; len(rest) > 0; n++ {
		i := placeholder(query, at)
		if i < 0 {
			break // the driver tells that their numbers differ
		}
		b.WriteString(query[at:i])
		if n == rest[0].arg {
			b.WriteString("CAST(? AS DECIMAL(" + strconv.Itoa(maxDigits) + "," + strconv.Itoa(min(rest[0].scale, maxScale)) + "))")
			rest = rest[1:]
		} else {
			b.WriteByte('?')
		}
		at = i + 1
	}
	b.WriteString(query[at:])
	return b.String()
}

// placeholder returns where the next ? at or after i stands that is not part of
// a text, a name or a comment, or -1.
func placeholder(query string, i int) int {
	for i < len(query) {
		switch c := query[i]; {
		case c == '?':
			return i
		case c == '\'' || c == '"' || c == '`':
			i = skipQuoted(query, i)
		case c == '#' || c == '-' && dashes(query[i:]):
			i = skipPast(query, i, "\n")
		case c == '/' && strings.HasPrefix(query[i:], "/*"):
			i = skipPast(query, i+2, "*/")
		default:
			i++
		}
	}
	return -1
}

// dashes tells whether a comment begins here: two dashes and white space.
func dashes(s string) bool {
	return strings.HasPrefix(s, "--") && len(s) > 2 && s[2] <= ' '
}

// skipQuoted returns the place behind the text or name that begins at i. A doubled
// quotation mark inside is read as two texts, to the same effect.
func skipQuoted(query string, i int) int {
	quote := query[i]
	for i++; i < len(query); i++ {
		switch query[i] {
		case '\\':
			if quote != '`' {
				i++
			}
		case quote:
			return i + 1
		}
	}
	return len(query)
}

func skipPast(query string, i int, end string) int {
	n := strings.Index(query[i:], end)
	if n < 0 {
		return len(query)
	}
	return i + n + len(end)
}
