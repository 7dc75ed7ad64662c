package postgres

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// All arguments but bytea are sent as text, whatever type the server infers for
// the parameter: its own input function then reads them, in every mode of
// [Prepared], and what does not fit is the server's error and not a driver's. That
// is how Django's arguments reach the server, too. An array is its literal, such
// as {1,2}, so that nulls and all types of elements are the same to it.

// maxExponent bounds the digits of a decimal.
const maxExponent = 1000

// encodeArgs returns the arguments as pgx takes them: nil, string or []byte. The
// texts share one piece of memory.
func encodeArgs(args []any) ([]any, error) {
	if len(args) == 0 {
		return nil, nil
	}
	values := make([]any, len(args))
	ends := make([]int, len(args))
	var space [256]byte
	buf := space[:0]
	var err error
	for i, arg := range args {
		ends[i] = -1
		switch arg := arg.(type) {
		case nil:
		case []byte:
			values[i] = arg
		case string:
			if err := checkText(arg); err != nil {
				return nil, fmt.Errorf("postgres: argument %d: %w", i+1, err)
			}
			values[i] = arg
		default:
			if buf, err = appendArg(buf, arg); err != nil {
				return nil, fmt.Errorf("postgres: argument %d: %w", i+1, err)
			}
			ends[i] = len(buf)
		}
	}
	text, start := string(buf), 0
	for i, end := range ends {
		if end >= 0 {
			values[i], start = text[start:end], end
		}
	}
	return values, nil
}

// appendArg appends the text of an argument that is not nil.
func appendArg(b []byte, arg any) ([]byte, error) {
	switch v := arg.(type) {
	case bool:
		return strconv.AppendBool(b, v), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case float64:
		return appendFloat(b, v), nil
	case string:
		return append(b, v...), checkText(v)
	case literal:
		return append(b, v...), nil
	case orm.JSONText:
		return append(b, v...), checkText(string(v))
	case json.RawMessage:
		return append(b, v...), checkText(string(v))
	case []byte:
		return hex.AppendEncode(append(b, `\x`...), v), nil
	case time.Time:
		return appendTime(b, v)
	case time.Duration:
		return appendDuration(b, v), nil
	case civil.Date:
		if !v.Valid() || v.Year < 1 {
			return b, fmt.Errorf("%v is no day: %w", v, orm.ErrData)
		}
		return append(b, v.String()...), nil
	case civil.Time:
		if !v.Valid() {
			return b, fmt.Errorf("%v is no time of day: %w", v, orm.ErrData)
		}
		return append(b, v.String()...), nil
	case uuid.UUID:
		return append(b, v.String()...), nil
	case decimal.Decimal:
		if e := v.Exponent(); e > maxExponent || e < -maxExponent {
			return b, fmt.Errorf("a decimal with the exponent %d: %w", e, orm.ErrData)
		}
		return append(b, v.String()...), nil
	case netip.Addr:
		return appendAddr(b, v)
	case netip.Prefix:
		return v.AppendTo(b), nil
	}
	return appendSlice(b, arg)
}

// checkText refuses text that no column can hold, before the server does: within
// a transaction its error would end it.
func checkText(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return fmt.Errorf("text with a NUL byte: %w", orm.ErrData)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("text that is not UTF-8: %w", orm.ErrData)
	}
	return nil
}

func appendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, 64)
}

// appendTime writes a moment in UTC; PostgreSQL keeps microseconds. Where it is
// read as a timestamp without a zone or as a date, that is UTC's as well.
func appendTime(b []byte, t time.Time) ([]byte, error) {
	t = t.UTC()
	if y := t.Year(); y < 1 || y > 294275 {
		return b, fmt.Errorf("the year %d is out of range: %w", y, orm.ErrData)
	}
	return t.AppendFormat(b, "2006-01-02 15:04:05.999999+00"), nil
}

// appendDuration writes an interval with days of 24 hours, as Django does. Both
// parts carry their sign, so that the server's IntervalStyle does not matter.
func appendDuration(b []byte, d time.Duration) []byte {
	const day = 24 * time.Hour
	b = strconv.AppendInt(b, int64(d/day), 10)
	b = append(b, " days "...)
	rest := (d % day).Truncate(time.Microsecond)
	if rest < 0 {
		b, rest = append(b, '-'), -rest
	} else {
		b = append(b, '+')
	}
	b = strconv.AppendInt(b, int64(rest/time.Second), 10)
	b = append(b, '.')
	us := strconv.FormatInt(1e6+int64(rest%time.Second/time.Microsecond), 10)
	b = append(b, us[1:]...)
	return append(b, " seconds"...)
}

// appendAddr writes an address without a zone, which inet does not have.
func appendAddr(b []byte, a netip.Addr) ([]byte, error) {
	if !a.IsValid() || a.Zone() != "" {
		return b, fmt.Errorf("%q is no address for a column: %w", a, orm.ErrData)
	}
	return a.AppendTo(b), nil
}

// appendSlice writes the literal of an array.
func appendSlice(b []byte, arg any) ([]byte, error) {
	b = append(b, '{')
	var err error
	switch v := arg.(type) {
	case []int64:
		for _, n := range v {
			b = append(strconv.AppendInt(b, n, 10), ',')
		}
	case []float64:
		for _, f := range v {
			b = append(appendFloat(b, f), ',')
		}
	case []string:
		for _, s := range v {
			if err := checkText(s); err != nil {
				return b, err
			}
			b = append(appendQuoted(b, s), ',')
		}
	case []bool:
		for _, x := range v {
			b = append(strconv.AppendBool(b, x), ',')
		}
	case []time.Time:
		for _, t := range v {
			if b, err = appendTime(append(b, '"'), t); err != nil {
				return b, err
			}
			b = append(b, '"', ',')
		}
	case []any:
		for _, e := range v {
			if b, err = appendElement(b, e); err != nil {
				return b, err
			}
			b = append(b, ',')
		}
	default:
		list := reflect.ValueOf(arg)
		if list.Kind() != reflect.Slice {
			return b, fmt.Errorf("a value of type %T is no argument of a statement", arg)
		}
		for i := range list.Len() {
			if b, err = appendElement(b, plain(list.Index(i).Interface())); err != nil {
				return b, err
			}
			b = append(b, ',')
		}
	}
	if b[len(b)-1] == ',' {
		b = b[:len(b)-1]
	}
	return append(b, '}'), nil
}

// appendElement writes one element of an array: nil, a value, or a row of an
// array of more dimensions.
func appendElement(b []byte, e any) ([]byte, error) {
	switch v := e.(type) {
	case nil:
		return append(b, "NULL"...), nil
	case bool, int64, float64, uuid.UUID, decimal.Decimal, civil.Date, civil.Time:
		return appendArg(b, e)
	case time.Time, time.Duration:
		b, err := appendArg(append(b, '"'), e)
		return append(b, '"'), err
	case []byte, orm.JSONText, json.RawMessage:
	case string:
		return appendQuoted(b, v), checkText(v)
	default:
		if reflect.TypeOf(e).Kind() == reflect.Slice {
			return appendSlice(b, e)
		}
	}
	text, err := appendArg(nil, e)
	return appendQuoted(b, string(text)), err
}

// appendQuoted writes text as an element, in quotation marks, so that neither
// NULL nor braces mean anything.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	for {
		i := strings.IndexAny(s, `"\`)
		if i < 0 {
			return append(append(b, s...), '"')
		}
		b = append(append(b, s[:i]...), '\\', s[i])
		s = s[i+1:]
	}
}
