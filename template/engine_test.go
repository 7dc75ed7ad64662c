package template_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/nuages-web/nuages/template"
)

// TestErrorPlaces shows where errors say that they are.
func TestErrorPlaces(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, source string
		line, column int
		message      string
	}{
		{"filter", "one\n  {{ a|nope }}", 2, 8, "invalid filter: 'nope'"},
		{"tag", "é {% nope %}", 1, 3, "invalid block tag: 'nope'"},
		{"unclosed", "\n\n{% if a %}\n{% for x in y %}", 4, 1, "unclosed tag 'for'"},
		{"variable", "{{ a..b._c }}", 1, 4, "may not begin with underscores"},
		{"argument of a filter", "{{ a|upper:1 }}", 1, 1, "takes no argument"},
		{"condition", "{% if a == %}", 1, 1, "unexpected end"},
		{"library", "{% load nope %}", 1, 9, "'nope' is not a registered tag library"},
		{"block twice", "{% block a %}{% endblock %}\n{% block a %}{% endblock %}", 2, 10, "more than once"},
		{"within blocks", "{% block a %}{% if x %}\n{{ }}{% endif %}{% endblock %}", 2, 1, "empty variable tag"},
	}
	e := newEngine(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := e.Parse("page.html", tt.source)
			var at *template.Error
			if !errors.As(err, &at) || len(at.Frames) != 1 {
				t.Fatalf("got %v, want an Error with one frame", err)
			}
			f := at.Frames[0]
			if f.Template != "page.html" || f.Line != tt.line || f.Column != tt.column || !strings.Contains(err.Error(), tt.message) {
				t.Errorf("%s\n got %v\nwant %d:%d: …%s", tt.source, err, tt.line, tt.column, tt.message)
			}
			var syntax *template.SyntaxError
			if !errors.As(err, &syntax) {
				t.Errorf("got %T, want a SyntaxError within", err)
			}
		})
	}
}

// TestErrorChain shows the chain of includes of an error, and its text for terminals.
func TestErrorChain(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Loaders: []template.Loader{template.Map{
		"page.html":  "{% extends 'base.html' %}\n{% block a %}\n\t{% include 'part.html' %}{% endblock %}",
		"base.html":  "<h1>{% block a %}{% endblock %}</h1>",
		"part.html":  "{% for x in list %}{{ x|add:missing }}{% endfor %}",
		"loop.html":  "{% include 'loop.html' %}",
		"loop2.html": "{% extends 'loop3.html' %}",
		"loop3.html": "{% extends 'loop2.html' %}",
	}}})
	_, err := e.RenderString(t.Context(), "page.html", map[string]any{"list": []int{1}})
	want := `part.html:1:20: variable "missing" does not exist; from page.html:3:2; from base.html:1:5`
	if err == nil || !strings.HasPrefix(err.Error(), `part.html:1:20: variable "missing" does not exist; from page.html:3:2`) {
		t.Errorf("got %v, want %s", err, want)
	}
	var missing *template.VariableError
	if !errors.As(err, &missing) || missing.Name != "missing" {
		t.Errorf("got %v, want a VariableError", err)
	}
	var at *template.Error
	if !errors.As(err, &at) {
		t.Fatal("no Error")
	}
	detail := at.Detail()
	for _, part := range []string{
		"  part.html:1:20\n  1 | {% for x in list %}{{ x|add:missing }}{% endfor %}\n                         ^^^^^^^^^^^^^^^^^^^\n",
		"  page.html:3:2\n  3 | \t{% include 'part.html' %}{% endblock %}\n      \t^^^^^^^^^^^^^^^^^^^^^^^^^\n",
	} {
		if !strings.Contains(detail, part) {
			t.Errorf("got\n%s\nwant in it\n%s", detail, part)
		}
	}
	for _, name := range []string{"loop.html", "loop2.html"} {
		if _, err := e.RenderString(t.Context(), name, nil); err == nil {
			t.Errorf("%s: got no error", name)
		}
	}
}

