package template_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/template"
)

// renderString parses and renders a template in memory.
func renderString(ctx context.Context, templates template.Map, name string, data any) (string, error) {
	engine, err := template.New(&template.Options{Loaders: []template.Loader{templates}})
	if err != nil {
		return "", err
	}
	return engine.RenderString(ctx, name, data)
}

// TestDeep has templates whose nesting would overflow a stack, or take time in the
// square of their size. They are refused, or rendered, soon: the limit is that of
// the test as a whole.
func TestDeep(t *testing.T) {
	t.Parallel()
	const many = 10_000
	nest := func(open, inside, end string) string {
		return strings.Repeat(open, many) + inside + strings.Repeat(end, many)
	}
	for _, test := range []struct{ name, source, want string }{
		{"if", nest("{% if 1 %}", "x", "{% endif %}"), "deep"},
		{"for", nest("{% for x in 'a' %}", "x", "{% endfor %}"), "deep"},
		{"with", nest("{% with a=1 %}", "x", "{% endwith %}"), "deep"},
		{"filter", nest("{% filter upper %}", "x", "{% endfilter %}"), "deep"},
		{"spaceless", nest("{% spaceless %}", "x", "{% endspaceless %}"), "deep"},
		{"autoescape", nest("{% autoescape on %}", "x", "{% endautoescape %}"), "deep"},
		{"ifchanged", nest("{% ifchanged %}", "x", "{% endifchanged %}"), "deep"},
		{"unclosed", strings.Repeat("{% if 1 %}", many), "deep"},
		{"not", "{% if " + strings.Repeat("not ", many) + "1 %}x{% endif %}", ""},
		{"and", "{% if 1" + strings.Repeat(" and 1", many) + " %}x{% endif %}", ""},
		{"or", "{% if 1" + strings.Repeat(" or 0", many) + " %}x{% endif %}", ""},
		{"in", "{% if 1" + strings.Repeat(" in 1", many) + " %}x{% endif %}", ""},
		{"comparisons", "{% if 1" + strings.Repeat(" == 1", many) + " %}x{% endif %}", ""},
		{"elif", "{% if 0 %}" + strings.Repeat("{% elif 0 %}", many) + "{% endif %}", ""},
		{"filters", "{{ 'x'" + strings.Repeat("|upper", many) + " }}", ""},
		{"lookups", "{{ a" + strings.Repeat(".b", many) + " }}", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, err := renderString(t.Context(), template.Map{"t": test.source}, "t", nil)
			if test.want == "" && err != nil && !isPlaced(err) || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %.80q, error %.200v, want an error with %q", text, err, test.want)
			}
			if len(fmt.Sprint(err)) > 2000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// isPlaced tells whether an error says where in a template it is.
func isPlaced(err error) bool {
	var placed *template.Error
	if !errors.As(err, &placed) || len(placed.Frames) == 0 {
		return false
	}
	for _, f := range placed.Frames {
		if f.Line < 1 || f.Column < 1 {
			return false
		}
	}
	return true
}

// TestEndless has templates that render themselves.
func TestEndless(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name      string
		templates template.Map
	}{
		{"include", template.Map{"t": "x{% include 't' %}"}},
		{"include of two", template.Map{"t": "x{% include 'u' %}", "u": "{% include 't' %}"}},
		{"include twice", template.Map{"t": "{% include 't' %}{% include 't' %}"}},
		{"extends", template.Map{"t": "{% extends 't' %}"}},
		{"extends of two", template.Map{"t": "{% extends 'u' %}", "u": "{% extends 't' %}"}},
		{"include of a child", template.Map{"t": "{% extends 'u' %}", "u": "{% block a %}{% include 't' %}{% endblock %}"}},
		{"partial", template.Map{"t": "{% partialdef p inline %}x{% partial p %}{% endpartialdef %}"}},
		{"include in a loop", template.Map{"t": "{% for x in 'abcdefghij' %}{% include 't' %}{% endfor %}"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text, err := renderString(t.Context(), test.templates, "t", nil)
			if err == nil {
				t.Fatalf("got %.80q, want an error", text)
			}
			if !isPlaced(err) && !isMissing(err) || len(err.Error()) > 10_000 {
				t.Errorf("got an error of %d bytes: %.300v", len(err.Error()), err)
			}
		})
	}
}

func isMissing(err error) bool {
	var missing *template.NotFoundError
	return errors.As(err, &missing)
}

// TestLong has templates of about a megabyte. The memory that compiling and
// rendering allocates is in proportion to that; so is the time, which no test
// measures.
func TestLong(t *testing.T) {
	// Not parallel: it counts what is allocated.
	const size = 1 << 20
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	for _, test := range []struct {
		name, source string
		fails        bool
	}{
		{"variables", fill("{{ a }}"), false},
		{"text", fill("text & more "), false},
		{"tags", fill("{% if a %}{% endif %}"), false},
		{"comments", fill("{# a #}"), false},
		{"cycles", fill("{% cycle 'a' 'b' %}"), false},
		{"named cycles", fill("{% cycle 'a' 'b' as c %}"), false},
		{"loads", fill("{% load i18n %}"), false},
		{"loads of names", fill("{% load trans from i18n %}"), false},
		{"open variables", fill("{{ a "), false},
		{"open tags", fill("{% a "), false},
		{"open comments", fill("{# a "), false},
		{"braces", fill("{"), false},
		{"lines of open tags", fill("{% a\n"), false},
		{"many verbatims", fill("{% verbatim %}{{ a }}{% endverbatim %}"), false},
		{"open verbatim", "{% verbatim %}" + fill("{{ a }}"), true},
		{"open comment", "{% comment %}" + fill("{% if %}"), true},
		{"one word", "{{ " + fill("a") + " }}", false},
		{"one literal", `{{ "` + fill("a") + `" }}`, false},
		{"open literal", `{{ "` + fill("a") + ` }}`, true},
		{"backslashes", `{{ "` + fill(`\`) + ` }}`, true},
		{"words of a tag", "{% cycle " + fill("'a' ") + "%}", false},
		{"quotes of a tag", "{% cycle " + fill("'") + "%}", false},
		{"words of with", "{% with " + fill("a=1 ") + "%}{% endwith %}", false},
		{"translations of a tag", `{% cycle ` + fill(`_("a `) + "%}", true},
		{"filters", "{{ a" + fill("|upper") + " }}", false},
		{"dots", "{{ a" + fill(".b") + " }}", false},
		{"only dots", "{{ " + fill(".") + " }}", false},
		{"pipes", "{{ a" + fill("|") + " }}", true},
		{"digits", "{{ " + fill("9") + " }}", false},
		{"names of for", "{% for " + fill("a, ") + "b in c %}{% endfor %}", false},
		{"operators", "{% if a " + fill("and a ") + " %}{% endif %}", false},
		{"nots", "{% if " + fill("not ") + "a %}{% endif %}", false},
		{"spaces", "{% if" + fill(" ") + "a %}{% endif %}", false},
		{"zero bytes", fill("\x00"), false},
		{"invalid UTF-8", fill("\xff"), false},
		{"blocks", numbered("{%% block b%d %%}{%% endblock %%}", size/40), false},
		{"partials", numbered("{%% partialdef b%d %%}{%% endpartialdef %%}", size/40), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := renderString(t.Context(), template.Map{"t": test.source}, "t", map[string]any{"a": "<x>"})
			runtime.ReadMemStats(&after)
			if err != nil && !isPlaced(err) || test.fails && err == nil {
				t.Errorf("got error %.200v, want one with a place: %v", err, test.fails)
			}
			if len(fmt.Sprint(err)) > 20_000 {
				t.Errorf("the error has %d bytes", len(fmt.Sprint(err)))
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 500*size {
				t.Errorf("%d bytes were allocated for a template of %d", used, len(test.source))
			}
		})
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// FuzzParse has the parser take anything: it ends, and its errors say where.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "text", "{{ a.b|default:\"c\"|upper }}", "{% if a and not b == 1 %}x{% elif c %}{% else %}{% endif %}",
		"{% for a, b in c.items reversed %}{{ forloop.counter }}{% empty %}{% endfor %}", "{% extends \"x\" %}{% block a %}{{ block.super }}{% endblock a %}",
		"{% load i18n l10n tz static cache %}{% trans \"a\" as b %}{% blocktrans count n=a %}{{ n }}{% plural %}x{% endblocktrans %}",
		"{% include \"a\" with b=1 c=2 only %}", "{% cycle 'a' b as c silent %}{% resetcycle c %}", "{% verbatim x %}{{ a }}{% endverbatim x %}",
		"{# c #}{% comment %}{% endcomment %}{% spaceless %} {% endspaceless %}{% filter upper|escape %}{% endfilter %}", "{% widthratio a b 100 as c %}{% firstof a b \"c\" %}{% now \"Y\" as d %}",
		"{% regroup a by b as c %}{% ifchanged a %}{% else %}{% endifchanged %}{% with a=b|upper c=1 %}{% endwith %}", "{% partialdef a inline %}{% endpartialdef %}{% partial a %}{% querystring a=1 b=None %}",
		"{% url 'a' b c=1 as d %}{% autoescape off %}{% endautoescape %}{% templatetag openblock %}{% lorem 1 w random %}{% csrf_token %}", "{{ _(\"a\") }}{{ 1.5e3 }}{{ -1 }}{{ 'a\\'b' }}{% %}{{}}{%}{{ \xff }}",
	} {
		f.Add(seed)
	}
	engine, err := template.New(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, source string) {
		parsed, err := engine.Parse("fuzz.html", source)
		if err == nil {
			// What is parsed renders, or fails with an error of its own.
			parsed.RenderString(t.Context(), map[string]any{"a": []string{"x"}, "b": map[string]any{"c": 1}})
			return
		}
		var placed *template.Error
		if !isPlaced(err) || !errors.As(err, &placed) || placed.Detail() == "" {
			t.Errorf("%q: error without a place: %v", source, err)
		}
		lines := strings.Count(source, "\n") + 1
		for _, f := range placed.Frames {
			if f.Line > lines || f.Column > len(source)+1 {
				t.Errorf("%q: the place %d:%d is outside", source, f.Line, f.Column)
			}
		}
	})
}
