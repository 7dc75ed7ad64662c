package template_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/template"
	"github.com/nuages-web/nuages/urls"
	"github.com/nuages-web/nuages/web"
	"github.com/nuages-web/nuages/web/webtest"
)

// routes makes the addresses of the tests by a router.
type routes struct{ router *urls.Router }

func (r routes) ReverseURL(_ context.Context, name string, args []any, kwargs map[string]any) (string, error) {
	if name == "down" {
		return "", errors.New("the routes are down")
	}
	if kwargs != nil {
		return r.router.Reverse(name, urls.Args(kwargs))
	}
	return r.router.Reverse(name, args...)
}

func (r routes) HasURL(string) bool { return true }

func TestURL(t *testing.T) {
	t.Parallel()
	view := func(*web.Request) (web.Response, error) { return web.Text(""), nil }
	router, err := urls.New([]urls.Route{
		urls.Path("", view).Name("home"),
		urls.Path("p/<int:id>/", view).Name("product"),
		urls.Path("s/<path:rest>", view).Name("search"),
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := newEngine(t, &template.Options{URLs: routes{router}})
	runTagCases(t, e, t.Context(), []tagCase{
		{text: `{% url "home" %}{% url "product" n %}{% url "product" id=n %}`, want: "//p/3//p/3/"},
		{text: `{% url "search" rest="a&b" %}{% url "search" "a&b" as z %}|{{ z }}|{{ z|safe }}`, want: "/s/a&amp;b|/s/a&amp;b|/s/a&b"},
		{text: `{% autoescape off %}{% url "search" "a&b" %}{% endautoescape %}`, want: "/s/a&b"},
		{text: `{% url "nope" as z %}[{{ z }}]{% url missing as z %}[{{ z }}]`, want: "[][]"},
		{text: `{% url "down" as z %}`, err: "t:1:1: the routes are down"},
		{text: `{% url %}`, err: "at least one argument"},
		{text: `{% url "product" id= %}`, err: "could not parse the remainder"},
		{text: `{% url "product" id|add:missing %}`, err: `variable "missing" does not exist`},
	})
	_, err = show(t.Context(), e, `{% url "produkt" 3 %}`, nil)
	var none *urls.NoReverseError
	if !errors.As(err, &none) || none.Name != "produkt" {
		t.Errorf("an unknown name: got %v", err)
	}
	if _, err := show(t.Context(), newEngine(t, nil), `{% url "home" %}`, nil); err == nil || !strings.Contains(err.Error(), "Options.URLs") {
		t.Errorf("an engine without routes: got %v", err)
	}
}

func TestQueryString(t *testing.T) {
	t.Parallel()
	e := newEngine(t, nil)
	request := webtest.NewRequest(t, "GET", "/", &webtest.RequestOptions{Request: webtest.Request{Query: url.Values{"x": {"y", "z"}, "a": {"b c"}}}})
	runTagCases(t, e, request.Context(), []tagCase{
		{text: `{% querystring %}`, want: "?a=b+c&amp;x=y&amp;x=z"},
		{text: `{% querystring a=n x=none %}`, want: "?a=3"},
		{text: `{% querystring a=none x=none %}`, want: "?"},
		{text: `{% querystring a=none b=l a="ü&" %}`, err: "multiple values for argument 'a'"},
		{text: `{% querystring a=none b=l c="ü&" as q %}{{ q }}`, want: "?x=y&amp;x=z&amp;b=1&amp;b=2&amp;b=3&amp;c=%C3%BC%26"},
		{text: `{% querystring d x=missing yes=yes %}`, want: "?k=v&amp;x=&amp;yes=True"},
		{text: `{% autoescape off %}{% querystring d e=e l=l %}{% endautoescape %}`, want: "?k=v&l=1&l=2&l=3"},
		{text: `{% querystring s %}`, err: "querystring requires mappings for positional arguments (got 'text' instead)"},
		{text: `{% querystring missing %}`, err: "querystring requires mappings"},
		{text: `{% querystring a=1 d %}`, err: "received positional argument 'd' after arguments by name"},
	})
	cases := []struct {
		text string
		data map[string]any
		want string
	}{
		{`{% querystring q a=2 %}`, map[string]any{"q": web.ParseValues("z=1&a=1&b=2&a=3")}, "?z=1&amp;a=2&amp;b=2"},
		{`{% querystring q %}`, map[string]any{"q": url.Values{"b": {"1", "2"}, "a": {"3"}}}, "?a=3&amp;b=1&amp;b=2"},
		{`{% querystring q p y=None %}`, map[string]any{"q": map[string]any{"x": 0, "y": 42}, "p": map[string][]any{"x": {1, nil, "a"}}}, "?x=1&amp;x=a"},
		{`{% querystring a=1 %}`, map[string]any{"request": request}, "?a=1&amp;x=y&amp;x=z"},
		{`{{ request.GET.x }}{% for k, v in request.GET.items %}{{ k }}{{ v }}{% endfor %}{{ request.method }}{{ request.path }}`, map[string]any{"request": request}, "zab cxzGET/"},
	}
	for _, c := range cases {
		if got, err := show(t.Context(), e, c.text, c.data); err != nil || got != c.want {
			t.Errorf("%s: got %q, %v; want %q", c.text, got, err, c.want)
		}
	}
	if _, err := show(t.Context(), e, `{% querystring q %}`, map[string]any{"q": map[int]int{0: 1}}); !isSyntaxError(err) {
		t.Errorf("keys that are no text: got %v", err)
	}
	if _, err := show(t.Context(), e, `{% querystring %}`, nil); err == nil || !strings.Contains(err.Error(), "neither a mapping nor a request") {
		t.Errorf("no request: got %v", err)
	}
}

// media is the style sheets and scripts of a form.
type media struct{}

func (media) HTMLWithNonce(nonce string) markup.HTML {
	return markup.Format(`<script nonce="{}"></script>`, nonce)
}

func TestSecurityTags(t *testing.T) {
	t.Parallel()
	made := 0
	e := newEngine(t, &template.Options{
		Loaders: []template.Loader{template.Map{
			"form":  `{% csrf_token %}{{ x }}`,
			"shown": `{{ csrf_token }}`,
		}},
		Libraries: map[string]*template.Library{"x": {Tags: map[string]template.Tag{
			"form": template.InclusionTag{Template: "form", Func: func() map[string]any { return map[string]any{"x": 1} }},
		}}},
		Processors: map[string]func(context.Context) (any, error){
			"csrf_token": func(context.Context) (any, error) { made++; return `t"k`, nil },
		},
	})
	const field = `<input type="hidden" name="csrfmiddlewaretoken" value="t&quot;k">`
	cases := []struct {
		text string
		data map[string]any
		want string
	}{
		{`{% csrf_token %}`, nil, field},
		{`{% autoescape off %}{% csrf_token %}{% endautoescape %}`, nil, field},
		{`{% include "form" only %}`, nil, field},
		{`{% load x %}{% form %}`, nil, field + "1"},
		{`{% load x %}{% with csrf_token="other" %}{% form %}{% endwith %}`, nil, strings.Replace(field, "t&quot;k", "other", 1) + "1"},
		{`{% csrf_token %}`, map[string]any{"csrf_token": "NOTPROVIDED"}, ""},
		{`{% csrf_token %}`, map[string]any{"csrf_token": ""}, ""},
		{`<script {% csp_nonce_attr %}></script>`, map[string]any{"csp_nonce": "a<b"}, `<script nonce="a&lt;b"></script>`},
		{`<script {% csp_nonce_attr %}></script>`, nil, `<script ></script>`},
		{`{% csp_nonce_attr media %}`, map[string]any{"csp_nonce": "n", "media": media{}}, `<script nonce="n"></script>`},
		{`{% csp_nonce_attr media=media as z %}[{{ z }}]`, map[string]any{"media": &media{}}, `[<script nonce=""></script>]`},
	}
	for _, c := range cases {
		if got, err := show(t.Context(), e, c.text, c.data); err != nil || got != c.want {
			t.Errorf("%s with %v: got %q, %v; want %q", c.text, c.data, got, err, c.want)
		}
	}
	made = 0
	if _, err := show(t.Context(), e, `{% load x %}{{ y }}`, nil); err != nil || made != 0 {
		t.Errorf("a page without forms made %d tokens, %v", made, err)
	}
	if _, err := show(t.Context(), e, `{% csp_nonce_attr 3 %}`, nil); !isSyntaxError(err) {
		t.Errorf("media that is none: got %v", err)
	}
}

func TestDebugTag(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Debug: true})
	got, err := show(t.Context(), e, `{% with x="<b>" %}{% debug %}{% endwith %}`, map[string]any{"data": []int{1}})
	for _, want := range []string{"&#x27;data&#x27;: [1]", "{&#x27;x&#x27;: &#x27;&lt;b&gt;&#x27;}", "&#x27;None&#x27;: None", "\n\n{"} {
		if err != nil || !strings.Contains(got, want) {
			t.Errorf("got %q, %v; want %q in it", got, err, want)
		}
	}
}
