// Package templatefuzz makes templates and contexts at random, and compares what
// Django makes of them with what package template does.
//
//	maker := templatefuzz.New(seed)
//	sample := maker.Sample(n) // the same for the same seed and n
//	line := sample.Line()     // a case for Django and for templatetest
//	small := templatefuzz.Shrink(sample, differ)
package templatefuzz

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/templatetest"
)

// Sample is a case that was made at random, in pieces, so that it can be made
// smaller.
type Sample struct {
	name       string
	templates  map[string][]node // "main" is rendered
	context    pyvalue.Dict
	autoescape bool
	invalid    string
	language   string
}

// Name tells the samples of a Maker apart.
func (s *Sample) Name() string { return s.name }

// Case returns the sample in the form of the conformance cases.
func (s *Sample) Case() *templatetest.Case {
	c := &templatetest.Case{
		Name: s.name, Kind: templatetest.Render, Main: "main", Templates: map[string]string{},
		Context: encode(s.context), Autoescape: &s.autoescape, StringIfInvalid: s.invalid, Language: s.language,
	}
	for name, nodes := range s.templates {
		c.Templates[name] = source(nodes)
	}
	return c
}

// size is what shrinking makes smaller.
func (s *Sample) size() int {
	n := len(encode(s.context)) + len(s.invalid) + len(s.language)
	for name, nodes := range s.templates {
		n += len(name) + len(source(nodes))
	}
	if !s.autoescape {
		n++
	}
	return n
}

// encode writes a value as the cases have it; the values are those that this
// package makes, which all can be written.
func encode(v any) json.RawMessage {
	raw, err := json.Marshal(tag(v))
	if err != nil {
		panic(fmt.Sprintf("templatefuzz: write %#v: %v", v, err))
	}
	return raw
}

func tag(v any) any {
	switch v := v.(type) {
	case pyvalue.Dict:
		return ordered(v)
	case pyvalue.Tuple:
		return map[string]any{"$tuple": tagAll(v)}
	case []any:
		return tagAll(v)
	case pyvalue.Safe:
		return map[string]any{"$safe": string(v)}
	case pyvalue.Decimal:
		return map[string]any{"$decimal": string(v)}
	case pyvalue.Date:
		return map[string]any{"$date": string(v)}
	case pyvalue.Clock:
		return map[string]any{"$time": string(v)}
	case pyvalue.Datetime:
		return map[string]any{"$datetime": v.ISO}
	case float64:
		if v == float64(int64(v)) { // JSON has no way to say so of its own
			return json.RawMessage(fmt.Sprintf("%.1f", v))
		}
	}
	return v
}

func tagAll(items []any) []any {
	out := make([]any, len(items))
	for i, item := range items {
		out[i] = tag(item)
	}
	return out
}

// ordered keeps the order of a dict; one whose keys are not all text is tagged.
type ordered pyvalue.Dict

func (o ordered) MarshalJSON() ([]byte, error) {
	plain := true
	pairs := make([]any, len(o))
	text := []byte("{")
	for i, pair := range o {
		value := encode(pair.Value)
		pairs[i] = []any{tag(pair.Key), value}
		key, ok := pair.Key.(string)
		plain = plain && ok
		if i > 0 {
			text = append(text, ',')
		}
		text = fmt.Appendf(text, "%s:%s", encode(key), value)
	}
	if !plain {
		return json.Marshal(map[string]any{"$dict": pairs})
	}
	return append(text, '}'), nil
}

// names returns the names of the templates in a fixed order.
func (s *Sample) names() []string { return slices.Sorted(maps.Keys(s.templates)) }
