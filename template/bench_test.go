package template_test

import (
	"context"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/nuages-web/nuages/template"
)

// benchRow has a field of each kind that the engine writes by itself.
type benchRow struct {
	ID      int
	Name    string
	Price   float64
	Created time.Time
	Author  *Author
}

func benchRows(n int) []benchRow {
	rows := make([]benchRow, n)
	for i := range rows {
		rows[i] = benchRow{
			ID: i + 1, Name: fmt.Sprintf("Item <%d> & co", i+1), Price: float64(i+1) * 1.37,
			Created: time.Date(2024, 1, 2+i%365, 12, 0, 0, 0, time.UTC), Author: &Author{"Ada", "Lovelace"},
		}
	}
	return rows
}

// benchMaps are the rows as maps.
func benchMaps(rows []benchRow) []map[string]any {
	maps := make([]map[string]any, len(rows))
	for i, r := range rows {
		maps[i] = map[string]any{"id": r.ID, "name": r.Name, "price": r.Price, "created": r.Created, "author": r.Author}
	}
	return maps
}

func benchData(n int) map[string]any {
	rows := benchRows(n)
	return map[string]any{"title": "Stock & more", "row": &rows[0], "rows": rows, "maps": benchMaps(rows), "html": "<b>Tom & Jerry</b> \"quoted\""}
}

// benchTemplates are pages with base, include and 50 rows of 4 fields.
var benchTemplates = template.Map{
	"base.html":    "<!DOCTYPE html>\n<title>{% block title %}Base{% endblock %}</title>\n{% include \"nav.html\" %}<main>{% block content %}{% endblock %}</main>\n",
	"nav.html":     `<nav>{{ title }}</nav>`,
	"page.html":    `{% extends "base.html" %}{% block title %}{{ title }}{% endblock %}{% block content %}<table>{% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.name|upper }}</td><td>{{ row.price|floatformat:2 }}</td><td>{{ row.created|date:"Y-m-d" }}</td></tr>{% endfor %}</table>{% endblock %}`,
	"plain.html":   `{% extends "base.html" %}{% block title %}{{ title }}{% endblock %}{% block content %}<table>{% for row in rows %}<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.price }}</td><td>{{ row.author.last_name }}</td></tr>{% endfor %}</table>{% endblock %}`,
	"maps.html":    `{% extends "base.html" %}{% block content %}<table>{% for row in maps %}<tr><td>{{ row.id }}</td><td>{{ row.name }}</td><td>{{ row.price }}</td><td>{{ row.author.last_name }}</td></tr>{% endfor %}</table>{% endblock %}`,
	"middle.html":  `{% extends "base.html" %}{% block title %}{{ block.super }} – middle{% endblock %}{% block content %}<div>{% block inner %}inner{% endblock %}</div>{% endblock %}`,
	"leaf.html":    `{% extends "middle.html" %}{% block title %}{{ block.super }} – leaf{% endblock %}{% block inner %}{{ block.super }} {{ title }}{% endblock %}`,
	"include.html": `{% for row in rows %}{% include "item.html" with n=forloop.counter only %}{% endfor %}`,
	"item.html":    `<i>{{ n }}</i>`,
}

func benchEngine(tb testing.TB) *template.Engine {
	tb.Helper()
	e, err := template.New(&template.Options{Loaders: []template.Loader{benchTemplates}})
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// benchCases are sources that are rendered with benchData(50).
var benchCases = []struct{ name, source string }{
	{"int", `{{ row.id }}`},
	{"string", `{{ row.name }}`},
	{"float", `{{ row.price }}`},
	{"time", `{{ row.created }}`},
	{"nested", `{{ row.author.last_name }}`},
	{"method", `{{ row.author.full_name }}`},
	{"map", `{{ maps.0.name }}`},
	{"escape", `{{ html }}`},
	{"upper", `{{ row.name|upper }}`},
	{"floatformat", `{{ row.price|floatformat:2 }}`},
	{"date", `{{ row.created|date:"Y-m-d" }}`},
	{"if", `{% if row.id == 1 and title %}yes{% else %}no{% endif %}`},
	{"for", `{% for row in rows %}{{ forloop.counter }}{% endfor %}`},
	{"with", `{% with a=row.id b=title %}{{ a }}{% endwith %}`},
}

func BenchmarkRender(b *testing.B) {
	e, data := benchEngine(b), benchData(50)
	for _, bc := range benchCases {
		b.Run(bc.name, func(b *testing.B) {
			t, err := e.Parse(bc.name, bc.source)
			if err != nil {
				b.Fatal(err)
			}
			benchRender(b, t, data)
		})
	}
	for _, name := range []string{"page.html", "plain.html", "maps.html", "leaf.html", "include.html"} {
		b.Run(name, func(b *testing.B) {
			t, err := e.Get(name)
			if err != nil {
				b.Fatal(err)
			}
			benchRender(b, t, data)
		})
	}
}

func benchRender(b *testing.B, t *template.Template, data any) {
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		if err := t.Render(ctx, io.Discard, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParallel(b *testing.B) {
	e, data := benchEngine(b), benchData(50)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := e.Render(context.Background(), io.Discard, "page.html", data); err != nil {
				b.Error(err)
				return
			}
		}
	})
}

func BenchmarkStream100000(b *testing.B) {
	e := benchEngine(b)
	data := map[string]any{"title": "all", "rows": benchRows(100_000)}
	t, err := e.Get("page.html")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := t.Stream(context.Background(), io.Discard, data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	e := benchEngine(b)
	b.SetBytes(int64(len(benchTemplates["page.html"])))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.Parse("page.html", benchTemplates["page.html"]); err != nil {
			b.Fatal(err)
		}
	}
}
