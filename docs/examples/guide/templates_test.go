package guide_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/nuages-web/nuages/docs/examples/guide"
	"github.com/nuages-web/nuages/template"
)

func TestShelf(t *testing.T) {
	t.Parallel()
	c := newClient(t, nil)
	page := c.Get("/templates/shelf/")
	page.AssertTemplateUsed("shelf.html")
	page.AssertContains("<title>Jazz &amp; more</title>", nil)
	page.AssertContains("<p>Look at Nuages.</p>", nil)
	page.AssertContains("Blue Train, € 24.50, sold out", nil)

	card := c.Post("/templates/shelf/nuages/sold/", nil)
	if got := card.Body; !strings.HasPrefix(got, `<li id="nuages">`) || !strings.Contains(got, "1 left") {
		t.Errorf("got %s, want the card alone", got)
	}
	c.Post("/templates/shelf/none/sold/", nil).AssertStatus(404)
	events := c.Events("/templates/shelf/sales/", "")
	if e := events.Next(); e.Name != "card" || !strings.Contains(e.Data, "Nuages, € 19.90") {
		t.Errorf("got %+v", e)
	}
	events.Close()
	events.Wait()
	c.Get("/templates/old/").AssertContains("<p>Hello &lt;Ann&gt;</p>", nil)
}

func TestReport(t *testing.T) {
	t.Parallel()
	body := newClient(t, nil).Get("/templates/report/").Body
	if !strings.Contains(body, "Report of Nuages Records") || !strings.Contains(body, "<li>Nuages: Feb. 3, 2026, 12:30 p.m.</li>") {
		t.Errorf("got %s", body)
	}
	if body := newClient(t, nil).Get("/templates/tokyo/").Body; !strings.Contains(body, "Feb. 3, 2026, 9:30 p.m.") {
		t.Errorf("got %s, want the time in Tokyo", body)
	}
}

