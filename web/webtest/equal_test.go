package webtest_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nuages-web/nuages/internal/realdjango"
	"github.com/nuages-web/nuages/web/webtest"
)

func TestHTMLEqual(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, a, b string
		equal      bool
	}{
		{"white space", "<p>\n a  b </p> ", "<p>a b</p>", true},
		{"attribute order", `<a href=x title=y>`, `<a title="y" href='x'>`, true},
		{"class order", `<a class=" b a">`, `<a class="a b">`, true},
		{"boolean", `<input checked>`, `<input checked="checked">`, true},
		{"boolean, empty", `<input checked="">`, `<input checked>`, true},
		{"not boolean", `<input value="value">`, `<input value>`, false},
		{"void", `<br>`, `<br />`, true},
		{"empty element", `<p/>`, `<p></p>`, true},
		{"comment", `<p>a<!-- x -->b</p>`, `<p>ab</p>`, true},
		{"entity", `<p>&lt;&#39;</p>`, `<p>&#60;'</p>`, true},
		{"text", `<p>a</p>`, `<p>b</p>`, false},
		{"tag", `<p>a</p>`, `<b>a</b>`, false},
		{"value", `<p id=a>`, `<p id=A>`, false},
		{"order", `<i></i><b></b>`, `<b></b><i></i>`, false},
		{"text or element", `a`, `<a></a>`, false},
		{"more", `<p>a</p>`, `<p>a</p><p></p>`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := failures(t, func(tb testing.TB) { webtest.AssertHTMLEqual(tb, tt.a, tt.b) }); (got == "") != tt.equal {
				t.Errorf("AssertHTMLEqual(%q, %q): %q", tt.a, tt.b, got)
			}
			if got := failures(t, func(tb testing.TB) { webtest.AssertHTMLNotEqual(tb, tt.a, tt.b) }); (got == "") == tt.equal {
				t.Errorf("AssertHTMLNotEqual(%q, %q): %q", tt.a, tt.b, got)
			}
		})
	}
}

// djangoHTML answers, for each pair, whether the texts are equal and how often the first is in the
// second; null where one is not valid.
const djangoHTML = `
import json, sys
from django.test.html import parse_html, HTMLParseError
out = []
for a, b in json.load(sys.stdin):
    try:
        x, y = parse_html(a), parse_html(b)
    except HTMLParseError:
        out.append(None)
    else:
        out.append([x == y, y.count(x)])
json.dump(out, sys.stdout)
`

func TestHTMLAsDjango(t *testing.T) {
	t.Parallel()
	pieces := []string{"<p>", "</p>", "<b>", "</b>", "<p/>", "<br>", "<br/>", "a", "a b", " ", "\n  ", "&amp;", "<!-- c -->", "<i class='y x'>", `<i class="x  y">`, "</i>",
		"<input checked>", `<input checked="checked">`, "<b id=1 title=2></b>", "<b title='2' id=1></b>", "<script>a<b</script>", "\u00a0", "<B></B>", "&nbsp;"}
	random := rand.New(rand.NewPCG(1, 2)) // the same cases every time
	text := func(n int) string {
		var b strings.Builder
		for range random.IntN(n) + 1 {
			b.WriteString(pieces[random.IntN(len(pieces))])
		}
		return b.String()
	}
	var pairs [][2]string
	for range 20000 {
		a := text(4)
		b := text(8)
		switch random.IntN(3) {
		case 0:
			b = text(2) + a + text(2) + a
		case 1:
			b = strings.NewReplacer("<p>", "<p> ", "</p>", " </p>", "<br>", "<br/>", `class='y x'`, `class=" x y"`).Replace(a)
		}
		pairs = append(pairs, [2]string{a, b})
	}
	in, err := json.Marshal(pairs)
	if err != nil {
		t.Fatal(err)
	}
	var answers [][]any
	if err := json.Unmarshal(realdjango.Run(t, djangoHTML, in), &answers); err != nil {
		t.Fatal(err)
	}
	equal := 0
	for i, answer := range answers {
		a, b := pairs[i][0], pairs[i][1]
		got := failures(t, func(tb testing.TB) { webtest.AssertHTMLEqual(tb, a, b) })
		if answer == nil || strings.Contains(got, "not valid HTML") {
			if answer != nil || !strings.Contains(got, "not valid HTML") {
				t.Errorf("%q, %q: Django says %v, we %q", a, b, answer, got)
			}
			continue
		}
		if (got == "") != answer[0].(bool) {
			t.Errorf("%q, %q: Django says %v, we %q", a, b, answer[0], got)
		}
		if got := failures(t, func(tb testing.TB) { webtest.AssertInHTML(tb, a, b, int(answer[1].(float64))) }); got != "" {
			t.Errorf("%q in %q: Django counts %v; %s", a, b, answer[1], got)
		}
		if answer[0].(bool) {
			equal++
		}
	}
	if equal < len(answers)/20 {
		t.Errorf("only %d of %d pairs are equal; the cases are too far apart", equal, len(answers))
	}
}

