package sqldb

import (
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"net/netip"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

func (c *conn) args(args []any) ([]any, error) {
	values := make([]any, len(args))
	for i, arg := range args {
		v, err := c.arg(arg)
		if err != nil {
			return nil, fmt.Errorf("sqldb: argument %d: %w", i+1, err)
		}
		values[i] = v
	}
	return values, nil
}

// Arg returns an argument of a statement as a driver takes it for the dialect of
// that name: durations as microseconds, days, times of day, decimals, addresses
// and JSON as text. UUIDs are text of 36 signs for "postgresql" and of 32 hexadecimal
// digits for others, moments are text in UTC with microseconds for "sqlite",
// "mysql" and "mariadb" (which is how Django keeps them) and a time.Time for
// others.
func Arg(dialect string, arg any) (driver.Value, error) {
	switch v := arg.(type) {
	case nil, bool, int64, float64, string:
		return v, nil
	case []byte:
		if v == nil {
			return nil, nil
		}
		return v, nil
	case time.Time:
		return timeArg(dialect, v)
	case time.Duration:
		return v.Microseconds(), nil
	case uuid.UUID:
		if dialect == "postgresql" {
			return v.String(), nil
		}
		return hex.EncodeToString(v[:]), nil
	case orm.JSONText:
		return string(v), nil
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
	case decimal.Decimal:
		return v.String(), nil
	case netip.Addr:
		return v.String(), nil
	}
	return nil, fmt.Errorf("%T is no type of an argument: %w", arg, orm.ErrData)
}

func timeArg(dialect string, t time.Time) (driver.Value, error) {
	t = t.UTC().Truncate(time.Microsecond)
	if y := t.Year(); y < 1 || y > 9999 {
		return nil, fmt.Errorf("the year %d is not between 1 and 9999: %w", y, orm.ErrData)
	}
	switch dialect {
	case "sqlite":
		// Without a fraction where there is none, as Python's isoformat: text is
		// compared as text.
		if t.Nanosecond() == 0 {
			return t.Format(time.DateTime), nil
		}
		return t.Format("2006-01-02 15:04:05.000000"), nil
	case "mysql", "mariadb":
		return t.Format("2006-01-02 15:04:05.000000"), nil
	}
	return t, nil
}
