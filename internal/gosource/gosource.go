// Package gosource writes values and types as Go source:
//
//	imports := gosource.Imports{}
//	src, err := gosource.Value(time.Hour, imports) // "1 * time.Hour", and imports has "time"
//
// Equal values have equal source. Migrations are written with it.
package gosource

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
)

// Imports are the paths of the packages that source needs.
type Imports map[string]bool

// List returns the paths in order.
func (i Imports) List() []string { return slices.Sorted(maps.Keys(i)) }

// ErrNoSource is the error of values that cannot be written: functions, channels, what
// hides in unexported fields.
var ErrNoSource = errors.New("it has no form in Go source")

// Value returns the source of a value: of a number, text, time or another type of the
// values of fields, or of slices, maps and structs with exported fields of them.
func Value(v any, imports Imports) (string, error) {
	switch v := v.(type) {
	case nil:
		return "nil", nil
	case time.Time:
		imports["time"] = true
		v = v.UTC()
		return fmt.Sprintf("time.Date(%d, %d, %d, %d, %d, %d, %d, time.UTC)", v.Year(), v.Month(), v.Day(), v.Hour(), v.Minute(), v.Second(), v.Nanosecond()), nil
	case time.Duration:
		imports["time"] = true
		return duration(v), nil
	case civil.Date:
		imports[civilPath] = true
		return fmt.Sprintf("civil.Date{Year: %d, Month: %d, Day: %d}", v.Year, v.Month, v.Day), nil
	case civil.Time:
		imports[civilPath] = true
		return fmt.Sprintf("civil.Time{Hour: %d, Minute: %d, Second: %d, Nanosecond: %d}", v.Hour, v.Minute, v.Second, v.Nanosecond), nil
	case uuid.UUID:
		imports["github.com/google/uuid"] = true
		return "uuid.MustParse(" + strconv.Quote(v.String()) + ")", nil
	case decimal.Decimal:
		imports["github.com/shopspring/decimal"] = true
		return "decimal.RequireFromString(" + strconv.Quote(v.String()) + ")", nil
	case netip.Addr:
		imports["net/netip"] = true
		if !v.IsValid() {
			return "netip.Addr{}", nil
		}
		return "netip.MustParseAddr(" + strconv.Quote(v.String()) + ")", nil
	}
	return byKind(reflect.ValueOf(v), imports)
}

const civilPath = "github.com/nuages-web/nuages/civil"

// duration writes a duration in the greatest unit that fits it.
func duration(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "Hour"}, {time.Minute, "Minute"}, {time.Second, "Second"}, {time.Millisecond, "Millisecond"}, {time.Microsecond, "Microsecond"}} {
		if d != 0 && d%u.unit == 0 {
			return fmt.Sprintf("%d * time.%s", d/u.unit, u.name)
		}
	}
	return fmt.Sprintf("time.Duration(%d)", int64(d))
}

// byKind writes values by their kind. A number or text of a named type stays one of it.
func byKind(v reflect.Value, imports Imports) (string, error) {
	t := v.Type()
	switch v.Kind() {
	case reflect.Bool:
		return named(t, reflect.Bool, strconv.FormatBool(v.Bool()), imports)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return named(t, reflect.Int, strconv.FormatInt(v.Int(), 10), imports)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return named(t, reflect.Int, strconv.FormatUint(v.Uint(), 10), imports)
	case reflect.Float32, reflect.Float64:
		s, err := float(v.Float())
		if err != nil {
			return "", err
		}
		return named(t, reflect.Float64, s, imports)
	case reflect.String:
		return named(t, reflect.String, String(v.String()), imports)
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return "nil", nil
		}
		if v.Kind() == reflect.Interface {
			return Value(v.Elem().Interface(), imports)
		}
	case reflect.Slice, reflect.Array:
		return list(v, imports)
	case reflect.Map:
		return mapping(v, imports)
	case reflect.Struct:
		return structure(v, imports)
	}
	return "", fmt.Errorf("a value of type %s: %w", t, ErrNoSource)
}

// named converts a literal where its own type is another one.
func named(t reflect.Type, literal reflect.Kind, src string, imports Imports) (string, error) {
	if t.PkgPath() == "" && t.Kind() == literal {
		return src, nil
	}
	typ, err := Type(t, imports)
	if err != nil {
		return "", err
	}
	return typ + "(" + src + ")", nil
}

func float(f float64) (string, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return "", fmt.Errorf("the number %v: %w", f, ErrNoSource)
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s, nil
}

// String writes a text, between backquotes where that has fewer escapes.
func String(s string) string {
	if strings.ContainsAny(s, "\\\"") && strconv.CanBackquote(s) {
		return "`" + s + "`"
	}
	return strconv.Quote(s)
}

func list(v reflect.Value, imports Imports) (string, error) {
	typ, err := Type(v.Type(), imports)
	switch {
	case err != nil:
		return "", err
	case v.Kind() == reflect.Slice && v.IsNil():
		return typ + "(nil)", nil
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		return typ + "(" + strconv.Quote(string(v.Bytes())) + ")", nil
	}
	items := make([]string, v.Len())
	for i := range items {
		if items[i], err = element(v.Index(i), imports); err != nil {
			return "", err
		}
		items[i] = elided(v.Index(i).Type(), items[i])
	}
	return typ + "{" + strings.Join(items, ", ") + "}", nil
}

// element writes an element of a type that is written around it.
func element(v reflect.Value, imports Imports) (string, error) {
	src, err := Value(v.Interface(), imports)
	if k := v.Kind(); k <= reflect.Float64 || k == reflect.String {
		if t := v.Type().String() + "("; strings.HasPrefix(src, t) && strings.HasSuffix(src, ")") {
			src = src[len(t) : len(src)-1] // a constant takes the type
		}
	}
	return src, err
}

// elided leaves out the type of a literal that stands in a list or map of that type.
func elided(t reflect.Type, src string) string {
	typ, err := Type(t, Imports{})
	if rest, ok := strings.CutPrefix(src, typ+"{"); ok && err == nil {
		return "{" + rest
	}
	return src
}

func mapping(v reflect.Value, imports Imports) (string, error) {
	typ, err := Type(v.Type(), imports)
	switch {
	case err != nil:
		return "", err
	case v.IsNil():
		return typ + "(nil)", nil
	}
	var items []string
	for _, key := range v.MapKeys() {
		k, err := element(key, imports)
		if err != nil {
			return "", err
		}
		item, err := element(v.MapIndex(key), imports)
		if err != nil {
			return "", err
		}
		items = append(items, k+": "+elided(v.Type().Elem(), item))
	}
	slices.Sort(items)
	return typ + "{" + strings.Join(items, ", ") + "}", nil
}

func structure(v reflect.Value, imports Imports) (string, error) {
	typ, err := Type(v.Type(), imports)
	if err != nil {
		return "", err
	}
	var items []string
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if v.Field(i).IsZero() {
			continue
		}
		if !f.IsExported() {
			return "", fmt.Errorf("a value of type %s: %w", v.Type(), ErrNoSource)
		}
		item, err := element(v.Field(i), imports)
		if err != nil {
			return "", err
		}
		items = append(items, f.Name+": "+item)
	}
	return typ + "{" + strings.Join(items, ", ") + "}", nil
}
