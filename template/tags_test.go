package template_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/template"
)

// tagCase is a template with what it shows, or a part of its error.
type tagCase struct {
	name, text string
	want       string
	err        string
}

// tagData is what the templates of tagCases are rendered with.
func tagData() map[string]any {
	return map[string]any{
		"a": "<x>", "n": 3, "f": 2.5, "none": nil, "l": []int{1, 2, 3}, "s": "text", "yes": true,
		"pct": "100%", "e": []int{}, "d": map[string]any{"k": "v"},
		"rows": []groupRow{{1, "a"}, {1, "b"}, {2, "c"}, {1, "d"}},
	}
}

type groupRow struct {
	G int
	V string
}

// show compiles and renders a template.
func show(ctx context.Context, e *template.Engine, text string, data any) (string, error) {
	tmpl, err := e.Parse("t", text)
	if err != nil {
		return "", err
	}
	return tmpl.RenderString(ctx, data)
}

func runTagCases(t *testing.T, e *template.Engine, ctx context.Context, cases []tagCase) {
	t.Helper()
	for _, c := range cases {
		name := c.name
		if name == "" {
			name = c.text
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := show(ctx, e, c.text, tagData())
			switch {
			case c.err == "" && err != nil:
				t.Errorf("%s: %v", c.text, err)
			case c.err != "" && (err == nil || !strings.Contains(err.Error(), c.err)):
				t.Errorf("%s\ngot error  %v\nwant error %s", c.text, err, c.err)
			case got != c.want:
				t.Errorf("%s\ngot  %q\nwant %q", c.text, got, c.want)
			}
		})
	}
}

// isSyntaxError tells whether an error is Django's TemplateSyntaxError.
func isSyntaxError(err error) bool {
	var s *template.SyntaxError
	return errors.As(err, &s)
}

func TestCycle(t *testing.T) {
	t.Parallel()
	runTagCases(t, newEngine(t, nil), t.Context(), []tagCase{
		{text: `{% for x in l %}{% cycle 'a' '<b>' a %}{% endfor %}`, want: "a<b>&lt;x&gt;"},
		{text: `{% for x in l %}{% cycle 'a' a as c %}{{ c }}{% endfor %}{{ c }}`, want: "aa&lt;x&gt;&lt;x&gt;aa"},
		{text: `{% cycle 'a' a as c silent %}[{{ c }}{% cycle c %}{{ c }}]`, want: "[a&lt;x&gt;]"},
		{name: "named", text: `{% cycle 'a' 'b' 'c' as c %}{% cycle c %}{% cycle c %}{% cycle c %}{% resetcycle c %}{% cycle c %}`, want: "abcaa"},
		{name: "outer variable", text: `{% cycle 'a' 'b' as c silent %}{% for x in l %}{% cycle c %}{% endfor %}{{ c }}`, want: "b"},
		{name: "variable of the data", text: `{% for x in l %}{% cycle 'a' 'b' as s silent %}{% endfor %}{{ s }}`, want: "a"},
		{name: "reset the last", text: `{% for x in l %}{% for y in l %}{% cycle 1 2 %}{% endfor %}{% resetcycle %},{% endfor %}`, want: "121,121,121,"},
		{text: `{% cycle 'a' 'b' %}{% cycle 'a' 'b' %}`, want: "aa"},
		{text: `{% for x in l %}{% cycle missing none f %},{% endfor %}`, want: ",None,2.5,"},
		{text: `{% cycle %}`, err: "t:1:1: 'cycle' tag requires at least two arguments"},
		{text: `{% cycle c %}`, err: "t:1:10: named cycle 'c' does not exist"},
		{text: `{% cycle 'a' 'b' as c loud %}`, err: "t:1:23: only 'silent' flag is allowed"},
		{text: `{% cycle 'a' |x %}`, err: "t:1:14: could not parse the remainder"},
		{text: `{% resetcycle %}`, err: "no cycles in template"},
		{text: `{% resetcycle a b %}`, err: "at most one argument"},
		{text: `{% resetcycle q %}`, err: "t:1:15: named cycle 'q' does not exist"},
	})
}

