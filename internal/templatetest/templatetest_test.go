package templatetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/internal/templatetest"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/web"
)

func TestContext(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	large, _ := new(big.Int).SetString("86399999999999999999", 10)
	got, err := templatetest.Context(json.RawMessage(`{
		"z": null, "b": true, "i": 1, "f": 1.0, "s": "x", "large": {"$int": "86399999999999999999"},
		"safe": {"$safe": "<b>"}, "lazy": {"$lazy": "late"}, "decimal": {"$decimal": "1.50"},
		"date": {"$date": "2026-01-31"}, "time": {"$time": "04:05:06"}, "zoned time": {"$time": "04:00:00+00:30"},
		"naive": {"$datetime": "2026-07-01T12:00:00"}, "aware": {"$datetime": "2026-07-01T12:00:00+02:00", "zone": "Europe/Berlin"},
		"delta": {"$timedelta": 90}, "list": [1, {"$tuple": ["a"]}], "set": {"$set": [1]}, "range": {"$range": [1, 6, 2]},
		"dict": {"$dict": [[1, "one"], ["1", "text"], ["k", {"y": 1, "x": 2}]]},
		"query": {"$querydict": "a=1&b=2&a=3"}, "none": {"$querydict": "a=None&b=2"}
	}`))
	if err != nil {
		t.Fatal(err)
	}
	dictOf := func(pairs ...templatetest.Pair) templatetest.Dict { return templatetest.Dict{Entries: pairs} }
	inner := dictOf(templatetest.Pair{Key: "y", Value: int64(1)}, templatetest.Pair{Key: "x", Value: int64(2)})
	dict := dictOf(templatetest.Pair{Key: int64(1), Value: "one"}, templatetest.Pair{Key: "1", Value: "text"}, templatetest.Pair{Key: "k", Value: inner})
	noon := time.Date(2026, 7, 1, 12, 0, 0, 0, berlin)
	want := dictOf([]templatetest.Pair{
		{Key: "z"}, {Key: "b", Value: true}, {Key: "i", Value: int64(1)}, {Key: "f", Value: 1.0}, {Key: "s", Value: "x"}, {Key: "large", Value: large},
		{Key: "safe", Value: markup.HTML("<b>")}, {Key: "lazy", Value: "late"}, {Key: "decimal", Value: decimal.RequireFromString("1.50")},
		{Key: "date", Value: civil.Date{Year: 2026, Month: 1, Day: 31}}, {Key: "time", Value: civil.Time{Hour: 4, Minute: 5, Second: 6}}, {Key: "zoned time", Value: civil.Time{Hour: 4}},
		{Key: "naive", Value: i18n.Naive(noon)}, {Key: "aware", Value: noon},
		{Key: "delta", Value: 90 * time.Second}, {Key: "list", Value: []any{int64(1), pyfmt.Tuple{"a"}}}, {Key: "set", Value: pyfmt.Set{int64(1)}}, {Key: "range", Value: []int64{1, 3, 5}},
		{Key: "dict", Value: dict},
		{Key: "query", Value: web.ValuesOf("a", "1", "b", "2", "a", "3")}, {Key: "none", Value: dictOf(templatetest.Pair{Key: "a"}, templatetest.Pair{Key: "b", Value: []any{"2"}})},
	}...)
	same := cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })
	if diff := cmp.Diff(want, got, same, cmp.Comparer(func(a, b i18n.DateValue) bool { return a == b }), cmp.Comparer(func(a, b web.Values) bool { return a.String() == b.String() })); diff != "" {
		t.Errorf("context (-want +got):\n%s", diff)
	}
	if v, ok := dict.TemplateKey("1"); v != "text" || !ok {
		t.Errorf("key 1 as text: got %v, %v", v, ok)
	}
	if v, ok := dict.TemplateIndex(1); v != "one" || !ok {
		t.Errorf("key 1: got %v, %v", v, ok)
	}
	if keys := slices.Collect(maps.Keys(maps.Collect(dict.All()))); len(keys) != dict.Len() {
		t.Errorf("keys %v of a dict of %d", keys, dict.Len())
	}
	for _, bad := range []string{`[]`, `1`, `{`, `{"a": {"$date": "x"}}`, `{"a": {"$decimal": "x"}}`, `{"a": {"$renderer": "x"}}`, `{"a": {"$uuid": "x"}}`} {
		if got, err := templatetest.Context(json.RawMessage(bad)); err == nil {
			t.Errorf("Context(%s) = %v, want an error", bad, got)
		}
	}
}

