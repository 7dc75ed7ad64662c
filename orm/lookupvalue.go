package orm

import (
	"fmt"
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"encoding"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// value turns what a lookup was given into the type of the column, as the
// get_prep_value of Django's fields. An integer that the column cannot hold is
// returned as a *big.Int of its sign.
func (r *resolver) value(t operandType, op string, value any) (any, error) {
	if row, ok := value.(Row); ok {
		return r.rowKey(t, row)
	}
	var v any
	var message string
	switch t.kind {
	case KindInt, KindInt8, KindInt16, KindInt32, KindInt64, KindUint, KindUint8, KindUint16, KindUint32, KindUint64:
		v, message = intValue(t, op, value)
	case KindFloat32, KindFloat64:
		v, message = floatValue(t, value)
	case KindDecimal:
		v, message = decimalValue(value)
	case KindBool:
		b, ok := asBool(value)
		if v = b; !ok {
			message = fmt.Sprintf("“%s” value must be either True or False.", shown(value))
		}
	case KindString:
		return r.text(value)
	case KindTime, KindDate, KindTimeOfDay, KindDuration:
		v, message = temporalValue(t.kind, value)
	case KindUUID:
		v, message = uuidValue(value)
	case KindIP:
		v, message = ipValue(t, value)
	case KindCustom:
		return r.customValue(t, value)
	default:
		v = value
	}
	if message != "" {
		return nil, r.errorf(nil, "%s", message)
	}
	return v, nil
}

// shown returns a value for a message.
func shown(value any) string { return shortened(fmt.Sprint(value)) }

func isText(v any) bool { return v != nil && reflect.TypeOf(v).Kind() == reflect.String }

// text turns a value into text, as str() does.
func (r *resolver) text(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, r.checked(checkText(v))
	case []byte:
		return string(v), r.checked(checkText(string(v)))
	case bool:
		if v {
			return "True", nil
		}
		return "False", nil
	case fmt.Stringer, encoding.TextMarshaler:
		return fmt.Sprint(v), nil
	}
	v := reflect.ValueOf(value)
	switch {
	case v.Kind() == reflect.String:
		return v.String(), r.checked(checkText(v.String()))
	case v.CanInt(), v.CanUint(), v.CanFloat():
		return fmt.Sprint(value), nil
	}
	return "", r.errorf(nil, "The value is text, not %T.", value)
}

func (r *resolver) checked(err error) error {
	if err != nil {
		return r.errorf(nil, "%v", err)
	}
	return nil
}

func intValue(t operandType, op string, value any) (any, string) {
	n := new(big.Int)
	v := reflect.ValueOf(value)
	switch {
	case value == nil:
	case v.CanInt():
		n.SetInt64(v.Int())
	case v.CanUint():
		n.SetUint64(v.Uint())
	case v.CanFloat():
		f := v.Float()
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, numberExpected(t, value)
		}
		if op == ">=" || op == "<" { // Django's IntegerFieldFloatRounding
			f = math.Ceil(f)
		}
		big.NewFloat(f).Int(n)
	case v.Kind() == reflect.Bool:
		if v.Bool() {
			n.SetInt64(1)
		}
	case v.Kind() == reflect.String:
		s := strings.TrimSpace(v.String())
		if len(s) > maxDigits {
			return nil, numberExpected(t, value)
		}
		if _, ok := n.SetString(strings.TrimPrefix(s, "+"), 10); !ok || strings.HasPrefix(s, "+-") || strings.Contains(s, "_") {
			return nil, numberExpected(t, value)
		}
	default:
		d, ok := value.(decimal.Decimal)
		if !ok || checkDecimal(d) != nil {
			return nil, numberExpected(t, value)
		}
		n = d.BigInt()
	}
	limits := [2]int64{math.MinInt64, math.MaxInt64}
	if t.field != nil {
		if l, ok := intRanges[t.field.Type]; ok {
			limits = l
		}
	}
	if n.Cmp(big.NewInt(limits[0])) < 0 {
		return big.NewInt(-1), ""
	}
	if n.Cmp(big.NewInt(limits[1])) > 0 {
		return big.NewInt(1), ""
	}
	return n.Int64(), ""
}

// maxDigits is how long the text of a number may be: Python's own limit for int().
const maxDigits = 4300

func numberExpected(t operandType, value any) string {
	name := "value"
	if t.field != nil {
		name = t.field.Name
	}
	if isText(value) {
		return fmt.Sprintf("Field '%s' expected a number but got '%s'.", name, shown(value))
	}
	return fmt.Sprintf("Field '%s' expected a number but got %s.", name, shown(value))
}

