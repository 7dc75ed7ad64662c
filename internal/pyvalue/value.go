// Package pyvalue reads values of Python that were written as JSON with tags, as the conformance cases
// have them and as the command for rendering templates takes them:
//
//	v, err := pyvalue.Decode([]byte(`{"$decimal": "1.50"}`)) // pyvalue.Decimal("1.50")
package pyvalue

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The types of tagged values that Go has no type of its own for. Decode returns
// them as they are written in the case.
type (
	// Tuple is a Python tuple.
	Tuple []any
	// Set is a Python set or frozenset, in the order it was written.
	Set []any
	// Safe is text marked as safe HTML.
	Safe string
	// Lazy is text that was translated late.
	Lazy string
	// Dict is a Python dict in its own order, used where keys are not text.
	Dict []Pair
	// Pair is one entry of a Dict.
	Pair struct{ Key, Value any }
	// Decimal is a Python Decimal as its text, such as "1.50".
	Decimal string
	// Date is a date as its ISO text, such as "2024-02-29".
	Date string
	// Clock is a time of day as its ISO text, such as "04:08:16".
	Clock string
	// Datetime is a date and time. ISO has an offset only where the value was
	// aware; Zone is then its zone's name as Python said it ("Europe/Berlin",
	// "UTC+02:00", "+0200"), and empty for a naive one.
	Datetime struct{ ISO, Zone string }
	// Range is Python's range(Start, Stop, Step).
	Range struct{ Start, Stop, Step int64 }
	// UUID is a UUID in its text form with hyphens.
	UUID string
	// QueryDict is a QueryDict as the query string that made it.
	QueryDict string
	// Renderer names a form renderer class.
	Renderer string
	// Object is an object of Django made by calling Class with Args and Kwargs.
	Object struct {
		Class  string
		Args   []any
		Kwargs map[string]any
	}
)

// Time returns the moment of d: in its zone where the ISO text has an offset,
// else as that wall clock in UTC.
func (d Datetime) Time() (time.Time, error) {
	if t, err := time.Parse("2006-01-02T15:04:05.999999999Z07:00", d.ISO); err == nil {
		if d.Zone == "" || d.Zone == "Local" {
			return t, nil
		}
		if zone, err := time.LoadLocation(d.Zone); err == nil {
			return t.In(zone), nil
		}
		_, offset := t.Zone()
		return t.In(time.FixedZone(d.Zone, offset)), nil
	}
	t, err := time.Parse("2006-01-02T15:04:05.999999999", d.ISO)
	if err != nil {
		return time.Time{}, fmt.Errorf("read date and time of a case: %w", err)
	}
	return t, nil
}

// Aware tells whether d has a zone.
func (d Datetime) Aware() bool { return d.Zone != "" }

// Decode returns the Go value of a JSON value with tags: nil, bool, string,
// []any and map[string]any as encoding/json gives them; an integer as int64, or
// as *big.Int where that is too small; another number as float64 (also
// infinities and NaN); []byte, time.Duration for a timedelta; else one of the
// types of this package.
func Decode(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("read value of a case: %w", err)
	}
	return untag(v)
}

// DecodeOrdered is Decode, but for plain objects: each is a Dict with its keys
// in the order of the text, as Python has them. It does not read objects
// ({"$obj":…}).
func DecodeOrdered(raw json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return ordered(d)
}

// ordered reads one value token by token; encoding/json itself forgets the order.
func ordered(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, fmt.Errorf("read value of a case: %w", err)
	}
	switch token := token.(type) {
	case json.Number:
		return number(token.String())
	case json.Delim:
		if token == '[' {
			return orderedList(d)
		}
		return orderedObject(d)
	}
	return token, nil
}

func orderedList(d *json.Decoder) (any, error) {
	items := []any{}
	for d.More() {
		item, err := ordered(d)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	_, err := d.Token() // the bracket
	return items, err
}

func orderedObject(d *json.Decoder) (any, error) {
	dict := Dict{}
	tag := ""
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(key.(string), "$") {
			tag = key.(string)
		}
		value, err := ordered(d)
		if err != nil {
			return nil, err
		}
		dict = append(dict, Pair{Key: key, Value: value})
	}
	if _, err := d.Token(); err != nil || tag == "" { // the brace
		return dict, err
	}
	if tag == "$obj" {
		return nil, fmt.Errorf("read value of a case: an object in an ordered value")
	}
	object := make(map[string]any, len(dict))
	for _, pair := range dict {
		object[pair.Key.(string)] = pair.Value
	}
	return tagged(tag, object)
}