// TestReportIsStreamed sees the head of the page before its rows are made.
func TestReportIsStreamed(t *testing.T) {
	t.Parallel()
	p, err := guide.Project()
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	head := ""
	rows := func(yield func(*guide.Record) bool) {
		head = page.String()
		yield(&guide.Record{Title: "Nuages"})
	}
	if err := p.Templates().Stream(t.Context(), &page, "report.html", map[string]any{"rows": rows}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(head, "<title>Report of Nuages Records</title>") || strings.Contains(head, "<ol>") {
		t.Errorf("got %q before the rows, want the head", head)
	}
}

func TestLetter(t *testing.T) {
	t.Parallel()
	letters, err := guide.Letters(os.DirFS("letters"))
	if err != nil {
		t.Fatal(err)
	}
	subject, body, err := guide.Letter(t.Context(), letters, "order.txt", map[string]any{
		"name": "Ann & Bo", "record": &guide.Record{Title: "Nuages", Stock: 1},
	})
	if err != nil || subject != "Your order of Nuages" || body != "Dear Ann & Bo,\nNuages is on its way.\n" {
		t.Errorf("got %q, %q, %v", subject, body, err)
	}
}

func TestCardOutsideOfRequest(t *testing.T) {
	t.Parallel()
	p, err := guide.Project()
	if err != nil {
		t.Fatal(err)
	}
	html, err := guide.RecordCard(t.Context(), p.Templates(), &guide.Record{Title: "<A>", Cents: 100})
	if err != nil || !strings.Contains(string(html), "&lt;A&gt;, € 1.00, sold out") {
		t.Errorf("got %s, %v", html, err)
	}
}

// shopEngine has the tags of the guide and one template for them.
func shopEngine(t *testing.T) *template.Engine {
	t.Helper()
	engine, err := template.New(&template.Options{
		Loaders:   []template.Loader{template.FS(os.DirFS("templates"))},
		Libraries: map[string]*template.Library{"shop": guide.ShopTags()},
	})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func TestShopTags(t *testing.T) {
	t.Parallel()
	engine := shopEngine(t)
	data := map[string]any{
		"cents": 1990, "kind": `"x"`, "since": time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC),
		"record": &guide.Record{Slug: "a", Title: "A & B"}, "records": []*guide.Record{{Title: "A & B"}, {Title: "C"}},
	}
	for _, test := range []struct{ source, want string }{
		{"{{ cents|euro }} {{ '250'|euro:0 }}", "€ 19.90 € 3"},
		{"{{ record|sleeve:'small' }}", `<img class="small" src="/covers/a.png" alt="A &amp; B">`},
		{"{{ since|day }}", "Tuesday"},
		{"{% stars 3 %} {% stars n=1 of=2 %}", "★★★☆☆ ★☆"},
		{"{% stars 2 as s %}{{ s|length }}", "5"},
		{"{% note kind %}<b>{{ record.title }}</b>{% endnote %}", `<aside class="&quot;x&quot;"><b>A &amp; B</b></aside>`},
		{"{% top records n=1 %}", "<p>Look at A &amp; B.</p>\n"},
		{"{% upper %}a{{ cents }}b{% endupper %}", "A1990B"},
	} {
		page, err := engine.Parse("test.html", "{% load shop %}"+test.source)
		if err != nil {
			t.Errorf("%s: %v", test.source, err)
			continue
		}
		if got, err := page.RenderString(t.Context(), data); got != test.want || err != nil {
			t.Errorf("%s: got %q, %v; want %q", test.source, got, err, test.want)
		}
	}
}

func TestShopTagMistakes(t *testing.T) {
	t.Parallel()
	engine := shopEngine(t)
	for _, test := range []struct{ source, want string }{
		{"{% if 1 %}{% localtime on %}", "test.html:1:26: invalid block tag: 'localtime', expected 'elif', 'else' or 'endif'. It is in library tz: add {% load tz %}"},
		{"{% stars %}", "test.html:1:16: 'stars' did not receive a value for argument 'n'"},
		{"{% stars 'x' %}", "test.html:1:25: 'stars': argument 'n' needs int, got text 'x'"},
		{"{% upper x %}{% endupper %}", "test.html:1:25: 'upper' takes no argument"},
		{"{% stars 9 %}", "test.html:1:16: there are no 9 of 5 stars"},
		{"{{ 1|sleeve:'small' }}", "test.html:1:16: sleeve: needs *guide.Record, got int '1'"},
	} {
		page, err := engine.Parse("test.html", "{% load shop %}"+test.source)
		if err == nil {
			err = page.Render(t.Context(), io.Discard, nil)
		}
		var at *template.Error
		if !errors.As(err, &at) || err.Error() != test.want {
			t.Errorf("%s: got\n%v\nwant\n%s", test.source, err, test.want)
		}
	}
}

func TestTypedTemplate(t *testing.T) {
	t.Parallel()
	engine, err := template.New(&template.Options{
		Loaders: []template.Loader{template.FS(fstest.MapFS{"shelf.html": {Data: []byte(
			"{# type: guide.Shelf #}\n{% for record in records %}{{ record.titel }}{% endfor %}")}})},
		Types: []any{guide.Shelf{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	found := engine.Check()
	if len(found) != 1 || found[0].ID != "templates.E007" {
		t.Errorf("got %v, want templates.E007", found)
	}
	if err := engine.Render(t.Context(), io.Discard, "shelf.html", map[string]any{}); err == nil {
		t.Error("a map took the place of a guide.Shelf")
	}
}

// TestErrorText pins what an error of a template says.
func TestErrorText(t *testing.T) {
	t.Parallel()
	engine, err := template.New(&template.Options{Loaders: []template.Loader{template.Map{
		"base.html": "<main>\n  {% block content %}{% endblock %}\n</main>",
		"page.html": "{% extends \"base.html\" %}\n{% block content %}\n  <p>{{ n|divisibleby:zero }}</p>\n{% endblock %}",
	}}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = engine.RenderString(t.Context(), "page.html", map[string]any{"n": 4, "zero": 0})
	var at *template.Error
	if !errors.As(err, &at) {
		t.Fatalf("got %v, want a *template.Error", err)
	}
	want, err := os.ReadFile("testdata/error.txt")
	if err != nil {
		t.Fatal(err)
	}
	if got := at.Error() + "\n\n" + at.Detail(); got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
