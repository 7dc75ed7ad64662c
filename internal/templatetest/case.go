// Package templatetest runs cases of templates in the form of the conformance
// cases (../shared/conformance): a template, what it is rendered with, and what
// Django answered. The tests of package template run recorded and random ones,
// "nuages template render --batch" those of its input.
//
//	c, err := templatetest.Parse(line)
//	…
//	got := templatetest.Run(ctx, c)
//	if got.Equal(c.Answer()) {
package templatetest

import (
	"encoding/json"
	"fmt"
)

// The kinds of cases.
const (
	Render  = "render"  // a template is rendered
	Compile = "compile" // a template is parsed only, and refused
	Filter  = "filter"  // a filter is called
)

// Case is one case. What is absent is Django's default.
type Case struct {
	Name string `json:"name,omitempty"`
	Kind string `json:"kind,omitempty"` // Render, Compile or Filter; "" is Render

	// Main is the name of the template to render or parse, among Templates;
	// "__main__" is one that was made of a string and has no name.
	Main      string            `json:"main,omitempty"`
	Templates map[string]string `json:"templates,omitempty"`

	// Context is an object, whose values may be tagged; see pyvalue.Decode.
	Context json.RawMessage `json:"context,omitempty"`

	Autoescape      *bool  `json:"autoescape,omitempty"` // nil is true
	StringIfInvalid string `json:"string_if_invalid,omitempty"`

	// Libraries are those that {% load %} finds beside Django's own: the name,
	// and the Python module. Those of Django's tests are here.
	Libraries map[string]string `json:"libraries,omitempty"`

	// Settings are settings of Django by name.
	Settings map[string]json.RawMessage `json:"settings,omitempty"`

	Language string `json:"language,omitempty"` // "" is "en"
	Timezone string `json:"timezone,omitempty"` // "" is America/Chicago, as in Django's tests
	Clock    string `json:"clock,omitempty"`    // the time that it is, in Timezone; "" is the time that it is

	// The rest is of kind Filter.
	FilterName string                     `json:"filter,omitempty"`
	Args       []json.RawMessage          `json:"args,omitempty"`
	Kwargs     map[string]json.RawMessage `json:"kwargs,omitempty"`
	Safe       *bool                      `json:"safe,omitempty"`

	// Expected is Django's answer, text but for a filter, and Error the class
	// of the exception that it raised.
	Expected json.RawMessage `json:"expected,omitempty"`
	Error    string          `json:"error,omitempty"`
}

// Parse reads a case from a line of JSON.
func Parse(line []byte) (*Case, error) {
	c := &Case{}
	if err := json.Unmarshal(line, c); err != nil {
		return nil, fmt.Errorf("read case: %w", err)
	}
	if c.Kind == "" {
		c.Kind = Render
	}
	if c.Kind != Filter && (c.Main == "" || len(c.Templates) == 0) {
		return nil, fmt.Errorf("read case %q: it has no main or no templates", c.Name)
	}
	return c, nil
}

// Answer is what became of a case.
type Answer struct {
	Name    string  `json:"name,omitempty"`
	Text    *string `json:"expected,omitempty"` // what was rendered; nil when there was an error, and after parsing only
	Class   string  `json:"error,omitempty"`    // the class of Django's exception
	Message string  `json:"message,omitempty"`  // of the error, for people
}

// Answer returns what Django answered.
func (c *Case) Answer() (Answer, error) {
	a := Answer{Name: c.Name, Class: c.Error}
	if c.Error == "" && c.Expected != nil {
		if err := json.Unmarshal(c.Expected, &a.Text); err != nil {
			return a, fmt.Errorf("read answer of case %q: %w", c.Name, err)
		}
	}
	return a, nil
}

// String returns the text or the error, for messages.
func (a Answer) String() string {
	switch {
	case a.Class != "":
		return fmt.Sprintf("%s: %s", a.Class, a.Message)
	case a.Text == nil:
		return "no error"
	}
	return fmt.Sprintf("%q", *a.Text)
}