func TestIfChanged(t *testing.T) {
	t.Parallel()
	runTagCases(t, newEngine(t, nil), t.Context(), []tagCase{
		{text: `{% for x in l %}{% ifchanged %}same{% endifchanged %}{% endfor %}`, want: "same"},
		{text: `{% for r in rows %}{% ifchanged r.g %}{{ r.g }}{% else %}-{% endifchanged %}{% endfor %}`, want: "1-21"},
		{text: `{% for r in rows %}{% ifchanged r.g r.v %}{{ r.g }}{% else %}-{% endifchanged %}{% endfor %}`, want: "1121"},
		{text: `{% for r in rows %}{% ifchanged %}{{ r.g }}{% else %}-{% endifchanged %}{% endfor %}`, want: "1-21"},
		{name: "inner loops begin anew", text: `{% for r in rows %}{% for x in l %}{% ifchanged r.g %}{{ r.g }}{% endifchanged %}{% endfor %}{% endfor %}`, want: "1121"},
		{name: "outside of loops", text: `{% ifchanged a %}x{% endifchanged %}{% ifchanged a %}x{% endifchanged %}`, want: "xx"},
		{text: `{% for x in l %}{% ifchanged missing %}x{% else %}y{% endifchanged %}{% endfor %}`, want: "xyy"},
		{name: "a body that shows nothing is rendered twice", text: `{% for r in rows %}{% ifchanged %}{% cycle '' '' 'z' %}{% endifchanged %}{% endfor %}`, want: "zz"},
		{text: `{% ifchanged %}`, err: "unclosed tag 'ifchanged'"},
		{text: `{% ifchanged a|nope %}{% endifchanged %}`, err: "invalid filter: 'nope'"},
	})
}

func TestBlockTags(t *testing.T) {
	t.Parallel()
	runTagCases(t, newEngine(t, nil), t.Context(), []tagCase{
		{text: `{% filter upper %}{{ a }}b{% endfilter %}`, want: "&LT;X&GT;B"},
		{text: `{% filter   force_escape|lower %}<A>{% endfilter %}`, want: "&lt;a&gt;"},
		{text: `{% filter add:var %}abc{% endfilter %}`, want: "abcabc"},
		{text: `{% filter upper|safe %}x{% endfilter %}`, err: `t:1:17: "filter safe" is not permitted`},
		{text: `{% filter %}x{% endfilter %}`, err: "needs the name of a filter"},
		{text: `{% filter length %}x{% endfilter %}`, err: "filter length gives int, not text"},
		{text: `{% filter upper %}x`, err: "unclosed tag 'filter'"},
		{text: `{% spaceless %} <p> <b> x </b> </p> {% endspaceless %}`, want: "<p><b> x </b></p>"},
		{text: "{% spaceless %}<p>\u00a0<b>\u2003</b>\x1c</p>{% endspaceless %}", want: "<p><b></b></p>"},
		{text: `{% templatetag openblock %}{% templatetag closeblock %}{% templatetag openvariable %}{% templatetag closevariable %}`, want: "{%%}{{}}"},
		{text: `{% templatetag openbrace %}{% templatetag closebrace %}{% templatetag opencomment %}{% templatetag closecomment %}`, want: "{}{##}"},
		{text: `{% templatetag %}`, err: "takes one argument"},
		{text: `{% templatetag x %}`, err: "t:1:16: invalid templatetag argument: 'x'. Must be one of: closeblock, closebrace,"},
		{text: `{% firstof none e missing a %}`, want: "&lt;x&gt;"},
		{text: `{% firstof none e missing '<b>' %}`, want: "<b>"},
		{text: `{% firstof none e missing %}`},
		{text: `{% firstof none a as z %}[{{ z }}]`, want: "[&lt;x&gt;]"},
		{text: `{% firstof none as z %}[{{ z }}]`, want: "[]"},
		{text: `{% autoescape off %}{% firstof a as z %}{{ z }}{% endautoescape %}[{{ z }}]`, want: "<x>[&lt;x&gt;]"},
		{text: `{% firstof %}`, err: "at least one argument"},
		{text: `{% debug %}`},
	})
}

func TestForLoopText(t *testing.T) {
	t.Parallel()
	runTagCases(t, newEngine(t, nil), t.Context(), []tagCase{
		{text: `{% autoescape off %}{% for x in s %}{% if forloop.last %}{{ forloop }}{% endif %}{% endfor %}{% endautoescape %}`,
			want: "{'parentloop': {}, 'length': 4, 'counter0': 3, 'counter': 4, 'revcounter': 1, 'revcounter0': 0, 'first': False, 'last': True}"},
		{text: `{% for x in s %}{% if forloop.first %}{% for k, v in forloop.items %}{{ k }} {% endfor %}{% endif %}{% endfor %}`,
			want: "parentloop length counter0 counter revcounter revcounter0 first last "},
	})
}

