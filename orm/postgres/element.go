package postgres

import (
	"encoding"
	"encoding/json"
	"fmt"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/orm"
)

// literal is text that the server shall read as another type: an array, a range.
// Unlike a string it is never cast to text.
type literal string

// elementTypes are the types of elements, and of the bounds of ranges.
var elementTypes = map[reflect.Type]string{
	reflect.TypeFor[time.Time]():       "timestamp with time zone",
	reflect.TypeFor[time.Duration]():   "interval",
	reflect.TypeFor[civil.Date]():      "date",
	reflect.TypeFor[civil.Time]():      "time",
	reflect.TypeFor[uuid.UUID]():       "uuid",
	reflect.TypeFor[decimal.Decimal](): "numeric",
	reflect.TypeFor[netip.Addr]():      "inet",
	reflect.TypeFor[json.RawMessage](): "jsonb",
	reflect.TypeFor[[]byte]():          "bytea",
}

var elementKinds = map[reflect.Kind]string{
	reflect.Bool: "boolean", reflect.Int: "bigint", reflect.Int16: "smallint", reflect.Int32: "integer", reflect.Int64: "bigint",
	reflect.Float32: "real", reflect.Float64: "double precision", reflect.String: "text",
}

// elementType returns PostgreSQL's type of a Go type, or "". The field, which may
// be nil, tells lengths.
func elementType(t reflect.Type, f *orm.Field) string {
	if inner, ok := nullType(t); ok {
		t = inner
	}
	if a, ok := reflect.Zero(t).Interface().(interface{ elementOf() reflect.Type }); ok {
		if inner := elementType(a.elementOf(), f); inner != "" {
			return inner + "[]"
		}
		return ""
	}
	name, ok := elementTypes[t]
	if !ok {
		name = elementKinds[t.Kind()]
	}
	switch {
	case f == nil:
	case name == "text" && f.MaxLength > 0:
		return "varchar(" + strconv.Itoa(f.MaxLength) + ")"
	case name == "numeric" && f.MaxDigits > 0:
		return fmt.Sprintf("numeric(%d, %d)", f.MaxDigits, f.DecimalPlaces)
	}
	return name
}

// nullType returns T of orm.Null[T].
func nullType(t reflect.Type) (reflect.Type, bool) {
	if t.Kind() == reflect.Struct && t.PkgPath() == reflect.TypeFor[orm.Pred]().PkgPath() && strings.HasPrefix(t.Name(), "Null[") {
		return t.Field(0).Type, true
	}
	return nil, false
}

// plain turns a value of a named type, and orm.Null, into one that appendArg takes.
func plain(v any) any {
	r := reflect.ValueOf(v)
	if !r.IsValid() {
		return nil
	}
	if _, ok := elementTypes[r.Type()]; ok {
		return v
	}
	if _, ok := nullType(r.Type()); ok {
		if !r.FieldByName("Valid").Bool() {
			return nil
		}
		return plain(r.Field(0).Interface())
	}
	switch {
	case r.Kind() == reflect.Bool:
		return r.Bool()
	case r.CanInt():
		return r.Int()
	case r.CanFloat():
		return r.Float()
	case r.Kind() == reflect.String:
		return r.String()
	}
	return v
}

// decodeText reads an element from the text that the server wrote.
func decodeText(s string, dest any) (err error) {
	switch d := dest.(type) {
	case *string:
		*d = s
	case *bool:
		*d, err = strconv.ParseBool(s)
	case *time.Time:
		*d, err = parseTime(s)
	case *time.Duration:
		*d, err = parseInterval(s)
	case *decimal.Decimal:
		if len(s) > maxDigits {
			return fmt.Errorf("a number of %d characters", len(s))
		}
		*d, err = decimal.NewFromString(s)
	case *[]byte:
		*d, err = decodeHex([]byte(s))
	case *json.RawMessage:
		*d = json.RawMessage(s)
	case *uuid.UUID:
		*d, err = uuid.Parse(s)
	case *netip.Addr:
		*d, err = netip.ParseAddr(s)
	case encoding.TextUnmarshaler: // civil.Date, civil.Time
		return d.UnmarshalText([]byte(s))
	default:
		return decodeKind(s, reflect.ValueOf(dest).Elem())
	}
	return err
}

// decodeKind reads named types by their underlying type.
func decodeKind(s string, v reflect.Value) error {
	switch {
	case v.Kind() == reflect.String:
		v.SetString(s)
	case v.Kind() == reflect.Bool:
		b, err := strconv.ParseBool(s)
		v.SetBool(b)
		return err
	case v.CanInt():
		n, err := strconv.ParseInt(s, 10, v.Type().Bits())
		v.SetInt(n)
		return err
	case v.CanFloat():
		f, err := strconv.ParseFloat(s, v.Type().Bits())
		v.SetFloat(f)
		return err
	default:
		return fmt.Errorf("elements of type %s are not supported", v.Type())
	}
	return nil
}

// onlyPostgres is the error of a type that other databases have not.
func onlyPostgres(d *orm.Dialect, what string) error {
	if d.Name == name {
		return nil
	}
	return fmt.Errorf("%s exist in PostgreSQL only, not in %s: %w", what, d.Name, orm.ErrNotSupported)
}
