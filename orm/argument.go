package orm

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// maxExponent bounds decimals, whose text would fill the memory otherwise
// (Decimal("1e1000000000"); CVE-2024-53908 is of this kind).
const maxExponent = 1000

// argument turns a value of a field or of a lookup into one of the types that a
// [Conn] takes. Text that no database can hold is refused here.
func argument(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int64, []byte, time.Time, time.Duration, civil.Date, civil.Time, uuid.UUID:
		return v, nil
	case string:
		return v, checkText(v)
	case int:
		return int64(v), nil
	case float64:
		return v, checkFloat(v)
	case decimal.Decimal:
		return v, checkDecimal(v)
	case JSONText:
		return v, checkText(string(v))
	case json.RawMessage:
		return JSONText(pythonJSON(v)), checkText(string(v))
	case netip.Addr:
		if !v.IsValid() {
			return nil, nil
		}
		return v, nil
	case CustomField:
		return v.ColumnValue()
	case nullable:
		inner, ok := v.unwrap()
		if !ok {
			return nil, nil
		}
		return argument(inner)
	case jsonValue:
		b, err := json.Marshal(v)
		if err != nil {
			return nil, fmt.Errorf("orm: %T as JSON: %w", v, err)
		}
		return JSONText(pythonJSON(b)), nil
	case driver.Valuer:
		x, err := v.Value()
		if err != nil {
			return nil, err
		}
		if _, again := x.(driver.Valuer); again {
			return nil, fmt.Errorf("orm: %T has no value that a database takes", v)
		}
		return argument(x)
	}
	return argumentByKind(v)
}

// argumentByKind takes named types by their underlying type.
func argumentByKind(v any) (any, error) {
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.Bool:
		return r.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return r.Int(), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if u := r.Uint(); u <= math.MaxInt64 {
			return int64(u), nil
		}
		return nil, fmt.Errorf("orm: %d does not fit a 64-bit column: %w", r.Uint(), ErrData)
	case reflect.Float32, reflect.Float64:
		return r.Float(), checkFloat(r.Float())
	case reflect.String:
		return r.String(), checkText(r.String())
	case reflect.Slice:
		if r.Type().Elem().Kind() == reflect.Uint8 {
			return r.Bytes(), nil
		}
	case reflect.Array:
		if r.Type().ConvertibleTo(reflect.TypeFor[uuid.UUID]()) {
			return r.Convert(reflect.TypeFor[uuid.UUID]()).Interface(), nil
		}
	case reflect.Struct:
		if isRelation(r.Type()) {
			if valid := r.FieldByName("Valid"); valid.IsValid() && !valid.Bool() {
				return nil, nil
			}
			return argument(r.FieldByName("ID").Interface())
		}
	case reflect.Pointer:
		if r.IsNil() {
			return nil, nil
		}
		return argument(r.Elem().Interface())
	}
	return nil, fmt.Errorf("orm: a value of type %T is no argument of a query", v)
}

// nullable is Null[T].
type nullable interface{ unwrap() (any, bool) }

func (n Null[T]) unwrap() (any, bool) { return n.V, n.Valid }

// jsonValue is JSON[T].
type jsonValue interface{ jsonField() }

// checkText refuses what a text column cannot hold: NUL, which ends text for
// SQLite and is refused by PostgreSQL, and bytes that are not UTF-8.
func checkText(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return fmt.Errorf("orm: text with a NUL byte: %w", ErrData)
	}
	if !utf8.ValidString(s) {
		return fmt.Errorf("orm: text that is not UTF-8: %w", ErrData)
	}
	return nil
}

func checkFloat(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("orm: %v is no number for a database: %w", f, ErrData)
	}
	return nil
}

func checkDecimal(d decimal.Decimal) error {
	if e := d.Exponent(); e > maxExponent || e < -maxExponent {
		return fmt.Errorf("orm: a decimal with the exponent %d: %w", e, ErrData)
	}
	return nil
}

// value writes a placeholder for v in a comparison or expression.
func (c *Compiler) value(v any) {
	arg, err := argument(v)
	if err != nil {
		c.Fail(err)
		return
	}
	c.cast(arg, func() { c.rawArg(arg) })
}

// valueSlot is value for a node of its own.
func (c *Compiler) valueSlot(n *valNode) {
	arg, err := argument(n.v)
	if err != nil {
		c.Fail(err)
		return
	}
	c.cast(arg, func() { c.slotValue(n, arg) })
}

// cast writes a placeholder as a number, where the database would take it for text.
func (c *Compiler) cast(arg any, placeholder func()) {
	if _, ok := arg.(decimal.Decimal); ok && c.d.Features.DecimalText {
		c.SQL("CAST(")
		placeholder()
		c.SQL(" AS NUMERIC)")
		return
	}
	placeholder()
}