func TestRegroup(t *testing.T) {
	t.Parallel()
	runTagCases(t, newEngine(t, nil), t.Context(), []tagCase{
		{text: `{% regroup rows by g as gs %}{% for g in gs %}{{ g.grouper }}:{% for r in g.list %}{{ r.v }}{% endfor %};{% endfor %}`, want: "1:ab;2:c;1:d;"},
		{text: `{% regroup rows by g as gs %}{% for k, rs in gs %}{{ k }}:{{ rs|length }};{% endfor %}`, want: "1:2;2:1;1:1;"},
		{text: `{% regroup rows by g as gs %}{{ gs.0.0 }}{{ gs.0.1|length }}{{ gs|length }}{{ gs.0|length }}`, want: "1232"},
		{text: `{% regroup l by x as gs %}{% autoescape off %}{{ gs.0 }}{% endautoescape %}`, want: "GroupedResult(grouper=None, list=[1, 2, 3])"},
		{text: `{% regroup s by upper as gs %}{% for g in gs %}{{ g.grouper }}{{ g.list }}{% endfor %}`, want: "T[&#x27;t&#x27;]E[&#x27;e&#x27;]X[&#x27;x&#x27;]T[&#x27;t&#x27;]"},
		{text: `{% regroup rows by v|upper as gs %}{{ gs.0.grouper }}`, want: "A"},
		{text: `{% regroup rows by nope as gs %}{{ gs|length }}{{ gs.0.grouper }}`, want: "1None"},
		{text: `{% regroup missing by g as gs %}{{ gs }}`, want: "[]"},
		{text: `{% regroup n by g as gs %}`, err: "regroup n: int is not iterable"},
		{text: `{% regroup rows by g gs %}`, err: "takes five arguments"},
		{text: `{% regroup rows on g as gs %}`, err: "t:1:17: second argument"},
		{text: `{% regroup rows by g is gs %}`, err: "t:1:22: next-to-last argument"},
	})
}

func TestWidthRatio(t *testing.T) {
	t.Parallel()
	runTagCases(t, newEngine(t, nil), t.Context(), []tagCase{
		{text: `{% widthratio n 10 100 %}`, want: "30"},
		{text: `{% widthratio n 0 100 %}`, want: "0"},
		{text: `{% widthratio n missing 100 %}`},
		{name: "half to even", text: `{% widthratio 5 10 1 %}{% widthratio 15 10 1 %}{% widthratio -1 4 1 %}`, want: "020"},
		{text: `{% widthratio "1.5" "0.5" "100" %}`, want: "300"},
		{text: `{% widthratio 12345678901234567890123 1 100 %}`, want: "1234567890123456824475648"},
		{name: "no number comes out", text: `{% widthratio "inf" 1 1 %}{% widthratio 1e308 1 1000 %}{% widthratio none 1 1 %}`},
		{text: `{% widthratio "nan" 0 1 %}`, want: "0"},
		{text: `{% widthratio yes 2 100 as q %}[{{ q }}]`, want: "[50]"},
		{text: `{% widthratio n|add:missing 10 100 as q %}[{{ q }}]`, want: "[]"},
		{text: `{% widthratio 1 3 "1e3" %}`, err: "final argument must be a number"},
		{text: `{% widthratio 1 3 none %}`, err: "final argument must be a number"},
		{text: `{% widthratio n 10 100 is q %}`, err: "t:1:24: invalid syntax"},
		{text: `{% widthratio n 10 %}`, err: "at least three arguments"},
	})
}

func TestLorem(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	runTagCases(t, e, t.Context(), []tagCase{
		{text: `{% lorem 3 w %}`, want: "lorem ipsum dolor"},
		{text: `{% lorem 0 w %}{% lorem -100 w %}{% lorem -3 w random %}{% lorem -5 p %}`},
		{text: `{% lorem -17 w %}`, want: "lorem ipsum"},
		{text: `{% lorem none w %}`, want: "lorem"},
		{text: `{% lorem 1 2 w %}`, err: "incorrect format"},
		{text: `{% lorem 100000000 %}`, err: "lorem: '100000000' is more than the 100000 words or paragraphs"},
		{text: `{% lorem 1e400 w %}`, err: "too large a number"},
	})
	for text, want := range map[string]int{`{% lorem 500 w %}`: 500, `{% lorem 500 w random %}`: 500, `{% lorem 20 w %}`: 20} {
		got, err := show(t.Context(), e, text, nil)
		if words := strings.Split(got, " "); err != nil || len(words) != want {
			t.Errorf("%s: %d words, %v; want %d", text, len(words), err, want)
		}
	}
	got, err := show(t.Context(), e, `{% lorem 3 p %}`, nil)
	if parts := strings.Split(got, "\n\n"); err != nil || len(parts) != 3 || !strings.HasPrefix(got, "<p>Lorem ipsum dolor sit amet, consectetur") {
		t.Errorf("{%% lorem 3 p %%}: %q, %v", got, err)
	}
}

