package template_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/i18n"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/template"
)

// columnsNode is a tag that a project writes by hand: it shows its contents once for each item, in
// rows of so many, and numbers the tables of a page.
//
//	{% columns items 3 as item %}<td>{{ item }}</td>{% empty %}none{% endcolumns %}
type columnsNode struct {
	items, width *template.Expr
	name         string
	with         []template.Kwarg
	cell, empty  *template.NodeList
}

// compileColumns compiles {% columns items width as name with a=b %}.
func compileColumns(p *template.Parser, t template.Token) (template.Node, error) {
	bits := t.Bits()
	if len(bits) < 5 || bits[3] != "as" {
		return nil, p.Errorf("'columns' has the form {%% columns items width as name %%}")
	}
	n := &columnsNode{name: bits[4]}
	var err error
	if n.items, err = p.Expr(bits[1]); err != nil {
		return nil, err
	}
	if n.width, err = p.Expr(bits[2]); err != nil {
		return nil, err
	}
	if v, ok := n.width.Constant(); ok {
		if width, isInt := v.Int(); !isInt || width < 1 {
			return nil, p.ErrorAt(t, bits[2], "'columns' needs a width of 1 or more, not %s", v)
		}
	}
	rest := bits[5:]
	if len(rest) > 0 && rest[0] == "with" {
		if n.with, rest, err = p.Kwargs(rest[1:], template.NewKwargs); err != nil {
			return nil, err
		}
	}
	if len(rest) > 0 {
		return nil, p.ErrorAt(t, rest[0], "'columns' does not know '%s'", rest[0])
	}
	if n.cell, err = p.Parse("empty", "endcolumns"); err != nil {
		return nil, err
	}
	if end, _ := p.Next(); end.Name() == "empty" {
		n.empty, err = p.Block("endcolumns")
	}
	return n, err
}

// Render implements template.Node.
func (n *columnsNode) Render(c *template.Context) error {
	tables := c.State(n, func() any { return new(int) }).(*int)
	*tables++
	items, err := n.items.Eval(c)
	if err != nil {
		return err
	}
	width, err := n.width.Eval(c)
	if err != nil {
		return err
	}
	each, ok := width.Int()
	if !ok || each < 1 {
		return fmt.Errorf("columns: a width of %s", width)
	}
	c.Push()
	defer c.Pop()
	for _, kw := range n.with {
		v, err := kw.Value.EvalOrNone(c)
		if err != nil {
			return err
		}
		c.Set(kw.Name, v)
	}
	var row []string
	for item, err := range items.Items(c) {
		if err != nil {
			return err
		}
		c.Set(n.name, item)
		cell, err := c.Capture(n.cell)
		if err != nil {
			return err
		}
		if row = append(row, string(cell)); int64(len(row)) == each {
			c.WriteString(fmt.Sprintf("%d:%s\n", *tables, strings.Join(row, "")))
			row = nil
		}
	}
	if len(row) > 0 {
		c.WriteString(fmt.Sprintf("%d:%s\n", *tables, strings.Join(row, "")))
	} else if length, ok := items.Len(); ok && length == 0 {
		return n.empty.Render(c)
	}
	return nil
}

