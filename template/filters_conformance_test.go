package template_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/nuages-web/nuages/internal/pyfmt"
	"github.com/nuages-web/nuages/internal/pyvalue"
	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/internal/templatetest"
	"github.com/nuages-web/nuages/markup"
)

// filtersExcluded tells why a case of a filter is left out.
var filtersExcluded = map[string]string{
	"filter_tests.test_urlize.FunctionTests.test_caching_repeated_words": "the test puts another function in the place of urlize's own",
}

// TestFiltersConformance renders templates with one filter, or two, and compares with what Django
// answered: cases of Django's own tests that call a filter, and ours of all filters.
func TestFiltersConformance(t *testing.T) {
	t.Parallel()
	runner := newRunner(t)
	var cases []*templatetest.Case
	for _, line := range realdjango.Lines(t, "templates.jsonl") {
		c, err := templatetest.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		if c.Kind == templatetest.Filter {
			cases = append(cases, calledFilter(t, c))
		}
	}
	for _, c := range realdjango.Cases(t, "filters") {
		cases = append(cases, renderedFilter(t, c))
	}
	equal, skipped, different := 0, 0, 0
	for _, c := range cases {
		if why := filtersExcluded[c.Name]; why != "" {
			t.Logf("excluded %s: %s", c.Name, why)
			skipped++
			continue
		}
		want, err := c.Answer()
		if err != nil {
			t.Fatal(err)
		}
		if got := runner.Run(t.Context(), c); got.Equal(want) {
			equal++
		} else {
			different++
			t.Errorf("%s: %s with %.200s\nwant %.300s\ngot  %.300s", c.Name, c.Templates["main"], c.Context, want, got)
		}
	}
	realdjango.Report(t, "filters", equal, skipped, different)
}

// calledFilter makes a template of a case that calls a filter as a function.
func calledFilter(t *testing.T, c *templatetest.Case) *templatetest.Case {
	t.Helper()
	context := map[string]json.RawMessage{"a": c.Args[0]}
	source := "{{ a|" + c.FilterName + " }}"
	if len(c.Args) > 1 {
		context["b"] = c.Args[1]
		source = "{{ a|" + c.FilterName + ":b }}"
	}
	for name, value := range c.Kwargs {
		switch name {
		case "autoescape":
			on := string(value) == "true"
			c.Autoescape = &on
		default:
			context["b"] = value
			source = "{{ a|" + c.FilterName + ":b }}"
		}
	}
	var err error
	if c.Context, err = json.Marshal(context); err != nil {
		t.Fatal(err)
	}
	c.Kind, c.Main, c.Templates = templatetest.Render, "main", map[string]string{"main": source}
	if c.Error == "" {
		c.Expected = shown(t, c)
	}
	return c
}

// shown returns how a template shows what a filter returned.
func shown(t *testing.T, c *templatetest.Case) json.RawMessage {
	t.Helper()
	decoded, err := pyvalue.DecodeOrdered(c.Expected)
	if err != nil {
		t.Fatal(err)
	}
	v, err := templatetest.Value(decoded)
	if err != nil {
		t.Fatal(err)
	}
	text := string(pyfmt.AppendStr(nil, v))
	if (c.Safe == nil || !*c.Safe) && (c.Autoescape == nil || *c.Autoescape) {
		text = string(markup.Escape(text))
	}
	raw, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// renderedFilter makes a case of templates of one that is a template in its environment.
func renderedFilter(t *testing.T, c realdjango.Case) *templatetest.Case {
	t.Helper()
	source, ok := realdjango.MustDecode(t, c.Env["template"]).(string)
	if !ok {
		t.Fatalf("%s has no template", c.Name)
	}
	out := &templatetest.Case{
		Name: c.Name, Kind: templatetest.Render, Main: "main", Templates: map[string]string{"main": source},
		Context: json.RawMessage(fmt.Sprintf(`{"v":%s}`, c.Args[0])), Expected: c.Expected,
	}
	if c.Error != nil {
		out.Error, out.Expected = c.Error.Class, nil
	}
	return out
}
