package postgres

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"

	"github.com/nuages-web/nuages/orm"
)

// Array is a field of one of PostgreSQL's array types (Django's ArrayField). T is
// bool, int16, int32, int64, int, float64, string, a type named after one of
// these, time.Time, time.Duration, civil.Date, civil.Time, uuid.UUID,
// decimal.Decimal, netip.Addr, []byte, json.RawMessage, [orm.Null] of such where
// elements may be null, or an Array for more dimensions, whose rows must be of
// one length. Tags of the field (max_length, max_digits) are about its elements, but
// for size, the most elements that validation allows, which PostgreSQL notes and does
// not check.
//
//	Tags postgres.Array[string] `orm:"max_length=50,size=8"`
//
// A nil Array is an empty one; an array that may be null is orm.Null[Array[T]].
type Array[T any] []T

func (Array[T]) elementOf() reflect.Type { return reflect.TypeFor[T]() }

// ColumnType returns the type of the column, as varchar(50)[].
func (a Array[T]) ColumnType(d *orm.Dialect, f *orm.Field) (string, error) {
	if err := onlyPostgres(d, "arrays"); err != nil {
		return "", err
	}
	t := elementType(reflect.TypeFor[T](), f)
	if t == "" {
		return "", fmt.Errorf("an array cannot hold elements of type %s", reflect.TypeFor[T]())
	}
	if f.Size > 0 {
		return t + "[" + strconv.Itoa(f.Size) + "]", nil
	}
	return t + "[]", nil
}

// ColumnValue returns the argument of a statement.
func (a Array[T]) ColumnValue() (any, error) {
	b, err := appendSlice(nil, []T(a))
	return literal(b), err
}

// ScanColumn reads the value of a column.
func (a *Array[T]) ScanColumn(rows orm.Rows, i int) error {
	return a.UnmarshalText([]byte(rows.Text(i)))
}

// MarshalText returns the literal of the array, as {1,2}.
func (a Array[T]) MarshalText() ([]byte, error) { return appendSlice(nil, []T(a)) }

// MarshalJSON writes the elements as a list.
func (a Array[T]) MarshalJSON() ([]byte, error) {
	if a == nil {
		return []byte("[]"), nil
	}
	return json.Marshal([]T(a))
}

// UnmarshalJSON reads a list of elements.
func (a *Array[T]) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, (*[]T)(a)) }

// UnmarshalText reads the literal of an array, as {1,2}.
func (a *Array[T]) UnmarshalText(text []byte) error {
	e, err := parseArray(string(text))
	if err != nil {
		return err
	}
	return a.take(e)
}

// taker is a pointer to an Array.
type taker interface{ take(e element) error }

// take reads the elements. Elements are read into place, of which there are no
// more than characters in the literal.
func (a *Array[T]) take(e element) error {
	if !e.list {
		return fmt.Errorf("the array has fewer dimensions than %T", *a)
	}
	list := make(Array[T], len(e.rows))
	for i, item := range e.rows {
		if err := takeElement(item, &list[i]); err != nil {
			return fmt.Errorf("element %d: %w", i+1, err)
		}
	}
	*a = list
	return nil
}

func takeElement(e element, dest any) error {
	if t, ok := dest.(taker); ok {
		return t.take(e)
	}
	if e.list {
		return fmt.Errorf("the array has more dimensions than its type")
	}
	v := reflect.ValueOf(dest).Elem()
	if _, ok := nullType(v.Type()); ok {
		if e.null {
			v.SetZero()
			return nil
		}
		v.FieldByName("Valid").SetBool(true)
		return decodeText(e.text, v.Field(0).Addr().Interface())
	}
	if e.null {
		return fmt.Errorf("null; an array with nulls is of orm.Null[%T]", v.Interface())
	}
	return decodeText(e.text, dest)
}
