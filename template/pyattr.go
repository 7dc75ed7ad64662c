package template

import (
	"reflect"
	"sort"
	"strings"
	"time"
	"unicode"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/text"
)

// Templates written for Django call methods of Python's own types. These are the ones that need no
// argument and are met in templates.

// textAttr answers for methods of str.
func textAttr(v Value, name string) (Value, bool) {
	switch s := v.str; name {
	case "upper":
		return Text(text.Upper(s)), true
	case "lower":
		return Text(text.Lower(s)), true
	case "strip":
		return Text(strings.TrimFunc(s, unicode.IsSpace)), true
	case "lstrip":
		return Text(strings.TrimLeftFunc(s, unicode.IsSpace)), true
	case "rstrip":
		return Text(strings.TrimRightFunc(s, unicode.IsSpace)), true
	case "split":
		return ValueOf(strings.Fields(s)), true
	case "splitlines":
		return ValueOf(splitLines(s)), true
	case "isdigit", "isnumeric":
		return Bool(s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsDigit(r) }) < 0), true
	case "isalpha":
		return Bool(s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsLetter(r) }) < 0), true
	case "isspace":
		return Bool(s != "" && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) }) < 0), true
	}
	return Value{}, false
}

func splitLines(s string) []string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(s, "\n")
	if n := len(lines) - 1; lines[n] == "" {
		lines = lines[:n]
	}
	return lines
}

// timeObjectAttr answers for attributes of datetime, date and time whose meaning is not that of the
// Go methods with these names.
func timeObjectAttr(v Value, name string) (Value, bool) {
	switch name {
	case "month", "weekday", "isoweekday", "isoformat", "microsecond", "date", "time", "timestamp":
	default:
		return Value{}, false
	}
	if t, ok := v.Time(); ok {
		return timeAttr(t, name), true
	}
	if d, ok := as[civil.Date](v.ref); ok {
		return dateAttr(d, name)
	}
	if t, ok := as[civil.Time](v.ref); ok && name == "isoformat" {
		return Text(t.String()), true
	}
	return Value{}, false
}

func timeAttr(t time.Time, name string) Value {
	switch name {
	case "month":
		return Int(int64(t.Month()))
	case "weekday":
		return Int(int64(t.Weekday()+6) % 7)
	case "isoweekday":
		return Int(int64(t.Weekday()+6)%7 + 1)
	case "microsecond":
		return Int(int64(t.Nanosecond() / 1000))
	case "date":
		return ValueOf(civil.DateOf(t))
	case "time":
		return ValueOf(civil.TimeOf(t))
	case "timestamp":
		return Float(float64(t.UnixMicro()) / 1e6)
	}
	return Text(t.Format("2006-01-02T15:04:05.999999-07:00"))
}

func dateAttr(d civil.Date, name string) (Value, bool) {
	switch name {
	case "isoformat":
		return Text(d.String()), true
	case "month", "weekday", "isoweekday":
		return timeAttr(d.In(time.UTC), name), true
	}
	return Value{}, false
}

// mapView answers for methods of dict: items, keys and values of a map by sorted keys, of a Mapping
// in its own order.
func mapView(v Value, name string) (Value, bool) {
	if name != "items" && name != "keys" && name != "values" {
		return Value{}, false
	}
	var out []any
	for key, item := range v.pairs() {
		switch name {
		case "keys":
			out = append(out, key.Any())
		case "values":
			out = append(out, item.Any())
		default:
			out = append(out, [2]any{key.Any(), item.Any()})
		}
	}
	return ValueOf(out), true
}

// sortedKeys returns the keys of a map in order: text and numbers by value, others by their text.
func sortedKeys(r reflect.Value) []reflect.Value {
	keys := r.MapKeys()
	sort.Slice(keys, func(i, j int) bool {
		a, b := reflected(keys[i]), reflected(keys[j])
		if c, ok := compare(a, b); ok {
			return c < 0
		}
		return a.String() < b.String()
	})
	return keys
}
