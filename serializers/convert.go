package serializers

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/nuages-web/nuages/orm"
)

// naturalOf returns the items of a value that is a list.
func naturalOf(v any) ([]any, bool) {
	switch x := v.(type) {
	case []any:
		return x, true
	case Natural:
		return x, true
	case json.RawMessage:
		if len(x) == 0 || x[0] != '[' {
			return nil, false
		}
		var list []json.RawMessage
		if json.Unmarshal(x, &list) != nil {
			return nil, false
		}
		out := make([]any, len(list))
		for i, item := range list {
			out[i] = item
		}
		return out, true
	}
	return nil, false
}

// plainText returns a raw value of JSON as what it is: text, a number or another.
func plainText(v any) any {
	switch x := v.(type) {
	case Text:
		return string(x)
	case json.RawMessage:
		if scalar, err := scalarOf(x); err == nil {
			return scalar
		}
		return string(x)
	}
	return v
}

// scalarOf reads a value of JSON that is no list and no object.
func scalarOf(raw json.RawMessage) (any, error) {
	if len(raw) == 0 {
		return nil, errors.New("no value")
	}
	switch raw[0] {
	case '"':
		return unquoteJSON(raw), nil
	case 't':
		return true, nil
	case 'f':
		return false, nil
	case 'n':
		return nil, nil
	case '[', '{':
		return nil, errors.New("a list or an object, where one value should be")
	}
	n := json.Number(raw)
	if i, err := strconv.ParseInt(string(n), 10, 64); err == nil {
		return i, nil
	}
	return n, nil
}

// columnValue turns a value that a Decoder gave into what a field takes.
func columnValue(f *orm.Field, v any) (any, error) {
	to := f
	for to.Relation != nil && to.Relation.ToField != nil {
		to = to.Relation.ToField
	}
	if f.Kind == orm.KindJSON {
		return documentValue(v)
	}
	switch x := v.(type) {
	case nil:
		return nil, nil
	case json.RawMessage:
		scalar, err := scalarOf(x)
		if err != nil {
			return nil, err
		}
		v = scalar
	case Text:
		v = string(x)
	case []any, map[string]any, Natural:
		return nil, errors.New("a list or an object, where one value should be")
	}
	switch to.Kind {
	case orm.KindTime: // the usual form, at once
		if text, ok := v.(string); ok {
			if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
				return t, nil
			}
		}
	case orm.KindBytes:
		if text, ok := v.(string); ok {
			raw, err := base64.StdEncoding.DecodeString(text)
			if err != nil {
				return nil, fmt.Errorf("bytes are written in base64: %w", err)
			}
			return raw, nil
		}
	case orm.KindCustom:
		if text, ok := v.(string); ok {
			return customValue(to, text), nil
		}
	}
	if n, ok := v.(json.Number); ok {
		return numberValue(to, n)
	}
	return v, nil
}

// numberValue turns a number of JSON into what a field takes: its text, or the float
// that it is.
func numberValue(f *orm.Field, n json.Number) (any, error) {
	if f.Kind == orm.KindDecimal {
		return string(n), nil
	}
	value, isFloat := numberFloat(n)
	if !isFloat {
		return string(n), nil
	}
	if f.Kind == orm.KindString {
		return pythonFloat(value), nil
	}
	return value, nil
}

// documentValue turns a value into JSON for a column.
func documentValue(v any) (any, error) {
	switch x := v.(type) {
	case nil:
		return nil, nil
	case Text:
		v = json.RawMessage(x)
	}
	raw, ok := v.(json.RawMessage)
	if !ok {
		var problem error
		raw = pythonJSON{onError: &problem}.append(nil, ordered(v), 0)
		return json.RawMessage(raw), problem
	}
	raw = bytes.TrimSpace(raw)
	if !json.Valid(raw) {
		return nil, fmt.Errorf("%s is no JSON", shown(string(raw)))
	}
	if string(raw) == "null" {
		return nil, nil
	}
	if bytes.IndexByte(raw, '\n') < 0 {
		return raw, nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, raw); err != nil {
		return nil, err
	}
	return json.RawMessage(compact.Bytes()), nil
}

// ordered turns maps into objects, sorted by their names.
func ordered(v any) any {
	switch x := v.(type) {
	case map[string]any:
		var o object
		for _, name := range slices.Sorted(maps.Keys(x)) {
			o = append(o, member{name, ordered(x[name])})
		}
		return o
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = ordered(item)
		}
		return out
	}
	return v
}