func TestInHTML(t *testing.T) {
	t.Parallel()
	const text = `<ul><li>One</li><li class="b a">Two</li><li>One</li></ul>`
	for _, tt := range []struct {
		name, fragment string
		count          []int
		want           string
	}{
		{"once or more", "<li>One</li>", nil, ""},
		{"twice", "<li> One </li>", []int{2}, ""},
		{"siblings", `<li>One</li><li class="a b">Two</li>`, nil, ""},
		{"wrong count", "<li>One</li>", []int{1}, "holds the fragment 2 times, want 1"},
		{"missing", "<li>Three</li>", nil, "does not hold the fragment"},
		{"none", "<li>Three</li>", []int{0}, ""},
		{"not valid", "</li>", nil, "unexpected end tag </li>"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := failures(t, func(tb testing.TB) { webtest.AssertInHTML(tb, tt.fragment, text, tt.count...) })
			if tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	webtest.AssertNotInHTML(t, "<li>Three</li>", text)
}

func TestJSONEqual(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, got, want, difference string }{
		{"order", `{"a": 1, "b": [1, 2]}`, `{"b":[1,2],"a":1}`, ""},
		{"numbers", `[1.0, 1e2, 12345678901234567890]`, `[1, 100, 12345678901234567890]`, ""},
		{"big numbers", `12345678901234567890`, `12345678901234567891`, "$: got 12345678901234567890"},
		{"value", `{"a": [1, {"b": "x"}]}`, `{"a": [1, {"b": "y"}]}`, `$.a[1].b: got "x", want "y"`},
		{"missing", `{}`, `{"a": null}`, `$: member "a" is missing`},
		{"too many", `{"a": null}`, `{}`, `$: member "a" is too many`},
		{"length", `[1]`, `[1, 2]`, "$: 1 elements, want 2"},
		{"types", `{"a": []}`, `{"a": {}}`, "$.a: got [], want {}"},
		{"bool and number", `true`, `1`, "$: got true, want 1"},
		{"huge exponent", `1e999999999`, `2e999999999`, "$: got"},
		{"invalid", `{`, `{}`, "first text is not valid JSON"},
		{"more than one", `1`, `1 2`, "second text is not valid JSON"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := failures(t, func(tb testing.TB) { webtest.AssertJSONEqual(tb, tt.got, tt.want) })
			if (got == "") != (tt.difference == "") || !strings.Contains(got, tt.difference) {
				t.Errorf("got %q, want %q", got, tt.difference)
			}
		})
	}
	webtest.AssertJSONNotEqual(t, "[1]", "[2]")
	if failures(t, func(tb testing.TB) { webtest.AssertJSONNotEqual(tb, "[1]", "[1.0]") }) == "" {
		t.Error("AssertJSONNotEqual takes equal data")
	}
}

func TestXMLEqual(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, a, b string
		equal      bool
	}{
		{"attribute order", `<a x="1" y="2"/>`, `<a y='2' x='1'></a>`, true},
		{"declaration and comment", `<?xml version="1.0"?><!-- c --><a>x</a>`, `<a>x</a>`, true},
		{"white space", "<a>\n <b> x </b></a>", "<a><b>x</b></a>", true},
		{"namespace", `<p:a xmlns:p="u"/>`, `<a xmlns="u"/>`, true},
		{"other namespace", `<p:a xmlns:p="u"/>`, `<a xmlns="v"/>`, false},
		{"text", "<a>x</a>", "<a>y</a>", false},
		{"nesting", "<a><b/><c/></a>", "<a><b><c/></b></a>", false},
		{"text and tag", `<a>&lt;b/></a>`, `<a><b/></a>`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := failures(t, func(tb testing.TB) { webtest.AssertXMLEqual(tb, tt.a, tt.b) }); (got == "") != tt.equal {
				t.Errorf("AssertXMLEqual(%q, %q): %q", tt.a, tt.b, got)
			}
			if got := failures(t, func(tb testing.TB) { webtest.AssertXMLNotEqual(tb, tt.a, tt.b) }); (got == "") == tt.equal {
				t.Errorf("AssertXMLNotEqual(%q, %q): %q", tt.a, tt.b, got)
			}
		})
	}
	for _, bad := range []string{"", "<a>", "text"} {
		if got := failures(t, func(tb testing.TB) { webtest.AssertXMLEqual(tb, bad, "<a/>") }); !strings.Contains(got, "not valid XML") {
			t.Errorf("%q: %q", bad, got)
		}
	}
}

func TestURLEqual(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b  string
		equal bool
	}{
		{"/x?a=1&b=2", "/x?b=2&a=1", true},
		{"/x?a=1&a=2", "/x?a=2&a=1", false},
		{"/x?a=1&a=2&b=", "/x?b=&a=1&a=2", true},
		{"http://h/x#a", "http://h/x#b", false},
		{"/x", "/x?", true},
		{"/x", "/y", false},
	} {
		if got := failures(t, func(tb testing.TB) { webtest.AssertURLEqual(tb, tt.a, tt.b) }); (got == "") != tt.equal {
			t.Errorf("AssertURLEqual(%q, %q): %q", tt.a, tt.b, got)
		}
	}
}

