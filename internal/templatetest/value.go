package templatetest

import (
	"encoding/json"
	"fmt"
	"iter"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/web"
)

// Dict is a Python dict: a mapping in its own order, whose keys may be of any
// kind. It is no slice, which templates would take for a list.
type Dict struct{ Entries []Pair }

// Pair is one entry of a Dict.
type Pair struct{ Key, Value any }

// TemplateKey returns the value of a key that is text (template.Mapping).
func (d Dict) TemplateKey(name string) (any, bool) {
	for _, pair := range d.Entries {
		if text, ok := pair.Key.(string); ok && text == name {
			return pair.Value, true
		}
	}
	return nil, false
}

// TemplateIndex returns the value of a key that is an integer.
func (d Dict) TemplateIndex(i int) (any, bool) {
	for _, pair := range d.Entries {
		if n, ok := pair.Key.(int64); ok && n == int64(i) {
			return pair.Value, true
		}
	}
	return nil, false
}

// All goes over the keys and values in their order.
func (d Dict) All() iter.Seq2[any, any] {
	return func(yield func(any, any) bool) {
		for _, pair := range d.Entries {
			if !yield(pair.Key, pair.Value) {
				return
			}
		}
	}
}

// Len returns the number of entries.
func (d Dict) Len() int { return len(d.Entries) }

// MarshalJSON writes an object with the keys in their order, numbers and the like
// as text, as Python's json does.
func (d Dict) MarshalJSON() ([]byte, error) {
	b := []byte{'{'}
	for i, pair := range d.Entries {
		key, ok := pair.Key.(string)
		if !ok {
			raw, err := json.Marshal(pair.Key)
			if err != nil {
				return nil, err
			}
			key = string(raw)
		}
		name, err := json.Marshal(key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(pair.Value)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, name...), ':'), value...)
	}
	return append(b, '}'), nil
}

// Context reads the context of a case.
func Context(raw json.RawMessage) (Dict, error) {
	if len(raw) == 0 {
		return Dict{}, nil
	}
	v, err := pyvalue.DecodeOrdered(raw)
	if err != nil {
		return Dict{}, err
	}
	value, err := Value(v)
	if err != nil {
		return Dict{}, err
	}
	dict, ok := value.(Dict)
	if !ok {
		return Dict{}, fmt.Errorf("read context: want an object, got %T", value)
	}
	return dict, nil
}

// Value turns a value that package realdjango has decoded into the one that Go
// code gives to templates: markup.HTML for safe text, civil.Date for a date,
// time.Time for a datetime (i18n.Naive where it has no zone), a [Dict] for a dict. It
// is an error for what Go has nothing like.
func Value(v any) (any, error) {
	switch v := v.(type) {
	case []any:
		return values(v)
	case pyvalue.Tuple:
		list, err := values(v)
		return pyfmt.Tuple(list), err
	case pyvalue.Set:
		list, err := values(v)
		return pyfmt.Set(list), err
	case pyvalue.Dict:
		return dict(v)
	case pyvalue.Range:
		return numbers(v), nil
	case pyvalue.Safe:
		return markup.HTML(v), nil
	case pyvalue.Lazy:
		return string(v), nil // it is translated by now
	case pyvalue.Decimal:
		return decimal.NewFromString(string(v))
	case pyvalue.Date:
		return civil.ParseDate(string(v))
	case pyvalue.Clock:
		return clock(string(v))
	case pyvalue.Datetime:
		return datetime(v)
	case pyvalue.UUID:
		return uuid.Parse(string(v))
	case pyvalue.QueryDict:
		return queryDict(string(v)), nil
	case map[string]any, pyvalue.Renderer, pyvalue.Object:
		return nil, fmt.Errorf("read value of a case: %T is nothing that templates are given", v)
	}
	return v, nil
}

func values(list []any) ([]any, error) {
	out := make([]any, len(list))
	for i, item := range list {
		var err error
		if out[i], err = Value(item); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func dict(d pyvalue.Dict) (Dict, error) {
	var out Dict
	at := map[any]int{} // of two equal keys Python keeps the place of the first and the value of the last
	for _, pair := range d {
		key, err := Value(pair.Key)
		if err != nil {
			return Dict{}, err
		}
		value, err := Value(pair.Value)
		if err != nil {
			return Dict{}, err
		}
		if !reflect.ValueOf(key).Comparable() {
			return Dict{}, fmt.Errorf("read value of a case: %v is the key of a dict", key)
		}
		if i, ok := at[key]; ok {
			out.Entries[i].Value = value
			continue
		}
		at[key] = len(out.Entries)
		out.Entries = append(out.Entries, Pair{key, value})
	}
	return out, nil
}

func numbers(r pyvalue.Range) []int64 {
	list := []int64{}
	for i := r.Start; r.Step > 0 && i < r.Stop || r.Step < 0 && i > r.Stop; i += r.Step {
		list = append(list, i)
	}
	return list
}

// clock reads a time of day. Go's have no zone, and no format of templates shows
// one of a time of day.
func clock(text string) (civil.Time, error) {
	if t, err := time.Parse("15:04:05.999999999Z07:00", text); err == nil {
		return civil.TimeOf(t), nil
	}
	return civil.ParseTime(text)
}

// datetime returns a moment, or a date and time without a zone.
func datetime(d pyvalue.Datetime) (any, error) {
	t, err := d.Time()
	if err != nil || d.Aware() {
		return t, err
	}
	return i18n.Naive(t), nil
}

// queryDict reads a query string. None is recorded as the text "None", which the
// values of a query cannot be: then it is a [Dict].
func queryDict(query string) any {
	values := web.ParseValues(query)
	var dict Dict
	for name, texts := range values.Lists() {
		list := []any{}
		for _, text := range texts {
			if text != "None" {
				list = append(list, text)
			}
		}
		if len(list) == 0 && len(texts) > 0 {
			dict.Entries = append(dict.Entries, Pair{name, nil})
			continue
		}
		dict.Entries = append(dict.Entries, Pair{name, list})
	}
	if strings.Contains(query, "=None") {
		return dict
	}
	return values
}
