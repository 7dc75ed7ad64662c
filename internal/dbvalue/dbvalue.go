// Package dbvalue reads the values of drivers of database/sql as the types of
// package orm's rows:
//
//	n, err := dbvalue.Int64([]byte("12.00")) // a sum, which is a decimal: 12
//
// Drivers give int64, float64, bool, time.Time, string and []byte, and some
// uint64 and float32. Expressions come as other types than columns do, so every
// function takes every type that can be read without losing something. Text and
// []byte are read alike, and nothing that is returned shares memory with a value.
package dbvalue

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// errType tells that a value is of a type that cannot be read as asked.
func errType(v driver.Value, what string) error {
	return fmt.Errorf("%w: a %T is no %s", errRead, v, what)
}

// errText tells that text cannot be read as asked. It shows its beginning.
func errText(s, what string) error {
	return fmt.Errorf("%w: %.40q is no %s", errRead, s, what)
}

// errRead is the beginning of every error of this package.
var errRead = errors.New("read a value of the database")

// text returns v as a string, if it is one or bytes.
func text(v driver.Value) (string, bool) {
	switch v := v.(type) {
	case []byte:
		return string(v), true
	case string:
		return v, true
	}
	return "", false
}

// Int64 reads integers, and decimals and floating-point numbers without a
// fraction.
func Int64(v driver.Value) (int64, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v), nil
		}
		return 0, errText(strconv.FormatUint(v, 10), "64-bit integer")
	case bool:
		if v {
			return 1, nil
		}
		return 0, nil
	case float64:
		// 1<<63 is a float64, and the first that is too large.
		if v == math.Trunc(v) && v >= -1<<63 && v < 1<<63 {
			return int64(v), nil
		}
		return 0, errText(strconv.FormatFloat(v, 'g', -1, 64), "integer")
	}
	s, ok := text(v)
	if !ok {
		return 0, errType(v, "integer")
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return n, nil
	}
	// "12.00" is 12; an exponent would cost more than it is worth.
	whole, fraction, _ := strings.Cut(s, ".")
	if n, err := strconv.ParseInt(whole, 10, 64); err == nil && strings.Trim(fraction, "0") == "" {
		return n, nil
	}
	return 0, errText(s, "integer")
}

// Float64 reads numbers of every kind.
func Float64(v driver.Value) (float64, error) {
	switch v := v.(type) {
	case float64:
		return v, nil
	case float32:
		// The nearest to a short decimal, which was meant.
		return strconv.ParseFloat(strconv.FormatFloat(float64(v), 'g', -1, 32), 64)
	case int64:
		return float64(v), nil
	case uint64:
		return float64(v), nil
	}
	s, ok := text(v)
	if !ok {
		return 0, errType(v, "number")
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0, errText(s, "number")
	}
	return f, nil
}

// Bool reads booleans, numbers (0 is false), MySQL's bit(1), and the text of
// JSON's booleans.
func Bool(v driver.Value) (bool, error) {
	switch v := v.(type) {
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	case float64:
		return v != 0, nil
	}
	s, ok := text(v)
	if !ok {
		return false, errType(v, "boolean")
	}
	switch s {
	case "1", "\x01", "true", "t":
		return true, nil
	case "0", "\x00", "false", "f":
		return false, nil
	}
	return false, errText(s, "boolean")
}

// Text reads text, and everything else as text: moments as "2006-01-02
// 15:04:05.999999" in UTC.
func Text(v driver.Value) (string, error) {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10), nil
	case uint64:
		return strconv.FormatUint(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case float32:
		return strconv.FormatFloat(float64(v), 'g', -1, 32), nil
	case bool:
		return strconv.FormatBool(v), nil
	case time.Time:
		return v.UTC().Format("2006-01-02 15:04:05.999999"), nil
	}
	s, ok := text(v)
	if !ok {
		return "", errType(v, "text")
	}
	return s, nil
}

// Bytes reads binary values, and everything else as Text does.
func Bytes(v driver.Value) ([]byte, error) {
	if b, ok := v.([]byte); ok {
		return append(make([]byte, 0, len(b)), b...), nil
	}
	s, err := Text(v)
	if err != nil {
		return nil, err
	}
	return []byte(s), nil
}

// timeLayouts are the forms of moments: fractions are taken as well, and where
// there is no zone the moment is in UTC.
var timeLayouts = [...]string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05Z07:00", time.RFC3339, "2006-01-02 15:04", time.DateOnly}

// Time reads moments, and days as their beginning in UTC.
func Time(v driver.Value) (time.Time, error) {
	if t, ok := v.(time.Time); ok {
		return t.UTC(), nil
	}
	s, ok := text(v)
	if !ok {
		return time.Time{}, errType(v, "time")
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, errText(s, "time")
}

// Date reads days, and the day of moments.
func Date(v driver.Value) (civil.Date, error) {
	if t, ok := v.(time.Time); ok {
		return civil.DateOf(t), nil
	}
	s, ok := text(v)
	if !ok {
		return civil.Date{}, errType(v, "date")
	}
	if d, err := civil.ParseDate(s); err == nil {
		return d, nil
	}
	t, err := Time(s)
	if err != nil {
		return civil.Date{}, errText(s, "date")
	}
	return civil.DateOf(t), nil
}

// Clock reads times of day, and that of moments.
func Clock(v driver.Value) (civil.Time, error) {
	if t, ok := v.(time.Time); ok {
		return civil.TimeOf(t), nil
	}
	s, ok := text(v)
	if !ok {
		return civil.Time{}, errType(v, "time of day")
	}
	if c, err := civil.ParseTime(s); err == nil {
		return c, nil
	}
	t, err := Time(s)
	if err != nil {
		return civil.Time{}, errText(s, "time of day")
	}
	return civil.TimeOf(t), nil
}

// UUID reads the text of UUIDs, with or without hyphens, and their 16 bytes.
func UUID(v driver.Value) (uuid.UUID, error) {
	s, ok := text(v)
	if !ok {
		return uuid.UUID{}, errType(v, "UUID")
	}
	if len(s) == len(uuid.UUID{}) {
		return uuid.UUID([]byte(s)), nil
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return uuid.UUID{}, errText(s, "UUID")
	}
	return u, nil
}

// maxExponent bounds decimals: written out, larger ones would fill the memory.
const maxExponent = 1000

// Decimal reads numbers of every kind.
func Decimal(v driver.Value) (decimal.Decimal, error) {
	switch v := v.(type) {
	case int64:
		return decimal.NewFromInt(v), nil
	case uint64:
		return decimal.NewFromUint64(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return decimal.Decimal{}, errText(strconv.FormatFloat(v, 'g', -1, 64), "decimal")
		}
		return decimal.NewFromFloat(v), nil
	}
	s, ok := text(v)
	if !ok {
		return decimal.Decimal{}, errType(v, "decimal")
	}
	d, err := decimal.NewFromString(s)
	if e := d.Exponent(); err != nil || e > maxExponent || e < -maxExponent {
		return decimal.Decimal{}, errText(s, "decimal")
	}
	return d, nil
}
