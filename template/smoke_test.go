package template_test

import (
	"testing"

	"github.com/nuages-web/nuages/template"
)

type row struct {
	ID   int
	Name string
}

func TestSmoke(t *testing.T) {
	e, err := template.New(&template.Options{Loaders: []template.Loader{template.Map{
		"base.html": "<title>{% block title %}Base{% endblock %}</title>{% block content %}base{% endblock %}",
		"page.html": `{% extends "base.html" %}{% block title %}{{ title|upper }}{% endblock %}{% block content %}{{ block.super }}{% for r in rows %}<p>{{ forloop.counter }}/{{ forloop.length }} {{ r.id }} {{ r.name }}</p>{% empty %}none{% endfor %}{% if rows and rows.0.id == 1 %}first{% elif x %}x{% else %}no{% endif %}{% include "inc.html" with x=1 %}{% endblock %}`,
		"inc.html":  `[{{ x }}|{{ title }}|{% partialdef card %}card {{ x }}{% endpartialdef %}{% partial card %}]`,
	}}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := e.RenderString(t.Context(), "page.html", map[string]any{"title": "a <b>", "rows": []row{{1, "x & y"}, {2, "z"}}})
	t.Log(got, err)
	got, err = e.RenderString(t.Context(), "page.html#title", map[string]any{"title": "a <b>"})
	t.Log(got, err)
	_, err = e.Parse("bad", "line one\n  {% if x ==  %}\n{{ a|nope }}")
	t.Log(err)
	_, err = e.Parse("bad", "line one\n  {{ a|nope }}")
	t.Log(err)
}
