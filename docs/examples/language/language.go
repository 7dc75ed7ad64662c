// Package language holds what the examples of docs/template-language.md are rendered with, so that a
// test renders each of them.
//
//	engine, err := language.Engine()
//	…
//	t, err := engine.Parse("", `{{ book.title|upper }}`)
//	…
//	html, err := t.RenderString(ctx, language.Data())
package language

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/nuages-web/nuages"
	"github.com/nuages-web/nuages/contrib/humanize"
	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/web"
)

//go:embed locale
var locales embed.FS

// A Book is a row of a shop.
type Book struct {
	ID        int
	Title     string
	Author    *Author
	Price     float64
	Tags      []string
	Published time.Time
	Sequel    *Book
}

// IsDear tells whether the book costs more than 20.
func (b *Book) IsDear() bool { return b.Price > 20 }

// Delete changes something, and so no template calls it.
func (b *Book) Delete(context.Context) error { return fmt.Errorf("book %d was deleted", b.ID) }

// An Author writes books.
type Author struct{ FirstName, LastName string }

// String is what a template shows.
func (a *Author) String() string { return a.FirstName + " " + a.LastName }

// Data are the variables of the examples.
func Data() map[string]any {
	return map[string]any{
		"book": &Book{
			ID: 7, Title: "Go & I", Author: &Author{"Ann", "Lee"}, Price: 12.5, Tags: []string{"go", "web"},
			Published: time.Date(2026, 2, 3, 14, 5, 0, 0, time.UTC),
		},
		"books": []map[string]any{
			{"title": "Kind", "year": 1959, "price": 9},
			{"title": "Blue", "year": 1957, "price": 12},
			{"title": "Ah Um", "year": 1959, "price": 7},
		},
		"stock":   map[string]int{"pears": 3, "apples": 5},
		"numbers": []int{1, 2, 3, 4},
		"matrix":  [][]int{{1, 2}, {3, 4}},
		"text":    "the quick brown fox",
		"lines":   "one\ntwo\n\nthree",
		"html":    "<b>bold</b>",
		"safe":    markup.HTML("<b>bold</b>"),
		"tree":    []any{"Asia", []string{"India", "Japan"}, "Europe"},
		"nothing": nil,
		"empty":   []string{},
		"later":   now.Add(50 * time.Hour),
	}
}

// now is the time of the examples.
var now = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Context is that of a request for /shop/?page=2&sort=title.
func Context(ctx context.Context) (context.Context, error) {
	r, err := web.NewRequest(httptest.NewRequest("GET", "/shop/?page=2&sort=title", nil).WithContext(ctx), nil)
	if err != nil {
		return nil, err
	}
	return r.Context(), nil
}

// Engine is what renders the examples.
func Engine() (*template.Engine, error) {
	catalogs, err := i18n.New([]fs.FS{nuages.Sub(locales, "locale")}, nil)
	if err != nil {
		return nil, fmt.Errorf("read translations: %w", err)
	}
	return template.New(&template.Options{
		Loaders: []template.Loader{template.Map{
			"base.html":  "<title>{% block title %}Shop{% endblock %}</title>{% block main %}{% endblock %}",
			"_name.html": "{{ greeting|default:'Hi' }}, {{ name }}!",
			"cards.html": "{% partialdef card %}<li>{{ book.title }}</li>{% endpartialdef %}<ul>{% partial card %}</ul>",
		}},
		Libraries: map[string]*template.Library{"humanize": humanize.Library()},
		Processors: map[string]func(context.Context) (any, error){
			"request":    func(ctx context.Context) (any, error) { r, _ := web.FromContext(ctx); return r, nil },
			"csrf_token": func(context.Context) (any, error) { return "s3cret", nil },
			"csp_nonce":  func(context.Context) (any, error) { return "r4nd0m", nil },
		},
		Locales:   func(code string) (*i18n.Locale, bool) { return catalogs.Locale(code), catalogs.Has(code) },
		Languages: [][2]string{{"en", "English"}, {"de", "German"}},
		Zone:      time.UTC,
		Now:       func() time.Time { return now },
		URLs:      routes{},
	})
}

// routes has one route, book: /books/<id>/.
type routes struct{}

func (routes) ReverseURL(_ context.Context, name string, args []any, kwargs map[string]any) (string, error) {
	if id, ok := kwargs["id"]; ok {
		args = append(args, id)
	}
	if name != "book" || len(args) != 1 {
		return "", fmt.Errorf("there is no route %q", name)
	}
	return fmt.Sprintf("/books/%s/", strings.TrimSpace(fmt.Sprint(args[0]))), nil
}

func (routes) HasURL(name string) bool { return name == "book" }
