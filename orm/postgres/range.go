package postgres

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"

	"github.com/nuages-web/nuages/orm"
)

// Range is a field of one of PostgreSQL's range types. T decides which: int32
// (Django's IntegerRangeField), int64 (BigIntegerRangeField), decimal.Decimal
// (DecimalRangeField), time.Time (DateTimeRangeField), civil.Date
// (DateRangeField).
//
//	Period postgres.Range[civil.Date]
//
// The zero value has no bounds, so that it holds every value; the range of
// nothing has Empty. Ranges of whole numbers and days are read with bounds [),
// however they were written.
type Range[T any] struct {
	Lower, Upper orm.Null[T] // null where the range has no end on that side
	Bounds       Bounds
	Empty        bool
}

// Bounds tells which of its two bounds belong to a range.
type Bounds uint8

// Bounds, of which the first is the default of PostgreSQL and Django.
const (
	LowerBound Bounds = iota // [)
	BothBounds               // []
	NoBounds                 // ()
	UpperBound               // (]
)

// String returns "[)".
func (b Bounds) String() string {
	return [...]string{"[)", "[]", "()", "(]"}[b&3]
}

// NewRange returns the range from lower to below upper.
func NewRange[T any](lower, upper T) Range[T] {
	return Range[T]{Lower: orm.Some(lower), Upper: orm.Some(upper)}
}

// AtLeast returns the range from lower without end.
func AtLeast[T any](lower T) Range[T] { return Range[T]{Lower: orm.Some(lower)} }

// Below returns the range of all that is less than upper.
func Below[T any](upper T) Range[T] { return Range[T]{Upper: orm.Some(upper)} }

// EmptyRange returns the range of nothing.
func EmptyRange[T any]() Range[T] { return Range[T]{Empty: true} }

// rangeTypes are range types by the type of their bounds.
var rangeTypes = map[string]string{
	"integer": "int4range", "bigint": "int8range", "numeric": "numrange", "double precision": "numrange",
	"timestamp with time zone": "tstzrange", "date": "daterange",
}

func (r Range[T]) rangeType() string { return rangeTypes[elementType(reflect.TypeFor[T](), nil)] }

// ColumnType returns the type of the column, as int4range.
func (r Range[T]) ColumnType(d *orm.Dialect, _ *orm.Field) (string, error) {
	if err := onlyPostgres(d, "ranges"); err != nil {
		return "", err
	}
	t := r.rangeType()
	if t == "" {
		return "", fmt.Errorf("there is no range of %s", reflect.TypeFor[T]())
	}
	return t, nil
}

// ColumnValue returns the argument of a statement.
func (r Range[T]) ColumnValue() (any, error) {
	b, err := r.MarshalText()
	return literal(b), err
}

// ScanColumn reads the value of a column.
func (r *Range[T]) ScanColumn(rows orm.Rows, i int) error {
	return r.UnmarshalText([]byte(rows.Text(i)))
}

// String returns the literal of the range, as [1,5).
func (r Range[T]) String() string {
	b, err := r.MarshalText()
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// MarshalText returns the literal of the range: [1,5), (,5], empty.
func (r Range[T]) MarshalText() ([]byte, error) {
	if r.Empty {
		return []byte("empty"), nil
	}
	bounds := r.Bounds.String()
	b := []byte{bounds[0]}
	for i, bound := range []orm.Null[T]{r.Lower, r.Upper} {
		if i > 0 {
			b = append(b, ',')
		}
		if !bound.Valid {
			continue
		}
		text, err := appendArg(nil, plain(bound.V))
		if err != nil {
			return nil, err
		}
		if len(text) == 0 || bytes.ContainsAny(text, "\"\\,()[] \t\n\r\v\f") {
			b = appendQuoted(b, string(text))
		} else {
			b = append(b, text...)
		}
	}
	return append(b, bounds[1]), nil
}

// UnmarshalText reads the literal of a range.
func (r *Range[T]) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "empty" {
		*r = Range[T]{Empty: true}
		return nil
	}
	fail := fmt.Errorf("%q is not a range such as [1,5)", s)
	if len(s) < 3 {
		return fail
	}
	bounds := strings.Index("[)[]()(]", string(s[0])+string(s[len(s)-1]))
	if bounds < 0 || bounds%2 != 0 {
		return fail
	}
	n := Range[T]{Bounds: Bounds(bounds / 2)}
	rest, err := cutBound(s[1:], &n.Lower, ",")
	if err == nil {
		_, err = cutBound(rest, &n.Upper, s[len(s)-1:])
	}
	if err != nil {
		return fmt.Errorf("%w: %w", fail, err)
	}
	*r = n
	return nil
}

// cutBound reads one bound and what ends it.
func cutBound[T any](s string, bound *orm.Null[T], end string) (rest string, err error) {
	text := ""
	if strings.HasPrefix(s, `"`) {
		if text, rest, err = cutQuoted(s); err != nil {
			return "", err
		}
		bound.Valid = true
	} else {
		at := strings.IndexAny(s, ",])")
		if at < 0 {
			return "", errLiteral
		}
		text, rest = s[:at], s[at:]
		bound.Valid = text != ""
	}
	rest, ok := strings.CutPrefix(rest, end)
	if !ok || end != "," && rest != "" {
		return "", errLiteral
	}
	if !bound.Valid {
		return rest, nil
	}
	return rest, decodeText(text, &bound.V)
}
