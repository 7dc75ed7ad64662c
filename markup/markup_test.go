package markup_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/nuages-web/nuages/civil"
	"github.com/nuages-web/nuages/markup"
	"github.com/nuages-web/nuages/text"
)

// widget knows its own HTML.
type widget struct{ name string }

func (w widget) HTML() markup.HTML { return markup.Format(`<input name="{}">`, w.name) }

func TestConditional(t *testing.T) {
	t.Parallel()
	for want, v := range map[markup.HTML]any{
		"&lt;b&gt;":              "<b>",
		"<b>":                    markup.HTML("<b>"),
		`<input name="&quot;&">`: markup.HTML(`<input name="&quot;&">`),
		`<input name="&quot;">`:  widget{`"`},
		"None":                   nil,
		"True":                   true,
		"1.0":                    1.0,
		"12":                     uint8(12),
		"1:00:00":                time.Hour,
		"[1, &#x27;a&#x27;]":     []any{1, "a"},
		"&lt;nil&gt;":            errors.New("<nil>"),
	} {
		if got := markup.Conditional(v); got != want {
			t.Errorf("Conditional(%#v) = %q, want %q", v, got, want)
		}
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format string
		args   []any
		want   markup.HTML
	}{
		{"<b>", nil, "&lt;b&gt;"}, // put together before: Django 5.0 refuses it
		{"{} {}", []any{"<", markup.HTML("<")}, "&lt; <"},
		{"{0}{1}{0}", []any{"a", "b"}, "aba"},
		{"{a} {} {b}", []any{markup.Args{"a": 1, "b": "&"}, "x"}, "1 x &amp;"},
		{"{{}} {{{}}}", []any{"x"}, "{} {x}"},
		{"{} {}", []any{"x"}, "x {!}"},
		{"{2}", []any{"x"}, "{!2}"},
		{"{name}", []any{"x"}, "{!name}"},
		{"{0.password} {0[key]} {0!r}", []any{"x"}, "{!0.password} {!0[key]} {!0!r}"},
		{"{0:>99999999}", []any{"x"}, "{!0:&gt;99999999}"},
		{"a } b { c", []any{"x"}, "a {!}} b {!{} c"},
		{"{:é^5}|{:.2}|{:>3}", []any{"x", "abc", "ß"}, "ééxéé|ab|  ß"},
	} {
		if got := markup.Format(c.format, c.args...); got != c.want {
			t.Errorf("Format(%q, %q) = %q, want %q", c.format, c.args, got, c.want)
		}
	}
	rows := [][]any{{markup.Args{"n": "<"}}, {markup.Args{"n": 2}}}
	if got := markup.Join(markup.HTML("<br>"), "<i>{n}</i>", rows); got != "<i>&lt;</i><br><i>2</i>" {
		t.Errorf("Join = %q", got)
	}
}

type point struct {
	X, Y float64
	Name string `json:"name,omitempty"`
}

type level int

func (l level) MarshalText() ([]byte, error) {
	return []byte("level <" + strings.Repeat("!", int(l))), nil
}

