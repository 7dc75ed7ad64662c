package template_test

import (
	"context"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/template"
)

// shelf is a page's data, with what templates may ask for.
type shelf struct {
	Title   string
	Books   []*Book
	ByISBN  map[string]Book
	Comment any
}

func (s *shelf) Delete(context.Context) (int, error) { return 0, nil }

// TestCheckFindsMistakes shows each finding of Check, by its id.
func TestCheckFindsMistakes(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, source, want string }{
		{"fine", `{% include "part.html" %}<a href="/{{ slug|urlencode }}">{{ title }}</a>`, ""},
		{"syntax", `{% if %}`, "templates.E001"},
		{"unknown filter", `{{ a|nope }}`, "templates.E001"},
		{"missing include", `{% include "none.html" %}`, "templates.E003"},
		{"missing parent", `{% extends "none.html" %}`, "templates.E003"},
		{"missing partial of another", `{% include "part.html#none" %}`, "templates.E003"},
		{"missing partial", `{% partial none %}`, "templates.E004"},
		{"missing static file", `{% load static %}{% static "none.css" %}`, "templates.E008"},
		{"static files", `{% load static %}{% static "a.css" %}{% static name %}`, ""},
		{"missing route", `{% url "none" %}{% url name %}{% url "records" %}`, "templates.E005"},
		{"script", `<script>let a = "{{ a }}";</script>`, "templates.W001"},
		{"script escaped", `<script>let a = "{{ a|escapejs }}";</script>`, ""},
		{"after script", `<script></script>{{ a }}`, ""},
		{"style", `<style>a { color: {{ a }} }</style>`, "templates.W002"},
		{"style attribute", `<p style="color: {{ a }}">`, "templates.W002"},
		{"unquoted", `<p class={{ a }}>`, "templates.W003"},
		{"event handler", `<p onclick="f('{{ a }}')">`, "templates.W004"},
		{"event handler escaped", `<p onclick="f('{{ a|escapejs }}')">`, ""},
		{"part of an address", `<a href="/search?q={{ a }}">`, "templates.W005"},
		{"key in an address", `<a href="/books/{{ book.id }}/">`, ""},
		{"whole address", `<a href="{{ a }}">`, "templates.W006"},
		{"address by name", `<a href="{{ book.get_absolute_url }}">`, ""},
		{"in a branch", `<script>{% if a %}{{ a }}{% endif %}</script>`, "templates.W001"},
		{"comment", `<!-- <script> -->{{ a }}`, ""},
		{"typed", `{# type: template_test.shelf #}{{ title }}{{ Title }}{% for b in books %}{{ b.author.full_name }}{{ forloop.counter }}{% endfor %}{{ by_isbn.x.title }}{{ comment.anything }}{{ books.0.price }}{{ site }}`, ""},
		{"unknown type", `{# type: shop.None #}`, "templates.E006"},
		{"unknown variable", `{# type: template_test.shelf #}{{ titel }}`, "templates.E007"},
		{"unknown field", `{# type: template_test.shelf #}{{ books.0.titel }}`, "templates.E007"},
		{"unknown field in a loop", `{# type: template_test.shelf #}{% for b in books %}{{ b.titel }}{% endfor %}`, "templates.E007"},
		{"unknown field in a condition", `{# type: template_test.shelf #}{% if titel == 1 %}{% endif %}`, "templates.E007"},
		{"variable after its scope", `{# type: template_test.shelf #}{% with a=title %}{{ a }}{% endwith %}{{ a }}`, "templates.E007"},
		{"loop over text of a struct", `{# type: template_test.shelf #}{% for b in by_isbn.x %}{% endfor %}`, "templates.E009"},
		{"method that changes data", `{# type: template_test.shelf #}{{ delete }}`, "templates.E007"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := newEngine(t, &template.Options{
				Loaders:     []template.Loader{template.Map{"page.html": tt.source, "part.html": "{{ a }}"}},
				Types:       []any{shelf{}},
				URLs:        routeNames{"records"},
				StaticFiles: []fs.FS{fstest.MapFS{"a.css": {}}},
				Processors:  map[string]func(context.Context) (any, error){"site": func(context.Context) (any, error) { return "s", nil }},
			})
			var got []string
			for _, m := range e.Check() {
				got = append(got, m.ID)
				if m.File != "page.html" || m.Line != 1 {
					t.Errorf("place: got %s:%d, want page.html:1", m.File, m.Line)
				}
			}
			if diff := cmp.Diff(strings.Fields(tt.want), got); diff != "" && (tt.want != "" || len(got) > 0) {
				t.Errorf("%s: -want +got\n%s%v", tt.source, diff, e.Check())
			}
		})
	}
}

// routeNames are names of routes.
type routeNames []string

func (r routeNames) ReverseURL(context.Context, string, []any, map[string]any) (string, error) {
	return "/", nil
}

func (r routeNames) HasURL(name string) bool { return slices.Contains(r, name) }

// TestDeclaredType shows that a template which declares a type refuses other data.
func TestDeclaredType(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{
		Loaders: []template.Loader{template.Map{"page.html": `{# type: template_test.shelf #}{{ title }}`}},
		Types:   []any{shelf{}},
	})
	if got, err := e.RenderString(t.Context(), "page.html", &shelf{Title: "Go"}); err != nil || got != "Go" {
		t.Errorf("its type: got %q, %v", got, err)
	}
	if _, err := e.RenderString(t.Context(), "page.html", map[string]any{"title": "Go"}); err == nil {
		t.Error("a map: got no error")
	}
}

func newEngine(t testing.TB, opts *template.Options) *template.Engine {
	t.Helper()
	e, err := template.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
