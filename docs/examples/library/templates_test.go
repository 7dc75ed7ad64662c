package library_test

import (
	"context"
	"testing"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/docs/examples/library"
	"github.com/nuages-web/nuages/orm"
	"github.com/nuages-web/nuages/orm/ormtest"
	"github.com/nuages-web/nuages/template"
)

// TestRowsInTemplates shows rows, keys and queries as templates of Django do.
func TestRowsInTemplates(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, library.Models...)
	ann := &library.Author{Name: "Ann"}
	if err := library.Authors.Create(ctx, ann); err != nil {
		t.Fatal(err)
	}
	if err := library.Authors.Create(ctx, &library.Author{Name: "Bo", Born: orm.Some(civil.Date{Year: 1970, Month: 2, Day: 3})}); err != nil {
		t.Fatal(err)
	}
	if err := library.Books.Create(ctx, &library.Book{Title: "A", Slug: "a", Author: orm.To(ann), Status: library.Published}); err != nil {
		t.Fatal(err)
	}
	book, err := library.Books.Get(ctx)
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{
		"book": book, "ann": ann, "authors": library.Authors.Order("name"), "none": library.Books.None(),
		"genre": &library.Genre{Name: "g"},
	}
	for _, test := range []struct{ source, want string }{
		{"{{ book }} {{ book.pk }} {{ book.id }}", "Book object (1) 1 1"},
		{"{{ book.author.name }} {{ book.author_id }}", "Ann 1"},
		{"{{ book.get_status_display }}", "On sale"},
		{"{{ book.blurb }} {{ book.blurb|default:'-' }} {% if book.blurb is None %}none{% endif %}", "None - none"},
		{"{% for a in authors %}{{ a.name }} {{ a.born|date:'Y'|default:'?' }} {% endfor %}", "Ann ? Bo 1970 "},
		{"{{ authors.0.name }} {{ authors.1.born.year }} ({{ authors.2 }})", "Ann 1970 ()"},
		{"{{ authors.count }} {{ authors|length }} {{ authors.first.name }}", "2 2 Ann"},
		{"{% for b in ann.books.all %}{{ b.title }}{% endfor %} {{ ann.books.count }}", "A 1"},
		{"{% if authors %}some{% endif %} {% if none %}some{% else %}none{% endif %} {% if not none %}none{% endif %}", "some none none"},
		{"{{ none|yesno }} {{ none|default:'-' }} {% firstof none 'x' %}", "no - x"},
		{"{% if none or authors %}yes{% endif %} {% if none and authors %}yes{% else %}no{% endif %}", "yes no"},
		{"{% for g in book.genres.all %}{{ g }}{% empty %}none{% endfor %}", "none"},
		{"{{ genre.parent }} ({{ genre.parent.name }}) {{ genre.parent_id }}", "None () None"},
		{"{% if genre.parent %}yes{% else %}no{% endif %} {% if genre.parent is None %}none{% endif %}", "no none"},
		{"{% if book.author == ann %}hers{% endif %} {% if book.author in authors %}in{% endif %} {% if ann != authors.1 %}other{% endif %}", "hers in other"},
	} {
		if got, err := render(ctx, test.source, data); got != test.want || err != nil {
			t.Errorf("%s: got %q, %v; want %q", test.source, got, err, test.want)
		}
	}
}

// TestQueriesAreRememberedInAPage asks one query four times, which runs once.
func TestQueriesAreRememberedInAPage(t *testing.T) {
	t.Parallel()
	ctx := ormtest.SQLite(t, library.Models...)
	for _, name := range []string{"Ann", "Bo"} {
		if err := library.Authors.Create(ctx, &library.Author{Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	source := "{% if authors %}{{ authors|length }}{% for a in authors %}{{ a.name }}{% endfor %}{{ authors.1.name }}{% endif %}"
	data := map[string]any{"authors": library.Authors.Order("name")}
	ormtest.AssertNumQueries(t, ctx, 1, func(ctx context.Context) {
		if got, err := render(ctx, source, data); got != "2AnnBoBo" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	})
	ormtest.AssertNumQueries(t, ctx, 1, func(ctx context.Context) {
		if _, err := render(ctx, source, data); err != nil { // another page asks again
			t.Error(err)
		}
	})
}

func render(ctx context.Context, source string, data any) (string, error) {
	engine, err := template.New(nil)
	if err != nil {
		return "", err
	}
	page, err := engine.Parse("", source)
	if err != nil {
		return "", err
	}
	return page.RenderString(ctx, data)
}