func TestIncludeNames(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Loaders: []template.Loader{template.Map{
		"dir/page.html":  `{% include name %}`,
		"dir/part.html":  `part`,
		"part.html":      `top`,
		"dir/self.html":  `{% if n %}{{ n }}{% with n=none %}{% include "./self.html" %}{% endwith %}{% endif %}`,
		"dir/bad.html":   `{% extends "./bad.html" %}`,
		"dir/above.html": `{% include "../../x.html" %}`,
	}}})
	inline, err := e.Parse("", "inline")
	if err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		page string
		name any
		want string
		err  string
	}{
		{"dir/page.html", "./part.html", "part", ""},
		{"dir/page.html", "../part.html", "top", ""},
		{"dir/page.html", []string{"nope.html", "part.html"}, "top", ""},
		{"dir/page.html", inline, "inline", ""},
		{"dir/page.html", nil, "", "does not exist"},
		{"dir/page.html", 7, "", "include name: int is not iterable"},
		{"dir/page.html", []int{1}, "", "'1' is no name of a template"},
		{"dir/self.html", nil, "3", ""},
		{"dir/bad.html", nil, "", "is template 'dir/bad.html' itself"},
		{"dir/above.html", nil, "", "points outside the file hierarchy"},
	}
	for _, c := range cases {
		got, err := e.RenderString(t.Context(), c.page, map[string]any{"name": c.name, "n": 3, "none": nil})
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s with %v: got %q, %v; want %q, %s", c.page, c.name, got, err, c.want, c.err)
		}
	}
	if _, err := e.Parse("", `{% include "./part.html" %}`); !isSyntaxError(err) {
		t.Errorf("a relative path in a template without a name: got %v", err)
	}
}

// TestReload shows that a render sees one template of a name also where templates are loaded anew
// each time: ifchanged belongs to the tag.
func TestReload(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Reload: true, Loaders: []template.Loader{template.Map{
		"page": `{% for x in l %}{% include "part" %}{% endfor %}`,
		"part": `{% ifchanged n %}{{ n }}{% else %}-{% endifchanged %}`,
	}}})
	if got, err := e.RenderString(t.Context(), "page", tagData()); err != nil || got != "3--" {
		t.Errorf("got %q, %v; want 3--", got, err)
	}
}

// TestTagsOfLargePages renders contents of a megabyte, which takes seconds at once if a tag goes over
// them more often than once.
func TestTagsOfLargePages(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	for name, part := range map[string]string{
		"spaces": " ", "openings": "> ", "tags": "<b> ", "percents": "%", "lines": " \n ", "parens": "%(a", "quotes": `"'`,
	} {
		contents := strings.Repeat(part, 1<<20/len(part))
		for _, tag := range []string{
			"{% spaceless %}…{% endspaceless %}", "{% filter upper %}…{% endfilter %}",
			"{% load i18n %}{% blocktrans trimmed %}…{{ a }}…{% endblocktrans %}",
			"{% load i18n %}{% blocktrans count c=n %}…{% plural %}…{% endblocktrans %}",
			"{% load i18n %}{% trans big %}",
			"{% ifchanged %}…{% endifchanged %}",
		} {
			if _, err := show(t.Context(), e, strings.ReplaceAll(tag, "…", contents), map[string]any{"a": 1, "n": 2, "big": contents}); err != nil {
				t.Errorf("%s of %s: %v", tag, name, err)
			}
		}
	}
}

func BenchmarkTags(b *testing.B) {
	rows := make([]groupRow, 100)
	for i := range rows {
		rows[i] = groupRow{i / 10, "v"}
	}
	for name, text := range map[string]string{
		"cycle":     `{% for r in rows %}{% cycle "a" "b" %}{% endfor %}`,
		"ifchanged": `{% for r in rows %}{% ifchanged r.g %}{{ r.g }}{% endifchanged %}{% endfor %}`,
		"firstof":   `{% for r in rows %}{% firstof r.nope r.v %}{% endfor %}`,
		"regroup":   `{% regroup rows by g as gs %}{% for g in gs %}{{ g.grouper }}{% endfor %}`,
		"trans":     `{% load i18n %}{% for r in rows %}{% trans "Yes" %}{% endfor %}`,
		"blocktrans": `{% load i18n %}{% for r in rows %}{% blocktrans with v=r.v count n=r.g %}{{ n }} of {{ v }}{% plural %}` +
			`{{ n }} of {{ v }}s{% endblocktrans %}{% endfor %}`,
		"static":     `{% load static %}{% for r in rows %}{% static "css/base.css" %}{% endfor %}`,
		"widthratio": `{% for r in rows %}{% widthratio r.g 10 100 %}{% endfor %}`,
		"now":        `{% for r in rows %}{% now "Y-m-d" %}{% endfor %}`,
		"spaceless":  `{% spaceless %}{% for r in rows %}<p> <b>{{ r.v }}</b> </p>{% endfor %}{% endspaceless %}`,
	} {
		b.Run(name, func(b *testing.B) {
			tmpl, err := newEngine(b, nil).Parse("t", text)
			if err != nil {
				b.Fatal(err)
			}
			data := map[string]any{"rows": rows}
			b.ReportAllocs()
			for b.Loop() {
				if err := tmpl.Render(b.Context(), discard{}, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