func untag(v any) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return number(v.String())
	case []any:
		return untagAll(v)
	case map[string]any:
		for key := range v {
			if strings.HasPrefix(key, "$") {
				return tagged(key, v)
			}
		}
		out := make(map[string]any, len(v))
		for key, item := range v {
			var err error
			if out[key], err = untag(item); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return v, nil
}

func untagAll(items []any) ([]any, error) {
	out := make([]any, len(items))
	for i, item := range items {
		var err error
		if out[i], err = untag(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func number(text string) (any, error) {
	if strings.ContainsAny(text, ".eE") {
		return json.Number(text).Float64()
	}
	if n, err := json.Number(text).Int64(); err == nil {
		return n, nil
	}
	n, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return nil, fmt.Errorf("read value of a case: %q is no number", text)
	}
	return n, nil
}

// errTag is refined by tagged, which knows the value.
var errTag = errors.New("unknown tag, or a tag with a value of another form")

func tagged(key string, object map[string]any) (any, error) {
	v, err := textTag(key, object)
	if errors.Is(err, errTag) {
		v, err = listTag(key, object)
	}
	if err != nil {
		return nil, fmt.Errorf("read value of a case: %v with keys %q: %w", object, slices.Sorted(maps.Keys(object)), err)
	}
	return v, nil
}

// textTag reads the tags whose value is one text or number.
func textTag(key string, object map[string]any) (any, error) {
	if key == "$timedelta" {
		return timedelta(object[key])
	}
	text, ok := object[key].(string)
	if !ok {
		return nil, errTag
	}
	switch key {
	case "$safe":
		return Safe(text), nil
	case "$lazy":
		return Lazy(text), nil
	case "$date":
		return Date(text), nil
	case "$time":
		return Clock(text), nil
	case "$datetime":
		zone, _ := object["zone"].(string)
		return Datetime{ISO: text, Zone: zone}, nil
	case "$decimal":
		return Decimal(text), nil
	case "$bytes":
		return base64.StdEncoding.DecodeString(text)
	case "$int":
		return number(text)
	case "$float":
		return strconv.ParseFloat(text, 64)
	case "$uuid":
		return UUID(text), nil
	case "$querydict":
		return QueryDict(text), nil
	case "$renderer":
		return Renderer(text), nil
	case "$obj":
		return objectTag(text, object)
	}
	return nil, errTag
}

// timedelta reads a number of seconds, as Decode and DecodeOrdered have it.
func timedelta(v any) (any, error) {
	seconds, err := 0.0, error(nil)
	switch v := v.(type) {
	case json.Number:
		seconds, err = v.Float64()
	case float64:
		seconds = v
	case int64:
		seconds = float64(v)
	default:
		err = errTag
	}
	return time.Duration(math.Round(seconds*1e6)) * time.Microsecond, err
}

func objectTag(class string, object map[string]any) (any, error) {
	args, _ := object["args"].([]any)
	plainArgs, err := untagAll(args)
	if err != nil {
		return nil, err
	}
	kwargs, _ := object["kwargs"].(map[string]any)
	plainKwargs := make(map[string]any, len(kwargs))
	for name, v := range kwargs {
		if plainKwargs[name], err = untag(v); err != nil {
			return nil, err
		}
	}
	return Object{Class: class, Args: plainArgs, Kwargs: plainKwargs}, nil
}

// listTag reads the tags whose value is a list.
func listTag(key string, object map[string]any) (any, error) {
	list, ok := object[key].([]any)
	if !ok {
		return nil, errTag
	}
	items, err := untagAll(list)
	if err != nil {
		return nil, err
	}
	switch key {
	case "$tuple":
		return Tuple(items), nil
	case "$set":
		return Set(items), nil
	case "$dict":
		return dictTag(items)
	case "$range":
		return rangeTag(items)
	}
	return nil, errTag
}

func dictTag(items []any) (any, error) {
	dict := make(Dict, 0, len(items))
	for _, item := range items {
		pair, ok := item.([]any)
		if !ok || len(pair) != 2 {
			return nil, errTag
		}
		dict = append(dict, Pair{Key: pair[0], Value: pair[1]})
	}
	return dict, nil
}

func rangeTag(items []any) (any, error) {
	if len(items) != 3 {
		return nil, errTag
	}
	var bounds [3]int64
	for i, item := range items {
		n, ok := item.(int64)
		if !ok {
			return nil, errTag
		}
		bounds[i] = n
	}
	return Range{Start: bounds[0], Stop: bounds[1], Step: bounds[2]}, nil
}
