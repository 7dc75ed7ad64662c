package template_test

import (
	"io"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/template"
)

// filterCases are filters as pages use them most, with how many allocations a render may take.
var filterCases = []struct {
	name, source string
	v            any
	allocs       float64
}{
	{"lower", "{{ v|lower }}", "already lower", 0},
	{"lower changes", "{{ v|lower }}", "Some Title", 0},
	{"upper", "{{ v|upper }}", "ALREADY UPPER", 0},
	{"capfirst", "{{ v|capfirst }}", "title", 0},
	{"title", "{{ v|title }}", "some title", 0},
	{"default", "{{ v|default:'none' }}", "x", 0},
	{"default of none", "{{ v|default:'none' }}", nil, 0},
	{"default_if_none", "{{ v|default_if_none:'none' }}", 5, 0},
	{"yesno", "{{ v|yesno:'on,off' }}", true, 0},
	{"pluralize", "{{ v|pluralize }}", 2, 0},
	{"length", "{{ v|length }}", []string{"a", "b"}, 0},
	{"first", "{{ v|first }}", []string{"a", "b"}, 0},
	{"last", "{{ v|last }}", []string{"a", "b"}, 0},
	{"join", "{{ v|join:', ' }}", []string{"a", "b"}, 0},
	{"slice text", "{{ v|slice:':3' }}", "abcdef", 0},
	{"slice list", "{{ v|slice:':1'|length }}", []string{"a", "b"}, 1},
	{"add", "{{ v|add:1 }}", 41, 0},
	{"divisibleby", "{{ v|divisibleby:3 }}", 42, 0},
	{"floatformat", "{{ v|floatformat:2 }}", 1234.5678, 0},
	{"floatformat int", "{{ v|floatformat }}", 1234, 0},
	{"floatformat decimal", "{{ v|floatformat:2 }}", decimal.RequireFromString("12.345"), 1},
	{"stringformat", "{{ v|stringformat:'05.1f' }}", 1234.5678, 4},
	{"filesizeformat", "{{ v|filesizeformat }}", 123456, 8},
	{"date", "{{ v|date:'Y-m-d H:i' }}", time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC), 0},
	{"date by name", "{{ v|date }}", time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC), 0},
	{"time", "{{ v|time:'H:i' }}", time.Date(2024, 2, 29, 12, 30, 0, 0, time.UTC), 0},
	{"truncatechars", "{{ v|truncatechars:20 }}", "short enough", 0},
	{"truncatechars cuts", "{{ v|truncatechars:5 }}", "longer than that", 3},
	{"truncatewords", "{{ v|truncatewords:5 }}", "short enough", 0},
	{"escape", "{{ v|escape }}", "a < b", 0},
	{"force_escape", "{{ v|force_escape }}", "a < b", 0},
	{"safe", "{{ v|safe }}", "<b>", 0},
	{"linebreaksbr", "{{ v|linebreaksbr }}", "a\nb", 2},
	{"urlencode", "{{ v|urlencode }}", "a/b", 1},
	{"cut", "{{ v|cut:' ' }}", "abc", 0},
	{"ljust", "{{ v|ljust:10 }}", "abc", 0},
	{"escapejs", "{{ v|escapejs }}", "it's", 0},
	{"wordcount", "{{ v|wordcount }}", "a b c", 0},
	{"addslashes", "{{ v|addslashes }}", "it's", 0},
}

// filterTemplate compiles a template, and returns a function that renders it in a language.
func filterTemplate(t testing.TB, locale *i18n.Locale, source string, v any) func() {
	t.Helper()
	engine, err := template.New(&template.Options{Locale: locale})
	if err != nil {
		t.Fatal(err)
	}
	page, err := engine.Parse("", source)
	if err != nil {
		t.Fatal(err)
	}
	data := map[string]any{"v": v}
	return func() {
		if err := page.Render(t.Context(), io.Discard, data); err != nil {
			t.Error(err)
		}
	}
}

// TestFilterAllocations renders each filter many times. Scratch space is made once in a while, which
// AllocsPerRun rounds away.
func TestFilterAllocations(t *testing.T) {
	// Not parallel: it counts what is allocated.
	catalogs, err := i18n.New(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, language := range []string{"", "de"} {
		var locale *i18n.Locale
		if language != "" {
			locale = catalogs.Locale(language)
		}
		for _, test := range filterCases {
			render := filterTemplate(t, locale, test.source, test.v)
			if got := testing.AllocsPerRun(200, render); got > test.allocs && !raceEnabled {
				t.Errorf("%s in language %q: %v allocations, want at most %v", test.name, language, got, test.allocs)
			}
		}
	}
}

func BenchmarkFilters(b *testing.B) {
	for _, test := range filterCases {
		b.Run(test.name, func(b *testing.B) {
			render := filterTemplate(b, nil, test.source, test.v)
			b.ReportAllocs()
			for b.Loop() {
				render()
			}
		})
	}
}