// TestParts renders blocks and partials alone.
func TestParts(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Loaders: []template.Loader{template.Map{
		"base.html": "<{% block title %}base{% endblock %}>{% block body %}{% endblock %}",
		"page.html": "{% extends 'base.html' %}{% block title %}page of {{ block.super }}{% endblock %}" +
			"{% block body %}{% partialdef card %}card {{ n }}{% endpartialdef %}{% for n in list %}{% partial card %},{% endfor %}{% endblock %}",
	}}})
	data := map[string]any{"n": 7, "list": []int{1, 2}}
	for name, want := range map[string]string{
		"page.html": "<page of base>card 1,card 2,", "page.html#card": "card 7", "page.html#title": "page of base", "page.html#body": "card 1,card 2,",
	} {
		if got, err := e.RenderString(t.Context(), name, data); err != nil || got != want {
			t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
		}
	}
	var none *template.NotFoundError
	if _, err := e.Get("page.html#nope"); !errors.As(err, &none) || none.Name != "page.html#nope" {
		t.Errorf("a part that is not there: got %v", err)
	}
	page, err := e.Get("page.html")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"body", "card", "title"}, page.Parts()); diff != "" {
		t.Errorf("parts: -want +got\n%s", diff)
	}
}

// pieces keeps what is written between flushes.
type pieces struct {
	bytes.Buffer
	flushed []string
}

func (p *pieces) Flush() {
	p.flushed = append(p.flushed, p.String())
	p.Reset()
}

// TestStream shows when a streamed page is written.
func TestStream(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Loaders: []template.Loader{template.Map{
		"page.html": "head{% flush %}{% for x in list %}{{ x }}{% endfor %}{% filter upper %}a{% flush %}b{% endfilter %}{% flush %}end",
		"bad.html":  "head{% flush %}{{ x|add:missing }}",
	}}})
	var w pieces
	if err := e.Stream(t.Context(), &w, "page.html", map[string]any{"list": []string{"x", "y"}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"head", "xyAB", "end"}, w.flushed); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	w = pieces{}
	if err := e.Stream(t.Context(), &w, "page.html", map[string]any{"list": strings.Repeat("x", 100_000)}); err != nil {
		t.Fatal(err)
	}
	if len(w.flushed) < 5 || len(strings.Join(w.flushed, "")) != 4+100_000+2+3 {
		t.Errorf("a long page: got %d pieces of %d bytes", len(w.flushed), len(strings.Join(w.flushed, "")))
	}
	w = pieces{}
	if err := e.Stream(t.Context(), &w, "bad.html", nil); err == nil || len(w.flushed) != 1 {
		t.Errorf("an error after the first piece: got %v, %q", err, w.flushed)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := e.Stream(ctx, &w, "page.html", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that left: got %v", err)
	}
}

// TestNothingIsWrittenWithAnError shows that Render writes whole pages only.
func TestNothingIsWrittenWithAnError(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Loaders: []template.Loader{template.Map{"page.html": "head{{ x|add:missing }}"}}})
	var w bytes.Buffer
	if err := e.Render(t.Context(), &w, "page.html", nil); err == nil || w.Len() > 0 {
		t.Errorf("got %v, %q", err, &w)
	}
}