func ExampleCompileFunc() {
	engine, err := template.New(&template.Options{
		Libraries: map[string]*template.Library{"tables": {Tags: map[string]template.Tag{
			"columns": template.CompileFunc(compileColumns),
		}}},
		Loaders: []template.Loader{template.Map{
			"page": `{% load tables %}{% columns books 2 as book with mark="*" %}<td>{{ mark }}{{ book }}</td>{% empty %}none{% endcolumns %}`,
			"bad":  "{% load tables %}\n{% columns books 0 as book %}{% endcolumns %}",
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, books := range [][]string{{"A", "B & C", "D"}, {}} {
		page, err := engine.RenderString(context.Background(), "page", map[string]any{"books": books})
		fmt.Println(page, err)
	}
	_, err = engine.Get("bad")
	fmt.Println(err)
	// Output:
	// 1:<td>*A</td><td>*B &amp; C</td>
	// 1:<td>*D</td>
	//  <nil>
	// none <nil>
	// bad:2:18: 'columns' needs a width of 1 or more, not 0
}

func customLibrary() *template.Library {
	return &template.Library{Tags: map[string]template.Tag{
		"plain": template.SimpleTag{Func: func(a, b string) string { return a + "<" + b }},
		"html":  template.SimpleTag{Func: func() markup.HTML { return "<b>" }},
		"named": template.SimpleTag{
			Func: func(n int, text string, loud bool) string {
				return fmt.Sprintf("%d %s %v", n, text, loud)
			},
			Params: []template.Param{{Name: "n"}, {Name: "text", Default: "x"}, {Name: "loud", Default: false, ByName: true}},
		},
		"sum": template.SimpleTag{Func: func(ns ...int) int {
			sum := 0
			for _, n := range ns {
				sum += n
			}
			return sum
		}},
		"attrs": template.SimpleTag{
			Func: func(tag string, attrs map[string]template.Value, classes ...string) string {
				return fmt.Sprintf("%s%d%s%s", tag, len(attrs), attrs["id"], classes)
			},
			Params: []template.Param{{Name: "tag"}},
		},
		"language": template.SimpleTag{Func: func(ctx context.Context) string {
			l, _ := i18n.FromContext(ctx)
			return l.Language()
		}},
		"seen": template.SimpleTag{
			Func: func(c *template.Context, name string) (template.Value, error) {
				if v, ok := c.Lookup(name); ok {
					return v, nil
				}
				return template.None(), errors.New("no variable " + name)
			},
			Params: []template.Param{{Name: "name"}},
		},
		"box": template.BlockTag{
			Func: func(c *template.Context, contents markup.HTML, title string) markup.HTML {
				return markup.Format("[{}: {}]", title, contents)
			},
			Params: []template.Param{{Name: "title", Default: "none"}},
		},
		"until":  template.BlockTag{Func: func(contents markup.HTML) string { return string(contents) }, End: "stop"},
		"card":   template.InclusionTag{Template: "card", Func: func(title string, n int) map[string]any { return map[string]any{"title": title, "n": n} }, Params: []template.Param{{Name: "title"}, {Name: "n", Default: 1}}},
		"broken": template.InclusionTag{Template: "nope", Func: func() any { return nil }},
	}}
}

func TestCustomTags(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{
		Builtins: []*template.Library{customLibrary()},
		Loaders:  []template.Loader{template.Map{"card": `({{ title }}{{ n }}{{ a }}{% cycle 1 2 %})`}},
	})
	runTagCases(t, e, t.Context(), []tagCase{
		{text: `{% plain a s %}{% plain "1" 2 %}`, want: "&lt;x&gt;&lt;text1&lt;2"},
		{text: `{% html %}{% html as h %}{{ h }}{% autoescape off %}{% plain a s as p %}{{ p }}{% endautoescape %}{{ p }}`, want: "<b><b><x><text&lt;x&gt;&lt;text"},
		{text: `{% named 1 %}|{% named n "t" loud=True %}|{% named text=s n=2 %}`, want: "1 x false|3 t true|2 text false"},
		{text: `{% sum %}{% sum 1 n "4" %}`, want: "08"},
		{text: `{% attrs "p" "a" "b" id=n data=a %}{% attrs tag="q" %}`, want: "p23[a b]q0None[]"},
		{text: `{% load i18n %}{% seen "n" %}{% seen name="a" as z %}{{ z }}`, want: "3&lt;x&gt;"},
		{text: `{% box %}{{ a }}{% endbox %}{% box title=a as z %}b{% endbox %}{{ z }}`, want: "[none: &lt;x&gt;][&lt;x&gt;: b]"},
		{text: `{% until %}<b>{% stop %}`, want: "&lt;b&gt;"},
		{text: `{% for x in l %}{% card a n=x %}{% endfor %}`, want: "(&lt;x&gt;11)(&lt;x&gt;21)(&lt;x&gt;31)"},
		{text: `{% card s %}{{ title }}`, want: "(text11)"},

		{text: "\n {% plain a %}", err: "t:2:2: 'plain' did not receive a value for argument 2"},
		{text: `{% plain a s n %}`, err: "t:1:14: 'plain' received too many positional arguments"},
		{text: `{% html 1 %}`, err: "t:1:9: 'html' received too many positional arguments"},
		{text: `{% named %}`, err: "t:1:1: 'named' did not receive a value for argument 'n'"},
		{text: `{% named "x" %}`, err: "t:1:10: 'named': argument 'n' needs int, got text 'x'"},
		{text: `{% named n=1 n=2 %}`, err: "t:1:14: 'named' received multiple values for argument 'n'"},
		{text: `{% named 1 n=2 %}`, err: "t:1:12: 'named' received multiple values for argument 'n'"},
		{text: `{% named 1 size=2 %}`, err: "t:1:12: 'named' received unexpected argument 'size'"},
		{text: `{% named n=1 "t" %}`, err: "t:1:14: 'named' received positional argument '\"t\"' after arguments by name"},
		{text: `{% named 1 "t" True %}`, err: "t:1:16: 'named' received too many positional arguments"},
		{text: `{% named s %}`, err: "needs int, got text 'text'"},
		{text: `{% attrs "p" id=1 id=2 %}`, err: "t:1:19: 'attrs' received multiple values for argument 'id'"},
		{text: `{% plain a|nope s %}`, err: "invalid filter: 'nope'"},
		{text: `{% seen "zzz" %}`, err: "t:1:1: no variable zzz"},
		{text: `{% box %}x`, err: "unclosed tag 'box'. Looking for 'endbox'"},
		{text: `{% card %}`, err: "did not receive a value for argument 'title'"},
		{text: `{% card s as z %}`, err: "too many positional arguments"},
		{text: `{% broken %}`, err: `template "nope" does not exist`},
	})
	_, err := e.Parse("t", `{% named "x" %}`)
	if !isSyntaxError(err) {
		t.Errorf("a constant of the wrong type: got %v, want a *SyntaxError", err)
	}
}

// TestTagContext shows that a function that takes a context.Context gets that of the render, with the
// language of {% language %}.
func TestTagContext(t *testing.T) {
	t.Parallel()
	c := catalogs(t)
	e := newEngine(t, &template.Options{
		Libraries: map[string]*template.Library{"x": {Tags: map[string]template.Tag{"code": customLibrary().Tags["language"]}}},
		Locales:   func(language string) (*i18n.Locale, bool) { return c.Locale(language), true },
	})
	got, err := show(i18n.NewContext(t.Context(), c.Locale("fr")), e, `{% load i18n x %}{% code %}{% language "de" %}{% code %}{% endlanguage %}{% code %}`, nil)
	if err != nil || got != "frdefr" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestBadTags are tags whose functions can't be called as they say.
func TestBadTags(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tag  template.Tag
		want string
	}{
		"no function":     {template.SimpleTag{Func: 3}, "int is not a function"},
		"no result":       {template.SimpleTag{Func: func() {}}, "must give one value"},
		"two results":     {template.SimpleTag{Func: func() (int, int) { return 1, 2 }}, "must give one value, or a value and an error"},
		"too few names":   {template.SimpleTag{Func: func(a, b int) int { return a }, Params: []template.Param{{Name: "a"}}}, "has 2 parameters, of which Params names 1"},
		"default":         {template.SimpleTag{Func: func(a int) int { return a }, Params: []template.Param{{Name: "a", Default: "x"}}}, "default of a: needs int"},
		"no contents":     {template.BlockTag{Func: func() string { return "" }}, "must take the contents"},
		"no template":     {template.InclusionTag{Func: func() any { return nil }}, "names no template"},
		"no compile func": {template.CompileFunc(nil), "the function is nil"},
	} {
		_, err := template.New(&template.Options{Libraries: map[string]*template.Library{"x": {Tags: map[string]template.Tag{"bad": c.tag}}}})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "library x: tag bad") {
			t.Errorf("%s: got %v, want %s", name, err, c.want)
		}
	}
}

func TestLoad(t *testing.T) {
	t.Parallel()
	runTagCases(t, newEngine(t, nil), t.Context(), []tagCase{
		{text: `{% load trans language_name from i18n %}{% trans "Yes" %}{{ "de"|language_name }}`, want: "YesGerman"},
		{text: `{% load %}x{% load i18n tz %}`, want: "x"},
		{text: `{% load nope %}`, err: "t:1:9: 'nope' is not a registered tag library. Must be one of: cache, i18n, l10n, static, tz"},
		{text: `{% load cache from i18n %}`, err: "t:1:9: 'cache' is not a tag or filter of library 'i18n'"},
		{text: `{% load trans from nope %}`, err: "'nope' is not a registered tag library"},
		{text: `{% trans "Yes" %}`, err: "invalid block tag: 'trans'. It is in library i18n: add {% load i18n %}"},
		{text: `{{ f|localize }}`, err: "invalid filter: 'localize'. It is in library l10n"},
	})
}