func TestRun(t *testing.T) {
	t.Parallel()
	runner, err := templatetest.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, line, want string }{
		{"text", `{"main": "a", "templates": {"a": "{{ x }}"}, "context": {"x": "&"}}`, `"&amp;"`},
		{"raw", `{"main": "a", "templates": {"a": "{{ x }}"}, "context": {"x": "&"}, "autoescape": false}`, `"&"`},
		{"language", `{"main": "a", "templates": {"a": "{{ 1.5 }}"}, "language": "de"}`, `"1,5"`},
		{"library", `{"main": "a", "templates": {"a": "{% load c %}{% minusone 3 %}{{ 'abc'|trim:2 }}{% counter %}"}, "libraries": {"c": "template_tests.templatetags.custom"}}`, `"2ab0"`},
		{"parsed", `{"kind": "compile", "main": "a", "templates": {"a": "{{ x }}"}}`, "no error"},
		{"refused", `{"kind": "compile", "main": "a", "templates": {"a": "{{ }}"}}`, "TemplateSyntaxError"},
		{"no template", `{"main": "b", "templates": {"a": ""}}`, "TemplateDoesNotExist"},
		{"no variable", `{"main": "a", "templates": {"a": "{{ x|default:y }}"}}`, "VariableDoesNotExist"},
		{"another error", `{"main": "a", "templates": {"a": "{% load b %}{% badtag %}"}, "libraries": {"b": "template_tests.templatetags.bad_tag"}}`, "Exception"},
		{"unknown library", `{"main": "a", "templates": {"a": ""}, "libraries": {"b": "shop.tags"}}`, "NotRun"},
		{"unknown setting", `{"main": "a", "templates": {"a": ""}, "settings": {"COLOUR": "red"}}`, "NotRun"},
		{"a filter", `{"kind": "filter", "filter": "upper", "args": ["a"]}`, "NotRun"},
		{"unknown zone", `{"main": "a", "templates": {"a": ""}, "timezone": "Mars/North"}`, "NotRun"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, err := templatetest.Parse([]byte(test.line))
			if err != nil {
				t.Fatal(err)
			}
			got := runner.Run(t.Context(), c)
			if text := got.String(); text != test.want && got.Class != test.want {
				t.Errorf("%s\ngot  %s\nwant %s", test.line, text, test.want)
			}
		})
	}
	for _, bad := range []string{``, `[]`, `{}`, `{"main": "a"}`, `{"templates": {"a": ""}}`} {
		if _, err := templatetest.Parse([]byte(bad)); err == nil {
			t.Errorf("Parse(%s): want an error", bad)
		}
	}
}

func TestEqual(t *testing.T) {
	t.Parallel()
	text := func(s string) templatetest.Answer { return templatetest.Answer{Text: &s} }
	failed := func(class string) templatetest.Answer { return templatetest.Answer{Class: class} }
	for _, test := range []struct {
		a, b templatetest.Answer
		want bool
	}{
		{text("a"), text("a"), true},
		{text("a"), text("b"), false},
		{text(""), templatetest.Answer{}, false},
		{templatetest.Answer{}, templatetest.Answer{}, true},
		{text("a"), failed("ValueError"), false},
		{failed("ValueError"), failed("Exception"), true},
		{failed("TemplateSyntaxError"), failed("TemplateSyntaxError"), true},
		{failed("TemplateSyntaxError"), failed("TypeError"), false},
		{failed("NotRun"), failed("TypeError"), false},
	} {
		if got := test.a.Equal(test.b); got != test.want || test.b.Equal(test.a) != got {
			t.Errorf("%s and %s: equal %v, want %v", test.a, test.b, got, test.want)
		}
	}
}

func ExampleRunner_Run() {
	runner, err := templatetest.New(nil)
	if err != nil {
		panic(err)
	}
	c, err := templatetest.Parse([]byte(`{"main": "a", "templates": {"a": "Hi {{ name }}!"}, "context": {"name": "<you>"}}`))
	if err != nil {
		panic(err)
	}
	fmt.Println(*runner.Run(context.Background(), c).Text)
	// Output: Hi &lt;you&gt;!
}