// TestLoaders shows which template is taken, and what is said of one that is missing.
func TestLoaders(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(dir, "a.html"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("{% extends 'a.html' %}{% block x %}project {{ block.super }}{% endblock %}")
	app := fstest.MapFS{"a.html": {Data: []byte("<{% block x %}app{% endblock %}>")}, "b.html": {Data: []byte("b")}}
	loaders := []template.Loader{template.FS(os.DirFS(dir), app), template.Map{"c.html": "c"}}
	kept, fresh := newEngine(t, &template.Options{Loaders: loaders}), newEngine(t, &template.Options{Loaders: loaders, Reload: true})
	for name, want := range map[string]string{"a.html": "<project app>", "b.html": "b", "c.html": "c"} {
		for _, e := range []*template.Engine{kept, fresh} {
			if got, err := e.RenderString(t.Context(), name, nil); err != nil || got != want {
				t.Errorf("%s: got %q, %v, want %q", name, got, err, want)
			}
		}
	}
	write("changed")
	for e, want := range map[*template.Engine]string{kept: "<project app>", fresh: "changed"} {
		if got, err := e.RenderString(t.Context(), "a.html", nil); err != nil || got != want {
			t.Errorf("after a change: got %q, %v, want %q", got, err, want)
		}
	}
	kept.Reset()
	if got, err := kept.RenderString(t.Context(), "a.html", nil); err != nil || got != "changed" {
		t.Errorf("after Reset: got %q, %v", got, err)
	}
	for _, name := range []string{"none.html", "../a.html", "/a.html", "", "."} {
		var none *template.NotFoundError
		if _, err := kept.Get(name); !errors.As(err, &none) || none.Name != name || len(none.Tried) == 0 {
			t.Errorf("%q: got %v", name, err)
		}
	}
	first, err := kept.Select("none.html", "c.html")
	if err != nil || first.Name() != "c.html" {
		t.Errorf("Select: got %v, %v", first, err)
	}
	if _, err := kept.Select("none.html", "nor.html"); err == nil || !strings.Contains(err.Error(), "none.html, nor.html") {
		t.Errorf("Select of none: got %v", err)
	}
}

// TestEnginesSideBySide shows that engines share nothing.
func TestEnginesSideBySide(t *testing.T) {
	t.Parallel()
	plain := newEngine(t, &template.Options{NoAutoescape: true, StringIfInvalid: "?%s", Loaders: []template.Loader{template.Map{"a": "{{ a }}{{ b }}"}}})
	html := newEngine(t, &template.Options{Loaders: []template.Loader{template.Map{"a": "{{ a }}{{ b }}!"}}})
	for e, want := range map[*template.Engine]string{plain: "<?b", html: "&lt;!"} {
		if got, err := e.RenderString(t.Context(), "a", map[string]any{"a": "<"}); err != nil || got != want {
			t.Errorf("got %q, %v, want %q", got, err, want)
		}
	}
}

// TestManyGoroutines renders one template from many goroutines, with state of nodes and errors among
// them.
func TestManyGoroutines(t *testing.T) {
	t.Parallel()
	e := newEngine(t, &template.Options{Loaders: []template.Loader{template.Map{
		"base.html": "{% block a %}{% endblock %}{% include 'part.html' %}",
		"page.html": "{% extends 'base.html' %}{% block a %}{% for x in list %}{% cycle 'a' 'b' %}{{ x|upper }}{% ifchanged x %}!{% endifchanged %}{% endfor %}{% endblock %}",
		"part.html": "{% if fail %}{{ x|add:missing }}{% endif %}{{ n }}",
	}}})
	var group sync.WaitGroup
	for i := range 16 {
		group.Go(func() {
			for j := range 50 {
				fail := (i+j)%7 == 0
				got, err := e.RenderString(t.Context(), "page.html", map[string]any{"list": []string{"x", "x", "y"}, "n": i, "fail": fail})
				if want := fmt.Sprintf("aX!bXaY!%d", i); !fail && (err != nil || got != want) || fail && err == nil {
					t.Errorf("got %q, %v, want %q, an error: %v", got, err, want, fail)
				}
			}
		})
	}
	group.Wait()
}

// TestBadLibraries shows what New says of functions that templates can't call.
func TestBadLibraries(t *testing.T) {
	t.Parallel()
	bad := map[string]*template.Library{
		"no function":      {Filters: map[string]template.Filter{"f": {Func: 1}}},
		"nothing given":    {Filters: map[string]template.Filter{"f": {Func: func() string { return "" }}}},
		"nothing returned": {Filters: map[string]template.Filter{"f": {Func: func(string) {}}}},
		"two arguments":    {Filters: map[string]template.Filter{"f": {Func: func(a, b, c string) string { return "" }}}},
		"no contents":      {Tags: map[string]template.Tag{"t": template.BlockTag{Func: func() string { return "" }}}},
		"no template":      {Tags: map[string]template.Tag{"t": template.InclusionTag{Func: func() any { return nil }}}},
		"too many names":   {Tags: map[string]template.Tag{"t": template.SimpleTag{Func: func() string { return "" }, Params: []template.Param{{Name: "a"}}}}},
		"wrong default":    {Tags: map[string]template.Tag{"t": template.SimpleTag{Func: func(int) string { return "" }, Params: []template.Param{{Name: "a", Default: "x"}}}}},
		"nil":              {Tags: map[string]template.Tag{"t": template.CompileFunc(nil)}},
	}
	for name, lib := range bad {
		_, err := template.New(&template.Options{Libraries: map[string]*template.Library{"shop": lib}})
		if err == nil || !strings.Contains(err.Error(), "library shop") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