func floatValue(t operandType, value any) (any, string) {
	v := reflect.ValueOf(value)
	switch {
	case value == nil:
	case v.CanFloat():
		return v.Float(), ""
	case v.CanInt():
		return float64(v.Int()), ""
	case v.CanUint():
		return float64(v.Uint()), ""
	case v.Kind() == reflect.String:
		if f, err := strconv.ParseFloat(strings.TrimSpace(v.String()), 64); err == nil && checkFloat(f) == nil {
			return f, ""
		}
	default:
		if d, ok := value.(decimal.Decimal); ok && checkDecimal(d) == nil {
			return d.InexactFloat64(), ""
		}
	}
	return nil, numberExpected(t, value)
}

func decimalValue(value any) (any, string) {
	v := reflect.ValueOf(value)
	var d decimal.Decimal
	err := fmt.Errorf("no number")
	switch {
	case value == nil:
	case v.CanInt():
		d, err = decimal.NewFromInt(v.Int()), nil
	case v.CanUint():
		d, err = decimal.NewFromUint64(v.Uint()), nil
	case v.CanFloat():
		if checkFloat(v.Float()) == nil {
			d, err = decimal.NewFromFloat(v.Float()), nil
		}
	case v.Kind() == reflect.String:
		if s := strings.TrimSpace(v.String()); len(s) <= maxDigits {
			d, err = decimal.NewFromString(s)
		}
	default:
		if x, ok := value.(decimal.Decimal); ok {
			d, err = x, nil
		}
	}
	if err != nil || checkDecimal(d) != nil {
		return nil, fmt.Sprintf("“%s” value must be a decimal number.", shown(value))
	}
	return d, ""
}

// asBool takes what BooleanField.to_python does, and the words of JSON and of
// HTML's checkboxes.
func asBool(value any) (b, ok bool) {
	v := reflect.ValueOf(value)
	switch {
	case value == nil:
		return false, false
	case v.Kind() == reflect.Bool:
		return v.Bool(), true
	case v.CanInt() && (v.Int() == 0 || v.Int() == 1):
		return v.Int() == 1, true
	case v.Kind() == reflect.String:
		switch v.String() {
		case "t", "True", "1", "true", "on":
			return true, true
		case "f", "False", "0", "false", "off":
			return false, true
		}
	}
	return false, false
}

func uuidValue(value any) (any, string) {
	switch v := value.(type) {
	case uuid.UUID:
		return v, ""
	case [16]byte:
		return uuid.UUID(v), ""
	}
	if isText(value) {
		if u, err := uuid.Parse(strings.TrimSpace(reflect.ValueOf(value).String())); err == nil {
			return u, ""
		}
	} else if value != nil && reflect.TypeOf(value).ConvertibleTo(reflect.TypeFor[uuid.UUID]()) && reflect.TypeOf(value).Kind() == reflect.Array {
		return value, ""
	}
	return nil, fmt.Sprintf("“%s” is not a valid UUID.", shown(value))
}

func ipValue(t operandType, value any) (any, string) {
	a, ok := value.(netip.Addr)
	if !ok && isText(value) {
		var err error
		a, err = netip.ParseAddr(strings.TrimSpace(reflect.ValueOf(value).String()))
		ok = err == nil && a.Zone() == ""
	}
	if ok {
		if t.field != nil && t.field.UnpackIPv4 {
			a = a.Unmap()
		}
		return a, ""
	}
	return nil, "Enter a valid IPv4 or IPv6 address."
}

// customValue reads text by the type's own UnmarshalText, where it has one.
func (r *resolver) customValue(t operandType, value any) (any, error) {
	if t.field == nil || t.field.valueType == nil || !isText(value) || reflect.TypeOf(value) == t.field.valueType {
		return value, nil
	}
	dest := reflect.New(t.field.valueType)
	if u, ok := dest.Interface().(encoding.TextUnmarshaler); ok {
		if err := u.UnmarshalText([]byte(reflect.ValueOf(value).String())); err != nil {
			return nil, r.errorf(nil, "%v", err)
		}
		return dest.Elem().Interface(), nil
	}
	return value, nil
}

// rowKey returns the key of a row given for a relation.
func (r *resolver) rowKey(t operandType, row Row) (any, error) {
	if !t.rel || t.field == nil {
		return nil, r.errorf(nil, "%T is a row, and the lookup is not about a relation.", row)
	}
	v, err := valueOfRow(row, t.field)
	if err != nil {
		return nil, r.errorf(nil, "%v", err)
	}
	return r.value(operandType{kind: t.kind, field: t.field}, "=", v)
}

func temporalValue(kind Kind, value any) (any, string) {
	switch kind {
	case KindTime:
		return timeValue(value)
	case KindDate:
		return dateValue(value)
	case KindDuration:
		return durationValue(value)
	}
	switch v := value.(type) {
	case civil.Time:
		return v, ""
	case time.Time:
		return civil.TimeOf(v), ""
	}
	if isText(value) {
		if v, ok := parseClock(reflect.ValueOf(value).String()); ok {
			return v, ""
		}
	}
	return nil, fmt.Sprintf("“%s” value has an invalid format. It must be in HH:MM[:ss[.uuuuuu]] format.", shown(value))
}