func TestJSONScript(t *testing.T) {
	t.Parallel()
	moment := time.Date(2026, 11, 21, 10, 9, 8, 7_600_000, time.UTC)
	for _, c := range []struct {
		v    any
		want string
	}{
		{moment, `"2026-11-21T10:09:08.007Z"`},
		{moment.In(time.FixedZone("", 5400)).Truncate(time.Second), `"2026-11-21T11:39:08+01:30"`},
		{-90 * time.Minute, `"-P0DT01H30M00S"`},
		{&civil.Date{Year: 2026, Month: 11, Day: 21}, `"2026-11-21"`},
		{[]point{{X: 1, Y: 2.5}, {Name: "ü"}}, `[{"X": 1, "Y": 2.5}, {"X": 0, "Y": 0, "name": "\u00fc"}]`},
		{map[string]any{"b": 1, "a": []string(nil)}, `{"a": [], "b": 1}`},
		{map[int]string{2: "x"}, `{"2": "x"}`},
		{level(2), `"level \u003C!!"`},
		{json.RawMessage(`{"b":[1,2.0,"😀"], "a" : null}`), `{"b": [1, 2.0, "\ud83d\ude00"], "a": null}`},
		{json.Number("12345678901234567890"), "12345678901234567890"},
		{[]any{decimal.RequireFromString("1.10"), float32(0.1), 1e16, 2.0}, `["1.10", 0.1, 1e+16, 2.0]`},
		{[]byte("hi"), `"aGk="`},
		{markup.HTML("</script>\x00\b\t"), `"\u003C/script\u003E\u0000\b\t"`},
		{(*point)(nil), "null"},
	} {
		got, err := markup.JSONScript(c.v, "")
		if want := markup.HTML(`<script type="application/json">` + c.want + "</script>"); err != nil || got != want {
			t.Errorf("JSONScript(%#v) = %s, %v; want %s", c.v, got, err, want)
		}
	}
	type ring struct{ Next any }
	round := &ring{}
	round.Next = round
	list := []any{nil}
	list[0] = list
	for _, v := range []any{math.NaN(), math.Inf(1), make(chan int), json.Number("x"), json.Number("1e999"), list, round} {
		if got, err := markup.JSONScript(v, "id"); err == nil {
			t.Errorf("JSONScript(%T) = %s, want an error", v, got)
		}
	}
}

// TestEscapeJS: what Django escapes since 6.0 and 3.2 did not.
func TestEscapeJS(t *testing.T) {
	t.Parallel()
	if got := markup.EscapeJS("a\x7f\u0080\u009f\u00a0é😀"); got != "a\\u007F\\u0080\\u009F\u00a0é😀" {
		t.Errorf("EscapeJS = %q", got)
	}
}

func TestStripTags(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"<<<b>>>x", "<<>>x"},
		{"X<<<<br>br>br>br>X", "XX"},
		{strings.Repeat("<", 50) + strings.Repeat("a>", 50), ""},
		{">" + strings.Repeat("<a", 49) + "a", ">" + strings.Repeat("<a", 49) + "a"},
		{"a<p title='>'>b</p >c<br/>d", "abcd"},
		{"<b>no end tag", "no end tag"},
		{"a < b > c", "a < b > c"},
		{"<script>1 < 2</script>!", "1 < 2!"},
	} {
		if got, err := markup.StripTags(c.in); err != nil || got != c.want {
			t.Errorf("StripTags(%q) = %q, %v; want %q", c.in, got, err, c.want)
		}
	}
	for _, s := range []string{
		strings.Repeat("<", 51) + strings.Repeat("a>", 51),
		strings.Repeat("<a", 501) + "a",
		"x" + strings.Repeat("<a", 49) + "<a" + strings.Repeat("a", 1000) + ">",
	} {
		if got, err := markup.StripTags(s); !errors.Is(err, markup.ErrTags) {
			t.Errorf("StripTags(%.20q…) = %q, %v; want ErrTags", s, got, err)
		}
	}
}