func TestPageAssertions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, path, want string
		check            func(p *webtest.Page)
	}{
		{"status", "/", "GET http://testserver/: 200 OK, want 404 Not Found\nhello", func(p *webtest.Page) { p.AssertStatus(404) }},
		{"contains", "/", `does not hold "bye"`, func(p *webtest.Page) { p.AssertContains("bye", nil) }},
		{"contains, status", "/missing", "404 Not Found, want 200 OK", func(p *webtest.Page) { p.AssertContains("soup", nil) }},
		{"contains, any status", "/missing", "", func(p *webtest.Page) { p.AssertContains("soup", &webtest.ContainsOptions{Status: -1}) }},
		{"contains, count", "/", `holds "l" 2 times, want 3`, func(p *webtest.Page) { p.AssertContains("l", &webtest.ContainsOptions{Count: 3}) }},
		{"contains, right count", "/", "", func(p *webtest.Page) { p.AssertContains("l", &webtest.ContainsOptions{Count: 2}) }},
		{"contains, html", "/template", "", func(p *webtest.Page) {
			p.AssertContains("<h1> Soups</h1>", &webtest.ContainsOptions{HTML: true, Count: 1})
		}},
		{"contains not", "/", `holds "hell"`, func(p *webtest.Page) { p.AssertNotContains("hell", nil) }},
		{"contains not, html", "/template", "holds the fragment 1 times", func(p *webtest.Page) { p.AssertNotContains("<h1>Soups </h1>", &webtest.ContainsOptions{HTML: true}) }},
		{"redirects, no redirect", "/", "200 OK, want 302 Found to /x", func(p *webtest.Page) { p.AssertRedirects("/x", nil) }},
		{"redirects, elsewhere", "/redirect", `URL "http://testserver/echo?b=2&a=1", want "http://testserver/x"`, func(p *webtest.Page) { p.AssertRedirects("/x", nil) }},
		{"redirects, status", "/keep", "307 Temporary Redirect, want 302", func(p *webtest.Page) { p.AssertRedirects("/echo", nil) }},
		{"redirects, right status", "/keep", "", func(p *webtest.Page) { p.AssertRedirects("/echo", &webtest.RedirectOptions{Status: 307}) }},
		{"redirects, target", "/loop", "302 Found, want 200 OK", func(p *webtest.Page) { p.AssertRedirects("/loop", nil) }},
		{"redirects, target status", "/loop", "", func(p *webtest.Page) { p.AssertRedirects("/loop", &webtest.RedirectOptions{TargetStatus: 302}) }},
		{"redirects, no target", "/loop", "", func(p *webtest.Page) {
			p.AssertRedirects("http://testserver/loop", &webtest.RedirectOptions{SkipTarget: true})
		}},
		{"json", "/json", "$.a: got null, want 1", func(p *webtest.Page) { p.AssertJSONEqual(`{"a": 1, "b": [1, 2]}`) }},
		{"xml", "/", "not valid XML", func(p *webtest.Page) { p.AssertXMLEqual("<a/>") }},
		{"in html", "/template", "", func(p *webtest.Page) { p.AssertInHTML("<h1>Soups</h1>", 1); p.AssertNotInHTML("<h2></h2>") }},
		{"template", "/template", `template "x" was not rendered, only ["page.html"]`, func(p *webtest.Page) { p.AssertTemplateUsed("x") }},
		{"template not", "/template", `template "page.html" was rendered`, func(p *webtest.Page) { p.AssertTemplateNotUsed("page.html") }},
		{"header", "/", `header Content-Type is "text/plain; charset=utf-8", want "x"`, func(p *webtest.Page) { p.AssertHeader("content-type", "x") }},
		{"cookie", "/cookie?set=a", `sets the cookie "fruit" to "a", want "b"`, func(p *webtest.Page) { p.AssertCookie("fruit", "b") }},
		{"no such cookie", "/", `sets no cookie "fruit"`, func(p *webtest.Page) { p.AssertCookie("fruit", "b") }},
		{"cookie too many", "/cookie?set=a", `sets the cookie "fruit"`, func(p *webtest.Page) { p.AssertNoCookie("fruit") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := failures(t, func(tb testing.TB) { tt.check(newClient(tb).Get(tt.path)) })
			if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("failure %q, want %q", got, tt.want)
			}
		})
	}
	webtest.AssertErrorContains(t, errors.New("out of soup"), "soup")
	if failures(t, func(tb testing.TB) { webtest.AssertErrorContains(tb, nil, "x") }) == "" {
		t.Error("AssertErrorContains takes nil")
	}
}

func FuzzAssertHTMLEqual(f *testing.F) {
	f.Add(`<p class="a b">x<br/></p>`, "<i>")
	f.Add(strings.Repeat("<a>", 3000), "</a>")
	f.Fuzz(func(t *testing.T, a, b string) {
		failures(t, func(tb testing.TB) { webtest.AssertInHTML(tb, a, b) })
		got := failures(t, func(tb testing.TB) { webtest.AssertHTMLEqual(tb, a, a) })
		if got != "" && !strings.Contains(got, "not valid HTML") {
			t.Errorf("%q is not equal to itself: %s", a, got)
		}
	})
}