func TestUrlize(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"(see www.example.com/a_(b))", `(see <a href="http://www.example.com/a_(b)">www.example.com/a_(b)</a>)`},
		{"http://[2001:db8::1]/x!", `<a href="http://[2001:db8::1]/x">http://[2001:db8::1]/x</a>!`},
		{"http://[x]/", `<a href="http://[x]/">http://[x]/</a>`},
		{"httpbin.org example.com.", `httpbin.org <a href="http://example.com">example.com</a>.`},
		{"a@b.com&gt;", "a@b.com&amp;gt;"},
		{"http://x.com&amp;;", `<a href="http://x.com&amp;">http://x.com&amp;amp;</a>;`},
		{"-a.com a-.com _a.com", "-a.com a-.com _a.com"},
		{"javascript:alert(1).com", "javascript:alert(1).com"},
		{"http://a.com/\"onclick=x", `<a href="http://a.com/">http://a.com/</a>&quot;onclick=x`},
		{"https://" + strings.Repeat("a", 2048), "https://" + strings.Repeat("a", 2048)},
	} {
		if got := markup.Urlize(c.in, nil); string(got) != c.want {
			t.Errorf("Urlize(%q)\n got %s\nwant %s", c.in, got, c.want)
		}
	}
	opts := &markup.UrlizeOptions{AssumeHTTPS: true, NoFollow: true, Limit: -1}
	if got := markup.UrlizeHTML("a.org &lt; b", opts); got != `<a href="https://a.org" rel="nofollow">…</a> &lt; b` {
		t.Errorf("UrlizeHTML = %s", got)
	}
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    markup.HTML
		n     int
		words bool
		want  markup.HTML
	}{
		{"<p>abc &amp; def</p>", 6, false, "<p>abc &amp;…</p>"},
		{"<p>abc</p>", 3, false, "<p>ab…</p>"}, // the end tag might be more text
		{"a & b", 5, false, "a & b"},           // not escaped where it ends exactly
		{"a & b.", 9, false, "a &amp; b."},
		{"<i>AT&T", 9, false, "<i>"}, // see TruncateChars
		{"<b><i>one two</b></i>", 1, true, "<b><i>one…</i></b>"},
		{"<b>one</i></b> two three", 2, true, "<b>one</i></b> two…"},
		{"<!-- c --><br/>one<hr>two", 1, true, "<br/>one<hr>…"},
		{"<p>one</p>", 0, true, ""},
	} {
		f := markup.TruncateChars
		if c.words {
			f = markup.TruncateWords
		}
		if got := f(c.in, c.n, nil); got != c.want {
			t.Errorf("truncate %q to %d, words %v: %q, want %q", c.in, c.n, c.words, got, c.want)
		}
	}
	if got := markup.TruncateWords("<p>a b</p>", 1, &text.TruncateOptions{Ending: " …"}); got != "<p>a …</p>" {
		t.Errorf("TruncateWords with an ending = %q", got)
	}
}

func FuzzMarkup(f *testing.F) {
	f.Add(`See <b>http://example.com/?q=1&amp;r=%20</b> (or a@b.org), 'it'`, 7)
	f.Add("<a href='www.a.com\xff", 0)
	f.Fuzz(func(t *testing.T, s string, n int) {
		escaped := string(markup.Escape(s))
		if strings.ContainsAny(escaped, `<>"'`) || string(markup.AppendEscaped([]byte("x"), s)) != "x"+escaped {
			t.Fatalf("Escape(%q) = %q", s, escaped)
		}
		if js := string(markup.EscapeJS(s)); strings.ContainsAny(js, "<>\"'&`;=-\n\r") {
			t.Fatalf("EscapeJS(%q) = %q", s, js)
		}
		opts := &markup.UrlizeOptions{Limit: n, NoFollow: true}
		links := string(markup.Urlize(s, opts))
		for {
			open := strings.Index(links, `<a href="`)
			if open < 0 {
				break
			}
			// A link has its own markup and nothing else of the text.
			before, rest, _ := strings.Cut(links, `<a href="`)
			href, rest, _ := strings.Cut(rest, `"`)
			rest = strings.TrimPrefix(strings.TrimPrefix(rest, ` rel="nofollow"`), ">")
			shown, rest, closed := strings.Cut(rest, "</a>")
			if !closed || strings.ContainsAny(before+href+shown, "<>\"'") || strings.HasPrefix(strings.ToLower(href), "javascript:") {
				t.Fatalf("Urlize(%q) = %q", s, links)
			}
			links = rest
		}
		if strings.ContainsAny(links, "<>\"'") {
			t.Fatalf("Urlize(%q) leaves %q", s, links)
		}
		if script, err := markup.JSONScript(s, s); err != nil || strings.Count(string(script), "<") != 2 {
			t.Fatalf("JSONScript(%q) = %q, %v", s, script, err)
		}
		markup.Format(s, "a", "b")
		markup.StripTags(s)
		markup.SmartURLQuote(s)
		markup.TruncateChars(markup.HTML(s), n, nil)
		markup.TruncateWords(markup.HTML(s), n, nil)
		markup.StripSpacesBetweenTags(markup.HTML(s))
	})
}
